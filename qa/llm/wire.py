"""One exchange with a model server over HTTP, whose waits are limited one by one.

A model has three waits (loading, the first token, the next one), and an HTTP client has one time
limit for reading, which a server's keep-alive bytes reset. So no limit is left to the client:
an alarm shuts the socket down when a wait is over, and so does whoever cancels. The client then
reports a broken connection, which is told apart by who broke it.
"""

import json
import socket
import ssl
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

import httpx

from qa.errors import LLMError, LLMTooSlow
from qa.llm.address import is_local
from qa.llm.cancel import Alarm, Cancel
from qa.llm.faults import Server, broken, busy, garbled, refused
from qa.settings import Settings

CONNECT_S = 3.0
"""Seconds until a connection stands. A server that is busy still accepts at once."""
SMALL_S = 10.0
"""Seconds for a question about the server itself: its models, its version."""
_BUSY = frozenset({httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.TOO_MANY_REQUESTS})
_LONGEST_LINE = 1_000_000
_LONGEST_ERROR = 10_000
_MEDIA = ("json", "event-stream", "text/plain")


@dataclass(frozen=True)
class Limits:
    """How long is waited for what, in seconds, and how often a busy server is asked again."""

    load_s: float = 180.0
    first_token_s: float = 120.0
    next_token_s: float = 30.0
    retries: int = 3
    retry_s: float = 1.0

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Take them from the settings."""
        return cls(
            load_s=settings.llm_load_s,
            first_token_s=settings.llm_first_token_s,
            next_token_s=settings.llm_next_token_s,
            retries=settings.llm_retries,
            retry_s=settings.llm_retry_s,
        )


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Load the trusted certificates once: that takes longer than a request on this machine."""
    return httpx.create_ssl_context()


class Exchange:
    """A connection to `server` for one answer: a context manager, used by one thread.

    Everything that goes wrong is raised as an `LLMError`, or as `Cancelled`.
    """

    def __init__(
        self, server: Server, cancel: Cancel, *, headers: Mapping[str, str] | None = None
    ) -> None:
        self.server = server
        self.cancel = cancel
        self._stack = ExitStack()
        self._alarm = Alarm(self._shut)
        self._socket: socket.socket | None = None
        self._headers = dict(headers or {})

    def __enter__(self) -> Self:
        self._stack.enter_context(self._alarm)
        self._stack.enter_context(self.cancel.calling(self._shut))
        self._client = self._stack.enter_context(
            httpx.Client(
                headers=self._headers,
                timeout=httpx.Timeout(None, connect=CONNECT_S),
                verify=_tls(),
                # A proxy from the environment cannot reach this machine's own servers.
                trust_env=not is_local(self.server.url),
                event_hooks={"request": [self._traced]},
            )
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    # -- being cut ---------------------------------------------------------------------------

    def _traced(self, request: httpx.Request) -> None:
        request.extensions["trace"] = self._connected

    def _connected(self, event: str, info: Mapping[str, Any]) -> None:
        """Keep the socket, so that another thread can shut it (the `trace` of httpcore)."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")
            if self._alarm.rang or self.cancel.requested:
                self._shut()

    def _shut(self) -> None:
        found = self._socket
        if found is None:
            return
        try:
            # Closing would not wake a thread that reads. The base class's method, because that
            # of a TLS socket takes away the state that the reading thread is using.
            socket.socket.shutdown(found, socket.SHUT_RDWR)
        except OSError:
            return  # the other side was faster, or it is closed already: nothing is left to shut

    @contextmanager
    def within(self, seconds: float, late: LLMError) -> Iterator[None]:
        """Run the body for so long at most; then what it reads breaks, and `late` is raised."""
        self.cancel.check()
        self._alarm.set(seconds)
        try:
            yield
        except httpx.HTTPError as error:
            self.cancel.check()
            if self._alarm.rang:
                raise late from error
            raise broken(error, self.server) from error
        finally:
            self._alarm.stop()

    # -- asking ------------------------------------------------------------------------------

    def json(
        self, path: str, body: Mapping[str, Any] | None = None, *, seconds: float, late: LLMError,
        limits: Limits | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Ask for one JSON object: POST `body`, or GET without one."""
        with self.open(path, body, seconds=seconds, late=late, limits=limits) as response:
            with self.within(seconds, late):
                data = response.read()
            return decoded(data, self.server)

    @contextmanager
    def open(
        self, path: str, body: Mapping[str, Any] | None = None, *, seconds: float, late: LLMError,
        limits: Limits | None = None,
    ) -> Iterator[httpx.Response]:  # fmt: skip
        """Send a request and wait for the head of its answer; a busy server is asked again.

        `seconds` is for each attempt. The answer is closed, and with it what is not yet read.
        """
        retries, wait = (limits.retries, limits.retry_s) if limits else (0, 0.0)
        for left in range(retries, -1, -1):
            with self.within(seconds, late):
                response = self._client.send(self._request(path, body), stream=True)
            try:
                if response.status_code in _BUSY and left:
                    with self.within(SMALL_S, late):
                        response.read()
                else:
                    self._accept(response, path, retries)
                    yield response
                    return
            finally:
                response.close()
            self.cancel.wait(wait)
            wait *= 2

    def _request(self, path: str, body: Mapping[str, Any] | None) -> httpx.Request:
        method = "GET" if body is None else "POST"
        try:
            return self._client.build_request(method, f"{self.server.url}{path}", json=body)
        except httpx.InvalidURL as error:
            raise self.server.wrong(f"{error}") from error

    def _accept(self, response: httpx.Response, path: str, retries: int) -> None:
        """Raise what an answer other than the one asked for means."""
        if response.status_code == httpx.codes.OK:
            kind = response.headers.get("content-type", "")
            if kind and not any(media in kind for media in _MEDIA):
                raise self.server.wrong(f"{path} is answered with {kind}")
            return
        with self.within(SMALL_S, LLMTooSlow("The server's error did not arrive.", "Ask again.")):
            said = response.read()[:_LONGEST_ERROR]
        if response.status_code in _BUSY:
            raise busy(said, retries + 1, self.server)
        raise refused(response, said, self.server)

    def lines(self, response: httpx.Response) -> Generator[bytes, None, None]:
        """Yield the lines of an answer as they arrive, without their ends.

        Split at line feeds only: JSON may hold other characters that Python takes for line ends.
        """
        rest = b""
        for data in response.iter_bytes():
            *whole, rest = (rest + data).split(b"\n")
            yield from (line.rstrip(b"\r") for line in whole)
            if len(rest) > _LONGEST_LINE:
                raise garbled(self.server, f"a line of more than {_LONGEST_LINE} bytes")
        if rest:
            yield rest


def decoded(data: bytes, server: Server) -> dict[str, Any]:
    """Read one JSON object."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise garbled(server, _excerpt(data)) from error
    if not isinstance(found, dict):
        raise garbled(server, _excerpt(data))
    return found


def _excerpt(data: bytes) -> str:
    return repr(data[:80].decode(errors="replace"))


def shown(part: Mapping[str, Any]) -> str:
    """Return the beginning of what a server sent."""
    try:
        return repr(dict(part))[:200]
    except RecursionError:
        return "something that is nested too deep"
