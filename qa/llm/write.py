"""An answer as a model writes it: drafted lines, one at a time, and how it ended.

    with closing(Writer(llm).write(question, passages)) as writing:
        for line in writing:
            ...                       # a Line; its numbers are those of `writing.passages`
    writing.outcome                   # complete, abstained, failed, …, and what is to be said

Whatever goes wrong is in the outcome, not raised: the lines that came before are as good as ever.
"""

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

from llama_index.core.llms import LLM

from qa.errors import LLMCutShort, LLMEmpty, LLMError, LLMPromptCut, LLMRepeating
from qa.llm.cancel import Cancel, Cancelled
from qa.llm.lines import Line
from qa.llm.model import LENGTH, End, messages, pieces_of
from qa.llm.reading import Reading
from qa.prompts import Prompt, answering
from qa.types import Passage

Kind = Literal["complete", "abstained", "length", "repeated", "empty", "failed", "cancelled"]
LineGen = Generator[Line, None, None]
MOST_LINES = 6
_MORE_CONTEXT = (
    "Set QA_LLM_NUM_CTX to the context that the server gives to the model, or raise the server's."
)


@dataclass(frozen=True)
class Outcome:
    """How a text ended; `problems` is all that a reader should be told, worst first.

    `complete` and `abstained` are the model's own ends. After `length`, `repeated`, `failed` and
    `cancelled` the lines that came are whole, and more may be missing. `empty` has no line.
    """

    kind: Kind
    problems: tuple[LLMError, ...] = ()
    prompt_tokens: int | None = None
    output_tokens: int | None = None


class Writer:
    """Has a model write answers. Any LlamaIndex `LLM` will do; its metadata is the budget."""

    def __init__(self, llm: LLM) -> None:
        self.llm = llm

    def write(
        self,
        question: str,
        passages: Sequence[Passage],
        *,
        most: int = MOST_LINES,
        cancel: Cancel | None = None,
    ) -> "Writing":
        """Begin an answer of at most `most` lines from the first of `passages`.

        Nothing is sent before the first line is asked for.
        """
        return Writing(self.llm, question, passages, most, cancel or Cancel())


class Writing:
    """One answer being written: iterate over its lines, once; then look at `outcome`."""

    def __init__(
        self, llm: LLM, question: str, passages: Sequence[Passage], most: int, cancel: Cancel
    ) -> None:
        self.outcome = Outcome("cancelled")
        """How it ended; `cancelled` until it did."""
        self.passages: tuple[Passage, ...] = ()
        """The passages that the model was shown, in the order of their numbers."""
        self._llm = llm
        self._cancel = cancel
        self._lines = self._written(question, passages, most)

    def cited(self, line: Line) -> tuple[Passage, ...]:
        """Return the passages that a line points at."""
        return tuple(self.passages[number - 1] for number in line.cited)

    def __iter__(self) -> LineGen:
        return self._lines

    def close(self) -> None:
        """Stop; the request to the model's server is closed with it."""
        self._lines.close()

    def _written(self, question: str, passages: Sequence[Passage], most: int) -> LineGen:
        budget = self._llm.metadata
        try:
            room = budget.context_window - budget.num_output
            prompt = answering(question, passages, room=room, most=most)
        except LLMError as error:
            self.outcome = Outcome("failed", (error,))
            return
        self.passages = prompt.passages
        reading = Reading(prompt, most, budget.num_output)
        failure: LLMError | None = None
        try:
            yield from self._read(reading)
        except Cancelled:
            return
        except LLMError as error:
            failure = error
        yield from reading.rest(finished=failure is None and reading.end.reason != LENGTH)
        kind, problem = _ending(reading, budget.model_name, failure)
        cut = _cut(prompt, reading.end, budget.context_window)
        self.outcome = Outcome(
            kind,
            tuple(found for found in (problem, cut) if found),
            reading.end.prompt_tokens,
            reading.end.output_tokens,
        )

    def _read(self, reading: Reading) -> LineGen:
        asked = messages(reading.prompt.system, reading.prompt.user)
        with closing(pieces_of(self._llm, asked, cancel=self._cancel)) as pieces:
            for piece in pieces:
                yield from reading.take(piece)
                if reading.enough:
                    return


def _ending(reading: Reading, model: str, failure: LLMError | None) -> tuple[Kind, LLMError | None]:
    """Say how a text ended, and what is wrong with that."""
    if failure:
        return "failed", failure
    if reading.repeats:
        return "repeated", LLMRepeating(
            f"{model} went on writing the same and was stopped.",
            "What it wrote before is kept. Another model may do better.",
        )
    if reading.abstained:
        return "abstained", None
    if reading.end.reason == LENGTH:
        return "length", LLMCutShort(
            f"{model} had not finished when it reached the limit of its answer's length.",
            "Raise QA_LLM_MAX_TOKENS; a model that thinks aloud may need several times as many.",
        )
    if not reading.count:
        return "empty", LLMEmpty(
            f"{model} ended without a sentence.", "Ask again, or try another model."
        )
    return "complete", None


def _cut(prompt: Prompt, end: End, window: int) -> LLMPromptCut | None:
    """Notice a prompt that was not read whole, by the server's own count of its tokens.

    No tokenizer makes fewer tokens than there are words. And where prompt and answer together
    are longer than the context, its beginning was pushed out while the answer was written.
    """
    if end.prompt_tokens is None:
        return None
    if end.prompt_tokens < prompt.words:
        return LLMPromptCut(
            f"The server read {end.prompt_tokens} tokens of a prompt of {prompt.words} words: it "
            "dropped a part, and the answer rests on the rest.",
            _MORE_CONTEXT,
        )
    if end.prompt_tokens + (end.output_tokens or 0) > window:
        return LLMPromptCut(
            f"Prompt and answer took {end.prompt_tokens + (end.output_tokens or 0)} tokens, the "
            f"context has {window}: the beginning was lost while the answer was written.",
            _MORE_CONTEXT,
        )
    return None
