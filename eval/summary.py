"""From the results of single questions to figures over all of them, and over each kind and tag."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from eval.catalog import METRICS
from eval.gold import ALL
from eval.groups import Better
from eval.metrics import Score, Undefined
from eval.results import Result
from eval.stats import Estimate, estimate_auroc, estimate_mean, percentile

FAILED = "failed"
AUROC = "auroc"
LATENCIES = {"latency_p50_ms": 50.0, "latency_p95_ms": 95.0, "latency_p99_ms": 99.0}
_ABOUT = {
    FAILED: "Share of the questions that ended in an error",
    AUROC: "Chance that an answerable question gets a surer reply than an unanswerable one",
    **{name: f"Time of a question, percentile {q:.0f}" for name, q in LATENCIES.items()},
}


@dataclass(frozen=True)
class Figure:
    """One figure of one scope, and how many questions could not be scored, by reason."""

    metric: str
    scope: str
    estimate: Estimate
    unscored: Mapping[str, int] = field(default_factory=dict)

    @property
    def value(self) -> float | None:
        """The figure itself; None when no question could be scored."""
        return self.estimate.value


def names() -> tuple[str, ...]:
    """Return every metric that a threshold may name."""
    return (*METRICS, AUROC, FAILED, *LATENCIES)


def about(metric: str) -> str:
    """Return what a metric says, in a line."""
    return METRICS[metric].about if metric in METRICS else _ABOUT[metric]


def better(metric: str) -> Better:
    """Return whether a higher or a lower figure is the better one."""
    if metric in METRICS:
        return METRICS[metric].better
    return "higher" if metric == AUROC else "lower"


def scopes(results: Sequence[Result]) -> tuple[str, ...]:
    """Return "all", then the kinds and tags that occur, each in order of first appearance."""
    kinds = dict.fromkeys(result.gold.kind for result in results)
    tags = dict.fromkeys(tag for result in results for tag in result.gold.tags)
    return (ALL, *kinds, *tags)


def summarise(results: Sequence[Result], scope: str = ALL) -> tuple[Figure, ...]:
    """Compute the figures of one scope; a metric that is meant for none of it is left out."""
    found = every_figure(results, scope)
    return tuple(figure for figure in found if figure.estimate.n or figure.unscored)


def every_figure(results: Sequence[Result], scope: str) -> tuple[Figure, ...]:
    """Compute every figure of one scope, also those that say why they could not be computed."""
    within = [result for result in results if scope in result.gold.scopes]
    found = [_figure(name, scope, within) for name in METRICS]
    found += [_auroc(scope, within), _failed(scope, within)]
    found += [_latency(name, scope, within) for name in LATENCIES]
    return tuple(found)


def _figure(metric: str, scope: str, results: Sequence[Result]) -> Figure:
    values = [result.scores[metric] for result in results if metric in result.scores]
    reasons = Counter(result.unscored[metric] for result in results if metric in result.unscored)
    return Figure(metric, scope, estimate_mean(values), dict(sorted(reasons.items())))


def _failed(scope: str, results: Sequence[Result]) -> Figure:
    return Figure(
        FAILED, scope, estimate_mean([float(result.verdict == "failed") for result in results])
    )


def _auroc(scope: str, results: Sequence[Result]) -> Figure:
    """AUROC of how sure the replies are that the articles answer."""
    answered = [result for result in results if result.outcome.answer is not None]
    estimate = estimate_auroc(
        [result.confidence for result in answered if result.gold.answerable],
        [result.confidence for result in answered if not result.gold.answerable],
    )
    failed = len(results) - len(answered)
    return Figure(AUROC, scope, estimate, {"the question failed": failed} if failed else {})


def _latency(metric: str, scope: str, results: Sequence[Result]) -> Figure:
    value: Score = percentile([result.outcome.wall_ms for result in results], LATENCIES[metric])
    if isinstance(value, Undefined):
        return Figure(metric, scope, Estimate(None, None, None, 0, value.reason))
    return Figure(metric, scope, Estimate(value, None, None, len(results)))


def scorecard(results: Sequence[Result]) -> str:
    """Return every figure of every scope but timings, exactly: equal runs have equal cards."""
    lines = (
        f"{figure.scope} {figure.metric} {figure.estimate!r} {dict(figure.unscored)!r}"
        for scope in scopes(results)
        for figure in summarise(results, scope)
        if figure.metric not in LATENCIES
    )
    return "\n".join(lines)
