"""Prints how well the model tells what a text supports."""

from collections.abc import Mapping, Sequence

import numpy as np

from qa.training.reading.answering import Model
from qa.training.reading.judging import (
    VIEWS,
    Judged,
    Support,
    cross_fitted,
    fold,
    gated,
    sparing,
    support_of,
)
from qa.training.reading.samples import Sample
from qa.training.reading.scores import Mask, balanced, probability
from qa.training.reading.tables import say, share, table

_LOST = 0.03
"""Share of true sentences that may be rejected."""


def support(model: Model, sets: Mapping[str, Sequence[Judged]]) -> None:
    """Print the balanced accuracy on claims that people wrote or edited."""
    say("\n## Support: balanced accuracy (true rejected / false accepted)")
    says = support_of(model, [p for claims in sets.values() for c in claims for p in c.pairs()])
    ways: dict[str, tuple[Support, int]] = {
        "chosen sentences": (says, 1),
        f"best of {VIEWS} texts": (says, VIEWS),
        f"best of {VIEWS} texts, hard facts first": (gated(says), VIEWS),
    }
    rows = [
        [source, name, *_judgements(claims, *way)]
        for source, claims in sets.items()
        for name, way in ways.items()
    ]
    table(["", "held against", "true + false", "at 0.5", "threshold of the other fold"], rows)


def _judgements(claims: Sequence[Judged], says: Support, views: int) -> list[str]:
    truth = np.array([claim.supported for claim in claims])
    scores = np.array([claim.logit(says, views) for claim in claims])
    other = cross_fitted(scores, truth, [fold(claim.document) for claim in claims])
    counts = f"{truth.sum()} + {(~truth).sum()}"
    return [counts, _balance(scores >= 0, truth), _balance(other, truth)]


def _balance(accepted: Mask, truth: Mask) -> str:
    if truth.all() or not truth.any():
        return "none"
    lost = share(float((~accepted & truth).sum()), int(truth.sum()))
    wrong = share(float((accepted & ~truth).sum()), int((~truth).sum()))
    return f"{share(balanced(accepted, truth))} ({lost} / {wrong})"


def corrupted(model: Model, samples: Sequence[Sample]) -> None:
    """Print the share rejected of sentences made false, and of those that stayed true."""
    say("\n## Sentences changed here: rejected")
    pairs = [(s.query, s.text) for s in samples]
    says = support_of(model, pairs)
    scores = np.array([says(pair) for pair in pairs])
    truth = np.array([bool(s.supported) for s in samples])
    facts = np.array([gated(lambda _: 0.0)(pair) < 0 for pair in pairs])
    spared = ~sparing(scores, truth, [fold(s.text) for s in samples], _LOST)
    rejected = {
        "model at 0.5": scores < 0,
        "hard facts": facts,
        "either": (scores < 0) | facts,
        f"model, losing {share(_LOST)} % of the true ones of the other fold": spared,
        "that or hard facts": spared | facts,
    }
    members = _members(samples, truth)
    rows = [
        [
            kind,
            str(own.sum()),
            *(share(float((r & own).sum()), own.sum()) for r in rejected.values()),
        ]
        for kind, own in members.items()
    ]
    table(["", "n", *rejected], rows)
    threshold = probability(np.array([np.quantile(scores[truth], _LOST)]))
    say(f"\n{share(_LOST)} % of all true ones lie below {threshold[0]:.3f}")


def _members(samples: Sequence[Sample], truth: Mask) -> dict[str, Mask]:
    kinds = np.array([s.kind for s in samples])
    members = {kind: kinds == kind for kind in sorted(set(kinds.tolist()))}
    return {**members, "all true": truth, "all false": ~truth}
