"""The sentence reader: which sentences of the passages answer a question, and whether any does.

Two small trained networks over the features of `qa.features`: one ranks the sentences of a pool,
one judges whether the pool answers at all. Weights are plain JSON, made by
`python -m qa.training.sentences`, and run with numpy.
"""

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from qa.candidates import Sentence, gather
from qa.features import Columns, Seen, Summary, measure, measure_pool, table
from qa.net import Net, net_of, sigmoid
from qa.overlap import Matrix, Overlap, words
from qa.reading import NOTHING, Candidate, Encoder, Reading
from qa.slips import mend
from qa.types import Passage

WEIGHTS = Path(__file__).parent / "models" / "sentence-reader" / "weights.json"
SHORTLIST = 24
"""Sentences that are encoded for one question.

The networks were trained with 48, whose encoding took half of a question's time. With 24 some
figures are a little better, and others worse: the reading model's card compares.
"""
_REMEMBERED = 20_000
"""Vectors of sentences kept in memory (30 MB at 384 dimensions)."""
_TOP = 3
"""Candidates that the judgement of the whole pool looks at."""


_POOLED = (
    "near",
    "near_around",
    "near_passage",
    "near_title",
    "common",
    "common_around",
    "common_passage",
)


@dataclass(frozen=True)
class Weights:
    """Everything that was trained, as read from the JSON file."""

    background: Mapping[str, float]
    ranking_names: tuple[str, ...]
    ranking: Net
    answerable_names: tuple[str, ...]
    answerable: Net
    scoring: Net
    support: Net


@lru_cache(maxsize=2)
def load_weights(path: Path = WEIGHTS) -> Weights:
    """Read trained weights."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    return Weights(
        background=raw["background"],
        ranking_names=tuple(raw["ranking"]["features"]),
        ranking=net_of(raw["ranking"]),
        answerable_names=tuple(raw["answerable"]["features"]),
        answerable=net_of(raw["answerable"]),
        scoring=net_of(raw["scoring"]),
        support=net_of(raw["support"]),
    )


def summary(columns: Columns, pool: Summary, logits: Matrix) -> Summary:
    """Describe a ranked pool by single numbers, for the judgement whether it answers.

    The features of the best sentence, the best of each feature among the first few, how far the
    best stands out, and what the passages as a whole have of the question.
    """
    order = np.argsort(-logits, kind="stable")
    best, few = order[0], order[:_TOP]
    ranked = logits[order]
    found = {f"first_{name}": column[best] for name, column in columns.items()}
    found |= {f"few_{name}": column[few].max() for name, column in columns.items()}
    found |= dict(pool)
    found["logit"] = ranked[0]
    found["lead"] = ranked[0] - (ranked[1] if len(ranked) > 1 else ranked[0])
    found["lead_5"] = ranked[0] - ranked[min(5, len(ranked) - 1)]
    found["mass"] = np.log(np.exp(logits - ranked[0]).sum())
    for name in _POOLED:
        found[f"pool_{name}"] = columns[name].max()
    return {name: float(value) for name, value in found.items()}


def score_rows(logits: Matrix, answerable: float) -> Matrix:
    """Return what the scoring part looks at: each logit, against the best, and the pool's."""
    shifted = logits - logits.max()
    share = shifted - np.log(np.exp(shifted).sum())
    return np.stack([logits, shifted, share, np.full_like(logits, answerable)], axis=1)


def support_row(claim: str, quote: str, cosine: float) -> Matrix:
    """Return the features of a claim and a quote."""
    said, shown = words(claim), words(quote)
    held = len(said.known & shown.known) / max(1, len(said.known))
    pairs = len(said.pairs & shown.pairs) / max(1, len(said.pairs))
    return np.array(
        [cosine, held, pairs, float(held == 1.0), np.log1p(len(said.stems))], dtype=np.float32
    )


@dataclass(frozen=True)
class Ranked:
    """The sentences of a pool, measured: one logit each, and one (`judged`) of the whole pool.

    `question` is as it was read, slips of the finger mended.
    """

    question: str
    overlap: Overlap
    columns: Columns
    pool: Summary
    logits: Matrix
    judged: float


class SentenceReader:
    """Reads by choosing whole sentences. Safe to use from several threads."""

    def __init__(self, encoder: Encoder, weights: Weights | None = None) -> None:
        self._encoder = encoder
        self._weights = weights or load_weights()
        self._vectors: OrderedDict[str, Matrix] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        """Score the sentences of `passages`; headings and fragments are read but not offered."""
        ranked = self.rank(question, passages)
        if ranked is None:
            return NOTHING
        scores = sigmoid(self._weights.scoring(score_rows(ranked.logits, ranked.judged)))
        sentences = ranked.overlap.sentences
        order = [int(i) for i in np.argsort(-scores, kind="stable")]
        kept = [i for i in order if sentences[i].whole]
        found = tuple(Candidate(sentences[i].quote(passages), float(scores[i])) for i in kept)
        return Reading(found, float(sigmoid(ranked.judged)) if found else 0.0)

    def rank(self, question: str, passages: Sequence[Passage]) -> Ranked | None:
        """Measure and rank the sentences of `passages`; None when they have none."""
        sentences = gather(passages)
        if not sentences:
            return None
        # The encoder's 16-bit kernels can leave the processor's "invalid" flag set, of which
        # numpy then warns after sound arithmetic; a test proves that all features are finite.
        with np.errstate(invalid="ignore"):
            return self._rank(question, passages, sentences)

    def _rank(
        self, question: str, passages: Sequence[Passage], sentences: Sequence[Sentence]
    ) -> Ranked:
        weights = self._weights
        question = mend(question, [p.text for p in passages], weights.background)
        every = Overlap(question, sentences, passages, weights.background)
        overlap = every.take(every.shortlist(SHORTLIST))
        columns = measure(question, overlap, self._see(question, overlap))
        logits = weights.ranking(table(columns, weights.ranking_names))
        pool = measure_pool(question, overlap)
        whole = summary(columns, pool, logits)
        row = np.array([[whole[name] for name in weights.answerable_names]], dtype=np.float32)
        judged = float(weights.answerable(row)[0])
        return Ranked(question, overlap, columns, pool, logits, judged)

    def support(self, claim: str, quote: str) -> float:
        """Judge by vectors and shared words; only nearly the same wording passes."""
        if not claim.strip() or not quote.strip():
            return 0.0
        first, second = self._encode([claim, quote])
        row = support_row(claim, quote, float(first @ second))
        return float(sigmoid(float(self._weights.support(row[None, :])[0])))

    def _see(self, question: str, overlap: Overlap) -> Seen:
        texts = [s.text for s in overlap.sentences]
        titles = [p.title for p in overlap.passages]
        rows = self._encode([question, *titles, *texts])
        return Seen(rows[1 + len(titles) :], rows[1 : 1 + len(titles)], rows[0])

    def _encode(self, texts: Sequence[str]) -> Matrix:
        """Encode `texts`, in one batch, but for those that are remembered."""
        with self._lock:
            known = {text: self._vectors[text] for text in texts if text in self._vectors}
            for text in known:
                self._vectors.move_to_end(text)
        fresh = [text for text in dict.fromkeys(texts) if text not in known]
        if fresh:
            made = dict(zip(fresh, self._encoder.encode(fresh), strict=True))
            known |= made
            with self._lock:
                self._vectors.update(made)
                while len(self._vectors) > _REMEMBERED:
                    self._vectors.popitem(last=False)
        return np.stack([known[text] for text in texts])
