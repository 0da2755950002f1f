"""Files that cannot become articles: each is reported by name with a remedy, the rest goes in."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from qa.errors import FolderNotFound
from qa.ingest import IngestReport
from tests.conftest import MakePipeline
from tests.support import found, paragraph, write

BAD = "bad.txt"


def empty(path: Path) -> None:
    """Make a file without a byte."""
    path.touch()


def blank(path: Path) -> None:
    """Make a file of white space."""
    path.write_text(" \n\n \t", encoding="utf-8")


def binary(path: Path) -> None:
    """Make a PNG file."""
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 4)


def huge(path: Path) -> None:
    """Make a sparse file of 200 MB."""
    with path.open("wb") as file:
        file.truncate(200_000_000)


def link_to_itself(path: Path) -> None:
    """Make a link that leads to itself."""
    path.symlink_to(path.name)


def dangling_link(path: Path) -> None:
    """Make a link to a file that does not exist."""
    path.symlink_to("nothing-here.txt")


def link_out_of_the_folder(path: Path) -> None:
    """Make a link to a real file elsewhere."""
    outside = path.parent.parent / "outside.txt"
    outside.write_text(paragraph("secret"), encoding="utf-8")
    path.symlink_to(outside)


def link_to_a_folder(path: Path) -> None:
    """Make a link to the folder that holds it."""
    path.symlink_to(path.parent, target_is_directory=True)


def pipe(path: Path) -> None:
    """Make a named pipe, which blocks whoever opens it."""
    os.mkfifo(path)


def socket_file(path: Path) -> None:
    """Make a socket, which nobody can open as a file."""
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        # The path of a socket is short by definition, that of a test folder is not.
        os.chdir(path.parent)
        try:
            listener.bind(path.name)
        finally:
            os.chdir(here)


def only_furniture(path: Path) -> None:
    """Make a file that holds a copyright line and nothing else."""
    path.write_text("© 2025 Example Times. All rights reserved.\n", encoding="utf-8")


CASES: dict[Callable[[Path], None], str] = {
    empty: "empty-article",
    blank: "empty-article",
    binary: "binary-article",
    huge: "article-too-large",
    link_to_itself: "link-loop",
    dangling_link: "link-loop",
    link_out_of_the_folder: "link-loop",
    link_to_a_folder: "link-loop",
    pipe: "unreadable-article",
    socket_file: "unreadable-article",
    only_furniture: "empty-article",
}


def check(report: IngestReport, path: Path, problem: str) -> None:
    """Assert that exactly this file was left out, for this reason, with a remedy."""
    assert [(error.file, error.problem.type) for error in report.errors] == [(str(path), problem)]
    assert path.name in report.errors[0].problem.detail
    assert report.errors[0].problem.remedy


@pytest.mark.parametrize(
    ("make", "problem"), CASES.items(), ids=lambda x: getattr(x, "__name__", x)
)
def test_a_bad_file_is_reported_and_the_others_go_in(
    make: Callable[[Path], None], problem: str, make_pipeline: MakePipeline, folder: Path
) -> None:
    """A file that cannot be read is named with a remedy, and its neighbours are ingested."""
    write(folder, {"a.txt": paragraph("albatross"), "z.txt": paragraph("zeppelin")})
    make(folder / BAD)
    pipeline = make_pipeline()
    report = pipeline.store.ingest([folder])
    check(report, folder / BAD, problem)
    assert report.added == 2
    assert found(pipeline, "albatross") == {"a.txt"}
    assert found(pipeline, "zeppelin") == {"z.txt"}


@contextmanager
def as_nobody(*paths: Path) -> Iterator[None]:
    """Drop root's right to read everything, where the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    for path in paths:
        for parent in path.parents:
            if parent.is_relative_to("/tmp") and parent != Path("/tmp"):  # noqa: S108 -- pytest's
                parent.chmod(0o755)
        os.chown(path, 65534, 65534)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_without_the_right_to_read_it(make_pipeline: MakePipeline, folder: Path) -> None:
    """Missing permission is reported as such, and the file's neighbour goes in."""
    write(folder, {"a.txt": paragraph("albatross"), BAD: paragraph("hidden")})
    (folder / BAD).chmod(0)
    pipeline = make_pipeline()
    with as_nobody(folder, pipeline.settings.data_dir, *pipeline.settings.data_dir.iterdir()):
        report = pipeline.store.ingest([folder])
    check(report, folder / BAD, "unreadable-article")
    assert report.added == 1


