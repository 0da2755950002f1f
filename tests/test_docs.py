"""The documentation names only what is there: pages, commands, settings, modules, tests."""

import ast
import importlib.util
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer.main

from qa.cli import app as cli
from qa.settings import Settings
from tests.format_files import FILES
from tests.test_eval_ci import eval_fault, fault

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SHELLS = ("sh", "bash", "console", "")
"""Languages of blocks that hold commands."""
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_OTHERS = {"QA_CONFIG"}
"""Variables that are no settings: where these are."""


def text_of(page: Path) -> str:
    """Return a page as it is written."""
    return page.read_text(encoding="utf-8")


def prose(page: Path) -> str:
    """Return a page without its blocks."""
    return _BLOCK.sub("", text_of(page))


def commands(page: Path) -> Iterator[list[str]]:
    """Yield each call of `qa` in a page: those in blocks for a shell, as words."""
    for language, block in _BLOCK.findall(text_of(page)):
        if language not in SHELLS:
            continue
        for line in block.replace("\\\n", " ").splitlines():
            called = re.match(r"(?:\$ )?(?:[A-Z_]+=\S+ )*(qa .*)", line)
            if called:
                # In a listing, what a command does stands two spaces behind it.
                yield shlex.split(re.split(r" {2,}", called[1])[0], comments=True)


def usage_fault(words: list[str]) -> str:
    """Return why a call of `qa` would not be understood; nothing is run."""
    name, arguments = words[1], words[2:]
    if name == "eval":
        return eval_fault(list(arguments))
    group = typer.main.get_command(cli)
    assert isinstance(group, typer.core.TyperGroup)
    try:
        group.commands[name].make_context(name, list(arguments))
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is reported
        return f"{' '.join(words)}: {error!r}"
    return ""


def slug(heading: str) -> str:
    """Return the anchor of a heading, as forges make it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@cache
def functions(path: Path) -> frozenset[str]:
    """Return the names of a module's functions."""
    tree = ast.parse(text_of(path))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """A link to a file of ours, or to a heading in one, finds it."""
    lost = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"\w+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path) if path else page
        headings = re.findall(r"^#+ (.+)$", _BLOCK.sub("", text_of(file)), re.MULTILINE) if (
            file.suffix == ".md" and file.is_file()
        ) else []  # fmt: skip
        if not file.exists() or (anchor and anchor not in map(slug, headings)):
            lost.append(target)
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_is_understood(page: Path) -> None:
    """A command, an option or an argument that was renamed would mislead whoever copies a block."""
    assert [found for words in commands(page) if (found := usage_fault(words))] == []


def test_commands_are_found_and_faults_in_them() -> None:
    """The check above is no formality."""
    assert len([words for page in PAGES for words in commands(page)]) > 30
    for wrong in (["qa", "nosuch"], ["qa", "ask", "--nosuch", "q"], ["qa", "forget"]):
        assert usage_fault(wrong)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_name_in_the_prose_exists(page: Path) -> None:
    """Settings, targets of make, modules that are run, and tests that prove something."""
    text = text_of(page)
    variables = set(re.findall(r"\bQA_[A-Z][A-Z_]*[A-Z]\b", text)) - _OTHERS
    assert {name for name in variables if name[3:].lower() not in Settings.model_fields} == set()
    calls = re.findall(r"`(make [a-z]+)`", text)
    assert [found for call in calls if (found := fault(call))] == []
    modules = re.findall(r"python -m ((?:qa|api|eval|tests)[\w.]*)", text)
    assert [name for name in modules if importlib.util.find_spec(name.rstrip(".")) is None] == []
    for path, test in re.findall(r"(tests/[\w/]+\.py)(?:::(\w+))?", text):
        assert (ROOT / path).is_file(), path
        assert not test or test in functions(ROOT / path), f"{path}::{test}"


def test_every_format_has_a_real_file() -> None:
    """docs/formats.md lists the files that the tests read, all of them and no other."""
    text = text_of(ROOT / "docs" / "formats.md")
    section = text.partition("## Tried with")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")]
    listed = {name for row in rows for name in re.findall(r"`([\w.]+\.[a-z]+)`", row)}
    assert listed == set(FILES)


def test_every_row_of_clients_names_a_test() -> None:
    """docs/clients.md says of each client which test tried it."""
    section = text_of(ROOT / "docs" / "clients.md").partition("## Tried with")[2]
    rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 6
    assert [row for row in rows if "::test_" not in row] == []
