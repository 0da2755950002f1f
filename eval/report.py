"""What a run leaves behind: `results.jsonl` and the reports drawn from it, in one folder."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from eval.baseline import Comparison
from eval.errors import BadOption
from eval.gate import Verdict
from eval.gold import ALL
from eval.judge import Judgement
from eval.results import Result
from eval.summary import Figure, scopes, summarise

HEADLINE = ("correct", "fact_recall", "cited_answer", "first_citation", "mrr")
"""The figures that are shown for every kind and tag."""
_GIVE_RESULTS = "Give the results.jsonl of a run of `qa eval`."


@dataclass(frozen=True)
class Report:
    """Everything that the reports show. `title` says what was run."""

    title: str
    results: Sequence[Result]
    verdicts: Sequence[Verdict] = ()
    comparison: Comparison | None = None
    notes: Sequence[str] = ()
    judgement: Judgement | None = None

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure over all questions."""
        return summarise(self.results)

    @cached_property
    def by_scope(self) -> dict[str, dict[str, Figure]]:
        """The headline figures of every kind and tag."""
        return {
            scope: {f.metric: f for f in summarise(self.results, scope) if f.metric in HEADLINE}
            for scope in scopes(self.results)
            if scope != ALL
        }

    @property
    def worst(self) -> list[Result]:
        """The replies that were not right: failures, then the fewest facts stated and quoted."""
        wrong = [result for result in self.results if result.verdict != "right"]
        return sorted(
            wrong, key=lambda r: (r.verdict != "failed", r.scores.get("cited_answer", 0.0))
        )

    @property
    def failures(self) -> list[str]:
        """Why the gate is closed; empty when it is open."""
        missed = [str(verdict) for verdict in self.verdicts if not verdict.passed]
        lost = [str(change) for change in self.comparison.regressions] if self.comparison else []
        return missed + lost


def write_reports(report: Report, folder: Path) -> None:
    """Write `results.jsonl`, `report.md`, `report.html` and `junit.xml`.

    Where GitHub Actions runs this, the Markdown report becomes the summary of the step as well.
    """
    from eval.html import html
    from eval.junit import junit
    from eval.markdown import markdown

    folder.mkdir(parents=True, exist_ok=True)
    write_results(report.results, folder / "results.jsonl")
    summary = markdown(report)
    (folder / "report.md").write_text(summary, encoding="utf-8")
    (folder / "report.html").write_text(html(report), encoding="utf-8")
    (folder / "junit.xml").write_text(junit(report), encoding="utf-8")
    step = os.environ.get("GITHUB_STEP_SUMMARY")
    if step:
        with Path(step).open("a", encoding="utf-8") as file:
            file.write(summary)


def write_results(results: Sequence[Result], path: Path) -> None:
    """Write one result a line, in the order of the questions."""
    lines = (result.model_dump_json() + "\n" for result in results)
    path.write_text("".join(lines), encoding="utf-8")


def read_results(path: Path) -> list[Result]:
    """Read what `write_results` wrote; a line that a crash cut short is left out."""
    lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
    return [Result.model_validate_json(line) for line in lines[:-1] if line]


def results_of(path: Path) -> list[Result]:
    """Read the results of a run that a command was given. Raises BadOption."""
    try:
        results = read_results(path)
    except (OSError, ValueError) as error:
        raise BadOption(f"{path} holds no results: {error}.", _GIVE_RESULTS) from error
    if not results:
        raise BadOption(f"{path} holds no results.", _GIVE_RESULTS)
    return results


def number(value: float | None, metric: str = "") -> str:
    """Format a figure for people."""
    if value is None:
        return "-"
    return f"{value:.0f}" if metric.endswith("_ms") else f"{value:.3f}"


def interval(figure: Figure) -> str:
    """Format a figure's 95 % interval, empty when it has none."""
    low, high = figure.estimate.low, figure.estimate.high
    return "" if low is None or high is None else f"{low:.3f} to {high:.3f}"


def unscored(figure: Figure) -> str:
    """Say how many questions could not be scored and why."""
    return "; ".join(f"{count}: {reason}" for reason, count in figure.unscored.items())
