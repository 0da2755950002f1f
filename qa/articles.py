"""A file -> an `Article` or several: the text, and what it says of itself.

The text of `.txt` and `.md` is the decoded file to the letter, so that offsets hold against the
file; that of a page is what its reader would call the article; that of other formats is what
`qa.formats` reads out of them. Title, date and source come from the article's own words: unknown
stays None, and nothing is taken from the file system but, at the very last, the file's name.

A file that holds several articles is like a folder: those of `news.xml` are `news.xml/…`, those
of `news.zip` are the paths of its files below `news.zip/`.
"""

import errno
import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from qa import furniture, headings, webpage
from qa.datelines import Stated, dateline, filename_date
from qa.decoding import decode
from qa.errors import (
    ArticleError,
    ArticleTooLarge,
    EmptyArticle,
    LinkLoop,
    UnreadableArticle,
    UnsupportedFormat,
)
from qa.formats import ARCHIVE, READERS, SEVERAL, archive
from qa.formats.packed import Budget
from qa.formats.parts import MOST_CHARACTERS, Document, Entries, Entry, too_large
from qa.types import Article, Span

_MARKUP = frozenset({".html", ".htm"})
TEXT_SUFFIXES: frozenset[str] = _MARKUP | {".txt", ".md"}
SUFFIXES: frozenset[str] = TEXT_SUFFIXES | READERS.keys() | {ARCHIVE}
"""Extensions, in lower case, of the files that can be read."""
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
        raise _too_large(name, size, max_bytes)
    if not data:
        raise _empty(name, "has no bytes")
    return data


@dataclass(frozen=True)
class Part:
    """One article in a file. `path` is that of the file, or lies below it; `digest` is SHA-256.

    `make` reads the article, or raises the ArticleError that says why it cannot be one.
    """

    path: str
    digest: str
    make: Callable[[], Article]


def holds_several(path: str) -> bool:
    """Tell whether the file at `path` may hold several articles."""
    suffix = PurePosixPath(path).suffix.lower()
    return suffix in SEVERAL or suffix == ARCHIVE


def parts(path: str, data: bytes, *, max_bytes: int) -> Iterator[Part]:
    """Yield the articles of a file, in its order; of most formats that is one, at `path` itself.

    `max_bytes` bounds each file in an archive. Raises what `parse` raises when the file as a
    whole cannot be read; what is wrong with one of its articles, its part raises.
    """
    yield from _parts(path, data, max_bytes, Budget(), 1)


def parse(article_id: str, data: bytes) -> Article:
    """Make an article of `data`, the bytes of a file whose relative path is `article_id`.

    Raises an ArticleError: UnsupportedFormat (also for a file of several articles, which `parts`
    reads), EmptyArticle, BinaryArticle, UndecodableArticle, DamagedArticle, LockedArticle,
    ArticleTooLarge, FormatNotInstalled, and UnreadableArticle for a name that is not Unicode.
    """
    name, suffix = _checked(article_id, data)
    if suffix == ARCHIVE:
        raise _several(name)
    if suffix in READERS:
        found = READERS[suffix](data, name)
        if isinstance(found, Entries):
            raise _several(name)
        if len(found.text) > MOST_CHARACTERS:
            raise too_large(name, f"has more than {MOST_CHARACTERS:,} characters")
        return _article(article_id, _sha256(data), found, suffix)
    text = decode(data, name, markup=suffix in _MARKUP)
    if suffix in _MARKUP:
        return _article(article_id, _sha256(data), Document(*webpage.read(text)), suffix)
    head = headings.header(text)
    return _article(article_id, _sha256(data), Document(text, head.stated), suffix, head.end)


def _parts(path: str, data: bytes, max_bytes: int, budget: Budget, depth: int) -> Iterator[Part]:
    name, suffix = _checked(path, data)
    if suffix == ARCHIVE:
        archive.check_depth(depth, name)
        yield from _members(path, data, max_bytes, budget, depth)
        return
    found = READERS[suffix](data, name) if suffix in SEVERAL else None
    if not isinstance(found, Entries):
        # A single article keeps the digest of its file, and is made only when that is new.
        yield Part(path, _sha256(data), partial(parse, path, data))
        return
    if not found.found and not found.skipped:
        raise _empty(name, "has no entries")
    for entry in found.found:
        yield Part(f"{path}/{entry.key}", _digest(entry), partial(_entry, path, suffix, entry))
    if found.skipped:
        yield Part(path, "", partial(_skipped, name, found))


