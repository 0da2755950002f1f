"""`qa ask` beside a running server: it is asked, if it is the right one, and spares the models."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.live import BRIDGE
from tests.support import write
from tests.test_cli import QA, ROOT, environment, qa

QUESTION = "Who opened the new bridge of Grimsfold?"
_HEAVY = "('chromadb', 'llama_index', 'onnxruntime', 'openvino')"
_ASK = f"""
import sys
from qa.cli import app
app(sys.argv[1:], standalone_mode=False)
print([name for name in {_HEAVY} if name in sys.modules], file=sys.stderr)
"""


@dataclass
class Served:
    """A server in a process of its own."""

    process: subprocess.Popen[str]
    data_dir: Path

    def ask(self, *words: str, **settings: str) -> tuple[str, bool]:
        """Run `qa ask`; return what it printed, and whether it loaded what answers."""
        done = subprocess.run(
            [sys.executable, "-c", _ASK, "ask", *words], env=environment(self.data_dir, **settings),
            cwd=ROOT, text=True, capture_output=True, check=True, timeout=120,
        )  # fmt: skip
        return done.stdout, done.stderr.strip() != "[]"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return `qa serve` over one article, ready to answer."""
    root = tmp_path_factory.mktemp("served")
    write(root / "articles", {"bridge.txt": BRIDGE})
    assert qa(root / "data", "ingest", str(root / "articles")).returncode == 0
    process = subprocess.Popen(
        [QA, "serve", "--port", "0"], env=environment(root / "data"), cwd=ROOT,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    assert re.match(r"Ready at http://localhost:\d+", process.stderr.readline())
    yield Served(process, root / "data")
    process.kill()
    process.communicate()


def test_the_server_is_asked_and_its_answer_is_that_of_the_command(served: Served) -> None:
    """Nothing that answers is loaded, and text and JSON are those of a process on its own."""
    printed, loaded = served.ask(QUESTION)
    assert not loaded
    assert "Oda Brekke" in printed
    own = served.ask(QUESTION, QA_MAX_CLAIMS="5")
    assert own == (printed, True)
    answer, loaded = served.ask("--json", QUESTION)
    assert not loaded
    assert json.loads(answer)["citations"][0]["file"] == "bridge.txt"


def test_filters_reach_the_server(served: Served) -> None:
    """Articles outside of the dates are not used, and nothing is said of them."""
    printed, loaded = served.ask("--from", "2022-01-01", QUESTION)
    assert not loaded
    assert "Oda Brekke" not in printed


def test_an_error_of_the_server_is_the_commands_own(served: Served) -> None:
    """Title, remedy and exit status are as without a server."""
    for words in (["--file", "nowhere.txt", QUESTION], ["?!"]):
        with_server = qa(served.data_dir, "ask", *words)
        without = qa(served.data_dir, "ask", *words, QA_MAX_CLAIMS="5")
        assert with_server.returncode == without.returncode == 2
        assert with_server.stderr == without.stderr


def test_a_note_of_another_server_is_not_believed(served: Served) -> None:
    """Whatever listens where the note points, it must be the one that wrote it."""
    note = served.data_dir / "server.json"
    kept = note.read_text()
    try:
        note.write_text(json.dumps({**json.loads(kept), "instance": "another"}))
        printed, loaded = served.ask(QUESTION)
    finally:
        note.write_text(kept)
    assert loaded
    assert "Oda Brekke" in printed


def test_a_server_that_died_is_not_missed(served: Served) -> None:
    """After kill -9 its note lies there still, and the command answers by itself."""
    served.process.send_signal(signal.SIGKILL)
    served.process.wait()
    assert (served.data_dir / "server.json").exists()
    printed, loaded = served.ask(QUESTION)
    assert loaded
    assert "Oda Brekke" in printed
