"""Intervals, tests and areas are those of their definitions, and never depend on chance."""

import itertools
import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval import stats
from eval.metrics import Undefined

unit = st.floats(0, 1)
scores = st.sampled_from([0.0, 0.25, 0.5, 0.5, 1.0])
flags = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=12)


@given(st.lists(scores, min_size=1), st.lists(scores, min_size=1))
def test_auroc_is_the_share_of_pairs_in_order(above: list[float], below: list[float]) -> None:
    """AUROC equals counting, over all pairs, wins as one and ties as a half."""
    pairs = [(p > n) + 0.5 * (p == n) for p, n in itertools.product(above, below)]
    assert stats.auroc(above, below) == pytest.approx(sum(pairs) / len(pairs))


def test_auroc_needs_both_classes() -> None:
    """With one class only there is no AUROC, and the reason is said."""
    assert isinstance(stats.auroc([0.5], []), Undefined)
    estimate = stats.estimate_auroc([], [0.5])
    assert estimate.value is None
    assert estimate.reason


@given(st.lists(unit, min_size=1), st.floats(0, 100))
def test_percentiles_are_numpys_default(values: list[float], q: float) -> None:
    """The percentile is the usual linear one."""
    assert stats.percentile(values, q) == pytest.approx(float(np.percentile(values, q)))


@given(flags)
def test_mcnemar_is_the_exact_sign_test_of_the_flips(pairs: list[tuple[bool, bool]]) -> None:
    """The p value equals going through every way that the flips could have fallen."""
    lost = sum(b and not a for b, a in pairs)
    won = sum(a and not b for b, a in pairs)
    ways = list(itertools.product((0, 1), repeat=lost + won))
    extreme = sum(abs(2 * sum(way) - (lost + won)) >= abs(lost - won) for way in ways)
    p = stats.mcnemar([b for b, _ in pairs], [a for _, a in pairs])
    assert p == pytest.approx(extreme / len(ways))


def test_the_bootstrap_interval_of_a_mean_is_the_normal_one_for_many_values() -> None:
    """For 400 values the interval is within a tenth of mean ± 1.96 standard errors."""
    values = [((i * 7919) % 1000) / 1000 for i in range(400)]
    estimate = stats.estimate_mean(values)
    assert estimate.value is not None
    assert estimate.low is not None
    assert estimate.high is not None
    error = NormalDist().inv_cdf(0.975) * float(np.std(values)) / math.sqrt(len(values))
    assert estimate.value == pytest.approx(sum(values) / len(values))
    assert estimate.value - estimate.low == pytest.approx(error, rel=0.1)
    assert estimate.high - estimate.value == pytest.approx(error, rel=0.1)


@given(st.lists(unit, min_size=1))
def test_an_interval_holds_its_figure_and_never_changes(values: list[float]) -> None:
    """The figure lies in its interval; the same values give the same interval, to the bit."""
    estimate = stats.estimate_mean(values)
    assert estimate.low is not None
    assert estimate.value is not None
    assert estimate.high is not None
    assert estimate.low - 1e-9 <= estimate.value <= estimate.high + 1e-9
    assert stats.estimate_mean(values) == estimate


@given(st.lists(unit, min_size=1), st.randoms(use_true_random=False))
def test_a_mean_does_not_depend_on_the_order(
    values: list[float], random: "np.random.Generator"
) -> None:
    """Shuffled questions give the same mean, to the bit."""
    shuffled = list(values)
    random.shuffle(shuffled)
    assert stats.mean(shuffled) == stats.mean(values)


@pytest.mark.parametrize("n", [1, 5, 60])
def test_a_perfect_rate_is_not_certain(n: int) -> None:
    """The interval of n of n ends where n of n has a chance of 2.5 %; none of n mirrors it."""
    perfect, hopeless = stats.estimate_mean([1.0] * n), stats.estimate_mean([0.0] * n)
    assert perfect.low is not None
    assert hopeless.high is not None
    assert perfect.low**n == pytest.approx(0.025)
    assert (1 - hopeless.high) ** n == pytest.approx(0.025)
    assert (perfect.high, hopeless.low) == (1.0, 0.0)


def test_no_values_give_no_figure() -> None:
    """The mean of nothing is None with a reason, never NaN."""
    estimate = stats.estimate_mean([])
    assert (estimate.value, estimate.low, estimate.high, estimate.n) == (None, None, None, 0)
    assert estimate.reason


def test_the_paired_bootstrap_sees_a_loss_and_no_loss() -> None:
    """A steady small loss is significant, noise around zero is not, equal runs have p = 1."""
    before = [0.5 + (i % 10) / 40 for i in range(60)]
    lower = [value - 0.02 - (i % 3) / 100 for i, value in enumerate(before)]
    noise = [value + (0.05 if i % 2 else -0.05) for i, value in enumerate(before)]
    assert stats.paired_bootstrap(before, lower) < 0.01
    assert stats.paired_bootstrap(before, noise) > 0.2
    assert stats.paired_bootstrap(before, before) == 1.0
    assert stats.paired_bootstrap(before, lower) == stats.paired_bootstrap(before, lower)


def test_the_paired_test_suits_the_values() -> None:
    """Flags are compared by McNemar's test, everything else by the bootstrap."""
    before, after = [1.0] * 8 + [0.0] * 4, [0.0] * 6 + [1.0] * 2 + [0.0] * 4
    assert stats.paired_test(before, after) == stats.mcnemar(
        [value == 1 for value in before], [value == 1 for value in after]
    )
    halves = [value / 2 for value in before]
    assert stats.paired_test(halves, after) == stats.paired_bootstrap(halves, after)


def test_holm_on_a_case_worked_by_hand() -> None:
    """Smallest times three, next times two, last times one, never falling, never above one."""
    adjusted = stats.holm({"a": 0.04, "b": 0.01, "c": 0.03})
    assert adjusted == pytest.approx({"b": 0.03, "c": 0.06, "a": 0.06})
    assert stats.holm({"a": 0.9, "b": 0.8}) == {"b": 1.0, "a": 1.0}
