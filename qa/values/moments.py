"""Dates as answers: which day is meant, and whether two answers can be one."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from qa.facts import Date, Fields
from qa.types import Span
from qa.values import days
from qa.values.asked import Asked
from qa.values.kinds import Relation
from qa.values.statement import Statement

NEAR = 7
"""Days between two dates of one event that was reported wrongly; events farther apart are two."""
_WEEK, _MONTH, _MANY = 7, 31, 10_000
_INFERRED = 60
"""Days from the article's date within which a day without a year is of that year."""
_GAP = re.compile(r"[\s,()]{0,3}(?:the )?")
_TIME = r"(?:\d{1,2}[:.]\d\d|(?:\d{1,2}[:.]\d\d|\d{1,2}) ?[ap]\.?m\.?|noon|midnight)"
_PART_OF = re.compile(
    r"\b(?:(?:early|late|mid)(?: in)?|(?:the )?(?:first|second|third|fourth|fifth|last)"
    r" (?:half|quarter|week|weekend|weekday|(?:mon|tues|wednes|thurs|fri|satur|sun)day) (?:of|in)"
    r"|the (?:beginning|middle|end|start) of)(?: the)?[ -]$",
    re.IGNORECASE,
)
_HOURS = re.compile(
    rf"(?<![\w.:])(?P<hours>(?:(?:from|between) {_TIME} (?:to|and|until) )?{_TIME},?) on $",
    re.IGNORECASE,
)
_ROUGHLY = re.compile(
    r"\b(?:about|almost|around|nearly|roughly|shortly|some time|sometime|soon"
    r"|before|after|until|till|by|since|from|to|between)\s+(?:\w+\s)?$",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"\b(before|after|until|till|by|since|from|prior to|later than|between)\s+(?:\w+\s)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Moment:
    """A date that a statement gives.

    `readings` are what is stated and what follows from it; `day` is the one day meant, None when
    unknown. `spoken` is how it was told: by a weekday, by a word like "yesterday", or in full.
    """

    readings: tuple[Fields, ...]
    day: dt.date | None
    spoken: str
    limit: str
    tense: days.Tense


@lru_cache(maxsize=256)
def moment(one: Statement) -> Moment | None:
    """Read the date of a statement, with the dates that stand beside it; None when not just one."""
    span, dates = _joined(one)
    mention = next((m for m in days.mentions(one.text) if _touch(m.span, span)), None)
    tense = days.tense(one.text, one.span)
    limit = _LIMIT.search(one.text, 0, span[0])
    bound = limit[1].lower() if limit is not None else ""
    readings = _merged(dates)
    if readings is None or (not readings and mention is None):
        return None
    if mention is not None and not any(r.day or r.month or r.years for r in readings):
        spoken = "weekday" if mention.weekday is not None else "relative"
        day = days.resolve(mention, one.published, tense)
        found = (Fields(weekday=mention.weekday),) if day is None else (_full(day),)
        return Moment(found, day, spoken, bound, tense) if found[0].stated() else None
    day = _one_day(readings, one.published)
    if day is not None and one.published is not None and day > one.published:
        tense = "ahead"
    return Moment(tuple(_with_weekday(r, day) for r in readings), day, "", bound, tense)


def stated(one: Statement, date: Date) -> tuple[Fields, ...]:
    """Return the readings of a date in the sentence of `one`, a weekday with its date."""
    mention = next((m for m in days.mentions(one.text) if _touch(m.span, date.span)), None)
    if mention is None:
        day = _one_day(date.readings, one.published)
        return tuple(_with_weekday(fields, day) for fields in date.readings)
    day = days.resolve(mention, one.published, days.tense(one.text, mention.span))
    return date.readings if day is None else (_full(day),)


def distance(mine: Sequence[Fields], theirs: Sequence[Fields]) -> int:
    """Return the days between the nearest of two sets of dates; many where they are not days."""
    return min((_days_between(a, b) for a in mine for b in theirs), default=_MANY)


def apart(one: Statement, other: Statement) -> int:
    """Return the days between the dates that two statements give."""
    a, b = moment(one), moment(other)
    return distance(a.readings, b.readings) if a is not None and b is not None else _MANY


def _days_between(a: Fields, b: Fields) -> int:
    if a.day and b.day:
        months = 12 * (a.years[0] - b.years[0]) if a.years and b.years else 0
        months += (a.month or 0) - (b.month or 0)
        return abs(_MONTH * months + a.day - b.day)
    if a.weekday is None or b.weekday is None:
        return _MANY
    gap = abs(a.weekday - b.weekday)
    return min(gap, _WEEK - gap)


def relate(one: Statement, other: Statement, question: Asked) -> Relation:
    """Compare two dates field by field, once each weekday has its date; then the hours of a day."""
    a, b = moment(one), moment(other)
    if a is None and b is None:
        return _by_the_clock(one, other, question, "unlike")
    if a is None or b is None:
        return "unlike"
    pairs = [(x, y) for x in a.readings for y in b.readings]
    fitting = [x.stated() & y.stated() for x, y in pairs if not x.clashes(y)]
    if fitting:
        unsettled = (a.spoken or b.spoken) and not (a.day and b.day)
        same = any(fitting) and (not unsettled or a.tense == b.tense)
        return _by_the_clock(one, other, question, "same") if same else "unlike"
    if a.limit != b.limit or not _comparable(a, b) or not _near(a, b, one, other, question):
        return "unlike"
    return "differ"


def _by_the_clock(
    one: Statement, other: Statement, question: Asked, otherwise: Relation
) -> Relation:
    """Compare the hours that two values give, one each, to the minute.

    Two may be right of other days of the week, or where one is only about so; what is past is
    seldom told to the minute.
    """
    mine, theirs = hour(one), hour(other)
    if mine is None or theirs is None:
        return otherwise
    if mine == theirs:
        return "same"
    if not question.present:
        return otherwise
    rough = any(_ROUGHLY.search(s.text, 0, _joined(s)[0][0]) for s in (one, other))
    return "unlike" if rough or _week(one) != _week(other) else "differ"


def hour(one: Statement) -> int | None:
    """Return the one time of day that a value gives, in minutes since midnight."""
    found = {r.time for date in _joined(one)[1] for r in date.readings if r.time is not None}
    return found.pop() if len(found) == 1 else None


def _week(one: Statement) -> set[int]:
    """Return the days of the week that a sentence speaks of."""
    readings = [fields for date in one.facts.dates for fields in date.readings]
    return {fields.weekday for fields in readings if fields.weekday is not None}


def phrase(one: Statement) -> Span:
    """Return the span of the value with the dates that belong to it: "Wednesday, December 10".

    Of a long value only the dates are left. The hours of a day belong to it, "from 05:00 to 15:00
    on Friday", and what tells a part of a month or year, "the last weekend of August".
    """
    if moment(one) is None:
        return one.span
    span, dates = _joined(one)
    start, end = (dates[0].start, dates[-1].end) if dates and one.long else span
    part = _PART_OF.search(one.text, 0, start)
    start = part.start() if part is not None else start
    hours = _HOURS.search(one.text, 0, start)
    return (hours.start("hours") if hours is not None else start), end


def mentions(one: Statement, other: Statement) -> bool:
    """Tell whether the sentence of `one` has the date of `other` as well."""
    theirs = moment(other)
    if theirs is None:
        return False
    told = min(_precision(fields) for fields in theirs.readings)
    return any(
        _precision(x) >= told and not x.clashes(y)
        for date in one.facts.dates
        if not one.holds(date.span)
        for x in date.readings
        for y in theirs.readings
    )


def _precision(fields: Fields) -> int:
    """Return 2 for a day, 1 for a month, 0 for a year or more."""
    return 2 if fields.day or fields.weekday is not None else int(fields.month is not None)


def _touch(span: Span, other: Span) -> bool:
    return span[0] < other[1] and other[0] < span[1]


def _joined(one: Statement) -> tuple[Span, list[Date]]:
    """Return the dates that the value touches or that adjoin it, and the span of all."""
    (start, end), found = one.span, list[Date]()
    grown = True
    while grown:
        grown = False
        for date in one.facts.dates:
            gap = one.text[end : date.start] if date.start >= end else one.text[date.end : start]
            near = _touch(date.span, (start, end)) or _GAP.fullmatch(gap)
            if date not in found and near:
                found.append(date)
                start, end = min(start, date.start), max(end, date.end)
                grown = True
    return (start, end), sorted(found, key=lambda date: date.span)


def _merged(dates: list[Date]) -> tuple[Fields, ...] | None:
    """Put `Wednesday` and `10 December` together; None when the dates are two."""
    readings: tuple[Fields, ...] = ()
    for date in dates:
        own = tuple(replace(r, time=None) for r in date.readings)
        own = tuple(r for r in own if r.stated())
        if not own:
            continue
        if readings and any(r.stated() & o.stated() for r in readings for o in own):
            return None
        readings = tuple(_both(r, o) for r in readings for o in own) if readings else own
    return readings


def _both(one: Fields, other: Fields) -> Fields:
    return Fields(
        one.years or other.years,
        one.month or other.month,
        one.day or other.day,
        one.weekday if one.weekday is not None else other.weekday,
    )


def _full(day: dt.date) -> Fields:
    return Fields((day.year, day.year), day.month, day.day, day.weekday())


def _one_day(readings: tuple[Fields, ...], published: dt.date | None) -> dt.date | None:
    """Return the day that the only reading means; the article tells a year that is left out."""
    if len(readings) != 1 or not readings[0].day or not readings[0].month:
        return None
    fields = readings[0]
    if fields.years:
        years = [fields.years[0]] if fields.years[0] == fields.years[1] else []
    else:
        years = [published.year + n for n in (-1, 0, 1)] if published is not None else []
    found = [d for d in (_date(year, fields) for year in years) if d is not None]
    if fields.years or published is None:
        return found[0] if found else None
    near = [d for d in found if abs((d - published).days) <= _INFERRED]
    return min(near, key=lambda d: abs((d - published).days), default=None)


def _date(year: int, fields: Fields) -> dt.date | None:
    try:
        return dt.date(year, fields.month or 1, fields.day or 1)
    except ValueError:  # 30 February, the year 0
        return None


def _with_weekday(fields: Fields, day: dt.date | None) -> Fields:
    return (
        fields
        if day is None or fields.weekday is not None
        else replace(fields, weekday=day.weekday())
    )


def _comparable(a: Moment, b: Moment) -> bool:
    """Leave out what differs only by the day on which an article was dated."""
    if a.spoken == b.spoken == "weekday" and a.day and b.day:
        return a.day.weekday() != b.day.weekday()
    if "relative" in {a.spoken, b.spoken} and a.day and b.day:
        return abs((a.day - b.day).days) > 1
    return True


def _near(a: Moment, b: Moment, one: Statement, other: Statement, question: Asked) -> bool:
    """Tell whether two dates can be of one event: close, or of what happens only once."""
    if a.spoken and b.spoken and one.published and other.published:
        return abs((one.published - other.published).days) < NEAR
    if question.once and not a.spoken and not b.spoken:
        return True
    if a.day and b.day:
        return abs((a.day - b.day).days) <= NEAR
    if a.spoken or b.spoken:  # a weekday of an article without a date, beside news of some day
        return all(_recent(m, s) for m, s in ((a, one), (b, other)))
    x, y = a.readings[0], b.readings[0]
    same_month = x.month == y.month and x.day is not None and y.day is not None
    return same_month and abs((x.day or 0) - (y.day or 0)) <= NEAR


def _recent(found: Moment, one: Statement) -> bool:
    """Tell whether a date is a day of the news that the article reports."""
    if found.day is None:
        return all(fields.weekday is not None for fields in found.readings)
    return one.published is None or abs((found.day - one.published).days) <= NEAR
