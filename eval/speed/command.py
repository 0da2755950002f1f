"""What `qa bench` does, from options to reports."""

import os
import platform
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from eval.speed import service, starts
from eval.speed.child import measured
from eval.speed.corpus import Corpus
from eval.speed.figures import (
    Asked,
    Cranfield,
    Ingested,
    Machine,
    Plain,
    Raw,
    Run,
    Section,
    Service,
    Size,
    Starts,
    Turns,
    Vectors,
)
from eval.speed.memory import total
from eval.speed.product import Place
from eval.speed.reference import Compared
from eval.speed.turns import Taken
from qa.errors import QAError
from qa.inference import cores, cpu_name

Found = TypeVar("Found", bound=BaseModel)
_PACKAGES = (
    *("chromadb", "tantivy", "openvino", "onnxruntime", "torch", "sentence-transformers"),
    *("llama-index-core", "fastapi"),
)


@dataclass(frozen=True)
class Options:
    """What the command line says; see the help of `qa bench` for each."""

    sizes: Sequence[int] = (1_000, 10_000, 100_000)
    embed_up_to: int = 10_000
    part: int = 500
    turns: int = 5
    questions: int = 200
    asks: int = 40
    askers: int = 50
    seconds: float = 60.0
    repeats: int = 3
    seed: int = 1
    skip: Sequence[Section] = ()
    cranfield: Path | None = None
    work: Path | None = None
    command: str = "qa bench"
    at_once: int = 1
    """Measurements that run at the same time: more than one spoils the times, and saves some."""
    tell: Callable[[str], None] = field(default=lambda _: None)

    @property
    def all_sizes(self) -> Sequence[int]:
        """The sizes in order; at least one is embedded by the model, if only a part."""
        chosen = sorted(set(self.sizes))
        if not chosen or chosen[0] <= self.embed_up_to:
            return chosen
        return [self.part, *chosen]


@dataclass(frozen=True)
class _Parts:
    """The measurements of one size, while they run."""

    place: Place
    ingested: "Future[Ingested]"
    plain: "Future[Plain] | None"
    asked: "Future[Asked]"
    raw: "Future[Raw]"

    def size(self, wanted: int, outcome: "Outcome") -> Size | None:
        """Wait for all of them; None where there is too little to show."""
        ingested, asked = outcome.of(self.ingested), outcome.of(self.asked)
        raw, plain = outcome.of(self.raw), outcome.of(self.plain)
        if ingested is None or asked is None:
            return None
        return Size(wanted=wanted, ingested=ingested, asked=asked, raw=raw, plain=plain)


@dataclass
class Outcome:
    """Collects results. What broke off costs itself, not what took hours to measure before it."""

    failed: list[str] = field(default_factory=list)

    def of(self, measurement: "Future[Any] | None") -> Any:
        """Wait for a measurement and return it; None where there is none, or where it broke off."""
        try:
            return None if measurement is None else measurement.result()
        except QAError as error:
            if error.detail not in self.failed:
                self.failed.append(error.detail)
            return None


