"""What the readers of formats give back and share: documents, entries, and guarded calls."""

import importlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType

from qa.datelines import Stated
from qa.errors import ArticleTooLarge, DamagedArticle, FormatNotInstalled, QAError

PAGE = "\f"
"""Stands in the text of a PDF where a page ends, and nowhere else in it."""
MOST_CHARACTERS = 20_000_000
"""What one file may hold as text; a longer one is no article."""
MOST_ENTRIES = 50_000
"""Articles in one feed or table, and rows in a table that is one article."""
OPTIONAL = {"PDF": "pypdf", "RTF": "striprtf"}
"""Formats that need a package of the extra `formats`, and that package."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_SURROGATES = re.compile("[\ud800-\udfff]+")
_NOBODY = {"anonymous", "author", "unknown", "unspecified", "user", "admin", "owner"}
_FILE_NAME = re.compile(
    r"\.[A-Za-z]{2,5}$|^Microsoft (?:Word|PowerPoint) - |^untitled", re.IGNORECASE
)


@dataclass(frozen=True)
class Document:
    """The text of an article, and what its file states about it."""

    text: str
    stated: Stated = field(default_factory=Stated)


@dataclass(frozen=True)
class Entry:
    """One of several articles in a file; `key` is unique in the file and stays when others come.

    `key` consists of letters, digits, `_`, `-` and `~`.
    """

    key: str
    document: Document


@dataclass(frozen=True)
class Entries:
    """The articles of a feed or table, in its order; `skipped` says where some have no text."""

    found: tuple[Entry, ...]
    skipped: tuple[int, ...] = ()


def installed(module: str, name: str) -> ModuleType:
    """Import a library that comes with the extra `formats`; FormatNotInstalled without it."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise FormatNotInstalled(
            f"{name} needs the package {module.partition('.')[0]}, which is not installed.",
            "Install it: pip install 'footnote-qa[formats]'",
        ) from error


@contextmanager
def guarded(name: str, kind: str) -> Iterator[None]:
    """Turn whatever a parser raises on broken input into a DamagedArticle that names the file."""
    try:
        yield
    except QAError:
        raise
    except Exception as error:
        # Any class: what the libraries raise on mutilated bytes is not in their documentation.
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise damaged(name, f"cannot be read as {kind} ({reason})") from error


def damaged(name: str, why: str) -> DamagedArticle:
    """Make the error for a file whose inside is not what its format says."""
    return DamagedArticle(f"{name} {why}.", "Open it and save it again, or take it away.")


def too_large(name: str, why: str) -> ArticleTooLarge:
    """Make the error for a file that expands beyond a bound."""
    return ArticleTooLarge(f"{name} {why}.", "Split it, or take it out of the folder.")


def check_count(entries: int, name: str) -> None:
    """Raise ArticleTooLarge for a file of too many entries."""
    if entries > MOST_ENTRIES:
        raise too_large(name, f"has more than {MOST_ENTRIES:,} entries")


def clean(text: str, *, keep: str = "") -> str:
    """Return `text` without control characters, halves of characters, ligatures, soft hyphens.

    Surrogate pairs become the character that they stand for. `keep` is one control character
    that stays.
    """
    if _SURROGATES.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00ad", "")
    text = _CONTROL.sub(lambda found: keep if found[0] == keep else " ", text)
    return re.sub("[\ufb00-\ufb06]", lambda found: unicodedata.normalize("NFKC", found[0]), text)


def joined(paragraphs: Iterable[str]) -> str:
    """Put paragraphs after one another with a blank line between, each on lines without ends."""
    lines = (
        "\n".join(" ".join(line.split()) for line in p.split("\n")).strip() for p in paragraphs
    )
    return "\n\n".join(line for line in lines if line)


def titled(title: str | None, body: str) -> str:
    """Put a title above its text, unless the text starts with it."""
    head = " ".join((title or "").split())
    if not head or " ".join(body[: 2 * len(head)].split()).startswith(head):
        return body
    return f"{head}\n\n{body}" if body else head


def own_title(value: object) -> str | None:
    """Return a title from a file's properties; None for what programs put there by themselves."""
    title = " ".join(str(value or "").split())
    return title if title and not _FILE_NAME.search(title) else None


def own_author(value: object) -> str | None:
    """Return an author from a file's properties; None for what programs put there."""
    author = " ".join(clean(str(value or "")).split())
    return author if author and author.lower() not in _NOBODY else None
