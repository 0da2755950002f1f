"""Tracing: what a collector on a real socket is told of requests, questions and ingests."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Sent

from qa.otel import ENDPOINTS, OpenTelemetry, tracing_of_environment
from qa.tracing import SILENT
from tests.live import ARTICLES, ingested, running
from tests.test_api import QUESTION, ask

CALLER = "4bf92f3577b34da6a3ce929d0e0e4736"
SEARCHED = "Ada Lindqvist"


@dataclass
class Collector:
    """A receiver of OTLP over HTTP."""

    url: str
    bodies: list[bytes] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)

    @property
    def spans(self) -> list[Sent]:
        """All spans that came."""
        return [span for scoped in self._resources() for span in scoped.spans]

    @property
    def services(self) -> set[str]:
        """Who sent them."""
        return {
            attribute.value.string_value
            for request in map(ExportTraceServiceRequest.FromString, self.bodies)
            for resource in request.resource_spans
            for attribute in resource.resource.attributes
            if attribute.key == "service.name"
        }

    def named(self, name: str) -> list[Sent]:
        """Return the spans of one name."""
        return [span for span in self.spans if span.name == name]

    def under(self, parent: Sent) -> list[str]:
        """Return the names of a span's parts, in order of time."""
        parts = [span for span in self.spans if span.parent_span_id == parent.span_id]
        return [span.name for span in sorted(parts, key=lambda span: span.start_time_unix_nano)]

    def _resources(self) -> Iterator[Any]:
        for request in map(ExportTraceServiceRequest.FromString, self.bodies):
            for resource in request.resource_spans:
                yield from resource.scope_spans


def facts(span: Sent) -> dict[str, object]:
    """Return the attributes of a span."""
    return {
        attribute.key: getattr(attribute.value, str(attribute.value.WhichOneof("value")))
        for attribute in span.attributes
    }


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """Return a collector that the environment names."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name is http.server's
            found.paths.add(self.path)
            found.bodies.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:  # no lines on stderr
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Collector(f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", found.url)
        # FastAPI's own telemetry would tell what is searched for; it is off, whatever is set.
        monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("log_questions", [False, True])
def test_a_collector_is_told_of_the_work(
    collector: Collector, tmp_path: Path, *, log_questions: bool
) -> None:
    """A trace shows the ingest by batches; the request, below its caller, with the question and its
    stages; no text but the question's, and that only where it is asked for.
    """
    settings = ingested(tmp_path / "articles", tmp_path / "data", ARTICLES)
    settings = settings.model_copy(update={"log_questions": log_questions})
    traceparent = {"traceparent": f"00-{CALLER}-00f067aa0ba902b7-01"}
    with running(settings) as live:
        live.wait_until_ready()
        with live.client(headers=traceparent) as client:
            assert ask(client).json()["status"] == "answered"
            assert ask(client, stream=True).status_code == 200
            assert ask(client, "?!").status_code == 422
            assert client.get("/api/search", params={"q": SEARCHED}).status_code == 200
            assert client.get("/healthz").status_code == 200
    assert collector.paths == {"/v1/traces"}
    assert collector.services == {"footnote"}

    (ingest,) = collector.named("ingest")
    assert collector.under(ingest) == ["embed", "index"]
    assert facts(ingest)["footnote.added"] == len(ARTICLES)

    whole, streamed, refused = sorted(
        collector.named("POST /api/ask"), key=lambda span: span.start_time_unix_nano
    )
    for request, status in ((whole, 200), (streamed, 200), (refused, 422)):
        assert request.trace_id.hex() == CALLER
        assert request.kind == Sent.SPAN_KIND_SERVER
        assert facts(request)["http.response.status_code"] == status
        assert collector.under(request) == ["question"]
    questions = {span.parent_span_id: span for span in collector.named("question")}
    for request in (whole, streamed):
        question = questions[request.span_id]
        stages = collector.under(question)
        assert stages[:4] == ["retrieve", "read", "compare", "draft"]
        assert set(stages[4:]) == {"draft", "verify"}
        assert facts(question)["footnote.status"] == "answered"
        assert facts(question).get("footnote.question") == (QUESTION if log_questions else None)
    assert facts(questions[refused.span_id])["error.type"] == "BadQuestion"
    assert collector.named("GET /healthz") == []

    everything = b"".join(collector.bodies)
    assert SEARCHED.encode() not in everything
    assert (QUESTION.encode() in everything) == log_questions
    assert b"lighthouse.txt" not in everything


def test_no_collector_no_tracing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the variables nobody is told, and neither are they when OpenTelemetry is off."""
    assert tracing_of_environment() is SILENT
    monkeypatch.setenv(ENDPOINTS[1], "http://127.0.0.1:1/v1/traces")
    for name, value in (("OTEL_SDK_DISABLED", "true"), ("OTEL_TRACES_EXPORTER", "none")):
        with monkeypatch.context() as off:
            off.setenv(name, value)
            assert tracing_of_environment() is SILENT
    tracing = tracing_of_environment()
    assert isinstance(tracing, OpenTelemetry)
    tracing.close()


def test_opentelemetry_is_not_imported_for_nothing() -> None:
    """The server's modules and the pipeline's come without OpenTelemetry's SDK and exporters."""
    code = (
        "import sys, api.app, qa.pipeline, qa.otel; qa.otel.tracing_of_environment();"
        "print([n for n in sys.modules if n.startswith(('opentelemetry.sdk', 'opentelemetry.ex'))])"
    )
    found = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, check=True)
    assert found.stdout == "[]\n"


def test_a_missing_package_is_said_and_costs_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the extra is not installed, the log says how to, and the work goes on untold."""
    monkeypatch.setenv(ENDPOINTS[0], "http://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    assert tracing_of_environment() is SILENT
    assert "pip install 'footnote-qa[otel]'" in caplog.text


def test_a_dead_collector_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a collector that takes connections and never answers, closing ends all the same."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        monkeypatch.setenv(ENDPOINTS[0], f"http://127.0.0.1:{server.server_port}")
        tracing = tracing_of_environment()
        with tracing.work("ingest") as span, span.stage("embed", {"passages": 1}):
            pass
        closing = threading.Thread(target=tracing.close)
        closing.start()
        closing.join(20)
        assert not closing.is_alive()
