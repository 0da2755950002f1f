"""Dates and times of day, found in a text.

`11/12/2025` has two readings, and either may be meant; a range gives its two ends.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from qa.facts.partial import Date, Fields
from qa.types import Span

_MONTH_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS = {name: i for i, name in enumerate(_MONTH_NAMES.split(), start=1)}
_DAY_NAMES = "mon tue wed thu fri sat sun"
_DAYS = {name: i for i, name in enumerate(_DAY_NAMES.split())}

_MONTH = (
    r"(?P<month>(?:January|February|March|April|May|June|July|August|September|October|November"
    r"|December)\b|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
)
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_UNTIL = r"(?:\s?[-–]\s?(?P<until>[1-3]?\d)(?!\d)(?:st|nd|rd|th)?)?"
_YEAR = r"(?P<year>1\d{3}|20\d{2})(?![\d,]*\d)"
_COUNTED = (
    r" ?(?:million|billion|percent|per cent|km2?|mi|ft|kg|m|sq|square|cubic|met(?:re|er)s|miles"
    r"|feet|acres|hectares|tons|tonnes|dollars|euros|pounds|people|men|troops|soldiers|[Mm]arines"
    r"|members|deaths|years|months|weeks|days|hours|minutes|MW)\b"
)
"""What follows four digits that are a quantity and no year."""
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<![\d-])(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])(?![\d-])",
        (
            r"(?<![\d/.])(?P<one>\d{1,2})(?P<sep>[/.])(?P<two>\d{1,2})(?P=sep)"
            r"(?P<year>\d{4}|\d{2})(?![\d/])"
        ),
        rf"(?<![\w-]){_DAY}{_UNTIL}(?: of)?[ \u00a0\n-]{_MONTH}(?:,? (?:of )?{_YEAR})?",
        (
            rf"(?<!\w){_MONTH}[ \u00a0\n](?:the )?{_DAY}(?!\d|[.,:]\d|%| (?:million|billion))"
            rf"{_UNTIL}(?:,? {_YEAR})?"
        ),
        rf"(?<!\w){_MONTH},? (?:of )?{_YEAR}",
        rf"(?<![\w.])(?:(?:early|late|mid)[- ])?{_MONTH}(?!\w)",
        r"\b(?P<weekday>Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\b",
        r"(?<!the )\b(?P<shortday>Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:s|rs?)?\b(?=\.|,? \d)",
        r"\b(?:mid-)?(?P<decade>1\d{2}0|20\d0)['’]?s\b|(?<!\w)['’](?P<short>\d0)s\b",
        r"\b(?P<century>\d{1,2})(?:st|nd|rd|th)[ -](?:[Cc]entury|[Cc]enturies)(?P<bc> BCE?)?",
        r"(?<![\w.,$€£¥/+-])(?P<first>1\d{3}|20\d{2})[-–/](?P<last>\d{4}|\d{2})(?![\w,]*\d)",
        r"\b(?P<ancient>\d{1,4}) (?P<era>BCE?|AD|CE)\b|\bAD (?P<ad>\d{1,4})\b",
        (
            r"(?<![\w.,$€£¥/+#])(?P<alone>1\d{3}|20\d{2})"
            rf"(?![\w%°]|[.,:/]\d|-\w|’s|'s \d|{_COUNTED})"
        ),
    )
)
"""From the most telling form to the least; a form never reads what an earlier one has read."""
_TIME = re.compile(
    r"(?<![\d:.,])(?:"
    r"(?P<hour>[01]?\d|2[0-4])[:.](?P<minute>[0-5]\d)(?::[0-5]\d)?"
    r"(?:\s?(?P<half>[ap])\.?m\b\.?)?(?![\d:])"
    r"|(?P<bare>1[0-2]|0?[1-9])\s?(?P<mark>[ap])\.?m\b\.?|\b(?P<word>noon|midnight)\b)",
    re.IGNORECASE,
)
_RANKS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first"
)
_CENTURIES = {word: i for i, word in enumerate(_RANKS.split(), start=1)}
_SPELLED_CENTURY = re.compile(
    rf"\b(?P<rank>{'|'.join(reversed(_CENTURIES))})[ -](?:century|centuries)\b", re.IGNORECASE
)
_LEADING = (
    "in of since until by last next this mid- early late and to from between each every late-"
)
_LEADING_WORDS = tuple(_LEADING.split())
"""What stands before `May` or `March` when it is the month and no verb or name."""


def dates(text: str) -> list[Date]:
    """Find the dates and times of day in `text`, in order, none overlapping another."""
    found: list[Date] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if not _taken(match.span(), found):
                found.extend(_read(match, text))
    for match in _SPELLED_CENTURY.finditer(text):
        if not _taken(match.span(), found):
            found.append(Date(*match.span(), (_century(_CENTURIES[match["rank"].lower()]),)))
    for match in _TIME.finditer(text):
        time = _time(match)
        if time is not None and not _taken(match.span(), found):
            found.append(Date(*match.span(), (Fields(time=time),)))
    return sorted(found, key=lambda date: date.span)


def _taken(span: Span, found: Sequence[Date]) -> bool:
    return any(date.start < span[1] and span[0] < date.end for date in found)


def _read(match: re.Match[str], text: str) -> Iterator[Date]:
    """Turn a match of one of the patterns into dates; a range gives its two ends."""
    part = match.groupdict()
    if part.get("one"):
        readings = tuple(_slashed(int(part["one"]), int(part["two"]), _full_year(part["year"])))
        if readings:
            yield Date(*match.span(), readings)
    elif part.get("first"):
        first, last = int(part["first"]), int(part["last"])
        last = last if len(part["last"]) == 4 else first - first % 100 + last  # noqa: PLR2004 -- digits of a year
        middle = match.end("first")
        if first < last:
            yield Date(match.start(), middle, (Fields(years=(first, first)),))
            yield Date(middle, match.end(), (Fields(years=(last, last)),))
    elif part.get("month") is not None:
        yield from _with_month(match, text)
    else:
        fields = _without_month(part)
        if fields is not None:
            yield Date(*match.span(), (fields,))


def _with_month(match: re.Match[str], text: str) -> Iterator[Date]:
    part = match.groupdict()
    name = part["month"].lower().rstrip(".")
    month = int(name) if name.isdigit() else _MONTHS[name[:3]]
    year, day = part.get("year"), part.get("day")
    if not year and not day and not _is_month(match, text):
        return
    years = (int(year), int(year)) if year else None
    fields = Fields(years, month, int(day) if day else None)
    yield Date(*match.span(), (fields,))
    if part.get("until"):
        middle = match.start("until")
        yield Date(middle, match.end("until"), (replace(fields, day=int(part["until"])),))


def _is_month(match: re.Match[str], text: str) -> bool:
    """Tell the month from the verbs `may` and `march`, and from an abbreviated word."""
    if match["month"].rstrip(".") not in {"May", "March", "Mar", "Jan", "Sep", "Oct", "Dec"}:
        return True
    before = text[max(0, match.start() - 10) : match.start()].lower().split()
    return bool(before) and before[-1].endswith(_LEADING_WORDS) and before[-1] in _LEADING_WORDS


def _without_month(part: dict[str, str | None]) -> Fields | None:
    """Read a weekday, a decade, a century, a year with its era, or a year alone."""
    if part.get("weekday") or part.get("shortday"):
        day = part.get("weekday") or part.get("shortday") or ""
        return Fields(weekday=_DAYS[day.lower()[:3]])
    if part.get("decade") or part.get("short"):
        decade = int(part.get("decade") or f"19{part['short']}")
        return Fields(years=(decade, decade + (99 if decade % 100 == 0 else 9)))
    if part.get("century"):
        return _century(int(part["century"] or 0), before_christ=bool(part.get("bc")))
    if part.get("ancient") or part.get("ad"):
        year = int(part.get("ancient") or part.get("ad") or 0)
        year = -year if (part.get("era") or "").startswith("B") else year
        return Fields(years=(year, year))
    year = int(part["alone"] or 0)
    return Fields(years=(year, year))


def _century(rank: int, *, before_christ: bool = False) -> Fields:
    if before_christ:
        return Fields(years=(-100 * rank, -100 * (rank - 1) - 1))
    return Fields(years=(100 * (rank - 1), 100 * rank))


def _full_year(digits: str) -> int:
    return int(digits) if len(digits) > 2 else 2000 + int(digits)  # noqa: PLR2004 -- '25


def _slashed(one: int, two: int, year: int) -> Iterator[Fields]:
    for day, month in {(one, two), (two, one)}:
        if 1 <= month <= 12 and 1 <= day <= 31:  # noqa: PLR2004 -- the calendar
            yield Fields((year, year), month, day)


def _time(match: re.Match[str]) -> int | None:
    if match["word"]:
        return 720 if match["word"].lower() == "noon" else 0
    mark = (match["half"] or match["mark"] or "").lower()
    if not mark and "." in match.group():
        return None
    hour, minute = int(match["hour"] or match["bare"]), int(match["minute"] or 0)
    if mark:
        hour = hour % 12 + (12 if mark == "p" else 0)
    return 60 * hour + minute
