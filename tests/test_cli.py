"""The command line as a user meets it: real processes, their output and exit status."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qa import __version__
from qa.lock import WriterLock
from tests.conftest import SEEDS
from tests.support import paragraph, write

ROOT = Path(__file__).parent.parent
QA = str(Path(sys.executable).with_name("qa"))
SAMPLE = "Which countries remain closely aligned with Venezuela?"
Result = subprocess.CompletedProcess[str]


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
    """Return an environment with these settings, no others of ours, and no language model."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QA_")}
    ours = {"QA_DATA_DIR": str(data_dir), "QA_LLM": "embedded", "COLUMNS": "100"}
    return {**kept, **ours, **settings}


def qa(data_dir: Path, *words: str, cwd: Path = ROOT, **settings: str) -> Result:
    """Run `qa` and return what it printed and its exit status."""
    return subprocess.run(
        [QA, *words], env=environment(data_dir, **settings), cwd=cwd, text=True,
        capture_output=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data directory with the bundled articles, ingested by the command itself."""
    data_dir = tmp_path_factory.mktemp("data")
    result = qa(data_dir, "ingest")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("5 added; ")
    assert result.stderr == ""
    return data_dir


def test_ask_prints_the_answer_and_its_footnotes(indexed: Path) -> None:
    """The answer comes first, then file, date and quote of each footnote; no colour in a pipe."""
    result = qa(indexed, "ask", SAMPLE)
    assert (result.returncode, result.stderr) == (0, "")
    answer, _, footnotes = result.stdout.partition("\n\n")
    assert "Nicaragua" in answer
    assert "[1]" in answer
    assert footnotes.startswith("[1] 004_90d9e4a8317acd22.txt · 2025-12-11 · characters ")
    assert "“" in footnotes
    assert "\x1b" not in result.stdout


def test_ask_json_prints_the_answer_object(indexed: Path) -> None:
    """With --json stdout is one JSON object with the fields of the wire, and nothing else."""
    result = qa(indexed, "ask", "--json", SAMPLE)
    answer = json.loads(result.stdout)
    assert list(answer) == [
        "question", "rewritten", "status", "answer", "short_answer", "claims", "removed",
        "citations", "conflicts", "passages", "model", "confidence", "notices",
        "tokens", "timings",
    ]  # fmt: skip
    citation = answer["citations"][0]
    text = (SEEDS / citation["file"]).read_text(encoding="utf-8")
    assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert answer["model"] == "embedded"


def test_not_found_is_not_a_failure(indexed: Path) -> None:
    """A question without an answer says so, shows the nearest passages, and exits with 0."""
    result = qa(indexed, "ask", "What is the capital of Mongolia?")
    assert result.returncode == 0
    assert result.stdout.startswith("The articles do not answer this question.")
    assert "Nearest passages, none of them an answer:" in result.stdout


def test_a_question_needs_no_quotes(indexed: Path) -> None:
    """Several words are one question, wherever options stand among them."""
    words = SAMPLE.removesuffix("?").split()
    quoted = qa(indexed, "ask", "--json", " ".join(words))
    bare = qa(indexed, "ask", *words[:3], "--json", *words[3:])
    assert (bare.returncode, bare.stderr) == (0, "")
    told = [json.loads(result.stdout) for result in (quoted, bare)]
    assert told[0]["question"] == told[1]["question"]
    assert told[0]["answer"] == told[1]["answer"]


def test_status_lists_the_articles(indexed: Path) -> None:
    """Status counts articles and passages, and lists ids with dates on request."""
    result = qa(indexed, "status", "--files")
    assert result.returncode == 0
    assert "Articles        5\n" in result.stdout
    assert "004_90d9e4a8317acd22.txt  2025-12-11" in result.stdout


def test_one_is_counted_as_one(tmp_path: Path) -> None:
    """Where there is one article it is not called articles; where there is none, what to do is."""
    data_dir, articles = tmp_path / "data", tmp_path / "articles"
    assert "none yet: qa ingest PATH" in qa(data_dir, "status").stdout
    write(articles, {"a.txt": paragraph("albatross")})
    assert "; 1 passage in " in qa(data_dir, "ingest", str(articles)).stdout
    assert qa(data_dir, "status").stdout.endswith(f"{articles}: 1 article\n")
    assert "index: 1 article, 1 passage\n" in qa(data_dir, "doctor").stdout
    assert qa(data_dir, "forget", str(articles)).stderr == f"Forgot 1 article of {articles}.\n"


def test_the_help_says_what_the_options_take(tmp_path: Path) -> None:
    """How a day is written, where ids are found, and what holds without an option."""
    asking = qa(tmp_path, "ask", "--help").stdout
    assert asking.count("YYYY-MM-DD") == 2
    assert "qa status --files" in asking
    serving = qa(tmp_path, "serve", "--help").stdout
    assert "QA_HOST" in serving
    assert "8000" in serving


def test_doctor_finds_all_needed_parts_well(indexed: Path) -> None:
    """On a sound installation nothing is broken, and a missing Ollama is said to be optional."""
    result = qa(indexed, "doctor", QA_LLM="auto", QA_OLLAMA_URL="http://127.0.0.1:9")
    assert result.returncode == 0, result.stdout
    assert "ok      index: 5 articles" in result.stdout
    assert "missing Ollama: Ollama does not answer at http://127.0.0.1:9" in result.stdout
    assert "ok      answers are written by: embedded" in result.stdout
    assert "ok      formats: all that are known" in result.stdout
    assert re.search(r"ok      embedding model: .*(openvino|onnxruntime|torch)", result.stdout)
    assert "broken" not in result.stdout
    assert result.stdout.count("Ollama does not answer") == 1
    assert result.stdout.count("ollama serve") == 1


@pytest.mark.parametrize("taken", ["file", "library"])
def test_doctor_goes_on_where_the_data_cannot_be_opened(tmp_path: Path, taken: str) -> None:
    """It is a finding among the others, with its remedy; models and formats are examined."""
    data_dir = tmp_path / "data"
    if taken == "file":
        data_dir.write_text("x", encoding="utf-8")
    else:
        (data_dir / "library.db").mkdir(parents=True)
    result = qa(data_dir, "doctor")
    assert result.returncode == 1
    assert result.stderr == ""
    assert "broken  data directory: " in result.stdout
    assert "QA_DATA_DIR" in result.stdout
    for sound in ("embedding model", "reading model", "formats", "answers are written by"):
        assert f"ok      {sound}: " in result.stdout


def test_doctor_says_once_that_a_model_that_is_asked_for_has_no_server(indexed: Path) -> None:
    """An Ollama that QA_LLM names is needed: nothing else is said to answer."""
    result = qa(indexed, "doctor", QA_LLM="ollama/x:1b", QA_OLLAMA_URL="http://127.0.0.1:9")
    assert result.stdout.count("Ollama does not answer") == 1
    assert "Not needed" not in result.stdout
    assert "missing answers are written by: ollama/x:1b (unreachable)" in result.stdout


def test_ask_before_ingest_names_the_remedy(tmp_path: Path) -> None:
    """With nothing indexed the command fails with status 1 and says what to do."""
    result = qa(tmp_path / "data", "ask", "Who?")
    assert (result.returncode, result.stdout) == (1, "")
    assert "qa ingest PATH" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_bad_file_fails_the_ingest_but_not_the_others(tmp_path: Path) -> None:
    """One bad file: it is named on stderr, the others are in, and the exit status is 1."""
    write(tmp_path / "articles", {"good.txt": paragraph("albatross"), "empty.txt": ""})
    result = qa(tmp_path / "data", "ingest", str(tmp_path / "articles"))
    assert result.returncode == 1
    assert "1 added" in result.stdout
    assert "empty.txt" in result.stderr


@pytest.mark.parametrize(
    ("words", "settings", "said"),
    [
        (["ask"], {}, "Missing argument"),
        (["ask", "?!"], {}, "no words"),
        (["nonsense"], {}, "No such command"),
        (["ingest", "nowhere"], {}, "nowhere does not exist"),
        (["forget", "nowhere"], {}, "was never ingested"),
        (["status"], {"QA_CHUNK_TOKENS": "many"}, "QA_CHUNK_TOKENS"),
        (["status"], {"QA_CONFIG": "slip.toml"}, "chunk_tokenz"),
        (["status"], {"QA_CONFIG": "broken.toml"}, "broken.toml cannot be read"),
        (["status"], {"QA_CONFIG": "nowhere.toml"}, "nowhere.toml, which is no file"),
        (["status"], {"QA_CHUNK_TOKENS": "32", "QA_CHUNK_OVERLAP": "32"}, "less than"),
    ],
)
def test_wrong_usage_exits_with_2(
    words: list[str], settings: dict[str, str], said: str, tmp_path: Path
) -> None:
    """A slip of the user's is status 2, with what was wrong, and never a traceback."""
    (tmp_path / "slip.toml").write_text("chunk_tokenz = 99\n", encoding="utf-8")
    (tmp_path / "broken.toml").write_bytes(b"chunk_tokens = \xff\n")
    result = qa(tmp_path / "data", *words, cwd=tmp_path, **settings)
    assert (result.returncode, result.stdout) == (2, "")
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_setting_in_qa_toml_counts(tmp_path: Path) -> None:
    """`qa.toml` in the working directory sets what the environment does not."""
    (tmp_path / "qa.toml").write_text('data_dir = "elsewhere"\n', encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QA_")}
    result = subprocess.run(
        [QA, "status"], env=kept, cwd=tmp_path, text=True, capture_output=True, check=True
    )
    assert str(tmp_path / "elsewhere") in result.stdout


@pytest.mark.parametrize(
    ("name", "said"),
    [("QA_CHUNK_TOKENZ", "QA_CHUNK_TOKENS"), ("qa_dta_dir", "QA_DATA_DIR"), ("QA_ZZZZ", "README")],
)
def test_a_slip_in_a_variables_name_is_said_once(tmp_path: Path, name: str, said: str) -> None:
    """A variable that sets nothing costs a line on stderr, with what was meant, and no failure."""
    result = qa(tmp_path / "data", "status", cwd=ROOT, **{name: "1"})
    assert result.returncode == 0
    assert result.stderr.count(name) == 1
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    config = tmp_path / "qa.toml"
    config.write_text("", encoding="utf-8")
    assert qa(tmp_path / "data", "status", QA_CONFIG=str(config), qa_port="1").stderr == ""


@pytest.mark.parametrize("words", [("eval", "schema"), ("bench", "--help")])
def test_a_slip_is_said_by_the_commands_of_other_packages_too(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    """They read the settings as well, so what counts for nothing must not go unnoticed."""
    result = qa(tmp_path / "data", *words, QA_CHUNK_TOKENZ="1")
    assert result.returncode == 0
    assert "Is QA_CHUNK_TOKENS meant?" in result.stderr


def test_a_second_writer_is_told_who_writes(tmp_path: Path) -> None:
    """While another process holds the lock, ingest fails at once and names it."""
    write(tmp_path / "articles", {"a.txt": paragraph("albatross")})
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    lock = WriterLock(data_dir)
    lock.acquire()
    try:
        result = qa(data_dir, "ingest", str(tmp_path / "articles"))
    finally:
        lock.release()
    assert result.returncode == 1
    assert f"process {os.getpid()}" in result.stderr


def test_ctrl_c_stops_cleanly_and_the_next_run_goes_on(tmp_path: Path) -> None:
    """After SIGINT the command ends with 130 and a summary; the next run does the rest."""
    write(tmp_path / "articles", {f"{n:03}.txt": paragraph(f"thing{n}") for n in range(400)})
    data_dir = tmp_path / "data"
    process = subprocess.Popen(
        [QA, "ingest", str(tmp_path / "articles")],
        env=environment(data_dir, QA_BATCH_PASSAGES="4"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not list(data_dir.glob("lexical/*/*.term")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Stopping after this batch" in err
    assert out.startswith("Stopped: ")
    again = qa(data_dir, "ingest", str(tmp_path / "articles"))
    assert again.returncode == 0
    assert "unchanged" in again.stdout
    assert "Articles        400\n" in qa(data_dir, "status").stdout


def test_the_version_is_an_option_as_well(tmp_path: Path) -> None:
    """`qa --version` says what `qa version` says, and does nothing else."""
    option, command = qa(tmp_path / "data", "--version"), qa(tmp_path / "data", "version")
    assert (option.returncode, option.stdout) == (0, command.stdout)
    assert option.stdout.strip() == __version__
    assert not (tmp_path / "data").exists()


def test_the_package_runs_as_the_command(tmp_path: Path) -> None:
    """`python -m qa` is `qa`: the same words, under the same name, and the same exit status."""
    module = [sys.executable, "-m", "qa"]
    for words in (["--help"], ["ask"], ["ask", "--help"], ["version"]):
        command = qa(tmp_path / "data", *words)
        result = subprocess.run(
            [*module, *words], env=environment(tmp_path / "data"), cwd=ROOT, text=True,
            capture_output=True, check=False, timeout=120,
        )  # fmt: skip
        assert (result.returncode, result.stdout) == (command.returncode, command.stdout)
        assert result.stderr == command.stderr


def test_help_does_not_import_what_it_does_not_need() -> None:
    """`qa --help` loads no model, index or web package, which is why it is instant."""
    heavy = "torch chromadb llama_index sentence_transformers fastapi tantivy nltk numpy pydantic"
    script = f"import sys, qa.cli; print([m for m in '{heavy}'.split() if m in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", script], text=True, capture_output=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_control_characters_of_an_article_do_not_reach_the_terminal(tmp_path: Path) -> None:
    """Escape sequences in an article are shown as marks, not sent to the terminal."""
    text = "The tanker \x1b[31mSkipper\x1b[0m was seized by the \u202enavy on Tuesday morning.\n"
    write(tmp_path / "articles", {"a.txt": text})
    qa(tmp_path / "data", "ingest", str(tmp_path / "articles"))
    result = qa(tmp_path / "data", "ask", "When was the tanker Skipper seized?")
    assert "Skipper" in result.stdout
    assert "\x1b" not in result.stdout
    assert "\u202e" not in result.stdout


def test_a_data_directory_that_is_none_is_said(tmp_path: Path) -> None:
    """A file has its name, or stands above it."""
    (tmp_path / "file").write_text("x")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        for words in (["status"], ["keys", "add", "zed"]):
            result = qa(place, *words)
            assert (result.returncode, result.stdout) == (1, "")
            assert "is not a folder" in result.stderr
            assert "QA_DATA_DIR" in result.stderr
            assert "Traceback" not in result.stderr


def test_an_impossible_port_is_wrong_usage(tmp_path: Path) -> None:
    """Like any other wrong option."""
    result = qa(tmp_path, "serve", "--port", "99999")
    assert result.returncode == 2
    assert "65535" in result.stderr


def test_what_a_terminal_cannot_show_costs_no_answer(indexed: Path) -> None:
    """Characters that it has not are replaced."""
    question = "Which countries remain closely aligned with Venezuela?"
    result = qa(indexed, "ask", question, PYTHONIOENCODING="ascii")
    assert result.returncode == 0
    assert "[1]" in result.stdout


def test_whoever_stops_reading_is_no_error(indexed: Path) -> None:
    """As `head` does."""
    command = "import sys; from qa.cli import main; sys.argv = ['qa', 'status', '--files']; main()"
    reading, writing = os.pipe()
    os.close(reading)
    try:
        result = subprocess.run(
            [sys.executable, "-c", command], stdout=writing, stderr=subprocess.PIPE, text=True,
            env=environment(indexed), check=False,
        )  # fmt: skip
    finally:
        os.close(writing)
    assert (result.returncode, result.stderr) == (0, "")
