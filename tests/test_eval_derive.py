"""Limits are moved to what was reached, and nothing else in the file is."""

from pathlib import Path

import pytest

from eval.derive import derived
from eval.gate import check, read_thresholds
from tests.eval_world import loses_a_claim, results

LIMITS = """# What must be reached.

[all]
fact_recall = { at_least = 0.1 }     # a comment
false_refusal = { at_most = 0.9 }
auroc = { at_least = 0.1 }
claims = { at_most = 9 }
latency_p50_ms = { at_most = 500 }
conflicts_found = { at_least = 0.5 }
verbatim = { at_least = 1.0 }        # fixed

["names"]
correct = { at_least = 0.1 }
"""


@pytest.mark.parametrize(
    ("margin", "recall", "refusal", "auroc", "names"),
    [
        (1.0, "0.666", "0.084", "0.833", "0.833"),
        (0.0, "0.750", "0.000", "1.000", "1.000"),
        (99.0, "0.000", "8.250", "0.000", "0.000"),
    ],
)
def test_limits_lie_some_questions_off_the_figures(
    tmp_path: Path, margin: float, recall: str, refusal: str, auroc: str, names: str
) -> None:
    """A question is 1/n of a mean's n, of AUROC the smaller class's; rounding is away from both.

    Comments, fixed limits, timings, metrics without a better side, and those without a value stay.
    """
    path = tmp_path / "limits.toml"
    path.write_text(LIMITS, encoding="utf-8")
    found = results(loses_a_claim)
    text = derived(path, found, margin)
    expected = (
        LIMITS.replace("fact_recall = { at_least = 0.1", f"fact_recall = {{ at_least = {recall}")
        .replace("at_most = 0.9", f"at_most = {refusal}")
        .replace("auroc = { at_least = 0.1", f"auroc = {{ at_least = {auroc}")
        .replace("\ncorrect = { at_least = 0.1", f"\ncorrect = {{ at_least = {names}")
    )
    assert text == expected
    path.write_text(text, encoding="utf-8")
    missed = {v.metric for v in check(found, read_thresholds(path)) if not v.passed}
    assert missed == {"conflicts_found"}
