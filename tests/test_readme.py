"""The README: its blocks run, and nothing that exists is missing from it."""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from api.app import create_app
from qa.cli import app as cli
from qa.pipeline import build
from qa.settings import Settings
from tests.bad_models import honest
from tests.conftest import SEEDS
from tests.live import running
from tests.ollama_server import ollama

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the README's code blocks in this language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a working directory that holds nothing but the bundled articles, and go there."""
    shutil.copytree(SEEDS, tmp_path / "seeds")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QA_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


def test_the_commands_of_the_readme_work(fresh: Path) -> None:
    """Every `qa` line of the README's shell blocks runs and exits with 0, in order."""
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    commands = [shlex.split(line, comments=True) for line in lines if line.startswith("qa ")]
    assert len(commands) >= 5
    for words in commands:
        result = CliRunner().invoke(cli, words[1:])
        assert result.exit_code == 0, f"{words}: {result.output}"
    assert (fresh / "data" / "library.db").exists()


def test_the_commands_with_ollama_lead_to_a_generated_answer(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At an Ollama without any model, the two `qa` lines after its installation do it."""
    (block,) = blocks("bash")
    install, *ours = [shlex.split(line, comments=True) for line in block.splitlines()]
    assert install[0] == "curl"
    assert [words[:2] for words in ours] == [["qa", "pull"], ["qa", "ask"]]
    monkeypatch.setenv("QA_LLM", "auto")
    with ollama(honest) as server:
        server.models = ()
        monkeypatch.setenv("QA_OLLAMA_URL", server.url)
        CliRunner().invoke(cli, ["ingest", str(fresh / "seeds")])
        for words in ours:
            result = CliRunner().invoke(cli, words[1:])
            assert result.exit_code == 0, f"{words}: {result.output}"
        assert len(server.chats) == 1
    assert "Nicaragua" in result.output


def test_the_python_blocks_of_the_readme_work(
    fresh: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The library examples run as they stand and print an answer with its citations."""
    library, llamaindex = blocks("python")
    exec(compile(library, "README.md", "exec"), {})  # noqa: S102 -- our own README
    printed = capsys.readouterr().out
    assert "Nicaragua" in printed
    assert "1 004_90d9e4a8317acd22.txt" in printed
    assert (fresh / "data").is_dir()
    exec(compile(llamaindex, "README.md", "exec"), {})  # noqa: S102 -- our own README
    nearest, source, *_ = capsys.readouterr().out.splitlines()
    file, start, end, quote = source.split(" ", 3)
    assert nearest == file == "004_90d9e4a8317acd22.txt"
    assert "Nicaragua" in quote
    assert (SEEDS / file).read_text(encoding="utf-8")[int(start) : int(end)] == quote


def test_the_request_of_the_readme_is_answered(fresh: Path) -> None:
    """The body of the curl example, sent to a real server, gets the fields that are shown."""
    (curl,) = [block for block in blocks("sh") if "curl" in block]
    body = re.search(r"-d '(.*)'", curl)
    (shown,) = blocks("json")
    assert body is not None
    settings = Settings(data_dir=fresh / "data")
    pipeline = build(settings)
    pipeline.store.ingest([fresh / "seeds"])
    pipeline.close()
    with running(settings) as live:
        live.wait_until_ready()
        with live.client() as client:
            answer = client.post("/api/ask", json=json.loads(body[1])).json()
    assert answer["status"] == "answered"
    assert set(json.loads(shown)) <= set(answer)


def test_every_command_is_in_the_readme() -> None:
    """A command that the README does not list is a failure."""
    click = typer.main.get_command(cli)
    assert isinstance(click, typer.core.TyperGroup)
    missing = [name for name in click.commands if f"`qa {name}" not in README]
    assert missing == []


def test_every_setting_is_in_the_readme() -> None:
    """A setting that the README does not explain is a failure."""
    missing = [name for name in Settings.model_fields if f"`QA_{name.upper()}`" not in README]
    assert missing == []


def test_every_route_is_in_the_readme(tmp_path: Path) -> None:
    """A route of the API that the README does not list is a failure."""
    document = create_app(Settings(data_dir=tmp_path)).openapi()
    paths = [re.sub(r"{\w+}", "{id}", path) for path in document["paths"]]
    assert "/api/ask" in paths
    assert [path for path in paths if path not in README] == []


def test_every_target_of_make_is_explained() -> None:
    """`make` alone names every target that a user may call."""
    listed = subprocess.run(["make"], cwd=ROOT, text=True, capture_output=True, check=True).stdout
    targets = re.findall(
        r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert set(targets) >= {"setup", "run", "test", "lint", "format", "clean"}
    assert [target for target in targets if f"make {target}" not in listed] == []
