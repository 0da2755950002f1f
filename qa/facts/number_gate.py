"""The gates for numbers and dates."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from qa.facts import moments, partial
from qa.facts.analysis import Facts
from qa.facts.mismatch import Mismatch
from qa.facts.numbers import Number
from qa.facts.partial import Date
from qa.facts.slot import same_slot
from qa.facts.units import same_unit

_ROUNDING = 0.06
"""How far "about" may be from the value it rounds."""
_BOUND_REACH = 2
"""A bound is taken for a value within this factor: "more than 4,000" for 4,500."""
_ADVERBS = {1: "once", 2: "twice", 3: "thrice"}
_LONGEST_LIST = 6
"""Names that anybody would count."""
_AND = re.compile(r"(?:,|,? and|,? &)(?: (?:the|its|their|his|her))? (?:[A-Z]\w+ ){0,3}")
"""What stands between two names of a list, titles included."""
_VAGUE_REACH = 1000
"""Thousands are fewer than this many thousands."""


def number_gate(claim: Facts, quote: Facts) -> Iterator[Mismatch]:
    """Ask for every number of the claim in the quote, counting the same thing."""
    mine, theirs = _distinct(claim.numbers), _distinct(quote.numbers)
    free = [
        other
        for other in theirs
        if not other.soft and not any(_same_number(own, other) for own in mine)
    ]
    for number in mine:
        yield from _compared(number, claim, quote, theirs, free)
    for code in claim.codes:
        if code not in quote.codes and not quote.index.has(code):
            yield Mismatch("name", f"{code.upper()} is not in the quote")


def _compared(
    number: Number, claim: Facts, quote: Facts, theirs: list[Number], free: list[Number]
) -> Iterator[Mismatch]:
    """Compare one number of the claim with `theirs`; `free` are those that no number claims."""
    shown = claim.text[number.start : number.end]
    matches = [other for other in theirs if _same_number(number, other)]
    if any(_bounds_fit(number, other) for other in matches):
        other_count = _counts_other(number, matches, quote)
        if other_count is not None:
            wrong = quote.text[other_count.start : other_count.end]
            yield Mismatch(
                "number", f"the quote has {wrong}, not {shown}, for that", contradicts=True
            )
    elif matches:
        yield Mismatch(
            "number", f"number {shown} is bounded the other way in the quote", contradicts=True
        )
    elif number.soft:
        if _counts_other(number, [], quote) is not None and not number.ordinal:
            yield Mismatch("number", f"number {shown} is another in the quote", contradicts=True)
    elif "," in shown or not (_in_date(number, quote) or _as_adverb(number, quote)):
        missing = _missing_number(number, claim, quote, free)
        if missing.contradicts or not _listed(number, quote):
            yield missing


def _distinct(found: Sequence[Number]) -> list[Number]:
    """Keep one of the numbers that differ in nothing but their place."""
    first: dict[Number, Number] = {}
    for number in found:
        first.setdefault(replace(number, start=0, end=0), number)
    return list(first.values())


def _same_number(one: Number, other: Number) -> bool:
    """Compare value and unit; `one` is the claim's."""
    share = _share(one)
    if share is not None and share == _share(other):
        return True
    if one.ordinal != other.ordinal or not same_unit(one.unit, other.unit):
        return False
    if one.vague and not other.vague:
        return one.value <= other.value < _VAGUE_REACH * one.value
    counted = set(one.nouns) & set(other.nouns)
    if one.value == other.value:
        return one.vague or not other.vague or not one.nouns or bool(counted)
    return (
        not other.vague
        and bool(counted or not one.nouns or not other.nouns)
        and _rounds(one, other)
    )


def _rounds(one: Number, other: Number) -> bool:
    """Tell whether `one` is a rounder way to put `other`: "more than 4,000" for 4,500."""
    if _digits(one) >= _digits(other):
        return False
    if one.bound == "min":
        return one.value <= other.value <= _BOUND_REACH * one.value
    if one.bound == "max":
        return other.value <= one.value <= _BOUND_REACH * other.value
    return one.bound == "about" and abs(one.value - other.value) <= _ROUNDING * abs(other.value)


def _digits(number: Number) -> int:
    """Count the significant digits of a value: 2 for 4,500."""
    return len(f"{float(number.value):.12e}".split("e")[0].replace(".", "").rstrip("0"))


def _share(number: Number) -> float | None:
    """Return a part of a whole as a percentage: `half` and `50 %` are the same."""
    if number.unit == "%":
        return float(number.value)
    if not number.unit and not number.ordinal and 0 < number.value < 1:
        return float(100 * number.value)
    return None


