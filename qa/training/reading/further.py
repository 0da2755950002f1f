"""Further questions and claims that people wrote and judged, where a folder of them is given.

`unanswerable.jsonl.xz`: questions written to have no answer, for passages of SQuAD's training part:
`title`, `context_sha1` (the first twelve hexadecimal digits of the passage's SHA-1), `question`,
and, where it was made from a question with an answer, that one as `answerable_twin`.
`claims.jsonl.xz`: `source`, `claim`, `premise`, `supported`.
`qa.training.reading.gather` makes both.
"""

import hashlib
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from qa.training.data import Part, detokenized, lines
from qa.training.reading.claims import document, evidence
from qa.training.reading.questions import Item
from qa.training.reading.samples import Sample

QUESTIONS = (("written", "people", 33_000), ("answered", "twins", 8_000))
"""Kind, source, and samples."""
CLAIMS = {"contrasts": 6_000, "judged": 2_500}
_CONTRASTS = "vitaminc"
"""The source of claims about two states of one sentence; all others are of whole texts."""


def pools(folder: Path, squad: Sequence[Item], part: Part) -> dict[str, list[Item]]:
    """Return the questions without an answer, and those with one that they were made from.

    `squad`: the questions of SQuAD; passages of other articles than these, and articles outside
    `part`, are left out.
    """
    homes = {_digest(item.text): item for item in squad}
    people, twins = [], set()
    for record in lines(folder / "unanswerable.jsonl.xz"):
        home = homes.get(record["context_sha1"])
        if home is None or not part.has(home.article):
            continue
        question = " ".join(record["question"].split())
        people.append(Item("people", home.article, question, home.text, None, home.neighbours))
        twins.add((home.text, " ".join(record.get("answerable_twin", "").split())))
    answered = [item for item in squad if (item.text, item.question) in twins]
    return {"people": people, "twins": answered}


def claims(folder: Path, kind: str, part: Part, rng: random.Random) -> Iterator[Sample]:
    """Yield claims, in a drawn order: "contrasts", or the "judged" ones of whole texts."""
    every = [
        record for record in lines(folder / "claims.jsonl.xz")
        if (record["source"] == _CONTRASTS) is (kind == "contrasts") and part.has(document(record))
    ]  # fmt: skip
    rng.shuffle(every)
    for record in every:
        claim = detokenized(record["claim"])
        text = evidence(claim, detokenized(record["premise"]))
        yield Sample(kind, claim, text, supported=bool(record["supported"]))


def _digest(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:12]
