"""The report in the terminal."""

import os
import sys
from textwrap import shorten

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from eval.report import HEADLINE, Report, interval, number, unscored

_WORST = 10
"""Wrong replies that are listed; results.jsonl has them all."""
_LONGEST = 160
"""Characters of a question that are shown."""


class Terminal(Console):
    """A console whose reader may leave, as `head` does: the gate still gives the exit status."""

    def on_broken_pipe(self) -> None:
        """Print no more, and let nothing fail that is still to be flushed."""
        self.quiet = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def print_report(report: Report, console: Console) -> None:
    """Print the figures, the headline by kind and tag, what went wrong, and the gate."""
    console.print(_figures(report))
    console.print(_scopes(report))
    worst = report.worst
    if worst:
        console.print(_text(f"\nNot right: {len(worst)} of {len(report.results)}", style="bold"))
        for result in worst[:_WORST]:
            asked = shorten(result.gold.question, _LONGEST, placeholder=" …")
            console.print(_text(f"  {result.gold.id}  {asked}"), soft_wrap=True)
        if len(worst) > _WORST:
            console.print(_text(f"  … and {len(worst) - _WORST} more, in results.jsonl"))
    console.print(_gate(report))


def _figures(report: Report) -> Table:
    table = Table(title=_text(report.title), title_justify="left")
    table.add_column("metric")
    for heading in ("value", "95 %", "n"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("could not be scored", style="dim")
    for figure in report.figures:
        value = number(figure.value, figure.metric)
        count = str(figure.estimate.n)
        table.add_row(figure.metric, value, interval(figure), count, _text(unscored(figure)))
    return table


def _scopes(report: Report) -> Table:
    table = Table(title="By kind and tag", title_justify="left")
    table.add_column("", no_wrap=True)
    table.add_column("n", justify="right")
    for metric in HEADLINE:
        table.add_column(metric.replace("_", " "), justify="right")
    for scope, figures in report.by_scope.items():
        count = str(figures["correct"].estimate.n)
        values = (number(figures[m].value) if m in figures else "" for m in HEADLINE)
        table.add_row(_text(scope), count, *values)
    return table


def _gate(report: Report) -> Group:
    lines: list[Text] = []
    if report.comparison:
        compared = report.comparison
        lines += [_text(f"Baseline: {change}") for change in compared.changes]
        lines.append(_text(f"  lost: {', '.join(compared.lost) or 'none'}"))
        lines.append(_text(f"  won: {', '.join(compared.won) or 'none'}"))
    lines += [_text(f"✗ {failure}", style="bold red") for failure in report.failures]
    passed = sum(verdict.passed for verdict in report.verdicts)
    if report.verdicts:
        style = "red" if report.failures else "green"
        lines.append(_text(f"Thresholds: {passed} of {len(report.verdicts)} held", style=style))
    lines += [_text(note, style="yellow") for note in report.notes]
    lines += [_text(str(report.judgement))] if report.judgement else []
    return Group(*lines)


def _text(text: str, style: str = "") -> Text:
    """Show text as it is: no markup, and no control character that could steer the terminal."""
    shown = (c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
    return Text("".join(shown), style=style)
