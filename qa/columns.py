"""Rows and columns of tables: the question may name others than those that were read.

Of "Feature: Price; HX-200: $149.00; HX-200 Pro: $199.00" the reading model picks a price; which of
the two is asked for, the names of the columns tell. And where it picks a price from the row of one
drill, the question may name that of another.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest

from qa.overlap import words
from qa.reader import ANSWERABLE
from qa.reading import Candidate, Reading
from qa.sentences import sentences
from qa.tables import cells_of, is_row, is_rule, table_of
from qa.types import Quote, Span, Value

_NAMED = re.compile(r"(?:^|; )(?P<name>[^;:]{1,60}): (?P<cell>[^;]+?)(?=; |\.?$)")
_UNIT = re.compile(r"\([^()]*\)")
_FEWEST = 2
_DOUBT = 0.5
"""Share of the least probability of an answer that a row which is looked up must have."""
_COMPARES = re.compile(
    r"\b(?:than|other|others|except|besides|versus|vs|compared?|between|differ\w*)\b", re.IGNORECASE
)
"""Whoever asks so names a row to have it beside others."""

Stems = tuple[str, ...]


@dataclass(frozen=True)
class _Cell:
    """A cell, with the name of its column ("" without a head) and its place in the passage."""

    name: str
    text: str
    span: Span


@dataclass(frozen=True)
class _Row:
    """A row that is not the head, of the passage's table number `table`."""

    span: Span
    table: int
    cells: tuple[_Cell, ...]


def in_asked_column(question: str, value: Quote) -> str:
    """Return the words of `value`, or those of the cell of its row whose column is asked for.

    That is the only cell whose column the question names in full, the longest name counting, and
    which it does not give itself; where it names none, the only one that it names in part.
    """
    row = _row_of(value)
    own = _cell_of(value, row) if row is not None else None
    if row is None or own is None:
        return value.text
    asked = words(question).stems
    names = [words(cell.name).stems for cell in row.cells]
    named = [
        cell
        for cell, name in zip(row.cells, names, strict=True) if _is_named(name, names, asked)
    ]  # fmt: skip
    if own in named:
        return value.text
    hinted = named or _hinted(own, row.cells, asked)
    wanted = [cell for cell in hinted if not _times(words(cell.text).stems, asked)]
    return wanted[0].text if len(wanted) == 1 else value.text


def _hinted(own: _Cell, cells: Sequence[_Cell], asked: Stems) -> list[_Cell]:
    """Return the cells with part of their column's name in the question, if `own` has none."""
    known = frozenset(asked)
    if known & words(own.name).known:
        return []
    return [cell for cell in cells if known & words(cell.name).known]


def on_asked_rows(question: str, reading: Reading) -> Reading:
    """Put the row that the question names in the place of others of its table.

    A row is named by its first cell. A value moves to the cell of the same column.
    """
    if _COMPARES.search(question):
        return reading
    asked = words(question).stems
    candidates: dict[tuple[str, int, int], Candidate] = {}
    for candidate in reading.candidates:
        row = _asked_row(candidate.quote, asked)
        quote = candidate.quote if row is None else _quote(candidate.quote, row.span)
        place = (quote.passage.article_id, quote.start, quote.end)
        candidates.setdefault(place, replace(candidate, quote=quote))
    values = tuple(_moved(value, asked) for value in reading.values)
    found = replace(reading, candidates=tuple(candidates.values()), values=values)
    return _looked_up(found, asked)


def _looked_up(reading: Reading, asked: Stems) -> Reading:
    """Take a question for answered that names the best sentence's row and one of its columns.

    The reading model is unsure of rows, which are no sentences; it must not be sure of the
    contrary.
    """
    best = reading.candidates[0] if reading.candidates else None
    row = _row_of(best.quote) if best is not None else None
    if best is None or row is None or reading.answerable < _DOUBT * ANSWERABLE:
        return reading
    keys = [words(r.cells[0].text).stems for r in _rows(best.quote.passage.text)]
    key = words(row.cells[0].text).stems
    bare = [words(_UNIT.sub("", cell.name)).stems for cell in row.cells[1:]]
    named = any(_is_named(name, bare, asked) for name in bare)
    if not named or keys.count(key) != 1 or not _is_named(key, keys, asked):
        return reading
    first = replace(best, score=max(best.score, ANSWERABLE))
    answerable = max(reading.answerable, ANSWERABLE)
    return replace(reading, answerable=answerable, candidates=(first, *reading.candidates[1:]))


