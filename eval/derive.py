"""New limits for a thresholds file from what a run has reached, a question's worth below it."""

import math
import re
from collections.abc import Sequence
from pathlib import Path

from eval.gate import read_thresholds
from eval.results import Result
from eval.summary import AUROC, LATENCIES, Figure, better, every_figure

FIXED = "# fixed"
"""Ends a line whose limit is no matter of degree."""
_DIGITS = 3
_SCOPE = re.compile(r"^\s*\[\s*\"?(?P<scope>[^\]\"]+?)\"?\s*\]")
_LIMIT = re.compile(
    r"^(?P<before>\s*(?P<metric>\w+)\s*=\s*\{\s*(?P<side>at_least|at_most)\s*=\s*)"
    r"(?P<value>[0-9.]+)(?P<after>\s*\}.*)$"
)


def derived(limits: Path, results: Sequence[Result], margin: float) -> str:
    """Return the thresholds file with every limit moved to the figure of `results`.

    `margin` is in questions: a limit lies as far below (or above) the figure as that many
    questions lost move it. Comments, order and layout stay. So do limits on lines that end in
    `# fixed`, limits of timings and of metrics that are neither better high nor low, lines written
    otherwise than `metric = { at_least = 0.9 }`, and limits of figures that the run has not got.
    """
    read_thresholds(limits)  # refuses what is wrong with the file
    scope, figures = "", dict[str, Figure]()
    lines: list[str] = []
    for line in limits.read_text(encoding="utf-8").splitlines():
        if heading := _SCOPE.match(line):
            scope = heading["scope"]
            figures = {figure.metric: figure for figure in every_figure(results, scope)}
        limit = _LIMIT.match(line)
        if limit and _moves(limit["metric"]) and FIXED not in limit["after"]:
            figure = figures[limit["metric"]]
            value = _limit(figure, limit["side"], margin * _worth(figure, results, scope))
            lines.append(f"{limit['before']}{value or limit['value']}{limit['after']}")
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def _moves(metric: str) -> bool:
    return metric not in LATENCIES and better(metric) != "neither"


def _worth(figure: Figure, results: Sequence[Result], scope: str) -> float:
    """Return how far one question can move a figure; for AUROC, one of the smaller class."""
    if figure.metric != AUROC:
        return 1.0 / max(figure.estimate.n, 1)
    kinds = [result.gold.answerable for result in results if scope in result.gold.scopes]
    return 1.0 / max(min(kinds.count(True), kinds.count(False)), 1)


def _limit(figure: Figure, side: str, slack: float) -> str:
    """Write the limit, rounded away from the figure; empty when there is no figure."""
    if figure.value is None:
        return ""
    scale = 10**_DIGITS
    if side == "at_least":
        return f"{max(math.floor((figure.value - slack) * scale + 1e-9) / scale, 0.0):.{_DIGITS}f}"
    return f"{math.ceil((figure.value + slack) * scale - 1e-9) / scale:.{_DIGITS}f}"
