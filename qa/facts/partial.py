"""Partial dates, and their comparison field by field.

A partial date states some of year (or a span of years), month, day, weekday and time of day.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from qa.types import Span


@dataclass(frozen=True, slots=True)
class Fields:
    """One reading of a date; what is not stated is None. `years` is a closed range.

    `month` counts from 1, `weekday` from 0 (Monday), `time` is minutes since midnight.
    """

    years: tuple[int, int] | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    time: int | None = None

    def stated(self) -> frozenset[str]:
        """Name the fields that this reading states."""
        names = ("years", "month", "day", "weekday", "time")
        return frozenset(name for name in names if getattr(self, name) is not None)

    def clashes(self, other: "Fields") -> bool:
        """Tell whether a field that both state differs; a year inside a decade does not."""
        if self.years and other.years and not _overlap(self.years, other.years):
            return True
        pairs = (
            (self.month, other.month),
            (self.day, other.day),
            (self.weekday, other.weekday),
            (self.time, other.time),
        )
        return any(a is not None and b is not None and a != b for a, b in pairs)


@dataclass(frozen=True, slots=True)
class Date:
    """A date in a text, with every reading it allows."""

    start: int
    end: int
    readings: tuple[Fields, ...]

    @property
    def span(self) -> Span:
        """Where the date stands."""
        return self.start, self.end


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _covers(claim: Fields, quote: Fields) -> frozenset[str]:
    """Name the fields of `claim` that `quote` states as narrowly or more so."""
    both = claim.stated() & quote.stated()
    if (
        claim.years
        and quote.years
        and not (claim.years[0] <= quote.years[0] and quote.years[1] <= claim.years[1])
    ):
        both -= {"years"}
    return both


def agree(claim: Date, quote: Sequence[Date]) -> bool:
    """Tell whether every field that `claim` states is stated by dates of the quote, none differing.

    Several dates of the quote may share the work: `Wednesday, 10 December` in one place and
    `2025` in another.
    """
    for reading in claim.readings:
        stated: set[str] = set()
        for other in (r for date in quote for r in date.readings):
            if not reading.clashes(other):
                stated |= _covers(reading, other)
        if stated >= reading.stated():
            return True
    return False


def clash(claim: Date, quote: Sequence[Date]) -> Date | None:
    """Return the first date of the quote that states another value for a field of `claim`."""
    for date in quote:
        pairs = list(product(claim.readings, date.readings))
        if pairs and all(a.clashes(b) for a, b in pairs):
            return date
    return None


def resolved(date: Date, published: dt.date) -> Date:
    """Add what the day of publication tells: the days a weekday may mean, the year of a month.

    A weekday is the nearest such day up to the publication, or the nearest after it.
    """
    readings = list(date.readings)
    if not dt.MINYEAR < published.year < dt.MAXYEAR:
        return date
    for fields in date.readings:
        if fields.weekday is not None and fields.day is None:
            back = (published.weekday() - fields.weekday) % 7
            days = (published + dt.timedelta(step) for step in (-back, 7 - back))
            readings += [Fields((d.year, d.year), d.month, d.day, d.weekday()) for d in days]
        elif fields.month is not None and fields.years is None:
            near = _nearest_year(fields.month, published)
            readings.append(replace(fields, years=(near, near)))
    return replace(date, readings=tuple(readings))


def _nearest_year(month: int, published: dt.date) -> int:
    years = (published.year + step for step in (-1, 0, 1))
    return min(years, key=lambda y: abs(12 * (y - published.year) + month - published.month))
