"""The server of a soak and what it serves: a process of its own, an Ollama beside it, articles."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.bad_models import honest
from tests.ollama_script import Done, Json, Pause, Say, Step
from tests.ollama_server import ollama
from tests.support import write

COUNT = 24
_WORD_S = 0.004
_DISK = 400 * 2**20
_PLACES = ("Vell", "Morrow", "Grimsfold", "Tallmere", "Sund", "Harrow", "Linden", "Osterby")
_THINGS = ("lighthouse", "theatre", "observatory")


@dataclass(frozen=True)
class Fact:
    """An article that stays: its file, its text, a question and what a right answer says."""

    file: str
    text: str
    question: str
    answer: str


def facts() -> list[Fact]:
    """Make the articles whose answers are known."""
    found = []
    for number in range(COUNT):
        place, thing = _PLACES[number % len(_PLACES)], _THINGS[number // len(_PLACES)]
        who = f"{('Oda', 'Joost', 'Mette')[number % 3]} {place[::-1].title()}{'aeiou'[number % 5]}n"
        text = (
            f"The {thing} of {place}\n\nThe {thing} of {place} was built by {who} in "
            f"{1700 + 7 * number}. It is kept open by volunteers in summer.\n"
        )
        found.append(Fact(f"{thing}-{place}.txt", text, f"Who built the {thing} of {place}?", who))
    return found


def slowly(body: Json) -> list[Step]:
    """Answer honestly, a word at a time."""
    said: list[Step] = []
    for word in honest(body).split(" "):
        said += [Say(f"{word} "), Pause(_WORD_S)]
    return [*said, Done()]


@dataclass
class Ollama:
    """The scripted Ollama, which can be ended and begun again at its address."""

    port: int = 0
    _running: list[object] = field(default_factory=list)

    def start(self) -> str:
        """Begin, at the same port as before; return the address."""
        server = ollama(slowly, port=self.port)
        url = server.__enter__().url
        self.port = int(url.rpartition(":")[2])
        self._running.append(server)
        return url

    def stop(self) -> None:
        """End it; whoever is being answered is cut off."""
        while self._running:
            server = self._running.pop()
            server.__exit__(None, None, None)  # type: ignore[attr-defined]


class World:
    """A data directory, a folder of articles, and a server over them."""

    def __init__(self, root: Path, port: int) -> None:
        self.root, self.port = root, port
        self.url = f"http://127.0.0.1:{port}"
        self.folder = root / "articles"
        self.disk = root / "disk"
        self.log = root / "server.log"
        self.ollama = Ollama()
        self.facts = facts()
        self.pid = 0
        self.can_fill = False
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def env(self) -> dict[str, str]:
        """The server's environment."""
        return {
            **os.environ, "QA_DATA_DIR": str(self.disk / "data"), "QA_LLM": "ollama/tiny",
            "QA_OLLAMA_URL": f"http://127.0.0.1:{self.ollama.port}", "QA_RETRIEVE_K": "6",
            "QA_LLM_PARALLEL": "4", "QA_LLM_RETRIES": "1", "QA_LLM_RETRY_S": "0.05",
        }  # fmt: skip

    def prepare(self) -> None:
        """Write the articles and index them, on a small disk where one can be mounted."""
        self.disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs", str(self.disk)]
        if os.geteuid() == 0:
            self.can_fill = not subprocess.run(mount, capture_output=True, check=False).returncode
        write(self.folder, {fact.file: fact.text for fact in self.facts})
        self.change(0)
        self.ollama.start()
        subprocess.run(self._qa("ingest", str(self.folder)), env=self.env, check=True,
                       capture_output=True)  # fmt: skip

    @staticmethod
    def _qa(*words: str) -> list[str]:
        return [sys.executable, "-m", "qa.cli", *words]

    def change(self, number: int) -> None:
        """Change the one article that changes."""
        text = f"The ledger of Vell\n\nThe keeper of the ledger of Vell is Number{number}.\n"
        fresh = self.root / "changing"
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self.folder / "changing.txt")

    def start(self) -> None:
        """Start the server and return once questions can be asked."""
        with self.log.open("ab") as log:
            self._server = subprocess.Popen(
                self._qa("serve", "--port", str(self.port)), env=self.env, stderr=log, stdout=log
            )
        self.pid = self._server.pid
        deadline = time.monotonic() + 300
        while not self.ready():
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(
                    f"the server did not start:\n{self.log.read_text('utf-8')[-2000:]}"
                )
            time.sleep(0.1)

    def ready(self) -> bool:
        """Tell whether questions can be asked."""
        with suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == httpx.codes.OK
        return False

    def kill(self) -> None:
        """End the server as a power cut does."""
        assert self._server is not None
        self._server.kill()
        self._server.wait()

    def stop(self) -> int:
        """End the server in order; return its exit status."""
        assert self._server is not None
        self._server.send_signal(signal.SIGINT)
        try:
            return self._server.wait(60)
        except subprocess.TimeoutExpired:
            self._server.kill()
            return -signal.SIGKILL

    @contextmanager
    def full(self) -> Iterator[None]:
        """Leave no space on the disk while the block runs."""
        ballast = self.disk / "ballast"
        try:
            with ballast.open("wb") as file:
                # Until nothing fits: the server writes meanwhile.
                for size in (2**20, 2**16, 2**12):
                    with suppress(OSError):
                        while True:
                            os.posix_fallocate(file.fileno(), ballast.stat().st_size, size)
            yield
        finally:
            ballast.unlink()

    def close(self, *, keep: bool = False) -> None:
        """End everything and leave nothing behind, unless it is to be looked at."""
        if self._server is not None and self._server.poll() is None:
            self._server.kill()
            self._server.wait()
        self.ollama.stop()
        if self.can_fill:
            subprocess.run(["umount", "--lazy", str(self.disk)], check=False)
        if not keep:
            shutil.rmtree(self.root, ignore_errors=True)


def dice(seed: int) -> random.Random:
    """Return what decides who does what next, the same in every soak."""
    return random.Random(seed)  # noqa: S311 -- no secret
