"""The metrics of one question agree with their definitions, written out anew here."""

import math
import re
import string
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval import metrics
from eval.metrics import Undefined
from qa.types import Span

documents = st.sampled_from([f"d{i}" for i in range(12)])
rankings = st.lists(documents, unique=True)
judgements = st.dictionaries(documents, st.integers(0, 3), min_size=1)
cutoffs = st.integers(1, 15)


def defined(score: metrics.Score) -> float:
    """Return a score that must have a value."""
    assert isinstance(score, float)
    return score


@given(rankings, judgements, cutoffs)
def test_ranking_metrics_agree_with_their_definitions(
    ranking: list[str], judged: dict[str, int], k: int
) -> None:
    """Recall, reciprocal rank, average precision and nDCG equal a direct, slow computation."""
    relevant = {name for name, gain in judged.items() if gain > 0}
    if not relevant:
        assert isinstance(metrics.recall_at(ranking, relevant, k), Undefined)
        assert isinstance(metrics.reciprocal_rank(ranking, relevant), Undefined)
        assert isinstance(metrics.average_precision(ranking, relevant), Undefined)
        assert isinstance(metrics.ndcg_at(ranking, judged, k), Undefined)
        return
    hits = [name in relevant for name in ranking]
    recall = sum(hits[:k]) / len(relevant)
    reciprocal = 1 / (hits.index(True) + 1) if any(hits) else 0.0
    precision_at = [sum(hits[: i + 1]) / (i + 1) for i in range(len(hits))]
    average = sum(p for p, hit in zip(precision_at, hits, strict=True) if hit) / len(relevant)

    def dcg(gains: Sequence[float]) -> float:
        return sum(gain * math.log(2) / math.log(i + 2) for i, gain in enumerate(gains[:k]))

    ideal = dcg(sorted(judged.values(), reverse=True))
    ndcg = dcg([judged.get(name, 0) for name in ranking]) / ideal

    assert defined(metrics.recall_at(ranking, relevant, k)) == pytest.approx(recall)
    assert defined(metrics.reciprocal_rank(ranking, relevant)) == pytest.approx(reciprocal)
    assert defined(metrics.average_precision(ranking, relevant)) == pytest.approx(average)
    assert defined(metrics.ndcg_at(ranking, judged, k)) == pytest.approx(ndcg)


def test_ranking_metrics_on_a_case_worked_by_hand() -> None:
    """Relevant at ranks 1 and 3 of three found, one of three missing."""
    ranking, relevant = ["a", "x", "b"], {"a", "b", "c"}
    assert metrics.recall_at(ranking, relevant, 2) == pytest.approx(1 / 3)
    assert metrics.reciprocal_rank(["x", "a"], relevant) == pytest.approx(0.5)
    assert metrics.average_precision(ranking, relevant) == pytest.approx((1 + 2 / 3) / 3)
    gains = {"a": 1.0, "b": 1.0, "c": 1.0}
    ideal = 1 + 1 / math.log2(3) + 0.5
    assert metrics.ndcg_at(ranking, gains, 3) == pytest.approx((1 + 0.5) / ideal)


def reference_normal(text: str) -> list[str]:
    """Apply SQuAD's steps one by one: lower case, punctuation, articles, white space."""
    text = text.lower()
    for mark in string.punctuation:
        text = text.replace(mark, "")
    text = re.sub(r"\b(?:a|an|the)\b", " ", text)
    return " ".join(text.split()).split(" ") if text.split() else []


def reference_f1(prediction: str, reference: str) -> float:
    """Compute F1 from precision and recall, as the SQuAD paper words it."""
    ours, theirs = reference_normal(prediction), reference_normal(reference)
    if not ours or not theirs:
        return 1.0 if ours == theirs else 0.0
    left = list(theirs)
    same = 0
    for token in ours:
        if token in left:
            left.remove(token)
            same += 1
    if same == 0:
        return 0.0
    precision, recall = same / len(ours), same / len(theirs)
    return 2 * precision * recall / (precision + recall)


phrases = st.lists(
    st.sampled_from(
        ["The", "a", "an", "Cuba", "cuba!", "U.S.", "us", "two-day", "theory", "A.", "é"]
    )
).map(" ".join)


@given(phrases, st.lists(phrases, min_size=1))
def test_exact_match_and_f1_follow_squad(prediction: str, references: list[str]) -> None:
    """EM and F1 equal the published definition, taking the best reference."""
    exact = any(reference_normal(prediction) == reference_normal(r) for r in references)
    best = max(reference_f1(prediction, r) for r in references)
    assert metrics.exact_match(prediction, references) == float(exact)
    assert metrics.token_f1(prediction, references) == pytest.approx(best)


def test_f1_on_a_case_worked_by_hand() -> None:
    """Two of three predicted tokens are among four: P 2/3, R 1/2, F1 4/7."""
    assert metrics.token_f1("the red old boat", ["a red boat at sea"]) == pytest.approx(4 / 7)
    assert isinstance(metrics.token_f1("x", []), Undefined)


spans = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda s: (min(s), max(s)))


@given(spans, st.lists(spans))
def test_overlap_counts_every_covered_character_once(span: Span, others: list[Span]) -> None:
    """The covered share equals that of the sets of positions, however the others overlap."""
    positions = set(range(*span))
    covered = positions & {i for other in others for i in range(*other)}
    expected = len(covered) / len(positions) if positions else 0.0
    assert metrics.overlap(span, others) == pytest.approx(expected)


def test_shares_say_when_there_is_nothing_to_judge() -> None:
    """A share of nothing is undefined, with a reason, and never zero."""
    assert metrics.share([True, False, False]) == pytest.approx(1 / 3)
    assert isinstance(metrics.share([]), Undefined)


def holds(claim: str, text: str) -> bool:
    """Support a claim when every word of it is in the text."""
    return set(claim.split()) <= set(text.split())


def test_alce_counts_supported_claims_and_needed_citations() -> None:
    """ALCE: a claim needs its quotes together; a quote that adds nothing is not precise."""
    together = ("a b", ["a", "b"])
    idle = ("a b", ["a b", "z"])
    either = ("a b", ["a b", "b a"])
    unsupported = ("a b", ["a"])
    uncited: tuple[str, list[str]] = ("a", [])
    assert metrics.alce_recall([together, unsupported, uncited], holds) == pytest.approx(1 / 3)
    assert metrics.alce_recall([uncited], lambda _claim, _text: True) == 0.0
    assert metrics.alce_precision([together], holds) == 1.0
    assert metrics.alce_precision([idle], holds) == 0.5
    assert metrics.alce_precision([either], holds) == 1.0
    assert metrics.alce_precision([unsupported], holds) == 0.0
    assert isinstance(metrics.alce_precision([uncited], holds), Undefined)


def test_a_ranking_of_files_keeps_the_first_place_of_each() -> None:
    """A file ranks where its best passage does."""
    assert metrics.distinct(["b", "a", "b", "c", "a"]) == ["b", "a", "c"]
