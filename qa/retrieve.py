"""Question -> ranked passages: dense and lexical search, fused by rank.

Reciprocal rank fusion (Cormack, Clarke & Büttcher 2009) needs no common scale between cosine
similarity and BM25: each half gives 1 / (60 + rank) to a passage, and the sums are ranked.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from qa.embedding import Embedding
from qa.index import Hit, PassageIndex
from qa.library import Library
from qa.types import Filters, Passage

RRF_K = 60
"""The constant of the paper; results are flat around it."""
_SPARE = 10
"""Hits asked for beyond need, since a crash may have left passages that no longer answer."""


class Retriever(BaseRetriever):
    """The fused retriever, usable wherever LlamaIndex takes a `BaseRetriever`."""

    def __init__(
        self, library: Library, index: PassageIndex, embedding: Embedding, *, k: int
    ) -> None:
        super().__init__()
        self._library = library
        self._index = index
        self._embedding = embedding
        self._k = k

    def passages(self, question: str, *, filters: Filters | None = None) -> list[Passage]:
        """Return the `k` best passages that may answer, best first, with their fused score.

        `BadFilter` or `UnknownArticle` when the filters cannot be applied.
        """
        versions = self._library.matching(filters or Filters())
        depth = 2 * self._k + _SPARE
        with ThreadPoolExecutor(max_workers=1) as other:
            lexical = other.submit(self._index.terms, question, depth, versions)
            dense = self._index.dense(self._embedding.encode([question])[0], depth, versions)
            fused = fuse([dense, lexical.result()])
        live = self._library.passages([hit.id for hit in fused])
        found = [
            live[hit.id].model_copy(update={"score": hit.score}) for hit in fused if hit.id in live
        ]
        return found[: self._k]

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [
            NodeWithScore(
                node=TextNode(
                    id_=passage.id,
                    text=passage.text,
                    start_char_idx=passage.start,
                    end_char_idx=passage.end,
                    metadata={
                        "file": passage.article_id,
                        "title": passage.title,
                        "date": passage.date.isoformat() if passage.date else "",
                    },
                ),
                score=passage.score,
            )
            for passage in self.passages(query_bundle.query_str)
        ]


def fuse(rankings: Sequence[Sequence[Hit]]) -> list[Hit]:
    """Merge rankings by reciprocal rank; ties go to the id that sorts first, so runs repeat."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, hit in enumerate(ranking, start=1):
            scores[hit.id] = scores.get(hit.id, 0.0) + 1.0 / (RRF_K + rank)
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [Hit(id=name, score=score) for name, score in ranked]
