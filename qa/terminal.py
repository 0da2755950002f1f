"""What the commands print: answers with footnotes, progress, reports.

Text from articles is printed as text: rich's markup is never interpreted in it, and control
characters are replaced, so an article cannot recolour or clear the reader's terminal.
"""

import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from qa.compose import marked
from qa.errors import QAError
from qa.types import (
    Answer,
    Answered,
    Citation,
    Claim,
    Conflict,
    Event,
    Passage,
    Retrieved,
    counted,
)

if TYPE_CHECKING:
    from qa.doctor import Finding
    from qa.ingest import IngestReport, Progress
    from qa.llm.models import Download
    from qa.pipeline import Pipeline

NEAREST = 3
"""Passages that are shown when there is no answer."""
_REATTRIBUTED = "* The model named another passage; this one was found to say it."
_EXCERPT = 160
_UNWRAPPED = 1_000_000
_STATE_STYLE = {"ok": "green", "missing": "yellow", "broken": "bold red"}


_INDENT = 4


def _out() -> Console:
    return _console(sys.stdout)


def _err() -> Console:
    return _console(sys.stderr)


def _console(stream: TextIO) -> Console:
    """Wrap lines to a terminal's width, and never in a file or a pipe."""
    width = None if stream.isatty() else _UNWRAPPED
    return Console(file=stream, highlight=False, width=width)


def _indented(text: str, style: str = "") -> Padding:
    return Padding(Text(safe(text), style=style), (0, 0, 0, _INDENT), expand=False)


def safe(text: str) -> str:
    """Replace control and direction-changing characters by a visible mark."""
    return "".join(
        character
        if character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
        else "\N{REPLACEMENT CHARACTER}"
        for character in text
    )


# -- answers -------------------------------------------------------------------------------


def print_events(events: Iterable[Event]) -> None:
    """Print an answer once it is complete."""
    passages: Sequence[Passage] = ()
    for event in events:
        if isinstance(event, Retrieved):
            passages = event.passages
            if event.rewritten:
                _err().print(Text(f"Understood as: {safe(event.rewritten)}", style="dim"))
        elif isinstance(event, Answered):
            print_answer(event.answer, passages)


def print_answer(answer: Answer, passages: Sequence[Passage] = ()) -> None:
    """Print the claims, then the numbered footnotes; or that there is no answer."""
    out = _out()
    if answer.status == "not_found":
        out.print(Text(answer.answer, style="bold"))
        _print_nearest(out, passages)
    else:
        if answer.short_answer:
            out.print(Text(safe(answer.short_answer), style="bold"))
        for claim in answer.claims:
            out.print(_claim(claim))
        for conflict in answer.conflicts:
            _print_conflict(out, conflict)
        out.print()
        for citation in answer.citations:
            _print_footnote(out, citation)
    if answer.status == "incomplete":
        out.print(Text("This answer is incomplete; what is shown was checked.", style="yellow"))
    if any(claim.reattributed for claim in answer.claims):
        out.print(Text(_REATTRIBUTED, style="dim"))
    for notice in answer.notices:
        out.print(Text(safe(notice), style="yellow"))
    if answer.removed:
        count = len(answer.removed)
        noun = "statement was" if count == 1 else "statements were"
        out.print(Text(f"{count} {noun} removed: the articles do not support it.", style="yellow"))


def _print_conflict(out: Console, conflict: Conflict) -> None:
    """Print what each side says, its footnotes, and the day of its article."""
    disagree = conflict.kind == "conflict"
    head = "The articles disagree:" if disagree else "Reported over time:"
    out.print(Text(f"\n{head}", style="bold yellow" if disagree else "bold"))
    for position in conflict.positions:
        line = Text(f"  {safe(position.value)} ")
        line.append("".join(f"[{number}]" for number in position.citations), style="bold cyan")
        line.append(f" · {position.date.isoformat() if position.date else 'no date'}", style="dim")
        out.print(line)


def _claim(claim: Claim) -> Text:
    text = Text(safe(marked(claim)) + ("*" if claim.reattributed else ""))
    text.highlight_regex(r"\[\d+\]", "bold cyan")
    return text


def _print_footnote(out: Console, citation: Citation) -> None:
    head = Text()
    head.append(f"[{citation.id}] ", style="bold cyan")
    head.append(safe(citation.file), style="bold")
    head.append(f" · {citation.date.isoformat() if citation.date else 'no date'}", style="dim")
    if citation.page is not None:
        head.append(f" · page {citation.page}", style="dim")
    head.append(f" · characters {citation.start}-{citation.end}", style="dim")
    out.print(head)
    out.print(_indented(f"“{citation.quote}”"))


def _print_nearest(out: Console, passages: Sequence[Passage]) -> None:
    if not passages:
        return
    out.print(Text("\nNearest passages, none of them an answer:", style="dim"))
    for passage in passages[:NEAREST]:
        excerpt = " ".join(safe(passage.text).split())
        if len(excerpt) > _EXCERPT:
            excerpt = excerpt[:_EXCERPT].rsplit(" ", 1)[0] + " …"
        out.print(Text(f"  {safe(passage.article_id)}: {excerpt}", style="dim"))


