"""When something is, by the entry of a programme or of opening hours that says so.

The reading model finds the entry, but rarely the hour that stands before it, or the hours behind
the day: it was trained on sentences.
"""

import re

from qa.facts import Date, facts, question_kind, terms
from qa.marks import TIMED

_LABELLED = re.compile(r"(?P<label>[^:;.!?]{3,60}):\s+(?P<told>[^.;]{2,60}?)\.?")
_ENDS = frozenset(terms("close end finish stop over until"))
"""What is asked of an end; the hour before an entry is that of its beginning, unless it says so."""


def told_when(question: str, claim: str) -> str | None:
    """Return the hour of an entry, or what is said of the day that a question names.

    None where the claim is no entry, or where something else is asked.
    """
    if question_kind(question) != "date":
        return None
    entry = TIMED.match(claim)
    if entry is not None:
        asked = _ENDS & set(terms(question))
        return entry["hours"] if asked <= set(terms(claim)) else None
    line = _LABELLED.fullmatch(claim)
    if line is None or not _days(line["label"]) & _days(question):
        return None
    return line["told"]


def _days(text: str) -> set[int]:
    """Return the days of the week that a text names: the number of each, Monday's being 0."""
    return {day for date in facts(text).dates for day in _weekdays(date)}


def _weekdays(date: Date) -> list[int]:
    return [fields.weekday for fields in date.readings if fields.weekday is not None]
