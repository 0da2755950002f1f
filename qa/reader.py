"""The embedded reader: which sentences of the passages answer a question, and whether any does.

`Reader` is the seam. `SentenceReader` fills it with two small trained networks over the
features of `qa.features`: one ranks the sentences of a pool, one judges whether the pool answers
at all. Weights are plain JSON, made by
`python -m qa.training.sentences`, and run with numpy.
"""

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from qa.candidates import Sentence, gather
from qa.features import Columns, Seen, Summary, measure, measure_pool, table
from qa.overlap import Matrix, Overlap, words
from qa.slips import mend
from qa.types import Passage, Quote

WEIGHTS = Path(__file__).parent / "models" / "sentence-reader" / "weights.json"
SHORTLIST = 48
"""Sentences that are encoded for one question."""
_REMEMBERED = 20_000
"""Vectors of sentences kept in memory (30 MB at 384 dimensions)."""
_TOP = 3
"""Candidates that the judgement of the whole pool looks at."""


class Encoder(Protocol):
    """What turns texts into vectors."""

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Return an array of shape (n, dimensions) with rows of length 1."""
        ...


@dataclass(frozen=True)
class Candidate:
    """A sentence that may answer; `score` is the calibrated probability that it does."""

    quote: Quote
    score: float


@dataclass(frozen=True)
class Reading:
    """What a reader found: candidates, best first.

    `answerable` is the calibrated probability that the passages answer the question at all.
    """

    candidates: tuple[Candidate, ...]
    answerable: float


class Reader(Protocol):
    """What finds answers in passages, and judges support."""

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        """Find the sentences of `passages` that answer `question`."""
        ...

    def support(self, claim: str, quote: str) -> float:
        """Return the probability that `quote` supports `claim`, in [0, 1]."""
        ...


_POOLED = (
    "near",
    "near_around",
    "near_passage",
    "near_title",
    "common",
    "common_around",
    "common_passage",
)
NOTHING = Reading((), 0.0)


@dataclass(frozen=True)
class Net:
    """A network of one hidden layer (GELU), or of none: features to one logit each row."""

    mean: Matrix
    scale: Matrix
    layers: tuple[tuple[Matrix, Matrix], ...]

    def __call__(self, rows: Matrix) -> Matrix:
        """Return one logit per row."""
        x = (rows - self.mean) / self.scale
        for n, (weight, bias) in enumerate(self.layers):
            x = x @ weight.T + bias
            if n + 1 < len(self.layers):
                x = 0.5 * x * (1 + np.tanh(0.7978845608 * (x + 0.044715 * x**3)))
        logits: Matrix = x[:, 0]
        return logits


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
        ranking=_net(raw["ranking"]),
        answerable_names=tuple(raw["answerable"]["features"]),
        answerable=_net(raw["answerable"]),
        scoring=_net(raw["scoring"]),
        support=_net(raw["support"]),
    )


def _array(values: Any) -> Matrix:
    return np.array(values, dtype=np.float32)


def _net(raw: Mapping[str, Any]) -> Net:
    layers = tuple((_array(weight), _array(bias)) for weight, bias in raw["layers"])
    return Net(_array(raw["mean"]), _array(raw["scale"]), layers)


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


def sigmoid(logit: Matrix | float) -> Any:
    """Return the probability of a logit."""
    return 1.0 / (1.0 + np.exp(-np.clip(logit, -30.0, 30.0)))


class SentenceReader:
    """Reads by choosing whole sentences. Safe to use from several threads."""

    def __init__(self, encoder: Encoder, weights: Weights | None = None) -> None:
        self._encoder = encoder
        self._weights = weights or load_weights()
        self._vectors: OrderedDict[str, Matrix] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        """Score the sentences of `passages`; headings and fragments are read but not offered."""
        sentences = gather(passages)
        if not sentences:
            return NOTHING
        # The encoder's 16-bit kernels can leave the processor's "invalid" flag set, of which
        # numpy then warns after sound arithmetic; a test proves that all features are finite.
        with np.errstate(invalid="ignore"):
            return self._read(question, passages, sentences)

    def _read(
        self, question: str, passages: Sequence[Passage], sentences: Sequence[Sentence]
    ) -> Reading:
        weights = self._weights
        question = mend(question, [p.text for p in passages], weights.background)
        every = Overlap(question, sentences, passages, weights.background)
        overlap = every.take(every.shortlist(SHORTLIST))
        columns = measure(question, overlap, self._see(question, overlap))
        logits = weights.ranking(table(columns, weights.ranking_names))
        whole = summary(columns, measure_pool(question, overlap), logits)
        row = np.array([[whole[name] for name in weights.answerable_names]], dtype=np.float32)
        judged = float(weights.answerable(row)[0])
        scores = sigmoid(weights.scoring(score_rows(logits, judged)))
        order = [int(i) for i in np.argsort(-scores, kind="stable")]
        kept = [i for i in order if overlap.sentences[i].whole]
        candidates = tuple(
            Candidate(overlap.sentences[i].quote(passages), float(scores[i])) for i in kept
        )
        return Reading(candidates, float(sigmoid(judged)) if candidates else 0.0)

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
