"""sentence-transformers itself, as the reference for vectors and for what else users would run."""

import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eval.speed.corpus import Corpus
from eval.speed.figures import Cranfield, Vectors
from eval.speed.product import settings
from qa.bundled import bundled_path
from qa.embedding import BUNDLED, Embedding
from qa.exported import SAMPLES, unit
from qa.pipeline import build
from qa.types import Frozen

_CUT = 900
"""Characters of the pieces that are compared: about a passage."""


def load() -> Any:
    """Load the model that the settings name, with sentence-transformers' own defaults."""
    from sentence_transformers import SentenceTransformer

    name = settings(Path()).embedding_model
    return SentenceTransformer(str(bundled_path()) if name == BUNDLED else name)


def load_seconds() -> tuple[Any, float]:
    """Load the model and return it with the seconds that importing and loading took."""
    began = time.perf_counter()
    model = load()
    model.encode(["ready"])
    return model, time.perf_counter() - began


class Reference(Embedding):
    """The product's embedding, run by sentence-transformers."""

    @cached_property
    def _own(self) -> Any:
        return load()

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Embed `texts`: an array of shape (n, dimensions), rows of length 1."""
        found = self._own.encode(list(texts), convert_to_numpy=True, show_progress_bar=False)
        return unit(np.asarray(found, dtype=np.float32))


class Compared(Frozen):
    """What is compared: articles of this seed, or Cranfield at a path, in a scratch folder."""

    seed: int
    work: Path
    articles: int = 40
    cranfield: Path | None = None


def vectors(given: Compared) -> Vectors:
    """Compare vectors over words, sentences, passages, questions and several scripts."""
    corpus = Corpus(given.seed)
    made = [corpus.article(number).text for number in range(given.articles)]
    texts = [
        *SAMPLES,
        *(text[:_CUT] for text in made),
        *(text[_CUT : _CUT + 60 + 7 * n] for n, text in enumerate(made)),
        *corpus.questions(given.articles, given.articles),
    ]
    mixed = [text for text in texts if text.strip()]
    cosine = (Embedding().encode(mixed) * Reference().encode(mixed)).sum(axis=1)
    return Vectors(texts=len(mixed), least_cosine=round(float(cosine.min()), 6))


def cranfield(given: Compared) -> Cranfield:
    """Index Cranfield twice, and return nDCG@10 of vectors alone and fused, for both."""
    from eval import metrics
    from eval.bench import write_articles
    from eval.formats import read_beir

    if given.cranfield is None:
        raise ValueError("no path of Cranfield is given")
    benchmark = read_beir(given.cranfield)
    articles = write_articles(benchmark.articles, given.work / "articles")
    found: dict[str, dict[str, float]] = {}
    for name, model in (("product", Embedding()), ("reference", Reference())):
        pipeline = build(settings(given.work / name))
        pipeline.store.embedding = model
        pipeline.store.ingest([articles])
        gains: dict[str, list[float]] = {"vectors": [], "fused": []}
        for query in benchmark.queries:
            for halves in ("vectors", "fused"):
                passages = pipeline.search(query.text, k=100, halves=halves)
                ranking = metrics.distinct(passage.article_id for passage in passages)
                score = metrics.ndcg_at(ranking, query.gains, 10)
                if not isinstance(score, metrics.Undefined):
                    gains[halves].append(score)
        found[name] = {way: float(np.mean(values)) for way, values in gains.items()}
        pipeline.close()
    return Cranfield(queries=len(benchmark.queries), **found)
