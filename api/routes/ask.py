"""Questions: the answer, as one object or as it comes into being; search; and who answers."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.described import event_stream
from api.schemas import AskRequest, PassageCount, SearchResults, Suggestions
from api.service import PipelineDep, ServiceDep
from api.stream import EventStream, answer_stream, unless_left
from qa.errors import BadQuestion
from qa.llm.cancel import Cancel, Cancelled
from qa.llm.choose import State
from qa.settings import Settings
from qa.types import Answer, ClaimDrafted, ClaimVerified, Filters, Problem, Retrieved

router = APIRouter(prefix="/api", tags=["questions"])
CLIENT_LEFT = 499
"""Nobody reads it; the name that nginx gives to it."""
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer; or, with `stream`, the events `retrieved`, then `claim` and "
        "`verdict` for each claim, and last `answer` (this same object) or `error` (a problem).",
        "content": event_stream(
            {
                "retrieved": Retrieved,
                "claim": ClaimDrafted,
                "verdict": ClaimVerified,
                "answer": Answer,
                "error": Problem,
            }
        ),
    }
}


@router.post("/ask", response_model=Answer, responses=_STREAM)
async def ask(
    body: AskRequest, pipeline: PipelineDep, service: ServiceDep, request: Request
) -> Answer | Response:
    """Answer a question from the articles, every claim footnoted."""
    check_length(body.question, service.settings)
    cancel = Cancel()
    asked: dict[str, Any] = {
        "history": body.history, "filters": body.filters or Filters(), "cancel": cancel
    }  # fmt: skip
    if body.stream:
        return EventStream(answer_stream(pipeline.ask(body.question, **asked), cancel))
    try:
        return await unless_left(request, cancel, lambda: pipeline.answer(body.question, **asked))
    except Cancelled:
        return Response(status_code=CLIENT_LEFT)


@router.get("/model")
def model(pipeline: PipelineDep) -> State:
    """Say which model writes the answers, in what state it is, and what answers meanwhile."""
    return pipeline.chooser.state()


@router.get("/search")
def search(
    q: Annotated[str, Query(description="What to look for.", json_schema_extra={"minLength": 1})],
    pipeline: PipelineDep,
    service: ServiceDep,
    k: PassageCount = 10,
) -> SearchResults:
    """Find the passages nearest to a query, without answering it."""
    check_length(q, service.settings)
    return SearchResults(query=q, passages=tuple(pipeline.search(q, k)))


@router.get("/suggestions")
def suggestions(pipeline: PipelineDep, service: ServiceDep) -> Suggestions:
    """Try one more question drawn from the articles; return those known to be answered."""
    return service.suggester.next(pipeline)


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
