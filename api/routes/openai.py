"""OpenAI's Chat Completions API: any client of it is a client of Footnote."""

from collections.abc import Generator, Iterator
from typing import Any, Literal, cast

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from api.compatible.errors import UnknownModel
from api.compatible.replies import ChatCompletion, Chunks, completion
from api.compatible.requests import MODEL, Asked, ChatRequest, understood
from api.links import Links
from api.routes.ask import CLIENT_LEFT, check_length
from api.service import PipelineDep, ServiceDep
from api.stream import EventStream, answer_stream, unless_left
from qa.errors import QAError
from qa.llm.cancel import Cancel, Cancelled
from qa.pipeline import Pipeline
from qa.types import Event, Failed, Filters, Frozen

router = APIRouter(prefix="/v1", tags=["OpenAI-compatible"])
_SINCE = 1_764_547_200
"""1 December 2025: the protocol wants a time at which a model was made."""
_CHUNKS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer; or, with `stream`, its chunks, and last `[DONE]`.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


class Model(Frozen):
    """A model as OpenAI's API lists it."""

    id: str = MODEL
    object: Literal["model"] = "model"
    created: int = _SINCE
    owned_by: str = MODEL


class ModelList(Frozen):
    """The models that there are: one, whatever writes its answers."""

    object: Literal["list"] = "list"
    data: tuple[Model, ...] = (Model(),)


@router.get("/models")
async def models() -> ModelList:
    """List the one model; which language model writes, if any, is told by /api/model."""
    return ModelList()


@router.get("/models/{model_id:path}")
async def model(model_id: str) -> Model:
    """Describe the one model."""
    if model_id != MODEL:
        raise UnknownModel(f"The model {model_id!r} does not exist.", f"The only one is {MODEL!r}.")
    return Model()


@router.post("/chat/completions", response_model=ChatCompletion, responses=_CHUNKS)
async def chat_completions(
    body: ChatRequest, pipeline: PipelineDep, service: ServiceDep, request: Request
) -> ChatCompletion | Response:
    """Answer the last message from the articles, every claim footnoted."""
    asked = understood(body)
    check_length(asked.question, service.settings)
    cancel, links = Cancel(), Links(str(request.base_url))
    filters = body.filters or Filters()
    if body.stream:
        steps = _steps(pipeline, asked, filters, cancel)
        # What goes wrong before the first event has a status of its own.
        first = await run_in_threadpool(next, steps)
        chunks = Chunks(links, include_usage=body.include_usage)
        return EventStream(answer_stream(_resumed(first, steps), cancel, chunks))

    def work() -> ChatCompletion:
        answer = pipeline.answer(
            asked.question, history=asked.history, filters=filters, cancel=cancel
        )
        return completion(answer, links)

    try:
        return await unless_left(request, cancel, work)
    except Cancelled:
        return Response(status_code=CLIENT_LEFT)


def _steps(
    pipeline: Pipeline, asked: Asked, filters: Filters, cancel: Cancel
) -> Generator[Event, None, None]:
    steps = pipeline.steps(asked.question, history=asked.history, filters=filters, cancel=cancel)
    return cast("Generator[Event, None, None]", steps)


def _resumed(first: Event, steps: Generator[Event, None, None]) -> Iterator[Event]:
    """Go on after the first event as `Pipeline.ask` does."""
    try:
        yield first
        yield from steps
    except QAError as error:
        yield Failed(problem=error.problem)
    except Cancelled:
        return
    finally:
        steps.close()