def run(options: Options) -> Run:
    """Measure everything, one after the other, and return the figures.

    What breaks off is missing in them, and said.
    """
    machine = _machine()
    now = datetime.now(UTC)
    with _folder(options.work) as work, _pool(options.at_once) as pool:
        # Before anything is measured: writing takes time of the machine, too.
        places = {size: _written(options, work, size) for size in options.all_sizes}
        parts = {size: _size(options, pool, place) for size, place in places.items()}
        # The service is measured over the largest index that the model's own vectors are in.
        served = [part for part in parts.values() if part.place.own_vectors][-1:]
        over = [pool.submit(_service, options, part) for part in served]
        compared = Compared(
            seed=options.seed, work=work, cranfield=options.cranfield,
            articles=min(40, max(2, options.part // 10)),
        )  # fmt: skip
        turns = vectors = cranfield = None
        if "turns" not in options.skip and options.turns:
            taken = Taken(
                work=work, seed=options.seed, count=options.turns, passages=options.part,
                plain="plain" not in options.skip,
            )  # fmt: skip
            turns = _later(pool, options, "turns:measure", taken, Turns)
        if "vectors" not in options.skip:
            vectors = _later(pool, options, "reference:vectors", compared, Vectors)
        if options.cranfield is not None:
            cranfield = _later(pool, options, "reference:cranfield", compared, Cranfield)
        outcome = Outcome()
        began, under_load = (outcome.of(over[0]) if over else None) or (None, None)
        sizes = [part.size(wanted, outcome) for wanted, part in parts.items()]
        return Run(
            command=options.command,
            date=f"{now:%Y-%m-%d}",
            seed=options.seed,
            machine=machine,
            sizes=[size for size in sizes if size is not None],
            turns=outcome.of(turns),
            service=under_load,
            starts=began,
            vectors=outcome.of(vectors),
            cranfield=outcome.of(cranfield),
            failed=outcome.failed,
        )


def added(run: Run, before: Run) -> Run:
    """Return the run with the sizes and parts of an earlier one that it leaves out."""
    sizes = {size.wanted: size for size in (*before.sizes, *run.sizes)}
    missing = ("turns", "service", "starts", "vectors", "cranfield")
    kept = {name: getattr(before, name) for name in missing if getattr(run, name) is None}
    return run.model_copy(
        update={
            **kept,
            "sizes": [sizes[wanted] for wanted in sorted(sizes)],
            "command": f"{before.command}; {run.command}",
        }
    )


def _written(options: Options, work: Path, size: int) -> Place:
    """Write the articles of a size."""
    options.tell(f"{size:,} passages: writing articles")
    folder = work / str(size)
    return Place(
        articles=folder / "articles",
        data=folder / "data",
        own_vectors=size <= options.embed_up_to,
        seed=options.seed,
        count=Corpus(options.seed).write(folder / "articles", size),
        part=min(size, options.part),
        questions=options.questions,
        asks=options.asks,
    )


def _size(options: Options, pool: ThreadPoolExecutor, place: Place) -> _Parts:
    ingested = _later(pool, options, "product:ingest", place, Ingested)
    plain = None
    if "plain" not in options.skip:
        plain = _later(pool, options, "plain:measure", place, Plain)
    return _Parts(
        place, ingested, plain,
        _later(pool, options, "product:ask", place, Asked, ingested),
        _later(pool, options, "raw:ask", place, Raw, ingested),
    )  # fmt: skip


def _later(
    pool: ThreadPoolExecutor,
    options: Options,
    job: str,
    given: BaseModel,
    found: type[Found],
    after: "Future[Ingested] | None" = None,
) -> "Future[Found]":
    """Measure when it is this job's turn, and what it needs is there."""

    def work() -> Found:
        if after is not None:
            after.result()
        options.tell(f"{job} {given.data.parent.name if isinstance(given, Place) else ''}")
        return measured(job, given, found)

    return pool.submit(work)


def _service(options: Options, parts: _Parts) -> tuple[Starts | None, Service | None]:
    """Measure what needs the data directory for itself."""
    passages = parts.ingested.result().rate.passages
    began = under_load = None
    if "starts" not in options.skip:
        options.tell("starts")
        began = starts.measure(parts.place, options.repeats)
    if "service" not in options.skip:
        options.tell(f"{options.askers} askers for {options.seconds:g} s")
        under_load = service.under_load(parts.place, passages, options.askers, options.seconds)
    return began, under_load


def _machine() -> Machine:
    return Machine(
        processor=_processor(),
        cores=cores(),
        memory_gb=round(total() / 1000, 1),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        packages={name: metadata.version(name) for name in _PACKAGES},
        load_before=round(os.getloadavg()[0], 2),
    )


def _processor() -> str:
    """Return the processor's name, without the list of what it can do."""
    name, _, _ = cpu_name().partition(" fpu ")
    return name.strip()


@contextmanager
def _pool(workers: int) -> Iterator[ThreadPoolExecutor]:
    """Run jobs in turn; once Ctrl-C was pressed, begin no other."""
    with ThreadPoolExecutor(workers) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="footnote-bench-", dir=given) as folder:
        yield Path(folder)
