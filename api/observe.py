"""Requests and questions, watched: an id for each, a line of the log, and the metrics."""

import logging
import re
import time
import uuid
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client.exposition import choose_encoder
from starlette.datastructures import Headers, MutableHeaders
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.observe_logs import REQUEST_ID, say
from api.observe_metrics import Metrics, known_method
from api.observe_traces import request_span
from api.problems import AnswerTooSlow
from qa.errors import QAError, UsageError
from qa.llm.cancel import Alarm, Cancel, Cancelled
from qa.pipeline import EVERYTHING, Pipeline
from qa.tracing import SILENT, Tracing
from qa.types import Answer, Answered, Event, Filters, Turn

HEADER = "X-Request-ID"
UNKNOWN = "unknown"
"""The template of a path that leads nowhere."""
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}")
_QUIET = frozenset({"/healthz", "/readyz", "/metrics", "/static", "/api/model"})
"""What probes and an open page ask all the time: a line only for machines, unless it fails."""
_FAULT = 400
_requests = logging.getLogger("api.requests")
_questions = logging.getLogger("api.questions")


class Observe:
    """ASGI middleware around everything else: it sees what was refused, too."""

    def __init__(
        self, app: ASGIApp, metrics: Metrics, paths: Iterable[str], tracing: Tracing = SILENT
    ) -> None:
        self.app = app
        self.tracing = tracing
        self.metrics = metrics
        self.templates = Templates(paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give the request its id, hand it on, and note how it ended."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = identified(headers.getlist(HEADER))
        route = self.templates.of(scope["path"])
        tracing = SILENT if route in _QUIET else self.tracing
        method = known_method(scope["method"])
        REQUEST_ID.set(request_id)
        status, begun = 500, time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        with (
            self.metrics.running.track_inprogress(),
            request_span(tracing, method, route, request_id, headers) as span,
        ):
            try:
                await self.app(scope, receive, send_with_id)
            finally:
                span.answered(status)
                self._ended(scope, route, status, time.perf_counter() - begun, span.trace_id)

    def _ended(
        self, scope: Scope, route: str, status: int, seconds: float, trace: str | None
    ) -> None:
        self.metrics.request(scope["method"], route, status, seconds)
        quiet = route in _QUIET and status < _FAULT
        fields = {
            "method": scope["method"],
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "key": scope.get("state", {}).get("key"),
            "trace_id": trace,
        }
        say(_requests, logging.DEBUG if quiet else logging.INFO, "request", fields)


class Templates:
    """The paths of the application as it declares them, such as `/api/articles/{article_id}`."""

    def __init__(self, paths: Iterable[str]) -> None:
        compiled = [compile_path(path) for path in paths]
        self._exact = {template for _, template, _ in compiled if "{" not in template}
        self._others = [(regex, template) for regex, template, _ in compiled if "{" in template]

    def of(self, path: str) -> str:
        """Return the template of a path."""
        if path in self._exact:
            return path
        if path.startswith("/static/"):
            return "/static"
        return next((name for regex, name in self._others if regex.match(path)), UNKNOWN)


def identified(given: Sequence[str]) -> str:
    """Return the id that a proxy gave to the request, if it is one; else a new one."""
    if len(given) == 1 and _WELL_FORMED.fullmatch(given[0]):
        return given[0]
    return uuid.uuid4().hex


class Watched(Pipeline):
    """A pipeline whose questions are counted and logged, whichever route they came by."""

    def __init__(self, pipeline: Pipeline, metrics: Metrics) -> None:
        super().__init__(pipeline.store, pipeline.reader, pipeline.chooser)
        self._metrics = metrics

    def steps(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters = EVERYTHING,
        cancel: Cancel | None = None,
    ) -> Iterator[Event]:
        """Answer a question as any pipeline does, in the time there is, and note how it ended."""
        ended, answer, begun = "left", None, time.perf_counter()
        found = self._in_time(question, history, filters, cancel or Cancel())
        try:
            with closing(found) as events:
                for event in events:
                    if isinstance(event, Answered):
                        ended, answer = event.answer.status, event.answer
                    yield event
        except QAError as error:
            ended = "invalid" if isinstance(error, UsageError) else "failed"
            raise
        except Cancelled:
            raise
        except Exception:
            ended = "failed"
            raise
        finally:
            self._note(question, ended, answer, time.perf_counter() - begun)

    def _in_time(
        self, question: str, history: Sequence[Turn], filters: Filters, cancel: Cancel
    ) -> Generator[Event, None, None]:
        """Answer, or raise `AnswerTooSlow` when the time is up that a whole answer may take."""
        with Alarm(cancel.request) as alarm:
            alarm.set(self.settings.answer_s)
            try:
                yield from super().steps(question, history=history, filters=filters, cancel=cancel)
            except Cancelled:
                if not alarm.rang:
                    raise
                raise AnswerTooSlow(
                    f"The answer was not there after {self.settings.answer_s:g} s.",
                    "Take a smaller model (QA_LLM), or raise QA_ANSWER_S.",
                ) from None

    def _note(self, question: str, ended: str, answer: Answer | None, seconds: float) -> None:
        self._metrics.question(ended)
        if answer is not None:
            self._metrics.answer(answer)
        fields = {
            "status": ended,
            "ms": round(seconds * 1000, 1),
            "model": answer and answer.model,
            "claims": answer and len(answer.claims),
            "removed": answer and len(answer.removed),
            "question": question if self.settings.log_questions else None,
        }
        say(_questions, logging.INFO, "question", fields)


def install(app: FastAPI, metrics: Metrics) -> None:
    """Serve /metrics."""

    def read_metrics(request: Request) -> Response:
        """Return what is counted and measured, in the format of Prometheus."""
        encode, kind = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(metrics.registry), media_type=kind)

    app.add_api_route(
        "/metrics", read_metrics, methods=["GET"], name="metrics", tags=["health"],
        response_class=PlainTextResponse,
    )  # fmt: skip
