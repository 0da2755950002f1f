"""Whether two different values disagree, or one came after the other."""

import re
from typing import Literal

from qa.values import figures, moments
from qa.values.asked import Asked
from qa.values.kinds import Relation, word_set
from qa.values.statement import Statement

Outcome = Literal["none", "conflict", "development"]

_LASTING_UNITS = word_set("km m cm mm mi nmi ft in yd km2 m2 mi2 ft2 ha acre kg g t lb")
"""Sizes: what is measured in these does not move from one article to the next."""
_AGED = re.compile(r"\bhow old\b|\bage\b|\baged\b", re.IGNORECASE)
_DAYS_OF_A_YEAR = 365.25


def outcome(relation: Relation, one: Statement, other: Statement, question: Asked) -> Outcome:
    """Judge two values of one thing, by what is asked and by the dates of their articles."""
    if relation not in {"differ", "apart"}:
        return "none"
    first, last = _in_order(one, other)
    if question.topic == "number":
        return _of_numbers(relation, first, last, question)
    if question.topic == "date":
        return _of_hours(first, last, question) or _of_dates(first, last)
    if question.changing and _apart(first, last):
        return "development"
    held_now = not question.office or question.present
    return "conflict" if held_now or _same_day(first, last) else "none"


def _in_order(one: Statement, other: Statement) -> tuple[Statement, Statement]:
    if one.published is None or other.published is None or one.published <= other.published:
        return one, other
    return other, one


def _apart(first: Statement, last: Statement) -> bool:
    """Tell whether both articles are dated, and not on one day."""
    return None not in {first.published, last.published} and not _same_day(first, last)


def _same_day(first: Statement, last: Statement) -> bool:
    return first.published is not None and first.published == last.published


def _of_hours(first: Statement, last: Statement, question: Asked) -> Outcome | None:
    """Judge two hours at which something is: a later article may tell of a change.

    None where what is asked is past, or where the values do not give one hour each.
    """
    hours = moments.hour(first), moments.hour(last)
    if not question.present or None in hours or hours[0] == hours[1]:
        return None
    return "development" if _apart(first, last) else "conflict"


def _of_dates(first: Statement, last: Statement) -> Outcome:
    """Judge two dates: what is still to come may have been put off since."""
    tenses = {found.tense for s in (first, last) if (found := moments.moment(s)) is not None}
    if tenses == {"past"}:
        return "conflict"
    if _apart(first, last):
        return "development" if _still_ahead(first, last) else "none"
    return "conflict" if tenses == {"ahead"} else "none"


def _still_ahead(first: Statement, last: Statement) -> bool:
    """Tell whether the day that the first article expects had not passed when the last was out."""
    plan = moments.moment(first)
    if plan is None or plan.day is None or last.published is None:
        return False
    return plan.day >= last.published


def _of_numbers(relation: Relation, first: Statement, last: Statement, question: Asked) -> Outcome:
    a, b = figures.figure(first, question), figures.figure(last, question)
    clash: Outcome = "conflict" if relation == "differ" else "none"
    if a is None or b is None or {a.number.unit, b.number.unit} & _LASTING_UNITS:
        return clash
    if _AGED.search(question.question):
        return _of_ages(a, b, first, last)
    if question.growing:
        # What only grows was less before: without dates, the lesser figure is taken for the older.
        undated = None in {first.published, last.published}
        grown = _apart(first, last) and a.number.value < b.number.value
        return "development" if undated or grown else clash
    if not question.changing:
        return clash
    if _apart(first, last):
        return "development"
    return clash if _same_day(first, last) and not question.volatile else "none"


def _of_ages(a: figures.Figure, b: figures.Figure, first: Statement, last: Statement) -> Outcome:
    """Judge two ages: one is right when the time between the articles makes up the difference."""
    if first.published is None or last.published is None:
        return "none"
    years = (last.published - first.published).days / _DAYS_OF_A_YEAR
    grown = float(b.number.value - a.number.value)
    if years and -1 < grown - years < 1:
        return "development"
    return "conflict"
