"""A file -> an `Article`: its text, and what it says of itself.

The text of `.txt` and `.md` is the decoded file to the letter, so that offsets hold against the
file; that of a page is what its reader would call the article. Title, date and source come from
the article's own words: unknown stays None, and nothing is taken from the file system but, at the
very last, the file's name.
"""

import errno
import hashlib
import os
import stat
from pathlib import Path, PurePosixPath

from qa import furniture, headings, webpage
from qa.datelines import Stated, dateline, filename_date
from qa.decoding import decode
from qa.errors import (
    ArticleTooLarge,
    EmptyArticle,
    LinkLoop,
    UnreadableArticle,
    UnsupportedFormat,
)
from qa.types import Article, Span

_MARKUP = frozenset({".html", ".htm"})
SUFFIXES: frozenset[str] = _MARKUP | {".txt", ".md"}
"""Extensions, in lower case, of the files that `parse` can read."""
_OPENING = 5
"""Blocks of prose among which the dateline is looked for."""


def read_bytes(path: Path, *, max_bytes: int) -> bytes:
    """Return the bytes of a regular file.

    Raises UnreadableArticle, ArticleTooLarge (before anything is read), LinkLoop, EmptyArticle.
    A pipe or a device is refused without being opened for good, so this never hangs.
    """
    name = _shown(path.name)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnreadableArticle(
                f"{name} is not a regular file.", "Move it out of the folder, or rename it."
            )
        # Not blocking: were the file swapped for a pipe just now, opening would wait for a writer.
        handle = os.open(
            path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        )
        with os.fdopen(handle, "rb") as file:
            size = os.fstat(handle).st_size
            data = file.read(max_bytes + 1) if size <= max_bytes else b""
    except (OSError, ValueError) as error:
        raise _unreadable(path, name, error) from error
    size = max(size, len(data))
    if size > max_bytes:
        raise ArticleTooLarge(
            f"{name} has {size / 1e6:.1f} MB; the limit is {max_bytes / 1e6:.1f} MB.",
            "Split it, or raise QA_MAX_FILE_MB.",
        )
    if not data:
        raise _empty(name, "has no bytes")
    return data


def parse(article_id: str, data: bytes) -> Article:
    """Make an article of `data`, the bytes of a file whose relative path is `article_id`.

    Raises UnsupportedFormat, EmptyArticle, BinaryArticle, UndecodableArticle, and
    UnreadableArticle for a name that is not Unicode.
    """
    path = PurePosixPath(article_id)
    name, suffix = _shown(path.name), path.suffix.lower()
    if _shown(article_id) != article_id:
        raise UnreadableArticle(f"{name}: the file's name is not Unicode.", "Rename the file.")
    if suffix not in SUFFIXES:
        raise UnsupportedFormat(
            f"{name} is not one of {', '.join(sorted(SUFFIXES))}.",
            "Save its text in one of these formats.",
        )
    if not data:
        raise _empty(name, "has no bytes")
    text = decode(data, name, markup=suffix in _MARKUP)
    if suffix in _MARKUP:
        text, stated = webpage.read(text)
        start = 0
    else:
        head = headings.header(text)
        stated, start = head.stated, head.end
    if not any(map(str.isalnum, text)):
        raise _empty(name, "has no words")
    survey = furniture.survey(text, start)
    found = _known(stated, survey.stated, _opening(text, survey.prose))
    title = found.title or headings.title_of(text, survey.prose, markdown=suffix == ".md")
    return Article(
        id=article_id,
        sha256=hashlib.sha256(data).hexdigest(),
        title=title or path.stem or name,
        date=found.date or found.updated or filename_date(path.stem),
        source=found.source,
        text=text,
        furniture=survey.furniture,
    )


def _opening(text: str, prose: list[Span]) -> Stated:
    """Return what the dateline of the first report-like paragraph states."""
    for start, end in prose[:_OPENING]:
        line = dateline(text[start : min(end, start + 200)])
        if line and (line.date or line.agency):
            return Stated(date=line.date, source=line.agency)
    return Stated()


def _known(*stated: Stated) -> Stated:
    """Merge statements, the most trustworthy first."""
    return Stated(
        title=next((s.title for s in stated if s.title), None),
        date=next((s.date for s in stated if s.date), None),
        updated=next((s.updated for s in stated if s.updated), None),
        source=next((s.source for s in stated if s.source), None),
    )


def _unreadable(path: Path, name: str, error: OSError | ValueError) -> UnreadableArticle | LinkLoop:
    loops = isinstance(error, OSError) and error.errno == errno.ELOOP
    if loops or (isinstance(error, FileNotFoundError) and path.is_symlink()):
        where = "to itself" if loops else "to a file that does not exist"
        return LinkLoop(f"{name} is a link {where}.", "Correct the link, or remove it.")
    why = error.strerror if isinstance(error, OSError) else None
    return UnreadableArticle(
        f"{name} cannot be read: {why or error}.", "Check that it exists and that you may read it."
    )


def _empty(name: str, why: str) -> EmptyArticle:
    return EmptyArticle(f"{name} {why}.", "Put the article's text into it, or remove the file.")


def _shown(name: str) -> str:
    """Return `name` as it can be printed: what is not Unicode becomes a question mark."""
    return name.encode("utf-8", "replace").decode()
