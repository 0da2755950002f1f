"""Tables within articles: which lines are their rows, and what a row says in words.

"| Moving house | 1 |" under "| Occasion | Days |" says "Occasion: Moving house; Days: 1."
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from qa.marks import unmarked
from qa.types import Span

_WORD = re.compile(r"[^\W_]+")
_CELL = re.compile(r"(?<!\\)\|")
_LONGEST_CELL = 200
"""Characters; what has more is prose with a stroke in it."""
_RULE = re.compile(r"[\s|:+=-]+")
_FEWEST_CELLS = 2
_COLUMNS = 3
"""Columns from which the first row of a table may be its head, even without a rule."""
_PROSE = re.compile(r"[a-z)][.!?]\s+[A-Z]")
"""The end of a sentence within a cell."""
_FIGURE = re.compile(r"[$£€]?\s?[-+−]?\d")
_STOPS = (".", "!", "?")
_NEAR = 400
"""Characters of a table that are quoted to have its head beside a row."""


def is_row(line: str) -> bool:
    """Tell whether a line has the form of a table's row: two cells at least, with words in them."""
    if "|" not in line or "\n" in line:
        return False
    cells = cells_of(line)
    filled = sum(bool(_WORD.search(cell)) for cell in cells)
    if filled < _FEWEST_CELLS or any(len(cell) > _LONGEST_CELL for cell in cells):
        return False
    return line.lstrip().startswith("|") or not any(_PROSE.search(cell) for cell in cells)


def is_rule(line: str) -> bool:
    """Tell whether a line is the rule below a table's head, or says nothing at all."""
    return _RULE.fullmatch(line) is not None


def stated(text: str, start: int, end: int) -> tuple[tuple[Span, ...], str] | None:
    """Put the row of a table at [start, end) of `text` into words; None when it is no row.

    Returns the stretches that say it: one with the table's head where that lies near above, else
    the head and the row.
    """
    table = table_of(text, start, end) if is_row(text[start:end]) else None
    if table is None:
        return None
    head = table.head
    if head is None or head == (start, end):
        return ((start, end),), _in_words(None, text[start:end])
    words = _in_words(text[slice(*head)], text[start:end])
    near = end - head[0] <= _NEAR
    return ((head[0], end),) if near else (head, (start, end)), words


def headed(head: str, row: str) -> str | None:
    """Put a row into words below a head that stands elsewhere; None where it has other columns."""
    same = len(cells_of(head)) == len(cells_of(row))
    return _in_words(head, row) if same else None


def goes_on(text: str, start: int) -> bool:
    """Tell whether the row at `start` of a text is of a table that the text begins within."""
    lines = text[:start].split("\n")[:-1]
    return all(is_row(line) for line in lines) and not any(is_rule(line) for line in lines)


def last_head(text: str) -> tuple[Span | None, bool]:
    """Return the head of the table that a text ends in, and whether the text begins within it."""
    end = len(text.rstrip())
    start = text.rfind("\n", 0, end) + 1
    table = table_of(text, start, end) if is_row(text[start:end]) else None
    if table is None:
        return None, False
    return table.head, table.head is None and goes_on(text, start)


def statements(quote: str) -> frozenset[str]:
    """Return in words what a quoted row says, alone and with the head that is quoted with it."""
    lines = [line for line in quote.splitlines() if line.strip()]
    if not lines or not is_row(lines[-1]):
        return frozenset()
    found = {_in_words(None, lines[-1])}
    if len(lines) > 1 and all(is_row(line) or is_rule(line) for line in lines):
        found.add(_in_words(lines[0], lines[-1]))
    return frozenset(found)


def in_words(rows: Sequence[Sequence[str]], *, headed: bool = False) -> list[str]:
    """Return what each row of a whole table says.

    The first row is the table's head where the document says so (`headed`), or where it names every
    column and a figure stands below.
    """
    first = rows[0] if rows else ()
    if not headed:
        names = len(first) >= _FEWEST_CELLS and all(cell[:1].isalpha() for cell in first)
        headed = names and any(_FIGURE.match(cell) for row in rows[1:] for cell in row[1:])
    headed = headed and len(rows) > 1
    told = rows[1:] if headed else rows
    return [worded(first if headed else (), row) for row in told if any(row)]


def worded(head: Sequence[str], cells: Sequence[str]) -> str:
    """Return a row as "Occasion: Moving house; Days: 1."; without a head, "Moving house: 1."."""
    shown = [cell for cell in cells if cell]
    if not head:
        said = (": " if len(shown) == _FEWEST_CELLS else "; ").join(shown)
    else:
        both = zip_longest(head, cells, fillvalue="")
        named = ((name, cell) for name, cell in both if cell)
        said = "; ".join(
            f"{name}: {cell}" if name and name != cell else cell for name, cell in named
        )
    return said if said.endswith(_STOPS) else said + "."


def _in_words(head: str | None, row: str) -> str:
    names = [] if head is None else [_plain(cell) for cell in cells_of(head)]
    return worded(names, [_plain(cell) for cell in cells_of(row)])


def _plain(cell: str) -> str:
    return " ".join(unmarked(cell.strip()).replace("\\|", "|").split())


def cells_of(line: str) -> list[str]:
    """Return the cells of a row, with the space around them."""
    bare = line.strip()
    return _CELL.split(bare.removeprefix("|").removesuffix("|"))


@dataclass(frozen=True)
class Table:
    """What is known of the table around a row: its head, if it has one."""

    head: Span | None


def table_of(text: str, start: int, end: int) -> Table | None:
    """Look at the lines around the row at [start, end); None when they make no table.

    A table without strokes at its edges has two rows at least, of as many cells. Its head is the
    row above a rule; without any rule, a first row of words alone above one with figures, where
    the text shows that it is the first: a passage may begin within a table.
    """
    first, last = text.rfind("\n", 0, start) + 1, _line_end(text, end)
    rows = [*_above(text, first)[::-1], (start, end), *_below(text, last)]
    if len(rows) == 1 and not text[start:end].lstrip().startswith("|"):
        return None
    lines = [text[slice(*row)] for row in rows]
    rules = [n for n, line in enumerate(lines) if is_rule(line)]
    if rules:
        return Table(rows[0] if rules[0] == 1 else None)
    if not lines[0].lstrip().startswith("|") and len({len(cells_of(line)) for line in lines}) > 1:
        return None
    opens = bool(text[: rows[0][0]].strip())
    words = len(cells_of(lines[0])) >= _COLUMNS and _names(lines[0])
    return Table(rows[0] if opens and words and any(map(_figures, lines[1:])) else None)


def _above(text: str, first: int) -> list[Span]:
    """Return the lines of a table above the line that starts at `first`, nearest first."""
    found: list[Span] = []
    while first > 0:
        start = text.rfind("\n", 0, first - 1) + 1
        if not _tabular(text[start : first - 1]):
            break
        found.append((start, first - 1))
        first = start
    return found


def _below(text: str, last: int) -> list[Span]:
    found: list[Span] = []
    while last < len(text):
        end = _line_end(text, last + 1)
        if not _tabular(text[last + 1 : end]):
            break
        found.append((last + 1, end))
        last = end
    return found


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _tabular(line: str) -> bool:
    return "|" in line and (is_row(line) or is_rule(line))


def _names(row: str) -> bool:
    """Tell whether every cell of a row opens with a letter, as the names of columns do."""
    return all(not cell.strip() or _plain(cell)[:1].isalpha() for cell in cells_of(row))


def _figures(row: str) -> bool:
    return any(_FIGURE.match(_plain(cell)) for cell in cells_of(row)[1:])
