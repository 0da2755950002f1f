"""What is trained on, in which shares, and what is kept to measure on.

Split by document: of SQuAD's articles a fifth, of SQuAD 2.0's a half, and of the claims' documents
three in ten are never trained on.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from qa.training.data import SEED, Part, lines
from qa.training.reading import claims, further
from qa.training.reading.mining import Reader, mined
from qa.training.reading.questions import Item, items, stream
from qa.training.reading.samples import Sample
from qa.training.reading.thesaurus import Thesaurus

TRAINED, KEPT = Part(0, 0.8), Part(0.8, 1)
TRAINED_HALF, KEPT_HALF = Part(0, 0.5), Part(0.5, 1)
"""The half of SQuAD 2.0's articles that is trained on, and the one that is measured on."""
TRAINED_CLAIMS, KEPT_CLAIMS = Part(0, 0.7), Part(0.7, 1)

QUESTIONS = (
    ("answered", "squad", 26_000),
    ("answered", "natural", 2_000),
    ("answered", "policy", 200),
    ("answered", "squad2", 1_400),
    ("disturbed", "squad", 3_000),
    ("written", "squad2", 2_600),
    ("removed", "squad", 3_000),
    ("removed", "natural", 500),
    ("other passage", "squad", 2_500),
    ("swapped", "squad", 1_800),
    ("swapped", "squad2", 500),
    ("altered", "squad", 6_500),
    ("altered", "squad2", 800),
    ("turned", "squad", 800),
    ("borrowed", "squad", 300),
    ("stranger", "squad", 600),
)
"""Kind, source, and samples in a mixture of the full size."""
MINED = {"squad": 8_000, "squad2": 2_000}
"""Samples, by source, that mislead the model which is trained further."""
CLAIMS = {
    "fever": 2_300, "wice": 700, "summedits": 1_800, "made": 9_000, "replies": 2_500,
    "neighbours": 700,
}  # fmt: skip
_TRUE = 0.4
REWORDED = 0.4
"""Share of the questions that are put in other words, where there is a thesaurus."""


@dataclass(frozen=True)
class Corpus:
    """The questions of the parts that are trained on, or of those that are kept."""

    pools: dict[str, list[Item]]
    folder: Path
    claims_part: Part
    further: Path | None = None


def trained(folder: Path, further: Path | None = None) -> Corpus:
    """Read what is trained on; `further` is a folder of more (`qa.training.reading.further`)."""
    return _corpus(folder, TRAINED, TRAINED_HALF, TRAINED_CLAIMS, further)


def kept(folder: Path) -> Corpus:
    """Read what is measured on."""
    return _corpus(folder, KEPT, KEPT_HALF, KEPT_CLAIMS)


def _corpus(
    folder: Path, part: Part, half: Part, claims_part: Part, more: Path | None = None
) -> Corpus:
    reading = folder / "reading"
    sources = {
        "squad": ("squad_train", part), "natural": ("qed_train", part),
        "policy": ("policyqa_train", part), "squad2": ("squad2_dev", half),
    }  # fmt: skip
    pools = {}
    for source, (name, own) in sources.items():
        records = lines(reading / f"{name}.jsonl.xz")
        pools[source] = items(source, [r for r in records if own.has(r["title"])])
    if more is not None:
        pools |= further.pools(more, pools["squad"], part)
    return Corpus(pools, folder, claims_part, more)


def mixture(
    corpus: Corpus,
    scale: float = 1.0,
    turn: int = 1,
    *,
    miner: Reader | None = None,
    thesaurus: Thesaurus | None = None,
) -> list[Sample]:
    """Make the samples, in the order in which they are learnt.

    Kinds whose source is smaller than their share go round again, with other windows. Another
    `turn` draws other samples. What a corpus has of further data is not scaled. With a `miner`,
    passages that mislead it are among them; with a `thesaurus`, words of the questions are
    exchanged, so that they are not those of the text.
    """
    found: list[Sample] = []
    strangers = corpus.pools["squad"]
    shares = [(kind, source, max(1, round(count * scale))) for kind, source, count in QUESTIONS]
    shares += further.QUESTIONS if corpus.further else ()
    for kind, source, wanted in shares:
        rng = seeded(f"{kind} {source} {turn}")
        found += islice(_rounds(corpus.pools[source], kind, rng, strangers), wanted)
    if miner is not None:
        for source, count in MINED.items():
            rng = seeded(f"mined {source} {turn}")
            found += islice(mined(corpus.pools[source], rng, miner), max(1, round(count * scale)))
    if thesaurus is not None:
        rng = seeded(f"reworded {turn}")
        found = [_reworded(sample, thesaurus, rng) for sample in found]
    for kind, count in CLAIMS.items():
        found += islice(_claims(corpus, kind, turn), max(1, round(count * scale)))
    if corpus.further is not None:
        for kind, count in further.CLAIMS.items():
            rng = seeded(f"{kind} {turn}")
            every = further.claims(corpus.further, kind, corpus.claims_part, rng)
            found += islice(every, count)
    seeded(f"order {turn}").shuffle(found)
    return found


_ROUNDS = 6


def _rounds(
    pool: list[Item], kind: str, rng: random.Random, strangers: list[Item]
) -> Iterator[Sample]:
    for _ in range(_ROUNDS):
        yield from stream(pool, kind, rng, strangers)


def _reworded(sample: Sample, thesaurus: Thesaurus, rng: random.Random) -> Sample:
    if rng.random() >= REWORDED:
        return sample
    return replace(sample, query=thesaurus.reworded(sample.query, rng))


def _claims(corpus: Corpus, kind: str, turn: int) -> Iterator[Sample]:
    folder, part = corpus.folder / "claims", corpus.claims_part
    rng = seeded(f"{kind} {turn}")
    if kind == "made":
        return claims.made(corpus.pools["squad"], rng, true=_TRUE)
    if kind == "replies":
        return claims.replies(corpus.pools["squad"], rng)
    if kind == "neighbours":
        return claims.neighbours(corpus.pools["squad"], rng)
    written = {"fever": claims.fever, "wice": claims.wice, "summedits": claims.summedits}
    every = list(written[kind](folder, part))
    rng.shuffle(every)
    return iter(every)


def seeded(name: str) -> random.Random:
    """Return the draws that belong to `name`, the same in every run."""
    return random.Random(f"{SEED}:{name}")  # noqa: S311 -- a sample, not a secret
