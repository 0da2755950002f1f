"""What is known of a question and a sentence, as numbers: the input of the sentence reader.

Two sources: vectors (how near the sentence, its neighbours, its passage and its title lie to the
question) and words (which of the question's stems, names and numbers occur where, and whether the
sentence holds a new value of the kind that is asked for). Each is given as it is and against the
best of the pool, since only the comparison tells a good sentence from a pool that is near
throughout.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.candidates import Sentence
from qa.facts import facts, question_kind
from qa.overlap import (
    Matrix,
    Overlap,
    follows,
    names_hit,
    new_values,
    share,
    spread,
    values_hit,
    words,
)

KINDS = ("person", "date", "place", "number", "reason", "thing", "list", "yesno", "other")
_PRONOUN = re.compile(
    r"[\"'“‘(\[]*(?:he|she|it|they|this|that|these|those|his|her|its|their|such)\b", re.IGNORECASE
)
_CAUSAL = re.compile(
    r"\b(?:because|since|due to|owing to|therefore|in order to|so that|as a result|caus|led to|"
    r"reason|to (?:avoid|prevent|protect|allow|make|help|ensure|reduce|provide))",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“”]")

Columns = Mapping[str, npt.NDArray[Any]]
"""Features by name, one value per sentence."""
Summary = Mapping[str, float]
"""Features by name of a whole pool."""


@dataclass(frozen=True)
class Seen:
    """The vectors of one question's candidates and their passages' titles, rows of length 1."""

    sentences: Matrix
    titles: Matrix
    asked: Matrix


def measure(question: str, overlap: Overlap, seen: Seen) -> Columns:
    """Return the features of every sentence of `overlap` by name, each an array of its length."""
    columns = {
        **_vectors(overlap, seen),
        **_stems(overlap),
        **_facts(question, overlap),
        **_looks(overlap),
    }
    return {name: np.asarray(column, dtype=np.float32) for name, column in columns.items()}


def table(columns: Columns, names: Sequence[str]) -> Matrix:
    """Put the columns called `names` side by side."""
    return np.stack([columns[name] for name in names], axis=1)


def _vectors(overlap: Overlap, seen: Seen) -> Columns:
    sentences, owner = overlap.sentences, overlap.owner
    around, passage = _means(sentences, len(overlap.passages), seen.sentences)
    near = seen.sentences @ seen.asked
    near_around = around @ seen.asked
    near_passage = (passage @ seen.asked)[owner]
    rank = np.argsort(np.argsort(-near, kind="stable"), kind="stable")
    return {
        "near": near,
        "near_gap": near - near.max(),
        "near_rank": np.log1p(rank),
        "near_around": near_around,
        "near_around_gap": near_around - near_around.max(),
        "near_passage": near_passage,
        "near_passage_gap": near_passage - near_passage.max(),
        "near_title": (seen.titles @ seen.asked)[owner],
    }


def _means(sentences: Sequence[Sentence], passages: int, vectors: Matrix) -> tuple[Matrix, Matrix]:
    """Return the mean vector of each sentence with its neighbours, and of each passage."""
    around = vectors.copy()
    passage = np.zeros((passages, vectors.shape[1]), dtype=np.float32)
    for i, sentence in enumerate(sentences):
        passage[sentence.passage] += vectors[i]
        if i and follows(sentences[i - 1], sentence):
            around[i] += 0.5 * vectors[i - 1]
            around[i - 1] += 0.5 * vectors[i]
    return unit(around), unit(passage)


def unit(rows: Matrix) -> Matrix:
    """Scale each row to length 1, leaving zeros."""
    length = np.linalg.norm(rows, axis=-1, keepdims=True)
    scaled: Matrix = rows / np.maximum(length, 1e-9)
    return scaled


def _stems(overlap: Overlap) -> Columns:
    owner = overlap.owner
    common = share(overlap.inside, overlap.common)
    local = share(overlap.inside, overlap.local)
    both = share(overlap.inside, overlap.both)
    loose = share(overlap.loose, overlap.both)
    around = share(overlap.around, overlap.common)
    passage = share(overlap.passage, overlap.common)[owner]
    pairs = overlap.question.pairs
    found: dict[str, npt.NDArray[Any]] = {
        "common": common,
        "common_gap": common - common.max(),
        "local": local,
        "local_gap": local - local.max(),
        "common_around": around,
        "common_around_gap": around - around.max(),
        "local_around": share(overlap.around, overlap.local),
        "both": both,
        "both_gap": both - both.max(),
        "both_around": share(overlap.around, overlap.both),
        "both_passage": share(overlap.passage, overlap.both)[owner],
        "loose": loose,
        "loose_gap": loose - loose.max(),
        "common_passage": passage,
        "common_passage_gap": passage - passage.max(),
        "missed": ((1 - overlap.inside) @ overlap.common) / 20.0,
        "missed_passage": ((1 - overlap.passage) @ overlap.common)[owner] / 20.0,
        "pairs": np.array([len(pairs & words(s.text).pairs) for s in overlap.sentences])
        / max(1, len(pairs)),
    }
    rare = np.argsort(-overlap.both, kind="stable")[:2]
    for n in range(2):
        # A question of one stem has no second one: as good as found.
        at = int(rare[n]) if n < len(rare) else None
        full = np.ones(len(owner))
        found[f"rare{n}_inside"] = full if at is None else overlap.inside[:, at]
        found[f"rare{n}_around"] = full if at is None else overlap.around[:, at]
        found[f"rare{n}_passage"] = full if at is None else overlap.passage[owner, at]
    return found


def _facts(question: str, overlap: Overlap) -> Columns:
    sentences, n = overlap.sentences, len(overlap.sentences)
    asked = facts(question)
    kind = question_kind(question)
    new = [new_values(asked, facts(s.text)) for s in sentences]
    causal = np.array([bool(_CAUSAL.search(s.text)) for s in sentences], dtype=np.float32)
    persons = np.minimum([v.persons for v in new], 3)
    places = np.minimum([v.places for v in new], 3)
    numbers = np.minimum([v.numbers for v in new], 3)
    dates = np.minimum([v.dates for v in new], 2)
    counted = np.array([v.counted for v in new], dtype=np.float32)
    fitting: Columns = {
        "person": np.minimum(persons + places, 1),
        "place": np.minimum(places + 0.5 * persons, 1),
        "number": 0.5 * np.minimum(numbers, 1) + 0.5 * counted,
        "date": np.minimum(dates, 1),
        "reason": causal,
    }
    names, values = names_hit(question, sentences), values_hit(question, sentences)
    return {
        "fitting": fitting.get(kind, np.full(n, 0.5)),
        "persons": persons,
        "places": places,
        "numbers": numbers,
        "dates": dates,
        "counted": counted,
        "causal": causal,
        **_covered("names", names, overlap),
        **_covered("values", values, overlap),
        **{f"asks_{k}": np.full(n, float(kind == k)) for k in KINDS},
    }


def _covered(label: str, hits: Matrix, overlap: Overlap) -> Columns:
    """How many of the names (or values) asked for are in the sentence, near it, in its passage."""
    n, wanted = hits.shape
    if not wanted:
        full = np.ones(n)
        return {f"{label}_{where}": full for where in ("inside", "around", "passage")} | {
            f"{label}_asked": np.zeros(n)
        }
    passage = np.zeros((len(overlap.passages), wanted), dtype=np.float32)
    np.maximum.at(passage, overlap.owner, hits)
    return {
        f"{label}_inside": hits.mean(axis=1),
        f"{label}_around": spread(overlap.sentences, hits).mean(axis=1),
        f"{label}_passage": passage.mean(axis=1)[overlap.owner],
        f"{label}_asked": np.full(n, min(wanted, 3)),
    }


def _looks(overlap: Overlap) -> Columns:
    sentences, n = overlap.sentences, len(overlap.sentences)
    said = [words(s.text) for s in sentences]
    length = np.array([len(w.stems) for w in said])
    scores = np.array([p.score for p in overlap.passages])
    top = float(scores.max())
    new = np.array([len(w.known - overlap.question.known) for w in said])
    return {
        "new": new / np.maximum(length, 1),
        "rank": np.log1p(overlap.owner),
        "score": (scores / top if top > 0 else np.ones_like(scores))[overlap.owner],
        "place": np.log1p([s.place for s in sentences]),
        "opening": np.array([s.start == 0 for s in sentences]),
        "length": np.log1p(length),
        "pronoun": np.array([bool(_PRONOUN.match(s.text)) for s in sentences]),
        "quoted": np.array([bool(_QUOTED.search(s.text)) for s in sentences]),
        "asked": np.full(n, np.log1p(len(overlap.stems))),
    }


def measure_pool(question: str, overlap: Overlap) -> Summary:
    """Return what the passages as a whole have of the question, as single numbers by name."""
    hits = overlap.passage.max(axis=0, keepdims=True)
    names, values = names_hit(question, overlap.sentences), values_hit(question, overlap.sentences)
    found = {
        "pool_common": share(hits, overlap.common)[0],
        "pool_local": share(hits, overlap.local)[0],
        "pool_missed": float((1 - hits[0]) @ overlap.common) / 20.0,
        "pool_names": names.max(axis=0).mean() if names.size else 1.0,
        "pool_values": values.max(axis=0).mean() if values.size else 1.0,
    }
    return {name: float(value) for name, value in found.items()}
