"""The command line. Results go to stdout, everything else to stderr.

Exit status: 0 done, 1 the job failed, 2 wrong usage, 130 stopped by Ctrl-C. Heavy packages are
imported inside the commands that need them, so that `qa --help` stays instant.
"""

import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa import __version__
from qa.errors import AddressRefused, ArticleError, IndexLocked, QAError, UsageError

if TYPE_CHECKING:
    from qa.cluster import Workers
    from qa.pipeline import Pipeline
    from qa.settings import Settings
    from qa.types import Event, Filters

FAILED, USAGE, STOPPED = 1, 2, 130
_DAY = "%Y-%m-%d"
Count = Annotated[
    int, typer.Option("--workers", min=0, help="Embed on so many workers of a Ray cluster.")
]
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Answers from your own articles, every claim footnoted and checked.",
)


def _told(wanted: bool) -> None:  # noqa: FBT001 -- as typer calls it
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback()
def options(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_told, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Take what stands before a command."""


def main() -> None:
    """Run the command line; a `QAError` becomes a message with its remedy."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # rather than an answer lost to one character
    try:
        app(prog_name="qa")  # however it was started
    except SystemExit as end:
        # Whoever read our output has gone, as `head` does; that is not an error.
        sys.exit(0 if isinstance(end.__context__, BrokenPipeError) else end.code)
    except QAError as error:
        _complain(error.title, error.detail, error.remedy)
        sys.exit(USAGE if isinstance(error, UsageError) else FAILED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


@app.command()
def ingest(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders or files; none: all known ones, or seeds/ at first."),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Go on until Ctrl-C.")] = False,  # noqa: FBT002 -- a flag
    workers: Count = 0,
) -> None:
    """Bring the index in step with folders of articles: new, changed, renamed, deleted."""
    from qa import terminal

    folders = paths or None
    if watch and workers:
        raise UsageError("--watch embeds in its own process.", "Leave --workers out.")
    with _workers(workers) as several, _pipeline() as pipeline:
        if folders is None and not pipeline.library.folders():
            folders = [_seeds()]
        if watch:
            _follow(pipeline, folders)
            return
        with terminal.progress() as show, _stoppable() as cancel:
            report = pipeline.store.ingest(folders, progress=show, cancel=cancel, workers=several)
    terminal.print_report(report)
    if report.cancelled:
        raise typer.Exit(STOPPED)
    if report.errors:
        raise typer.Exit(FAILED)


@app.command()
def fetch(
    urls: Annotated[list[str] | None, typer.Argument(help="Addresses of pages.")] = None,
    listed: Annotated[
        Path | None, typer.Option("--list", help="A file with an address on each line.")
    ] = None,
) -> None:
    """Fetch pages of the open internet, and add them to the articles."""
    from qa.fetch import fetch as get

    wanted = [*(urls or []), *_lines(listed)]
    if not wanted:
        raise UsageError("No address was given.", "Give one or more, or --list FILE.")
    failed = False
    with _pipeline() as pipeline:
        limit = int(pipeline.settings.max_file_mb * 1_000_000)
        for url in wanted:
            try:
                page = get(url, max_bytes=limit)
                print(f"{url} -> {pipeline.store.add_upload(page.name, page.data).id}")
            except (ArticleError, AddressRefused) as error:
                failed = True
                _complain(error.title, error.detail, error.remedy)
    if failed:
        raise typer.Exit(FAILED)


