"""What a metric of one question is, and which questions it is meant for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from eval.match import in_words
from eval.metrics import Score
from eval.results import Case
from qa.types import Answer

Better = Literal["higher", "lower", "neither"]
MeantFor = Callable[[Case], bool]
Judge = Callable[[Case, Answer], Score]


@dataclass(frozen=True)
class Metric:
    """One figure of a question. `meant_for` picks the questions, `judge` computes it for one."""

    name: str
    about: str
    better: Better
    meant_for: MeantFor
    judge: Judge


class Group:
    """Metrics that belong together, in the order of their definition."""

    def __init__(self) -> None:
        self.metrics: list[Metric] = []

    def __call__(self, meant_for: MeantFor, better: Better = "higher") -> Callable[[Judge], Judge]:
        """Enter a function as a metric under its own name; its docstring's first line explains."""

        def enter(judge: Judge) -> Judge:
            name = getattr(judge, "__name__", "")
            about = (judge.__doc__ or "").partition("\n")[0].removesuffix(".")
            self.metrics.append(Metric(name, about, better, meant_for, judge))
            return judge

        return enter


def every(_: Case) -> bool:
    """Mean any question."""
    return True


def answerable(case: Case) -> bool:
    """Mean the questions that the articles answer."""
    return case.gold.answerable


def unanswerable(case: Case) -> bool:
    """Mean the questions that no article answers."""
    return not case.gold.answerable


def sourced(case: Case) -> bool:
    """Mean the questions whose accepted files are named."""
    return case.gold.answerable and bool(case.gold.files)


def quoted(case: Case) -> bool:
    """Mean the questions that have gold quotes."""
    return bool(case.gold.quotes)


def worded(case: Case) -> bool:
    """Mean the questions with an accepted answer in plain words."""
    return bool(in_words(case.gold.answers))


def disputed(case: Case) -> bool:
    """Mean the questions that articles answer differently."""
    return case.gold.kind == "conflict"


def undisputed(case: Case) -> bool:
    """Mean all other questions."""
    return case.gold.kind != "conflict"


def checkable(case: Case) -> bool:
    """Mean the questions whose claims the product's support model can be asked about."""
    return case.supports is not None
