"""What users would write otherwise: LlamaIndex's reader, splitter, embedding, store, retriever.

The embedding integration for Hugging Face is not installed here; the class below calls
sentence-transformers with its defaults, in the batches that LlamaIndex makes, as that one does.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from llama_index.core import SimpleDirectoryReader, StorageContext, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.llms import MockLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.retrievers.fusion_retriever import FUSION_MODES
from llama_index.core.schema import BaseNode, MetadataMode
from llama_index.vector_stores.chroma import ChromaVectorStore

from eval.speed.corpus import Corpus
from eval.speed.figures import Plain, Rate, Times
from eval.speed.memory import on_disk, peak
from eval.speed.product import WARM, K, Place, files, settings
from eval.speed.reference import load_seconds
from eval.speed.standin import WordVectors

_BATCH = 2000


class _Plain(BaseEmbedding):
    """sentence-transformers by its defaults."""

    _model: Any = PrivateAttr()
    _standins: WordVectors | None = PrivateAttr(default=None)

    def __init__(self, model: Any) -> None:
        super().__init__(model_name="plain", embed_batch_size=10)  # LlamaIndex's default
        self._model = model

    @property
    def model(self) -> Any:
        """The model of sentence-transformers."""
        return self._model

    def ask_standins(self, vectors: WordVectors) -> None:
        """Embed questions with the model, but look up stand-ins: the index holds such."""
        self._standins = vectors

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        found: list[list[float]] = self._model.encode(texts, show_progress_bar=False).tolist()
        return found

    def _get_query_embedding(self, query: str) -> list[float]:
        own = self._get_text_embedding(query)
        return own if self._standins is None else _listed(self._standins, [query])[0]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


class Plainly:
    """A plain pipeline that takes articles by and by."""

    def __init__(self, folder: Path) -> None:
        self._model, _ = load_seconds()
        self._index = _index(folder, _Plain(self._model))

    def ingest(self, paths: Sequence[Path]) -> Rate:
        """Read, cut, embed and keep these files."""
        return _ingest(self._index, paths, self._model)


def measure(given: Place) -> Plain:
    """Ingest a part with the model, fill up to the full size with stand-ins, and search."""
    model, load = load_seconds()
    embedding = _Plain(model)
    folder = given.data.with_name(f"{given.data.name}-plain")
    index = _index(folder, embedding)
    names = files(given.articles)
    count = sum(1 for _ in Corpus(given.seed).articles(given.part))
    part, rest = (names[:count], names[count:]) if given.own_vectors else ((), names)
    rate = _ingest(index, part, model) if part else None
    own = rate.passages if rate else 0
    filled = _fill(index, embedding, rest)
    search = QueryFusionRetriever(
        [index.as_retriever(similarity_top_k=K)],
        llm=MockLLM(),
        mode=FUSION_MODES.RECIPROCAL_RANK,
        similarity_top_k=K,
        num_queries=1,
        use_async=False,
    )
    times = []
    for question in Corpus(given.seed).questions(given.count, WARM + given.questions):
        began = time.perf_counter()
        search.retrieve(question)
        times.append(time.perf_counter() - began)
    return Plain(
        rate=rate,
        search=Times.of(times[WARM:]),
        passages=own + filled,
        own_vectors=own,
        load_s=load,
        peak_mb=peak(),
        disk_mb=round(on_disk(folder), 3),
    )


def _index(folder: Path, embedding: BaseEmbedding) -> VectorStoreIndex:
    import chromadb
    from chromadb.config import Settings

    client = chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))
    store = ChromaVectorStore(chroma_collection=client.get_or_create_collection("plain"))
    context = StorageContext.from_defaults(vector_store=store)
    return VectorStoreIndex([], storage_context=context, embed_model=embedding)


def _nodes(paths: Sequence[Path], model: Any) -> list[BaseNode]:
    """Read and cut articles, to passages of the product's length in the model's tokens."""
    chosen = settings(Path())
    splitter = SentenceSplitter(
        chunk_size=chosen.chunk_tokens,
        chunk_overlap=chosen.chunk_overlap,
        tokenizer=model.tokenizer.tokenize,
        include_metadata=False,
    )
    documents = SimpleDirectoryReader(input_files=list(paths)).load_data()
    return splitter.get_nodes_from_documents(documents)


def _ingest(index: VectorStoreIndex, paths: Sequence[Path], model: Any) -> Rate:
    characters = sum(path.stat().st_size for path in paths)
    began = time.perf_counter()
    nodes = _nodes(paths, model)
    index.insert_nodes(nodes)
    seconds = time.perf_counter() - began
    return Rate(passages=len(nodes), seconds=seconds, characters=characters)


def _fill(index: VectorStoreIndex, embedding: _Plain, paths: Sequence[Path]) -> int:
    """Add articles with stand-ins for vectors."""
    if not paths:
        return 0
    vectors, count = WordVectors(), 0
    embedding.ask_standins(vectors)
    for first in range(0, len(paths), _BATCH):
        nodes = _nodes(paths[first : first + _BATCH], embedding.model)
        for start in range(0, len(nodes), _BATCH):
            batch = nodes[start : start + _BATCH]
            texts = [node.get_content(MetadataMode.EMBED) for node in batch]
            for node, vector in zip(batch, _listed(vectors, texts), strict=True):
                node.embedding = vector
            index.insert_nodes(batch)
        count += len(nodes)
    return count


def _listed(vectors: WordVectors, texts: Sequence[str]) -> list[list[float]]:
    found: list[list[float]] = vectors.encode(texts).tolist()
    return found
