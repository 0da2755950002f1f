"""Lines that say something without being sentences: list items, rows of tables, labelled lines.

"- 250 g flour", "Price | $149.00 | $199.00" and "Place: Clubhouse, Room 2" answer questions as
sentences do. Here they are told from headings and fragments by their form.
"""

import re
from collections.abc import Sequence

from qa.marks import OPENING, leads
from qa.tables import is_row, table_of
from qa.types import Span

_BULLET = re.compile(r"\s*[-*+•‣◦]\s+\S")
_NUMBERED = re.compile(r"\s*\(?(?:\d{1,2}|[a-z])[.)]\s+\S")
_WORD = re.compile(r"[^\W_]+")
_WORDS = {"bullet": 2, "number": 3}
"""Words that an item needs beside its mark; one that is numbered may be a heading."""
_LABEL = re.compile(r"\W{0,3}[A-Z][\w'’&/().-]*(?: [\w'’&/().-]+){0,4}[*_]{0,2}:[*_]{0,2}\s+\S")
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

    A row does that is not the head of its table, a line that leads to a list, and a labelled line
    that stands in a block of such lines: one alone may be a heading.
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
    """Tell whether a labelled line stands right above or below another one."""
    return _labelled(text, spans[n]) and any(
        0 <= m < len(spans)
        and text.count("\n", min(spans[n][1], spans[m][1]), max(spans[n][0], spans[m][0])) == 1
        and _labelled(text, spans[m])
        for m in (n - 1, n + 1)
    )


def _labelled(text: str, span: Span) -> bool:
    line = text[slice(*span)]
    opens = span[0] == 0 or not text[text.rfind("\n", 0, span[0]) + 1 : span[0]].strip()
    return opens and bool(_LABEL.match(line)) and not line.endswith(_OPEN)
