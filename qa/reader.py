"""The embedded reader: answers in few words, the sentences that give them, refusals, support.

Two models that come with the package work together. The sentence reader (`qa.sentence_reader`)
measures every sentence; the reading model (`qa.crossencoder`) reads question and passage together.
Small fitted networks (`calibration` in the reading model's `model.json`) make probabilities of
both. The reading model reads English: what is clearly in another language is left to the sentence
reader, and the answer says so.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from qa.crossencoder import CrossEncoder
from qa.language import foreign
from qa.net import Net, net_of, sigmoid
from qa.overlap import Matrix
from qa.reading import NOTHING, READY, Candidate, Encoder, Reading
from qa.sentence_reader import Ranked, SentenceReader
from qa.signals import (
    Finding,
    Pool,
    Signals,
    pool_signals,
    read_pool,
    sentence_of,
    sentence_signals,
    windows,
)
from qa.types import Passage, Quote, Value

ANSWERABLE = 0.25
"""Below this probability nothing is answered; from the curve in the model's card."""
SENTENCES_ANSWERABLE = 0.15
"""The same for the sentence reader alone, from the curve in its card."""
_SOME_FOREIGN = "Some of the passages found are not in English; these were not read closely."
_FAR = -15.0
_REMEMBERED = 4096
_LEAST_VALUE = 0.02


@dataclass(frozen=True)
class Fitted:
    """A network with the names of the signals that it takes."""

    names: tuple[str, ...]
    net: Net

    def __call__(self, signals: dict[str, Any]) -> Matrix:
        """Return one logit per row; single numbers count as one row."""
        columns = [np.atleast_1d(np.asarray(signals[n], dtype=np.float32)) for n in self.names]
        return self.net(np.stack(columns, axis=1))


@dataclass(frozen=True)
class Calibration:
    """What was fitted on documents that no model was trained on."""

    sentence: Fitted
    answerable: Fitted
    value: Fitted
    support: tuple[float, float]


def calibration_of(raw: dict[str, Any]) -> Calibration:
    """Read a calibration from the JSON beside the weights."""
    parts = {
        name: Fitted(tuple(raw[name]["signals"]), net_of(raw[name]))
        for name in ("sentence", "answerable", "value")
    }
    return Calibration(support=(raw["support"]["scale"], raw["support"]["shift"]), **parts)