def _moved(value: Value, asked: Stems) -> Value:
    """Return a value, or what the row that is asked for has in its column."""
    own, row = _row_of(value.quote), _asked_row(value.quote, asked)
    if own is None or row is None:
        return value
    cell = _cell_of(value.quote, own)
    if cell is None:
        return value
    at = own.cells.index(cell)
    same = (other for other in row.cells if other.name == cell.name)
    found = next(same, None) if cell.name else next(iter(row.cells[at : at + 1]), None)
    if found is None:
        return value
    quote = _quote(value.quote, found.span)
    return value.model_copy(update={"quote": quote, "sentence": _quote(quote, row.span)})


def _asked_row(quote: Quote, asked: Stems) -> _Row | None:
    """Return another row of a table than the one quoted, if the question names only that one."""
    own = _row_of(quote)
    if own is None:
        return None
    rows = [row for row in _rows(quote.passage.text) if row.table == own.table]
    keys = [words(row.cells[0].text).stems for row in rows]
    named = [row for row, key in zip(rows, keys, strict=True) if _is_named(key, keys, asked)]
    return named[0] if len(named) == 1 and named[0] is not own else None


def _row_of(quote: Quote) -> _Row | None:
    at = quote.start - quote.passage.start
    rows = _rows(quote.passage.text)
    return next((row for row in rows if row.span[0] <= at < row.span[1]), None)


def _cell_of(value: Quote, row: _Row) -> _Cell | None:
    at = value.start - value.passage.start
    return next((cell for cell in row.cells if cell.span[0] <= at < cell.span[1]), None)


def _quote(of: Quote, span: Span) -> Quote:
    at = of.passage.start
    return Quote(passage=of.passage, start=at + span[0], end=at + span[1])


@lru_cache(maxsize=4096)
def _rows(text: str) -> tuple[_Row, ...]:
    """Return the rows of all tables of a passage: of strokes, or in words on lines of their own."""
    if "|" not in text and not _NAMED.search(text):
        return ()
    found: list[_Row] = []
    last, kind, table = 0, "", 0
    for start, end in sentences(text):
        line = text[start:end]
        if is_rule(line):
            continue
        own, cells, head = _read(text, (start, end))
        if own and (own != kind or "\n\n" in text[last:start]):
            table += 1
        last, kind = end, own
        if own and not head and cells:
            found.append(_Row((start, end), table, cells))
    return tuple(found)


def _read(text: str, line: Span) -> tuple[str, tuple[_Cell, ...], bool]:
    """Return what kind of row a line is, its cells, and whether it is the head."""
    row = text[slice(*line)]
    if not is_row(row):
        cells = tuple(
            _Cell(
                cell["name"],
                cell["cell"],
                (line[0] + cell.start("cell"), line[0] + cell.end("cell")),
            )
            for cell in _NAMED.finditer(row)
        )
        return ("words", cells, False) if len(cells) >= _FEWEST else ("", (), False)
    table = table_of(text, *line)
    if table is None:
        return "", (), False
    names = cells_of(text[slice(*table.head)]) if table.head is not None else []
    return "strokes", tuple(_cells(text, line, names)), table.head == line


def _cells(text: str, line: Span, names: Sequence[str]) -> Iterator[_Cell]:
    at = line[0]
    row = cells_of(text[slice(*line)])
    for name, raw in zip_longest(names, row[: len(names) or None], fillvalue=""):
        if shown := raw.strip():
            at = text.index(shown, at)
            yield _Cell(name.strip(), shown, (at, at + len(shown)))
            at += len(shown)


def _is_named(name: Stems, names: Sequence[Stems], asked: Stems) -> bool:
    """Tell whether a question has a name, and not only within a longer one of `names`."""
    longer = [other for other in names if other != name and _times(name, other)]
    return _times(name, asked) > sum(_times(other, asked) for other in longer)


def _times(part: Stems, whole: Stems) -> int:
    """Return how often stems stand in a row in others."""
    size = len(part)
    places = range(len(whole) - size + 1) if size else ()
    return sum(whole[n : n + size] == part for n in places)
