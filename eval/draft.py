"""Gold questions drafted from answers that were given, for a person to check and accept."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from eval.errors import BadOption
from eval.gold import GoldQuestion
from qa.types import Answer

DRAFT = "draft"
"""Tag of a question that nobody has checked yet."""


def drafts(transcript: Path) -> Iterator[str]:
    """Yield a gold line for every answer in a file.

    The file holds one JSON value or one a line: an Answer, as `qa ask --json` and the REST
    endpoint give it, or a line of `results.jsonl`. What the answer said and cited is taken as
    the expectation; that it is right is for a person to say, who then removes the tag.
    """
    try:
        values = _values(transcript.read_text(encoding="utf-8-sig"))
        answers = [Answer.model_validate(_answer(value)) for value in values]
    except OSError as error:
        raise BadOption(f"{transcript} cannot be read: {error.strerror}.", "Check it.") from error
    except (ValueError, ValidationError) as error:
        raise BadOption(
            f"{transcript} holds something else than answers: {error}.",
            "Give the output of `qa ask --json`, one or more.",
        ) from error
    for number, answer in enumerate(answers, start=1):
        yield _draft(number, answer).model_dump_json(exclude_defaults=True)


def _values(text: str) -> list[Any]:
    """Read JSON values that stand one after another, on one line or on many."""
    decoder, position, values = json.JSONDecoder(), 0, []
    while rest := text[position:].lstrip():
        value, used = decoder.raw_decode(rest)
        values.append(value)
        position = len(text) - len(rest) + used
    return values


def _answer(value: Any) -> Any:
    outcome = value.get("outcome") if isinstance(value, dict) else None
    return outcome["answer"] if isinstance(outcome, dict) else value


def _draft(number: int, answer: Answer) -> GoldQuestion:
    name = f"draft-{number:03}"
    if answer.status == "not_found":
        return GoldQuestion(id=name, question=answer.question, kind="unanswerable", tags=(DRAFT,))
    said = answer.short_answer or (answer.claims[0].text if answer.claims else answer.answer)
    return GoldQuestion(
        id=name,
        question=answer.rewritten or answer.question,
        answers=(said,),
        files=tuple(dict.fromkeys(citation.file for citation in answer.citations)),
        quotes=tuple(dict.fromkeys(citation.quote for citation in answer.citations)),
        tags=(DRAFT,),
    )