class EmbeddedReader:
    """Reads with both models. Safe to use from several threads."""

    def __init__(self, encoder: Encoder, model: CrossEncoder | None = None) -> None:
        self._sentences = SentenceReader(encoder)
        self._model = model or CrossEncoder()
        self._calibration: Calibration | None = None
        self._supported: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def calibration(self) -> Calibration:
        """The fitted networks."""
        if self._calibration is None:
            self._calibration = calibration_of(self._model.manifest["calibration"])
        return self._calibration

    def load(self) -> None:
        """Load what a question needs and read one, so that the first does not wait."""
        self.read(*READY)

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        """Find the sentences and the words that answer."""
        language = foreign(question)
        if language is not None:
            return self._unread(question, passages, f"The question is in {language}")
        others = [found for found in (foreign(p.text) for p in passages) if found is not None]
        if passages and len(others) == len(passages):
            return self._unread(question, passages, f"The passages found are in {others[0]}")
        reading = self._read(question, passages)
        return replace(reading, notices=(_SOME_FOREIGN,)) if others else reading

    def _unread(self, question: str, passages: Sequence[Passage], what: str) -> Reading:
        """Choose sentences only, on the scale of the reading model's judgement."""
        reading = self._sentences.read(question, passages)
        notice = f"{what}; the reading model reads English, so sentences were chosen by likeness."
        shift = _logit(ANSWERABLE) - _logit(SENTENCES_ANSWERABLE)
        chance = float(sigmoid(_logit(reading.answerable) + shift)) if reading.candidates else 0.0
        return replace(reading, answerable=chance, notices=(notice,))

    def _read(self, question: str, passages: Sequence[Passage]) -> Reading:
        ranked = self._sentences.rank(question, passages)
        if ranked is None:
            return NOTHING
        pool = read_pool(self._model, ranked, passages)
        scores = self.calibration.sentence(dict(sentence_signals(ranked, pool)))
        signals = pool_signals(ranked, pool, scores, self._best_support(ranked, pool))
        answerable = float(sigmoid(float(self.calibration.answerable(dict(signals))[0])))
        rows = ranked.overlap.sentences
        chances = sigmoid(scores)
        order = [int(i) for i in np.argsort(-scores, kind="stable") if rows[int(i)].whole]
        candidates = tuple(Candidate(rows[i].quote(passages), float(chances[i])) for i in order)
        if not candidates:
            return NOTHING
        return Reading(
            candidates,
            answerable,
            values=self._values(ranked, pool, scores),
            relevance=relevance(ranked, pool, scores),
        )

    def support(self, claim: str, quote: str) -> float:
        """Return the probability that `quote` supports `claim`.

        A long quote is read in windows; the one that supports most counts.
        """
        if not claim.strip() or not quote.strip():
            return 0.0
        scale, shift = self.calibration.support
        return float(sigmoid(scale * self._support(claim, quote) + shift))

    def _support(self, claim: str, quote: str) -> float:
        key = (claim, quote)
        with self._lock:
            if key in self._supported:
                return self._supported[key]
        cuts = windows(self._model, quote, self._model.room(claim))
        reads = self._model.read([(claim, quote[slice(*cut)]) for cut in cuts])
        found = max((read.supported for read in reads), default=_FAR)
        with self._lock:
            self._supported[key] = found
            while len(self._supported) > _REMEMBERED:
                self._supported.popitem(last=False)
        return found

    def _best_support(self, ranked: Ranked, pool: Pool) -> float:
        """Hold the question with the best span against the window that the span was found in."""
        if not pool.findings:
            return _FAR
        best = pool.findings[0]
        return self._support(f"{ranked.question} {best.text(pool.passages)}", best.window.text)

    def _values(self, ranked: Ranked, pool: Pool, scores: Matrix) -> tuple[Value, ...]:
        """Return the values that may be quoted, best first, each stretch of an article once."""
        rows = ranked.overlap.sentences
        found: dict[tuple[str, int], Value] = {}
        for finding in pool.findings:
            at = sentence_of(finding, pool, rows)
            if at is None:
                continue
            signals = value_signals(finding, pool, float(scores[at]), float(scores.max()))
            chance = float(sigmoid(float(self.calibration.value(dict(signals))[0])))
            passage = pool.passages[finding.passage]
            start, end = finding.span[0] + passage.start, finding.span[1] + passage.start
            value = Value(
                quote=Quote(passage=passage, start=start, end=end),
                sentence=rows[at].quote(pool.passages),
                score=chance,
            )
            key = (passage.article_id, start)
            if chance >= _LEAST_VALUE and (key not in found or chance > found[key].score):
                found[key] = value
        return tuple(sorted(found.values(), key=lambda value: -value.score))


def relevance(ranked: Ranked, pool: Pool, scores: Matrix) -> tuple[float, ...]:
    """Return how likely it is, as a logit, that each passage holds the answer's sentence."""
    found = [_FAR] * len(pool.passages)
    for row, score in zip(ranked.overlap.sentences, scores, strict=True):
        found[row.passage] = max(found[row.passage], float(score))
    return tuple(found)


def _logit(chance: float) -> float:
    bounded = min(1 - 1e-6, max(1e-6, chance))
    return float(np.log(bounded / (1 - bounded)))


def value_signals(finding: Finding, pool: Pool, score: float, best: float) -> Signals:
    """Return the signals of one span; `score` is its sentence's logit, `best` the highest."""
    return {
        "margin": finding.found.margin,
        "margin_gap": finding.found.margin - pool.findings[0].found.margin,
        "share": finding.found.log_share,
        "answerable": pool.answerable(finding.passage),
        "relevant": pool.relevant(finding.passage),
        "score": score,
        "score_gap": score - best,
    }
