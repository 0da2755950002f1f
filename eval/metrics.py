"""The figures of one question, as pure functions with their definitions and sources.

A metric that has no value for a question says so with `Undefined` and a reason; it is never NaN
and never silently zero.
"""

import math
import re
import string
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from qa.types import Span


@dataclass(frozen=True)
class Undefined:
    """Why a metric has no value for a question."""

    reason: str


Score = float | Undefined
"""The value of a metric for one question, or why there is none."""

NO_RELEVANT = Undefined("nothing relevant is named")
NO_REFERENCE = Undefined("no accepted answer in plain words")
NO_ITEMS = Undefined("the answer has none to judge")
NO_QUOTE = Undefined("no gold quote stands in the articles")

_HALF = 0.5


def distinct(names: Iterable[str]) -> list[str]:
    """Return the names in order of first appearance: a ranking of files from one of passages."""
    return list(dict.fromkeys(names))


def recall_at(ranking: Sequence[str], relevant: AbstractSet[str], k: int) -> Score:
    """Share of the relevant documents that are among the first `k` (Manning et al. 2008, ch. 8)."""
    if not relevant:
        return NO_RELEVANT
    return len(relevant & set(ranking[:k])) / len(relevant)


def reciprocal_rank(ranking: Sequence[str], relevant: AbstractSet[str]) -> Score:
    """1 / rank of the first relevant document, 0 when none was found (Voorhees 1999, TREC-8)."""
    if not relevant:
        return NO_RELEVANT
    ranks = (rank for rank, name in enumerate(ranking, start=1) if name in relevant)
    first = next(ranks, None)
    return 0.0 if first is None else 1.0 / first


def average_precision(ranking: Sequence[str], relevant: AbstractSet[str]) -> Score:
    """Mean over the relevant documents of the precision at each one's rank.

    One that was not found adds zero (Buckley & Voorhees 2000); the mean over questions is MAP.
    """
    if not relevant:
        return NO_RELEVANT
    precisions: list[float] = []
    for rank, name in enumerate(ranking, start=1):
        if name in relevant:
            precisions.append((len(precisions) + 1) / rank)
    return math.fsum(precisions) / len(relevant)


def ndcg_at(ranking: Sequence[str], gains: Mapping[str, float], k: int) -> Score:
    """Normalised discounted cumulative gain of the first `k` (Järvelin & Kekäläinen 2002).

    The gain is the judgement itself and the discount log2(rank + 1), as in trec_eval; gains
    below zero count as zero.
    """
    ideal = _discounted(sorted(gains.values(), reverse=True)[:k])
    if ideal <= 0.0:
        return NO_RELEVANT
    return _discounted([gains.get(name, 0.0) for name in ranking[:k]]) / ideal


def _discounted(gains: Sequence[float]) -> float:
    return math.fsum(
        max(gain, 0.0) / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1)
    )


def squad_tokens(text: str) -> list[str]:
    """Normalise as SQuAD does: lower case, ASCII punctuation and articles away, split at space.

    Rajpurkar et al. 2016, "SQuAD: 100,000+ Questions", section 6.1.
    """
    bare = "".join(char for char in text.lower() if char not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", bare).split()


def exact_match(prediction: str, references: Sequence[str]) -> Score:
    """1 when the normalised prediction equals a reference, else 0 (SQuAD, section 6.1)."""
    if not references:
        return NO_REFERENCE
    tokens = squad_tokens(prediction)
    return float(any(tokens == squad_tokens(reference) for reference in references))


def token_f1(prediction: str, references: Sequence[str]) -> Score:
    """Harmonic mean of token precision and recall, of the best reference (SQuAD, section 6.1).

    When either side has no tokens it is 1 if both have none and else 0 (SQuAD 2.0).
    """
    if not references:
        return NO_REFERENCE
    return max(_f1(squad_tokens(prediction), squad_tokens(reference)) for reference in references)


def _f1(predicted: Sequence[str], wanted: Sequence[str]) -> float:
    if not predicted or not wanted:
        return float(predicted == wanted)
    common = (Counter(predicted) & Counter(wanted)).total()
    return 2.0 * common / (len(predicted) + len(wanted))


def share(flags: Sequence[bool], none: Undefined = NO_ITEMS) -> Score:
    """Share of the flags that are true; `none` says what it means that there are no flags."""
    return sum(flags) / len(flags) if flags else none


def overlap(span: Span, others: Iterable[Span]) -> float:
    """Share of `span` that lies in the union of `others`; 0 for an empty span."""
    start, end = span
    covered, reached = 0, start
    for first, last in sorted(others):
        low, high = max(first, reached), min(last, end)
        if low < high:
            covered, reached = covered + high - low, high
    return covered / (end - start) if end > start else 0.0


def half_covered(span: Span, others: Iterable[Span]) -> bool:
    """Say whether at least half of `span` lies in the union of `others`."""
    return overlap(span, others) >= _HALF


Supports = Callable[[str, str], bool]
"""Whether a text (second) supports a claim (first)."""


def alce_recall(claims: Sequence[tuple[str, Sequence[str]]], supports: Supports) -> Score:
    """Share of the claims that their quotes, taken together, support (ALCE, Gao et al. 2023)."""
    return share([bool(quotes) and supports(claim, " ".join(quotes)) for claim, quotes in claims])


def alce_precision(claims: Sequence[tuple[str, Sequence[str]]], supports: Supports) -> Score:
    """Share of the citations that are not irrelevant (ALCE, Gao et al. 2023, section 3).

    A citation counts when its claim is supported by all its quotes together, and the quote either
    supports the claim alone or the others do not without it.
    """
    useful: list[bool] = []
    for claim, quotes in claims:
        recalled = supports(claim, " ".join(quotes))
        for index, quote in enumerate(quotes):
            others = " ".join((*quotes[:index], *quotes[index + 1 :]))
            needed = supports(claim, quote) or not (others and supports(claim, others))
            useful.append(recalled and needed)
    return share(useful)
