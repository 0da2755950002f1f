"""The gate catches damage: each kind is noticed, and by the metric that is meant to notice it."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.baseline import compare, read_baseline
from eval.errors import BadBaseline, BadThresholds
from eval.gate import Thresholds, check, read_thresholds
from eval.gold import GoldQuestion
from eval.report import write_results
from eval.results import Outcome, Result
from eval.run import rejudged
from eval.summary import every_figure, names, scorecard, summarise
from qa.types import Answer
from tests.eval_world import (
    TEXTS,
    answers_everything,
    cites_a_copy,
    cites_another_article,
    cites_another_claims_quote,
    cites_nothing,
    cuts_quotes,
    cuts_quotes_and_offsets,
    cuts_the_beginning,
    loses_a_claim,
    ranks_backwards,
    refuses_everything,
    results,
)

AT_LEAST = (
    *("correct", "fact_recall", "cited_answer", "first_citation", "citation_precision"),
    *("citation_recall", "quote_recall", "quote_precision", "verbatim", "whole_quotes"),
    *("well_formed", "true_refusal", "mrr", "passage_mrr", "auroc"),
)
FULL = Thresholds.model_validate(
    {
        "all": {
            **{metric: {"at_least": 0.95} for metric in AT_LEAST},
            "false_refusal": {"at_most": 0.05},
            "failed": {"at_most": 0.0},
        },
        "numbers": {"answer_match": {"at_least": 0.9}},
    }
)


def missed(found: list[Result]) -> set[str]:
    """Return the metrics that miss their thresholds."""
    return {verdict.metric for verdict in check(found, FULL) if not verdict.passed}


def test_right_replies_pass() -> None:
    """Replies with nothing wrong hold every threshold: what the damages below miss is theirs."""
    assert missed(results()) == set()


@pytest.mark.parametrize(
    ("damage", "caught_by"),
    [
        (cites_another_article, {"citation_precision", "citation_recall", "first_citation",
                                 "cited_answer", "quote_recall", "quote_precision", "correct"}),
        (cites_another_claims_quote, {"cited_answer", "correct"}),
        (answers_everything, {"true_refusal", "auroc", "correct"}),
        (refuses_everything, {"false_refusal", "correct", "fact_recall", "cited_answer", "auroc"}),
        (cuts_quotes, {"verbatim"}),
        (cuts_quotes_and_offsets, {"whole_quotes"}),
        (cuts_the_beginning, {"whole_quotes"}),
        (ranks_backwards, {"mrr", "passage_mrr"}),
        (loses_a_claim, {"fact_recall", "answer_match", "quote_recall", "correct"}),
        (cites_a_copy, {"cited_answer", "citation_precision", "quote_recall", "verbatim"}),
        (cites_nothing, {"well_formed", "cited_answer", "first_citation", "citation_recall"}),
    ],
)  # fmt: skip
def test_every_damage_is_caught_by_its_metrics(
    damage: Callable[[GoldQuestion, Answer], Answer], caught_by: set[str]
) -> None:
    """Each damage makes the metrics miss that are about it."""
    found = missed(results(damage))
    assert caught_by <= found, found
    if damage in {cuts_quotes, cuts_quotes_and_offsets, cuts_the_beginning, ranks_backwards}:
        assert found == caught_by


def test_a_question_that_failed_is_counted_with_its_reason() -> None:
    """A crash is neither zero nor NaN in any metric: it is unscored with the reason, and failed."""
    found = results()
    crashed = Outcome.model_validate(
        {"problem": {"type": "exception", "title": "KeyError", "detail": "x", "remedy": "y"}}
    )
    found[0] = rejudged(found[0].gold, crashed, TEXTS)
    assert "failed" in missed(found)
    assert found[0].scores == {"correct": 0.0}
    figures = {figure.metric: figure for figure in summarise(found)}
    assert figures["mrr"].unscored == {"the question failed: exception": 1}
    assert figures["mrr"].value == 1.0
    assert figures["failed"].value == pytest.approx(1 / len(found))


def test_figures_that_cannot_be_computed_miss_their_threshold() -> None:
    """A tag that no question carries, and a metric without values, cannot pass unnoticed."""
    limits = {
        "nosuchtag": {"correct": {"at_least": 0.0}},
        "all": {"conflicts_found": {"at_least": 0}},
    }
    verdicts = check(results(), Thresholds.model_validate(limits))
    assert [verdict.passed for verdict in verdicts] == [False, False]
    assert "could not be computed" in str(verdicts[0])


def test_no_figure_is_nan_and_each_missing_one_has_its_reason() -> None:
    """Whatever the damage, a figure is a number or None with a reason."""
    for damage in (refuses_everything, cites_nothing, answers_everything):
        for scope in ("all", "unanswerable", "names"):
            for figure in every_figure(results(damage), scope):
                assert figure.value is None or math.isfinite(figure.value)
                assert (figure.value is None) == bool(figure.estimate.reason)


def test_raising_a_threshold_above_the_figure_closes_the_gate(tmp_path: Path) -> None:
    """A limit just above what is reached is missed, one just below is held."""
    found = results(loses_a_claim)
    reached = next(f.value for f in summarise(found) if f.metric == "fact_recall")
    assert reached is not None
    for limit, passed in ((reached - 0.001, True), (reached, True), (reached + 0.001, False)):
        path = tmp_path / "thresholds.toml"
        path.write_text(f"[all]\nfact_recall = {{ at_least = {limit} }}\n", encoding="utf-8")
        (verdict,) = check(found, read_thresholds(path))
        assert verdict.passed is passed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[all]\ncorect = { at_least = 1 }", "corect"),
        ("[all]\ncorrect = { least = 1 }", "least"),
        ("[all]\ncorrect = {}", "at_least or at_most"),
        ("[all]\ncorrect = { at_least = nan }", "finite"),
        ("[all", "TOML"),
        (None, "cannot be read"),
    ],
)
def test_wrong_thresholds_are_refused(tmp_path: Path, text: str | None, said: str) -> None:
    """A misspelt metric or limit is wrong usage, not a gate that is always open."""
    path = tmp_path / "thresholds.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(BadThresholds) as refused:
        read_thresholds(path)
    assert said in refused.value.detail


def test_the_bundled_thresholds_name_real_metrics() -> None:
    """eval/thresholds.toml can be read and limits something."""
    from eval.command import SEEDS_THRESHOLDS

    assert read_thresholds(SEEDS_THRESHOLDS).root["all"]


def test_a_regression_fails_and_an_improvement_does_not(tmp_path: Path) -> None:
    """Against a baseline a real loss is named with the questions that flipped; a gain is not."""
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    write_results(results(), good)
    write_results(results(cites_another_article), bad)
    lost = compare(read_baseline(good), results(cites_another_article))
    assert {change.metric for change in lost.regressions} >= {"correct", "citation_precision"}
    assert len(lost.lost) == 12
    gained = compare(read_baseline(bad), results())
    assert gained.regressions == ()
    assert len(gained.won) == 12
    assert compare(read_baseline(good), results()).regressions == ()
    write_results(results(refuses_everything), bad)
    fewer = compare(read_baseline(bad), results())
    assert next(c for c in fewer.changes if c.metric == "false_refusal").after == 0.0
    assert fewer.regressions == ()


def test_one_flip_is_not_a_regression(tmp_path: Path) -> None:
    """A single question lost of eighteen may be chance, and is listed without failing."""
    path = tmp_path / "good.jsonl"
    write_results(results(), path)
    found = results()
    worse = results(refuses_everything)
    compared = compare(read_baseline(path), [worse[0], *found[1:]])
    assert compared.lost == ("n0",)
    assert compared.regressions == ()


def test_a_baseline_of_other_questions_is_refused(tmp_path: Path) -> None:
    """A file that is no results file, or shares no question, is wrong usage."""
    path = tmp_path / "other.jsonl"
    for text in ("", "{}\n", "[1]\n", "nonsense\n"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(BadBaseline):
            read_baseline(path)
    with pytest.raises(BadBaseline):
        compare({("n0", "asked otherwise"): {"correct": 1.0}}, results())


def test_two_judgements_of_the_same_replies_are_equal_to_the_last_digit() -> None:
    """The card of all figures and intervals is the same text twice, timings aside."""
    first, second = results(loses_a_claim), results(loses_a_claim)
    slower = [r.model_copy(update={"outcome": r.outcome.model_copy(update={"wall_ms": 9.0})})
              for r in second]  # fmt: skip
    assert scorecard(first) == scorecard(slower)
    assert scorecard(first) != scorecard(results())


def test_every_metric_says_what_it_means() -> None:
    """Each metric has a line that explains it, for reports and documentation."""
    from eval.summary import about

    assert all(about(name) for name in names())
