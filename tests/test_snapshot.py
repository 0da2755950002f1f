"""A data directory that may only be read answers; nothing in it changes, and no copy stays."""

import errno
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from qa.errors import DiskFull, IndexLocked
from qa.library import Library
from qa.snapshot import Copies
from tests.live import ARTICLES, ingested
from tests.test_cli import QA, ROOT, Result, environment

QUESTION = "Who designed the lighthouse at Cape Morrow?"
# Rights do not bind root, unless it gives up what lets it pass them by.
BOUND = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data directory with articles, left in order by who wrote it."""
    root = tmp_path_factory.mktemp("filled")
    ingested(root / "articles", root / "data", ARTICLES)
    return root / "data"


@pytest.fixture
def data_dir(filled: Path, tmp_path: Path) -> Iterator[Path]:
    """Return a copy of it, whose files and folders are given back in the end."""
    yield Path(shutil.copytree(filled, tmp_path / "data"))
    for path in [tmp_path / "data", *(tmp_path / "data").rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def shut(data_dir: Path) -> dict[str, bytes]:
    """Take the right to write from everything, and return what the files hold."""
    paths = [data_dir, *data_dir.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    return held(data_dir)


def held(data_dir: Path) -> dict[str, bytes]:
    """Return what the files of a folder hold, by path."""
    files = (path for path in data_dir.rglob("*") if path.is_file())
    return {str(path.relative_to(data_dir)): path.read_bytes() for path in files}


def bound(data_dir: Path, *words: str) -> Result:
    """Run `qa` as one whom rights bind, with a folder of its own for what is temporary."""
    scratch = data_dir.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    result = subprocess.run(
        [*BOUND, QA, *words], env=environment(data_dir, TMPDIR=str(scratch)), cwd=ROOT, text=True,
        capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert not list(scratch.glob("footnote-*"))
    return result


def test_what_may_only_be_read_answers(data_dir: Path) -> None:
    """Questions and the list of articles need no right to write, and leave everything as it is."""
    before = shut(data_dir)
    asked = bound(data_dir, "ask", QUESTION)
    assert (asked.returncode, asked.stderr) == (0, "")
    assert "Ada Lindqvist" in asked.stdout
    listed = bound(data_dir, "status", "--files")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert "lighthouse.txt" in listed.stdout
    assert held(data_dir) == before


def test_doctor_does_not_call_it_broken(data_dir: Path) -> None:
    """What answers is in order; what cannot be done with it is said."""
    shut(data_dir)
    result = bound(data_dir, "doctor")
    assert result.returncode == 0, result.stdout
    assert f"{data_dir} cannot be written: its articles answer" in " ".join(result.stdout.split())
    assert "ok      index: " in result.stdout


def test_doctor_calls_it_broken_where_nothing_answers(tmp_path: Path) -> None:
    """A data directory that can be neither filled nor asked is of no use."""
    empty = tmp_path / "data"
    empty.mkdir()
    Library(empty / "library.db").close()
    shut(empty)
    result = bound(empty, "doctor")
    empty.chmod(0o755)
    assert result.returncode == 1
    assert "broken  data directory: " in result.stdout


def test_what_the_log_holds_is_read_as_well(data_dir: Path) -> None:
    """Where a writer did not come to close the library, its newest state answers."""
    with closing(sqlite3.connect(data_dir / "library.db")) as left_open:
        left_open.execute("PRAGMA wal_autocheckpoint = 0")
        left_open.execute("UPDATE versions SET title = 'Changed last of all'")
        left_open.commit()
        before = shut(data_dir)
        assert before["library.db-wal"]
        listed = bound(data_dir, "status", "--files")
        assert "Changed last of all" in listed.stdout, listed.stderr
        assert "Ada Lindqvist" in bound(data_dir, "ask", QUESTION).stdout


def test_a_replica_sees_what_is_written(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it may only read, the library is still one that another process writes."""
    monkeypatch.setattr("qa.library.shut", lambda _: True)
    replica = Library(data_dir / "library.db", replica=True)
    with closing(sqlite3.connect(data_dir / "library.db")) as writer:
        writer.execute("UPDATE versions SET title = 'Changed meanwhile'")
        writer.commit()
        assert {info.title for info in replica.articles()} == {"Changed meanwhile"}
    replica.close()


@pytest.mark.parametrize("words", [("ingest", "seeds"), ("reindex",), ("serve", "--port", "0")])
def test_who_would_write_is_told(data_dir: Path, words: tuple[str, ...]) -> None:
    """What changes the index is refused with a remedy, and nothing has changed."""
    before = shut(data_dir)
    result = bound(data_dir, *words)
    assert result.returncode == 1
    assert "cannot be written" in result.stderr
    assert "QA_DATA_DIR" in result.stderr
    assert held(data_dir) == before


def test_a_library_of_an_older_version_is_named(data_dir: Path) -> None:
    """It would have to be brought up to date first, which only who may write it can."""
    with closing(sqlite3.connect(data_dir / "library.db")) as older:
        older.execute("PRAGMA user_version = 1")
    before = shut(data_dir)
    asked = bound(data_dir, "ask", QUESTION)
    assert asked.returncode == 1
    assert "older version (schema 1)" in asked.stderr
    assert "qa status" in asked.stderr
    assert held(data_dir) == before


def test_what_can_be_written_is_not_copied(tmp_path: Path) -> None:
    """A folder that may be written, or that is not there yet, is used itself."""
    copies = Copies()
    assert copies.of(tmp_path) == tmp_path
    assert copies.of(tmp_path / "later") == tmp_path / "later"
    assert not copies


@pytest.mark.parametrize(
    ("failing", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), DiskFull),
        (FileNotFoundError(errno.ENOENT, "No such file", "a.term"), IndexLocked),
    ],
)
def test_a_copy_that_cannot_be_made_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: OSError, told: type[Exception]
) -> None:
    """No room for it, or a file that goes meanwhile: an error with a remedy, and no remains."""

    def fails(*_: object) -> None:
        raise failing

    (tmp_path / "lexical").mkdir()
    (tmp_path / "lexical" / "a.term").write_bytes(b"x")
    monkeypatch.setattr("qa.snapshot.os.access", lambda *_: False)
    monkeypatch.setattr("qa.snapshot.shutil.copyfile", fails)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    copies = Copies()
    with pytest.raises(told):
        copies.of(tmp_path / "lexical")
    copies.close()
    assert not list(tmp_path.glob("footnote-*"))
