"""Lists within articles: which lines belong together, and what they say as one statement.

"Ingredients:" above "- 250 g flour" and "- 2 eggs" says "Ingredients: 250 g flour; 2 eggs." A
question for all of something is answered by the whole list, one for a single thing by its item.
"""

import re
from dataclasses import dataclass

from qa.layout import marker
from qa.marks import leads, unmarked, without_opening
from qa.orders import inert, is_order
from qa.sentences import sentences
from qa.types import Span

_FEWEST, _MOST = 2, 25
_LONGEST = 1200
"""Characters of a list that is quoted as a whole."""
_LEAD_WORDS = 14
_STOPS = (".", "!", "?", ";", ",")
_NUMBER = re.compile(r"\s*\(?(\d{1,2}|[a-z])[.)]\s")
_CONTINUED = re.compile(r"[ \t]+\S")


@dataclass(frozen=True)
class _Line:
    """A line of an item, or of what leads to the list."""

    span: Span
    text: str
    kind: str


def list_around(text: str, start: int, end: int) -> tuple[Span, str] | None:
    """Return the list that has an item at [start, end) of `text`, and what it says in words.

    What leads to it belongs to it: a line that ends in a colon, or a heading. None when there is no
    list, when it is too long to be quoted, when a line of it orders something, or when its items
    are whole paragraphs, as in a judgment.
    """
    lines = _lines(text)
    at = next((n for n, line in enumerate(lines) if line.span[0] <= start < line.span[1]), None)
    if at is None:
        return None
    if leads(text[start:end]) and at + 1 < len(lines):
        at += 1
    while at > 0 and _continues(lines[at], lines[at - 1]):
        at -= 1
    if not lines[at].kind:
        return None
    first, last = at, at
    while first > 0 and _belongs(lines, first - 1, lines[at].kind, text):
        first -= 1
    while last + 1 < len(lines) and _belongs(lines, last + 1, lines[at].kind, text):
        last += 1
    if _are_paragraphs(lines[first : last + 1]):
        return None
    if first > 0 and _leads(lines[first - 1].text):
        first -= 1
    span = lines[first].span[0], lines[last].span[1]
    said = as_statement(text[slice(*span)])
    if said is None or any(is_order(line.text) for line in lines[first : last + 1]):
        return None
    return span, said


def as_statement(quote: str) -> str | None:
    """Return what a quoted list says in words; None for anything else."""
    if len(quote) > _LONGEST:
        return None
    lines = _lines(quote)
    lead = ""
    if lines and not lines[0].kind:
        if not _leads(lines[0].text):
            return None
        lead = unmarked(inert(lines.pop(0).text)).strip().rstrip(":*_ ") + ": "
    items: list[str] = []
    for n, line in enumerate(lines):
        if line.kind:
            number = _NUMBER.match(line.text)
            item = unmarked(inert(line.text.strip())).strip()
            items.append(f"({number[1]}) {item}" if number is not None and item else item)
        elif n and _continues(line, lines[n - 1]):
            items[-1] += " " + unmarked(inert(line.text.strip())).strip()
        else:
            return None
    if not _FEWEST <= len(items) <= _MOST or not all(items):
        return None
    said = lead + "; ".join([item.rstrip(".;, ") for item in items[:-1]] + [items[-1]])
    said = " ".join(said.replace(":;", ":").split())
    return said if said.endswith(_STOPS[:3]) else said.rstrip(";, ") + "."


def _lines(text: str) -> list[_Line]:
    """Return the lines that are not empty."""
    lines = re.finditer(r"[^\r\n]*\S[^\r\n]*", text)
    return [_Line(line.span(), line[0], marker(line[0])) for line in lines]


def _belongs(lines: list[_Line], n: int, kind: str, text: str) -> bool:
    """Tell whether a line is one of the list's, or goes on with one."""
    if lines[n].kind:
        return lines[n].kind == kind
    return n > 0 and _continues(lines[n], lines[n - 1]) and "\n\n" not in text[
        lines[n - 1].span[1] : lines[n].span[0]
    ]  # fmt: skip


def _continues(line: _Line, before: _Line) -> bool:
    """Tell whether a line without a mark is indented below an item."""
    inside = bool(before.kind) or _CONTINUED.match(before.text) is not None
    return not line.kind and inside and _CONTINUED.match(line.text) is not None


def _are_paragraphs(lines: list[_Line]) -> bool:
    """Tell whether most items run to several sentences: the numbered paragraphs of a text."""
    items = [without_opening(line.text) for line in lines if line.kind]
    return 2 * sum(len(sentences(item)) > 1 for item in items) > len(items)


def _leads(line: str) -> bool:
    bare = line.strip().rstrip("*_ ")
    if bare.startswith("#"):
        return True
    return bare.endswith(":") and len(bare.split()) <= _LEAD_WORDS
