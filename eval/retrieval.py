"""Metrics of what was retrieved: by file, and by the passages that hold a gold quote."""

from eval import metrics
from eval.groups import Group, quoted, sourced
from eval.metrics import NO_QUOTE, Score, Undefined
from eval.results import Case
from qa.types import Answer

metric = Group()


def _ranking(answer: Answer) -> list[str]:
    return metrics.distinct(passage.file for passage in answer.passages)


@metric(sourced)
def recall_at_1(case: Case, answer: Answer) -> Score:
    """Share of the accepted files that is ranked first."""
    return metrics.recall_at(_ranking(answer), set(case.gold.files), 1)


@metric(sourced)
def recall_at_5(case: Case, answer: Answer) -> Score:
    """Share of the accepted files among the first five."""
    return metrics.recall_at(_ranking(answer), set(case.gold.files), 5)


@metric(sourced)
def mrr(case: Case, answer: Answer) -> Score:
    """Reciprocal rank of the first accepted file."""
    return metrics.reciprocal_rank(_ranking(answer), set(case.gold.files))


@metric(sourced)
def ndcg_at_10(case: Case, answer: Answer) -> Score:
    """Normalised discounted cumulative gain of the first ten files."""
    return metrics.ndcg_at(_ranking(answer), dict.fromkeys(case.gold.files, 1.0), 10)


@metric(sourced)
def average_precision(case: Case, answer: Answer) -> Score:
    """Average precision of the accepted files (its mean is MAP)."""
    return metrics.average_precision(_ranking(answer), set(case.gold.files))


@metric(quoted)
def evidence_at_5(case: Case, answer: Answer) -> Score:
    """Share of the gold quotes that the first five passages hold at least half of."""
    return _evidence(case, answer, 5)


@metric(quoted)
def evidence_read(case: Case, answer: Answer) -> Score:
    """Share of the gold quotes that the passages read hold at least half of."""
    return _evidence(case, answer, len(answer.passages))


def _evidence(case: Case, answer: Answer, k: int) -> Score:
    read: dict[str, list[tuple[int, int]]] = {}
    for passage in answer.passages[:k]:
        read.setdefault(passage.file, []).append((passage.start, passage.end))
    held = [
        any(metrics.half_covered(place, read.get(file, [])) for file, place in places)
        for places in map(case.places, case.gold.quotes)
        if places
    ]
    return metrics.share(held, NO_QUOTE)


@metric(quoted)
def passage_mrr(case: Case, answer: Answer) -> Score:
    """Reciprocal rank of the first passage that holds a gold quote whole."""
    rank = _first(case, answer)
    if isinstance(rank, Undefined):
        return rank
    return 1.0 / rank if rank else 0.0


@metric(quoted)
def passage_recall_at_1(case: Case, answer: Answer) -> Score:
    """Whether the first passage holds a gold quote whole."""
    return _among(case, answer, 1)


@metric(quoted)
def passage_recall_at_3(case: Case, answer: Answer) -> Score:
    """Whether one of the first three passages holds a gold quote whole."""
    return _among(case, answer, 3)


@metric(quoted)
def passage_recall_at_5(case: Case, answer: Answer) -> Score:
    """Whether one of the first five passages holds a gold quote whole."""
    return _among(case, answer, 5)


def _among(case: Case, answer: Answer, k: int) -> Score:
    rank = _first(case, answer)
    return rank if isinstance(rank, Undefined) else float(0 < rank <= k)


def _first(case: Case, answer: Answer) -> int | Undefined:
    """Return the rank, from 1, of the first passage that holds a gold quote; 0 when none does."""
    places = [place for quote in case.gold.quotes for place in case.places(quote)]
    if not places:
        return NO_QUOTE
    for rank, passage in enumerate(answer.passages, start=1):
        if any(
            file == passage.file and passage.start <= start and end <= passage.end
            for file, (start, end) in places
        ):
            return rank
    return 0
