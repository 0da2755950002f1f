"""Lines that say something without being sentences: list items, rows of tables, labelled lines.

"- 250 g flour", "Price | $149.00 | $199.00" and "Place: Clubhouse, Room 2" answer questions as
sentences do. Here they are told from headings and fragments by their form.
"""

import re
from collections.abc import Sequence

from qa.facts import facts
from qa.marks import LABELLED, OPENING, TIMED, leads
from qa.tables import is_row, table_of
from qa.types import Span

_BULLET = re.compile(r"\s*[-*+•‣◦]\s+\S")
_NUMBERED = re.compile(r"\s*\(?(?:\d{1,2}|[a-z])[.)]\s+\S")
_WORD = re.compile(r"[^\W_]+")
_WORDS = {"bullet": 2, "number": 3}
"""Words that an item needs beside its mark; one that is numbered may be a heading."""
_FEWEST_BESIDE = 4
"""Words of a line beside labelled ones that is no heading: "Held on Monday in room B12"."""
_OPEN = (":", "?", ",")
"""What a line ends with that says nothing yet."""


def marker(line: str) -> str:
    """Return what opens an item of a list, "bullet" or "number"; "" for any other line."""
    return "bullet" if _BULLET.match(line) else "number" if _NUMBERED.match(line) else ""


def is_item(line: str) -> bool:
    """Tell whether a line is an item of a list that says something."""
    bare = line.strip()
    kind = marker(bare)
    if not kind or bare.endswith(_OPEN):
        return False
    return len(_WORD.findall(OPENING.sub("", bare, count=1))) >= _WORDS[kind]


def says_something(text: str, spans: Sequence[Span]) -> list[bool]:
    """Tell for each of the lines and sentences of `text` whether it states something by its form.

    A row does that is not the head of its table, a line that leads to a list, and a line with a
    label or an hour before it that stands in a block of such lines: one alone may be a heading. So
    does a line right above or below labelled ones that tells a day or a number.
    """
    found = []
    for n, (start, end) in enumerate(spans):
        line = text[start:end]
        table = table_of(text, start, end) if is_row(line) else None
        if table is not None:
            found.append(table.head != (start, end))
        else:
            found.append(is_item(line) or _leads(text, spans, n) or _in_block(text, spans, n))
    return found


def _leads(text: str, spans: Sequence[Span], n: int) -> bool:
    """Tell whether a line ends in a colon and a list follows: "It does not cover:"."""
    start, end = spans[n]
    line = text[start:end]
    if not leads(line) or marker(line) or n + 1 == len(spans):
        return False
    below = text.rfind("\n", 0, spans[n + 1][0]) + 1
    return end <= below and bool(marker(text[below : spans[n + 1][1]]))


def _in_block(text: str, spans: Sequence[Span], n: int) -> bool:
    """Tell whether a line belongs to a block of lines that are labelled, or have their hour."""
    line = text[slice(*spans[n])]
    if line.endswith(_OPEN) or not _opens(text, spans[n]):
        return False
    near = [
        text[slice(*spans[m])]
        for m in (n - 1, n + 1)
        if 0 <= m < len(spans) and _next_to(text, spans[n], spans[m]) and _opens(text, spans[m])
    ]
    if TIMED.match(line):
        return any(map(TIMED.match, near))
    labelled = any(LABELLED.match(other) and not other.endswith(_OPEN) for other in near)
    return labelled and bool(LABELLED.match(line) or _tells_beside(line))


def _opens(text: str, span: Span) -> bool:
    """Tell whether nothing stands before a sentence in its line."""
    return not text[text.rfind("\n", 0, span[0]) + 1 : span[0]].strip()


def _next_to(text: str, one: Span, other: Span) -> bool:
    """Tell whether two sentences stand in lines one right below the other."""
    first, last = sorted((one, other))
    return text.count("\n", first[1], last[0]) == 1


def _tells_beside(line: str) -> bool:
    """Tell whether a line without a label gives a day or a number in a few words of its own."""
    said = facts(line)
    plain = len(_WORD.findall(line)) >= _FEWEST_BESIDE and line[:1].isupper()
    return plain and bool(said.dates or said.numbers)
