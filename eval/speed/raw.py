"""The limits of retrieval: Chroma and tantivy asked by their own calls, nothing around them."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from eval.speed.corpus import Corpus
from eval.speed.figures import Raw, Times
from eval.speed.memory import resident
from eval.speed.product import DATES, WARM, K, Place, embedding, settings
from qa.embedding import Embedding
from qa.library import Library

_DATED = 20
"""Questions with a filter: Chroma's own takes long."""
_NEAREST = 10
_PART = 5000


def ask(given: Place) -> Raw:
    """Ask the indexes that the product has filled."""
    chosen = settings(given.data)
    library = Library(chosen.data_dir / "library.db")
    build = str(library.build)
    within = library.matching(DATES)
    dated = {"version": {"$in": within.versions() if within else []}}
    library.close()
    model = embedding(given)
    collection = _collection(str(chosen.data_dir / "chroma" / build))
    terms = _Terms(str(chosen.data_dir / "lexical" / build))
    questions = Corpus(given.seed).questions(given.count, WARM + given.questions)
    for question in questions[:WARM]:
        _dense(model, collection, question)
        terms.search(question)
    loaded = resident()
    asked = questions[WARM:]
    dense = [_dense(model, collection, question) for question in asked]
    few = asked[:_DATED]
    return Raw(
        dense=Times.of([embedding + query for embedding, query in dense]),
        vectors=Times.of([query for _, query in dense]),
        terms=Times.of([terms.search(question) for question in asked]),
        vectors_dated=filtered(model, collection, few, dated),
        recall=round(_recall(collection, model.encode(asked)), 4),
        loaded_mb=loaded,
    )


def filtered(
    model: Embedding, collection: Any, questions: Sequence[str], where: Any
) -> Times | None:
    """Query Chroma with its own filter; None where that takes no list so long.

    SQLite, which it asks, takes 32,766 values: a million passages may have more articles.
    """
    from chromadb.errors import InternalError

    try:
        return Times.of([_dense(model, collection, q, where)[1] for q in questions])
    except InternalError:
        return None


def _collection(path: str) -> Any:
    import chromadb
    from chromadb.config import Settings

    client = chromadb.PersistentClient(path, Settings(anonymized_telemetry=False))
    return client.get_collection(client.list_collections()[0].name, embedding_function=None)


def _dense(
    model: Embedding, collection: Any, question: str, where: Any = None
) -> tuple[float, float]:
    """Embed a question and query Chroma; return the seconds of both."""
    began = time.perf_counter()
    vector = model.encode([question])
    between = time.perf_counter()
    collection.query(query_embeddings=vector, n_results=K, where=where)
    return between - began, time.perf_counter() - between


def _recall(collection: Any, questions: npt.NDArray[np.float32]) -> float:
    """Return the share of the nearest passages that Chroma finds, compared with all of them."""
    best = np.full((len(questions), 0), 0.0, np.float32)
    names = np.full((len(questions), 0), "", object)
    for first in range(0, collection.count(), _PART):
        part = collection.get(limit=_PART, offset=first, include=["embeddings"])
        near = questions @ np.asarray(part["embeddings"], dtype=np.float32).T
        best = np.hstack([best, near])
        names = np.hstack([names, np.tile(np.array(part["ids"], object), (len(questions), 1))])
        order = np.argsort(-best, axis=1, kind="stable")[:, :_NEAREST]
        best, names = (np.take_along_axis(rows, order, axis=1) for rows in (best, names))
    found = collection.query(query_embeddings=questions, n_results=_NEAREST)["ids"]
    shares = [
        len(set(some) & set(all_of)) / len(all_of)
        for some, all_of in zip(found, names.tolist(), strict=True)
    ]
    return float(np.mean(shares))


class _Terms:
    """Tantivy's index as it lies on disk, with its words treated as the product does."""

    def __init__(self, path: str) -> None:
        import tantivy

        self._index = tantivy.Index.open(path)
        self._index.register_tokenizer(
            "footnote",
            tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
            .filter(tantivy.Filter.remove_long(60))
            .filter(tantivy.Filter.lowercase())
            .filter(tantivy.Filter.ascii_fold())
            .filter(tantivy.Filter.stopword("english"))
            .filter(tantivy.Filter.stemmer("english"))
            .build(),
        )

    def search(self, question: str) -> float:
        """Return the seconds of a search."""
        words = "".join(c if c.isalnum() else " " for c in question)
        began = time.perf_counter()
        searcher = self._index.searcher()
        query = self._index.parse_query(words, ["title", "text"])
        found: Any = searcher.search(query, K)
        _ = [searcher.doc(address)["id"][0] for _, address in found.hits]
        return time.perf_counter() - began
