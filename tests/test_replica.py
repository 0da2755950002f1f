"""What a replica reads: the writer's files, or a published copy of them."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from qa.errors import ReplicaOnly, ReplicaUnready, UsageError
from qa.index import PassageIndex
from qa.library import Library
from qa.pipeline import Pipeline, build
from qa.publish import follow, publish
from qa.settings import Settings
from tests.conftest import MakePipeline
from tests.processes import wait_until
from tests.support import found, paragraph, write
from tests.test_chroma_server import MakeDatabase, make_database, server
from tests.test_cli import qa

__all__ = ["make_database", "server"]


@pytest.fixture
def database(make_database: MakeDatabase) -> dict[str, str]:
    """Return the settings of an empty database in a Chroma server."""
    return make_database()


@pytest.fixture
def writer(database: dict[str, str], make_pipeline: MakePipeline, folder: Path) -> Pipeline:
    """Return a pipeline that has ingested one article."""
    made = make_pipeline(**database)
    write(folder, {"a.txt": paragraph("albatross")})
    made.store.ingest([folder])
    return made


def test_a_replica_follows_a_published_copy(
    writer: Pipeline, database: dict[str, str], make_pipeline: MakePipeline, folder: Path,
    tmp_path: Path,
) -> None:  # fmt: skip
    """What is published is found and what is gone is not, by the replica that is open already."""
    copy = tmp_path / "copy"
    data_dir = writer.settings.data_dir
    assert publish(data_dir, copy) == writer.library.generation
    replica = make_pipeline(copy, **database, replica=True)
    assert found(replica, "albatross") == {"a.txt"}
    write(folder, {"b.txt": paragraph("barnacle")})
    (folder / "a.txt").unlink()
    writer.store.ingest([folder])
    assert found(replica, "barnacle") == set()
    publish(data_dir, copy)
    assert [passage.article_id for passage in replica.search("barnacle", halves="terms")] == [
        "b.txt"
    ]
    assert found(replica, "barnacle") == {"b.txt"}
    assert found(replica, "albatross") == set()
    assert replica.library.article("b.txt") == writer.library.article("b.txt")
    assert publish(data_dir, copy) is None


def test_a_copy_holds_what_is_needed_and_no_more(writer: Pipeline, tmp_path: Path) -> None:
    """After many changes and a new build, it has no file that the index itself has not."""
    copy = tmp_path / "copy"
    data_dir = writer.settings.data_dir
    for number in range(5):
        writer.store.add_upload("c.txt", paragraph(f"cormorant{number}").encode())
        publish(data_dir, copy)
    writer.store.reindex()
    publish(data_dir, copy)
    copied = {path.relative_to(copy) for path in copy.rglob("*") if path.is_file()}
    original = {path.relative_to(data_dir) for path in data_dir.rglob("*")}
    assert copied <= original
    assert Path("lexical/2/meta.json") in copied


def test_following_publishes_by_itself(writer: Pipeline, tmp_path: Path) -> None:
    """A change is published without being asked for, until it is stopped."""
    told: list[int] = []
    stop = threading.Event()
    arguments = writer.settings.data_dir, tmp_path / "copy", told.append, stop
    thread = threading.Thread(target=follow, args=arguments)
    thread.start()
    try:
        wait_until(lambda: told == [writer.library.generation], "the first copy")
        writer.store.add_upload("c.txt", paragraph("cormorant").encode())
        wait_until(lambda: told[-1] == writer.library.generation, "the second copy")
    finally:
        stop.set()
        thread.join()


def test_a_build_that_is_replaced_in_the_middle_of_a_search_does_no_harm(
    writer: Pipeline, database: dict[str, str], make_pipeline: MakePipeline
) -> None:
    """The search is made again, in the new build; the old one's vectors are gone by then."""
    replica = make_pipeline(writer.settings.data_dir, **database, replica=True)
    vector = replica.store.embedding.encode(["albatross"])[0]
    builds = []

    def run(index: PassageIndex) -> int:
        builds.append(index.build)
        if index.build == 1:
            writer.store.reindex()
        return len(index.dense(vector, 5))

    assert replica.store.search(run) == 1
    assert builds == [1, 2]
    assert found(replica, "albatross") == {"a.txt"}


def test_a_replica_changes_nothing(
    writer: Pipeline, database: dict[str, str], make_pipeline: MakePipeline, folder: Path
) -> None:
    """Whatever would write is refused, while the writer may; the library is opened read-only."""
    replica = make_pipeline(writer.settings.data_dir, **database, replica=True)
    changes: list[Callable[[], object]] = [
        lambda: replica.store.ingest([folder]),
        lambda: replica.store.add_upload("c.txt", b"text"),
        lambda: replica.store.remove("a.txt"),
        lambda: replica.store.forget(folder),
        replica.store.reindex,
    ]
    for change in changes:
        with pytest.raises(ReplicaOnly, match="replica"):
            change()
    writer.store.add_upload("c.txt", paragraph("cormorant").encode())
    assert found(replica, "cormorant") == {"c.txt"}
    writer.store.remove("a.txt")
    assert found(replica, "albatross") == set()


def test_a_replica_with_nothing_to_follow_says_what_to_do(
    database: dict[str, str], tmp_path: Path
) -> None:
    """No library, and vectors in the data directory, are problems with a remedy, before serving."""
    empty = Settings.model_validate({**database, "data_dir": tmp_path, "replica": True})
    with pytest.raises(ReplicaUnready, match="QA_DATA_DIR"):
        build(empty, writer=True)
    assert list(tmp_path.iterdir()) == []
    Library(tmp_path / "library.db").close()
    with pytest.raises(ReplicaUnready, match="QA_CHROMA_URL"):
        build(Settings(data_dir=tmp_path, replica=True), writer=True)


def test_a_copy_that_cannot_be_made_is_said(writer: Pipeline, tmp_path: Path) -> None:
    """The data directory itself, a file in the way, and a missing library are named."""
    data_dir = writer.settings.data_dir
    with pytest.raises(UsageError, match="itself"):
        publish(data_dir, data_dir)
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be written"):
        publish(data_dir, tmp_path / "file")
    result = qa(tmp_path / "nowhere", "publish", str(tmp_path / "copy"))
    assert (result.returncode, result.stdout) == (1, "")
    assert "Start the server that writes first" in result.stderr
