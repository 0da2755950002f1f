"""What flows through the pipeline: articles, passages, claims, citations, answers, events.

Everything here is frozen and knows nothing of storage, models or HTTP. The models that go over
the wire (`Citation` to `Answer`, and the events) are pydantic models, so their JSON is their
contract; `Article` and `Passage` are too, because `GET /api/articles/{id}` and the `retrieved`
event carry them.

Offsets count Unicode code points of `Article.text`, start inclusive, end exclusive.
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
)

Verdict = Literal["supported", "unsupported", "contradicted"]
Status = Literal["answered", "not_found", "incomplete"]
Span = tuple[int, int]
"""A half-open range of code points, `(start, end)`."""
_PAIR = {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}
"""A span in JSON Schema; pydantic's own `prefixItems` is beyond many readers of OpenAPI."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def whole(text: str) -> str:
    """Replace halves of surrogate pairs: JSON can carry them, UTF-8 and tokenizers cannot."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, as in "1 article" and "2,000 articles"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


Text = Annotated[str, AfterValidator(whole)]
"""A text from outside."""


def _written(day: object) -> object:
    """Let a day through that is written as one; pydantic would take 0 for 1 January 1970."""
    if isinstance(day, str) and not _DAY.fullmatch(day):
        raise ValueError("it must be a day such as 2025-12-11")
    if day is None or isinstance(day, str | dt.date):
        return day
    raise ValueError('it must be a day such as "2025-12-11"')


Day = Annotated[dt.date, BeforeValidator(_written)]
"""A day from outside, as YYYY-MM-DD."""


class Frozen(BaseModel):
    """Base of every type here: immutable, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Article(Frozen):
    """One version of one article.

    `id` is its path relative to the folder it came from (made unique by the library when two
    folders share a relative path). `sha256` is the digest of the file's bytes, `text` what was
    read out of them. `date` and `source` are None when the article does not say; they are never
    guessed. `furniture` lists the spans that belong to the page and not to the report (captions,
    copyright lines, agency footers, front matter): part of `text`, never answered from.
    """

    id: str
    sha256: str
    title: str
    date: dt.date | None = None
    source: str | None = None
    text: str
    furniture: tuple[Annotated[Span, WithJsonSchema(_PAIR)], ...] = ()


class Passage(Frozen):
    """A stretch of an article that retrieval can return: `article.text[start:end] == text`.

    `score` is the retriever's, higher is better; it orders the passages of one question and
    means nothing across questions.
    """

    id: str
    article_id: str
    title: str
    date: dt.date | None = None
    text: str
    start: int
    end: int
    score: float = 0.0


class Quote(Frozen):
    """A stretch of a retrieved passage, offered as evidence; offsets are the article's."""

    passage: Passage
    start: int
    end: int

    @property
    def text(self) -> str:
        """The quoted words, verbatim."""
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]


class Value(Frozen):
    """An answer in few words, as it stands in an article, and the statement around it.

    `quote` is the value itself ("at least 100"), `sentence` the stretch that gives it and can be
    quoted as evidence; both lie in the same article. `score` is the probability that it answers
    the question.
    """

    quote: Quote
    sentence: Quote
    score: float


class Draft(Frozen):
    """A claim as it was written, before any check, with the quotes it is said to rest on."""

    text: str
    quotes: tuple[Quote, ...]


class Citation(Frozen):
    """A quote that was checked against its article: `article.text[start:end] == quote`.

    `id` numbers the citation within its answer, from 1. `sha256` is the digest of the file that
    was quoted, so that a reader can tell whether it has changed since; that of the entry where a
    file holds several. `page` is the number, from 1, of the page on which the quote begins, None
    where there are no pages.
    """

    id: int
    file: str
    title: str
    date: dt.date | None = None
    quote: str
    start: int
    end: int
    sha256: str
    page: int | None = None


class Claim(Frozen):
    """One statement of an answer, the ids of its citations, and what the check said of it.

    `score` is the support score in [0, 1] on which the verdict rests. `reattributed`: a language
    model wrote the claim and named another passage, or none; the quote was found elsewhere.
    """

    text: str
    citations: tuple[int, ...] = ()
    verdict: Verdict
    score: float
    reattributed: bool = False


class Position(Frozen):
    """One side of a disagreement: a value, who says so, and the date of that article."""

    value: str
    citations: tuple[int, ...]
    date: dt.date | None = None


class Conflict(Frozen):
    """Articles that answer the same question with different values, ordered by date.

    In a `conflict` they cannot all be right; in a `development` a later one supersedes.
    """

    kind: Literal["conflict", "development"] = "conflict"
    positions: tuple[Position, ...]


class PassageRef(Frozen):
    """Where a retrieved passage lies, for the answer's record of what was read."""

    id: str
    file: str
    start: int
    end: int
    score: float


class Answer(Frozen):
    """The whole result of one question, as the API returns it.

    `rewritten` is the stand-alone form of a follow-up, None when the question was used as it
    came. `short_answer` is the answer in few words, as an article has them, with a day in brackets
    behind a weekday; None when no few words answer. `removed` holds the drafted claims that failed
    the check. `confidence` is the probability that the articles answer the question at all, as the
    reader judged it before any check, None when nothing judged it. `model` says what answered.
    `notices` say what could not be done as usual. `tokens` are those that a language model read
    (`prompt`) and wrote (`output`), as far as its server tells. `timings` are milliseconds.
    """

    question: str
    rewritten: str | None = None
    status: Status
    answer: str
    short_answer: str | None = None
    claims: tuple[Claim, ...] = ()
    removed: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    passages: tuple[PassageRef, ...] = ()
    model: str
    confidence: float | None = None
    notices: tuple[str, ...] = ()
    tokens: Mapping[str, int] = Field(default_factory=dict)
    timings: Mapping[str, float] = Field(default_factory=dict)


class Turn(Frozen):
    """One earlier exchange of a conversation."""

    question: Text
    answer: Text = ""


class Filters(Frozen):
    """Which articles may be used: ids in `files`, and a closed range of article dates.

    An article without a date never matches a range.
    """

    files: tuple[Text, ...] | None = None
    date_from: Day | None = None
    date_to: Day | None = None

    @property
    def empty(self) -> bool:
        """True when nothing is restricted."""
        return self.files is None and self.date_from is None and self.date_to is None


class Problem(Frozen):
    """An error as a user meets it: what was found, what was expected, and what to do."""

    type: str
    title: str
    detail: str
    remedy: str


class Retrieved(Frozen):
    """First event: the question as it was searched for, and the passages found."""

    event: Literal["retrieved"] = "retrieved"
    question: str
    rewritten: str | None = None
    passages: tuple[Passage, ...]


class ClaimDrafted(Frozen):
    """A claim has been written and is about to be checked. `n` counts from 1."""

    event: Literal["claim"] = "claim"
    n: int
    text: str


class ClaimVerified(Frozen):
    """Claim `n` has its verdict; `citations` are those that it brings into the answer."""

    event: Literal["verdict"] = "verdict"
    n: int
    claim: Claim
    citations: tuple[Citation, ...] = ()


class Answered(Frozen):
    """Last event of a question that was dealt with."""

    event: Literal["answer"] = "answer"
    answer: Answer


class Failed(Frozen):
    """Last event of a question that could not be dealt with."""

    event: Literal["error"] = "error"
    problem: Problem


Event = Annotated[
    Retrieved | ClaimDrafted | ClaimVerified | Answered | Failed, Field(discriminator="event")
]
"""What `Pipeline.ask` yields, in this order: Retrieved, (ClaimDrafted, ClaimVerified)*, end."""
