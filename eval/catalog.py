"""Every metric by name: which questions it is meant for, what it says, how it is computed.

Each function below is one metric; its name and the first line of its docstring are what reports,
thresholds and the documentation call it. The arithmetic lies in `eval.metrics`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from eval import metrics
from eval.match import in_words, stated_facts
from eval.metrics import Score, Undefined
from eval.results import Case
from qa.sentences import sentences
from qa.types import Answer, Citation

Better = Literal["higher", "lower", "neither"]
Judge = Callable[[Case, Answer], Score]

NO_CLAIM = Undefined("the answer has no claim")
NO_CITATION = Undefined("the answer has no citation")
NO_QUOTE = Undefined("no gold quote stands in the articles")
NOT_DRAFTED = Undefined("no claim was drafted")
_MARK = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True)
class Metric:
    """One figure of a question. `meant_for` picks the questions, `judge` computes it for one."""

    name: str
    about: str
    group: str
    better: Better
    meant_for: Callable[[Case], bool]
    judge: Judge


METRICS: dict[str, Metric] = {}
"""By name, in the order of the reports."""


def _any(_: Case) -> bool:
    return True


def _answerable(case: Case) -> bool:
    return case.gold.answerable


def _unanswerable(case: Case) -> bool:
    return not case.gold.answerable


def _sourced(case: Case) -> bool:
    return case.gold.answerable and bool(case.gold.files)


def _quoted(case: Case) -> bool:
    return bool(case.gold.quotes)


def _in_words(case: Case) -> bool:
    return bool(in_words(case.gold.answers))


def _disputed(case: Case) -> bool:
    return case.gold.kind == "conflict"


def _undisputed(case: Case) -> bool:
    return case.gold.kind != "conflict"


def _supported(case: Case) -> bool:
    return case.supports is not None


def _metric(
    group: str, meant_for: Callable[[Case], bool], better: Better = "higher"
) -> Callable[[Judge], Judge]:
    """Enter a function into the catalogue under its own name."""

    def enter(judge: Judge) -> Judge:
        name = getattr(judge, "__name__", "")
        about = (judge.__doc__ or "").partition("\n")[0].removesuffix(".")
        METRICS[name] = Metric(name, about, group, better, meant_for, judge)
        return judge

    return enter


@_metric("answers", _any)
def correct(case: Case, answer: Answer) -> Score:
    """Right as a whole: every fact stated and quoted, or refused where no article says it."""
    if not case.gold.answerable:
        return float(answer.status == "not_found")
    return float(cited_answer(case, answer) == 1.0)


@_metric("answers", _answerable)
def answer_match(case: Case, _: Answer) -> Score:
    """Every fact is stated."""
    return float(all(stated_facts(case.claimed, case.gold)))


@_metric("answers", _answerable)
def fact_recall(case: Case, _: Answer) -> Score:
    """Share of the facts that are stated."""
    return metrics.share(stated_facts(case.claimed, case.gold))


@_metric("answers", _in_words)
def exact_match(case: Case, answer: Answer) -> Score:
    """Exact match of the short answer (of the claims where there is none), as SQuAD defines it."""
    return metrics.exact_match(_prediction(case, answer), in_words(case.gold.answers))


@_metric("answers", _in_words)
def token_f1(case: Case, answer: Answer) -> Score:
    """Token F1 of the short answer (of the claims where there is none), as SQuAD defines it."""
    return metrics.token_f1(_prediction(case, answer), in_words(case.gold.answers))


def _prediction(case: Case, answer: Answer) -> str:
    """Return what is compared: a refusal is the empty answer, hence wrong, as in SQuAD 2.0."""
    return (answer.short_answer or case.claimed) if case.claimed else ""


@_metric("answers", _any, "neither")
def claims(_: Case, answer: Answer) -> Score:
    """Claims in an answer that has any."""
    return float(len(answer.claims)) if answer.claims else NO_CLAIM


@_metric("answers", _any, "neither")
def claims_kept(_: Case, answer: Answer) -> Score:
    """Share of the drafted claims that passed the check."""
    drafted = len(answer.claims) + len(answer.removed)
    return len(answer.claims) / drafted if drafted else NOT_DRAFTED


@_metric("citations", _answerable)
def cited_answer(case: Case, answer: Answer) -> Score:
    """Share of the facts stated by a claim and by its own quotes from an accepted file."""
    cited = [False] * len(case.gold.facts)
    for claim in answer.claims:
        quotes = [c.quote for c in case.quotes_of(claim.citations) if _accepted(case, c)]
        said = stated_facts(claim.text, case.gold)
        shown = stated_facts("\n".join(quotes), case.gold)
        cited = [c or (a and b) for c, a, b in zip(cited, said, shown, strict=True)]
    return metrics.share(cited)


@_metric("citations", _sourced)
def first_citation(case: Case, answer: Answer) -> Score:
    """Whether the first citation is from an accepted file."""
    return float(bool(answer.citations) and _accepted(case, answer.citations[0]))


@_metric("citations", _sourced)
def citation_precision(case: Case, answer: Answer) -> Score:
    """Share of the citations that are from an accepted file."""
    return metrics.share([_accepted(case, c) for c in answer.citations], NO_CITATION)


@_metric("citations", _sourced)
def citation_recall(case: Case, answer: Answer) -> Score:
    """Share of the claims with a citation from an accepted file."""
    backed = [
        any(_accepted(case, citation) for citation in case.quotes_of(claim.citations))
        for claim in answer.claims
    ]
    return metrics.share(backed, NO_CLAIM)


@_metric("citations", _quoted)
def quote_precision(case: Case, answer: Answer) -> Score:
    """Share of the citations that cover at least half of a gold quote."""
    known = [quote for quote in case.gold.quotes if case.places(quote)]
    if not known:
        return NO_QUOTE
    hits = [any(_covers(case, c, quote) for quote in known) for c in answer.citations]
    return metrics.share(hits, NO_CITATION)


@_metric("citations", _quoted)
def quote_recall(case: Case, answer: Answer) -> Score:
    """Share of the gold quotes that a citation covers at least half of."""
    known = [quote for quote in case.gold.quotes if case.places(quote)]
    hits = [any(_covers(case, c, quote) for c in answer.citations) for quote in known]
    return metrics.share(hits, NO_QUOTE)


@_metric("citations", _any)
def verbatim(case: Case, answer: Answer) -> Score:
    """Share of the quotes that stand in their article at their offsets."""
    exact = [
        bool(c.quote) and case.texts.get(c.file, "")[c.start : c.end] == c.quote
        for c in answer.citations
    ]
    return metrics.share(exact, NO_CITATION)


@_metric("citations", _any)
def whole_quotes(case: Case, answer: Answer) -> Score:
    """Share of the quotes that begin with a whole word and end where a sentence does.

    A quote that was cut together with its offsets is still verbatim; it shows here. A sentence
    may lose its beginning, since a dateline before it is no part of the report.
    """
    whole: list[bool] = []
    for citation in answer.citations:
        text = case.texts.get(citation.file, "")
        begins = citation.start == 0 or text[citation.start - 1 : citation.start].isspace()
        whole.append(begins and citation.end in _sentence_ends(text))
    return metrics.share(whole, NO_CITATION)


@lru_cache(maxsize=256)
def _sentence_ends(text: str) -> frozenset[int]:
    return frozenset(end for _, end in sentences(text))


@_metric("citations", _any)
def well_formed(_: Case, answer: Answer) -> Score:
    """Claims, citations, their numbers and the marks in the answer agree with one another."""
    ids = [citation.id for citation in answer.citations]
    used = {number for claim in answer.claims for number in claim.citations}
    marks = {int(mark) for mark in _MARK.findall(answer.answer)} if answer.claims else set[int]()
    return float(
        ids == list(range(1, len(ids) + 1))
        and used == marks == set(ids)
        and all(claim.citations and claim.verdict == "supported" for claim in answer.claims)
        and (answer.status != "answered" or bool(answer.claims))
        and (answer.status != "not_found" or not answer.claims)
    )


@_metric("citations", _supported)
def alce_recall(case: Case, answer: Answer) -> Score:
    """Share of the claims that their quotes support together, by our support model (ALCE)."""
    return metrics.alce_recall(_backed(case, answer), case.supports) if case.supports else NO_CLAIM


@_metric("citations", _supported)
def alce_precision(case: Case, answer: Answer) -> Score:
    """Share of the citations that their claim needs, by our support model (ALCE)."""
    if not case.supports:
        return NO_CLAIM
    return metrics.alce_precision(_backed(case, answer), case.supports)


def _backed(case: Case, answer: Answer) -> list[tuple[str, list[str]]]:
    return [
        (claim.text, [citation.quote for citation in case.quotes_of(claim.citations)])
        for claim in answer.claims
    ]


def _accepted(case: Case, citation: Citation) -> bool:
    return not case.gold.files or citation.file in case.gold.files


def _covers(case: Case, citation: Citation, quote: str) -> bool:
    cited = [(citation.start, citation.end)]
    return any(
        file == citation.file and metrics.half_covered(place, cited)
        for file, place in case.places(quote)
    )


@_metric("refusals", _unanswerable)
def true_refusal(_: Case, answer: Answer) -> Score:
    """Share of the unanswerable questions that were refused."""
    return float(answer.status == "not_found")


@_metric("refusals", _answerable, "lower")
def false_refusal(_: Case, answer: Answer) -> Score:
    """Share of the answerable questions that were refused."""
    return float(answer.status == "not_found")


@_metric("conflicts", _disputed)
def conflicts_found(_: Case, answer: Answer) -> Score:
    """Share of the disputed questions whose answer shows a disagreement."""
    return float(bool(answer.conflicts))


@_metric("conflicts", _undisputed, "lower")
def false_conflicts(_: Case, answer: Answer) -> Score:
    """Share of the other questions whose answer shows a disagreement."""
    return float(bool(answer.conflicts))


def _ranking(answer: Answer) -> list[str]:
    return metrics.distinct(passage.file for passage in answer.passages)


@_metric("retrieval", _sourced)
def recall_at_1(case: Case, answer: Answer) -> Score:
    """Share of the accepted files that is ranked first."""
    return metrics.recall_at(_ranking(answer), set(case.gold.files), 1)


@_metric("retrieval", _sourced)
def recall_at_5(case: Case, answer: Answer) -> Score:
    """Share of the accepted files among the first five."""
    return metrics.recall_at(_ranking(answer), set(case.gold.files), 5)


@_metric("retrieval", _sourced)
def mrr(case: Case, answer: Answer) -> Score:
    """Reciprocal rank of the first accepted file."""
    return metrics.reciprocal_rank(_ranking(answer), set(case.gold.files))


@_metric("retrieval", _sourced)
def ndcg_at_10(case: Case, answer: Answer) -> Score:
    """Normalised discounted cumulative gain of the first ten files."""
    return metrics.ndcg_at(_ranking(answer), dict.fromkeys(case.gold.files, 1.0), 10)


@_metric("retrieval", _sourced)
def average_precision(case: Case, answer: Answer) -> Score:
    """Average precision of the accepted files (its mean is MAP)."""
    return metrics.average_precision(_ranking(answer), set(case.gold.files))


@_metric("retrieval", _quoted)
def evidence_at_5(case: Case, answer: Answer) -> Score:
    """Share of the gold quotes that the first five passages hold at least half of."""
    return _evidence(case, answer, 5)


@_metric("retrieval", _quoted)
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


def judge(case: Case) -> tuple[Mapping[str, float], Mapping[str, str]]:
    """Compute every metric meant for the question: the values, and the reasons where none.

    A question that failed has no figures but `correct`, which is 0: nobody got a right reply.
    """
    scores: dict[str, float] = {}
    unscored: dict[str, str] = {}
    for metric in METRICS.values():
        if not metric.meant_for(case):
            continue
        value = metric.judge(case, case.answer) if case.answer else _failed(case, metric)
        if isinstance(value, Undefined):
            unscored[metric.name] = value.reason
        else:
            scores[metric.name] = value
    return scores, unscored


def _failed(case: Case, metric: Metric) -> Score:
    problem = case.outcome.problem
    reason = f"the question failed: {problem.type if problem else 'no answer came'}"
    return 0.0 if metric.name == "correct" else Undefined(reason)
