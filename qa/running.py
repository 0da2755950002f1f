"""The server of a data directory: a command asks it, where it runs, instead of loading models.

The server leaves a note in the data directory once it can answer. It is taken at its word only if
it still runs (another program may have got its port since) and was started with the same settings.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from pydantic import TypeAdapter

from qa.errors import QAError
from qa.keys import write_private
from qa.settings import Settings
from qa.types import Event, Failed, Filters

_NOTE = "server.json"
_HERE_S = 1.0
"""Seconds in which a server on this machine says that it is there."""
_SILENT_S = 60.0
"""Seconds without a sign of life, of which it gives one every 15, after which it is gone."""
_OWN = frozenset(
    {
        "host", "port", "data_dir", "cache_dir", "allowed_hosts", "api_keys", "allow_anyone",
        "rate_per_minute", "parallel_requests", "log_format", "log_questions", "answer_s",
        "replica",
    }
)  # fmt: skip
"""Settings that do not change an answer."""
_EVENT: TypeAdapter[Event] = TypeAdapter(Event)
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, RecursionError)
"""What a note, or an answer, that is not one of ours leads to."""
_WRAPPED = {"answer": "answer", "error": "problem"}
"""Events that are sent as the one object that they hold."""


def announce(settings: Settings, url: str, instance: str, token: str) -> None:
    """Leave a note that a server answers at `url`; it calls itself `instance`.

    Whoever may read the note, which is only the user who runs the server, may ask with `token`.
    """
    note = {"url": url, "instance": instance, "token": token, "settings": _digest(settings)}
    fresh = _path(settings).with_suffix(".new")
    write_private(fresh, json.dumps(note))
    fresh.replace(_path(settings))


def address(settings: Settings) -> str | None:
    """Return where the server of the data directory said that it answers; None if it never did."""
    try:
        return str(json.loads(_path(settings).read_text("utf-8"))["url"])
    except (OSError, ValueError, KeyError):
        return None


def withdraw(settings: Settings, instance: str) -> None:
    """Take the note of this instance away; another one's stays."""
    with suppress(*_UNREADABLE):
        if json.loads(_path(settings).read_text("utf-8"))["instance"] == instance:
            _path(settings).unlink()


def events(settings: Settings, question: str, filters: Filters) -> list[Event] | None:
    """Have the server of the data directory answer; None where there is none, or it breaks off.

    Raises the `QAError` that the server reports.
    """
    try:
        found = _server(settings)
        return None if found is None else list(_asked(*found, question, filters))
    except (HTTPException, *_UNREADABLE):
        return None


def _server(settings: Settings) -> tuple[str, str] | None:
    """Return the server's address and token."""
    note = json.loads(_path(settings).read_text("utf-8"))
    if note["settings"] != _digest(settings):
        return None
    with _open(f"{note['url']}/healthz", _HERE_S) as reply:
        alive = json.load(reply)
    if alive["instance"] != note["instance"]:
        return None
    return str(note["url"]), str(note["token"])


def _asked(url: str, token: str, question: str, filters: Filters) -> Iterator[Event]:
    body = {"question": question, "filters": filters.model_dump(mode="json"), "stream": True}
    try:
        reply = _open(f"{url}/api/ask", _SILENT_S, json.dumps(body).encode(), token)
    except HTTPError as refused:
        raise _error(json.load(refused)) from None
    last = None
    with reply:
        for name, data in _messages(reply):
            last = _EVENT.validate_python({"event": name, **_fields(name, json.loads(data))})
            if isinstance(last, Failed):
                raise _error(last.problem.model_dump())
            yield last
    if last is None or last.event != "answer":
        raise OSError("the server broke off")


def _messages(reply: IO[bytes]) -> Iterator[tuple[str, str]]:
    """Read server-sent events, as name and data; each has one line of both."""
    name = ""
    for raw in reply:
        field, _, value = raw.decode("utf-8").rstrip("\r\n").partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, value


def _fields(name: str, data: dict[str, Any]) -> dict[str, Any]:
    return {_WRAPPED[name]: data} if name in _WRAPPED else data


def _open(url: str, timeout: float, body: bytes | None = None, token: str = "") -> Any:
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    # The server is on this machine, so no proxy stands between.
    request = Request(url, body, headers)  # noqa: S310 -- our own note's
    return build_opener(ProxyHandler({})).open(request, timeout=timeout)


def _error(problem: dict[str, Any]) -> QAError:
    """Return the error that the server met, as if it had been met here."""
    known = {kind.slug: kind for kind in _kinds(QAError)}
    kind = known.get(problem["type"], QAError)
    return kind(problem["detail"], kind.command or problem["remedy"])


def _kinds(kind: type[QAError]) -> Iterator[type[QAError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)


def _path(settings: Settings) -> Path:
    return settings.data_dir / _NOTE


def _digest(settings: Settings) -> str:
    """Return what tells these settings from others, without showing them."""
    shown = settings.model_dump(mode="json", exclude=set(_OWN))
    secret = settings.llm_api_key.get_secret_value() if settings.llm_api_key else ""
    return hashlib.sha256(json.dumps([shown, secret], sort_keys=True).encode()).hexdigest()
