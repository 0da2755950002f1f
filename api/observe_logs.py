"""What the server writes to stderr: one line for each request and each question.

No line holds what a client sent, but for a question where QA_LOG_QUESTIONS asks for it: a route is
named by its template, a key by its name.
"""

import datetime as dt
import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from qa.settings import Settings

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is being served, here and in the threads that work for it."""
_OURS = logging.getLogger("api")
_FIELDS = "fields"


def say(log: logging.Logger, level: int, what: str, fields: Mapping[str, object]) -> None:
    """Log one event with its fields; those that are None are left out."""
    known = {name: value for name, value in fields.items() if value is not None}
    log.log(level, what, extra={_FIELDS: known})


class Lines(logging.Formatter):
    """Records as lines for people: time, level, what, and the fields as `name=value`."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record; a traceback follows on lines of its own."""
        fields = " ".join(f"{name}={_shown(value)}" for name, value in _fields_of(record).items())
        text = f"{_time(record)} {record.levelname.lower()} {record.getMessage()} {fields}".rstrip()
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text


class Objects(logging.Formatter):
    """Records as one JSON object each, in ASCII, so that nothing in them can begin a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record, its traceback included."""
        known = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "logger": record.name,
            **_fields_of(record),
        }
        if record.exc_info:
            known["exception"] = self.formatException(record.exc_info)
        return json.dumps(known, default=str)


def _fields_of(record: logging.LogRecord) -> dict[str, object]:
    found: dict[str, object] = dict(getattr(record, _FIELDS, {}))
    if REQUEST_ID.get():
        found.setdefault("request_id", REQUEST_ID.get())
    return found


def _shown(value: object) -> str:
    """Write a value as one word, or as a JSON string."""
    return json.dumps(value) if isinstance(value, str) and not _is_word(value) else str(value)


def _is_word(text: str) -> bool:
    return text.isascii() and text.isprintable() and not set(text) & set(' "=') and text != ""


def _time(record: logging.LogRecord) -> str:
    return dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")


@contextmanager
def logging_to_stderr(settings: Settings) -> Iterator[None]:
    """Write what is logged to stderr for as long as the block lasts.

    For people, requests that a page or a probe makes all the time are left out.
    """
    handler = logging.StreamHandler(sys.stderr)
    as_json = settings.log_format == "json"
    handler.setFormatter(Objects() if as_json else Lines())
    handler.setLevel(logging.DEBUG if as_json else logging.INFO)
    root, before = logging.getLogger(), _OURS.level
    root.addHandler(handler)
    _OURS.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        _OURS.setLevel(before)
        root.removeHandler(handler)
