"""What the product has promised of its speed, and what a run says of it. Ratios, mostly."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from eval.speed.figures import Run, Size, Starts


@dataclass(frozen=True)
class Target:
    """One promise: a figure, and what it must be at least or at most. No limit: only shown."""

    name: str
    value: float
    bound: Literal["at least", "at most"] = "at most"
    limit: float | None = None

    @property
    def held(self) -> bool | None:
        """Whether the promise is kept; None where there is no limit."""
        if self.limit is None:
            return None
        return self.value >= self.limit if self.bound == "at least" else self.value <= self.limit


def targets(run: Run) -> list[Target]:
    """Return every target that this run has measured something for."""
    return [*_ingest(run), *_vectors(run), *_retrieval(run), *_growth(run.sizes), *_service(run)]


def _ingest(run: Run) -> Iterator[Target]:
    if not run.turns:
        return
    at = f"median of {len(run.turns.turns)} turns"
    if plain := run.turns.beside_plain():
        name = f"Ingest / plain LlamaIndex, passages a second, {at}"
        yield Target(name, median(plain), "at least", 2.3)
        name = f"Ingest / plain LlamaIndex, characters a second, {at}"
        yield Target(name, median(run.turns.characters_beside_plain()))
    name = f"Ingest / raw encoder, passages a second, {at}"
    yield Target(name, median(run.turns.beside_encoder()), "at least", 0.85)


def _vectors(run: Run) -> Iterator[Target]:
    if run.vectors:
        name = "Least cosine to sentence-transformers' own vectors"
        yield Target(name, run.vectors.least_cosine, "at least", 0.9999)
    if run.cranfield:
        pairs = [
            abs(value - run.cranfield.reference[way])
            for way, value in run.cranfield.product.items()
        ]
        yield Target("Cranfield, difference of nDCG@10", max(pairs), "at most", 0.002)


def _retrieval(run: Run) -> Iterator[Target]:
    for size in run.sizes:
        stages, at = size.asked.stages, f"at {size.passages:,} passages"
        # Of one process, in which the stages took turns, so that both sides had the same machine.
        alone = max(stages["dense"].p50, stages["terms"].p50)
        ratio = stages["search"].p50 / alone
        yield Target(f"Search / the slower half alone, p50, {at}", ratio, "at most", 1.5)
        ratio = stages["search, by date"].p95 / stages["search"].p95
        yield Target(f"Search with / without a date filter, p95, {at}", ratio, "at most", 2.0)
        if size.raw:
            yield Target(f"Chroma's recall at 10, {at}", size.raw.recall, "at least", 0.98)
        if size.plain:
            ratio = stages["search"].p50 / size.plain.search.p50
            yield Target(f"Search / plain LlamaIndex (dense only), p50, {at}", ratio)


def _growth(sizes: Sequence[Size]) -> Iterator[Target]:
    if len(sizes) < 2:  # noqa: PLR2004 -- growth is from one to another
        return
    first, last = sizes[0], sizes[-1]
    factor = last.passages / first.passages
    figures = {
        "Memory of ingest": (first.ingested.peak_mb, last.ingested.peak_mb),
        "Memory of questions": (first.asked.loaded_mb, last.asked.loaded_mb),
        "Disk": (first.ingested.disk, last.ingested.disk),
        "Search, p50": (
            first.asked.stages["search"].p50, last.asked.stages["search"].p50,
        ),
    }  # fmt: skip
    for name, (low, high) in figures.items():
        exponent = math.log(high / low) / math.log(factor)
        yield Target(f"{name}: exponent of its growth (1 is linear)", exponent, "at most", 1.0)


def _service(run: Run) -> Iterator[Target]:
    if run.starts:
        yield from _starts(run.starts)
    if run.service:
        load = run.service.load
        ratio = load.each_second / run.service.bare_load.each_second
        yield Target(f"Answers a second, {load.askers} askers / a bare FastAPI route", ratio)
        yield Target(f"Errors of {load.askers} askers", load.errors, "at most", 0)
        yield Target("Memory under load, end / middle", load.growth, "at most", 1.05)


def _starts(found: Starts) -> Iterator[Target]:
    yield Target("`qa --help`, seconds", found.help_s, "at most", 0.3)
    alone = found.sentence_transformers_s
    yield Target("`qa ask` without a server / import sentence_transformers", found.ask_s / alone)
    yield Target("`qa serve` until ready / import sentence_transformers", found.readyz_s / alone)
