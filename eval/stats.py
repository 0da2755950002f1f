"""How sure a figure is, and whether two runs differ: intervals, tests, AUROC, percentiles.

Everything random is seeded, so that the same results give the same figures to the last digit.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from eval.metrics import Score, Undefined

RESAMPLES = 2000
LEVEL = 0.95
_SEED = 20_251_211
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A figure over `n` questions, with its 95 % interval; `value` is None when there is none."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    reason: str = ""


def mean(values: Sequence[float]) -> Score:
    """Arithmetic mean, summed exactly so that the order of the questions cannot matter."""
    return math.fsum(values) / len(values) if values else Undefined("no question has a value")


def estimate_mean(values: Sequence[float]) -> Estimate:
    """Mean with its percentile bootstrap interval (Efron & Tibshirani 1993, ch. 13).

    A rate of exactly 0 or 1 resamples to itself, which would look like certainty; its interval
    is Clopper and Pearson's (1934), exact for a binomial rate.
    """
    value = mean(values)
    if isinstance(value, Undefined):
        return Estimate(None, None, None, 0, value.reason)
    if value in (0.0, 1.0) and all(item == value for item in values):
        margin = ((1.0 - LEVEL) / 2.0) ** (1.0 / len(values))
        low, high = (margin, 1.0) if value == 1.0 else (0.0, 1.0 - margin)
        return Estimate(value, low, high, len(values))
    sample = np.asarray(values, dtype=np.float64)
    means = sample[_resamples(len(values))].mean(axis=1)
    return Estimate(value, *_central(means), len(values))


def estimate_auroc(positives: Sequence[float], negatives: Sequence[float]) -> Estimate:
    """Area under the ROC curve with its bootstrap interval, classes resampled each on its own."""
    n = len(positives) + len(negatives)
    value = auroc(positives, negatives)
    if isinstance(value, Undefined):
        return Estimate(None, None, None, 0, value.reason)
    above = _wins(np.asarray(positives), np.asarray(negatives))
    rows, columns = _resamples(len(positives)), _resamples(len(negatives), _SEED + 1)
    areas = np.asarray([above[np.ix_(r, c)].mean() for r, c in zip(rows, columns, strict=True)])
    return Estimate(value, *_central(areas), n)


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> Score:
    """Chance that a positive scores above a negative, ties counting half (Mann & Whitney 1947)."""
    if not positives or not negatives:
        return Undefined("needs answerable and unanswerable questions")
    return float(_wins(np.asarray(positives), np.asarray(negatives)).mean())


def _wins(positives: Floats, negatives: Floats) -> Floats:
    """1 where the row's positive outscores the column's negative, a half where they tie."""
    difference = np.sign(positives[:, None] - negatives[None, :])
    return np.asarray((difference + 1.0) / 2.0, dtype=np.float64)


def percentile(values: Sequence[float], q: float) -> Score:
    """Return the `q`-th percentile, linear between ranks (Hyndman & Fan 1996, type 7)."""
    if not values:
        return Undefined("nothing was timed")
    ordered = sorted(values)
    place = (len(ordered) - 1) * q / 100.0
    low, high = math.floor(place), math.ceil(place)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def paired_bootstrap(before: Sequence[float], after: Sequence[float]) -> float:
    """Two-sided p that the mean did not change, by resampling pairs (Koehn 2004).

    Twice the smaller share of resamples whose mean difference is on either side of zero; one is
    added to both counts, so that p is never zero (Davison & Hinkley 1997, ch. 4).
    """
    difference = np.asarray(after, dtype=np.float64) - np.asarray(before, dtype=np.float64)
    if not difference.any():
        return 1.0
    means = difference[_resamples(len(difference))].mean(axis=1)
    smaller = min(int((means <= 0.0).sum()), int((means >= 0.0).sum()))
    return min(1.0, 2.0 * (smaller + 1) / (RESAMPLES + 1))


def mcnemar(before: Sequence[bool], after: Sequence[bool]) -> float:
    """Two-sided exact p that as many answers were won as lost (McNemar 1947, binomial form)."""
    lost = sum(b and not a for b, a in zip(before, after, strict=True))
    won = sum(a and not b for b, a in zip(before, after, strict=True))
    changed = lost + won
    tail = sum(math.comb(changed, i) for i in range(min(lost, won) + 1))
    return min(1.0, 2.0 * tail / 2.0**changed)


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Adjust p values for being several (Holm 1979)."""
    adjusted: dict[str, float] = {}
    highest = 0.0
    ordered = sorted(p_values, key=lambda name: (p_values[name], name))
    for index, name in enumerate(ordered):
        highest = max(highest, min(1.0, (len(ordered) - index) * p_values[name]))
        adjusted[name] = highest
    return adjusted


@lru_cache(maxsize=64)
def _resamples(size: int, seed: int = _SEED) -> npt.NDArray[np.intp]:
    """Draw bootstrap samples as rows of indices, the same for every figure of a size."""
    return np.random.default_rng(seed).integers(0, size, (RESAMPLES, size), dtype=np.intp)


def _central(statistics: Floats) -> tuple[float, float]:
    tail = 100.0 * (1.0 - LEVEL) / 2.0
    low, high = np.percentile(statistics, [tail, 100.0 - tail])
    return float(low), float(high)


def paired_test(before: Sequence[float], after: Sequence[float]) -> float:
    """McNemar's test where every value is 0 or 1, else the paired bootstrap."""
    if all(value in (0.0, 1.0) for value in (*before, *after)):
        return mcnemar([value == 1.0 for value in before], [value == 1.0 for value in after])
    return paired_bootstrap(before, after)
