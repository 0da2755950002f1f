"""Server-sent events: the pipeline's events on the wire, one for one.

Every step of the pipeline's generator runs in a thread. When the client leaves, the step under
way is told to end: it may be waiting for a language model, and a generator cannot be closed while
it runs. The generator is closed right after it, so that no answer is written for nobody.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import TypeVar

import anyio
from fastapi import Request
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from api.problems import unexpected
from qa.llm.cancel import Cancel
from qa.types import Answered, Event, Failed

HEARTBEAT = 15.0
"""Seconds of silence after which a comment is sent, so that proxies keep the connection."""

LOOK_EVERY = 0.25
"""Seconds between two looks whether the client of a whole answer is still there."""


def encode(name: str, data: BaseModel) -> bytes:
    """Write one event."""
    return format_sse_event(event=name, data_str=data.model_dump_json(exclude={"event"}))


def encode_event(event: Event) -> bytes:
    """Write an event of the pipeline; `answer` and `error` carry their object itself."""
    match event:
        case Answered():
            return encode(event.event, event.answer)
        case Failed():
            return encode(event.event, event.problem)
        case _:
            return encode(event.event, event)


async def answer_stream(
    events: Iterator[Event],
    cancel: Cancel | None = None,
    encode: Callable[[Event], bytes] = encode_event,
) -> AsyncGenerator[bytes, None]:
    """Drive the pipeline in threads and yield its events as bytes, with heartbeats.

    `cancel` is the one that the pipeline was given; `encode` may write nothing for an event.
    """
    step: asyncio.Future[Event | None] | None = None
    try:
        while True:
            step = asyncio.ensure_future(run_in_threadpool(next, events, None))
            while not (await asyncio.wait({step}, timeout=HEARTBEAT))[0]:
                yield KEEPALIVE_COMMENT
            try:
                event = step.result()
            except Exception as error:  # noqa: BLE001 -- the status is sent; only an event can tell
                yield encode(Failed(problem=unexpected(error).problem))
                return
            if event is None:
                return
            if data := encode(event):
                yield data
    finally:
        with anyio.CancelScope(shield=True):
            if cancel is not None:
                cancel.request()
            if step is not None:
                await asyncio.wait({step})
            # `ask` is declared as an iterator; a generator has `close`, another iterator need not.
            await run_in_threadpool(getattr(events, "close", lambda: None))


Result = TypeVar("Result")


async def unless_left(request: Request, cancel: Cancel, work: Callable[[], Result]) -> Result:
    """Do `work` in a thread, and request its end as soon as the client has gone.

    Raises what the work raises, `Cancelled` when it was ended.
    """
    task = asyncio.ensure_future(run_in_threadpool(work))
    try:
        while not (await asyncio.wait({task}, timeout=LOOK_EVERY))[0]:
            if await request.is_disconnected():
                cancel.request()
        return task.result()
    finally:
        cancel.request()


class EventStream(EventSourceResponse):
    """A response that closes its generator as soon as it ends, for whatever reason."""

    def __init__(
        self,
        content: AsyncGenerator[bytes, None],
        status_code: int = 200,
        headers: dict[str, str] | None = None,
    ) -> None:
        # X-Accel-Buffering keeps a reverse proxy from holding events back.
        fixed = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
        super().__init__(content, status_code, headers={**fixed, **(headers or {})})
        self.content = content

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream, and close its generator however that ended."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await self.content.aclose()
