"""What `qa eval` does, from options to exit status, below the parsing of the command line."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from eval.baseline import compare, read_baseline
from eval.errors import BadOption
from eval.feedback import read_sets
from eval.gate import ANSWERED, Thresholds, check, read_thresholds
from eval.gold import GoldQuestion
from eval.judge import Judge, Judgement, judge_named, judged, statements, write_opinions
from eval.report import Report, read_results, write_reports, write_results
from eval.results import Result
from eval.run import existing_pipeline, run, scratch_pipeline, settings_with
from eval.sources import PipelineSource, ServiceSource, Source
from eval.table import Terminal, print_report

if TYPE_CHECKING:
    from qa.ingest import IngestReport
    from qa.ingest import Progress as Ingesting
    from qa.pipeline import Pipeline

HERE = Path(__file__).parent
SEEDS_SET = HERE / "gold" / "seeds.jsonl"
SEEDS_THRESHOLDS = HERE / "thresholds.toml"
REPORTS = Path("eval/reports")
PASSED, FAILED = 0, 1


@dataclass(frozen=True)
class Options:
    """What the command line says; see the help of `qa eval` for each."""

    sets: tuple[Path, ...] = ()
    articles: Path | None = None
    data_dir: Path | None = None
    url: str | None = None
    out: Path = REPORTS
    thresholds: Path | None = None
    baseline: Path | None = None
    gate: bool = True
    judge: str | None = None
    only: str | None = None
    limit: int | None = None
    concurrency: int = 1
    settings: Mapping[str, str] = field(default_factory=dict)


def evaluate(options: Options) -> int:
    """Run the gold sets, print and write the reports; 1 when the gate is closed, else 0."""
    questions = chosen(options)
    thresholds = held_to(options)
    before = read_baseline(options.baseline) if options.baseline else None
    judge = judge_named(options.judge, _ollama_url()) if options.judge else None
    with source_of(options) as (source, notes):
        results = ask_all(questions, source, options)
    report = Report(
        title=f"{title_of(options)}: {len(results)} questions",
        results=results,
        verdicts=check(results, thresholds) if thresholds else (),
        comparison=compare(before, results) if before is not None else None,
        notes=(
            *notes,
            *answered_by(results),
            *ungated(options, thresholds),
        ),
        judgement=ask_judge(judge, results) if judge else None,
    )
    return conclude(report, options.out)


def answered_by(results: Sequence[Result]) -> list[str]:
    """Say which models answered, and how often: with QA_LLM=auto the machine decides."""
    answers = [result.outcome.answer for result in results if result.outcome.answer is not None]
    counts = Counter(answer.model for answer in answers)
    told = ", ".join(f"{model} ({count})" for model, count in counts.most_common())
    return [f"Answered by {told}."] if told else []


def announce(pipeline: "Pipeline") -> None:
    """Say before the first question what will answer, and why, where a user may want another."""
    choice = pipeline.chooser.choose()
    said = Text(f"{choice.name} answers. {choice.why}")
    Console(stderr=True, highlight=False).print(said)


def _ollama_url() -> str | None:
    return settings_with({}).ollama_url


def ask_judge(judge: Judge, results: Sequence[Result]) -> Judgement:
    """Have the claims judged behind a progress bar."""
    with _bar() as bar:
        task = bar.add_task("judging", total=len(statements(results)))
        return judged(results, judge, each=lambda: bar.advance(task))


def conclude(report: Report, out: Path) -> int:
    """Print and write the reports, and turn the gate into an exit status."""
    write_reports(report, out)
    if report.judgement:
        write_opinions(report.judgement, out)
    print_report(report, Terminal(highlight=False))
    names = "report.html, report.md, results.jsonl, junit.xml"
    Console(stderr=True, highlight=False).print(Text(f"Reports in {out}: {names}"))
    return FAILED if report.failures else PASSED


def chosen(options: Options) -> tuple[GoldQuestion, ...]:
    """Read the gold sets and keep the questions that are asked for."""
    questions = read_sets(options.sets or (SEEDS_SET,))
    if options.only:
        questions = tuple(gold for gold in questions if options.only in gold.scopes)
        if not questions:
            raise BadOption(
                f"No question has the kind or tag {options.only!r}.", "See the gold set for them."
            )
    return questions[: options.limit]


def held_to(options: Options) -> Thresholds | None:
    """Return what the figures are held to; None when only a baseline is, or nothing."""
    limits = thresholds_of(options)
    if limits:
        return read_thresholds(limits)
    return ANSWERED if options.gate and not options.baseline else None


def ungated(options: Options, thresholds: Thresholds | None) -> list[str]:
    """Say where an open gate means little."""
    if thresholds is ANSWERED:
        return ["No thresholds: all that was gated is that no question failed outright."]
    return [] if thresholds or options.baseline else ["No thresholds: nothing was gated."]


def thresholds_of(options: Options) -> Path | None:
    """Find the thresholds: those named, else the set's own when the whole set is run.

    A set's own lie beside it under its name (`gold.toml` for `gold.jsonl`).
    """
    if options.thresholds or not options.gate:
        return options.thresholds if options.gate else None
    alone = sole_set(options)
    if alone is None or options.only or options.limit or options.articles:
        return None
    if alone.resolve() == SEEDS_SET.resolve():
        return SEEDS_THRESHOLDS
    own = alone.with_suffix(".toml")
    return own if own.is_file() else None


def articles_of(options: Options) -> Path:
    """Find the articles: those named, else the folder with the set's name, else the seeds."""
    alone = sole_set(options)
    own = alone.with_suffix("") if alone else None
    return options.articles or (own if own and own.is_dir() else seeds_folder())


