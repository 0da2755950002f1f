"""Times that a text states by others: `this year`, `yesterday`, a month whose year is elsewhere.

By the day of publication such a time is a date; without it, two of them can still be compared.
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from qa.facts.analysis import Facts
from qa.facts.partial import Date, Fields
from qa.facts.words import words

_RELATIVE = re.compile(
    r"\b(?P<day>yesterday|today|tomorrow)\b"
    r"|\b(?P<step>this|last|next|coming) (?P<unit>year|month)\b(?![’'])"
    r"|\b(?:earlier|later|late|early) (?:on )?in the (?P<within>year)\b(?! of)",
    re.IGNORECASE,
)
_STEPS = {"last": -1, "next": 1, "coming": 1}
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_UNKNOWN = dt.date(4444, 6, 15)
"""Stands for a day of publication that is not known: no text has that year."""
_SEASON = re.compile(
    r"\b(?:in|during|over|last|this|next|since|until|by|every|each|following|previous)"
    r" (?:the )?(?:early |late |mid-?)?(?:19\d\d |20\d\d )?"
    r"(?P<season>spring|summer|autumn|fall|winter|weekend)\b",
    re.IGNORECASE,
)
_SAME_SEASON = {"autumn": {"autumn", "fall"}, "fall": {"autumn", "fall"}}


def relative(text: str, published: dt.date | None) -> list[Date]:
    """Return the dates that `text` states by the day on which it was published."""
    base = published or _UNKNOWN
    if not dt.MINYEAR + 1 < base.year < dt.MAXYEAR:
        return []
    return [Date(*m.span(), (_counted(m, base),)) for m in _RELATIVE.finditer(text)]


def _counted(match: re.Match[str], base: dt.date) -> Fields:
    if match["day"]:
        day = base + dt.timedelta(_DAYS[match["day"].lower()])
        return Fields((day.year, day.year), day.month, day.day, day.weekday())
    step = _STEPS.get((match["step"] or "").lower(), 0)
    if match["within"] or match["unit"].lower() == "year":
        return Fields(years=(base.year + step, base.year + step))
    year, month = divmod(12 * base.year + base.month - 1 + step, 12)
    return Fields((year, year), month + 1)


def dated(theirs: Sequence[Date], quote: Facts, context: Facts) -> list[Date]:
    """Give months without a year the one that was named last before them.

    It is looked for in the quote, then in the text around it: "On 15 April" after "in 1912".
    """
    at = context.text.find(quote.text)
    before = [d for d in context.dates if d.end <= at] if at >= 0 else []
    years = [(date, found) for date in quote.dates if (found := _year(date)) is not None]
    made = []
    for date in theirs:
        near = next((y for d, y in reversed(years) if d.start <= date.start), None)
        near = near or next((y for d in reversed(before) if (y := _year(d)) is not None), None)
        fresh = [
            replace(fields, years=near)
            for fields in date.readings
            if near is not None and fields.month is not None and fields.years is None
        ]
        made.append(replace(date, readings=(*date.readings, *fresh)) if fresh else date)
    return made


def _year(date: Date) -> tuple[int, int] | None:
    found = date.readings[0].years
    return found if found is not None and found[0] == found[1] else None


def lacking_seasons(claim: Facts, quote: Facts) -> Iterator[tuple[str, str]]:
    """Yield the seasons and weekends of the claim that the quote lacks, with what it has instead.

    Where the quote has a month, the calendar may bear out a season, and nothing is said.
    """
    if any(fields.month for date in quote.dates for fields in date.readings):
        return
    known = {word.key for word in words(quote.text)}
    rivals = [match["season"].lower() for match in _SEASON.finditer(quote.text)]
    for match in _SEASON.finditer(claim.text):
        season = match["season"].lower()
        if known.isdisjoint(_SAME_SEASON.get(season, {season})):
            yield season, next(iter(rivals), "")
