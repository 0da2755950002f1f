"""Of two figures of a sentence, the one that stands beside the date that is asked for.

"The margin was 9.8%, down from 12.1% in 2022" gives 12.1% for 2022.
"""

import re
from collections.abc import Sequence

from qa.facts import Date, Number, facts
from qa.types import Quote, Value

_BESIDE = re.compile(r"[^\W\d]*(?:[^,;.:()\d]|Q\d){0,40}")
"""What may stand between a figure and its date: its unit, "in the third quarter of"."""


_ORDINALS = {"first": "1", "second": "2", "third": "3", "fourth": "4", "last": "4"}
_PART = re.compile(
    r"\bq(?P<short>[1-4])\b|\b(?P<ordinal>first|second|third|fourth|last) (?P<kind>quarter|half)\b"
)


def at_asked_date(question: str, value: Value) -> Value:
    """Return `value`, or the figure of its sentence that has the question's date behind it.

    Only where both are of one unit, and neither `value` nor a third figure has that date.
    """
    asked = facts(question).dates
    if not asked:
        return value
    text, at = value.sentence.text, value.sentence.start
    found = facts(text)
    start, end = value.quote.start - at, value.quote.end - at
    own = [n for n in found.numbers if start <= n.start and n.end <= end]
    if len(own) != 1:
        return value
    fitting = [n for n in found.numbers if _has(n, text, found.dates, asked, _parts(question))]
    if len(fitting) != 1 or fitting[0] is own[0] or not fitting[0].unit == own[0].unit != "":
        return value
    before, behind = text[start : own[0].start], text[own[0].end : end]
    first, last = fitting[0].start, fitting[0].end
    first -= len(before) if text[:first].endswith(before) else 0
    last += len(behind) if text[last:].startswith(behind) else 0
    quote = Quote(passage=value.quote.passage, start=at + first, end=at + last)
    return value.model_copy(update={"quote": quote})


def _parts(text: str) -> frozenset[str]:
    """Return the quarters and halves of a year that a text names, as figures and kinds."""
    found = _PART.finditer(text.lower())
    return frozenset(
        f"{m['short'] or _ORDINALS[m['ordinal']]}{m['kind'] or 'quarter'}" for m in found
    )


def _has(
    number: Number, text: str, dates: Sequence[Date], asked: Sequence[Date], parts: frozenset[str]
) -> bool:
    """Tell whether the first date behind a number, close to it, is one that is asked for."""
    behind = next((date for date in dates if date.start >= number.end), None)
    if behind is None or not _BESIDE.fullmatch(text, number.end, behind.start):
        return False
    if _parts(text[number.end : behind.start]) != parts:
        return False
    return any(
        mine.stated() == theirs.stated() and not mine.clashes(theirs)
        for date in asked
        for mine in behind.readings
        for theirs in date.readings
    )
