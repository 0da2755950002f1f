"""`qa ingest --watch`: changes of folders are followed, through real files and real processes."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from qa import watch
from qa.errors import FolderNotFound
from qa.ingest import IngestReport, Progress
from qa.lock import WriterLock
from qa.pipeline import Pipeline
from qa.watch import _Filter, follow
from tests.conftest import MakePipeline
from tests.format_files import rss, zipped
from tests.support import paragraph, write
from tests.test_cli import QA, ROOT, environment

LONGEST_S = 60.0


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until something holds; fail after a minute."""
    deadline = time.monotonic() + LONGEST_S
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


@contextmanager
def following(
    pipeline: Pipeline, *folders: Path, during: Callable[[Progress], None] = lambda _: None
) -> Iterator[list[IngestReport]]:
    """Follow folders in a thread; yield the reports so far. `during` is told of their progress."""
    stop = threading.Event()
    reports: list[IngestReport] = []

    def sync() -> bool:
        reports.append(pipeline.store.ingest(list(folders), progress=during))
        return True

    def run() -> None:
        follow(folders, sync, data_dir=pipeline.settings.data_dir, stop=stop)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield reports
    finally:
        stop.set()
        thread.join(LONGEST_S)
        assert not thread.is_alive()


def ids(pipeline: Pipeline) -> set[str]:
    """Return the ids of the articles that answer."""
    return {info.id for info in pipeline.library.articles() if info.state == "indexed"}


def test_changes_are_followed(make_pipeline: MakePipeline, folder: Path) -> None:
    """Files that come, change, move and go, also with their folder, are so in the index."""
    write(folder, {"a.txt": paragraph("albatross")})
    pipeline = make_pipeline()
    with following(pipeline, folder) as reports:
        eventually(lambda: ids(pipeline) == {"a.txt"})
        write(folder, {"sub/b.txt": paragraph("barnacle")})
        eventually(lambda: ids(pipeline) == {"a.txt", "sub/b.txt"})
        (folder / "sub").rename(folder / "moved.d")
        eventually(lambda: ids(pipeline) == {"a.txt", "moved.d/b.txt"})
        (folder / "a.txt").rename(folder / "c.txt")
        eventually(lambda: ids(pipeline) == {"c.txt", "moved.d/b.txt"})
        write(folder, {"c.txt": paragraph("cormorant")})
        eventually(lambda: "cormorant" in pipeline.library.article("c.txt").text)
        (folder / "moved.d" / "b.txt").unlink()
        eventually(lambda: ids(pipeline) == {"c.txt"})
        (folder / "news.rss").write_bytes(rss(ids=("101",)))
        eventually(lambda: ids(pipeline) == {"c.txt", "news.rss/101"})
    assert sum(report.renamed for report in reports) == 2


def test_a_burst_is_one_sync(make_pipeline: MakePipeline, folder: Path) -> None:
    """Many files at once are not as many syncs, and none of them is missed."""
    pipeline = make_pipeline()
    with following(pipeline, folder) as reports:
        eventually(lambda: len(reports) == 1)
        write(folder, {f"{n}.txt": paragraph(f"thing{n}") for n in range(40)})
        eventually(lambda: len(ids(pipeline)) == 40)
    assert len(reports) < 10


