"""Locks, mismatches, damage, uploads: what the store refuses and what it survives."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from qa.errors import (
    BinaryArticle,
    EmptyArticle,
    IndexDamaged,
    IndexLocked,
    IndexMismatch,
    UnknownArticle,
    UnsupportedFormat,
)
from qa.library import LOOK_UP, Library
from qa.lock import WriterLock
from tests.conftest import MakePipeline
from tests.support import found, paragraph, write


def test_a_second_writer_is_refused_by_name(make_pipeline: MakePipeline, folder: Path) -> None:
    """While one holds the lock another cannot ingest, and is told who holds it."""
    write(folder, {"a.txt": paragraph("albatross")})
    first = make_pipeline()
    first.store.own()
    second = make_pipeline(first.settings.data_dir)
    with pytest.raises(IndexLocked, match=r"being written by `.+` \(process \d+"):
        second.store.ingest([folder])
    first.store.ingest([folder])
    assert found(second, "albatross") == {"a.txt"}


def test_the_lock_is_given_back(make_pipeline: MakePipeline, folder: Path) -> None:
    """After an ingest, and after a failed one, the next writer may write."""
    write(folder, {"a.txt": paragraph("albatross")})
    first = make_pipeline()
    first.store.ingest([folder])
    second = make_pipeline(first.settings.data_dir)
    assert second.store.ingest([folder]).unchanged == 1
    lock = WriterLock(first.settings.data_dir)
    lock.acquire()
    lock.release()


def test_an_index_that_was_looked_at_before_its_first_article_keeps_what_comes(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """Opened empty and without the lock, it is marked by the first ingest, and nothing of it goes.

    Nor does anything where that mark is missing.
    """
    write(folder, {"a.txt": paragraph("albatross")})
    first = make_pipeline()
    assert first.store.index_counts() == (0, 0)
    first.store.ingest([folder])
    assert first.library.meta("fingerprint") == first.store.fingerprint
    with sqlite3.connect(first.library.path) as db:
        db.execute("DELETE FROM meta WHERE key = 'fingerprint'")
    first.close()
    second = make_pipeline(first.settings.data_dir)
    second.store.own()
    assert found(second, "albatross") == {"a.txt"}


def test_a_reader_sees_what_another_process_wrote(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """An open pipeline finds articles that another process added, changed and removed since."""
    write(folder, {"a.txt": paragraph("albatross"), "b.txt": paragraph("barnacle")})
    reader = make_pipeline()
    reader.store.ingest([folder])
    assert found(reader, "albatross") == {"a.txt"}
    write(folder, {"a.txt": paragraph("cormorant"), "d.txt": paragraph("dolphin")})
    (folder / "b.txt").unlink()
    # A process of its own: within one, Chroma shows every client of a path what others wrote.
    subprocess.run(
        [Path(sys.executable).with_name("qa"), "ingest", folder],
        env={**os.environ, "QA_DATA_DIR": str(reader.settings.data_dir)},
        check=True,
        capture_output=True,
    )
    assert found(reader, "albatross") == set()
    assert found(reader, "barnacle") == set()
    assert found(reader, "cormorant") == {"a.txt"}
    assert found(reader, "dolphin") == {"d.txt"}
    with reader.store.searching() as index:
        vector = reader.store.embedding.encode(["dolphin"])[0]
        near = {hit.id.partition("#")[0] for hit in index.dense(vector, 5)}
    assert near == {"a.txt", "d.txt"}


def test_an_index_of_other_settings_is_refused(make_pipeline: MakePipeline, folder: Path) -> None:
    """Other passage settings than the index was made with are an error that names both."""
    write(folder, {"a.txt": paragraph("albatross")})
    first = make_pipeline()
    first.store.ingest([folder])
    data_dir = first.settings.data_dir
    first.close()
    other = make_pipeline(data_dir, chunk_tokens=64)
    with pytest.raises(IndexMismatch, match=r"passages of 160 tokens.*passages of 64 tokens") as e:
        other.search("albatross")
    assert "qa reindex" in e.value.remedy
    with pytest.raises(IndexMismatch):
        other.store.ingest([folder])
    other.store.reindex()
    assert found(other, "albatross") == {"a.txt"}


def test_a_damaged_index_is_said_and_rebuilt(make_pipeline: MakePipeline, folder: Path) -> None:
    """Broken index files are an error with a remedy, and the remedy loses nothing."""
    write(folder, {"a.txt": paragraph("albatross"), "b.txt": paragraph("barnacle")})
    first = make_pipeline()
    first.store.ingest([folder])
    data_dir = first.settings.data_dir
    first.close()
    (data_dir / "chroma" / "1" / "chroma.sqlite3").write_bytes(b"not a database at all" * 100)
    broken = make_pipeline(data_dir)
    with pytest.raises(IndexDamaged) as e:
        broken.search("albatross")
    assert "qa reindex" in e.value.remedy
    assert broken.store.reindex() == 2
    assert found(broken, "albatross") == {"a.txt"}
    shutil.rmtree(folder)
    assert found(broken, "barnacle") == {"b.txt"}


def test_an_upload_is_stored_and_answers(make_pipeline: MakePipeline) -> None:
    """An uploaded article is kept as a file, found, replaced by name, and removed for good."""
    pipeline = make_pipeline()
    info = pipeline.store.add_upload("notes.txt", paragraph("albatross").encode())
    assert (info.id, info.state) == ("notes.txt", "indexed")
    assert found(pipeline, "albatross") == {"notes.txt"}
    pipeline.store.add_upload("notes.txt", paragraph("barnacle").encode())
    assert found(pipeline, "albatross") == set()
    pipeline.store.remove("notes.txt")
    assert found_nothing(pipeline.settings.data_dir / "uploads")
    pipeline.store.ingest()
    with pytest.raises(UnknownArticle):
        pipeline.library.article("notes.txt")


def found_nothing(folder: Path) -> bool:
    """Tell whether a folder is empty."""
    return list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("notes.txt", b"\x00\x01\x02\x03" * 50, BinaryArticle),
        ("notes.exe", b"some text", UnsupportedFormat),
    ],
)
def test_a_bad_upload_leaves_nothing_behind(
    name: str, data: bytes, error: type[Exception], make_pipeline: MakePipeline
) -> None:
    """What cannot be an article is refused before a byte of it is stored."""
    pipeline = make_pipeline()
    with pytest.raises(error):
        pipeline.store.add_upload(name, data)
    assert not (pipeline.settings.data_dir / "uploads").exists()
    assert pipeline.library.articles() == []


@pytest.mark.parametrize("name", ["../../etc/passwd.txt", "..\\..\\x.txt", "/etc/x.txt", ".x.txt"])
def test_an_upload_cannot_leave_its_folder(name: str, make_pipeline: MakePipeline) -> None:
    """Only the last part of an upload's name counts, and hidden names become visible."""
    pipeline = make_pipeline()
    info = pipeline.store.add_upload(name, paragraph("albatross").encode())
    stored = pipeline.settings.data_dir / "uploads" / info.path
    assert stored.is_file()
    assert "/" not in info.path
    assert not info.path.startswith(".")


