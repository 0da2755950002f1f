"""Spans: how long each part of the work took, told to whoever wants to know; by default nobody.

The parts of the pipeline begin spans and know nothing of where they go. `qa.otel` sends them to an
OpenTelemetry collector. No span holds text of a question, an answer or an article, but for the
question where QA_LOG_QUESTIONS asks for it.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

Facts = Mapping[str, str | int | float | None]
"""What a span says of its work; what is None is left out."""


class Timed(Protocol):
    """A stretch of work that has begun."""

    def note(self, facts: Facts) -> None:
        """Say more of the work."""

    def stage(self, name: str, facts: Facts | None = None) -> AbstractContextManager["Timed"]:
        """Begin a part that ends in the thread in which it begins: what it calls belongs to it."""


class Tracing(Protocol):
    """Where spans come from."""

    def work(self, name: str, facts: Facts | None = None) -> AbstractContextManager[Timed]:
        """Begin a whole, which other threads may go on with; it belongs to what is under way."""

    def close(self) -> None:
        """Send what has not been sent yet, if that can be done soon."""


class _Unseen:
    """A span that nobody is told of."""

    def note(self, facts: Facts) -> None:
        """Say nothing."""

    @contextmanager
    def stage(self, name: str, facts: Facts | None = None) -> Iterator[Timed]:  # noqa: ARG002
        """Do the work of the part."""
        yield self


class _Silent:
    """Nobody is told of anything."""

    @contextmanager
    def work(self, name: str, facts: Facts | None = None) -> Iterator[Timed]:  # noqa: ARG002
        """Do the work."""
        yield UNSEEN

    def close(self) -> None:
        """Do nothing."""


UNSEEN: Timed = _Unseen()
SILENT: Tracing = _Silent()
