"""docs/eval.md says what is so."""

import re
from pathlib import Path

from eval.baseline import GATED
from eval.cli import app
from eval.gate import read_thresholds
from eval.gold import GoldQuestion, read_gold
from eval.summary import about, names

TEXT = (Path(__file__).parent.parent / "docs" / "eval.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """Return the first code block in a language."""
    found = re.search(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    assert found
    return found[1]


def test_every_metric_is_documented_with_what_it_says() -> None:
    """The table has one row for each metric that a threshold may name, in its own words."""
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", TEXT, re.MULTILINE)
    documented = {name: text.strip() for name, text in rows if name in names()}
    assert documented == {name: about(name) for name in names()}
    assert all(f"`{name}`" in TEXT for name in GATED)


def test_the_examples_can_be_used_as_they_are(tmp_path: Path) -> None:
    """The gold lines are gold questions of the kinds they say, the thresholds are thresholds."""
    gold, thresholds = tmp_path / "gold.jsonl", tmp_path / "thresholds.toml"
    gold.write_text(block("json"), encoding="utf-8")
    kinds = [question.kind for question in read_gold([gold])]
    assert kinds == ["answerable", "answerable", "unanswerable", "follow_up"]
    thresholds.write_text(block("toml"), encoding="utf-8")
    assert set(read_thresholds(thresholds).root) == {"all", "numbers"}


def test_every_field_and_command_is_documented() -> None:
    """No field of a gold question and no subcommand is missing."""
    for field in GoldQuestion.model_fields:
        assert f"`{field}`" in TEXT
    for command in app.registered_commands:
        if command.name not in {"run", "schema"}:
            assert f"qa eval {command.name}" in TEXT
