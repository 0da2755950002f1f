"""A follow-up question made to stand alone by a model, if what it writes can be trusted."""

import re
from collections.abc import Sequence
from contextlib import closing

from llama_index.core.llms import LLM

from qa.facts import facts, fold
from qa.llm.cancel import Cancel
from qa.llm.lines import abstains
from qa.llm.model import messages, pieces_of
from qa.llm.thoughts import Thoughts, after_thoughts
from qa.prompts import rewriting
from qa.types import Turn

_MOST_TOKENS = 96
_LONGEST = 400
"""Characters; a question longer than this is something else."""
_LABEL = re.compile(
    r"^\W*(?:(?:the )?(?:rewritten|standalone|stand-alone|last|new)? ?question\W*:)?\s*",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_DIGITS = re.compile(r"\d+")
_QUOTES = "\"'“”‘’*` "


def rewrite(
    llm: LLM, question: str, history: Sequence[Turn], *, cancel: Cancel | None = None
) -> str | None:
    """Return the stand-alone form of `question`, None when it needs none or none can be had.

    A rewriting may only use names and numbers of the conversation: a model that knows better who
    is meant would change what is asked. Raises `LLMError` and `Cancelled`.
    """
    if not history:
        return None
    said = _first_line(llm, question, history, cancel or Cancel())
    found = _LABEL.sub("", said, count=1).strip(_QUOTES)
    if not found or len(found) > _LONGEST or abstains(found) or _same(found, question):
        return None
    return found if _stays_with(found, question, history) else None


def _first_line(llm: LLM, question: str, history: Sequence[Turn], cancel: Cancel) -> str:
    thoughts, text = Thoughts(), ""
    asked = messages(*rewriting(question, history))
    with closing(pieces_of(llm, asked, cancel=cancel, most=_MOST_TOKENS)) as pieces:
        for piece in pieces:
            text = after_thoughts(text + thoughts.feed(piece.text)).lstrip()
            if "\n" in text or len(text) > _LONGEST:
                break
        else:
            text = after_thoughts(text + thoughts.end()).lstrip()
    return text.partition("\n")[0].strip()


def _same(found: str, question: str) -> bool:
    return fold(found).strip(" ?.") == fold(question).strip(" ?.")


def _stays_with(found: str, question: str, history: Sequence[Turn]) -> bool:
    """Tell whether every name and number was said before."""
    before = " \n".join([question, *(f"{turn.question}\n{turn.answer}" for turn in history)])
    said = {key for name in facts(before).names for key in name.keys}
    said |= set(_WORD.findall(fold(before)))
    named = all(said.issuperset(name.keys) for name in facts(found).names if not name.weak)
    return named and said.issuperset(_DIGITS.findall(found))
