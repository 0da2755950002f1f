"""The command line of the evaluation: `qa eval …`, or `python -m eval …`.

`main` takes the arguments after `qa eval` and returns the exit status: 0 the gate is open, 1 a
threshold is missed or something got worse, 2 wrong usage.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from qa.errors import QAError, UsageError

FAILED, USAGE = 1, 2
DEFAULT = "run"


app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Run gold questions and say whether answers are right, cited and honest.\n\n"
    "Without a subcommand: `run`.",
)

Sets = Annotated[
    list[Path] | None, typer.Argument(help="Gold sets (JSON Lines); none: the bundled one.")
]
Articles = Annotated[
    Path | None, typer.Option(help="Folder of articles to index for this run; else seeds/.")
]
DataDir = Annotated[
    Path | None, typer.Option(help="Use this index, as it is, instead of a scratch one.")
]
Url = Annotated[str | None, typer.Option(help="Ask a running service instead: http://host:port")]
Out = Annotated[Path, typer.Option(help="Folder for the reports.")]
Set = Annotated[
    list[str] | None, typer.Option("--set", help="Vary a setting: key=value; may be repeated.")
]
Model = Annotated[
    str | None,
    typer.Option(help="Embed with this model: short for --set embedding_model=…"),
]
Llm = Annotated[
    str | None,
    typer.Option(
        help="What answers: auto, embedded, ollama/<tag> or openai/<model>; short for --set llm=…; "
        "else QA_LLM says."
    ),
]
Only = Annotated[str | None, typer.Option(help="Only the questions of this kind or tag.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Only the first so many questions.")]
REPORTS = Path("eval/reports")
Results = Annotated[Path, typer.Argument(help="The results.jsonl of a run.")]


@app.command(DEFAULT)
def command(  # noqa: PLR0913, PLR0917 -- one parameter an option
    sets: Sets = None,
    articles: Articles = None,
    data_dir: DataDir = None,
    url: Url = None,
    out: Out = REPORTS,
    thresholds: Annotated[
        Path | None, typer.Option(help="What the figures must reach (TOML).")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="results.jsonl of an earlier run to be no worse than.")
    ] = None,
    gate: Annotated[bool, typer.Option(help="Hold the figures against thresholds.")] = True,  # noqa: FBT002 -- a flag
    judge: Annotated[
        str | None,
        typer.Option(
            help="Have a language model judge the claims too: ollama/<model>. Never gates."
        ),
    ] = None,
    only: Only = None,
    limit: Limit = None,
    concurrency: Annotated[int, typer.Option(min=1, help="Questions asked at a time.")] = 1,
    model: Model = None,
    llm: Llm = None,
    settings: Set = None,
) -> None:
    """Ask the questions of gold sets, print and write the figures, and gate on them."""
    from eval.command import Options, evaluate

    _one_of({"--articles": articles, "--data-dir": data_dir, "--url": url})
    short = {"embedding_model": model, "llm": llm}
    varied = _pairs(settings or ()) | {key: value for key, value in short.items() if value}
    if url and varied:
        raise UsageError(
            "A service has its own settings.",
            "Leave --set, --model and --llm out, or leave --url out.",
        )
    options = Options(
        sets=tuple(sets or ()),
        articles=articles,
        data_dir=data_dir,
        url=url,
        out=out,
        thresholds=thresholds,
        baseline=baseline,
        gate=gate,
        judge=judge,
        only=only,
        limit=limit,
        concurrency=concurrency,
        settings=varied,
    )
    raise typer.Exit(evaluate(options))


@app.command("sweep")
def sweep(
    varied: Annotated[list[str], typer.Argument(help="key=value,value,… one or more times.")],
    sets: Annotated[
        list[Path] | None, typer.Option("--gold", help="A gold set; may be repeated.")
    ] = None,
    articles: Articles = None,
    out: Out = REPORTS,
    only: Only = None,
    limit: Limit = None,
) -> None:
    """Run the sets once for every value of some settings and print how the figures trade off."""
    from eval.command import Options
    from eval.sweep import sweep

    values = {key: tuple(value.split(",")) for key, value in _pairs(varied).items()}
    options = Options(
        sets=tuple(sets or ()), articles=articles, out=out, only=only, limit=limit, gate=False
    )
    raise typer.Exit(sweep(values, options))


@app.command("bench")
def bench(
    kind: Annotated[Literal["beir", "squad", "clapnq"], typer.Argument(help="The format.")],
    path: Annotated[Path, typer.Argument(help="The benchmark's folder or file.")],
    limit: Limit = None,
    work: Annotated[
        Path, typer.Option(help="Where index and results are kept, to go on from there.")
    ] = Path("eval/reports/bench"),
    settings: Set = None,
) -> None:
    """Run a public benchmark through the product's own index and pipeline."""
    from eval.bench import run_bench

    raise typer.Exit(run_bench(kind, path, limit, work, _pairs(settings or ())))


