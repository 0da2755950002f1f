"""The report as Markdown, for a pull request or the summary of a CI step."""

from collections.abc import Iterator, Sequence

from eval.report import HEADLINE, Report, interval, number, unscored
from eval.summary import about

_WORST = 20


def markdown(report: Report) -> str:
    """Return the report as GitHub-flavoured Markdown."""
    return "\n".join(_lines(report)) + "\n"


SHORT = (
    *("correct", "fact_recall", "cited_answer", "citation_precision", "quote_recall", "verbatim"),
    *("true_refusal", "false_refusal", "auroc", "conflicts_found", "false_conflicts"),
    *("passage_mrr", "passage_recall_at_5", "recall_at_5", "latency_p50_ms"),
)
"""The figures of the short table."""


def short_table(report: Report) -> str:
    """Return the figures that a reader wants first, as a Markdown table."""
    found = {figure.metric: figure for figure in report.figures}
    rows = [*_row(("figure", "value", "95 %", "n", "what it says"), rule=True)]
    for name in SHORT:
        if figure := found.get(name):
            value = number(figure.value, name)
            count = str(figure.estimate.n)
            rows += _row((f"`{name}`", value, interval(figure), count, about(name)))
    return "\n".join(rows) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"# {_plain(report.title)}"
    yield ""
    yield from _gate(report)
    yield from _row(("metric", "value", "95 %", "n", "not scored", "what it says"), rule=True)
    for figure in report.figures:
        name = figure.metric
        yield from _row(
            (f"`{name}`", number(figure.value, name), interval(figure), str(figure.estimate.n),
             unscored(figure), about(name))
        )  # fmt: skip
    yield from ("", "## By kind and tag", "")
    yield from _row(("", "n", *HEADLINE), rule=True)
    for scope, found in report.by_scope.items():
        values = (number(found[m].value) if m in found else "" for m in HEADLINE)
        yield from _row((scope, str(found["correct"].estimate.n), *values))
    worst = report.worst
    yield from ("", f"## Not right: {len(worst)} of {len(report.results)}", "")
    if worst:
        yield from _row(("id", "question", "reply"), rule=True)
    for result in worst[:_WORST]:
        outcome = result.outcome
        problem = outcome.problem.title if outcome.problem else ""
        reply = outcome.answer.answer if outcome.answer else problem
        yield from _row((result.gold.id, result.gold.question, reply))
    if len(worst) > _WORST:
        yield f"\n… and {len(worst) - _WORST} more, in `results.jsonl`."


def _gate(report: Report) -> Iterator[str]:
    for failure in report.failures:
        yield f"- ❌ {_plain(failure)}"
    if report.verdicts:
        held = sum(verdict.passed for verdict in report.verdicts)
        yield f"- {held} of {len(report.verdicts)} thresholds held"
    if report.comparison:
        yield f"- lost since the baseline: {_plain(', '.join(report.comparison.lost) or 'none')}"
        yield f"- won since the baseline: {_plain(', '.join(report.comparison.won) or 'none')}"
    for note in report.notes:
        yield f"- {_plain(note)}"
    if report.judgement:
        yield f"- {_plain(str(report.judgement))}"
    yield ""


def _row(cells: Sequence[str], *, rule: bool = False) -> Iterator[str]:
    yield "| " + " | ".join(_plain(cell) for cell in cells) + " |"
    if rule:
        yield "|" + " --- |" * len(cells)


def _plain(text: str) -> str:
    """Keep text of articles and questions from becoming markup or breaking its table."""
    line = " ".join(text.split())
    for char in "\\|<>[]*#":
        line = line.replace(char, f"&#{ord(char)};")
    return line
