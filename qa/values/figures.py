"""Numbers as answers: how much is meant, and whether two answers can be one.

A figure is a range of values: "about 100" and "at least 100" both hold 100. Figures that count
different things (the dead and the hurt, a part and the whole, one day's and a total) are unlike.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import takewhile

from qa.facts import Number, facts, terms
from qa.facts.units import UNITS, same_unit
from qa.facts.words import stem
from qa.types import Span
from qa.values.asked import Asked
from qa.values.kinds import Relation, word_set
from qa.values.measures import is_part, tags
from qa.values.statement import Statement

FARTHEST = 10
"""Figures that differ by more than this factor measure different things."""
_ABOUT = Fraction(1, 10)
"""How far "about" may be off, and how far a vague figure may be taken for a precise one."""
_ROUNDED = Fraction(1, 20)
"""How far a round number may be from the value that it rounds."""
_VAGUE = 20
"""How many times its least value a vague number may mean: dozens are fewer than 240."""
_ROUND_FROM = 100
_SCORE = re.compile(r"(?<![\d.])(\d{1,3})\s?[-–:]\s?(\d{1,3})(?!\d|\.\d)")
_SCORED = word_set("score result beat win finish end lose match game draw defeat")
_PART = re.compile(
    r"\b(half[- ]?time|aggregate|penalt\w+|shoot-?out|first leg|second leg|extra time)\b"
)
_TO = re.compile(r"\s?(?:[-–—]|to|and)\s?")
_UNIT = re.compile(r"[ \u00a0]?([^\W\d]+|%)")
_WORD = re.compile(r"[ -]?[^\W\d_]+|%")
_SMALLER = re.compile(
    r"(?:,? and (?P<one>an?)|,?(?: and)? (?:\d+|[^\W\d_]+(?:-[^\W\d_]+)?))"
    r" (?P<unit>[^\W\d_]+)\b"
)
_FRACTION = re.compile(r" and an? (?:half|quarter)\b(?! of\b)")
_LAST_WORD = re.compile(r"[^\W\d_]+$")
_MIXED = (("year", "month", "week", "day", "h", "min", "s"), ("ft", "in"), ("lb", "oz"))
"""Units of which smaller ones are told behind greater ones: "an hour and fifty minutes"."""
_BOUND = re.compile(
    r"\b(?P<bound>(?:at least|at most|(?:no |not )?(?:more|fewer|less) than|up to|over|under|above"
    r"|below|about|around|approximately|roughly|some|nearly|almost|close to)\s+(?:an?\s+)?)$",
    re.IGNORECASE,
)
_PEOPLE = word_set("peopl person human live life death dead fatal victim casualti bodi")


@dataclass(frozen=True)
class Figure:
    """An amount between `low` and `high` (None: open), as `number` gives it.

    `nouns` are the stems of what is counted, names and units left out. `tags` tell what it is an
    amount of ("dead", "hedged", "a day"): figures whose tags differ measure different things.
    `part` marks one that is told as a part, a change or a former value.
    """

    low: Fraction
    high: Fraction | None
    number: Number
    nouns: tuple[str, ...]
    tags: frozenset[str]
    part: bool

    @property
    def exact(self) -> bool:
        """True when a single value is stated."""
        return self.low == self.high


@lru_cache(maxsize=256)
def figure(one: Statement, question: Asked) -> Figure | None:
    """Read the amount of a statement; None when it has none, or several and none stands out."""
    named = [name.span for name in one.facts.names]
    numbers = [n for n in one.facts.numbers if one.holds(n.span) and not _within(n.span, named)]
    if not numbers and not one.facts.dates:
        numbers = list(one.own.numbers)
    if len(numbers) == 2 and _TO.fullmatch(one.text, numbers[0].end, numbers[1].start):  # noqa: PLR2004 -- a range
        low, high = sorted(n.value for n in numbers)
        return _made(one, numbers[1], low, high)
    if len(numbers) > 1:
        asked_for = [n for n in numbers if set(n.nouns) & set(terms(question.question))]
        numbers = asked_for or numbers
    if len(numbers) != 1:
        return None
    return _made(one, numbers[0], *_range(numbers[0]))


def _within(span: Span, others: Sequence[Span]) -> bool:
    """Tell whether a number is part of a name: `the Seven Years' War`."""
    return any(start <= span[0] and span[1] <= end for start, end in others)


def _made(one: Statement, number: Number, low: Fraction, high: Fraction | None) -> Figure:
    named = {w.stem for w in one.facts.words for n in one.facts.names if n.start <= w.start < n.end}
    nouns = tuple(n for n in number.nouns if n not in named and n not in _unit_stems())
    return Figure(low, high, number, nouns, tags(one, number), is_part(one, number))


def relate(one: Statement, other: Statement, question: Asked) -> Relation:
    """Compare two amounts of the same unit and of the same things, or two scores."""
    scored = [bool(_scores(s)) for s in (one, other)]
    if any(scored) and (all(scored) or question.stems & _SCORED):
        return _relate_scores(one, other) if all(scored) else "unlike"
    a, b = figure(one, question), figure(other, question)
    if a is None or b is None or not _comparable(a, b, question):
        return "unlike"
    if _overlap(a, b):
        return "same" if _close(a, b) else "apart"
    near, far = sorted((abs(a.number.value), abs(b.number.value)))
    if a.number.vague or b.number.vague or far > FARTHEST * near:
        return "unlike"
    return "differ"


def readable(one: Statement, question: Asked) -> bool:
    """Tell whether a value has an amount or a score."""
    return bool(_scores(one)) or figure(one, question) is not None


def phrase(one: Statement) -> Span:
    """Return the span of the value with what bounds its number and its unit: "at least 100 km".

    Of a long value only its number is left, with the word behind it.
    """
    numbers = [n for n in one.facts.numbers if one.holds(n.span)]
    start, end = one.span
    if one.long and len(numbers) == 1:
        counted = _WORD.match(one.text, numbers[0].end)
        start, end = numbers[0].start, counted.end() if counted is not None else numbers[0].end
    last = next((n for n in numbers if n.end == end and n.unit), None)
    unit = _UNIT.match(one.text, end) if last is not None else None
    if last is not None and unit is not None and UNITS.get(unit[1].lower()) == last.unit:
        end = unit.end()
    end = _with_smaller(one.text, end)
    found = _BOUND.search(one.text, 0, start) if any(n.bound for n in numbers) else None
    return (found.start("bound") if found is not None else start), end


def _with_smaller(text: str, end: int) -> int:
    """Return where an amount ends whose smaller units follow: "an hour" in "an hour and a half"."""
    word = _LAST_WORD.search(text, 0, end)
    unit = UNITS.get(word[0].lower(), "") if word is not None else ""
    smaller = next((row[row.index(unit) + 1 :] for row in _MIXED if unit in row), None)
    if smaller is None:
        return end
    half = _FRACTION.match(text, end)
    if half is not None:
        return half.end()
    more = _SMALLER.match(text, end)
    if more is None or UNITS.get(more["unit"].lower()) not in smaller:
        return end
    counted = more["one"] or facts(more[0]).numbers
    return _with_smaller(text, more.end()) if counted else end


def mentions(one: Statement, other: Statement) -> bool:
    """Tell whether the sentence of `one` has a number of `other` beside its own."""
    theirs = {n.value for n in facts(other.words).numbers}
    return any(n.value in theirs for n in one.facts.numbers if not one.holds(n.span))


def scores_beside(one: Statement) -> frozenset[tuple[int, ...]]:
    """Return the scores in the sentence outside the value, each in ascending order."""
    return _scores_in(f"{one.before}\n{one.after}")


def _scores(one: Statement) -> frozenset[tuple[int, ...]]:
    return _scores_in(one.words)


def _scores_in(text: str) -> frozenset[tuple[int, ...]]:
    return frozenset(tuple(sorted(map(int, m.groups()))) for m in _SCORE.finditer(text))


def _relate_scores(one: Statement, other: Statement) -> Relation:
    """Compare `3-1` and `1-3` as one; half time is not full time."""
    if _scores(one) == _scores(other):
        return "same"
    parts = [frozenset(_PART.findall(s.text.lower())) for s in (one, other)]
    single = len(_scores(one)) == len(_scores(other)) == 1
    return "differ" if single and not any(parts) else "unlike"


def _range(number: Number) -> tuple[Fraction, Fraction | None]:
    value = number.value
    if number.vague:
        return value, _VAGUE * value
    if number.bound == "min":
        return value, None
    if number.bound == "max":
        return Fraction(0), value
    if number.bound == "about":
        return value - _ABOUT * abs(value), value + _ABOUT * abs(value)
    return value, value


def _overlap(a: Figure, b: Figure) -> bool:
    below = a.high is not None and a.high < b.low
    above = b.high is not None and b.high < a.low
    return not (below or above) or _rounds(a, b) or _rounds(b, a)


def _rounds(a: Figure, b: Figure) -> bool:
    """Tell whether the exact `a` is a rounder way to put the exact `b`: 4,500 for 4,523."""
    x, y = a.number.value, b.number.value
    if not (a.exact and b.exact) or abs(x - y) > _ROUNDED * abs(y):
        return False
    whole = x.denominator == y.denominator == 1
    return abs(x - y) <= _last_digit(x) / 2 > _last_digit(y) / 2 and (x >= _ROUND_FROM or not whole)


def _last_digit(value: Fraction) -> float:
    """Return what the last digit that counts stands for: 100 in 4,500."""
    digits, _, exponent = f"{float(value):.12e}".partition("e")
    decimals = len(digits.partition(".")[2].rstrip("0"))
    return float(10.0 ** (int(exponent) - decimals))


def _comparable(a: Figure, b: Figure, question: Asked) -> bool:
    """Tell whether two amounts are of the same things, measured in the same way."""
    one, other = a.number, b.number
    units = bool(one.unit) == bool(other.unit) and same_unit(one.unit, other.unit)
    whole = not a.part and not b.part and a.tags == b.tags
    return units and whole and one.ordinal == other.ordinal and _same_things(a, b, question)


def _close(a: Figure, b: Figure) -> bool:
    if a.number.vague or b.number.vague or a.number.bound == "" == b.number.bound:
        return True
    x, y = a.number.value, b.number.value
    return abs(x - y) <= _ABOUT * max(abs(x), abs(y))


@lru_cache(maxsize=1)
def _unit_stems() -> frozenset[str]:
    return frozenset(stem(word) for form in UNITS for word in form.split("-"))


def _same_things(a: Figure, b: Figure, question: Asked) -> bool:
    """Tell whether the nouns of two numbers name the same: `gold medals` are not all `medals`."""
    shared = set(a.nouns) & set(b.nouns)
    if not a.nouns or not b.nouns:
        return True
    if not shared:
        return bool(set(a.nouns) & _PEOPLE and set(b.nouns) & _PEOPLE)
    narrower = {n for row in (a.nouns, b.nouns) for n in takewhile(lambda n: n not in shared, row)}
    return narrower <= question.stems
