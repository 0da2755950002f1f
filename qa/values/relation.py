"""How two statements relate, by the kind of thing that the question asks for."""

from collections.abc import Callable

from qa.facts import facts, terms
from qa.types import Span
from qa.values import figures, moments, named, places
from qa.values.asked import Asked, Topic
from qa.values.kinds import Relation
from qa.values.statement import Statement

__all__ = ["Relation", "amount", "chooses", "fits", "mentions", "phrase", "relate"]

_RELATE: dict[Topic, Callable[[Statement, Statement, Asked], Relation]] = {
    "date": moments.relate,
    "number": figures.relate,
    "place": places.relate,
    "name": named.relate,
}
_MENTION: dict[Topic, Callable[[Statement, Statement], bool]] = {
    "date": moments.mentions,
    "number": figures.mentions,
    "place": places.mentions,
    "name": named.mentions,
}


def relate(one: Statement, other: Statement, question: Asked) -> Relation:
    """Compare two values; symmetric, and "same" for a value and itself."""
    if _key(one) == _key(other) and one.published == other.published:
        return "same"
    compare = _RELATE.get(question.topic)
    found = compare(one, other, question) if compare is not None else "unlike"
    if found == "unlike" and _alike(one, other):
        return "same"
    return found


def mentions(one: Statement, other: Statement, question: Asked) -> bool:
    """Tell whether the sentence of `one` has the value of `other` beside its own."""
    find = _MENTION.get(question.topic)
    return find is not None and find(one, other)


def phrase(one: Statement, question: Asked) -> Span:
    """Return the span of the value with the words that its meaning needs."""
    if question.topic == "date":
        return moments.phrase(one)
    if question.topic == "number":
        return figures.phrase(one)
    return places.phrase(one) if question.topic in {"place", "name"} else one.span


def amount(one: Statement, question: Asked) -> float:
    """Return what a count that only grows has come to, 0 for anything else.

    The lesser is the earlier, whatever is known of the articles' dates.
    """
    found = figures.figure(one, question) if question.growing else None
    return float(found.number.value) if found is not None else 0.0


def fits(one: Statement, question: Asked) -> bool:
    """Tell whether a value has what is asked for: a number for "how many", a day for "when"."""
    if question.topic == "number":
        return figures.readable(one, question)
    if question.topic == "date":
        return moments.moment(one) is not None
    return question.topic == "none" or bool(one.own.names)


def chooses(one: Statement, question: Asked) -> bool:
    """Tell whether a value takes one side of a question that offers several ("in A or in B").

    One that has both names is about something else.
    """
    offered = [name for name in facts(question.question).names if name.located]
    if question.topic != "place" or question.lead == question.question:
        return True
    return sum(not one.own.index.missing(name) for name in offered) <= 1


def _key(one: Statement) -> str:
    return " ".join(one.words.split())


def _alike(one: Statement, other: Statement) -> bool:
    """Compare what no rule reads by its stems: one has all those of the other, no fact differs."""
    mine, theirs = set(terms(one.words)), set(terms(other.words))
    if not mine or not theirs:
        return False
    return mine == theirs or (
        (mine <= theirs or theirs <= mine)
        and not (one.own.numbers or other.own.numbers or one.own.dates or other.own.dates)
    )
