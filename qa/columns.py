"""Rows and columns of tables: the question may name others than those that were read.

Of "Feature: Price; HX-200: $149.00; HX-200 Pro: $199.00" the reading model picks a price; which of
the two is asked for, the names of the columns tell. And where it picks a price from the row of one
drill, the question may name that of another.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from qa.overlap import words
from qa.reading import Candidate, Reading
from qa.sentences import sentences
from qa.tables import cells_of, is_row, is_rule, table_of
from qa.types import Quote, Span, Value

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
    which it does not give itself; where it names none, the only one that it names in part.
    """
    cells = list(_cells(value))
    start = value.start - value.passage.start
    own = next((c for c in cells if c.span[0] <= start < c.span[1]), None)
    if own is None:
        return value.text
    asked = words(question).stems
    named = [c for c in cells if _named(c, cells, asked)]
    wanted = [c for c in named if not _times(words(c.text).stems, asked)]
    if not named:
        wanted = _hinted(own, cells, set(asked))
    if own in named or len(wanted) != 1:
        return value.text
    return wanted[0].text


def _hinted(own: _Cell, cells: Sequence[_Cell], asked: set[str]) -> list[_Cell]:
    """Return the cells with part of their column's name in the question, if `own` has none."""
    if asked & words(own.name).known:
        return []
    return [c for c in cells if asked & words(c.name).known and not words(c.text).known <= asked]


def on_asked_rows(question: str, reading: Reading) -> Reading:
    """Put the row that the question names in the place of others of its table.

    A row is named by its first cell. A value moves to the cell of the same column.
    """
    asked = words(question).stems
    candidates: dict[tuple[str, int, int], Candidate] = {}
    for candidate in reading.candidates:
        quote = _asked_row(candidate.quote, asked) or candidate.quote
        place = (quote.passage.article_id, quote.start, quote.end)
        candidates.setdefault(place, Candidate(quote, candidate.score))
    values = tuple(_moved(value, asked) for value in reading.values)
    return replace(reading, candidates=tuple(candidates.values()), values=values)


def _moved(value: Value, asked: tuple[str, ...]) -> Value:
    """Return a value, or what the row that is asked for has in its column."""
    row = _asked_row(value.quote, asked)
    if row is None:
        return value
    at = value.quote.start - value.quote.passage.start
    own = list(_cells(value.quote))
    column = next((n for n, c in enumerate(own) if c.span[0] <= at < c.span[1]), None)
    others = list(_cells(row))
    if column is None or column >= len(others):
        return value
    passage = row.passage
    start, end = others[column].span
    quote = Quote(passage=passage, start=passage.start + start, end=passage.start + end)
    return Value(quote=quote, sentence=row, score=value.score)


def _asked_row(quote: Quote, asked: tuple[str, ...]) -> Quote | None:
    """Return another row of a table than the one quoted, if the question names only that one."""
    passage = quote.passage
    lines = _table_lines(passage.text, quote.start - passage.start)
    if len(lines) < _FEWEST:
        return None
    own, keys = None, []
    for n, line in enumerate(lines):
        at = passage.start + line[0]
        cells = list(_cells(Quote(passage=passage, start=at, end=at + 1)))
        keys.append(_Cell(cells[0].text, "", line) if cells else _Cell("", "", line))
        if line[0] <= quote.start - passage.start < line[1]:
            own = n
    named = [n for n, key in enumerate(keys) if key.name and _named(key, keys, asked)]
    if own is None or len(named) != 1 or named[0] == own:
        return None
    start, end = lines[named[0]]
    return Quote(passage=passage, start=passage.start + start, end=passage.start + end)


def _table_lines(text: str, at: int) -> list[Span]:
    """Return the rows of the table around `at`, its head left out; [] when there is none."""
    spans = [(a, b) for a, b in sentences(text) if not is_rule(text[a:b])]
    place = next((n for n, (a, b) in enumerate(spans) if a <= at < b), None)
    if place is None or not _tabular(text[slice(*spans[place])]):
        return []
    first = last = place
    while first > 0 and _adjoin(text, spans[first - 1], spans[first]):
        first -= 1
    while last + 1 < len(spans) and _adjoin(text, spans[last], spans[last + 1]):
        last += 1
    table = table_of(text, *spans[place]) if is_row(text[slice(*spans[place])]) else None
    head = table.head if table is not None else None
    return [span for span in spans[first : last + 1] if span != head]


def _adjoin(text: str, one: Span, other: Span) -> bool:
    between = text[one[1] : other[0]]
    same = is_row(text[slice(*one)]) is is_row(text[slice(*other)])
    return same and _tabular(text[slice(*one)]) and _tabular(text[slice(*other)]) and (
        "\n\n" not in between
    )  # fmt: skip


def _tabular(line: str) -> bool:
    return is_row(line) or len(_NAMED.findall(line)) >= _FEWEST


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
    if table is None:
        return
    at = line[0]
    head = cells_of(text[slice(*table.head)]) if table.head is not None else []
    for name, raw in zip_longest(head, cells_of(row)[: len(head) or None], fillvalue=""):
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
