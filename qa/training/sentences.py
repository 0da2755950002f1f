"""Train the sentence reader: `python -m qa.training.sentences --data PATH`.

Reads the reading, claims and benchmarks data sets under PATH, writes
`qa/models/sentence-reader/weights.json`, and prints the figures of its card, measured on
documents that were not trained on. Seeded: the same data gives the same weights on one machine.
Vectors are kept in `--cache`, so that a second run takes minutes.
"""

import argparse
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qa.features import table
from qa.net import Net
from qa.overlap import Matrix, words
from qa.sentence_reader import WEIGHTS, score_rows, summary
from qa.training import report
from qa.training.data import Group, Part, clapnq, natural, squad
from qa.training.examples import Example, collections, examples
from qa.training.fitting import fit_ranking, fit_yes_no, pad
from qa.training.support import Pair, made, rows, undecided, written
from qa.training.vectors import Vectors

_STEMS = 4000
"""Stems in the background table; all others count as rare."""
_OTHER_WEIGHT = 2.0
"""Questions about something else must be refused nearly always: a miss counts double."""
_NATURAL_WEIGHT = 2.0
"""Questions that people really typed count double against those written for a paragraph."""
_STRICT = 4.0
"""What accepting a wrong claim costs, when rejecting a right one costs 1."""


@dataclass(frozen=True)
class Source:
    """Where the data lies, and how much of it is used."""

    folder: Path
    scale: float

    def collections(self, train: Part, half: Part | None, *, per_article: int) -> list[Group]:
        """Return the collections of one part, with a half of SQuAD 2.0 and CLAPNQ or without."""
        reading = self.folder / "reading"
        count = max(1, int(per_article * self.scale))
        found = collections(squad(reading / "squad_train.jsonl.xz", train, per_article=count))
        found.append(natural(reading / "qed_train.jsonl.xz", train, limit=int(900 * self.scale)))
        if half is not None:
            every = squad(reading / "squad2_dev.jsonl.xz", half)
            found += collections(every, whole=True)
            found.append(clapnq(self.folder / "benchmarks" / "clapnq", half))
        return found


def main() -> None:
    """Train, write the weights, print the figures."""
    parser = argparse.ArgumentParser(description="Train the sentence reader.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--cache", type=Path, default=Path(".scratch/vectors.npz"))
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the questions used")
    args = parser.parse_args()
    source, vectors = Source(args.data, args.scale), Vectors(args.cache)

    first = source.collections(Part(0, 0.55), None, per_article=60)
    background = rarity(first)
    print(f"background: {len(background)} stems", flush=True)  # noqa: T201
    ranked = [e for e in examples(first, vectors, background) if e.labels.any()]
    names = tuple(ranked[0].columns)
    print(f"ranking: {len(ranked)} questions", flush=True)  # noqa: T201
    ranking = fit_ranking(
        pad([table(e.columns, names) for e in ranked], [e.labels for e in ranked]),
        hidden=96,
        epochs=14,
        rate=2e-3,
    )
    del ranked
    second = source.collections(Part(0.55, 0.8), Part(0, 0.5), per_article=45)
    judged = list(examples(second, vectors, background, removed=0.5, other=0.25))
    print(f"answerable: {dict(Counter(e.kind for e in judged))}", flush=True)  # noqa: T201
    answerable_names, answerable, scoring = fit_judge(judged, names, ranking)
    support = fit_support(args.data / "claims", first, vectors)
    weights = {
        "background": background,
        "ranking": {"features": names, **exported(ranking)},
        "answerable": {"features": answerable_names, **exported(answerable)},
        "scoring": exported(scoring),
        "support": exported(support),
    }
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(weights, separators=(",", ":")) + "\n", encoding="utf-8")

    third = source.collections(Part(0.8, 1), Part(0.5, 1), per_article=30)
    held = list(examples(third, vectors, background, removed=0.5, other=0.25))
    report.reading(held, judged, args.out)
    pairs = _pairs(args.data / "claims", third, Part(0.6, 1))
    report.support(pairs, rows(pairs, vectors), args.out)


def rarity(groups: Sequence[Group]) -> dict[str, float]:
    """Return the logarithm of the inverse document frequency of the commonest stems."""
    passages = [passage for group in groups for passage in group.passages]
    counts = Counter(stem for passage in passages for stem in words(passage.text).known)
    total = len(passages) + 1
    return {s: round(math.log(total / (n + 0.5)), 2) for s, n in counts.most_common(_STEMS)}


def fit_judge(
    judged: Sequence[Example], names: Sequence[str], ranking: Net
) -> tuple[tuple[str, ...], Net, Net]:
    """Fit the parts that say whether a pool answers, and how probable each sentence is.

    Answerable and unanswerable questions weigh the same in sum.
    """
    logits = [ranking(table(e.columns, names)) for e in judged]
    pools = [summary(e.columns, e.pool, z) for e, z in zip(judged, logits, strict=True)]
    chosen = tuple(pools[0])
    matrix = np.array([[pool[name] for name in chosen] for pool in pools], dtype=np.float32)
    labels = np.array([e.kind == "answerable" for e in judged], dtype=np.float32)
    weights = np.array([_weight(e) for e in judged])
    balance = weights[labels == 0].sum() / weights[labels == 1].sum()
    weights = np.where(labels == 1, balance, weights)
    answerable = fit_yes_no(matrix, labels, weights / weights.mean(), hidden=0, epochs=30)
    verdicts = answerable(matrix)
    scored = [score_rows(z, float(v)) for z, v in zip(logits, verdicts, strict=True)]
    each = np.concatenate([np.full(len(z), w) for z, w in zip(logits, weights, strict=True)])
    right = np.concatenate([e.labels for e in judged])
    scoring = fit_yes_no(np.concatenate(scored), right, each / each.mean(), hidden=0, epochs=6)
    return chosen, answerable, scoring


def _weight(example: Example) -> float:
    found = _OTHER_WEIGHT if example.kind == "other" else 1.0
    return found if example.source == "squad" else found * _NATURAL_WEIGHT


def fit_support(folder: Path, groups: Sequence[Group], vectors: Vectors) -> Net:
    """Fit the judgement of support, on the pairs that the hard facts leave open."""
    pairs = _pairs(folder, groups, Part(0, 0.6))
    labels = np.array([pair.supported for pair in pairs], dtype=np.float32)
    weights = np.where(labels == 1, 1.0, _STRICT).astype(np.float32)
    return fit_yes_no(rows(pairs, vectors), labels, weights, hidden=0, epochs=30)


def _pairs(folder: Path, groups: Sequence[Group], part: Part) -> list[Pair]:
    return undecided([*written(folder, part, limit=2000), *made(groups, limit=2000)])


def exported(net: Net) -> Mapping[str, Any]:
    """Return a network as JSON values, to four significant digits."""
    layers = [[_numbers(weight), _numbers(bias)] for weight, bias in net.layers]
    return {"mean": _numbers(net.mean), "scale": _numbers(net.scale), "layers": layers}


def _numbers(array: Matrix) -> Any:
    if array.ndim > 1:
        return [_numbers(row) for row in array]
    return [float(f"{value:.4g}") for value in array]


if __name__ == "__main__":
    main()
