"""Ingest, the raw encoder and plain LlamaIndex in turns: what slows the machine slows all three.

Each turn takes articles of its own, and all three take the same. One process does it all, after
each has loaded its model; each fills an index of its own, which grows.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from eval.speed.corpus import Corpus, Made
from eval.speed.figures import Rate, Turn, Turns
from eval.speed.product import settings, warm
from qa.ingest import embedded
from qa.pipeline import Pipeline, build
from qa.types import Frozen

if TYPE_CHECKING:
    from eval.speed.plain import Plainly


class Taken(Frozen):
    """How many turns, over about how many passages each, and whether LlamaIndex has its own."""

    work: Path
    seed: int
    count: int
    passages: int
    plain: bool = True


def measure(given: Taken) -> Turns:
    """Take the turns."""
    other = None
    if given.plain:
        from eval.speed.plain import Plainly

        other = Plainly(given.work / "turns-plain")
    pipeline = build(settings(given.work / "turns-data"))
    try:
        warm(pipeline)
        return Turns(turns=[_turn(given, n, pipeline, other) for n in range(given.count)])
    finally:
        pipeline.close()


def _turn(given: Taken, number: int, pipeline: Pipeline, other: "Plainly | None") -> Turn:
    corpus = Corpus(given.seed)
    count = sum(1 for _ in corpus.articles(given.passages))
    made = [corpus.article(number * count + n) for n in range(count)]
    paths = _written(made, given.work / f"turn-{number}")
    before = pipeline.library.counts()[1]
    began = time.perf_counter()
    pipeline.store.ingest([given.work / f"turn-{number}"])
    seconds = time.perf_counter() - began
    characters = sum(path.stat().st_size for path in paths)
    passages = pipeline.library.counts()[1] - before
    return Turn(
        product=Rate(passages=passages, seconds=seconds, characters=characters),
        encoder=_encoder(pipeline, {path.name for path in paths}),
        plain=other.ingest(paths) if other else None,
    )


def _written(made: Sequence[Made], folder: Path) -> list[Path]:
    paths = [folder / one.path for one in made]
    for one, path in zip(made, paths, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(one.text, encoding="utf-8")
    return paths


def _encoder(pipeline: Pipeline, names: set[str]) -> Rate:
    """Embed the passages of these files once more, all at once."""
    splitter = pipeline.store._splitter()  # noqa: SLF001 -- cut as ingest does
    texts = [
        embedded(passage)
        for article in pipeline.library.live() if Path(article.id).name in names
        for passage in splitter.split(article, article.sha256)
    ]  # fmt: skip
    began = time.perf_counter()
    pipeline.store.embedding.encode(texts)
    return Rate(passages=len(texts), seconds=time.perf_counter() - began)
