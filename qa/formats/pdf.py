"""PDF, by pypdf: text in reading order, paragraphs put together from lines, pages marked.

Lines are joined into paragraphs where the distance to the next one and the size of the type say
that they belong together, words that a line end divides are put together again, and lines that
recur at the edge of the pages (running heads, page numbers) are left out.
"""

import io
import logging
import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from qa.datelines import Stated
from qa.errors import EmptyArticle
from qa.formats.packed import locked
from qa.formats.parts import (
    MOST_CHARACTERS,
    PAGE,
    Document,
    clean,
    guarded,
    installed,
    own_author,
    own_title,
    too_large,
)

MOST_PAGES = 5_000
MOST_BYTES = 100_000_000
"""What the contents of all pages may expand to."""
MOST_OPERATIONS = 5_000_000
"""Drawing instructions of one file; forms within forms could multiply them without end."""
_LOOSE = 1.3
"""A paragraph ends where the next line is farther away than this many usual distances."""
_OTHER_SIZE = 0.1
_SHORT_LINE = 0.6
"""A line that fills less of the widest one ends its paragraph, unless the next goes on in it."""
_LONGEST_PARAGRAPH = 20_000
_EDGE = 2
"""Lines from the top and the bottom of a page that may be a running head."""
_RECURRING = 3
_BULLET = re.compile(r"[•‣▪◦·*–—-] |\(?\d{1,2}[.)] ")
_SENTENCE_END = re.compile(r"[.!?:…][\"'”’)\]]*$")
_DIVIDED = re.compile(r"[^\W\d_]{2}-$")
# What pypdf has to say of a file is for its developers; the file is reported in our own words.
logging.getLogger("pypdf").addHandler(logging.NullHandler())


@dataclass
class Line:
    """A printed line: its text, its height on the page, and the size of its type, in points."""

    text: str
    height: float
    size: float


def read(data: bytes, name: str) -> Document:
    """Return the text of a PDF, its pages divided by form feeds.

    Raises LockedArticle, EmptyArticle for scanned pages, DamagedArticle, ArticleTooLarge and
    FormatNotInstalled.
    """
    pypdf: Any = installed("pypdf", name)
    with guarded(name, "a PDF"):
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not _opens(reader):
            raise locked(name)
        if len(reader.pages) > MOST_PAGES:
            raise too_large(name, f"has more than {MOST_PAGES:,} pages")
        printer = _Printer(name)
        pages = [printer.lines(page) for page in reader.pages]
        metadata = reader.metadata or {}
        title = own_title(clean(str(metadata.get("/Title") or "")))
        author = own_author(metadata.get("/Author"))
    text = _text(pages)
    if not any(map(str.isalnum, text)):
        raise EmptyArticle(
            f"{name} has {len(pages):,} pages without text: they are pictures, as of a scanner.",
            "Recognise its text first, for example: ocrmypdf in.pdf out.pdf",
        )
    return Document(text, Stated(title=title, source=author))


def page_of(text: str, start: int) -> int:
    """Return the number of the page, from 1, on which the character at `start` stands."""
    return 1 + text.count(PAGE, 0, start)


def _opens(reader: Any) -> bool:
    """Open what is encrypted only against changes, with an empty password."""
    from pypdf.errors import DependencyError

    try:
        return bool(reader.decrypt(""))
    except (DependencyError, NotImplementedError):
        return False


