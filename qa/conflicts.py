"""Where articles answer the same question differently.

Articles disagree when their values cannot both be right of one thing: two days of one event, two
places that do not contain each other, two figures of one quantity, two holders of one post. A
later figure of what moves with time is a development. What is only vaguer, about something else,
or cannot be compared is neither: an invented disagreement does more harm than one overlooked.
"""

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from qa.facts import fold
from qa.types import Conflict, Position, Value
from qa.values import (
    Asked,
    Outcome,
    Statement,
    amount,
    asked,
    chooses,
    dated,
    dated_part,
    fits,
    mentions,
    outcome,
    phrase,
    relate,
    same_event,
)

__all__ = ["Comparison", "Group", "compare", "dated", "settle"]

Relation = Literal["none", "agreement", "conflict", "development"]
_DISAGREEMENTS: tuple[Literal["conflict", "development"], ...] = ("conflict", "development")
Support = Callable[[str, str], float]
"""`support(claim, quote)`: the probability that the quote supports the claim, in [0, 1]."""

TAKES_PART = 0.05
"""Share of the best value's score that a value needs in order to be set against it.

Low, because the reader favours one article: the other side often has a fifth of its score, and less
where it says the same in other words ("87 deaths" beside "at least 100 killed"). What does not
belong is told by its meaning and by its sentence: over 619 questions about articles that agree,
nothing more is set against each other than from a tenth of the score.
"""
STANDS = 0.4
"""Share of the best value's score from which another value stands in the way of agreement."""
OWN = 0.2
"""The least support that a sentence must give to its own value."""
LEAD = 0.6
"""How much more, on average, each sentence must support its own value than the other's.

In log-odds, so that a paraphrase that the model half understands counts like plain words. The
reading model leads by 0.7 to 3.5 where articles do differ, and by less where it cannot tell.
"""
_SURE = 0.01


_ON = r"(?:(?!\b(?:and|but|instead)\b|, (?:saying|adding)\b)[^.;])"
"""A character of the same statement: "denied it, saying there were 20" states the 20."""
_DISPUTED = re.compile(
    r"\b(?:contradict\w*|den(?:y|ies|ied|ying)|disput\w+|reject\w*|refut\w+|wrong(?:ly)?|falsely"
    rf"|incorrectly|contrary to)\b{_ON}{{0,120}}?\b(?:sa(?:id|ys?|ying)|claim\w*|report\w*|state\w*"
    rf"|announc\w+|told|figure|account)\b{_ON}{{0,100}}$"
    r"|\b(?:initially|at first|originally|wrongly|falsely) (?:been )?"
    rf"(?:said|claimed|reported|stated|put|estimated)\b{_ON}{{0,60}}$",
    re.IGNORECASE,
)
"""What stands before a value that the article does not hold to be right."""


@dataclass(frozen=True)
class Group:
    """Values of one meaning, best first; `label` shows them, `date` is their earliest article's."""

    label: str
    values: tuple[Value, ...]
    date: dt.date | None


@dataclass(frozen=True)
class Comparison:
    """What the articles say, oldest first, and how it relates.

    In a conflict or a development every group stands against every other.
    """

    groups: tuple[Group, ...]
    relation: Relation


def compare(question: str, values: Sequence[Value], support: Support) -> Comparison:
    """Group the values of several articles by meaning and say whether they disagree.

    Of each article the best value counts, and none that it reports only to contradict it. The order
    of `values` does not matter. Only the groups that disagree are returned, and where none do, only
    those with probable values.
    """
    topic = asked(question)
    ranked = [Statement.of(value) for value in sorted(values, key=_rank)]
    ranked = [one for one in ranked if chooses(one, topic)]
    statements = [s for s in ranked if s.value.score >= TAKES_PART * ranked[0].value.score]
    statements = [s for s in statements if not _DISPUTED.search(s.before)]
    if not statements:
        return Comparison((), "none")
    groups = _grouped(statements, topic)
    judge = _Judge(topic, statements, cache(support))
    for relation in _DISAGREEMENTS:
        opposed = judge.opposed(groups, relation)
        if len(opposed) > 1:
            return _compared(opposed, topic, relation)
    standing = [g for g in groups if g[0].value.score >= STANDS * statements[0].value.score]
    agreed = len(standing) == 1 and len(standing[0]) > 1
    return _compared(standing, topic, "agreement" if agreed else "none")


