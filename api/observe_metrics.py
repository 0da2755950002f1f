"""What is counted and measured, as Prometheus reads it from /metrics.

Every label takes its values from a list of ours: routes are templates, statuses are few. Whatever
clients send, the number of series stays bounded.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from api.service import Service
from qa import __version__
from qa.errors import QAError
from qa.llm.choose import Condition
from qa.types import Answer

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
"""Seconds: the embedded reader takes tenths, a language model up to minutes."""
STAGES = ("retrieve", "answer", "verify", "total")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PARTS = {"library": "library.db*", "chroma": "chroma/**/*", "lexical": "lexical/**/*"}


def known_method(method: str) -> str:
    """Return a method's name, if it is one of HTTP's."""
    return method if method in METHODS else "other"


class Metrics:
    """The metrics of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "footnote_requests", "Requests answered, by route and status.",
            ["method", "route", "status"], registry=self.registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "footnote_request_seconds", "Time of a request; of a stream, until its end.",
            ["route"], buckets=_BUCKETS, registry=self.registry,
        )  # fmt: skip
        self.running = Gauge(
            "footnote_requests_running", "Requests that are being served.", registry=self.registry
        )
        self._questions = Counter(
            "footnote_questions", "Questions by how they ended: `not_found` was refused, `invalid` "
            "could not be asked, `failed` met an error, `left` nobody waited for.",
            ["status"], registry=self.registry,
        )  # fmt: skip
        self._stages = Histogram(
            "footnote_stage_seconds", "Time of a question, by stage.",
            ["stage"], buckets=_BUCKETS, registry=self.registry,
        )  # fmt: skip
        self._claims = Counter(
            "footnote_claims", "Statements drafted, by what the check said of them.",
            ["verdict"], registry=self.registry,
        )  # fmt: skip
        self._tokens = Counter(
            "footnote_llm_tokens", "Tokens that a language model read (`prompt`) and wrote "
            "(`output`).", ["kind"], registry=self.registry,
        )  # fmt: skip
        ProcessCollector(registry=self.registry)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that ended."""
        self._requests.labels(known_method(method), route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def question(self, status: str) -> None:
        """Count a question that ended."""
        self._questions.labels(status).inc()

    def answer(self, answer: Answer) -> None:
        """Count what an answer holds, and how long its stages took."""
        for claim in (*answer.claims, *answer.removed):
            self._claims.labels(claim.verdict).inc()
        for stage in STAGES:
            if (milliseconds := answer.timings.get(f"{stage}_ms")) is not None:
                self._stages.labels(stage).observe(milliseconds / 1000)
        for kind in ("prompt", "output"):
            self._tokens.labels(kind).inc(answer.tokens.get(kind, 0))


class State(Collector):
    """What is looked at when somebody asks: the index, the model, a running ingest."""

    def __init__(self, service: Callable[[], Service]) -> None:
        self._service = service

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the state; of a pipeline that is not loaded, only that."""
        service = self._service()
        yield _labelled("footnote_build_info", "The version.", "version", {__version__: 1})
        yield GaugeMetricFamily(
            "footnote_ingest_running", "Whether an ingest is under way.", service.jobs.running
        )
        sizes = {name: _bytes(service.settings.data_dir, part) for name, part in _PARTS.items()}
        yield _labelled("footnote_index_bytes", "Size of the index on disk.", "part", sizes)
        try:
            pipeline = service.pipeline
        except QAError:
            yield GaugeMetricFamily("footnote_ready", "Whether questions can be asked.", 0)
            return
        yield GaugeMetricFamily("footnote_ready", "Whether questions can be asked.", 1)
        articles, passages = pipeline.library.counts()
        yield GaugeMetricFamily("footnote_articles", "Articles that can answer.", articles)
        yield GaugeMetricFamily("footnote_passages", "Passages that can answer.", passages)
        now = pipeline.chooser.state().state
        states = {state: float(state == now) for state in get_args(Condition)}
        yield _labelled(
            "footnote_model_state", "1 for the state of the model that writes.", "state", states
        )


def _labelled(name: str, about: str, label: str, values: dict[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, about, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def _bytes(folder: Path, pattern: str) -> float:
    """Return the size of files; one that goes away meanwhile has none."""
    total = 0
    for path in folder.glob(pattern):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue
    return float(total)
