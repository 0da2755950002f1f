"""Figures as pure functions: agreement of words, thresholds, folds, a logistic regression."""

import re
import string
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_ARTICLE = re.compile(r"\b(a|an|the)\b")
_RIDGE = 1e-3
_STEPS = 30
_BEYOND = 1.0
"""How far a threshold lies outside of all scores when everything is answered, or nothing."""


def squad_tokens(text: str) -> list[str]:
    """Normalise as SQuAD does: lower case, ASCII punctuation and articles away, split at space.

    Rajpurkar et al. 2016, "SQuAD: 100,000+ Questions", section 6.1.
    """
    bare = "".join(char for char in text.lower() if char not in string.punctuation)
    return _ARTICLE.sub(" ", bare).split()


def exact(prediction: str, references: Sequence[str]) -> float:
    """Return 1 when the prediction has the words of a reference, else 0; no reference is ""."""
    tokens = squad_tokens(prediction)
    return float(any(tokens == squad_tokens(r) for r in _accepted(references)))


def f1(prediction: str, reference: str) -> float:
    """Return the harmonic mean of the precision and recall of words (SQuAD, section 6.1).

    When either side has no words it is 1 if both have none and else 0 (SQuAD 2.0).
    """
    predicted, wanted = squad_tokens(prediction), squad_tokens(reference)
    if not predicted or not wanted:
        return float(predicted == wanted)
    common = (Counter(predicted) & Counter(wanted)).total()
    return 2.0 * common / (len(predicted) + len(wanted))


def best_f1(prediction: str, references: Sequence[str]) -> float:
    """Return the F1 with the best reference; no reference stands for "no answer"."""
    return max(f1(prediction, reference) for reference in _accepted(references))


def _accepted(references: Sequence[str]) -> Sequence[str]:
    """Leave out references without words, as SQuAD 2.0's script does."""
    return [r for r in references if squad_tokens(r)] or [""]


def best_threshold(scores: Numbers, above: Numbers, below: Numbers) -> float:
    """Return the threshold with the greatest sum of gains.

    `above` is gained by each row whose score is at least the threshold, `below` by the others. It
    lies half way between two scores.
    """
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    sums = np.concatenate([[0.0], np.cumsum((above - below)[order])])
    sums[1:-1][ranked[1:] == ranked[:-1]] = -np.inf  # equal scores are not told apart
    best = int(np.argmax(sums))
    high = float(ranked[best - 1]) if best else float(ranked[0]) + 2 * _BEYOND
    low = float(ranked[best]) if best < len(ranked) else high - 2 * _BEYOND
    return (high + low) / 2


def balanced(accepted: Mask, truth: Mask) -> float:
    """Return the mean of the shares of true rows accepted and of false rows rejected."""
    return float((accepted[truth].mean() + (~accepted[~truth]).mean()) / 2)


def balance_gains(truth: Mask) -> tuple[Numbers, Numbers]:
    """Return what accepting and rejecting each row adds to the balanced accuracy."""
    return truth / (2 * max(1, truth.sum())), ~truth / (2 * max(1, (~truth).sum()))


def held_out(groups: Sequence[str]) -> Iterator[tuple[Mask, Mask]]:
    """Yield, for every group, the rows of all others, and its own: fit on those, apply to these."""
    names = np.array(groups)
    if len(set(groups)) < 2:  # noqa: PLR2004 -- it needs another one
        raise ValueError(f"cross-fitting needs at least two groups, found {sorted(set(groups))}")
    for name in dict.fromkeys(groups):
        own = names == name
        yield ~own, own


def logistic(rows: Numbers, truth: Mask) -> Numbers:
    """Fit a logistic regression: one weight per column and a last one that stands alone.

    Newton's method with a small ridge, so that separable rows have a finite answer.
    """
    x = _with_one(rows)
    weights = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        p = probability(x @ weights)
        slope = x.T @ (truth - p) - _RIDGE * weights
        curve = (x * (p * (1 - p))[:, None]).T @ x + _RIDGE * np.eye(x.shape[1])
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if float(np.abs(step).max()) < _RIDGE:
            break
    return weights


def logits(rows: Numbers, weights: Numbers) -> Numbers:
    """Return the logits of rows under the weights of `logistic`."""
    found: Numbers = _with_one(rows) @ weights
    return found


def probability(logit: Numbers) -> Numbers:
    """Return the probabilities of logits."""
    found: Numbers = 1.0 / (1.0 + np.exp(-np.clip(logit, -500.0, 500.0)))
    return found


def _with_one(rows: Numbers) -> Numbers:
    return np.concatenate([rows, np.ones((len(rows), 1))], axis=1)
