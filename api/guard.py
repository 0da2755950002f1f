"""What every request passes first: who may ask, how much may be sent, and what is always said.

A server on one's own machine is within reach of every web page that is open there. Two attacks
matter: a page of another site posting to it (refused by the Origin header), and a name of the
attacker's that resolves to 127.0.0.1, so that the browser believes it is the same site (refused
by the Host header). The Content-Security-Policy lets the page load nothing from elsewhere and
run no script that is not a file of ours, whatever an article contains.
"""

import asyncio
import ipaddress
import socket
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import quote, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access import LOGIN, SAFE_METHODS, Door
from api.problems import HostRefused, KeyNeeded, KeyRefused, OriginRefused, error_response
from qa.settings import Settings

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_PRIVATE = "private, no-cache"
"""No proxy keeps what one reader was shown and hands it to another."""
UPLOAD_PATH = "/api/articles"
MEGABYTE = 1_000_000
JSON_LIMIT = 2 * MEGABYTE
"""Bytes of a request that is not an upload: room for 50 turns of history, and no more."""
UPLOAD_FILES = 10
"""Files of the largest size allowed that fit into one upload."""
HEADERS_LIMIT = 64_000
"""Bytes of all headers together."""
BODY_SECONDS, UPLOAD_SECONDS = 60.0, 900.0
"""Within which a request must have been sent."""
_DRAIN_FACTOR = 20
_DRAIN_SECONDS = 5.0


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, settings: Settings, door: Door) -> None:
        self.app = app
        self.door = door
        self.hosts = Hosts(settings.host, settings.allowed_hosts)
        self.upload_limit = int(settings.max_file_mb * MEGABYTE * UPLOAD_FILES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the request, hand it on, and add the headers to whatever is answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False
        bounded = _Bounded(receive, Headers(scope=scope), *self.bounds(scope))

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                if message["status"] >= HTTPStatus.BAD_REQUEST and not bounded.whole:
                    headers["Connection"] = "close"  # the rest of the request is not read
                headers.setdefault("Cache-Control", _PRIVATE)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            self.check(Headers(scope=scope), scope["method"])
            with self.door.request(scope):
                await bounded.check()
                await self.app(scope, bounded, send_with_headers)
        except Exception as error:
            # The outermost place that can still answer: anything unforeseen becomes a problem.
            if started:
                raise
            await bounded.discard()
            await _answer(error, scope)(scope, receive, send_with_headers)

    def check(self, headers: Headers, method: str) -> None:
        """Raise when the request comes under a foreign name or from a foreign page."""
        if sum(len(name) + len(value) for name, value in headers.raw) > HEADERS_LIMIT:
            raise HTTPException(431, f"The headers have more than {HEADERS_LIMIT:,} bytes.")
        host = headers.get("host", "")
        if not self.hosts.allow(host):
            raise HostRefused(
                f"The request was addressed to {host or 'no host'!r}, which is not this server.",
                "Open it as http://localhost or http://127.0.0.1 with the port, "
                "or add the name you use to QA_ALLOWED_HOSTS.",
            )
        origin = headers.get("origin")
        if method not in SAFE_METHODS and origin is not None and urlsplit(origin).netloc != host:
            raise OriginRefused(
                f"The request was made by a page of {origin}, and this is {host}.",
                "Use the page that this server serves, or a client that sends no Origin header.",
            )

    def bounds(self, scope: Scope) -> tuple[int, float]:
        """Return how many bytes the body of this request may have, and how long it may take."""
        if scope["path"] == UPLOAD_PATH:
            return self.upload_limit, UPLOAD_SECONDS
        return JSON_LIMIT, BODY_SECONDS


def _answer(error: Exception, scope: Scope) -> Response:
    """Answer with an error; a browser without a key is shown where to give it."""
    reads = scope["method"] in {"GET", "HEAD"}
    page = reads and "text/html" in Headers(scope=scope).get("accept", "")
    if page and isinstance(error, KeyNeeded | KeyRefused):
        query = scope["query_string"].decode("latin-1")
        target = quote(scope["path"]) + (f"?{query}" if query else "")
        return RedirectResponse(f"{LOGIN}?{urlencode({'next': target})}", HTTPStatus.SEE_OTHER)
    return error_response(error, scope["path"])


class Hosts:
    """Which Host headers name this server."""

    def __init__(self, configured: str, more: str = "") -> None:
        added = (name.strip().lower() for name in more.split(","))
        self.names = {"localhost", configured.lower(), *added} - {""}
        # Listening on every address means that other machines are meant to come, under this
        # machine's name or one of its addresses. A rebinding attack needs a name of its own.
        self.open = configured in {"0.0.0.0", "::", ""}  # noqa: S104 -- compared, not bound
        if self.open:
            self.names.add(socket.gethostname().lower())

    def allow(self, header: str) -> bool:
        """Tell whether a Host header (with or without a port) is one of ours."""
        try:
            name = (urlsplit(f"//{header}").hostname or "").rstrip(".")
        except ValueError:
            return False
        if name in self.names or name.endswith(".localhost"):
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return self.open or address.is_loopback


class _Bounded:
    """A `receive` for at most `limit` bytes that come within `seconds`."""

    def __init__(self, receive: Receive, headers: Headers, limit: int, seconds: float) -> None:
        self.receive = receive
        length = headers.get("content-length", "")
        self.announced = int(length) if length.isdecimal() else 0
        self.limit = limit
        self.seconds = seconds
        self.until: float | None = None
        self.seen = 0
        self.whole = not (self.announced or "transfer-encoding" in headers)
        """True once nothing more of the body can come."""

    async def check(self) -> None:
        """Refuse at once what announces itself as too large."""
        if self.announced > self.limit:
            await self._drain(self.limit * _DRAIN_FACTOR)
            raise self._error()

    async def __call__(self) -> Message:
        if self.whole:  # what comes now is that the client left, whenever that may be
            return await self.receive()
        message = await self._next()
        if self.seen > self.limit:
            await self._drain(self.limit * _DRAIN_FACTOR)
            raise self._error()
        return message

    async def discard(self) -> None:
        """Read what is left of a refused request, if it is little and comes soon."""
        with suppress(TimeoutError, HTTPException):
            async with asyncio.timeout(_DRAIN_SECONDS):
                await self._drain(JSON_LIMIT)

    async def _next(self) -> Message:
        """Return the next part of the body, if it comes in time."""
        loop = asyncio.get_running_loop()
        if self.until is None:
            self.until = loop.time() + self.seconds
        try:
            async with asyncio.timeout_at(self.until):
                message = await self.receive()
        except TimeoutError:
            # An HTTPException passes through FastAPI's parsing of the body; a QAError would not.
            raise HTTPException(
                408, f"The request was not sent whole within {self.seconds:g} seconds."
            ) from None
        self.seen += len(message.get("body", b""))
        self.whole = not message.get("more_body")
        return message

    def _error(self) -> Exception:
        megabytes = self.limit / MEGABYTE
        return HTTPException(413, f"The request's body is larger than {megabytes:g} MB.")

    async def _drain(self, most: int) -> None:
        """Read on and discard: most clients read an answer only after they sent everything."""
        while not self.whole and self.seen < most:
            await self._next()
