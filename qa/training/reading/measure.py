"""The figures of the model's card: `python -m qa.training.reading.measure --data PATH`.

Everything is measured on documents that were not trained on. `--checkpoint PATH` measures a
checkpoint with torch; without it the shipped model is measured. `--limit N` takes N of each set.
"""

import argparse
import os
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TypeVar

from qa.crossencoder import CrossEncoder
from qa.training.reading.answer_tables import always, misleading, natural, refusals
from qa.training.reading.answering import Model, ask, clapnq, of_items, of_samples, squad2
from qa.training.reading.checkpoint import Checkpoint
from qa.training.reading.judging import changed, written
from qa.training.reading.mixture import KEPT_CLAIMS, KEPT_HALF, Corpus, kept, seeded
from qa.training.reading.questions import UNANSWERED, stream
from qa.training.reading.samples import Sample
from qa.training.reading.support_tables import corrupted, support

_MOST = 1000
"""Questions of a set beside the measuring half."""
_CLAIMS = 600
"""Claims of a data set; a summary has several sentences, each read with three texts."""
_EACH = 300
"""Samples of each kind that was made here."""

T = TypeVar("T")


def main() -> None:
    """Print all figures as Markdown."""
    parser = argparse.ArgumentParser(description="Measure the reading model.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--checkpoint", type=Path, help="measure this instead of what is shipped")
    parser.add_argument("--limit", type=int, help="take at most so many of each set")
    args = parser.parse_args()
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    model = Checkpoint(args.checkpoint) if args.checkpoint else CrossEncoder()
    report(model, args.data, args.limit)


def report(model: Model, data: Path, limit: int | None = None) -> None:
    """Print the figures of `model` over the data sets under `data`."""
    corpus = kept(data)
    half = squad2(data / "reading" / "squad2_dev.jsonl.xz", KEPT_HALF)
    rules = refusals(ask(model, taken(half, limit)))
    sets = {"SQuAD 1.1": "squad", "QED (natural questions)": "natural"}
    count = min(limit or _MOST, _MOST)
    always(
        {
            name: ask(model, taken(of_items(corpus.pools[source]), count))
            for name, source in sets.items()
        }
    )
    each = min(limit or _EACH, _EACH)
    kinds = ("answered", *UNANSWERED)
    misleading({k: ask(model, of_samples(made(corpus, k, each))) for k in kinds}, rules)
    natural(ask(model, taken(clapnq(data / "benchmarks" / "clapnq"), limit)), rules)
    claims = written(data / "claims", KEPT_CLAIMS)
    sources = dict.fromkeys(claim.source for claim in claims)
    most = min(limit or _CLAIMS, _CLAIMS)
    support(model, {s: taken([c for c in claims if c.source == s], most) for s in sources})
    corrupted(model, changed(corpus.pools["squad"], each))


def made(corpus: Corpus, kind: str, count: int) -> list[Sample]:
    """Return questions of one kind, made as for training."""
    squad = corpus.pools["squad"]
    pool = corpus.pools["squad2"] if kind == "written" else squad
    return list(islice(stream(pool, kind, seeded(f"measured {kind}"), squad), count))


def taken(every: Sequence[T], limit: int | None) -> list[T]:
    """Return a sample of `limit`, the same each time; all of them where there is no limit."""
    if limit is None or limit >= len(every):
        return list(every)
    return seeded("measured").sample(list(every), limit)


if __name__ == "__main__":
    main()
