"""kill -9 in the middle of an ingest: nothing is ever lost, doubled or mixed."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from qa.pipeline import Pipeline
from tests.conftest import MakePipeline
from tests.support import found, paragraph, write

KILLS = 30
CHANGED = [f"changed{n}.txt" for n in range(10)]
DELETED = [f"deleted{n}.txt" for n in range(4)]
ADDED = [f"added{n}.txt" for n in range(6)]


def old_word(name: str) -> str:
    """Return the word that only the old version of an article holds."""
    return f"old{name.removesuffix('.txt')}"


def new_word(name: str) -> str:
    """Return the word that only the new version of an article holds."""
    return f"new{name.removesuffix('.txt')}"


class Killable:
    """The forking process, and its jobs."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.killable"],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._read() == "ready"

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def start(self, data_dir: Path, folder: Path, **more: object) -> int:
        """Start an ingest and return its pid; `more` is what else belongs to the job."""
        assert self._process.stdin is not None
        job = {"data_dir": str(data_dir), "folder": str(folder), **more}
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return int(self._read())

    def status(self) -> int:
        """Wait for the ingest's end and return its exit status."""
        return int(self._read())

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=30)


@pytest.fixture(scope="module")
def killable() -> Iterator[Killable]:
    """Return the forking process."""
    process = Killable()
    yield process
    process.close()


def check_old_or_new(pipeline: Pipeline) -> int:
    """Assert that each article answers in exactly one state; return how many are new."""
    fresh = 0
    for name in CHANGED:
        old = found(pipeline, old_word(name)) == {name}
        new = found(pipeline, new_word(name)) == {name}
        assert old != new, f"{name} answers in {'both versions' if old else 'neither version'}"
        fresh += new
    for name in DELETED:
        answers = found(pipeline, old_word(name))
        assert answers in ({name}, set())
        fresh += not answers
    for name in ADDED:
        answers = found(pipeline, new_word(name))
        assert answers in ({name}, set())
        fresh += bool(answers)
    return fresh


def test_killed_at_random_moments(
    make_pipeline: MakePipeline, killable: Killable, tmp_path: Path
) -> None:
    """After each of 30 kills every article answers in its old or its new version, never neither
    and never both, and the next ingest completes.
    """
    base, folder = tmp_path / "base", tmp_path / "articles"
    write(folder, {name: paragraph(old_word(name)) for name in [*CHANGED, *DELETED]})
    assert finish(killable, base, folder) == 0
    for name in DELETED:
        (folder / name).unlink()
    write(folder, {name: paragraph(new_word(name)) for name in [*CHANGED, *ADDED]})

    rehearsal = shutil.copytree(base, tmp_path / "rehearsal")
    began = time.monotonic()
    assert finish(killable, rehearsal, folder) == 0
    duration = time.monotonic() - began

    killed, seen = 0, set()
    moments = random.Random(20251211)  # noqa: S311 -- moments, not secrets
    for number in range(KILLS):
        data_dir = shutil.copytree(base, tmp_path / f"run{number}")
        pid = killable.start(data_dir, folder)
        time.sleep(moments.uniform(0, duration))
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        alive = killable.status() == -signal.SIGKILL
        killed += alive
        # However fast the machine is by now: some two in three are to be killed before their end.
        duration *= 1.1 if alive else 0.8
        after = make_pipeline(data_dir)
        seen.add(check_old_or_new(after))
        after.close()

        assert finish(killable, data_dir, folder) == 0
        completed = make_pipeline(data_dir)
        assert check_old_or_new(completed) == len(CHANGED) + len(DELETED) + len(ADDED)
        articles, passages = completed.library.counts()
        assert completed.store.index_counts() == (passages, passages)
        assert articles == len(CHANGED) + len(ADDED)
        completed.close()
        shutil.rmtree(data_dir)
    assert killed >= KILLS // 3, "too few ingests were still running when they were killed"
    # What lies between is a matter of milliseconds: the test below kills there on purpose.
    assert len(seen) >= 2, "the kills fell all before the ingest, or all after it"


def finish(killable: Killable, data_dir: Path, folder: Path) -> int:
    """Run an ingest to its end and return its exit status."""
    killable.start(data_dir, folder)
    return killable.status()


def test_killed_before_each_step_that_reaches_the_disk(
    make_pipeline: MakePipeline, killable: Killable, tmp_path: Path
) -> None:
    """A sync, an upload, a removal and a rebuild, killed at every stage: each article answers in
    its old or its new version, never both, and the same work done again comes to the same end.

    Every third stage, since all of them take a minute; EVERY_STAGE=1 tries all.
    """
    base, folder, record = tmp_path / "base", tmp_path / "articles", tmp_path / "steps.json"
    write(folder, {name: paragraph(name.removesuffix(".txt")) for name in ("kept.txt", "gone.txt")})
    write(folder, {"changed.txt": paragraph("before"), "named.txt": paragraph("renamed")})
    assert finish(killable, base, folder) == 0
    (folder / "gone.txt").unlink()
    (folder / "named.txt").rename(folder / "other.txt")
    write(folder, {"changed.txt": paragraph("after"), "added.txt": paragraph("added")})
    more = {"record": str(record), "more": "kept.txt"}
    rehearsal = shutil.copytree(base, tmp_path / "rehearsal")
    killable.start(rehearsal, folder, **more)
    assert killable.status() == 0
    steps = json.loads(record.read_text("utf-8"))
    assert {"begin", "switch", "drop", "adopt_build", "replace", "rmtree"} <= set(steps)
    tried = range(0, len(steps), 1 if os.environ.get("EVERY_STAGE") else 3)
    for last in tried:
        data_dir = shutil.copytree(base, tmp_path / f"stage{last}")
        killable.start(data_dir, folder, last=last, **more)
        assert killable.status() == -signal.SIGKILL, f"step {last}, {steps[last]}"
        after = make_pipeline(data_dir)
        assert check_stage(after), f"killed before step {last}, {steps[last]}"
        after.close()
        killable.start(data_dir, folder, **more)
        assert killable.status() == 0, f"killed before step {last}, {steps[last]}"
        completed = make_pipeline(data_dir)
        assert names(completed) == {"changed.txt", "other.txt", "added.txt", "upload.txt"}
        assert completed.store.index_counts() == (4, 4), f"killed before step {last}, {steps[last]}"
        completed.close()
        shutil.rmtree(data_dir)
    print(f"killed before {len(tried)} of {len(steps)} steps: nothing lost")


def names(pipeline: Pipeline) -> set[str]:
    """Return the articles that answer."""
    return {article.id for article in pipeline.library.live()}


def check_stage(pipeline: Pipeline) -> bool:
    """Tell whether each article answers in one state, old or new, and is found in that one."""
    old, new = found(pipeline, "before"), found(pipeline, "after")
    one = {frozenset(old), frozenset(new)} == {frozenset({"changed.txt"}), frozenset[str]()}
    renamed = found(pipeline, "renamed") in ({"named.txt"}, {"other.txt"})
    listed = names(pipeline)
    others = {"kept.txt", "gone.txt", "added.txt", "upload.txt"}
    return one and renamed and all(found(pipeline, n[:-4]) == {n} for n in listed & others)
