"""Verified claims -> the answer: footnotes are numbered here, once, for every way to read it."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from qa.conflicts import dated
from qa.library import Library
from qa.tracing import UNSEEN, Timed
from qa.types import Answer, Citation, Claim, Conflict, PassageRef, Quote, Retrieved, Status, Value
from qa.verify import Verified

NOT_FOUND = "The articles do not answer this question."
EMBEDDED = "embedded"
Item = TypeVar("Item")


@dataclass(frozen=True)
class Ending:
    """How the drafting of an answer ended.

    `model` is what wrote it; `unfinished` when it broke off and there would have been more.
    """

    model: str = EMBEDDED
    unfinished: bool = False
    notices: tuple[str, ...] = ()
    tokens: Mapping[str, int] = field(default_factory=dict)


class Footnotes:
    """The citations of one answer, numbered from 1 in the order in which claims need them.

    With `days`, a weekday in a claim gets its date in brackets, counted from its article's date.
    """

    def __init__(self, library: Library, *, days: bool = False) -> None:
        self._library = library
        self._days = days
        self._cited: dict[tuple[str, int, int], Citation] = {}
        self.claims: list[Claim] = []
        self.removed: list[Claim] = []

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All citations so far, by number."""
        return tuple(self._cited.values())

    def cite(self, verified: Verified) -> tuple[Claim, tuple[Citation, ...]]:
        """Turn a verified draft into a claim; return it with the citations that it brings.

        A quote counts only if it stands in the article at its offsets, now: this is the last
        gate before a reader sees it. A claim left without a quote is not shown as supported.
        """
        before = len(self._cited)
        numbers = []
        if verified.verdict == "supported":
            numbers = [n for n in map(self._number, verified.quotes) if n is not None]
        verdict = verified.verdict
        if verdict == "supported" and not numbers:
            verdict = "unsupported"
        text = verified.text
        if self._days and numbers:
            text = dated(text, verified.quotes[0].passage.date)
        claim = Claim(
            text=text,
            citations=tuple(dict.fromkeys(numbers)),
            verdict=verdict,
            score=round(verified.score, 4),
            reattributed=verified.reattributed and bool(numbers),
        )
        (self.claims if verdict == "supported" else self.removed).append(claim)
        return claim, self.citations[before:]

    def citing(self, value: Value) -> tuple[int, ...]:
        """Return the numbers of the citations whose quote holds a value's words."""
        article, start, end = value.quote.passage.article_id, value.quote.start, value.quote.end
        return tuple(
            citation.id
            for citation in self.citations
            if citation.file == article and citation.start <= start and end <= citation.end
        )

    def _number(self, quote: Quote) -> int | None:
        key = (quote.passage.article_id, quote.start, quote.end)
        if key not in self._cited:
            found = self._library.excerpt(*key)
            if found is None or found[0] != quote.text:
                return None
            self._cited[key] = Citation(
                id=len(self._cited) + 1,
                file=quote.passage.article_id,
                title=quote.passage.title,
                date=quote.passage.date,
                quote=quote.text,
                start=quote.start,
                end=quote.end,
                sha256=found[1],
                page=self._library.page(key[0], quote.start),
            )
        return self._cited[key].id


class Stopwatch:
    """Milliseconds by stage; stages add up when they are entered again.

    Each time is a part of `span`, too, which may be called by another name there.
    """

    def __init__(self, span: Timed = UNSEEN) -> None:
        self._span = span
        self._began = time.perf_counter()
        self._spent = {"retrieve": 0.0, "answer": 0.0, "verify": 0.0}

    @contextmanager
    def __call__(self, stage: str, part: str = "") -> Iterator[None]:
        """Count the time spent in the body under `stage`."""
        began = time.perf_counter()
        try:
            with self._span.stage(part or stage):
                yield
        finally:
            self._spent[stage] += time.perf_counter() - began

    def each(self, stage: str, items: Iterable[Item], part: str = "") -> Iterator[Item]:
        """Yield `items`, and count the time that each takes to come under `stage`."""
        source = iter(items)
        while True:
            with self(stage, part):
                try:
                    item = next(source)
                except StopIteration:
                    return
            yield item

    @property
    def timings(self) -> dict[str, float]:
        """Time spent so far, in milliseconds, with the total since the start."""
        total = time.perf_counter() - self._began
        spent = self._spent | {"total": total}
        return {f"{stage}_ms": round(1000 * seconds, 1) for stage, seconds in spent.items()}


def compose(
    retrieved: Retrieved,
    footnotes: Footnotes,
    ending: Ending,
    *,
    confidence: float,
    short_answer: str | None,
    conflicts: Sequence[Conflict],
    timings: Mapping[str, float],
) -> Answer:
    """Put the answer together from the claims that were verified."""
    shown = footnotes.claims
    found: Status = "incomplete" if ending.unfinished else "answered"
    return Answer(
        question=retrieved.question,
        rewritten=retrieved.rewritten,
        status=found if shown else "not_found",
        answer=" ".join(marked(claim) for claim in shown) or NOT_FOUND,
        short_answer=short_answer if shown else None,
        claims=tuple(shown),
        removed=tuple(footnotes.removed),
        citations=footnotes.citations,
        conflicts=tuple(conflicts) if shown else (),
        passages=tuple(
            PassageRef(
                id=passage.id, file=passage.article_id, start=passage.start, end=passage.end,
                score=round(passage.score, 6),
            )
            for passage in retrieved.passages
        ),
        model=ending.model,
        confidence=round(confidence, 4),
        notices=ending.notices,
        tokens=ending.tokens,
        timings=timings,
    )  # fmt: skip


def marked(claim: Claim) -> str:
    """Return the claim with its footnote marks before the final stop: `… the Skipper [1].`."""
    marks = "".join(f"[{number}]" for number in claim.citations)
    stop = claim.text[-1:] if claim.text[-1:] in {".", "!", "?"} else ""
    return f"{claim.text.removesuffix(stop)} {marks}{stop}"
