"""Metrics of what an answer states, and of what it cost."""

from collections.abc import Mapping

from eval import metrics
from eval.citations import cited_answer
from eval.groups import Group, answerable, every, worded
from eval.match import in_words, stated_facts
from eval.metrics import Score, Undefined
from eval.results import Case
from qa.types import Answer

NO_CLAIM = Undefined("the answer has no claim")
NOT_DRAFTED = Undefined("no claim was drafted")
NO_TOKENS = Undefined("no language model wrote the answer")

metric = Group()


@metric(every)
def correct(case: Case, answer: Answer) -> Score:
    """Right as a whole: every fact stated and quoted, or refused where no article says it."""
    if not case.gold.answerable:
        return float(answer.status == "not_found")
    return float(cited_answer(case, answer) == 1.0)


@metric(answerable)
def answer_match(case: Case, _: Answer) -> Score:
    """Every fact is stated."""
    return float(all(stated_facts(case.claimed, case.gold)))


@metric(answerable)
def fact_recall(case: Case, _: Answer) -> Score:
    """Share of the facts that are stated."""
    return metrics.share(stated_facts(case.claimed, case.gold))


@metric(worded)
def exact_match(case: Case, answer: Answer) -> Score:
    """Exact match of the short answer (of the claims where there is none), as SQuAD defines it."""
    return metrics.exact_match(_prediction(case, answer), in_words(case.gold.answers))


@metric(worded)
def token_f1(case: Case, answer: Answer) -> Score:
    """Token F1 of the short answer (of the claims where there is none), as SQuAD defines it."""
    return metrics.token_f1(_prediction(case, answer), in_words(case.gold.answers))


def _prediction(case: Case, answer: Answer) -> str:
    """Return what is compared: a refusal is the empty answer, hence wrong, as in SQuAD 2.0."""
    return (answer.short_answer or case.claimed) if case.claimed else ""


@metric(every, "neither")
def claims(_: Case, answer: Answer) -> Score:
    """Claims in an answer that has any."""
    return float(len(answer.claims)) if answer.claims else NO_CLAIM


@metric(every, "neither")
def claims_kept(_: Case, answer: Answer) -> Score:
    """Share of the drafted claims that passed the check."""
    drafted = len(answer.claims) + len(answer.removed)
    return len(answer.claims) / drafted if drafted else NOT_DRAFTED


@metric(every, "lower")
def tokens(_: Case, answer: Answer) -> Score:
    """Tokens that a language model read and wrote for the answer."""
    # An answer has this field only where a language model writes answers.
    counted = getattr(answer, "tokens", None)
    if not isinstance(counted, Mapping) or not counted:
        return NO_TOKENS
    return float(sum(counted.values()))
