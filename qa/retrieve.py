"""Question -> ranked passages: dense and lexical search, fused by rank.

Reciprocal rank fusion (Cormack, Clarke & Büttcher 2009) needs no common scale between cosine
similarity and BM25: each half gives 1 / (60 + rank) to a passage, and the sums are ranked. What a
reader thinks of the passages is a third ranking, fused in the same way.
"""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

from qa.embedding import Embedding
from qa.index import Hit, PassageIndex
from qa.library import Library
from qa.types import Filters, Passage

Halves = Literal["terms", "vectors", "fused"]
RRF_K = 60
"""The constant of the paper; results are flat around it."""
READ_WEIGHT = 2.0
"""What the ranking of a reader counts that is certain of its best passage, beside the fused one.

Less by as much as it is unsure: on queries that no passage answers (Cranfield) the full weight
loses nDCG, and on questions (SQuAD) a small one gains little.
"""
_SPARE = 10
"""Hits asked for beyond need, since a crash may have left passages that no longer answer."""


class Retriever:
    """The fused retriever; `qa.llamaindex` makes a `BaseRetriever` of it."""

    def __init__(
        self, library: Library, index: PassageIndex, embedding: Embedding, *, k: int
    ) -> None:
        self._library = library
        self._index = index
        self._embedding = embedding
        self._k = k

    def passages(
        self, question: str, *, filters: Filters | None = None, halves: Halves = "fused"
    ) -> list[Passage]:
        """Return the `k` best passages that may answer, best first, with their fused score.

        With one of the `halves` alone it can be seen what each is worth. `BadFilter` or
        `UnknownArticle` when the filters cannot be applied.
        """
        within = self._library.matching(filters or Filters())
        depth = 2 * self._k + _SPARE
        rankings: list[list[Hit]] = []
        with ThreadPoolExecutor(max_workers=1) as other:
            if halves != "vectors":
                lexical = other.submit(self._index.terms, question, depth, within)
            if halves != "terms":
                vector = self._embedding.encode([question])[0]
                rankings.append(self._index.dense(vector, depth, within))
            if halves != "vectors":
                rankings.append(lexical.result())
        return self._live(fuse(rankings))

    def _live(self, hits: Sequence[Hit]) -> list[Passage]:
        """Look the best hits up, further ones only where some of them answer no more."""
        found: list[Passage] = []
        size = self._k + _SPARE
        for first in range(0, len(hits), size):
            part = hits[first : first + size]
            live = self._library.passages([hit.id for hit in part])
            found += [
                live[hit.id].model_copy(update={"score": hit.score})
                for hit in part
                if hit.id in live
            ]
            if len(found) >= self._k:
                break
        return found[: self._k]


def fuse(rankings: Sequence[Sequence[Hit]]) -> list[Hit]:
    """Merge rankings by reciprocal rank; ties go to the id that sorts first, so runs repeat."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, hit in enumerate(ranking, start=1):
            scores[hit.id] = scores.get(hit.id, 0.0) + 1.0 / (RRF_K + rank)
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [Hit(id=name, score=score) for name, score in ranked]


def reranked(passages: Sequence[Passage], relevance: Sequence[float]) -> list[Passage]:
    """Order passages by where they were found and by what a reader thinks of them.

    `relevance` has a logit for each of the first passages; passages behind these, and all of them
    where nothing was read, keep their order.
    """
    read = range(len(relevance))
    weight = READ_WEIGHT / (1 + math.exp(-max(relevance, default=0.0)))
    judged = sorted(read, key=lambda n: (-relevance[n], n))
    place = {n: rank for rank, n in enumerate(judged, start=1)}
    score = {n: 1 / (RRF_K + n + 1) + weight / (RRF_K + place[n]) for n in read}
    order = sorted(read, key=lambda n: (-score[n], n))
    return [*(passages[n] for n in order), *passages[len(relevance) :]]
