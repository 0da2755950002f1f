"""Pairs of a claim and a quote, for the part that judges support.

The hard facts are compared before that part is asked, so pairs that they settle are left out.
Beside written claims stand sentences with small changes, which are supported, and sentences
next to each other, which are not: similarity alone must not pass.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qa.facts import mismatches
from qa.overlap import Matrix, words
from qa.sentence_reader import support_row
from qa.sentences import sentences
from qa.training.data import SEED, Group, Part, lines
from qa.training.vectors import Vectors

_ASIDE = re.compile(r"\s*\([^()]*\)|, [a-z]+ly,?(?= )")
_LEAD = re.compile(r"^(?:In|On|At|By|After|During) [^,]{3,30}, (?=[a-z])")
_SMALL = (
    ("which", "that"),
    (" also ", " "),
    (" have been ", " were "),
    ("large", "big"),
    (" many ", " numerous "),
    ("began", "started"),
    (" but ", " though "),
    (" took part in ", " joined "),
    (" because ", " since "),
    (" near ", " close to "),
)
_SETS = ("fever_train", "wice_dev", "summedits_not_news")


@dataclass(frozen=True)
class Pair:
    """A claim, a quote, and whether the quote supports the claim."""

    source: str
    claim: str
    quote: str
    supported: bool


def written(folder: Path, part: Part, *, limit: int) -> Iterator[Pair]:
    """Yield claims with the sentence of their premise that shares most words."""
    for name in _SETS:
        count = 0
        for record in lines(folder / f"{name}.jsonl.xz"):
            premise = record["premise"]
            if count < limit and part.has(premise[:200]):
                count += 1
                yield Pair(
                    name,
                    record["claim"],
                    _nearest(record["claim"], premise),
                    bool(record["supported"]),
                )


def _nearest(claim: str, premise: str) -> str:
    known = words(claim).known
    spans = [premise[a:b] for a, b in sentences(premise)] or [premise]
    return max(spans, key=lambda s: len(known & words(s).known))


def made(groups: Sequence[Group], *, limit: int) -> Iterator[Pair]:
    """Yield sentences with small changes, and sentences with their neighbours."""
    rng = random.Random(SEED)  # noqa: S311 -- a sample, not a secret
    passages = [passage.text for group in groups for passage in group.passages]
    rng.shuffle(passages)
    for text in passages[:limit]:
        own = [text[a:b] for a, b in sentences(text)]
        if len(own) > 1:
            at = rng.randrange(1, len(own))
            yield Pair("neighbours", own[at - 1], own[at], supported=False)
            changed = _changed(own[at])
            if changed != own[at]:
                yield Pair("reworded", changed, own[at], supported=True)


def _changed(sentence: str) -> str:
    changed = _LEAD.sub("", _ASIDE.sub("", sentence))
    for old, new in _SMALL:
        changed = changed.replace(old, new)
    return changed[:1].upper() + changed[1:]


def undecided(pairs: Sequence[Pair]) -> list[Pair]:
    """Keep the pairs that the comparison of facts leaves open."""
    return [pair for pair in pairs if not mismatches(pair.claim, pair.quote)]


def rows(pairs: Sequence[Pair], vectors: Vectors) -> Matrix:
    """Return the features of every pair."""
    claims = vectors.encode([pair.claim for pair in pairs])
    quotes = vectors.encode([pair.quote for pair in pairs])
    cosines = (claims * quotes).sum(axis=1)
    return np.stack(
        [support_row(p.claim, p.quote, float(c)) for p, c in zip(pairs, cosines, strict=True)]
    )