def test_a_file_that_grows_is_waited_for(make_pipeline: MakePipeline, folder: Path) -> None:
    """An archive that is written in pieces is read once it is whole, without an error."""
    content = zipped({"a.txt": paragraph("albatross") * 50})
    pipeline = make_pipeline()
    with following(pipeline, folder) as reports:
        eventually(lambda: len(reports) == 1)
        with (folder / "x.zip").open("wb") as file:
            for at in range(0, len(content), len(content) // 8 + 1):
                file.write(content[at : at + len(content) // 8 + 1])
                file.flush()
                time.sleep(watch.SETTLED_S / 4)
        eventually(lambda: ids(pipeline) == {"x.zip/a.txt"})
    assert [error for report in reports for error in report.errors] == []


def test_what_happens_during_a_sync_is_not_lost(make_pipeline: MakePipeline, folder: Path) -> None:
    """A file that comes while another is being read is read next."""
    write(folder, {"a.txt": paragraph("albatross")})
    pipeline = make_pipeline()

    def meanwhile(state: Progress) -> None:
        if state.phase == "embed" and not (folder / "b.txt").exists():
            write(folder, {"b.txt": paragraph("barnacle")})

    with following(pipeline, folder, during=meanwhile):
        eventually(lambda: ids(pipeline) == {"a.txt", "b.txt"})


def test_a_folder_may_go_and_come_back(make_pipeline: MakePipeline, folder: Path) -> None:
    """An unplugged disk keeps its articles; one that is plugged in again is followed again."""
    write(folder, {"a.txt": paragraph("albatross")})
    pipeline = make_pipeline()
    with following(pipeline, folder) as reports:
        eventually(lambda: ids(pipeline) == {"a.txt"})
        folder.rename(folder.with_name("elsewhere"))
        eventually(lambda: bool(reports and reports[-1].errors))
        assert ids(pipeline) == {"a.txt"}
        write(folder, {"b.txt": paragraph("barnacle")})
        eventually(lambda: ids(pipeline) == {"b.txt"})
        write(folder, {"c.txt": paragraph("cormorant")})
        eventually(lambda: ids(pipeline) == {"b.txt", "c.txt"})


def test_a_folder_whose_disk_goes_keeps_its_articles(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """The empty folder that is left is reported; when its files are back, it is followed again."""
    write(folder, {"a.txt": paragraph("albatross"), "b.txt": paragraph("barnacle")})
    pipeline = make_pipeline()
    with following(pipeline, folder) as reports:
        eventually(lambda: ids(pipeline) == {"a.txt", "b.txt"})
        folder.rename(folder.with_name("elsewhere"))
        folder.mkdir()
        eventually(lambda: any("is empty now" in str(report.errors) for report in reports))
        assert ids(pipeline) == {"a.txt", "b.txt"}
        write(folder, {"a.txt": paragraph("albatross"), "c.txt": paragraph("cormorant")})
        eventually(lambda: ids(pipeline) == {"a.txt", "c.txt"})


def test_a_single_file_is_followed(make_pipeline: MakePipeline, folder: Path) -> None:
    """A file that is written anew, under another inode, is read anew; its neighbours are not."""
    write(folder, {"a.txt": paragraph("albatross"), "b.txt": paragraph("barnacle")})
    pipeline = make_pipeline()
    with following(pipeline, folder / "a.txt"):
        eventually(lambda: ids(pipeline) == {"a.txt"})
        write(folder, {"new": paragraph("cormorant")})
        (folder / "new").replace(folder / "a.txt")
        eventually(lambda: "cormorant" in pipeline.library.article("a.txt").text)
    assert ids(pipeline) == {"a.txt"}


@pytest.mark.parametrize(
    ("name", "concerns"),
    [
        ("a.txt", True),
        ("sub/a.PDF", True),
        ("gone", True),
        ("there", True),
        ("picture.png", False),
        (".hidden/a.txt", False),
        ("sub/.a.txt.swp", False),
        ("a.txt~", False),
        ("gone.part", False),
        ("data/library.db-wal", False),
        ("data/uploads/a.txt", False),
        ("../other/a.txt", False),
    ],
)
def test_only_what_may_hold_articles_concerns_a_sync(
    name: str, *, concerns: bool, folder: Path
) -> None:
    """Hidden files, other formats, half-done downloads and the index itself do not."""
    (folder / "there").mkdir()
    (folder / "picture.png").touch()
    assert _Filter([folder], folder / "data")(None, str(folder / name)) is concerns


def test_uploads_are_followed_when_they_are_asked_for(folder: Path) -> None:
    """A folder within the data directory is followed by name only."""
    uploads = folder / "data" / "uploads"
    assert _Filter([folder, uploads], folder / "data")(None, str(uploads / "a.txt"))


def test_a_system_that_cannot_watch_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the system has no watch left, the setting to raise is named."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("watchfiles.watch", full)
    with pytest.raises(FolderNotFound, match="max_user_watches"):
        follow([folder], lambda: True, data_dir=folder / "data", stop=threading.Event())


def test_the_command_follows_until_ctrl_c(tmp_path: Path, folder: Path) -> None:
    """A real process prints what each change did, waits for another writer, and ends with 0."""
    write(folder, {"a.txt": paragraph("albatross")})
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    with (tmp_path / "out").open("w") as out, (tmp_path / "err").open("w") as err:
        process = subprocess.Popen(
            [QA, "ingest", "--watch", str(folder)], cwd=ROOT, stdout=out, stderr=err,
            env=environment(data_dir) | {"PYTHONUNBUFFERED": "1"}, start_new_session=True,
        )  # fmt: skip
        try:
            said = (tmp_path / "out").read_text
            eventually(lambda: "1 added" in said())
            lock = WriterLock(data_dir)
            eventually(lambda: not (data_dir / "writer.json").exists())
            lock.acquire()
            write(folder, {"b.txt": paragraph("barnacle"), "bad.txt": ""})
            eventually(lambda: "Waiting: " in (tmp_path / "err").read_text())
            lock.release()
            eventually(lambda: "1 added, 1 unchanged, 1 failed" in said())
            process.send_signal(signal.SIGINT)
            assert process.wait(LONGEST_S) == 0
        finally:
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
    errors = (tmp_path / "err").read_text()
    assert errors.startswith(f"Following {folder}; Ctrl-C ends.\n")
    assert errors.count("bad.txt: ") == 1
    assert "Traceback" not in errors
