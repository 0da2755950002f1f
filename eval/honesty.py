"""Metrics of refusals, of how sure an answer says it is, and of disagreements that it shows."""

from eval.groups import Group, answerable, disputed, every, unanswerable, undisputed
from eval.metrics import Score, Undefined
from eval.results import Case
from qa.types import Answer

NOT_SURE = Undefined("the answer does not say how sure it is")

metric = Group()


@metric(unanswerable)
def true_refusal(_: Case, answer: Answer) -> Score:
    """Share of the unanswerable questions that were refused."""
    return float(answer.status == "not_found")


@metric(answerable, "lower")
def false_refusal(_: Case, answer: Answer) -> Score:
    """Share of the answerable questions that were refused."""
    return float(answer.status == "not_found")


@metric(disputed)
def conflicts_found(_: Case, answer: Answer) -> Score:
    """Share of the disputed questions whose answer shows a disagreement."""
    return float(bool(answer.conflicts))


@metric(undisputed, "lower")
def false_conflicts(_: Case, answer: Answer) -> Score:
    """Share of the other questions whose answer shows a disagreement."""
    return float(bool(answer.conflicts))


@metric(every, "lower")
def brier(case: Case, answer: Answer) -> Score:
    """Squared distance of the stated confidence from whether the articles answer (Brier 1950)."""
    if answer.confidence is None:
        return NOT_SURE
    return (answer.confidence - float(case.gold.answerable)) ** 2