def _bounds_fit(one: Number, other: Number) -> bool:
    return {one.bound, other.bound} != {"min", "max"} or one.value != other.value


def _counts_other(number: Number, matches: list[Number], quote: Facts) -> Number | None:
    """Find the value that the quote gives for what `number` counts, when it is another one."""
    nouns = set(number.nouns[:2])
    if not nouns or any(not m.nouns or nouns & set(m.nouns) for m in matches):
        return None
    same = [
        q
        for q in quote.numbers
        if nouns & set(q.nouns) and not q.vague and q.ordinal == number.ordinal
    ]
    if len(same) != 1 or same[0].value == number.value or not same_unit(number.unit, same[0].unit):
        return None
    return same[0] if set(same[0].nouns) & {number.nouns[-1], number.nouns[0]} else None


def _in_date(number: Number, quote: Facts) -> bool:
    """Tell whether the quote writes the number as a year or as a day of a month."""
    for date in quote.dates:
        for fields in date.readings:
            year = fields.years is not None and fields.years[0] == fields.years[1] == number.value
            if (year and not number.ordinal) or (number.ordinal and fields.day == number.value):
                return True
    return False


def _as_adverb(number: Number, quote: Facts) -> bool:
    """Tell whether the quote says `twice` for `two times`."""
    adverb = _ADVERBS.get(int(number.value)) if number.nouns[:1] == ("time",) else None
    return adverb is not None and any(word.key == adverb for word in quote.words)


def _listed(number: Number, quote: Facts) -> bool:
    """Tell whether the quote names as many as `number` counts: `two men` for `Ana and Rui`."""
    if number.unit or number.ordinal or number.vague or number.bound or not number.nouns:
        return False
    if not 1 < number.value <= _LONGEST_LIST:
        return False
    row = quote.names
    joined = [_AND.fullmatch(quote.text[a.end : b.start]) is not None for a, b in pairwise(row)]
    runs = "".join("+" if link else " " for link in joined).split(" ")
    return any(len(run) + 1 == number.value for run in runs if run)


def _missing_number(number: Number, claim: Facts, quote: Facts, free: list[Number]) -> Mismatch:
    """Say what the quote has in place of a number, out of those that the claim leaves `free`."""
    shown = claim.text[number.start : number.end]
    rivals = [
        other
        for other in free
        if other.ordinal == number.ordinal and same_unit(number.unit, other.unit)
    ]
    for other in rivals:
        if set(number.nouns) & set(other.nouns) or same_slot(claim, number.span, quote, other.span):
            has = quote.text[other.start : other.end]
            return Mismatch(
                "number", f"number {shown} is not in the quote, which has {has}", contradicts=True
            )
    if any(n.value == number.value for n in quote.numbers):
        return Mismatch("number", f"number {shown} has another unit in the quote", contradicts=True)
    return Mismatch("number", f"number {shown} is not in the quote")


def date_gate(
    claim: Facts, quote: Facts, context: Facts, published: dt.date | None
) -> Iterator[Mismatch]:
    """Ask for every date of the claim in the quote.

    `published` resolves weekdays and "last year"; the `context` around the quote may name the year
    of a month that the quote names.
    """
    theirs = moments.dated(quote.dates, quote, context)
    if published is not None:
        theirs = [partial.resolved(date, published) for date in theirs]
    mine = [*claim.dates, *moments.relative(claim.text, published)]
    counted = moments.relative(quote.text, published)
    for date in mine:
        if partial.agree(date, [*theirs, *counted]) or _year_as_number(date, quote):
            continue
        shown = claim.text[date.start : date.end].rstrip(".")
        rivals = [*theirs, *(counted if published is not None or date not in claim.dates else [])]
        free = [other for other in rivals if not any(partial.agree(m, [other]) for m in mine)]
        other = partial.clash(date, free)
        if other is None:
            yield Mismatch("date", f"date {shown} is not in the quote")
        else:
            has = quote.text[other.start : other.end].rstrip(".")
            yield Mismatch(
                "date", f"date {shown} is not in the quote, which has {has}", contradicts=True
            )
    for season, instead in moments.lacking_seasons(claim, quote):
        has = f", which has {instead}" if instead else ""
        yield Mismatch("date", f"{season} is not in the quote{has}", contradicts=bool(instead))


def _year_as_number(date: Date, quote: Facts) -> bool:
    """Tell whether a year alone stands in the quote as a plain number (`2000 Marines`)."""
    fields = date.readings[0]
    if fields.years is None or fields.stated() != {"years"}:
        return False
    return (
        any(n.value == fields.years[0] for n in quote.numbers)
        and fields.years[0] == fields.years[1]
    )
