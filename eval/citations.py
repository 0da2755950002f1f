"""Metrics of what an answer quotes: whether it is right, exact, and enough for its claims."""

import re
from functools import lru_cache

from eval import metrics
from eval.groups import Group, answerable, checkable, every, quoted, sourced
from eval.match import stated_facts
from eval.metrics import NO_QUOTE, Score, Undefined
from eval.results import Case
from qa.sentences import sentences
from qa.types import Answer, Citation

NO_CLAIM = Undefined("the answer has no claim")
NO_CITATION = Undefined("the answer has no citation")
_MARK = re.compile(r"\[(\d+)\]")

metric = Group()


@metric(answerable)
def cited_answer(case: Case, answer: Answer) -> Score:
    """Share of the facts stated by a claim and by its own quotes from an accepted file."""
    cited = [False] * len(case.gold.facts)
    for claim in answer.claims:
        quotes = [c.quote for c in case.quotes_of(claim.citations) if _accepted(case, c)]
        said = stated_facts(claim.text, case.gold)
        shown = stated_facts("\n".join(quotes), case.gold)
        cited = [c or (a and b) for c, a, b in zip(cited, said, shown, strict=True)]
    return metrics.share(cited)


@metric(sourced)
def first_citation(case: Case, answer: Answer) -> Score:
    """Whether the first citation is from an accepted file."""
    return float(bool(answer.citations) and _accepted(case, answer.citations[0]))


@metric(sourced)
def citation_precision(case: Case, answer: Answer) -> Score:
    """Share of the citations that are from an accepted file."""
    return metrics.share([_accepted(case, c) for c in answer.citations], NO_CITATION)


@metric(sourced)
def citation_recall(case: Case, answer: Answer) -> Score:
    """Share of the claims with a citation from an accepted file."""
    backed = [
        any(_accepted(case, citation) for citation in case.quotes_of(claim.citations))
        for claim in answer.claims
    ]
    return metrics.share(backed, NO_CLAIM)


@metric(quoted)
def quote_precision(case: Case, answer: Answer) -> Score:
    """Share of the citations that cover at least half of a gold quote."""
    known = [quote for quote in case.gold.quotes if case.places(quote)]
    if not known:
        return NO_QUOTE
    hits = [any(_covers(case, c, quote) for quote in known) for c in answer.citations]
    return metrics.share(hits, NO_CITATION)


@metric(quoted)
def quote_recall(case: Case, answer: Answer) -> Score:
    """Share of the gold quotes that a citation covers at least half of."""
    known = [quote for quote in case.gold.quotes if case.places(quote)]
    hits = [any(_covers(case, c, quote) for c in answer.citations) for quote in known]
    return metrics.share(hits, NO_QUOTE)


@metric(every)
def verbatim(case: Case, answer: Answer) -> Score:
    """Share of the quotes that stand in their article at their offsets."""
    exact = [
        bool(c.quote) and case.texts.get(c.file, "")[c.start : c.end] == c.quote
        for c in answer.citations
    ]
    return metrics.share(exact, NO_CITATION)


@metric(every)
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


@metric(every)
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


@metric(checkable)
def alce_recall(case: Case, answer: Answer) -> Score:
    """Share of the claims that their quotes support together, by our support model (ALCE)."""
    return metrics.alce_recall(_backed(case, answer), case.supports) if case.supports else NO_CLAIM


@metric(checkable)
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
