"""What goes in and out over HTTP, beyond the types that the pipeline itself defines."""

from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field

from api.jobs import JobState
from qa.library import ArticleInfo
from qa.types import Filters, Frozen, Passage, Problem, Turn

HISTORY_TURNS = 50


class AskRequest(Frozen):
    """A question, what was said before it, and which articles may be used."""

    question: str = Field(
        description="At most QA_MAX_QUESTION_CHARS characters.",
        examples=["Which countries remain closely aligned with Venezuela?"],
        json_schema_extra={"minLength": 1},
    )
    history: tuple[Turn, ...] = Field(
        (), max_length=HISTORY_TURNS, description="Earlier turns, oldest first."
    )
    filters: Filters | None = Field(None, description="Which articles may be used; null: all.")
    stream: bool = Field(
        default=False,
        strict=True,
        description="If true, the answer comes as server-sent events, not as one object.",
    )


class SearchResults(Frozen):
    """The passages nearest to a query, best first."""

    query: str
    passages: tuple[Passage, ...]


class ArticleList(Frozen):
    """A stretch of the articles that are wanted; `count` and `passages` are of all of those."""

    count: int
    passages: int
    articles: tuple[ArticleInfo, ...]


class UploadResult(Frozen):
    """What became of one uploaded file: exactly one of `article` and `problem` is given."""

    file: str
    article: ArticleInfo | None = None
    problem: Problem | None = None


class UploadResults(Frozen):
    """What became of each uploaded file, in the order they were sent."""

    results: tuple[UploadResult, ...]


class Suggestion(Frozen):
    """A question that the articles answer, and the article that it was drawn from."""

    question: str
    file: str
    title: str


class Suggestions(Frozen):
    """What was found so far; unless `complete`, asking again looks for one more."""

    complete: bool
    suggestions: tuple[Suggestion, ...]


class JobList(Frozen):
    """The ingests of this server, newest first."""

    jobs: tuple[JobState, ...]


class Alive(Frozen):
    """The process answers. `instance` tells it from another one at the same address."""

    status: Literal["ok"] = "ok"
    instance: str


class Ready(Frozen):
    """Questions can be asked: how much is indexed, and what answered or was chosen last.

    The state of a language model is told by /api/model: it may come and go.
    """

    status: Literal["ready"] = "ready"
    articles: int
    passages: int
    model: str


PassageCount = Annotated[int, Query(ge=1, le=100, description="How many passages.")]
