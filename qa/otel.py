"""Spans sent to an OpenTelemetry collector, where the standard variables name one.

`OTEL_EXPORTER_OTLP_ENDPOINT` (or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`) switches it on; the other
`OTEL_` variables mean what OpenTelemetry says. Without the first two nothing of it is imported.
"""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from qa.tracing import SILENT, Facts, Timed, Tracing

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_PREFIX = "footnote."
"""What is ours in the names of attributes."""
_PATIENCE = 2.0
"""Seconds that the end of a process may take for it."""
log = logging.getLogger("qa.otel")


def tracing_of_environment() -> Tracing:
    """Return what sends spans to the collector that the environment names; else to nobody.

    A collector may be named for everything on a machine: without the packages for it, that is
    said, and the work goes on.
    """
    off = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    none = os.environ.get("OTEL_TRACES_EXPORTER", "otlp") != "otlp"
    if off or none or not any(os.environ.get(name) for name in ENDPOINTS):
        return SILENT
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError:
        log.warning(
            "%s is set, but the packages that send spans are not installed: "
            "pip install 'footnote-qa[otel]'", ENDPOINTS[0],
        )  # fmt: skip
        return SILENT
    return OpenTelemetry(OTLPSpanExporter())


class OpenTelemetry:
    """Spans by way of OpenTelemetry's SDK, sent in batches by a thread of its own."""

    def __init__(self, exporter: "SpanExporter") -> None:
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        from qa import __version__

        self._provider = TracerProvider(resource=_resource(__version__))
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self.tracer = self._provider.get_tracer("footnote", __version__)

    @contextmanager
    def work(self, name: str, facts: Facts | None = None) -> Iterator[Timed]:
        """Begin a span below the current one; it is not made current, as threads may change."""
        span = self.tracer.start_span(name)
        with _ending(span):
            found = _Timed(self, span)
            found.note(facts or {})
            yield found

    def close(self) -> None:
        """Send what is left; a collector that does not answer is not waited for."""
        ending = threading.Thread(target=self._provider.shutdown, daemon=True)
        ending.start()
        ending.join(_PATIENCE)


class _Timed:
    """A span of OpenTelemetry's."""

    def __init__(self, owner: OpenTelemetry, span: "Span") -> None:
        self._owner = owner
        self._span = span

    def note(self, facts: Facts) -> None:
        """Set attributes, named `footnote.…`."""
        for name, value in facts.items():
            if value is not None:
                self._span.set_attribute(_PREFIX + name, value)

    @contextmanager
    def stage(self, name: str, facts: Facts | None = None) -> Iterator[Timed]:
        """Begin a part of this span, and make it the current one."""
        from opentelemetry.trace import set_span_in_context, use_span

        part = self._owner.tracer.start_span(name, set_span_in_context(self._span))
        with (
            _ending(part),
            use_span(part, record_exception=False, set_status_on_exception=False),
        ):
            found = _Timed(self._owner, part)
            found.note(facts or {})
            yield found


@contextmanager
def _ending(span: "Span") -> Iterator[None]:
    """End a span with the work; of an error its kind is kept, and not what it says."""
    from opentelemetry.trace import StatusCode

    try:
        yield
    except Exception as error:
        span.set_attribute("error.type", type(error).__qualname__)
        span.set_status(StatusCode.ERROR)
        raise
    finally:
        span.end()


def _resource(version: str) -> "Resource":
    """Say whose spans these are; `OTEL_SERVICE_NAME` and its like win."""
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource

    ours = Resource({"service.name": "footnote", "service.version": version})
    return ours.merge(OTELResourceDetector().detect())
