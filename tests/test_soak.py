"""The soak, for seconds instead of minutes: it runs, it checks, and it would notice."""

import re
import subprocess
import sys
import time
from pathlib import Path

from tests.soak.record import Record, Size

ROOT = Path(__file__).parent.parent


def test_a_short_soak_finds_nothing_wrong() -> None:
    """A real server under load, with Ollama and the disk failing, answers rightly throughout."""
    command = [sys.executable, "-m", "tests.soak", "--minutes", "0.1", "--kills", "0"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "unexpected errors: 0" in done.stdout
    found = re.search(r"checked: .*'answers': (\d+)", done.stdout)
    assert found
    assert int(found[1]) > 0


def test_what_is_wrong_outside_of_a_fault_is_an_error() -> None:
    """Only what overlaps a time in which something was broken on purpose is excused."""
    record = Record()
    before = time.monotonic()
    assert not record.excuse(before, "ask")
    with record.broken("disk full"):
        assert record.excuse(before, "ask")
        during = time.monotonic()
    assert record.excuse(during, "ask")
    assert not record.excuse(time.monotonic() + 1, "ask")
    record.check("answers", good=False, detail="wrong")
    assert (record.failed, record.errors) == (1, ["answers: wrong"])


def test_the_size_of_a_process_is_measured() -> None:
    """Memory, open files and threads of this very process are plausible."""
    import os

    size = Size.of(os.getpid())
    with Path(__file__).open("rb"):
        assert Size.of(os.getpid()).files == size.files + 1
    assert size.megabytes > 1
    assert size.threads >= 1
