"""What the product takes: ingest and questions, each measured in a process of its own."""

import datetime as dt
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from eval.speed.corpus import Corpus
from eval.speed.figures import Asked, Ingested, Rate, Times
from eval.speed.memory import on_disk, peak, resident
from eval.speed.standin import StandIn
from qa.articles import parse
from qa.embedding import Embedding
from qa.ingest import embedded
from qa.pipeline import Pipeline, build
from qa.settings import Settings
from qa.types import Article, Filters, Frozen, Passage

K = 20
WARM = 5
DATES = Filters(date_from=dt.date(2018, 1, 1), date_to=dt.date(2019, 12, 31))
"""A fifth of the ten years over which articles are spread."""
_AGAIN = "search, asked again"
_STAGES = ("embed", "vectors", "dense", "terms", "search", _AGAIN, "search, by date")


class Place(Frozen):
    """One size's articles and index, and how it is filled and asked."""

    articles: Path
    data: Path
    own_vectors: bool
    seed: int
    count: int
    """Articles."""
    part: int
    """Passages of a measurement that does not go over everything."""
    questions: int
    asks: int


def ingest(given: Place) -> Ingested:
    """Ingest the articles, again without a change, and run the raw encoder over some passages."""
    with _pipeline(given, asking=False) as pipeline:
        warm(pipeline)
        before = resident()
        began = time.perf_counter()
        report = pipeline.store.ingest([given.articles])
        seconds = time.perf_counter() - began
        highest = peak()
        began = time.perf_counter()
        pipeline.store.ingest([given.articles])
        resync = time.perf_counter() - began
        passages = pipeline.library.counts()[1]
        return Ingested(
            own_vectors=given.own_vectors,
            articles=report.added,
            rate=Rate(passages=passages, seconds=seconds, characters=_characters(given.articles)),
            encoder=_encoder(pipeline, given.part) if given.own_vectors else None,
            resync_s=round(resync, 3),
            before_mb=before,
            peak_mb=highest,
            disk_mb={
                name: round(sum(map(on_disk, given.data.glob(f"{name}*"))), 3)
                for name in ("library", "chroma", "lexical")
            },
            runtime=pipeline.store.embedding.runtime,
        )


def ask(given: Place) -> Asked:
    """Ask questions, each new, and measure the stages of retrieval and of whole answers.

    The stages take turns, so that what else happens on the machine happens to all.
    """
    corpus = Corpus(given.seed)
    warm = min(WARM, given.asks)
    wanted = warm + (len(_STAGES) - 1) * given.questions + given.asks
    asked = iter(corpus.questions(given.count, wanted))
    with _pipeline(given, asking=True) as pipeline:
        for _ in range(warm):
            pipeline.answer(next(asked))
        loaded = resident()
        stages: dict[str, list[float]] = {name: [] for name in _STAGES}
        question = ""
        for _ in range(given.questions):
            for name in _STAGES:
                question = question if name == _AGAIN else next(asked)
                stages[name].append(_stage(pipeline, name, question))
        answers: dict[str, list[float]] = {}
        statuses: dict[str, int] = {}
        for question in asked:
            answer = pipeline.answer(question)
            statuses[answer.status] = statuses.get(answer.status, 0) + 1
            for name, ms in answer.timings.items():
                answers.setdefault(name.removesuffix("_ms"), []).append(ms / 1000)
        return Asked(
            stages={name: Times.of(seconds) for name, seconds in stages.items()},
            answers={name: Times.of(seconds) for name, seconds in answers.items()},
            statuses=statuses,
            loaded_mb=loaded,
            peak_mb=peak(),
        )


def _stage(pipeline: Pipeline, name: str, question: str) -> float:
    """Run one stage and return its seconds; what it needs is made before."""
    if name in {"vectors", "terms"}:
        vector = pipeline.store.embedding.encode([question])[0]
        with pipeline.store.searching() as index:
            began = time.perf_counter()
            _ = index.dense(vector, K) if name == "vectors" else index.terms(question, K)
            return time.perf_counter() - began
    began = time.perf_counter()
    if name in {"embed", "dense"}:
        vector = pipeline.store.embedding.encode([question])[0]
        if name == "dense":
            with pipeline.store.searching() as index:
                index.dense(vector, K)
    else:
        pipeline.search(question, K, DATES if name == "search, by date" else Filters())
    return time.perf_counter() - began


def warm(pipeline: Pipeline) -> None:
    """Import and open what an ingest needs: how long that takes is measured as a start."""
    pipeline.store.embedding.load()
    pipeline.store.index_counts()
    made = Corpus().article(0)
    pipeline.store._splitter().split(parse(made.path, made.text.encode()), "")  # noqa: SLF001 -- cut as ingest does


def _encoder(pipeline: Pipeline, most: int) -> Rate:
    """Encode passages as ingest does, but all at once: as fast as this runtime can."""
    texts = [embedded(passage) for passage in some_passages(pipeline, most)]
    began = time.perf_counter()
    pipeline.store.embedding.encode(texts)
    return Rate(passages=len(texts), seconds=time.perf_counter() - began)


def some_passages(pipeline: Pipeline, most: int) -> list[Passage]:
    """Return the passages of the first articles."""
    splitter = pipeline.store._splitter()  # noqa: SLF001 -- cut as ingest does
    found: list[Passage] = []
    articles: Iterator[Article] = pipeline.library.live()
    while len(found) < most and (article := next(articles, None)):
        found += splitter.split(article, article.sha256)
    return found[:most]


@contextmanager
def _pipeline(place: Place, *, asking: bool) -> Iterator[Pipeline]:
    pipeline = build(settings(place.data))
    if not place.own_vectors:
        pipeline.store.embedding = StandIn(asking=asking)
    try:
        yield pipeline
    finally:
        pipeline.close()


def settings(data: Path) -> Settings:
    """Return the settings that everything is measured with: the default ones, without an LLM."""
    return Settings(data_dir=data, llm="embedded")


def embedding(place: Place) -> Embedding:
    """Return what embeds a question at this place, in the time that the model takes."""
    return Embedding() if place.own_vectors else StandIn(asking=True)


def _characters(folder: Path) -> int:
    return sum(path.stat().st_size for path in files(folder))


def files(folder: Path) -> Sequence[Path]:
    """Return the articles' files, in order."""
    return sorted(folder.rglob("*.txt"))
