"""The command line with an Ollama beside it: fetching a model, answers, and what doctor says."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.bad_models import honest
from tests.llm_pipeline import ARTICLES, DESIGNER
from tests.llm_world import FIRST, WHO
from tests.ollama_script import Cut, Done, Say, Step
from tests.ollama_server import ollama, plays
from tests.support import write
from tests.test_cli import qa

PREFERRED = "granite4.1:3b"


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data directory with a few articles."""
    root = tmp_path_factory.mktemp("cli")
    write(root / "articles", ARTICLES)
    result = qa(root / "data", "ingest", str(root / "articles"))
    assert result.returncode == 0, result.stderr
    return root / "data"


def test_pull_fetches_the_preferred_model(tmp_path: Path) -> None:
    """Without a name it is QA_OLLAMA_MODEL; afterwards it is there."""
    with ollama(honest) as server:
        result = qa(tmp_path, "pull", QA_OLLAMA_URL=server.url)
        assert PREFERRED in server.models
    assert (result.returncode, result.stdout) == (0, f"{PREFERRED} is there.\n")


@pytest.mark.parametrize(
    ("pulls", "says"),
    [
        ([{"error": "pull model manifest: file does not exist"}], "https://ollama.com/library"),
        ([{"status": "pulling manifest"}, Cut()], "Fetch it again"),
    ],
)
def test_a_pull_that_fails_says_why(tmp_path: Path, pulls: Any, says: str) -> None:
    """An unknown name, a broken connection: status 1, the reason and the remedy on stderr."""
    with ollama(honest, pulls=pulls) as server:
        result = qa(tmp_path, "pull", "some:1b", QA_OLLAMA_URL=server.url)
    assert (result.returncode, result.stdout) == (1, "")
    assert says in result.stderr
    assert "Traceback" not in result.stderr


def test_pull_without_an_ollama_says_how_to_start_it(tmp_path: Path) -> None:
    """Nothing listens: the remedy names the command that would."""
    result = qa(tmp_path, "pull", QA_OLLAMA_URL="http://127.0.0.1:9")
    assert result.returncode == 1
    assert "ollama serve" in result.stderr


def test_ask_prints_what_the_model_wrote(indexed: Path) -> None:
    """By `auto`, from a model that Ollama has; a footnote that was mended is marked."""
    with ollama(lambda _: "Ada Lindqvist designed the lighthouse of Vell [99].") as server:
        printed = qa(indexed, "ask", WHO, QA_LLM="auto", QA_OLLAMA_URL=server.url)
        whole = qa(indexed, "ask", "--json", WHO, QA_LLM="auto", QA_OLLAMA_URL=server.url)
    answer = json.loads(whole.stdout)
    assert "Ada Lindqvist designed the lighthouse of Vell [1].*" in printed.stdout
    assert "* The model named another passage" in printed.stdout
    assert answer["model"] == "ollama/tiny:latest"
    assert answer["claims"][0]["reattributed"] is True
    assert set(answer["tokens"]) == {"prompt", "output"}


def test_ask_says_that_an_answer_is_incomplete(indexed: Path) -> None:
    """What was checked before the limit is shown, and the remedy."""
    reply: list[Step] = [FIRST, Say("It was lit"), Done("length")]
    with ollama(plays(*reply)) as server:
        result = qa(indexed, "ask", WHO, QA_LLM="ollama/tiny", QA_OLLAMA_URL=server.url)
    assert result.returncode == 0
    assert DESIGNER in result.stdout
    assert "This answer is incomplete" in result.stdout
    assert "QA_LLM_MAX_TOKENS" in result.stdout


def test_doctor_reports_models_and_which_one_answers(indexed: Path) -> None:
    """Version, size, context, memory, and the choice with its reason."""
    models = (PREFERRED, "huge:70b", "embed:1b")
    more: dict[str, Any] = {
        "sizes": {PREFERRED: 2_100_000, "huge:70b": 10**15},
        "capabilities": {"embed:1b": ["embedding"]},
    }
    with ollama(honest, *models, **more) as server:
        result = qa(indexed, "doctor", QA_LLM="auto", QA_OLLAMA_URL=server.url)
    assert result.returncode == 0, result.stdout
    assert f"ok      Ollama: 0.30.0 at {server.url}" in result.stdout
    assert f"ok      model {PREFERRED}: 0.0 GB, context 8,192 tokens" in result.stdout
    assert "missing model huge:70b: 1000000.0 GB" in result.stdout
    assert "take a smaller model" in result.stdout
    assert "does not write text" in result.stdout
    assert f"ok      answers are written by: ollama/{PREFERRED} (idle)" in result.stdout


def test_doctor_offers_to_fetch_a_model(indexed: Path) -> None:
    """An Ollama without a usable model: the embedded reader answers, and the command is named."""
    with ollama(honest, "embed:1b", capabilities={"embed:1b": ["embedding"]}) as server:
        auto = qa(indexed, "doctor", QA_LLM="auto", QA_OLLAMA_URL=server.url)
        named = qa(indexed, "doctor", QA_LLM="ollama/other:1b", QA_OLLAMA_URL=server.url)
    assert "answers are written by: embedded (absent)" in auto.stdout
    assert f"qa pull {PREFERRED}" in auto.stdout
    assert "missing answers are written by: ollama/other:1b (absent)" in named.stdout
    assert "qa pull other:1b" in named.stdout
    assert (auto.returncode, named.returncode) == (0, 0)
