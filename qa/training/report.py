"""The figures of the model's card, measured with the weights as they were written."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qa.features import table
from qa.net import sigmoid
from qa.overlap import Matrix
from qa.sentence_reader import Weights, load_weights, score_rows, summary
from qa.training.examples import Example
from qa.training.support import Pair

Scores = Callable[[Example], npt.NDArray[np.float32]]
_BINS = 5
_SHARES = (0.05, 0.075, 0.1, 0.15, 0.2)
_TELLING = 4
"""Letters an answer needs to be looked for in other sentences than the gold one."""


def say(line: str = "") -> None:
    """Print a line of the report."""
    print(line, flush=True)  # noqa: T201 -- the report is what this script is for


def reading(held: Sequence[Example], fitted: Sequence[Example], path: Path) -> None:
    """Print ranking against its baselines, refusals, and calibration."""
    weights = load_weights(path)
    known = [e for e in held if e.kind == "answerable"]
    lost = sum(not e.labels.any() for e in known)
    say(f"\nheld out: {len(known)} answerable, {lost} lost before ranking (count as wrong)\n")
    methods: dict[str, Scores] = {
        "cosine": lambda e: e.columns["near"],
        "terms (idf)": lambda e: e.columns["local"],
        "sentence reader": lambda e: logits(weights, e),
    }
    say("| gold sentence first / among 3 | " + " | ".join(methods) + " |")
    say("|---|" + "---|" * len(methods))
    for label, part in _slices(known).items():
        cells = [hits(part, method) for method in methods.values()]
        say(
            f"| {label} ({len(part)}) | "
            + " | ".join(f"{a:.3f} / {b:.3f}" for a, b in cells)
            + " |"
        )
    said = sum(_says(e, logits(weights, e)) for e in known) / len(known)
    say(f"\nfirst sentence holds an accepted answer, wherever it stands: {said:.3f}")
    _refusals(held, fitted, weights)
    _calibration(held, weights)


def _slices(known: Sequence[Example]) -> dict[str, list[Example]]:
    found = {"all": list(known)}
    for source in dict.fromkeys(e.source for e in known):
        found[source] = [e for e in known if e.source == source]
    for variant in ("terms", "lower case", "slip"):
        found[variant] = [e for e in known if e.asked.variant == variant]
    return found


def hits(part: Sequence[Example], method: Scores) -> tuple[float, float]:
    """Return how often a right sentence is first, and among the first three."""
    first = three = 0
    for example in part:
        order = np.argsort(-method(example), kind="stable")
        first += bool(example.labels[order[0]])
        three += bool(example.labels[order[:3]].any())
    return first / max(1, len(part)), three / max(1, len(part))


def _says(example: Example, scores: Matrix) -> bool:
    """Tell whether the first sentence is gold, or holds the answer's words and a name's length."""
    at = int(np.argmax(scores))
    text = example.sentences[at].text.casefold()
    long = [a.casefold() for a in example.asked.answers if len(a) >= _TELLING]
    return bool(example.labels[at]) or any(answer in text for answer in long)


def logits(weights: Weights, example: Example) -> Matrix:
    """Rank one example."""
    return weights.ranking(table(example.columns, weights.ranking_names))


def verdict(weights: Weights, example: Example) -> float:
    """Return the logit of the pool being able to answer."""
    pool = summary(example.columns, example.pool, logits(weights, example))
    row = np.array([[pool[name] for name in weights.answerable_names]], dtype=np.float32)
    return float(weights.answerable(row)[0])


def _refusals(held: Sequence[Example], fitted: Sequence[Example], weights: Weights) -> None:
    """Thresholds come from the documents that were fitted, shares from those held out."""
    own = [float(sigmoid(verdict(weights, e))) for e in fitted if e.kind == "answerable"]
    found = np.array([float(sigmoid(verdict(weights, e))) for e in held])
    groups = {
        "answerable": [e.kind == "answerable" for e in held],
        "near misses (SQuAD 2.0)": [e.kind == "near" and e.source == "squad" for e in held],
        "answer removed": [e.kind == "removed" for e in held],
        "other topic": [e.kind == "other" for e in held],
        "CLAPNQ answerable": [e.kind == "answerable" and e.source == "clapnq" for e in held],
        "CLAPNQ unanswerable": [e.kind == "near" and e.source == "clapnq" for e in held],
    }
    say(
        "\n| refused at threshold | "
        + " | ".join(f"{k} ({sum(v)})" for k, v in groups.items())
        + " |"
    )
    say("|---|" + "---|" * len(groups))
    for threshold in sorted({0.5, *(round(float(np.quantile(own, s)), 2) for s in _SHARES)}):
        cells = [f"{(found[np.array(mask)] < threshold).mean():.3f}" for mask in groups.values()]
        say(f"| {threshold:.2f} | " + " | ".join(cells) + " |")


def _calibration(held: Sequence[Example], weights: Weights) -> None:
    """Compare what is said with what is so, in bins of the candidates' and the pools' scores."""
    pools = np.array([verdict(weights, e) for e in held])
    truth = np.array([e.kind == "answerable" for e in held])
    balance = np.where(truth, 1 / truth.sum(), 1 / (~truth).sum())
    rows = [score_rows(logits(weights, e), float(v)) for e, v in zip(held, pools, strict=True)]
    best = np.array([float(sigmoid(weights.scoring(r)).max()) for r in rows])
    right = np.array(
        [
            bool(e.labels[int(np.argmax(weights.scoring(r)))])
            for e, r in zip(held, rows, strict=True)
        ]
    )
    say("\n| score | answerable: share, of pools | best sentence: share right, of pools |")
    say("|---|---|---|")
    judged = np.asarray(sigmoid(pools))
    for n in range(_BINS):
        low, high = n / _BINS, (n + 1) / _BINS
        cells = []
        for score, so in ((judged, truth), (best, right)):
            inside = (score >= low) & (score < high)
            share = (balance * so)[inside].sum() / max(balance[inside].sum(), 1e-9)
            cells.append(f"{share:.2f} of {inside.sum()}")
        say(f"| {low:.1f}-{high:.1f} | " + " | ".join(cells) + " |")


def support(pairs: Sequence[Pair], rows: Matrix, path: Path) -> None:
    """Print how the judgement of support does, by source, at 0.5."""
    found = np.asarray(sigmoid(load_weights(path).support(rows)))
    say("\n| support at 0.5 | supported: accepted | not supported: rejected |")
    say("|---|---|---|")
    for source in dict.fromkeys(pair.source for pair in pairs):
        cells = []
        for so in (True, False):
            mask = np.array([p.source == source and p.supported == so for p in pairs])
            right = (found[mask] >= 0.5) == so  # noqa: PLR2004
            cells.append(f"{right.mean():.2f} of {mask.sum()}" if mask.any() else "none")
        say(f"| {source} | " + " | ".join(cells) + " |")
