"""Every parser with inputs that are kept, and a few mutations of them; `make fuzz` goes on."""

import pytest

from tests import fuzz_parsers
from tests.fuzz_parsers import KEPT, fuzz, kept
from tests.fuzz_targets import TARGETS, Target

INPUTS = 80
OURS = [name for name in TARGETS if not name.startswith("articles-")]
"""Those whose mutations are not tried by tests/test_formats_fuzz.py."""


@pytest.mark.parametrize("name", OURS)
def test_a_parser_reads_or_refuses_anything(name: str) -> None:
    """Samples, what was once found, and mutations of both: each is read, or refused as foreseen."""
    tried = fuzz(name, seed=1, inputs=INPUTS)
    assert tried.findings == {}
    assert tried.inputs >= INPUTS
    assert len(tried.outcomes) > 1


def test_what_is_kept_is_tried() -> None:
    """No folder of samples is of a parser that there is not; those of articles are read, too."""
    names = {folder.name for folder in KEPT.iterdir()}
    assert names <= TARGETS.keys()
    for name in names - set(OURS):
        assert fuzz(name, seed=1, inputs=len(kept(name))).findings == {}


def test_a_fault_is_found_and_its_input_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A parser that fails on three nines somewhere is found out, with an input that shows it."""

    def fragile(data: bytes) -> int:
        return len(data) // (b"999" not in data)

    monkeypatch.setitem(TARGETS, "fragile", Target(fragile, seeds=(b"text",)))
    tried = fuzz_parsers.fuzz("fragile", seed=1, inputs=500)
    (what, data), *_ = tried.findings.items()
    assert what.startswith("ZeroDivisionError")
    assert b"999" in data
