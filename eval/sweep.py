"""Runs the gold sets once for every value of some settings: how the figures trade off."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace

from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.command import PASSED, Options, answered_by, ask_all, chosen, source_of, title_of
from eval.report import HEADLINE, Report, number, write_reports
from eval.summary import summarise


def sweep(varied: Mapping[str, Sequence[str]], options: Options) -> int:
    """Run the sets once for every combination of values and print how the figures trade off."""
    shown = (*HEADLINE, "true_refusal", "false_refusal", "latency_p50_ms")
    table = Table(title=Text(title_of(options)), title_justify="left")
    for heading in (*varied, *shown):
        table.add_column(heading, justify="right")
    for values in itertools.product(*varied.values()):
        setting = dict(zip(varied, values, strict=True))
        trial = replace(options, settings={**options.settings, **setting})
        with source_of(trial) as (source, notes):
            results = ask_all(chosen(trial), source, trial)
        name = ",".join(f"{key}={value}" for key, value in setting.items())
        told = (*notes, *answered_by(results))
        report = Report(f"{title_of(trial)}: {len(results)} questions", results, notes=told)
        write_reports(report, options.out / "".join(c if c.isalnum() else "_" for c in name))
        figures = {figure.metric: figure for figure in summarise(results)}
        row = (number(figures[m].value, m) if m in figures else "" for m in shown)
        table.add_row(*map(Text, values), *row)
    Console(highlight=False).print(table)
    return PASSED
