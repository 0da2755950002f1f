"""Where the answers under test come from: a pipeline in this process, or a service by its URL."""

import json
import time
from collections import deque
from collections.abc import Sequence
from functools import lru_cache
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Protocol
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from pydantic import ValidationError

from eval.errors import BadOption, ServiceUnreachable
from eval.metrics import Supports
from eval.results import Outcome
from qa.errors import QAError, UnknownArticle
from qa.types import Answer, Answered, Failed, Problem, Turn

if TYPE_CHECKING:
    from qa.pipeline import Pipeline

SUPPORTED_FROM = 0.5
"""Support score from which our support model is taken to say yes."""
TIMEOUT_S = 120.0


class Source(Protocol):
    """What a run needs of whatever answers."""

    def ask(self, question: str, history: Sequence[Turn]) -> Outcome:
        """Answer one question; whatever goes wrong with it is in the outcome."""
        ...

    def text(self, file: str) -> str | None:
        """Return an article's text, None when there is no such article."""
        ...

    @property
    def supports(self) -> Supports | None:
        """The product's support model, where it can be asked."""
        ...


class PipelineSource:
    """A pipeline in this process."""

    def __init__(self, pipeline: "Pipeline") -> None:
        self._pipeline = pipeline
        self.text = lru_cache(maxsize=None)(self._text)
        self.supports: Supports | None = lru_cache(maxsize=None)(self._supports)

    def ask(self, question: str, history: Sequence[Turn]) -> Outcome:
        """Drain the events of one question and time them."""
        started = time.perf_counter()
        try:
            last = deque(self._pipeline.ask(question, history=history), maxlen=1).pop()
        except Exception as error:  # noqa: BLE001 -- recorded for this question; the others go on
            return Outcome(problem=crash(error), wall_ms=_since(started))
        wall_ms = _since(started)
        if isinstance(last, Answered):
            return Outcome(answer=last.answer, wall_ms=wall_ms)
        if isinstance(last, Failed):
            return Outcome(problem=last.problem, wall_ms=wall_ms)
        return Outcome(problem=crash(RuntimeError(f"the last event was {last!r}")), wall_ms=wall_ms)

    def _text(self, file: str) -> str | None:
        try:
            return self._pipeline.library.article(file).text
        except UnknownArticle:
            return None

    def _supports(self, claim: str, text: str) -> bool:
        return bool(self._pipeline.reader.support(claim, text) >= SUPPORTED_FROM)


class ServiceSource:
    """A running service, through its REST endpoint."""

    supports: Supports | None = None

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise BadOption(f"{url!r} is not the address of a service.", "Give http://host:port.")
        self._base = url.rstrip("/")
        self.text = lru_cache(maxsize=None)(self._text)

    def ready(self) -> None:
        """Raise ServiceUnreachable unless the service says that it can answer."""
        try:
            self._call("/readyz")
        except QAError:
            raise
        except (OSError, HTTPException, ValueError) as error:
            raise ServiceUnreachable(
                f"{self._base} does not answer: {error}.", "Start it with `qa serve`."
            ) from error

    def ask(self, question: str, history: Sequence[Turn]) -> Outcome:
        """Post one question and time the whole exchange."""
        body = {"question": question, "history": [turn.model_dump() for turn in history]}
        started = time.perf_counter()
        try:
            reply = self._call("/api/ask", body)
            return Outcome(answer=Answer.model_validate(reply), wall_ms=_since(started))
        except QAError as error:
            return Outcome(problem=error.problem, wall_ms=_since(started))
        except (OSError, HTTPException, ValueError, ValidationError) as error:
            return Outcome(problem=crash(error), wall_ms=_since(started))

    def _text(self, file: str) -> str | None:
        try:
            reply = self._call(f"/api/articles/{quote(file)}")
        except QAError:
            return None
        return str(reply["text"])

    def _call(self, path: str, body: Any = None) -> Any:
        """Exchange JSON; a problem+json reply becomes the error that it describes."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        request = Request(self._base + path, data, headers)  # noqa: S310 -- the scheme is checked
        try:
            with urlopen(request, timeout=TIMEOUT_S) as reply:  # noqa: S310 -- the scheme is checked
                return json.load(reply)
        except HTTPError as error:
            with error:
                raise _described(error, error.read()) from error


def crash(error: Exception) -> Problem:
    """Describe an exception that no part of the product turned into a problem."""
    return Problem(
        type="exception",
        title=type(error).__name__,
        detail=str(error) or repr(error),
        remedy="This is a defect: report it with results.jsonl.",
    )


def _described(error: HTTPError, body: bytes) -> QAError:
    class Remote(QAError):
        slug = f"http-{error.code}"

    try:
        problem = json.loads(body)
        Remote.slug, Remote.title = str(problem["type"]), str(problem["title"])
        return Remote(str(problem.get("detail", "")), str(problem.get("remedy", "")))
    except (ValueError, KeyError, TypeError):
        return Remote(f"HTTP {error.code} {error.reason}.", "See the log of the service.")


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000.0
