"""What the reading model is shown of a text: no markup, and rows of tables in words.

It has learnt to read prose. Tags, emphasis and strokes hide words from it, and a cell far from the
name of its column means nothing to it. Each character that is shown keeps its place in the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from qa.marks import STRUCK
from qa.tables import Table, cells_of, is_row, is_rule, table_of
from qa.types import Span

_MARKUP = re.compile(
    r"</?[a-z][a-z0-9]*(?:\s[^<>]{0,2000})?/?>|\*{2,3}|(?<!\w)_{2,3}|_{2,3}(?!\w)|`+", re.IGNORECASE
)
_LINE = re.compile(r"[^\n]+")


@dataclass(frozen=True)
class Shown:
    """A text as it is read. `edges`: where each of its characters begins and ends in the text.

    Without `edges` each is where it was. What was put in has no width.
    """

    text: str
    edges: tuple[Span, ...] | None = None

    def place(self, start: int, end: int) -> Span:
        """Return where the characters [start, end), one at least, are in the text."""
        if self.edges is None:
            return start, end
        return self.edges[start][0], self.edges[end - 1][1]


@lru_cache(maxsize=4096)
def shown(text: str) -> Shown:
    """Return what is to be read of `text`."""
    kept = STRUCK.sub(lambda gone: " " * len(gone[0]), text)
    bare = _MARKUP.sub(lambda mark: " " * len(mark[0]), kept)
    if "|" not in bare:
        return Shown(bare)
    words: list[str] = []
    edges: list[Span] = []
    changed = False
    for start, end in _pieces(bare):
        table = table_of(bare, start, end) if is_row(bare[start:end]) else None
        if table is None or table.head == (start, end):
            words.append(bare[start:end])
            edges += [(at, at + 1) for at in range(start, end)]
            continue
        changed = True
        for piece, at, own in _row(bare, (start, end), table):
            words.append(piece)
            edges += [(at + n, at + n + 1) if own else (at, at) for n in range(len(piece))]
    return Shown("".join(words), tuple(edges)) if changed else Shown(bare)


def _pieces(text: str) -> Iterator[Span]:
    """Yield the lines that may be rows, and what lies between; a rule says nothing."""
    at = 0
    for line in _LINE.finditer(text):
        start, end = line.span()
        if "|" not in line[0]:
            continue
        if at < start:
            yield at, start
        if not is_rule(line[0]):
            yield start, end
        at = end
    if at < len(text):
        yield at, len(text)


def _row(text: str, row: Span, table: Table) -> Iterator[tuple[str, int, bool]]:
    """Yield the pieces of a row in words: each with its place, and whether it stands there."""
    names = [] if table.head is None else cells_of(text[slice(*table.head)])
    line = text[slice(*row)]
    at = row[0] + len(line) - len(line.lstrip(" |\t"))
    between = ""
    for n, cell in enumerate(cells_of(line)):
        value = cell.strip()
        if not value:
            continue
        at = text.index(value, at)
        name = names[n].strip() if n < len(names) else ""
        yield (f"{between}{name}: " if name and name != value else between), at, False
        yield value, at, True
        at += len(value)
        between = "; "
    yield ".", at, False
