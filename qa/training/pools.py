"""Pools as the product makes them: the twenty best passages of a collection for one question.

Terms (BM25, Robertson & Walker 1994) and vectors each rank the passages of the collection; the
ranks are fused (reciprocal rank fusion, Cormack 2009), as `qa.retrieve` does.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from qa.overlap import words
from qa.types import Passage

Matrix = npt.NDArray[np.float32]
_K1, _B, _RRF = 1.2, 0.75, 60.0
SIZE = 20


class Bm25:
    """BM25 over texts given as stems."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        self._n = len(texts)
        lengths = np.array([len(text) for text in texts], dtype=np.float32)
        self._norm = _K1 * (1 - _B + _B * lengths / max(float(lengths.mean()), 1.0))
        self._postings: dict[str, tuple[list[int], list[int]]] = {}
        for row, text in enumerate(texts):
            for stem, count in Counter(text).items():
                rows, counts = self._postings.setdefault(stem, ([], []))
                rows.append(row)
                counts.append(count)

    def scores(self, stems: Sequence[str]) -> Matrix:
        """Return the score of every text for a question's stems."""
        total = np.zeros(self._n, dtype=np.float32)
        for stem in dict.fromkeys(stems):
            rows, counts = self._postings.get(stem, ([], []))
            if rows:
                tf = np.array(counts, dtype=np.float32)
                idf = np.log(1 + (self._n - len(rows) + 0.5) / (len(rows) + 0.5))
                total[rows] += idf * tf * (_K1 + 1) / (tf + self._norm[rows])
        return total


class Collection:
    """Passages that questions are asked of."""

    def __init__(self, passages: Sequence[Passage], vectors: Matrix) -> None:
        self.passages = list(passages)
        self._vectors = vectors
        self._bm25 = Bm25([words(f"{p.title} {p.text}").stems for p in passages])

    def pool(
        self,
        question: str,
        vector: Matrix,
        *,
        without: frozenset[str] = frozenset(),
        size: int = SIZE,
    ) -> list[Passage]:
        """Return the best passages for `question`, scored, leaving out the ids in `without`."""
        fused = np.zeros(len(self.passages), dtype=np.float64)
        for scores in (self._vectors @ vector, self._bm25.scores(words(question).stems)):
            order = np.argsort(-scores, kind="stable")[:50]
            fused[order] += 1.0 / (_RRF + 1 + np.arange(len(order)))
        best = np.argsort(-fused, kind="stable")
        kept = [i for i in best if self.passages[i].id not in without and fused[i] > 0][:size]
        return [self.passages[i].model_copy(update={"score": float(fused[i])}) for i in kept]