@app.command("new")
def new(
    transcript: Annotated[
        Path,
        typer.Argument(help="Answers as JSON: `qa ask --json`, results.jsonl, or feedback lines."),
    ],
) -> None:
    """Draft gold questions from answers that were given, for a person to check and accept."""
    from eval.draft import drafts

    for line in drafts(transcript):
        typer.echo(line)


@app.command("thresholds")
def thresholds(
    results: Results = REPORTS / "results.jsonl",
    limits: Annotated[
        Path | None, typer.Option(help="The thresholds file to start from; else the bundled one.")
    ] = None,
    margin: Annotated[
        float, typer.Option(min=0.0, help="How far below the figures, in questions.")
    ] = 1.0,
    write: Annotated[bool, typer.Option(help="Change the file instead of printing it.")] = False,  # noqa: FBT002 -- a flag
) -> None:
    """Move the limits of a thresholds file to what a run has reached."""
    from eval.command import SEEDS_THRESHOLDS
    from eval.derive import derived
    from eval.report import results_of

    path = limits or SEEDS_THRESHOLDS
    text = derived(path, results_of(results), margin)
    if write:
        path.write_text(text, encoding="utf-8")
    else:
        typer.echo(text, nl=False)


@app.command("table")
def table(results: Results = REPORTS / "results.jsonl") -> None:
    """Print the main figures of a run as a Markdown table."""
    from eval.markdown import short_table
    from eval.report import Report, results_of

    typer.echo(short_table(Report("", results_of(results))), nl=False)


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of a gold question."""
    from eval.gold import schema_text

    typer.echo(schema_text(), nl=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; a `QAError` becomes a message with its remedy."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    named = {entry.name for entry in app.registered_commands}
    if not given or given[0] not in {*named, "--help"}:
        given = [DEFAULT, *given]
    try:
        app(args=given, prog_name="qa eval")
    except QAError as error:
        typer.echo(f"{error.title}: {error.detail}\n{error.remedy}", err=True)
        return USAGE if isinstance(error, UsageError) else FAILED
    except SystemExit as done:
        # Whoever read our output has gone. What a run found is never taken for good thereby.
        if isinstance(done.__context__, BrokenPipeError) and given[0] != DEFAULT:
            return 0
        return done.code if isinstance(done.code, int) else FAILED
    return 0


def _pairs(settings: Sequence[str]) -> dict[str, str]:
    """Split key=value settings."""
    pairs = [setting.partition("=") for setting in settings]
    for key, equals, value in pairs:
        if not (key and equals and value):
            raise UsageError(f"{key!r} is not a setting.", "Write it as key=value.")
    return {key: value for key, _, value in pairs}


def _one_of(given: dict[str, object]) -> None:
    named = [name for name, value in given.items() if value is not None]
    if len(named) > 1:
        raise UsageError(f"{' and '.join(named)} exclude one another.", "Give one of them.")
