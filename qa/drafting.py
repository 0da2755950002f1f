"""Who drafts an answer, and what is done when that fails.

A language model drafts line by line; where it cannot, or where nothing of what it wrote is borne
out by the articles, the embedded reader drafts instead, and the answer says so.
"""

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qa.answer import draft
from qa.compose import Ending, Footnotes
from qa.conflicts import Comparison
from qa.errors import LLMBusy, LLMError, LLMLoading, LLMTooSlow
from qa.followup import standalone
from qa.llm.cancel import Cancel, Cancelled
from qa.llm.choose import Choice
from qa.orders import tainted
from qa.outline import sides, unheard
from qa.prompts import MOST_PASSAGES
from qa.quoting import Written, locate
from qa.reading import Reader, Reading
from qa.sentences import sentences
from qa.types import Draft, Passage, Turn
from qa.verify import Support, Verified, verify

if TYPE_CHECKING:
    from qa.llm.factcheck import FactChecker
    from qa.llm.write import Outcome, Writer

Drafts = Generator[Draft | Written, None, None]
_WAITED = (LLMLoading, LLMTooSlow, LLMBusy)
"""After one of these a second attempt would make the user wait as long again."""


@dataclass(frozen=True)
class Matter:
    """What an answer is drafted from: the question, its passages, and what was read in them."""

    question: str
    passages: Sequence[Passage]
    reading: Reading
    compared: Comparison


class Drafting:
    """The drafting of one answer by `choice`, at most `most` claims."""

    def __init__(
        self, choice: Choice, reader: Reader, *, most: int, cancel: Cancel,
        problem: LLMError | None = None, checker: "FactChecker | None" = None,
    ) -> None:  # fmt: skip
        self._llm = choice.llm
        self._name = choice.name
        self._reader = reader
        self._most = most
        self._cancel = cancel
        self._checker = checker
        self._problems: list[LLMError] = [problem] if problem else []
        self.ending = Ending()
        """How it went, once the drafts are through."""

    def standalone(self, question: str, history: Sequence[Turn]) -> str | None:
        """Return the stand-alone form of a follow-up, None when it needs none.

        Without a model's help the names of the last turn are put behind it.
        """
        if self._llm is not None:
            from qa.llm.rewrite import rewrite

            try:
                found = rewrite(self._llm, question, history, cancel=self._cancel)
            except LLMError as error:
                found = None
                if isinstance(error, _WAITED):
                    self._problems.append(error)
                    self._llm = None
            if found:
                return found
        return standalone(question, history)

    def confirmed(self, drafted: Draft | Written, found: Verified) -> Verified:
        """Ask the fact-checking model, if there is one, about what passed the check.

        Sentences of the articles themselves need no second opinion. Where the model cannot be
        asked, the first opinion stands, and the answer says so.
        """
        asks = isinstance(drafted, Written) and found.verdict == "supported"
        if self._checker is None or not asks:
            return found
        document = "\n".join([found.quotes[0].passage.title, *(q.text for q in found.quotes)])
        try:
            agrees = self._checker.agrees(found.text, document, self._cancel)
        except LLMError as error:
            self._problems.append(error)
            self._checker = None
            return found
        if agrees:
            return found
        reason = f"{self._checker.name} does not find it in the quote"
        return replace(found, verdict="unsupported", reason=reason, quotes=(), reattributed=False)

    def drafts(self, matter: Matter, footnotes: Footnotes) -> Drafts:
        """Yield what is to be checked; `footnotes` hold what of it passed so far."""
        if self._llm is None:
            yield from self._read(matter)
            return
        from qa.llm.write import Writer

        outcome = yield from self._written(Writer(self._llm), matter, footnotes)
        if outcome.kind == "cancelled":
            raise Cancelled
        self._problems += outcome.problems
        tokens = _tokens(outcome)
        if footnotes.claims:
            unfinished = outcome.kind not in {"complete", "abstained"}
            self.ending = Ending(self._name, unfinished, _said(self._problems), tokens)
            yield from self._sides(matter, footnotes)
        elif outcome.kind == "abstained" and not outcome.problems and not _ordering(matter):
            self.ending = Ending(self._name, tokens=tokens)
        else:
            instead = self._instead(footnotes, _ordering(matter))
            yield from self._read(matter)
            self.ending = Ending(notices=(instead, *self.ending.notices), tokens=tokens)

    def _written(
        self, writer: "Writer", matter: Matter, footnotes: Footnotes
    ) -> "Generator[Written, None, Outcome]":
        """Have the model write, and yield its lines, until enough of them passed the check."""
        from qa.llm.write import Outcome

        shown = matter.passages
        asked = writer.write(matter.question, shown, most=self._most, cancel=self._cancel)
        with closing(asked) as writing:
            for line in writing:
                cited = writing.cited(line)
                others = tuple(passage for passage in shown if passage not in cited)
                yield Written(line.text, cited, others)
                if len(footnotes.claims) >= self._most:
                    return Outcome("complete")
        return writing.outcome

    def _read(self, matter: Matter) -> Drafts:
        """Draft by the embedded reader."""
        self._cancel.check()
        self.ending = Ending(notices=(*_said(self._problems), *matter.reading.notices))
        yield from draft(
            matter.question, matter.reading, matter.passages, self._reader,
            max_claims=self._most, sides=sides(matter.compared),
        )  # fmt: skip

    def _sides(self, matter: Matter, footnotes: Footnotes) -> Drafts:
        """Draft a claim for each side of a disagreement that the model did not mention."""
        missing = unheard(matter.compared, footnotes.citing)
        if missing:
            yield from draft(
                matter.question, matter.reading, matter.passages, self._reader,
                max_claims=len(missing), sides=missing,
            )  # fmt: skip

    def _instead(self, footnotes: Footnotes, ordering: Sequence[str]) -> str:
        if footnotes.removed:
            found = f"Nothing that {self._name} wrote is supported by the articles"
        else:
            found = f"{self._name} wrote no answer"
        why = f", and {ordering[0]} gives orders to language models" if ordering else ""
        return f"{found}{why}; the embedded reader was asked instead."


def verified(drafted: Draft | Written, support: Support) -> Verified:
    """Check a claim that has its quotes, or find the quote for one that has none yet."""
    if isinstance(drafted, Draft):
        return verify(drafted, support)
    return locate(drafted, support)


def _ordering(matter: Matter) -> list[str]:
    """Return the articles that speak to a machine, of those that a model was shown.

    One of them may have told it to say that there is no answer.
    """
    shown = matter.passages[:MOST_PASSAGES]
    return [p.article_id for p in shown if any(tainted(p.text, sentences(p.text)))]


_COUNTS = range(10**9)
"""What a server may say; one that counts below nothing is not quoted."""


def _tokens(outcome: "Outcome") -> dict[str, int]:
    counted = {"prompt": outcome.prompt_tokens, "output": outcome.output_tokens}
    return {
        what: count for what, count in counted.items() if count is not None and count in _COUNTS
    }


def _said(problems: Sequence[LLMError]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{problem.detail} {problem.remedy}" for problem in problems))
