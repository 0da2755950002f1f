"""Requests as spans: each is named by its route, belongs to its caller's trace, and holds no text.

Neither addresses nor queries nor headers are told, as a search is one of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.datastructures import Headers

from qa.otel import OpenTelemetry
from qa.tracing import Tracing

_FAULT = 500


class RequestSpan:
    """The span of one request; unless it is `Traced`, of none."""

    trace_id: str | None = None

    def answered(self, status: int) -> None:
        """Note how the request was answered."""


class Traced(RequestSpan):
    """The span of a request that a collector is told of."""

    def __init__(self, tracing: OpenTelemetry, name: str, headers: Headers) -> None:
        from opentelemetry.propagate import extract
        from opentelemetry.trace import SpanKind

        self.span = tracing.tracer.start_span(name, extract(headers), SpanKind.SERVER)
        self.trace_id = f"{self.span.get_span_context().trace_id:032x}"

    def answered(self, status: int) -> None:
        """Note the status; an error of the server's is one of the span's."""
        from opentelemetry.trace import StatusCode

        self.span.set_attribute("http.response.status_code", status)
        if status >= _FAULT:
            self.span.set_status(StatusCode.ERROR)


@contextmanager
def request_span(
    tracing: Tracing, method: str, route: str, request_id: str, headers: Headers
) -> Iterator[RequestSpan]:
    """Make the span of a request the current one while the request is served."""
    if not isinstance(tracing, OpenTelemetry):
        yield RequestSpan()
        return
    from opentelemetry.trace import use_span

    found = Traced(tracing, f"{method} {route}", headers)
    found.span.set_attributes(
        {"http.request.method": method, "http.route": route, "footnote.request_id": request_id}
    )
    with use_span(
        found.span, end_on_exit=True, record_exception=False, set_status_on_exception=False
    ):
        yield found