class _Printer:
    """Turns pages into lines, and counts what that takes."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._bytes = 0
        self._operations = 0
        self._characters = 0
        self._lines: list[Line] = []
        self._begun = False

    def lines(self, page: Any) -> list[Line]:
        """Return the lines of a page that show anything, in the order of the page's contents."""
        self._lines, self._begun = [], False
        contents = page.get_contents()
        self._bytes += len(contents.get_data()) if contents is not None else 0
        self._check()
        page.extract_text(visitor_operand_before=self._operation, visitor_text=self._piece)
        self._check()  # once more, because pypdf goes on behind an error in a form
        for line in self._lines:
            line.text = " ".join(clean(line.text).split())
        return [line for line in self._lines if line.text]

    def _check(self) -> None:
        """Raise ArticleTooLarge when one of the bounds is passed."""
        if self._bytes > MOST_BYTES:
            raise too_large(self._name, f"expands to more than {MOST_BYTES / 1e6:.0f} MB")
        if self._operations > MOST_OPERATIONS:
            raise too_large(self._name, f"has more than {MOST_OPERATIONS:,} drawing instructions")
        if self._characters > MOST_CHARACTERS:
            raise too_large(self._name, f"has more than {MOST_CHARACTERS:,} characters")

    def _operation(self, *_: Any) -> None:
        self._operations += 1
        self._check()

    def _piece(self, text: str, cm: Any, tm: Any, _font: Any, size: float) -> None:
        self._characters += len(text)
        self._check()
        height = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        scale = abs(tm[3] * cm[3]) or abs(tm[1] * cm[2]) or 1.0
        for number, piece in enumerate(text.split("\n")):
            if number:
                self._begun = False
            if not self._begun and piece.strip():
                self._lines.append(Line(piece, height, abs(size) * scale))
                self._begun = True
            elif self._begun:
                self._lines[-1].text += piece


def _text(pages: list[list[Line]]) -> str:
    heads = _running(pages)
    words = Counter(
        word.lower() for page in pages for line in page for word in re.findall(r"[\w-]+", line.text)
    )
    shown = [[line for line in page if _shape(line) not in heads] for page in pages]
    text = ""
    for number, page in enumerate(shown):
        paragraphs = _paragraphs(page, words)
        if number:
            open_end = text and not text.endswith(PAGE) and not _SENTENCE_END.search(text[-9:])
            goes_on = open_end and paragraphs and paragraphs[0][:1].islower()
            text += PAGE if goes_on or not text else f"\n\n{PAGE}"
        text += "\n\n".join(paragraphs)
    return text


def _shape(line: Line) -> str:
    return re.sub(r"\d+", "0", line.text)


def _running(pages: list[list[Line]]) -> set[str]:
    """Return the lines, figures aside, that stand at the edge of most pages."""
    seen: Counter[str] = Counter()
    for page in pages:
        seen.update({_shape(line) for line in (*page[:_EDGE], *page[-_EDGE:])})
    return {shape for shape, times in seen.items() if times >= max(_RECURRING, len(pages) * 0.6)}


def _paragraphs(lines: list[Line], words: Counter[str]) -> list[str]:
    steps = [a.height - b.height for a, b in pairwise(lines)]
    usual = median([step for step in steps if step > 0] or [0.0])
    full = _SHORT_LINE * max((len(line.text) for line in lines), default=0)
    found: list[str] = []
    for number, line in enumerate(lines):
        above = lines[number - 1]
        ends = len(above.text) < full and not line.text[:1].islower()
        if (
            number
            and not ends
            and len(found[-1]) < _LONGEST_PARAGRAPH
            and _belongs(above, line, steps[number - 1], usual)
        ):
            found[-1] = _continued(found[-1], line.text, words)
        else:
            found.append(line.text)
    return found


def _belongs(above: Line, line: Line, step: float, usual: float) -> bool:
    """Tell whether a line goes on with the paragraph of the line before it."""
    if abs(above.size - line.size) > _OTHER_SIZE * above.size or _BULLET.match(line.text):
        return False
    if step > 0:
        return step <= _LOOSE * min(usual, 2 * above.size)
    # The next line stands higher, or nowhere: another column, or a file without positions.
    return not _SENTENCE_END.search(above.text[-9:]) and line.text[:1].islower()


def _continued(paragraph: str, line: str, words: Counter[str]) -> str:
    """Append a line; a word that was divided loses its hyphen unless it has one elsewhere."""
    if not (_DIVIDED.search(paragraph[-9:]) and line[:1].islower()):
        return f"{paragraph} {line}"
    first = re.split(r"[^\w-]", paragraph[-60:])[-1]
    rest = re.match(r"[\w-]*", line)
    with_hyphen = (first + (rest[0] if rest else "")).lower()
    whole = first[:-1].lower() + (rest[0] if rest else "").lower()
    keep = words[with_hyphen] > 0 and not words[whole]
    return (paragraph if keep else paragraph[:-1]) + line
