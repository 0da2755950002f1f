"""When to answer and when to refuse: thresholds fitted to outcomes, on others than they judge."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np

from qa.training.reading.answering import Outcome
from qa.training.reading.scores import (
    Mask,
    Numbers,
    best_threshold,
    held_out,
    logistic,
    logits,
)
from qa.training.reading.tables import share


@dataclass(frozen=True)
class Rule:
    """Answer where the score reaches `threshold`.

    The score is the margin, or the logit of a logistic regression (`weights`) over the margin and
    the head's "answerable".
    """

    threshold: float
    weights: Numbers | None = None

    def scores(self, outcomes: Sequence[Outcome]) -> Numbers:
        """Return the score of every outcome."""
        if self.weights is None:
            return np.array([o.margin for o in outcomes])
        return logits(_signals(outcomes), self.weights)

    def answers(self, outcomes: Sequence[Outcome]) -> Mask:
        """Tell which outcomes are answered."""
        found: Mask = self.scores(outcomes) >= self.threshold
        return found


def fitted(outcomes: Sequence[Outcome], *, mixed: bool) -> Rule:
    """Return the rule with the greatest F1 over `outcomes`; `mixed` as in `Rule.weights`."""
    weights = logistic(_signals(outcomes), has_answer(outcomes)) if mixed else None
    scores = Rule(0.0, weights).scores(outcomes)
    answered = np.array([o.f1 for o in outcomes])
    return Rule(best_threshold(scores, answered, refused_right(outcomes)), weights)


def cross_fitted(outcomes: Sequence[Outcome], *, mixed: bool) -> tuple[Mask, Numbers]:
    """Return which are answered, and how far over the threshold, by rules of the other articles."""
    answered = np.zeros(len(outcomes), dtype=np.bool_)
    above = np.zeros(len(outcomes))
    for others, own in held_out([o.asked.article for o in outcomes]):
        rule = fitted(list(compress(outcomes, others)), mixed=mixed)
        mine = list(compress(outcomes, own))
        answered[own] = rule.answers(mine)
        above[own] = rule.scores(mine) - rule.threshold
    return answered, above


def has_answer(outcomes: Sequence[Outcome]) -> Mask:
    """Tell which questions have an answer."""
    return np.array([bool(o.asked.answers) for o in outcomes])


def refused_right(outcomes: Sequence[Outcome]) -> Numbers:
    """Return 1 for every question that is rightly refused, else 0."""
    return (~has_answer(outcomes)).astype(np.float64)


def figures(outcomes: Sequence[Outcome], answered: Mask) -> list[str]:
    """Return F1 and EM of all; F1, EM and share answered of those with an answer; refused rest."""
    known = has_answer(outcomes)
    f1 = np.where(answered, [o.f1 for o in outcomes], refused_right(outcomes))
    exact = np.where(answered, [o.exact for o in outcomes], refused_right(outcomes))
    return [
        share(float(f1.mean())),
        share(float(exact.mean())),
        *(share(float(v[known].sum()), int(known.sum())) for v in (f1, exact, answered)),
        share(float((~answered)[~known].sum()), int((~known).sum())),
    ]


def curve(
    outcomes: Sequence[Outcome], scores: Numbers, lost: Sequence[float]
) -> Iterator[tuple[float, float]]:
    """Yield the threshold and the share refused of questions without an answer.

    For each share in `lost` the threshold is the one below which that share of the questions with
    an answer lies.
    """
    known = has_answer(outcomes)
    for part in lost:
        threshold = float(np.quantile(scores[known], part))
        yield threshold, float((scores[~known] < threshold).mean())


def _signals(outcomes: Sequence[Outcome]) -> Numbers:
    return np.array([[o.margin, o.answerable] for o in outcomes])
