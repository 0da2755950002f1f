"""The figures of support: claims held against the texts that should bear them out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from qa.crossencoder import Pair
from qa.facts import mismatches
from qa.overlap import words
from qa.sentences import sentences
from qa.training.data import Part, part_of
from qa.training.reading import claims
from qa.training.reading.answering import Model
from qa.training.reading.claims import LONGEST, document, evidence, readable, summary_sentences
from qa.training.reading.corruptions import KINDS
from qa.training.reading.mixture import seeded
from qa.training.reading.questions import Item
from qa.training.reading.samples import Sample
from qa.training.reading.scores import Mask, Numbers, balance_gains, best_threshold, held_out

VIEWS = 3
"""Texts that a claim is held against: the chosen sentences, and the stretches next best."""
_NEVER = -30.0
"""The logit of a claim that the hard facts rule out."""

Support = Callable[[Pair], float]
"""The logit of a text (second) supporting a claim (first)."""


@dataclass(frozen=True)
class Judged:
    """A claim in parts, each with the texts that may support it, and what people said of it.

    It is supported if all of its parts are, a part if one of its texts supports it.
    """

    source: str
    document: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    supported: bool

    def logit(self, support: Support, views: int) -> float:
        """Return the least of the parts' logits, each the greatest over its first `views` texts."""
        return min(
            max(support((part, text)) for text in texts[:views]) for part, texts in self.parts
        )

    def pairs(self) -> Iterator[Pair]:
        """Yield every part with each of its texts."""
        return ((part, text) for part, texts in self.parts for text in texts)


def written(folder: Path, part: Part) -> list[Judged]:
    """Return the claims that people wrote or edited, of the documents in `part`."""
    found = []
    for source, name in (
        ("FEVER", "fever_train"),
        ("WiCE", "wice_dev"),
        ("SummEdits", "summedits_not_news"),
    ):
        for record in claims.records_of(folder / f"{name}.jsonl.xz", part):
            whole = source != "SummEdits"
            said = [record["claim"]] if whole else summary_sentences(record["claim"])
            premise = readable(record["premise"]) if source == "FEVER" else record["premise"]
            parts = tuple((one, views(one, premise)) for one in said)
            found.append(Judged(source, document(record), parts, bool(record["supported"])))
    return found


def views(claim: str, premise: str) -> tuple[str, ...]:
    """Return the texts that `claim` is held against.

    First the sentences that share most words with it, wherever they stand, as in training; then
    the stretches of whole sentences that do.
    """
    chosen = evidence(claim, premise)
    if chosen == premise:
        return (premise,)
    known = words(claim).known
    ranked = sorted(_stretches(premise), key=lambda text: -len(known & words(text).known))
    return tuple(dict.fromkeys([chosen, *ranked[: VIEWS - 1]]))


def _stretches(premise: str) -> list[str]:
    """Cut a premise into stretches of about `LONGEST` characters that share half with the next."""
    spans = sentences(premise)
    found = []
    last = -1
    for first, (start, _) in enumerate(spans):
        stop = first
        while stop + 1 < len(spans) and spans[stop + 1][1] - start <= LONGEST:
            stop += 1
        half = first == 0 or start >= (spans[first - 1][0] + spans[last][1]) / 2
        if stop > last and (half or stop + 1 == len(spans)):
            found.append(premise[start : min(spans[stop][1], start + 2 * LONGEST)])
            last = stop
    return found


def support_of(model: Model, pairs: Sequence[Pair]) -> Support:
    """Read all pairs, each once, and return what the model says of them."""
    distinct = list(dict.fromkeys(pairs))
    known = dict(zip(distinct, (r.supported for r in model.read(distinct)), strict=True))
    return known.__getitem__


def gated(support: Support) -> Support:
    """Return the same, with the hard facts of the design checked first."""

    def found(pair: Pair) -> float:
        return _NEVER if mismatches(*pair) else support(pair)

    return found


def fold(name: str) -> str:
    """Return which of two folds a document is in."""
    return "a" if part_of(f"fold {name}") < 1 / 2 else "b"


def cross_fitted(scores: Numbers, truth: Mask, folds: Sequence[str]) -> Mask:
    """Tell which are accepted, by the threshold with the best balanced accuracy on other folds."""
    accepted = np.zeros(len(scores), dtype=np.bool_)
    for others, own in held_out(folds):
        threshold = best_threshold(scores[others], *balance_gains(truth[others]))
        accepted[own] = scores[own] >= threshold
    return accepted


def sparing(scores: Numbers, truth: Mask, folds: Sequence[str], lost: float) -> Mask:
    """Tell which are accepted, by the threshold that rejects the share `lost` of others' true."""
    accepted = np.zeros(len(scores), dtype=np.bool_)
    for others, own in held_out(folds):
        accepted[own] = scores[own] >= np.quantile(scores[others & truth], lost)
    return accepted


def changed(pool: Sequence[Item], count: int) -> list[Sample]:
    """Return `count` sentences of each kind of corruption, and as many that stay true."""
    found: list[Sample] = []
    for kind in KINDS:
        rng = seeded(f"measured {kind}")
        found += islice(claims.made(pool, rng, true=0, kinds=[kind]), count)
    found += islice(claims.made(pool, seeded("measured true"), true=1), 4 * count)
    found += islice(claims.replies(pool, seeded("measured replies")), 2 * count)
    found += islice(claims.neighbours(pool, seeded("measured neighbours")), count)
    return found