@app.command()
def ask(
    question: Annotated[
        list[str],
        typer.Argument(help="The question; quotes keep the shell from reading signs in it."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the Answer object.")] = False,  # noqa: FBT002 -- a flag
    files: Annotated[
        list[str] | None,
        typer.Option(
            "--file",
            metavar="ID",
            help="Use only this article; `qa status --files` lists the ids. May be repeated.",
        ),
    ] = None,
    date_from: Annotated[
        datetime | None,
        typer.Option("--from", formats=[_DAY], metavar="YYYY-MM-DD", help="Not before this day."),
    ] = None,
    date_to: Annotated[
        datetime | None,
        typer.Option("--to", formats=[_DAY], metavar="YYYY-MM-DD", help="Not after this day."),
    ] = None,
) -> None:
    """Answer a question, with a footnote for every claim."""
    from qa import terminal
    from qa.types import Answered, Filters

    filters = Filters(
        files=tuple(files) if files else None,
        date_from=date_from.date() if date_from else None,
        date_to=date_to.date() if date_to else None,
    )
    with closing(_events(" ".join(question), filters)) as events:
        if as_json:
            answers = (event.answer for event in events if isinstance(event, Answered))
            print(next(answers).model_dump_json(indent=2))
        else:
            terminal.print_events(events)


@app.command()
def serve(
    host: Annotated[
        str | None,
        typer.Option(help="Address to listen on; without: QA_HOST, else this machine's own."),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="Port to listen on; 0: any free one; without: QA_PORT, else 8000.",
        ),
    ] = None,
    replica: Annotated[bool, typer.Option("--replica", help="Only read, beside a writer.")] = False,  # noqa: FBT002 -- a flag
) -> None:
    """Serve the REST API and the chat page."""
    given = {"host": host, "port": port, "replica": replica or None}
    settings = _settings().model_copy(
        update={name: value for name, value in given.items() if value is not None}
    )
    ready = '{{"event": "ready", "url": "{}"}}' if settings.log_format == "json" else "Ready at {}"
    _command("serve")(settings, lambda url: print(ready.format(url), file=sys.stderr))


@app.command()
def mcp() -> None:
    """Serve the articles to an MCP host (Claude Desktop and others) over stdin and stdout."""
    _command("mcp")(_settings())


@app.command(
    "eval",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def evaluate(context: typer.Context) -> None:
    """Run gold questions and say whether answers are right, cited and honest."""
    _warn_of_slips()
    sys.exit(_command("eval")(context.args))


@app.command(
    "bench",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def bench(context: typer.Context) -> None:
    """Measure ingest, questions, memory and starts, each beside its limit."""
    _warn_of_slips()
    sys.exit(_command("bench")(context.args))


@app.command()
def status(
    files: Annotated[bool, typer.Option("--files", help="List every article.")] = False,  # noqa: FBT002 -- a flag
) -> None:
    """Show what is indexed."""
    from qa import terminal

    with _pipeline() as pipeline:
        terminal.print_status(pipeline, files=files)


@app.command()
def pull(
    model: Annotated[
        str | None, typer.Argument(help="A model's name in Ollama; none: QA_OLLAMA_MODEL.")
    ] = None,
) -> None:
    """Have Ollama fetch a language model."""
    from contextlib import closing

    from qa import terminal
    from qa.llm.address import ollama_url
    from qa.llm.models import pull as fetch

    settings = _settings()
    tag = model or settings.ollama_model
    try:
        with terminal.download(tag) as show, closing(fetch(ollama_url(settings), tag)) as parts:
            for part in parts:
                show(part)
    except KeyboardInterrupt:
        print("\nStopped; what has arrived is kept, and the next attempt goes on.", file=sys.stderr)
        raise typer.Exit(STOPPED) from None
    print(f"{tag} is there.")


@app.command()
def doctor() -> None:
    """Show what works, what is missing, and the remedy."""
    from qa import terminal
    from qa.doctor import examine

    findings = examine(_settings())
    terminal.print_findings(findings)
    if any(finding.state == "broken" for finding in findings):
        raise typer.Exit(FAILED)


@app.command()
def reindex(workers: Count = 0) -> None:
    """Build both indexes anew from the library, after a change of model or passage settings."""
    from qa import terminal

    with _workers(workers) as several, _pipeline() as pipeline:
        with terminal.progress() as show:
            passages = pipeline.store.reindex(show, several)
        print(f"Rebuilt: {passages:,} passages.", file=sys.stderr)


@app.command()
def forget(
    path: Annotated[Path, typer.Argument(help="A folder that was ingested.")],
) -> None:
    """Remove a folder's articles from the index; the files stay."""
    from qa.types import counted

    with _pipeline() as pipeline:
        count = pipeline.store.forget(path)
    print(f"Forgot {counted(count, 'article')} of {path}.", file=sys.stderr)


@app.command()
def publish(
    to: Annotated[Path, typer.Argument(help="Where the copy lies.")],
    follow: Annotated[bool, typer.Option("--follow", help="Go on until Ctrl-C.")] = False,  # noqa: FBT002 -- a flag
) -> None:
    """Copy library and terms for replicas on other machines; vectors are in the Chroma server."""
    from qa import publish as publishing

    data_dir = _settings().data_dir

    def told(generation: int) -> None:
        print(f"{to} is at generation {generation}.", file=sys.stderr)

    if follow:
        with _stoppable() as stop:
            publishing.follow(data_dir, to, told, stop)
        return
    generation = publishing.publish(data_dir, to)
    print("It was up to date.", file=sys.stderr) if generation is None else told(generation)


keys = typer.Typer(no_args_is_help=True, help="Keys of `qa serve`: who may ask, and for what.")
app.add_typer(keys, name="keys")


@keys.command("add")
def add_key(
    name: Annotated[str, typer.Argument(help="Whose key it is, or what for.")],
    scopes: Annotated[
        list[str] | None,
        typer.Option("--scope", help="read, ask or write; may be repeated. None: read and ask."),
    ] = None,
) -> None:
    """Make a key and print it, once: only its hash is kept."""
    from qa.keys import Keys, scopes_of

    secret, key = Keys(_settings()).add(name, scopes_of(scopes or ["read", "ask"]))
    print(secret)
    told = "It is not shown again. A server that runs over this data accepts it from now on."
    print(f"{told}\nFor another server: QA_API_KEYS={key.line}", file=sys.stderr)


@keys.command("list")
def list_keys() -> None:
    """Print the name and the scopes of every key."""
    from qa.keys import Keys

    for key in Keys(_settings()).all():
        print(f"{key.name}  {'+'.join(sorted(key.scopes))}")


@keys.command("remove")
def remove_key(name: Annotated[str, typer.Argument(help="The name of a key.")]) -> None:
    """Refuse a key from now on."""
    from qa.keys import Keys

    Keys(_settings()).remove(name)
    print(f"{name} is refused from now on.", file=sys.stderr)


@app.command()
def version() -> None:
    """Print the version."""
    print(__version__)


@cache
def _warn_of_slips() -> None:
    """Say once which variables set nothing; another program may have meant them, so no more."""
    from qa.settings import unknown_names

    for name, nearest in unknown_names(os.environ):
        meant = f" Is {nearest} meant?" if nearest else " The settings are listed in README.md."
        print(f"{name} in the environment is no setting, and counts for nothing.{meant}",
              file=sys.stderr)  # fmt: skip


def _settings() -> "Settings":
    from pydantic import ValidationError

    from qa.settings import Settings

    _warn_of_slips()
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "qa.toml"
        raise UsageError(
            f"The setting {name} is wrong: {first['msg']}.",
            f"Correct QA_{name.upper()} in the environment, or {name} in qa.toml.",
        ) from error
    except (ValueError, OSError, RecursionError) as error:
        raise UsageError(
            f"{os.environ.get('QA_CONFIG', 'qa.toml')} cannot be read: {error}.",
            "Write it as TOML in UTF-8, such as: chunk_tokens = 128",
        ) from error


@contextmanager
def _pipeline() -> "Iterator[Pipeline]":
    from qa.pipeline import build

    pipeline = build(_settings())
    try:
        yield pipeline
    finally:
        pipeline.close()


@contextmanager
def _workers(count: int) -> "Iterator[Workers | None]":
    """Start workers, if any are wanted, and say in the end what each has done."""
    if not count:
        yield None
        return
    from qa.cluster import workers

    with workers(_settings(), count) as several:
        yield several
        for engine, embedded in zip(several.engines, several.embedded, strict=True):
            print(f"{embedded:,} passages embedded on {engine}", file=sys.stderr)


def _events(question: str, filters: "Filters") -> "Generator[Event, None, None]":
    """Ask the running server of the data directory; where there is none, answer here."""
    from qa import running

    settings = _settings()
    found = running.events(settings, question, filters)
    if found is not None:
        yield from found
        return
    with _pipeline() as pipeline, pipeline.warming():
        yield from pipeline.steps(question, filters=filters)


def _lines(path: Path | None) -> list[str]:
    """Return the lines of a list, without empty ones and comments."""
    if path is None:
        return []
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}.", "Check the file.") from error
    return [line for line in lines if line and not line.startswith("#")]


def _follow(pipeline: "Pipeline", folders: list[Path] | None) -> None:
    """Sync `folders` whenever something in them changes, and print what that changed."""
    from qa import terminal
    from qa.watch import follow

    told = terminal.Told()

    with _stoppable() as stop:

        def sync() -> bool:
            try:
                with terminal.progress() as show:
                    report = pipeline.store.ingest(folders, progress=show, cancel=stop)
            except IndexLocked as error:
                told.waiting(error)
                return False
            told.report(report)
            return True

        chosen = folders or pipeline.library.folders()
        names = ", ".join(str(folder) for folder in chosen)
        print(f"Following {names}; Ctrl-C ends.", file=sys.stderr)
        follow(chosen, sync, data_dir=pipeline.settings.data_dir, stop=stop)


@contextmanager
def _stoppable() -> Iterator[threading.Event]:
    """Turn the first Ctrl-C into a request to stop at the next batch; a second one kills."""
    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        print("\nStopping after this batch; Ctrl-C again to stop at once.", file=sys.stderr)
        stop.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, ask_to_stop)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _seeds() -> Path:
    """Find the bundled articles: in the working directory, or beside the packages."""
    here = Path("seeds")
    beside = Path(__file__).parent.parent / "seeds"
    if here.is_dir() or not beside.is_dir():
        return here
    return beside


def _command(name: str) -> Callable[..., Any]:
    """Load a command that another package brings, so that this one need not import it."""
    found = [entry for entry in entry_points(group="footnote.commands") if entry.name == name]
    if not found:
        raise UsageError(
            f"The command {name!r} is not installed.", "Install the whole package: pip install -e ."
        )
    command: Callable[..., Any] = found[0].load()
    return command


def _complain(title: str, detail: str, remedy: str) -> None:
    print(f"{title}: {detail}\n{remedy}", file=sys.stderr)


if __name__ == "__main__":
    main()
