"""Sentences of a text, as exact spans.

The unsupervised Punkt model (Kiss & Strunk 2006, through NLTK) finds sentence ends; its English
parameters come with llama-index-core, so nothing is downloaded. Around it stands what Punkt does
not know: a blank line always ends a sentence, and so does a line end, unless the text is
hard-wrapped (all lines of about one width), where a line end is only a space.
"""

import importlib.util
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from qa import lean
from qa.marks import LABELLED, MARKER, TIMED
from qa.tables import is_row
from qa.types import Span

if TYPE_CHECKING:
    from nltk.tokenize.punkt import PunktTokenizer

_WRAP_WIDTHS = range(40, 121)
"""Where the widest line is outside of these, a text is not hard-wrapped: each line stands alone."""
_FULL_LINE = 0.6
"""Share of the widest line below which a wrapped line is taken to end its paragraph."""
_LINE = re.compile(r"[^\r\n]*[^\s][^\r\n]*")
_ENTRIES = (TIMED, LABELLED)
_STARTS_BLOCK = re.compile(r"\s*(?:[-*+•>#|]|\d+[.)]\s)")


_NEVER_LAST = re.compile(r"approx|ca|cf|e\.g|i\.e|q\.v|viz|vs")
_SELDOM_LAST = re.compile(
    "al|Art|avg|ch|chap|dept|ed|eds|eqs?|esp|est|etc|excl|ext|figs?|hrs|incl|max|mins?|misc"
    "|nos?|Nos?|p|para|pp|refs?|resp|sec|sect|[Tt]el|[Tt]emp|vols?"
)
"""Abbreviations of notes, reports and manuals: Punkt's model has learnt those of newspapers.

After the first ones no sentence ends; after the others none does that goes on in small letters or
with a number.
"""
_TITLES = re.compile(
    "Adm|Capt|Cmdr|Col|Cpl|Dr|Fr|Gen|Gov|Hon|Lt|Maj|Mr|Mrs|Ms|Mt|Pres|Prof|Rep|Rev|Sen|Sgt|Sr|Supt"
)
"""Before a name."""
_LAST_WORD = re.compile(r"([A-Za-z][A-Za-z.]*)\.$")
_LONGEST_WORD = 12
_CLOSING = re.compile(r"(?P<mark>\*{1,3}|_{1,3})(?:\s+|$)")
"""Marks that close an emphasis; Punkt takes them for the next sentence's."""
_SMALL = re.compile(r"[a-z]+(?=[\s,;:.'’)-])")
"""A word in small letters, which begins no sentence of one who uses capitals."""
_GOES_ON = re.compile(r"[(\[\"'“‘]*(?:[a-z]|[\w-]*\d)")


@lru_cache(maxsize=1)
def _punkt() -> "PunktTokenizer":
    nltk = lean.nltk()
    from nltk.tokenize.punkt import PunktTokenizer

    spec = importlib.util.find_spec("llama_index.core")
    if spec is not None and spec.submodule_search_locations:
        cache = Path(spec.submodule_search_locations[0]) / "_static" / "nltk_cache"
        if str(cache) not in nltk.data.path:
            nltk.data.path.insert(0, str(cache))
    return PunktTokenizer("english")


def blocks(text: str) -> list[Span]:
    """Split `text` into spans that no sentence crosses: paragraphs, headings, list items."""
    lines = [line.span() for line in _LINE.finditer(text)]
    widest = max((end - start for start, end in lines), default=0)
    found: list[Span] = []
    for start, end in lines:
        if found and widest in _WRAP_WIDTHS and _goes_on(text, found[-1], start, widest):
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return [_trim(text, *span) for span in found]


def _goes_on(text: str, before: Span, start: int, widest: int) -> bool:
    """Tell whether the line at `start` goes on with the wrapped paragraph `before`.

    Of lines with an hour or a label each stands alone, however long.
    """
    if any(entry.match(text, start) and entry.match(text, before[0]) for entry in _ENTRIES):
        return False
    first = max(text.rfind("\n", 0, before[1]) + 1, before[0])
    full = before[1] - first >= _FULL_LINE * widest
    blank = text.count("\n", before[1], start) > 1
    return full and not blank and not _STARTS_BLOCK.match(text, start)


def sentences(text: str) -> list[Span]:
    """Return the spans of the sentences of `text`, in order, without surrounding space."""
    found: list[Span] = []
    for start, end in blocks(text):
        found += [(start + a, start + b) for a, b in _of_block(text[start:end])]
    return found


def _of_block(block: str) -> list[Span]:
    """Cut one block; a row of a table is kept whole, and a number that opens an item with it."""
    if is_row(block):
        return [(0, len(block))]
    found: list[Span] = []
    for a, b in _punkt().span_tokenize(block):
        start, end = _trim(block, a, b)
        if start >= end:
            continue
        closing = _CLOSING.match(block, start) if found else None
        if closing is not None and closing.end() <= end:
            found[-1] = found[-1][0], closing.end("mark")
            start = closing.end()
            if start >= end:
                continue
        if found and _abbreviated(block, found, start):
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return found


def _abbreviated(block: str, found: Sequence[Span], start: int) -> bool:
    """Tell whether what stands before `start` is no sentence: a number, or cut off."""
    first, last = found[-1]
    if len(found) == 1 and MARKER.fullmatch(block, first, last):
        return True
    if _SMALL.match(block, start) and not block[first].islower():
        return True
    word = _LAST_WORD.search(block, max(first, last - _LONGEST_WORD), last)
    if word is None:
        return False
    if _NEVER_LAST.fullmatch(word[1]) or _TITLES.fullmatch(word[1]):
        return True
    return bool(_SELDOM_LAST.fullmatch(word[1]) and _GOES_ON.match(block, start))


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
