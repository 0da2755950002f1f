"""Runs gold questions against a source of answers and judges what comes back."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from eval.catalog import judge
from eval.errors import BadOption
from eval.gold import GoldQuestion
from eval.metrics import Supports
from eval.results import Case, Outcome, Result
from eval.sources import Source
from qa.errors import FolderNotFound
from qa.settings import Settings

if TYPE_CHECKING:
    from qa.ingest import IngestReport, Progress
    from qa.pipeline import Pipeline

Each = Callable[[Result], None]
"""Handed every result as soon as it is there."""


def run(
    questions: Sequence[GoldQuestion],
    source: Source,
    *,
    each: Each = lambda _: None,
    concurrency: int = 1,
) -> tuple[Result, ...]:
    """Ask every question and judge each reply, in the order of the questions."""
    results: list[Result] = []
    with ThreadPoolExecutor(max_workers=concurrency) as pool:
        outcomes = pool.map(lambda gold: source.ask(gold.question, gold.history), questions)
        for gold, outcome in zip(questions, outcomes, strict=True):
            results.append(judged(gold, outcome, source))
            each(results[-1])
    return tuple(results)


def judged(gold: GoldQuestion, outcome: Outcome, source: Source) -> Result:
    """Judge one outcome against its gold question and the articles it quotes."""
    files = set(gold.files)
    if outcome.answer:
        files.update(citation.file for citation in outcome.answer.citations)
        files.update(passage.file for passage in outcome.answer.passages)
    found = {file: source.text(file) for file in sorted(files)}
    texts = {file: text for file, text in found.items() if text is not None}
    return rejudged(gold, outcome, texts, source.supports)


def rejudged(
    gold: GoldQuestion,
    outcome: Outcome,
    texts: Mapping[str, str],
    supports: Supports | None = None,
) -> Result:
    """Judge an outcome when the texts of the articles are at hand."""
    case = Case(gold, outcome, texts, supports)
    scores, unscored = judge(case)
    return Result(gold=gold, outcome=outcome, seen=case.seen(), scores=scores, unscored=unscored)


def settings_with(overrides: Mapping[str, str], data_dir: Path | None = None) -> Settings:
    """Return the settings with some values replaced; BadOption names the one that is wrong."""
    values: dict[str, Any] = dict(overrides)
    if data_dir is not None:
        values["data_dir"] = data_dir
    try:
        return Settings(**values)
    except ValidationError as error:
        details = "; ".join(f"{'.'.join(map(str, d['loc']))}: {d['msg']}" for d in error.errors())
        known = ", ".join(Settings.model_fields)
        raise BadOption(f"The settings do not hold: {details}.", f"Settings: {known}.") from error


@contextmanager
def scratch_pipeline(
    articles: Path,
    overrides: Mapping[str, str],
    *,
    work: Path | None = None,
    progress: "Callable[[Progress], None]" = lambda _: None,
) -> Iterator[tuple["Pipeline", "IngestReport"]]:
    """Index a folder of articles apart from the user's own index, and give a pipeline over it.

    The index lies in `work`, where it is kept, or in a temporary directory that is removed.
    """
    from qa.pipeline import build

    if not articles.exists():
        raise FolderNotFound(f"{articles} does not exist.", "Name a folder with --articles.")
    with tempfile.TemporaryDirectory(prefix="footnote-eval-") as temporary:
        settings = settings_with(overrides, work or Path(temporary))
        pipeline = build(settings, writer=True)
        try:
            report = pipeline.store.ingest([articles], progress=progress)
            yield pipeline, report
        finally:
            pipeline.close()


@contextmanager
def existing_pipeline(data_dir: Path, overrides: Mapping[str, str]) -> Iterator["Pipeline"]:
    """Give a pipeline over an index that is already there; nothing in it is changed."""
    from qa.pipeline import build

    if not (data_dir / "library.db").exists():
        raise FolderNotFound(
            f"{data_dir} holds no index.", "Make one with `qa ingest`, or leave --data-dir out."
        )
    pipeline = build(settings_with(overrides, data_dir))
    try:
        yield pipeline
    finally:
        pipeline.close()
