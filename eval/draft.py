"""Gold questions drafted from answers that were given, for a person to check and accept."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from eval.errors import BadOption
from eval.gold import GoldQuestion
from eval.results import Outcome
from qa.types import Answer, Frozen, whole

DRAFT = "draft"
"""Tag of a question that nobody has checked yet."""
LIKED, DISLIKED = "feedback-up", "feedback-down"
TO_FILL_IN = "…"
"""Stands where a person must say what is right. It has no words, so that no answer states it."""


class Feedback(Frozen):
    """What a reader thought of an answer: one line of a feedback file."""

    question: str
    answer: Answer
    verdict: Literal["up", "down"]
    note: str = ""


def drafts(transcript: Path) -> Iterator[str]:
    """Yield a gold line for every answer in a file.

    The file holds JSON values: answers, as `qa ask --json` and the REST endpoint give them, lines
    of `results.jsonl`, or lines of feedback. What an answer said and cited is taken as the
    expectation, unless its reader disliked it; that it is right is for a person to say, who then
    removes the tag.
    """
    try:
        values = _values(transcript.read_text(encoding="utf-8-sig"))
        given = [_given(value) for value in values]
    except OSError as error:
        raise BadOption(f"{transcript} cannot be read: {error.strerror}.", "Check it.") from error
    except (ValueError, RecursionError) as error:
        raise BadOption(
            f"{transcript} holds something else than answers: {error}.",
            "Give the output of `qa ask --json`, a results.jsonl, or a feedback file.",
        ) from error
    for number, one in enumerate(given, start=1):
        name = f"draft-{number:03}"
        gold = _from_feedback(name, one) if isinstance(one, Feedback) else _from_answer(name, one)
        yield gold.model_dump_json(exclude_defaults=True)


def _values(text: str) -> list[Any]:
    """Read JSON values that stand one after another, on one line or on many."""
    decoder, position, values = json.JSONDecoder(), 0, []
    while rest := text[position:].lstrip():
        value, used = decoder.raw_decode(rest)
        # JSON may hold halves of characters, and a gold set may not.
        values.append(json.loads(whole(json.dumps(value, ensure_ascii=False))))
        position = len(text) - len(rest) + used
    return values


def _given(value: Any) -> Answer | Feedback:
    """Tell the three kinds of values apart by the fields that only they have."""
    fields = value if isinstance(value, dict) else {}
    if "outcome" in fields:
        answer = Outcome.model_validate(fields["outcome"]).answer
        if answer is None:
            raise ValueError("a question that failed has no answer")
        return answer
    if "verdict" in fields:
        return Feedback.model_validate(fields)
    return Answer.model_validate(value)


def _from_answer(name: str, answer: Answer) -> GoldQuestion:
    """Expect what was said and cited, or the refusal."""
    asked = answer.rewritten or answer.question
    if answer.status == "not_found":
        return GoldQuestion(id=name, question=asked, kind="unanswerable", tags=(DRAFT,))
    said = answer.short_answer or (answer.claims[0].text if answer.claims else answer.answer)
    return GoldQuestion(
        id=name,
        question=asked,
        answers=(said,),
        files=tuple(dict.fromkeys(citation.file for citation in answer.citations)),
        quotes=tuple(dict.fromkeys(citation.quote for citation in answer.citations)),
        tags=(DRAFT,),
    )


def _from_feedback(name: str, feedback: Feedback) -> GoldQuestion:
    """Expect what was liked; where it was not, leave to a person what is right."""
    if feedback.verdict == "up":
        liked = _from_answer(name, feedback.answer)
        return liked.model_copy(update={"tags": (DRAFT, LIKED), "note": feedback.note})
    said = " ".join(feedback.answer.answer.split())
    note = f"Write what is right, or make it unanswerable. Disliked: {said}"
    return GoldQuestion(
        id=name,
        question=feedback.answer.rewritten or feedback.question,
        answers=(TO_FILL_IN,),
        tags=(DRAFT, DISLIKED),
        note=f"{note} Its reader: {feedback.note}" if feedback.note else note,
    )
