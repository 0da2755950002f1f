"""What came of one gold question: the answer, what was read for it, and its figures."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from eval.gold import GoldQuestion
from eval.metrics import Supports
from qa.types import Answer, Citation, Frozen, Problem, Span


class Outcome(Frozen):
    """What a question ended in: an answer, or the problem that stood in the way; and how long."""

    answer: Answer | None = None
    problem: Problem | None = None
    wall_ms: float = Field(0.0, allow_inf_nan=False)


class Seen(Frozen):
    """A passage that was retrieved, with its words, best first."""

    file: str
    start: int
    end: int
    score: float
    text: str


class Result(Frozen):
    """One line of `results.jsonl`: all that is needed to see why a question has its figures.

    `scores` has a value for every metric that could be computed, `unscored` the reason for every
    one that could not although the question is one that it is meant for.
    """

    gold: GoldQuestion
    outcome: Outcome
    seen: tuple[Seen, ...] = ()
    scores: Mapping[str, float] = Field(default_factory=dict)
    unscored: Mapping[str, str] = Field(default_factory=dict)

    @property
    def verdict(self) -> Literal["right", "wrong", "failed"]:
        """Whether the reply was right as a whole; `failed` when there was none."""
        if self.outcome.answer is None:
            return "failed"
        return "right" if self.scores.get("correct") == 1.0 else "wrong"

    @property
    def confidence(self) -> float:
        """How sure the reply is that the articles answer the question.

        A reply that does not say is taken to be as sure as its best supported claim, 0 when it
        was a refusal.
        """
        answer = self.outcome.answer
        if answer is None:
            return 0.0
        if answer.confidence is not None:
            return answer.confidence
        return max((claim.score for claim in answer.claims), default=0.0)

    @property
    def claims_something(self) -> bool:
        """Whether the reply states anything, rather than refusing or failing."""
        return self.outcome.answer is not None and bool(self.outcome.answer.claims)


@dataclass(frozen=True)
class Case:
    """What the metrics look at: a question, its outcome, and the texts of the articles by file.

    `supports` is the product's own support model, where it can be asked.
    """

    gold: GoldQuestion
    outcome: Outcome
    texts: Mapping[str, str]
    supports: Supports | None = None

    @property
    def answer(self) -> Answer | None:
        """The answer, None when the question failed."""
        return self.outcome.answer

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The answer's citations; none when there is no answer."""
        return self.answer.citations if self.answer else ()

    @property
    def claimed(self) -> str:
        """What the answer states: its claims and its short form, without citation marks."""
        if self.answer is None or self.answer.status == "not_found":
            return ""
        return "\n".join(
            (*(claim.text for claim in self.answer.claims), self.answer.short_answer or "")
        )

    def quotes_of(self, ids: tuple[int, ...]) -> list[Citation]:
        """Return the citations with these ids."""
        return [citation for citation in self.citations if citation.id in ids]

    def places(self, quote: str) -> list[tuple[str, Span]]:
        """Return every place where a gold quote stands, however its lines are wrapped.

        It is looked for in the accepted files, in every known article when none is named.
        """
        pattern = re.compile(r"\s+".join(map(re.escape, quote.split())))
        return [
            (file, found.span())
            for file in self.gold.files or tuple(self.texts)
            for found in pattern.finditer(self.texts.get(file, ""))
        ]

    def seen(self) -> tuple[Seen, ...]:
        """Return the passages that the answer says were read, with their words."""
        passages = self.answer.passages if self.answer else ()
        return tuple(
            Seen(
                file=passage.file,
                start=passage.start,
                end=passage.end,
                score=passage.score,
                text=self.texts.get(passage.file, "")[passage.start : passage.end],
            )
            for passage in passages
        )
