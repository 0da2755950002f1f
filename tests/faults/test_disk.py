"""A disk that is full, at whatever point it fills up, and one that cannot be written."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from qa.errors import DiskFull, NotWritable
from qa.library import Library
from qa.pipeline import Pipeline
from tests.conftest import MakePipeline
from tests.support import found, paragraph, write

SIZE = 24 * 2**20
LEFT = [0, 8, 32, 96, 192, 400]
"""Kilobytes left free: too few for the library, for Chroma, for tantivy, for none of them."""
WORDS = ("albatross", "barnacle", "cormorant")


class Disk:
    """A small file system of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "ballast"

    def fill(self, left: int) -> None:
        """Leave so many bytes free."""
        self._ballast.unlink(missing_ok=True)
        free = os.statvfs(self.path)
        size = free.f_bavail * free.f_frsize - left
        with self._ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(1, size))

    def empty(self) -> None:
        """Free the space again."""
        self._ballast.unlink()

    @contextmanager
    def read_only(self, path: Path) -> Iterator[Path]:
        """Show a folder a second time, where it cannot be written."""
        shown = self.path / "read-only"
        shown.mkdir()
        subprocess.run(["mount", "--bind", path, shown], check=True)
        subprocess.run(["mount", "-o", "remount,bind,ro", shown], check=True)
        try:
            yield shown
        finally:
            subprocess.run(["umount", "--lazy", shown], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Return a mounted disk of 24 MB, where this user may mount one."""
    path = tmp_path / "disk"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(path)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a file system")
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)


def filled(pipeline: Pipeline, folder: Path) -> None:
    """Index the first articles."""
    write(folder, {f"{word}.txt": paragraph(word) for word in WORDS})
    assert not pipeline.store.ingest([folder]).errors


def check_all(pipeline: Pipeline, words: tuple[str, ...]) -> None:
    """Assert that these articles answer, and no others, in both halves of the index."""
    for word in words:
        assert found(pipeline, word) == {f"{word}.txt"}
    assert pipeline.library.counts() == (len(words), len(words))
    assert pipeline.store.index_counts() == (len(words), len(words))


def refusal(pipeline: Pipeline, folder: Path) -> DiskFull | None:
    """Ingest; return what was said if the disk was full."""
    try:
        pipeline.store.ingest([folder])
    except DiskFull as full:
        return full
    return None


def test_a_full_disk_is_said_and_loses_nothing(
    disk: Disk, make_pipeline: MakePipeline, folder: Path
) -> None:
    """Wherever an ingest runs out of space, that is what is said; all that answered goes on to,
    and once there is space again the next ingest completes.
    """
    pipeline = make_pipeline(disk.path / "data")
    filled(pipeline, folder)
    refused = 0
    for number, left in enumerate(LEFT):
        fresh = {f"fresh{n}.txt": paragraph(f"fresh{n}v{number}") for n in range(8)}
        write(folder, fresh)
        disk.fill(left * 1024)
        full = refusal(pipeline, folder)
        refused += full is not None
        assert full is None or "Free some space" in full.remedy
        for word in WORDS:
            assert found(pipeline, word) == {f"{word}.txt"}
        disk.empty()
        assert not pipeline.store.ingest([folder]).errors
        for n in range(8):
            assert found(pipeline, f"fresh{n}v{number}") == {f"fresh{n}.txt"}
        assert pipeline.store.index_counts() == (len(WORDS) + 8, len(WORDS) + 8)
    print(f"full at {len(LEFT)} points, refused at {refused}: nothing lost")
    assert refused >= 3


def test_an_upload_to_a_full_disk_leaves_nothing_behind(
    disk: Disk, make_pipeline: MakePipeline, folder: Path
) -> None:
    """It is refused with the remedy, no half of it is kept, and it succeeds when there is space."""
    pipeline = make_pipeline(disk.path / "data")
    filled(pipeline, folder)
    text = (paragraph("dolphin") + "\n" + "The log went on like this for pages. " * 20_000).encode()
    disk.fill(64 * 1024)
    with pytest.raises(DiskFull):
        pipeline.store.add_upload("dolphin.txt", text)
    assert not list((disk.path / "data" / "uploads").glob("*"))
    assert not list((disk.path / "data" / "uploads").glob(".*"))
    assert found(pipeline, "albatross") == {"albatross.txt"}
    disk.empty()
    small = paragraph("dolphin").encode()
    assert pipeline.store.add_upload("dolphin.txt", small).state == "indexed"
    check_all(pipeline, (*WORDS, "dolphin"))


def test_a_read_only_disk_answers_and_takes_nothing(
    disk: Disk, make_pipeline: MakePipeline, folder: Path
) -> None:
    """What was stored is found; who would write is told, with a remedy. It is as it was after."""
    data_dir = disk.path / "data"
    pipeline = make_pipeline(data_dir)
    filled(pipeline, folder)
    pipeline.close()
    with disk.read_only(data_dir) as shown:
        reading = make_pipeline(shown)
        check_all(reading, WORDS)
        with pytest.raises(NotWritable) as told:
            reading.store.ingest([folder])
        reading.close()
        assert str(shown) in told.value.detail
        assert "QA_DATA_DIR" in told.value.remedy
        with pytest.raises(NotWritable):
            Library(shown / "elsewhere" / "library.db")
    check_all(make_pipeline(data_dir), WORDS)
