"""The whole evaluation over a real article, with the real pipeline, from the command line."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from eval.cli import main
from eval.gold import read_gold
from eval.report import read_results
from eval.run import run
from eval.sources import PipelineSource
from qa.bundled import bundled_path
from qa.pipeline import Pipeline, build
from qa.reading import Reading
from qa.settings import Settings
from qa.types import Passage
from tests.live import running

ROOT = Path(__file__).parent.parent
ARTICLE = (
    "New lamp for the lighthouse\n\nThe lighthouse of Vell was designed by Ada Lindqvist. "
    "The harbour of Vell paid 420,000 crowns for the new lamp.\n"
)
GOLD = (
    {"id": "q1", "question": "Who designed the lighthouse of Vell?", "answers": ["Ada Lindqvist"],
     "files": ["lamp.txt"], "quotes": ["was designed by Ada Lindqvist"]},
    {"id": "q2", "question": "What did the harbour of Vell pay for the new lamp?",
     "answers": [{"number": 420000}], "files": ["lamp.txt"]},
    {"id": "q3", "question": "What is the boiling point of nitrogen?", "kind": "unanswerable"},
)  # fmt: skip


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with one article, `articles/lamp.txt`, and a gold set, `gold.jsonl`."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "articles").mkdir()
    (folder / "articles" / "lamp.txt").write_text(ARTICLE, encoding="utf-8")
    lines = "".join(json.dumps(line) + "\n" for line in GOLD)
    (folder / "gold.jsonl").write_text(lines, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def indexed(small: Path) -> Path:
    """Return a data directory in which the article is indexed."""
    pipeline = build(Settings.model_validate({"data_dir": small / "data"}), writer=True)
    pipeline.store.ingest([small / "articles"])
    pipeline.close()
    return small / "data"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return where reports go."""
    return tmp_path / "out"


