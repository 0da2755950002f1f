"""Questions: the answer, as one object or as it comes into being; and plain search."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.schemas import AskRequest, PassageCount, SearchResults
from api.service import PipelineDep, ServiceDep
from api.stream import EventStream, answer_stream
from qa.errors import BadQuestion
from qa.settings import Settings
from qa.types import Answer, Filters

router = APIRouter(prefix="/api", tags=["questions"])
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer; or, with `stream`, the events `retrieved`, then `claim` and "
        "`verdict` for each claim, and last `answer` (this same object) or `error` (a problem).",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.post("/ask", response_model=Answer, responses=_STREAM)
def ask(body: AskRequest, pipeline: PipelineDep, service: ServiceDep) -> Answer | Response:
    """Answer a question from the articles, every claim footnoted."""
    check_length(body.question, service.settings)
    filters = body.filters or Filters()
    if body.stream:
        events = pipeline.ask(body.question, history=body.history, filters=filters)
        return EventStream(answer_stream(events))
    return pipeline.answer(body.question, history=body.history, filters=filters)


@router.get("/search")
def search(
    q: Annotated[str, Query(description="What to look for.")],
    pipeline: PipelineDep,
    service: ServiceDep,
    k: PassageCount = 10,
) -> SearchResults:
    """Find the passages nearest to a query, without answering it."""
    check_length(q, service.settings)
    return SearchResults(query=q, passages=tuple(pipeline.search(q, k)))


def check_length(question: str, settings: Settings) -> None:
    """Refuse what is empty or too long before any work is done on it."""
    if not question.strip():
        raise BadQuestion("The question is empty.", "Write a question.")
    if len(question) > settings.max_question_chars:
        raise BadQuestion(
            f"The question has {len(question):,} characters; at most "
            f"{settings.max_question_chars:,} are read.",
            "Shorten it, or raise QA_MAX_QUESTION_CHARS.",
        )
