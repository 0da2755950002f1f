"""Values in a table's row: the question may name another column than the one that was read.

Of "Feature: Price; HX-200: $149.00; HX-200 Pro: $199.00" the reading model picks a price; which of
the two is asked for, the names of the columns tell.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.overlap import words
from qa.sentences import sentences
from qa.tables import cells_of, is_row, table_of
from qa.types import Quote, Span

_NAMED = re.compile(r"(?:^|; )(?P<name>[^;:]{1,60}): (?P<cell>[^;]+?)(?=; |\.?$)")
_FEWEST = 2


@dataclass(frozen=True)
class _Cell:
    """A cell, with the name of its column and its place in the passage."""

    name: str
    text: str
    span: Span


def in_asked_column(question: str, value: Quote) -> str:
    """Return the words of `value`, or those of the cell of its row whose column is asked for.

    That is the only cell whose column the question names in full, the longest name counting, and
    which it does not give itself.
    """
    cells = list(_cells(value))
    start = value.start - value.passage.start
    own = next((c for c in cells if c.span[0] <= start < c.span[1]), None)
    if own is None:
        return value.text
    asked = words(question).stems
    named = [c for c in cells if _named(c, cells, asked)]
    wanted = [c for c in named if not _times(words(c.text).stems, asked)]
    if own in named or len(wanted) != 1:
        return value.text
    return wanted[0].text


def _cells(value: Quote) -> Iterator[_Cell]:
    text = value.passage.text
    start = value.start - value.passage.start
    line = next(((a, b) for a, b in sentences(text) if a <= start < b), None)
    if line is None:
        return
    row = text[slice(*line)]
    if not is_row(row):
        found = list(_NAMED.finditer(row))
        if len(found) >= _FEWEST:
            for cell in found:
                a, b = cell.span("cell")
                yield _Cell(cell["name"], cell["cell"], (line[0] + a, line[0] + b))
        return
    table = table_of(text, *line)
    if table is None or table.head is None:
        return
    at = line[0]
    head = cells_of(text[slice(*table.head)])
    for name, raw in zip(head, cells_of(row), strict=False):
        if shown := raw.strip():
            at = text.index(shown, at)
            yield _Cell(name.strip(), shown, (at, at + len(shown)))
            at += len(shown)


def _named(cell: _Cell, cells: Sequence[_Cell], asked: tuple[str, ...]) -> bool:
    """Tell whether a question names a column, and not only within a longer name."""
    own = words(cell.name).stems
    longer = [stems for c in cells if own != (stems := words(c.name).stems) and _times(own, stems)]
    return _times(own, asked) > sum(_times(stems, asked) for stems in longer)


def _times(part: tuple[str, ...], whole: tuple[str, ...]) -> int:
    """Return how often stems stand in a row in others."""
    size = len(part)
    places = range(len(whole) - size + 1) if size else ()
    return sum(whole[n : n + size] == part for n in places)