def test_a_threshold_out_of_reach_closes_the_gate(
    small: Path, indexed: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 0 within the limits, 1 beyond one of them, which is named on stdout."""
    limits = out.parent / "limits.toml"
    asked = [str(small / "gold.jsonl"), "--data-dir", str(indexed), "--out", str(out),
             "--thresholds", str(limits)]  # fmt: skip
    limits.write_text("[all]\nverbatim = { at_least = 1 }\nfailed = { at_most = 0 }\n")
    assert main(asked) == 0
    limits.write_text("[all]\nclaims = { at_least = 99 }\n")
    assert main(asked) == 1
    assert "claims [all] is " in capsys.readouterr().out
    assert main([*asked, "--no-gate"]) == 0


def test_without_thresholds_a_question_that_fails_closes_the_gate(
    indexed: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error in the place of a reply is no pass, unless nothing is to be gated."""
    gold = out.parent / "alone.jsonl"
    asked = [str(gold), "--data-dir", str(indexed), "--out", str(out)]
    gold.write_text('{"id": "q", "question": "Who painted it?", "answers": ["nobody"]}\n')
    assert main(asked) == 0
    gold.write_text('{"id": "q", "question": "?!", "answers": ["nobody"]}\n')
    assert main(asked) == 1
    assert "failed [all] is 1.0000" in capsys.readouterr().out
    assert main([*asked, "--no-gate"]) == 0


def test_a_long_question_is_not_printed_whole(
    indexed: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The list of what is not right shows how it begins; the reports have all of it."""
    gold = out.parent / "long.jsonl"
    question = "Who painted " + "the very " * 90 + "long wall?"
    gold.write_text(json.dumps({"id": "long", "question": question, "answers": ["nobody"]}))
    main([str(gold), "--data-dir", str(indexed), "--out", str(out)])
    (line,) = [row for row in capsys.readouterr().out.splitlines() if row.startswith("  long")]
    assert line.startswith("  long  Who painted the very ")
    assert line.endswith("…")
    assert len(line) < 200
    assert question in (out / "results.jsonl").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "status"),
    [(["schema"], 0), (["--help"], 0), (["run"], 0), (["run", "--thresholds", "limits.toml"], 1)],
)
def test_a_reader_that_leaves_changes_no_verdict(
    small: Path, indexed: Path, out: Path, words: list[str], status: int
) -> None:
    """Behind `head` an open gate is open, a closed one closed; other commands do not fail."""
    out.mkdir()
    (out / "limits.toml").write_text("[all]\nclaims = { at_least = 99 }\n")
    asked = [str(small / "gold.jsonl"), "--data-dir", str(indexed)] if words[0] == "run" else []
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "eval", *words, *asked], cwd=out, stdout=writing, text=True,
            stderr=subprocess.PIPE, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    finally:
        os.close(writing)
    assert done.returncode == status, done.stderr
    assert "Broken" not in done.stderr


def test_a_run_against_its_own_results_is_no_regression(
    small: Path, indexed: Path, out: Path
) -> None:
    """--baseline passes for equal runs and fails when the earlier one was clearly better."""
    asked = [str(small / "gold.jsonl"), "--data-dir", str(indexed), "--out", str(out)]
    assert main(asked) == 0
    before = out.parent / "before.jsonl"
    before.write_text((out / "results.jsonl").read_text())
    assert main([*asked, "--baseline", str(before)]) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["nosuch.jsonl"],
        ["--nosuch"],
        ["--url", "http://x", "--data-dir", "y"],
        ["--url", "ftp://x"],
        ["--set", "nosuchsetting=1"],
        ["--set", "max_claims=many"],
        ["--set", "max_claims"],
        ["--only", "nosuchtag"],
        ["--thresholds", "nosuch.toml"],
        ["--baseline", "nosuch.jsonl"],
        ["--data-dir", "nosuch"],
        ["--articles", "nosuch"],
        ["bench", "beir", "nosuch"],
        ["new", "nosuch.json"],
        ["sweep"],
    ],
)
def test_wrong_usage_exits_with_2_and_says_why(
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whatever cannot be understood ends with status 2, a message on stderr, none on stdout."""
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.err
    assert not said.out


class Stumbling:
    """A reader that fails on one question."""

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:  # noqa: ARG002 -- the interface's
        """Fail for the lamp, find nothing for the rest."""
        if "lamp" in question:
            raise ZeroDivisionError("lamp")
        return Reading(candidates=(), answerable=0.0)

    def support(self, claim: str, quote: str) -> float:  # noqa: ARG002 -- the interface's
        """Support nothing."""
        return 0.0


@pytest.fixture
def pipeline(indexed: Path) -> Iterator[Pipeline]:
    """Return a pipeline over the small index."""
    made = build(Settings.model_validate({"data_dir": indexed}))
    yield made
    made.close()


def test_an_exception_on_one_question_is_recorded_and_the_others_go_on(
    small: Path, pipeline: Pipeline
) -> None:
    """The question that crashed has its exception as its problem; the others have answers."""
    questions = read_gold([small / "gold.jsonl"])
    source = PipelineSource(Pipeline(pipeline.store, Stumbling()))
    results = run(questions, source)
    assert [result.verdict for result in results] == ["wrong", "failed", "right"]
    problem = results[1].outcome.problem
    assert problem is not None
    assert (problem.type, problem.title, problem.detail) == (
        "exception",
        "ZeroDivisionError",
        "lamp",
    )


def test_a_service_gets_the_figures_of_the_pipeline_behind_it(
    small: Path, indexed: Path, out: Path
) -> None:
    """The same set, asked over REST by two at a time, has the same figures as in process."""
    gold = str(small / "gold.jsonl")
    assert main([gold, "--data-dir", str(indexed), "--out", str(out / "here")]) == 0
    with running(Settings.model_validate({"data_dir": indexed})) as live:
        live.wait_until_ready()
        asked = [gold, "--url", live.url, "--concurrency", "2", "--out", str(out / "there")]
        assert main(asked) == 0
    here, there = (read_results(out / name / "results.jsonl") for name in ("here", "there"))
    for ours, theirs in zip(here, there, strict=True):
        own = {name: value for name, value in ours.scores.items() if not name.startswith("alce_")}
        assert dict(theirs.scores) == own
    assert [result.verdict for result in there] == [result.verdict for result in here]
    assert main([gold, "--url", live.url, "--out", str(out)]) == 1


def test_a_sweep_prints_a_row_for_every_combination(
    small: Path,
    out: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each value is run on its own index, and its results are kept."""
    monkeypatch.setenv("COLUMNS", "200")
    status = main(
        ["sweep", "max_claims=1,2", "--gold", str(small / "gold.jsonl"), "--articles",
         str(small / "articles"), "--out", str(out)]
    )  # fmt: skip
    assert status == 0
    shown = capsys.readouterr().out
    assert "max_claims" in shown
    assert re.findall(r"^│ +(\d) │", shown, re.MULTILINE) == ["1", "2"]
    for name in ("max_claims_1", "max_claims_2"):
        assert len(read_results(out / name / "results.jsonl")) == len(GOLD)


def test_the_embedding_model_can_be_varied(small: Path, out: Path) -> None:
    """`--model` embeds with the model that it names: by its path the bundled one does as well."""
    asked = [str(small / "gold.jsonl"), "--articles", str(small / "articles"), "--no-gate"]
    assert main([*asked, "--out", str(out / "default")]) == 0
    named = ["--model", str(bundled_path()), "--out", str(out / "named")]
    assert main([*asked, *named]) == 0
    default, by_path = (read_results(out / x / "results.jsonl") for x in ("default", "named"))
    assert [r.outcome.answer.claims for r in default if r.outcome.answer] == [
        r.outcome.answer.claims for r in by_path if r.outcome.answer
    ]
    assert len(by_path) == len(GOLD)
    assert main([*asked, "--model", str(out / "nowhere"), "--out", str(out / "none")]) == 1


def test_a_benchmark_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """A second run asks only what has no reply yet: replies that are noted are not made again."""
    question = {"id": "1", "question": "Who designed the lighthouse?",
                "answers": [{"text": "Ada Lindqvist", "start": 0}]}  # fmt: skip
    other = {**question, "id": "2", "question": "Who paid for the new lamp?"}
    squad = tmp_path / "squad.jsonl"
    squad.write_text(json.dumps({"title": "Lamp", "context": ARTICLE, "qas": [question, other]}))
    asked = ["bench", "squad", str(squad), "--work", str(tmp_path / "work")]
    record = tmp_path / "work" / "squad" / "results.jsonl"
    assert main([*asked, "--limit", "1"]) == 0
    (first,) = read_results(record)
    assert first.verdict == "right"
    assert main(asked) == 0
    both = read_results(record)
    assert both[0].outcome.wall_ms == first.outcome.wall_ms
    assert [result.gold.id for result in both] == ["1", "2"]


def test_judged_queries_are_ranked_by_the_products_search(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A BEIR folder gives nDCG, recall, MRR, MAP: of each half, of both, and of these reranked."""
    folder = tmp_path / "beir"
    folder.mkdir()
    texts = {"lamp": ARTICLE, "soup": "Soup recipe\n\nBoil the potatoes, then add leek and cream."}
    lines = (json.dumps({"_id": key, "text": text}) for key, text in texts.items())
    (folder / "corpus.jsonl").write_text("\n".join(lines))
    (folder / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "leek potatoes"}))
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\tsoup\t1\n")
    assert main(["bench", "beir", str(folder), "--work", str(tmp_path / "work")]) == 0
    printed = capsys.readouterr().out
    for ranking in ("terms", "vectors", "fused", "reranked"):
        assert re.search(rf"{ranking} +│ ndcg_at_10 +│ 1\.000 ", printed), ranking


def test_feedback_becomes_drafts_for_a_person_to_complete(
    pipeline: Pipeline, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A liked answer is expected again; a disliked one leaves what is right to be filled in.

    Until a person has, the question counts as wrong whatever is answered.
    """
    questions = [str(line["question"]) for line in GOLD[:2]]
    answers = [json.loads(pipeline.answer(q).model_dump_json()) for q in questions]
    told = [
        {"question": questions[0], "answer": answers[0], "verdict": "up", "note": "quick"},
        {"question": questions[1], "answer": answers[1], "verdict": "down", "note": "old price"},
    ]
    feedback, drafted = tmp_path / "feedback.jsonl", tmp_path / "drafts.jsonl"
    feedback.write_text("".join(json.dumps(line) + "\n" for line in told), encoding="utf-8")
    assert main(["new", str(feedback)]) == 0
    drafted.write_text(capsys.readouterr().out, encoding="utf-8")
    liked, disliked = read_gold([drafted])
    assert (liked.tags, liked.note) == (("draft", "feedback-up"), "quick")
    assert any("Ada Lindqvist" in quote for quote in liked.quotes)
    assert disliked.tags == ("draft", "feedback-down")
    assert answers[1]["answer"] in disliked.note
    assert "old price" in disliked.note
    results = run([liked, disliked], PipelineSource(pipeline))
    assert [result.verdict for result in results] == ["right", "wrong"]
    feedback.write_text(json.dumps({**told[0], "verdict": "meh"}), encoding="utf-8")
    assert main(["new", str(feedback)]) == 2


def test_answers_become_drafts_of_gold_questions(
    indexed: Path, pipeline: Pipeline, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`qa eval new` turns answers into gold lines that can be read, tagged as drafts."""
    questions = [line["question"] for line in GOLD]
    answers = [pipeline.answer(str(question)).model_dump_json(indent=2) for question in questions]
    transcript, drafted = tmp_path / "answers.json", tmp_path / "drafts.jsonl"
    transcript.write_text("\n".join(answers), encoding="utf-8")
    assert main(["new", str(transcript)]) == 0
    drafted.write_text(capsys.readouterr().out, encoding="utf-8")
    gold = read_gold([drafted])
    assert [line.question for line in gold] == questions
    assert [line.kind for line in gold] == ["answerable", "answerable", "unanswerable"]
    assert all(line.tags == ("draft",) for line in gold)
    assert main([str(drafted), "--data-dir", str(indexed), "--out", str(tmp_path / "out")]) == 0
    results = read_results(tmp_path / "out" / "results.jsonl")
    assert [result.verdict for result in results] == ["right"] * 3