@pytest.mark.parametrize(
    ("mode", "within"),
    [(0, ""), (0, "sub"), (0o400, ""), (0o400, "sub"), (0o100, ""), (0o100, "sub/deep")],
)
def test_a_folder_without_the_right_to_list_it_keeps_its_articles(
    mode: int, within: str, make_pipeline: MakePipeline, folder: Path
) -> None:
    """What lies in it is not seen, which does not mean that it is gone; what is gone beside it is.

    Once it can be listed again it is in step, whatever has changed.
    """
    write(folder, {"a.txt": paragraph("albatross"), "keep.txt": paragraph("keeper")})
    write(folder, {"sub/b.txt": paragraph("barnacle"), "sub/deep/c.txt": paragraph("cormorant")})
    (folder / "sub" / "d.jsonl").write_text('{"id": 1, "text": "The dolphin was seen there."}\n')
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    pipeline.store.remove("sub/deep/c.txt")
    (folder / "a.txt").unlink()
    sub = folder / "sub"
    sub.chmod(mode)
    data_dir = pipeline.settings.data_dir
    try:
        with as_nobody(sub, data_dir, *data_dir.rglob("*")):
            report = pipeline.store.ingest([folder / within])
    finally:
        sub.chmod(0o755)
    assert report.errors
    assert {error.problem.type for error in report.errors} == {"unreadable-article"}
    assert report.deleted == (0 if within else 1)
    assert found(pipeline, "barnacle") == {"sub/b.txt"}
    assert found(pipeline, "dolphin") == {"sub/d.jsonl/1"}
    (sub / "b.txt").unlink()
    report = pipeline.store.ingest([folder])
    assert (report.errors, report.added, report.excluded) == ((), 0, 1)
    assert found(pipeline, "barnacle") == set()


def test_what_may_not_be_looked_at_is_refused_by_name(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """A path in a folder that may not be entered is an error with a remedy, as a wrong one is."""
    write(folder, {"sub/a.txt": paragraph("albatross")})
    pipeline = make_pipeline()
    (folder / "sub").chmod(0)
    try:
        with as_nobody(folder / "sub"), pytest.raises(FolderNotFound, match="may not be looked"):
            pipeline.store.ingest([folder / "sub" / "a.txt"])
    finally:
        (folder / "sub").chmod(0o755)


def test_other_encodings_are_read(make_pipeline: MakePipeline, folder: Path) -> None:
    """Files in UTF-16 and in Windows' western and Cyrillic code pages become right text."""
    text = (
        paragraph("albatross") + "“Señor Nicolás Muñoz”, he wrote, “owes me 40 € for the café.”\n"
    )
    russian = "Капитан записал в журнале, что видел альбатроса. Никто ему не поверил.\n" * 3
    (folder / "utf16.txt").write_bytes(text.encode("utf-16"))
    (folder / "windows.txt").write_bytes(text.encode("cp1252"))
    (folder / "cyrillic.txt").write_bytes(russian.encode("cp1251"))
    pipeline = make_pipeline()
    assert pipeline.store.ingest([folder]).errors == ()
    assert pipeline.library.article("utf16.txt").text == text
    assert pipeline.library.article("windows.txt").text == text
    assert pipeline.library.article("cyrillic.txt").text == russian


def test_other_formats_are_counted_and_left_out(make_pipeline: MakePipeline, folder: Path) -> None:
    """A picture beside the articles is no error, but is not passed over in silence either."""
    write(folder, {"a.txt": paragraph("albatross")})
    (folder / "picture.png").write_bytes(b"\x89PNG")
    report = make_pipeline().store.ingest([folder])
    assert (report.added, report.other_formats, report.errors) == (1, 1, ())


def test_a_named_file_of_another_format_is_an_error(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """Who names a file expects it to be read: another format is then reported."""
    (folder / "picture.png").write_bytes(b"\x89PNG")
    report = make_pipeline().store.ingest([folder / "picture.png"])
    check(report, folder / "picture.png", "unsupported-format")