def sole_set(options: Options) -> Path | None:
    """Return the gold set that is run, None when there are several."""
    sets = options.sets or (SEEDS_SET,)
    return sets[0] if len(sets) == 1 else None


def title_of(options: Options) -> str:
    """Say in a line what is run."""
    sets = ", ".join(path.name for path in options.sets or (SEEDS_SET,))
    over = options.url or options.data_dir or articles_of(options).name
    varied = "".join(f", {key}={value}" for key, value in options.settings.items())
    return f"{sets} over {over}{varied}"


@contextmanager
def source_of(options: Options) -> Iterator[tuple[Source, list[str]]]:
    """Give what is to be evaluated, and notes about it for the report."""
    if options.url:
        service = ServiceSource(options.url)
        service.ready()
        yield service, []
    elif options.data_dir:
        with existing_pipeline(options.data_dir, options.settings) as pipeline:
            announce(pipeline)
            yield PipelineSource(pipeline), []
    else:
        with (
            indexing() as show,
            scratch_pipeline(articles_of(options), options.settings, progress=show) as (
                pipeline,
                report,
            ),
        ):
            announce(pipeline)
            yield PipelineSource(pipeline), left_out(report)


def left_out(report: "IngestReport") -> list[str]:
    """Name the files that could not be indexed."""
    return [f"Not indexed: {e.file}: {e.problem.detail}" for e in report.errors]


def seeds_folder() -> Path:
    """Find the bundled articles: in the working directory, else beside the packages."""
    here = Path("seeds")
    return here if here.is_dir() else HERE.parent / "seeds"


def ask_all(
    questions: Sequence[GoldQuestion], source: Source, options: Options
) -> tuple[Result, ...]:
    """Run the questions behind a progress bar."""
    with _bar() as bar:
        task = bar.add_task("asking", total=len(questions))
        return run(
            questions,
            source,
            each=lambda _: bar.advance(task),
            concurrency=options.concurrency,
        )


def ask_all_resumed(
    questions: Sequence[GoldQuestion], source: Source, record: Path
) -> tuple[Result, ...]:
    """Run the questions that `record` has no reply to, noting each result there at once."""
    noted = [result for result in read_results(record) if result.verdict != "failed"]
    known = {result.gold: result for result in noted if result.gold in set(questions)}
    write_results(tuple(known.values()), record)
    missing = [gold for gold in questions if gold not in known]
    with record.open("a", encoding="utf-8") as file, _bar() as bar:
        task = bar.add_task("asking", total=len(questions), completed=len(known))

        def note(result: Result) -> None:
            file.write(result.model_dump_json() + "\n")
            file.flush()
            bar.advance(task)

        known |= {result.gold: result for result in run(missing, source, each=note)}
    return tuple(known[gold] for gold in questions)


@contextmanager
def indexing() -> "Iterator[Callable[[Ingesting], None]]":
    """Show an ingest on the terminal until it is done."""
    with _bar() as bar:
        task = bar.add_task("indexing", total=None)

        def show(progress: "Ingesting") -> None:
            bar.update(task, completed=progress.done, total=progress.total)
            if progress.phase == "done":
                bar.stop()

        yield show


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