@pytest.mark.parametrize("name", ["..txt", ".txt", ".", "...", ""])
def test_a_name_that_is_only_dots_and_suffix_is_refused(
    name: str, make_pipeline: MakePipeline
) -> None:
    """Made visible it has no suffix, so nothing tells its format, and nothing is stored."""
    pipeline = make_pipeline()
    with pytest.raises(UnsupportedFormat):
        pipeline.store.add_upload(name, paragraph("albatross").encode())
    assert not (pipeline.settings.data_dir / "uploads").exists()


def test_a_hidden_upload_is_refused_under_its_own_name(make_pipeline: MakePipeline) -> None:
    """It is not called by the name that it would have been stored under."""
    with pytest.raises(EmptyArticle, match=r"^\.x\.txt has no bytes"):
        make_pipeline().store.add_upload(".x.txt", b"")


def test_threads_that_end_leave_no_file_open(make_pipeline: MakePipeline, folder: Path) -> None:
    """However many threads have read the library, one after the other, few files are open."""
    write(folder, {"a.txt": paragraph("albatross")})
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])

    def opened() -> int:
        files = Path("/proc/self/fd").iterdir()
        return sum(f.resolve().name.startswith("library.db") for f in files)

    before = opened()
    for _ in range(20):
        reader = threading.Thread(target=pipeline.library.counts)
        reader.start()
        reader.join()
    assert opened() <= before + 4


def test_passages_are_looked_up_by_their_ids(tmp_path: Path) -> None:
    """SQLite goes through the ids, not through all articles: a search must not grow with these."""
    Library(tmp_path / "library.db").close()
    with closing(sqlite3.connect(tmp_path / "library.db")) as db:
        query = LOOK_UP.format(marks=",".join("?" * 30))
        plan = db.execute(f"EXPLAIN QUERY PLAN {query}", [1, *range(30)]).fetchall()
    assert "SEARCH p USING PRIMARY KEY" in plan[0][3]
    assert "(key=?)" in plan[1][3]
    assert len(plan) == 2
