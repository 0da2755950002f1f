"""OpenAI's Chat Completions and Responses APIs: any client of them is a client of Footnote."""

from collections.abc import Callable, Generator, Iterator
from typing import Any, Literal, cast

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from api.compatible.errors import UnknownModel
from api.compatible.replies import ChatCompletion, Chunks, completion
from api.compatible.requests import MODEL, Asked, ChatRequest, understood
from api.compatible.responses import (
    ResponseEvents,
    ResponseObject,
    ResponsesRequest,
    response_object,
    understood_input,
)
from api.described import text_stream
from api.links import Links
from api.routes.ask import CLIENT_LEFT, check_length
from api.service import PipelineDep, ServiceDep
from api.stream import EventStream, answer_stream, unless_left
from qa.errors import QAError
from qa.llm.cancel import Cancel, Cancelled
from qa.pipeline import Pipeline
from qa.types import Answer, Event, Failed, Filters, Frozen

router = APIRouter(prefix="/v1", tags=["OpenAI-compatible"])
_SINCE = 1_764_547_200
"""1 December 2025: the protocol wants a time at which a model was made."""


def _or_stream(description: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": description, "content": text_stream()}}


_CHUNKS = _or_stream("The answer; or, with `stream`, its chunks, and last `[DONE]`.")
_EVENTS = _or_stream("The answer; or, with `stream`, its events, up to `response.completed`.")


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
    links = Links(str(request.base_url))
    if body.stream:
        chunks = Chunks(links, include_usage=body.include_usage)
        return await _streamed(asked, body.filters, pipeline, chunks)
    answer = await _answered(asked, body.filters, pipeline, request)
    return answer if isinstance(answer, Response) else completion(answer, links)


@router.post("/responses", response_model=ResponseObject, responses=_EVENTS)
async def responses(
    body: ResponsesRequest, pipeline: PipelineDep, service: ServiceDep, request: Request
) -> ResponseObject | Response:
    """Answer the last message of `input`, by OpenAI's Responses API; nothing is stored."""
    asked = understood_input(body)
    check_length(asked.question, service.settings)
    links = Links(str(request.base_url))
    if body.stream:
        return await _streamed(asked, body.filters, pipeline, ResponseEvents(links))
    answer = await _answered(asked, body.filters, pipeline, request)
    return answer if isinstance(answer, Response) else response_object(answer, links)


async def _answered(
    asked: Asked, filters: Filters | None, pipeline: Pipeline, request: Request
) -> Answer | Response:
    """Answer in one piece, as long as the client is there."""
    cancel = Cancel()

    def work() -> Answer:
        return pipeline.answer(
            asked.question, history=asked.history, filters=filters or Filters(), cancel=cancel
        )

    try:
        return await unless_left(request, cancel, work)
    except Cancelled:
        return Response(status_code=CLIENT_LEFT)


async def _streamed(
    asked: Asked, filters: Filters | None, pipeline: Pipeline, encode: Callable[[Event], bytes]
) -> EventStream:
    """Answer as events. What goes wrong before the first one has a status of its own."""
    cancel = Cancel()
    steps = pipeline.steps(
        asked.question, history=asked.history, filters=filters or Filters(), cancel=cancel
    )
    generator = cast("Generator[Event, None, None]", steps)
    first = await run_in_threadpool(next, generator)
    return EventStream(answer_stream(_resumed(first, generator), cancel, encode))


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
