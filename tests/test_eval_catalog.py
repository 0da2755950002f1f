"""Metrics over single replies: passages, confidence, tokens, and the curves drawn of them."""

import re

import pytest

from eval.catalog import judge
from eval.charts import calibration, refusals
from eval.gold import GoldQuestion
from eval.results import Case, Outcome, Result
from eval.run import rejudged
from eval.summary import summarise
from qa.types import Answer, PassageRef
from tests.eval_world import TEXTS, answers_everything, questions, results, right

FILE, TEXT = "arden.txt", TEXTS["arden.txt"]


def reading(*spans: tuple[int, int], file: str = FILE) -> Answer:
    """Return a refusal after reading these stretches of an article, best first."""
    passages = tuple(
        PassageRef(id=str(n), file=file, start=start, end=end, score=1.0)
        for n, (start, end) in enumerate(spans)
    )
    return Answer(question="?", status="not_found", answer="", passages=passages, model="test")


def scored(gold: GoldQuestion, answer: Answer) -> Result:
    """Judge a reply."""
    return rejudged(gold, Outcome(answer=answer, wall_ms=1.0), TEXTS)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([(0, 40), (40, 90)], (1.0, 1.0, 1.0, 1.0)),
        ([(40, 90), (30, 80), (0, 38)], (1 / 3, 0.0, 1.0, 1.0)),
        ([(40, 90), (1, 90), (0, 37), (0, 39)], (0.25, 0.0, 0.0, 1.0)),
        ([(40, 90)], (0.0, 0.0, 0.0, 0.0)),
        ([], (0.0, 0.0, 0.0, 0.0)),
    ],
)
def test_a_passage_counts_from_where_it_holds_a_gold_quote_whole(
    spans: list[tuple[int, int]], expected: tuple[float, ...]
) -> None:
    """The rank is that of the first passage with all of a quote, which stands at 0 to 38 here."""
    gold = questions()[0]
    assert TEXT.index(gold.quotes[0]) == 0
    assert len(gold.quotes[0]) == 38
    names = ("passage_mrr", "passage_recall_at_1", "passage_recall_at_3", "passage_recall_at_5")
    scores = scored(gold, reading(*spans)).scores
    assert tuple(scores[name] for name in names) == pytest.approx(expected)


def test_any_gold_quote_will_do_but_it_must_be_there_and_in_its_file() -> None:
    """The second quote counts as the first; another file's stretch does not; no place, no score."""
    both = questions()[1]
    second = TEXT.index(both.quotes[1])
    there = (second, second + len(both.quotes[1]))
    assert scored(both, reading(there)).scores["passage_mrr"] == 1.0
    assert scored(both, reading(there, file="brill.txt")).scores["passage_mrr"] == 0.0
    gone = both.model_copy(update={"quotes": ("nowhere to be found",)})
    assert "passage_mrr" not in (result := scored(gone, reading(there))).scores
    assert "no gold quote" in result.unscored["passage_mrr"]


def test_confidence_is_the_replies_own_else_that_of_the_best_claim() -> None:
    """A stated confidence wins, a refusal's too; without one, claims say it, and Brier nothing."""
    gold, refused = questions()[0], questions()[2]
    plain = scored(gold, right(gold))
    assert (plain.confidence, scored(refused, right(refused)).confidence) == (0.9, 0.0)
    assert "does not say" in plain.unscored["brier"]
    sure = scored(gold, right(gold).model_copy(update={"confidence": 0.6}))
    unsure = scored(refused, right(refused).model_copy(update={"confidence": 0.3}))
    assert (sure.confidence, unsure.confidence) == (0.6, 0.3)
    assert sure.scores["brier"] == pytest.approx(0.16)
    assert unsure.scores["brier"] == pytest.approx(0.09)


def test_auroc_tells_confidences_apart_that_refusals_do_not() -> None:
    """Replies that all answer, but state less confidence where no article does, have AUROC 1."""
    blind = results(answers_everything)
    stated = [
        scored(r.gold, r.outcome.answer.model_copy(
            update={"confidence": 0.8 if r.gold.answerable else 0.4}))
        for r in blind if r.outcome.answer
    ]  # fmt: skip
    areas = [
        next(f.value for f in summarise(found) if f.metric == "auroc") for found in (blind, stated)
    ]
    assert areas == [0.5, 1.0]


def test_tokens_are_summed_where_they_are_counted() -> None:
    """Without a language model the metric is not scored, with the reason, and not zero."""
    gold = questions()[0]
    assert "no language model" in scored(gold, right(gold)).unscored["tokens"]
    counted = right(gold).model_copy(update={"tokens": {"prompt": 300, "eval": 20}})
    scores, _ = judge(Case(gold, Outcome.model_construct(answer=counted), TEXTS))
    assert scores["tokens"] == 320.0


def test_the_calibration_plot_has_a_dot_for_each_filled_bin() -> None:
    """Its height is the share of the bin's questions that have an answer."""
    found = [
        scored(gold, right(gold).model_copy(update={"confidence": 0.3}))
        for gold in questions()[:3]
    ]  # fmt: skip
    assert re.findall(r"<title>([^<]+)</title>", calibration(found)) == [
        "3 questions, 0.67 answerable"
    ]


def test_the_refusal_curve_parts_only_replies_that_differ_in_confidence() -> None:
    """Equally sure replies are one point; refusals are no answers; failures count as asked."""
    golds = [gold for gold in questions() if gold.answerable][:4]
    uncited = right(golds[2]).model_copy(update={"confidence": 0.5, "citations": ()})
    found = [
        scored(golds[0], right(golds[0]).model_copy(update={"confidence": 0.9})),
        scored(golds[2], right(golds[2]).model_copy(update={"confidence": 0.5})),
        scored(golds[2], uncited),
        scored(golds[3], reading().model_copy(update={"confidence": 0.99})),
    ]
    drawn = refusals(found)
    assert drawn.count("<circle") == 2
    assert drawn.count("<polyline") == 1
