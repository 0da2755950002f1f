"""The articles as LlamaIndex knows an index: a retriever of passages, and a query engine.

`FootnoteIndex.open("data").as_retriever()` finds passages, `.as_query_engine()` answers with
footnotes; `FootnoteEmbedding` is the embedding, as fast as here. Each goes wherever LlamaIndex
takes one: into tools, agents, routers, evaluations. Offsets count code points of the article's
text.
"""

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.response.schema import Response
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import (
    NodeRelationship,
    NodeWithScore,
    QueryBundle,
    RelatedNodeInfo,
    TextNode,
)

from qa.embedding import BATCH, Embedding
from qa.llm.cancel import Cancel
from qa.pipeline import EVERYTHING, Pipeline, build
from qa.settings import Settings
from qa.types import Answer, Citation, Filters, Passage

_FOR_PROGRAMS = ["footnote", "file", "start", "end", "sha256", "page"]
"""Metadata that would only cost a language model tokens."""


class FootnoteIndex:
    """An index of articles, as LlamaIndex opens one. A context manager; `close` ends it."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline

    @classmethod
    def open(cls, data_dir: Path | str | None = None, **settings: Any) -> Self:
        """Open the index in a data directory, by default that of the settings.

        `settings` are those of `qa.settings.Settings`. Nothing is locked: another process may
        ingest meanwhile.
        """
        if data_dir is not None:
            settings["data_dir"] = data_dir
        return cls(build(Settings.model_validate(settings)))

    def as_retriever(
        self, similarity_top_k: int = 10, filters: Filters = EVERYTHING
    ) -> "FootnoteRetriever":
        """Return a retriever of the passages nearest to a query, best first."""
        return FootnoteRetriever(self.pipeline, similarity_top_k, filters)

    def as_query_engine(self, filters: Filters = EVERYTHING) -> "FootnoteQueryEngine":
        """Return a query engine whose answers are verified and footnoted."""
        return FootnoteQueryEngine(self.pipeline, filters)

    def close(self) -> None:
        """Close the index; its retrievers and engines can no longer be used."""
        self.pipeline.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class FootnoteRetriever(BaseRetriever):
    """Dense and lexical search, fused, over whatever is indexed at that moment.

    Raises what `Pipeline.search` does: `BadQuestion`, `NothingIndexed`, `BadFilter` …
    """

    def __init__(self, pipeline: Pipeline, k: int, filters: Filters) -> None:
        super().__init__()
        self._pipeline = pipeline
        self._k = k
        self._filters = filters

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = self._pipeline.search(query_bundle.query_str, self._k, self._filters)
        return [as_node(passage) for passage in found]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


class FootnoteEmbedding(BaseEmbedding):
    """The embedding model of `qa.embedding`, as LlamaIndex knows one; vectors have length 1."""

    _own: Embedding = PrivateAttr()

    def __init__(self, embedding: Embedding | None = None) -> None:
        own = embedding or Embedding()
        super().__init__(model_name=own.fingerprint, embed_batch_size=BATCH)
        self._own = own

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        found: list[list[float]] = self._own.encode(texts).tolist()
        return found

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_text_embedding, query)


class FootnoteQueryEngine(BaseQueryEngine):
    """The whole pipeline: `response` is the answer with its marks, `source_nodes` its footnotes.

    `source_nodes[0]` is `[1]`: its text is the quote, its metadata the file, title, date, `start`,
    `end`, page and digest, its score the support of the best claim that it bears out. What is not
    answered has no source nodes. The response's `metadata` is the whole `Answer` as JSON types.
    Raises what `Pipeline.answer` does. A task that is cancelled stops the language model, too.
    """

    def __init__(self, pipeline: Pipeline, filters: Filters) -> None:
        super().__init__(callback_manager=None)
        self._pipeline = pipeline
        self._filters = filters

    def _query(self, query_bundle: QueryBundle) -> Response:
        return self._answered(query_bundle.query_str, Cancel())

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        cancel = Cancel()
        try:
            return await asyncio.to_thread(self._answered, query_bundle.query_str, cancel)
        finally:
            cancel.request()

    def _answered(self, question: str, cancel: Cancel) -> Response:
        answer = self._pipeline.answer(question, filters=self._filters, cancel=cancel)
        nodes = [_footnote(answer, citation) for citation in answer.citations]
        return Response(answer.answer, nodes, answer.model_dump(mode="json"))

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}


def as_node(passage: Passage) -> NodeWithScore:
    """Return a passage as LlamaIndex knows it, with its article as the source of the node."""
    return NodeWithScore(
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
            relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=passage.article_id)},
        ),
        score=passage.score,
    )


def _footnote(answer: Answer, citation: Citation) -> NodeWithScore:
    """Return a citation as a node, scored by the best supported claim that rests on it."""
    node = TextNode(
        id_=f"{citation.file}:{citation.start}-{citation.end}",
        text=citation.quote,
        start_char_idx=citation.start,
        end_char_idx=citation.end,
        metadata={
            "footnote": citation.id,
            "file": citation.file,
            "title": citation.title,
            "date": citation.date.isoformat() if citation.date else "",
            "start": citation.start,
            "end": citation.end,
            "sha256": citation.sha256,
            "page": citation.page,
        },
        excluded_llm_metadata_keys=_FOR_PROGRAMS,
        excluded_embed_metadata_keys=_FOR_PROGRAMS,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=citation.file)},
    )
    scores = [claim.score for claim in answer.claims if citation.id in claim.citations]
    return NodeWithScore(node=node, score=max(scores, default=None))
