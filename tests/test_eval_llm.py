"""Which model an evaluation measures: the one that QA_LLM or `--llm` says, and the reports tell."""

import json
from pathlib import Path

import pytest

from eval.cli import main
from eval.report import read_results
from tests.bad_models import honest
from tests.llm_pipeline import ARTICLES, DESIGNER
from tests.llm_world import WHO
from tests.ollama_server import ollama
from tests.support import write

TINY = "ollama/tiny:latest"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with articles and a gold set of one question."""
    folder = tmp_path_factory.mktemp("small")
    write(folder / "gold", ARTICLES)
    gold = {"id": "q1", "question": WHO, "answers": [DESIGNER]}
    (folder / "gold.jsonl").write_text(json.dumps(gold) + "\n", encoding="utf-8")
    return folder


def models(small: Path, out: Path, *more: str) -> list[str]:
    """Run the set without thresholds, and return what answered each question."""
    arguments = [str(small / "gold.jsonl"), "--out", str(out), "--no-gate", *more]
    assert main(arguments) == 0
    answers = [result.outcome.answer for result in read_results(out / "results.jsonl")]
    return [answer.model for answer in answers if answer]


def test_an_evaluation_follows_the_setting(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With QA_LLM=auto and an Ollama its model is measured; both outputs and the report say so."""
    monkeypatch.setenv("QA_LLM", "auto")
    with ollama(honest) as server:
        monkeypatch.setenv("QA_OLLAMA_URL", server.url)
        assert models(small, tmp_path) == [TINY]
    said = capsys.readouterr()
    assert f"Answered by {TINY} (1)." in said.out
    assert f"{TINY} answers." in said.err
    assert f"Answered by {TINY} (1)." in (tmp_path / "report.md").read_text(encoding="utf-8")


def test_an_evaluation_without_an_ollama_measures_the_reader(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With QA_LLM=auto and nothing that answers there it is the embedded reader, and why."""
    monkeypatch.setenv("QA_LLM", "auto")
    monkeypatch.setenv("QA_OLLAMA_URL", "http://127.0.0.1:9")
    assert models(small, tmp_path) == ["embedded"]
    said = " ".join(capsys.readouterr().err.split())
    assert "embedded answers." in said
    assert "127.0.0.1:9" in said


def test_the_option_goes_before_the_setting(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--llm` names another model than QA_LLM, in both directions."""
    with ollama(honest) as server:
        monkeypatch.setenv("QA_OLLAMA_URL", server.url)
        monkeypatch.setenv("QA_LLM", "embedded")
        assert models(small, tmp_path / "named", "--llm", "ollama/tiny") == ["ollama/tiny"]
        monkeypatch.setenv("QA_LLM", "auto")
        assert models(small, tmp_path / "reader", "--llm", "embedded") == ["embedded"]


@pytest.mark.parametrize("more", [["--url", "http://127.0.0.1:9"], ["--llm", "nonsense"]])
def test_a_model_that_cannot_be_chosen_is_wrong_usage(
    more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A service chooses for itself, and an unknown name is no model: status 2, with the reason."""
    named = ["--llm", "embedded"] if "--llm" not in more else []
    assert main([*named, *more]) == 2
    assert "llm" in capsys.readouterr().err