def settle(comparison: Comparison, cited: Callable[[Value], Iterable[int]]) -> tuple[Conflict, ...]:
    """Turn a disagreement into what the answer carries; `cited` gives the citations of a value.

    A position that nothing in the answer cites is left out, and one position is no disagreement.
    """
    relation = comparison.relation
    if relation in {"none", "agreement"}:
        return ()
    positions = []
    for group in comparison.groups:
        ids = sorted({number for value in group.values for number in cited(value)})
        if ids:
            positions.append(Position(value=group.label, citations=tuple(ids), date=group.date))
    if len(positions) < 2:  # noqa: PLR2004 -- it takes two to disagree
        return ()
    return (Conflict(kind=relation, positions=tuple(positions)),)


def _rank(value: Value) -> tuple[float, str, int, int]:
    return -value.score, value.quote.passage.article_id, value.quote.start, value.quote.end


def _grouped(statements: Sequence[Statement], topic: Asked) -> list[list[Statement]]:
    """Put the best value of each article, best first, into the first group it agrees with.

    The best is the most probable that is of the kind asked for, if any is: a number, a day.
    """
    best: dict[str, Statement] = {}
    for one in sorted(statements, key=lambda s: not fits(s, topic)):
        best.setdefault(one.article, one)
    groups: list[list[Statement]] = []
    for one in sorted(best.values(), key=lambda s: _rank(s.value)):
        for group in groups:
            if all(relate(one, member, topic) == "same" for member in group):
                group.append(one)
                break
        else:
            groups.append([one])
    return groups


def _compared(
    groups: Iterable[Sequence[Statement]], topic: Asked, relation: Relation
) -> Comparison:
    """Label groups and put them in order: the oldest first, those without a date last.

    What only grows is ordered by its amount, which says more than a date that is not known.
    """
    made = []
    for group in groups:
        date = min((s.published for s in group if s.published is not None), default=None)
        shown = Group(_label(group, topic), tuple(s.value for s in group), date)
        grown = amount(group[0], topic) if relation == "development" else 0.0
        made.append((grown, date or dt.date.max, shown.label, shown))
    return Comparison(tuple(row[-1] for row in sorted(made, key=lambda row: row[:3])), relation)


def worded(question: str, value: Value) -> str:
    """Return a value as it is shown: with what bounds a number, and what dates a day."""
    return _shown(Statement.of(value), asked(question))


def _shown(one: Statement, topic: Asked) -> str:
    return " ".join(dated_part(one.text, phrase(one, topic), one.published).split())


def _label(group: Sequence[Statement], topic: Asked) -> str:
    """Show the best value, with the date that it has in any article that says the same words."""
    said = fold(group[0].words)
    return max((_shown(s, topic) for s in group if fold(s.words) == said), key=len)


def _log_odds(chance: float) -> float:
    bounded = min(max(chance, _SURE), 1 - _SURE)
    return math.log(bounded / (1 - bounded))


@dataclass(frozen=True)
class _Judge:
    """Judges pairs of values; `statements` are all that take part, not only the best."""

    topic: Asked
    statements: Sequence[Statement]
    support: Support

    def opposed(
        self, groups: Sequence[Sequence[Statement]], relation: Outcome
    ) -> list[Sequence[Statement]]:
        """Return the best group and those that stand in `relation` to it and to each other."""
        chosen = list(groups[:1])
        for group in groups[1:]:
            if all(self.outcome(other[0], group[0]) == relation for other in chosen):
                chosen.append(group)
        return chosen

    def outcome(self, one: Statement, other: Statement) -> Outcome:
        """Judge two values: by their meaning, then by what they are about, then by the model."""
        found = outcome(relate(one, other, self.topic), one, other, self.topic)
        if found == "none" or not same_event(one, other, self.topic):
            return "none"
        if found == "conflict" and (self._knows(one, other) or self._knows(other, one)):
            return "none"
        return found if self._distinct(one, other) else "none"

    def _knows(self, one: Statement, other: Statement) -> bool:
        """Tell whether the article of `one` gives the value of `other` as well.

        A list that has it among others is no such value ("the Pacific and the Caribbean").
        """
        names = max(1, len(other.own.names))
        return mentions(one, other, self.topic) or any(
            relate(s, other, self.topic) == "same"
            for s in self.statements
            if s.article == one.article and len(s.own.names) <= names
            if s.value.score >= STANDS * one.value.score
        )

    def _distinct(self, one: Statement, other: Statement) -> bool:
        """Tell whether each sentence supports its own value, and better than the other's."""
        own = [self._support(s, s) for s in (one, other)]
        crossed = [self._support(one, other), self._support(other, one)]
        lead = sum(map(_log_odds, own)) - sum(map(_log_odds, crossed))
        return min(own) >= OWN and lead >= 2 * LEAD

    def _support(self, value: Statement, sentence: Statement) -> float:
        return self.support(f"{self.topic.lead} {value.words}", sentence.text)
