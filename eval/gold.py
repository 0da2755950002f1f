"""Gold questions: what is asked, what counts as right, and where it must be quoted from.

A gold set is a JSON Lines file, one `GoldQuestion` a line; `eval/gold.schema.json` is the same
contract for editors and other tools.
"""

import datetime as dt
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationError,
    model_validator,
)

from eval.errors import BadGoldSet
from qa.types import Frozen, Turn

Kind = Literal["answerable", "unanswerable", "conflict", "follow_up"]
KINDS: tuple[Kind, ...] = ("answerable", "unanswerable", "conflict", "follow_up")
ALL = "all"
"""The scope that every question belongs to, beside its kind and its tags."""
_MOST_SHOWN = 20
"""Faults of a gold set that are listed before the rest is only counted."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class NumberAnswer(Frozen):
    """A number, however it is written. `tolerance` is relative: 0.01 accepts 1 % off."""

    number: float = Field(allow_inf_nan=False)
    tolerance: float = Field(0.0, ge=0.0, le=1.0)


class DateAnswer(Frozen):
    """A day (`2025-12-11`), a month (`2025-12`) or a year (`2025`), however it is written."""

    date: str = Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")

    @model_validator(mode="after")
    def _exists(self) -> Self:
        dt.date.fromisoformat((self.date + "-01-01")[:10])
        return self


class RegexAnswer(Frozen):
    """A regular expression (Python's) that is searched for, ignoring case."""

    regex: str = Field(min_length=1)

    @model_validator(mode="after")
    def _compiles(self) -> Self:
        try:
            re.compile(self.regex)
        except (re.error, OverflowError, RecursionError) as error:
            raise ValueError(f"is not a regular expression: {error}") from error
        return self


def _form(value: Any) -> str:
    """Name the form of an accepted answer, so that a fault is reported against that form only."""
    keys = value if isinstance(value, dict) else getattr(type(value), "model_fields", ())
    return next((form for form in ("number", "date", "regex") if form in keys), "text")


Accepted = Annotated[
    Annotated[Text, Tag("text")]
    | Annotated[NumberAnswer, Tag("number")]
    | Annotated[DateAnswer, Tag("date")]
    | Annotated[RegexAnswer, Tag("regex")],
    Discriminator(_form),
]
"""One accepted form of a fact: words, or a number, date or regular expression."""


def _name(value: Any) -> Any:
    if isinstance(value, str) and value in (ALL, *KINDS):
        raise ValueError(f"{value!r} is taken: every question has {ALL!r} and its kind as scopes")
    return value


class GoldQuestion(Frozen):
    """One question with what is right for it.

    `answers` are alternatives: any one of them will do. `all_of` lists several facts, each with
    its own alternatives, all of which must be there. `files` are the articles that may be cited
    for it, `quotes` the sentences of them that must be. `history` are the earlier turns of a
    follow-up. `tags` group questions for thresholds and reports.
    """

    id: Text
    question: Text
    answers: tuple[Accepted, ...] = ()
    all_of: tuple[Annotated[tuple[Accepted, ...], Field(min_length=1)], ...] = ()
    files: tuple[Text, ...] = ()
    quotes: tuple[Text, ...] = ()
    kind: Kind = "answerable"
    history: tuple[Turn, ...] = ()
    tags: tuple[Annotated[Text, BeforeValidator(_name)], ...] = ()
    note: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.kind == "unanswerable":
            if self.answers or self.all_of or self.quotes:
                raise ValueError("an unanswerable question has no answers, all_of or quotes")
        elif not (self.answers or self.all_of):
            raise ValueError(f"kind {self.kind!r} needs answers or all_of")
        if self.kind == "follow_up" and not self.history:
            raise ValueError("a follow_up needs its history")
        return self

    @property
    def facts(self) -> tuple[tuple[Accepted, ...], ...]:
        """Every fact that a full answer states, each as its accepted forms."""
        return (*((self.answers,) if self.answers else ()), *self.all_of)

    @property
    def answerable(self) -> bool:
        """False when the right reply is that the articles do not say."""
        return self.kind != "unanswerable"

    @property
    def scopes(self) -> tuple[str, ...]:
        """The groups whose figures this question enters: all, its kind, its tags."""
        return tuple(dict.fromkeys((ALL, self.kind, *self.tags)))


def read_gold(paths: Sequence[Path]) -> tuple[GoldQuestion, ...]:
    """Read gold sets in order. Raises BadGoldSet that names every faulty line."""
    questions: list[GoldQuestion] = []
    faults: list[str] = []
    seen: dict[str, str] = {}
    for path in paths:
        for number, line in _lines(path):
            where = f"{path}:{number}"
            try:
                question = GoldQuestion.model_validate_json(line)
            except ValidationError as error:
                faults += [f"{where}: {_explain(detail)}" for detail in error.errors()]
                continue
            if question.id in seen:
                faults.append(f"{where}: id {question.id!r} is already at {seen[question.id]}")
            seen.setdefault(question.id, where)
            questions.append(question)
    if faults:
        _refuse(faults)
    if not questions:
        names = ", ".join(map(str, paths)) or "no file"
        raise BadGoldSet(f"There is no question in {names}.", "Write one JSON object a line.")
    return tuple(questions)


def _lines(path: Path) -> Iterable[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadGoldSet(
            f"{path} cannot be read: {error.strerror}.", "Check the path of the gold set."
        ) from error
    except UnicodeDecodeError as error:
        raise BadGoldSet(f"{path} is not UTF-8: {error}.", "Save the gold set as UTF-8.") from error
    # Not splitlines(): a line separator of Unicode may stand inside a JSON string.
    lines = enumerate(text.split("\n"), start=1)
    return ((number, line) for number, line in lines if line.strip())


def _explain(detail: Any) -> str:
    place = ".".join(str(part) for part in detail["loc"])
    message = str(detail["msg"]).removeprefix("Value error, ")
    return f"{place}: {message}" if place else message


def _refuse(faults: Sequence[str]) -> None:
    shown = "\n".join(f"  {fault}" for fault in faults[:_MOST_SHOWN])
    more = len(faults) - _MOST_SHOWN
    rest = f"\n  … and {more} more" if more > 0 else ""
    raise BadGoldSet(
        f"{len(faults)} fault(s) in the gold set:\n{shown}{rest}\n",
        "Correct these lines; eval/gold.schema.json and docs/eval.md describe the format.",
    )


def schema_text() -> str:
    """Return the JSON Schema of one line of a gold set, as `eval/gold.schema.json` holds it."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **GoldQuestion.model_json_schema(),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
