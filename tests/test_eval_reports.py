"""The reports show what was found, and nothing in a question or an article can break them."""

import io
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from eval.baseline import compare
from eval.gate import Thresholds, check
from eval.html import html
from eval.junit import junit
from eval.markdown import markdown
from eval.report import Report, read_results, write_reports
from eval.results import Outcome, Result
from eval.run import rejudged
from eval.table import print_report
from tests.eval_world import TEXTS, results, right

HOSTILE = "</script><script>alert(1)</script> | [red]x[/red] \x00\x1b[2J **b** & \"'"
LIMITS = Thresholds.model_validate({"all": {"correct": {"at_least": 1}, "failed": {"at_most": 0}}})


def hostile() -> list[Result]:
    """Return results of which one holds markup of every kind, wherever text can stand."""
    found = results()
    gold = found[0].gold.model_copy(update={"question": HOSTILE, "tags": (HOSTILE,)})
    answer = right(found[0].gold).model_copy(update={"answer": HOSTILE})
    cited = answer.citations[0].model_copy(update={"quote": HOSTILE, "file": HOSTILE})
    answer = answer.model_copy(update={"citations": (cited,)})
    found[0] = rejudged(gold, Outcome(answer=answer, wall_ms=1.0), TEXTS)
    return found


@pytest.fixture
def report() -> Report:
    """Return a report with a missed threshold, a baseline, a note and hostile text."""
    found = hostile()
    before = {(r.gold.id, r.gold.question): r.scores for r in found}
    return Report(HOSTILE, found, check(found, LIMITS), compare(before, found), [HOSTILE])


class Page(HTMLParser):
    """Collects the elements and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element and what it refers to."""
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in {"src", "href", "action"}]

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data


def test_the_page_is_one_file_with_every_reply_and_no_foreign_markup(report: Report) -> None:
    """The HTML refers to nothing outside, has one script, and shows hostile text as text."""
    page = Page(html(report))
    assert page.links == []
    assert page.tags.count("script") == 1
    assert page.tags.count("details") == len(report.results)
    assert page.tags.count("svg") == 3
    assert "<script>alert(1)</script>" in page.text
    assert "correct [all] is 0.9444, must be at least 1" in page.text


def test_markdown_tables_keep_their_columns(report: Report) -> None:
    """Every row of a table has as many cells as its head, whatever the text in it."""
    head = 0
    rows = 0
    for line in markdown(report).splitlines():
        if line.startswith("| --- ") or line.startswith("|") is False:
            head = 0 if not line.startswith("|") else head
            continue
        bars = line.count("|")
        assert head in {0, bars}, line
        head, rows = bars, rows + 1
    assert rows > 20
    assert "<script>" not in markdown(report)


def test_junit_fails_for_thresholds_and_counts_the_questions(report: Report) -> None:
    """The gate's suite has a failure for each missed limit; wrong replies are only marked."""
    root = ET.fromstring(junit(report))  # noqa: S314 -- our own output
    gate, questions = root.findall("testsuite")
    assert (gate.get("failures"), len(gate.findall("testcase/failure"))) == ("1", 1)
    assert questions.get("tests") == str(len(report.results)) == str(len(questions))
    assert (questions.get("failures"), len(questions.findall("testcase/skipped"))) == ("0", 1)


def test_the_terminal_shows_figures_and_text_as_it_is(report: Report) -> None:
    """The table has the figures, the wrong question with its brackets, and the missed limit."""
    out = io.StringIO()
    print_report(report, Console(file=out, width=200))
    shown = out.getvalue()
    assert "correct" in shown
    assert "0.944" in shown
    assert "[red]x[/red]" in shown
    assert "\x1b" not in shown
    assert "✗ correct [all] is 0.9444, must be at least 1" in shown


def test_results_are_read_back_as_they_were_written(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """results.jsonl holds everything, line by line; a line cut by a crash is left out."""
    summary = tmp_path / "summary.md"
    summary.write_text("an earlier step\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    write_reports(report, tmp_path / "out")
    path = tmp_path / "out" / "results.jsonl"
    assert read_results(path) == list(report.results)
    path.write_text(path.read_text(encoding="utf-8")[:-10], encoding="utf-8")
    assert read_results(path) == list(report.results)[:-1]
    assert summary.read_text(encoding="utf-8") == "an earlier step\n" + markdown(report)
    assert {p.name for p in (tmp_path / "out").iterdir()} == {
        "results.jsonl",
        "report.md",
        "report.html",
        "junit.xml",
    }