def _members(path: str, data: bytes, max_bytes: int, budget: Budget, depth: int) -> Iterator[Part]:
    """Yield the parts of the files in an archive; files of formats that are not read are not."""
    any_read = False
    for member in archive.members(data, _shown(PurePosixPath(path).name), budget):
        inner = f"{path}/{_shown(member.path)}"
        if PurePosixPath(inner).suffix.lower() not in SUFFIXES:
            continue
        any_read = True
        try:
            content = member.read()
            if len(content) > max_bytes:
                raise _too_large(_shown(PurePosixPath(inner).name), len(content), max_bytes)
            yield from _parts(inner, content, max_bytes, budget, depth + 1)
        except UnsupportedFormat:
            continue  # an XML or JSON file that is no feed
        except ArticleError as error:
            yield Part(inner, "", partial(_fail, error))
    if not any_read:
        raise archive.nothing_in(_shown(PurePosixPath(path).name))


def _entry(path: str, suffix: str, entry: Entry) -> Article:
    return _article(f"{path}/{entry.key}", _digest(entry), entry.document, suffix)


def _digest(entry: Entry) -> str:
    """Digest all that an entry says, so that it is new exactly when that has changed."""
    stated = entry.document.stated
    said = [entry.document.text, stated.title, stated.source, str(stated.date or stated.updated)]
    return _sha256(json.dumps(said).encode())


def _fail(error: ArticleError) -> Article:
    raise error


def _skipped(name: str, found: Entries) -> Article:
    count, total = len(found.skipped), len(found.skipped) + len(found.found)
    raise EmptyArticle(
        f"{name}: {count:,} of {total:,} entries have no text (the first is entry"
        f" {found.skipped[0]:,}); the others were read.",
        "Give them a text, or remove them.",
    )


def _checked(path: str, data: bytes) -> tuple[str, str]:
    """Return the name to show and the suffix of a file that may be one of ours."""
    name, suffix = _shown(PurePosixPath(path).name), PurePosixPath(path).suffix.lower()
    if _shown(path) != path:
        raise UnreadableArticle(f"{name}: the file's name is not Unicode.", "Rename the file.")
    if suffix not in SUFFIXES:
        raise UnsupportedFormat(
            f"{name} is not one of {', '.join(sorted(SUFFIXES))}.",
            "Save its text in one of these formats.",
        )
    if not data:
        raise _empty(name, "has no bytes")
    return name, suffix


def _article(
    article_id: str, digest: str, document: Document, suffix: str, start: int = 0
) -> Article:
    """Find title, date, source and furniture; what lies before `start` is the text's header."""
    path, text = PurePosixPath(article_id), document.text
    if not any(map(str.isalnum, text)):
        raise _empty(_shown(path.name), "has no words")
    survey = furniture.survey(text, start)
    found = _known(document.stated, survey.stated, _opening(text, survey.prose))
    title = found.title or headings.title_of(text, survey.prose, markdown=suffix == ".md")
    return Article(
        id=article_id,
        sha256=digest,
        title=title or path.stem or _shown(path.name),
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


def _too_large(name: str, size: int, limit: int) -> ArticleTooLarge:
    return ArticleTooLarge(
        f"{name} has {size / 1e6:.1f} MB; the limit is {limit / 1e6:.1f} MB.",
        "Split it, or raise QA_MAX_FILE_MB.",
    )


def _several(name: str) -> UnsupportedFormat:
    return UnsupportedFormat(
        f"{name} holds several articles.", "Ingest the file; each becomes one."
    )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _empty(name: str, why: str) -> EmptyArticle:
    return EmptyArticle(f"{name} {why}.", "Put the article's text into it, or remove the file.")


def _shown(name: str) -> str:
    """Return `name` as it can be printed: what is not Unicode becomes a question mark."""
    return name.encode("utf-8", "replace").decode()
