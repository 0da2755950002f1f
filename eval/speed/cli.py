"""The command line of the benchmark: `qa bench …`."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, get_args

import typer

from eval.errors import BenchFailed
from eval.speed.figures import Section
from qa.errors import QAError, UsageError

FAILED, USAGE = 1, 2
OUT = Path("eval/reports/speed")
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def bench(  # noqa: PLR0913, PLR0917 -- one parameter an option
    sizes: Annotated[
        str, typer.Option(help="Passages of each index, with commas, as 500, 10k or 1M; or none.")
    ] = "1k,10k,100k",
    embed_up_to: Annotated[
        str, typer.Option(help="Larger sizes get stand-in vectors instead of the model's.")
    ] = "10k",
    part: Annotated[
        int, typer.Option(min=10, help="Passages for the raw encoder and for plain LlamaIndex.")
    ] = 500,
    turns: Annotated[
        int, typer.Option(min=0, help="Turns of ingest, raw encoder and plain LlamaIndex.")
    ] = 5,
    questions: Annotated[int, typer.Option(min=1, help="Questions of each search stage.")] = 200,
    asks: Annotated[int, typer.Option(min=1, help="Questions that are answered.")] = 40,
    askers: Annotated[int, typer.Option(min=1, help="Askers at the same time.")] = 50,
    seconds: Annotated[float, typer.Option(min=0.1, help="How long they ask.")] = 60.0,
    repeats: Annotated[int, typer.Option(min=1, help="Starts of each kind.")] = 3,
    seed: Annotated[int, typer.Option(min=0, help="Of the articles.")] = 1,
    skip: Annotated[
        str, typer.Option(help="What to leave out: plain, turns, service, starts, vectors.")
    ] = "",
    cranfield: Annotated[
        Path | None, typer.Option(help="Cranfield in BEIR's layout: compare rankings, too.")
    ] = None,
    work: Annotated[Path | None, typer.Option(help="Where there is room for the indexes.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for speed.json, speed.md and the plots.")] = OUT,
    add: Annotated[  # noqa: FBT002 -- a flag
        bool, typer.Option("--add", help="Keep what speed.json in that folder has beyond this run.")
    ] = False,
    document: Annotated[
        Path | None, typer.Option(help="Write the Markdown here as well: docs/performance.md")
    ] = None,
) -> None:
    """Measure ingest, questions, memory, disk and starts, each beside its limit.

    A quiet machine is needed: what else runs is measured with it.
    """
    from eval.speed import report
    from eval.speed.command import Options, added, run

    given = Options(
        sizes=[number(size) for size in sizes.split(",") if size.strip() not in {"", "none"}],
        embed_up_to=number(embed_up_to),
        part=part, turns=turns, questions=questions, asks=asks, askers=askers, seconds=seconds,
        repeats=repeats, seed=seed, skip=sections(skip), cranfield=cranfield, work=work,
        command=shlex.join(["qa", "bench", *_ARGUMENTS]),
        tell=lambda line: typer.echo(line, err=True),
    )  # fmt: skip
    found = run(given)
    if add and (out / "speed.json").exists():
        found = added(found, report.read(out))
    report.write(found, out)
    if document is not None:
        report.document(found, document)
    typer.echo(report.markdown(found), nl=False)
    if found.failed:
        raise BenchFailed("\n".join(found.failed), "Everything else was measured and written.")


_ARGUMENTS: list[str] = []
"""What the command was called with, for the report."""


def number(text: str) -> int:
    """Read 1000, 1k or 1M; UsageError for anything else."""
    factor = {"k": 1_000, "m": 1_000_000}.get(text.strip()[-1:].lower(), 1)
    digits = text.strip()[: None if factor == 1 else -1]
    if not digits.isdecimal() or not int(digits):
        raise UsageError(f"{text!r} is not a number of passages.", "Write it as 1000, 1k or 1M.")
    return int(digits) * factor


def sections(text: str) -> list[Section]:
    """Read the names of what is left out; UsageError for one that does not exist."""
    known: dict[str, Section] = {name: name for name in get_args(Section)}
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise UsageError(f"There is no part {name!r}.", f"There are: {', '.join(known)}.")
    return [known[name] for name in names]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; a `QAError` becomes a message with its remedy."""
    _ARGUMENTS[:] = sys.argv[1:] if arguments is None else list(arguments)
    try:
        app(args=list(_ARGUMENTS), prog_name="qa bench")
    except QAError as error:
        typer.echo(f"{error.title}: {error.detail}\n{error.remedy}", err=True)
        return USAGE if isinstance(error, UsageError) else FAILED
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else FAILED
    return 0
