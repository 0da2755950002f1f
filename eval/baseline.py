"""Compares a run with an earlier one, question by question: what got worse, beyond chance."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.errors import BadBaseline
from eval.results import Result
from eval.stats import holm, mean, paired_test
from eval.summary import better

GATED = (
    "correct",
    "cited_answer",
    "citation_precision",
    "verbatim",
    "true_refusal",
    "false_refusal",
    "mrr",
    "passage_mrr",
)
"""Metrics that can fail a run against its baseline. Few, because each further one has to weaken
the test of all others for the chance of a false alarm to stay at `ALPHA`."""
ALPHA = 0.05


@dataclass(frozen=True)
class Change:
    """One metric over the questions that have it in both runs; `p` is adjusted (Holm)."""

    metric: str
    n: int
    before: float
    after: float
    p: float

    @property
    def worse(self) -> bool:
        """Whether the figure moved the wrong way, by chance or not."""
        falls = self.after < self.before
        return falls if better(self.metric) == "higher" else self.after > self.before

    @property
    def regression(self) -> bool:
        """Whether it got worse by more than chance explains."""
        return self.worse and self.p < ALPHA

    def __str__(self) -> str:
        return (
            f"{self.metric} went from {self.before:.4f} to {self.after:.4f} "
            f"over {self.n} questions (p = {self.p:.4f})"
        )


@dataclass(frozen=True)
class Comparison:
    """The changes of the gated metrics, the questions that flipped, and those without a pair."""

    changes: tuple[Change, ...]
    lost: tuple[str, ...]
    won: tuple[str, ...]
    unpaired: int

    @property
    def regressions(self) -> tuple[Change, ...]:
        """The changes that fail the run."""
        return tuple(change for change in self.changes if change.regression)


def read_baseline(path: Path) -> dict[tuple[str, str], Mapping[str, float]]:
    """Read an earlier `results.jsonl`: the figures by the question's id and wording.

    Only what a comparison needs is looked at, so that files of other versions can be read.
    """
    found: dict[tuple[str, str], Mapping[str, float]] = {}
    number = 1
    try:
        for line in path.read_text(encoding="utf-8").removesuffix("\n").split("\n"):
            entry: Any = json.loads(line)
            scores = {str(name): float(value) for name, value in entry["scores"].items()}
            found[entry["gold"]["id"], entry["gold"]["question"]] = scores
            number += 1
    except OSError as error:
        raise BadBaseline(
            f"{path} cannot be read: {error.strerror}.", "Give the results.jsonl of a run."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadBaseline(
            f"{path}:{number} is not a result of an evaluation: {error!r}.",
            "Give the results.jsonl of a run.",
        ) from error
    return found


def compare(
    before: Mapping[tuple[str, str], Mapping[str, float]], after: Sequence[Result]
) -> Comparison:
    """Compare pairwise. A question whose wording has changed since is another question."""
    pairs = [
        (before[key], result.scores, result.gold.id)
        for result in after
        if (key := (result.gold.id, result.gold.question)) in before
    ]
    if not pairs:
        raise BadBaseline(
            "The baseline shares no question with this run.", "Give a run of the same gold set."
        )
    samples = {name: _sample(name, pairs) for name in GATED}
    tested = {name: sample for name, sample in samples.items() if sample[0]}
    adjusted = holm({name: paired_test(*sample) for name, sample in tested.items()})
    changes = tuple(
        Change(name, len(old), _mean(old), _mean(new), adjusted[name])
        for name, (old, new) in tested.items()
    )
    flips = [(old.get("correct"), new.get("correct"), key) for old, new, key in pairs]
    return Comparison(
        changes,
        lost=tuple(key for old, new, key in flips if old == 1.0 and new != 1.0),
        won=tuple(key for old, new, key in flips if old != 1.0 and new == 1.0),
        unpaired=len(after) - len(pairs),
    )


def _sample(
    name: str, pairs: Sequence[tuple[Mapping[str, float], Mapping[str, float], str]]
) -> tuple[list[float], list[float]]:
    both = [(old[name], new[name]) for old, new, _ in pairs if name in old and name in new]
    return [old for old, _ in both], [new for _, new in both]


def _mean(values: Sequence[float]) -> float:
    value = mean(values)
    assert isinstance(value, float)  # noqa: S101 -- an empty sample is never tested
    return value
