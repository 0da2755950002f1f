"""The workflows run commands that exist, and the page about CI is true."""

import re
import shlex
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from eval.cli import app, main
from eval.gate import read_thresholds
from eval.gold import read_gold

ROOT = Path(__file__).parent.parent
WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
ARTICLE = (
    "New lamp for the lighthouse\n\nThe lighthouse of Vell was designed by Ada Lindqvist. "
    "The harbour of Vell paid 420,000 crowns for the new lamp.\n"
)


def block(language: str) -> str:
    """Return the first code block of the page in a language."""
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def steps(workflow: Any) -> Iterator[dict[str, Any]]:
    """Yield every step of every job."""
    for job in workflow["jobs"].values():
        assert job["runs-on"]
        yield from job["steps"]


def fault(line: str) -> str:
    """Return what is wrong with a command of a workflow, if it is one of ours."""
    words = shlex.split(line, comments=True)
    name = Path(words[0]).name if words else ""
    if name == "make":
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        return "" if words[1] in targets else f"make has no target {words[1]}"
    scripts = {entry.name for entry in entry_points(group="console_scripts")}
    if words[0].startswith(".venv/") and name not in scripts:
        return f"nothing installs {name}"
    if name == "qa":
        return eval_fault(words[2:]) if words[1] == "eval" else f"qa {words[1]} is not checked"
    return ""


def eval_fault(arguments: list[str]) -> str:
    """Return why `qa eval` would not understand its arguments; nothing is run."""
    named = {command.name for command in app.registered_commands}
    name = arguments.pop(0) if arguments and arguments[0] in named else "run"
    group = typer.main.get_command(app)
    command = group.commands[name]  # type: ignore[attr-defined]
    try:
        command.make_context(name, list(arguments))
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is reported
        return f"qa eval {' '.join(arguments)}: {error}"
    return ""


def test_every_command_of_the_workflow_exists() -> None:
    """Targets of make, installed scripts, and options of `qa eval` are real; actions are pinned."""
    text = WORKFLOW.read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    runs = [line for step in steps(workflow) for line in step.get("run", "").splitlines()]
    faults = [found for line in runs if (found := fault(line.strip()))]
    assert faults == []
    assert any("qa eval" in line for line in runs)
    for step in steps(workflow):
        assert re.fullmatch(r"actions/[a-z-]+@v\d+", step.get("uses", "actions/none@v1"))
    sets = re.findall(r"\S+\.jsonl", text)
    assert sets
    assert all((ROOT / path).is_file() for path in sets)


@pytest.mark.parametrize(
    "line", ["make nosuch", ".venv/bin/nosuch", "qa eval --nosuch x", "qa eval sweep", "qa nosuch"]
)
def test_a_command_that_does_not_exist_would_be_noticed(line: str) -> None:
    """The check above is no formality."""
    assert fault(line)


def test_the_gate_takes_ten_lines_and_two_questions() -> None:
    """The workflow on the page is as short as it says, and its commands exist."""
    workflow = block("yaml")
    assert len(workflow.splitlines()) == 10
    runs = [step["run"] for step in steps(yaml.safe_load(workflow)) if "run" in step]
    assert [fault(line) for line in runs] == ["", ""]
    assert len(block("json").splitlines()) == 2
    commands = re.findall(r"`(qa eval[^`]*)`", PAGE)
    assert len(commands) >= 4
    assert [fault(" ".join(command.split())) for command in commands] == [""] * len(commands)


def test_the_example_works_as_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page's own questions, limits and command pass over an article that answers one of them.

    When the article no longer says who it was, the same command fails.
    """
    monkeypatch.chdir(tmp_path)
    (tmp_path / "answers").mkdir()
    article = tmp_path / "answers" / "lamp.txt"
    article.write_text(ARTICLE, encoding="utf-8")
    (tmp_path / "answers.jsonl").write_text(block("json"), encoding="utf-8")
    (tmp_path / "answers.toml").write_text(block("toml"), encoding="utf-8")
    assert [gold.kind for gold in read_gold([tmp_path / "answers.jsonl"])] == [
        "answerable",
        "unanswerable",
    ]
    assert set(read_thresholds(tmp_path / "answers.toml").root["all"]) >= {"correct", "failed"}
    command = shlex.split(yaml.safe_load(block("yaml"))["jobs"]["answers"]["steps"][-1]["run"])
    assert main(command[2:]) == 0, capsys.readouterr().out
    article.write_text(ARTICLE.replace("Ada Lindqvist", "somebody"), encoding="utf-8")
    assert main(command[2:]) == 1
