"""Processes of our own for the tests of several servers: Chroma's, and `qa serve`."""

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.test_cli import QA, ROOT, environment

PATIENCE_S = 120
"""No claim of a test: after it the wait is taken for one without end."""


def wait_until(holds: Callable[[], bool], what: str) -> None:
    """Return once something holds; fail when it never does."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.05)


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Chroma:
    """A real Chroma server, which can be killed and come back at the same port."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = subprocess.Popen(
            [Path(sys.executable).with_name("chroma"), "run", "--path", self.path,
             "--host", "127.0.0.1", "--port", str(self.port)],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        wait_until(self._alive, "Chroma answers")

    def _alive(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/v2/heartbeat").is_success
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """End it as a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@contextmanager
def chroma(path: Path) -> Iterator[Chroma]:
    """Run a Chroma server for as long as the block lasts."""
    server = Chroma(path)
    server.start()
    try:
        yield server
    finally:
        server.kill()


class Server:
    """`qa serve` in a process of its own. It is being loaded when this returns."""

    def __init__(self, data_dir: Path, *words: str, **settings: str) -> None:
        self._process = subprocess.Popen(
            [QA, "serve", "--port", "0", *words], env=environment(data_dir, **settings), cwd=ROOT,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._url = ""
        self.said: list[str] = []
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            for line in lines:
                self.said.append(line)
                found = re.match(r"Ready at http://localhost:(\d+)", line)
                if found:
                    self._url = f"http://127.0.0.1:{found[1]}"
                    self._ready.set()
        self._ready.set()

    @property
    def url(self) -> str:
        """Its address, once it is ready."""
        assert self._ready.wait(PATIENCE_S), "the server is never ready"
        assert self._url, f"the server ended: {self.said}"
        return self._url

    def client(self) -> httpx.Client:
        """Return a client of it."""
        return httpx.Client(base_url=self.url, timeout=PATIENCE_S)

    def stop(self, how: int = signal.SIGKILL) -> int:
        """End it by a signal; return its exit status."""
        self._process.send_signal(how)
        status = self._process.wait(60)
        self._reader.join(60)
        return status