# -- ingest --------------------------------------------------------------------------------


class _Rate(ProgressColumn):
    """Files per second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.1f}/s" if task.speed else "", style="dim")


@contextmanager
def progress() -> "Iterator[Callable[[Progress], None]]":
    """Show a bar with rate and time left on stderr, if that is a terminal."""
    bar = Bar(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        _Rate(), TimeRemainingColumn(), TextColumn("{task.fields[passages]:,} passages"),
        console=_err(), transient=True, disable=not sys.stderr.isatty(),
    )  # fmt: skip
    with bar:
        task = bar.add_task("scan", total=None, passages=0)

        def show(state: "Progress") -> None:
            bar.update(
                task, description=state.phase, completed=state.done,
                total=state.total or None, passages=state.passages,
            )  # fmt: skip

        yield show


@contextmanager
def download(name: str) -> "Iterator[Callable[[Download], None]]":
    """Show how far a download is, with rate and time left, on stderr, if that is a terminal."""
    bar = Bar(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), DownloadColumn(),
        TransferSpeedColumn(), TimeRemainingColumn(),
        console=_err(), transient=True, disable=not sys.stderr.isatty(),
    )  # fmt: skip
    with bar:
        task = bar.add_task(safe(name), total=None)

        def show(state: "Download") -> None:
            bar.update(
                task, description=escape(safe(f"{name}: {state.status}")), completed=state.done,
                total=state.total or None,
            )  # fmt: skip

        yield show


def print_report(report: "IngestReport") -> None:
    """Print what an ingest changed, and every file that was left out with its remedy."""
    out, err = _out(), _err()
    for failure in report.errors:
        err.print(Text(f"{safe(failure.file)}: {failure.problem.title}", style="bold red"))
        err.print(_indented(failure.problem.detail))
        err.print(_indented(failure.problem.remedy, "dim"))
    counts = {
        "added": report.added, "changed": report.changed, "renamed": report.renamed,
        "deleted": report.deleted, "unchanged": report.unchanged,
        "finished from an interrupted run": report.recovered,
        "excluded": report.excluded, "of other formats left out": report.other_formats,
        "failed": len(report.errors),
    }  # fmt: skip
    said = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
    tail = f"; {counted(report.passages, 'passage')} in {report.seconds:.1f} s"
    out.print(Text(("Stopped: " if report.cancelled else "") + (said or "nothing found") + tail))


class Told:
    """What was printed of the syncs of a folder that is followed, so that nothing comes twice."""

    def __init__(self) -> None:
        self._failures: set[str] = set()
        self._waits = False
        self._first = True

    def waiting(self, error: QAError) -> None:
        """Print once that another process writes, and that this one waits for it."""
        if not self._waits:
            _err().print(Text(f"Waiting: {safe(error.detail)}", style="yellow"))
        self._waits = True

    def report(self, report: "IngestReport") -> None:
        """Print a report if anything changed, with the failures that are new."""
        known, self._waits = self._failures, False
        fresh = tuple(e for e in report.errors if f"{e.file} {e.problem.detail}" not in known)
        self._failures = {f"{e.file} {e.problem.detail}" for e in report.errors}
        changed = report.added + report.changed + report.renamed + report.deleted
        if self._first or fresh or changed or report.recovered:
            print_report(report.model_copy(update={"errors": fresh}))
        self._first = False


# -- status and doctor ---------------------------------------------------------------------


def print_status(pipeline: "Pipeline", *, files: bool) -> None:
    """Print where the data lies, how much is indexed, and on request every article."""
    out = _out()
    articles, passages = pipeline.library.counts()
    out.print(Text(f"Data directory  {pipeline.settings.data_dir.absolute()}"))
    out.print(Text(f"Articles        {articles:,}"))
    out.print(Text(f"Passages        {passages:,}"))
    out.print(Text(f"Made with       {pipeline.library.meta('fingerprint') or 'nothing yet'}"))
    folders = pipeline.library.folders()
    if not folders:
        out.print(Text("Folder          none yet: qa ingest PATH"))
    for folder in folders:
        count = sum(1 for entry in pipeline.library.known(folder) if entry.sha256)
        missing = "" if folder.exists() else " (missing now)"
        out.print(
            Text(f"Folder          {safe(str(folder))}: {counted(count, 'article')}{missing}")
        )
    if files:
        table = Table("id", "date", "title", "passages", "state", box=None)
        for info in pipeline.library.articles():
            date = info.date.isoformat() if info.date else ""
            row = (info.id, date, info.title, str(info.passages), info.state)
            table.add_row(*(Text(safe(cell)) for cell in row))
        out.print(table)


def print_findings(findings: "Sequence[Finding]") -> None:
    """Print a line for each thing examined, with the remedy where one is needed."""
    out = _out()
    for finding in findings:
        line = Text()
        line.append(f"{finding.state:8}", style=_STATE_STYLE[finding.state])
        line.append(f"{finding.what}: {safe(finding.detail)}")
        out.print(line)
        if finding.remedy:
            out.print(_indented(finding.remedy, "dim"))
