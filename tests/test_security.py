"""SECURITY.md names tests that exist, for every point of the OWASP list."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", TEXT)))


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_every_test_that_is_named_exists(file: str, test: str) -> None:
    """A claim whose test was renamed or removed is not left standing."""
    source = (ROOT / file).read_text(encoding="utf-8")
    assert re.search(rf"^def {test or 'test_'}", source, re.MULTILINE)


def test_every_point_of_the_list_is_answered_by_tests() -> None:
    """Ten points, in order, each with what is done and the test that shows it."""
    points = re.split(r"^### (?=LLM\d\d )", TEXT, flags=re.MULTILINE)[1:]
    assert [point[:5] for point in points] == [f"LLM{n:02}" for n in range(1, 11)]
    for point in points:
        assert "Shown by `tests/" in point.partition("\n## ")[0]


def test_every_file_that_is_named_exists() -> None:
    """No border is guarded by a file that is gone."""
    for path in re.findall(r"`((?:qa|api)/[\w/]+(?:\.py)?)`", TEXT):
        assert (ROOT / path).exists(), path


def test_the_readme_leads_there() -> None:
    """Who looks for it finds it."""
    assert "(SECURITY.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
