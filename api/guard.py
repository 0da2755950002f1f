"""What every request passes first: who may ask, how much may be sent, and what is always said.

A server on one's own machine is within reach of every web page that is open there. Two attacks
matter: a page of another site posting to it (refused by the Origin header), and a name of the
attacker's that resolves to 127.0.0.1, so that the browser believes it is the same site (refused
by the Host header). The Content-Security-Policy lets the page load nothing from elsewhere and
run no script that is not a file of ours, whatever an article contains.
"""

import ipaddress
import socket
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import HostRefused, OriginRefused, error_response
from qa.settings import Settings

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
UPLOAD_PATH = "/api/articles"
MEGABYTE = 1_000_000
JSON_LIMIT = 2 * MEGABYTE
"""Bytes of a request that is not an upload: room for 50 turns of history, and no more."""
UPLOAD_FILES = 10
"""Files of the largest size allowed that fit into one upload."""
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_DRAIN_FACTOR = 20


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.hosts = Hosts(settings.host)
        self.upload_limit = int(settings.max_file_mb * MEGABYTE * UPLOAD_FILES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the request, hand it on, and add the headers to whatever is answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers[name] = value
            await send(message)

        try:
            self.check(Headers(scope=scope), scope["method"])
            bounded = _Bounded(receive, self.limit(scope))
            await bounded.check(Headers(scope=scope))
            await self.app(scope, bounded, send_with_headers)
        except Exception as error:
            # The outermost place that can still answer: anything unforeseen becomes a problem.
            if started:
                raise
            await error_response(error, scope["path"])(scope, receive, send_with_headers)

    def check(self, headers: Headers, method: str) -> None:
        """Raise when the request comes under a foreign name or from a foreign page."""
        host = headers.get("host", "")
        if not self.hosts.allow(host):
            raise HostRefused(
                f"The request was addressed to {host or 'no host'!r}, which is not this server.",
                "Open it as http://localhost or http://127.0.0.1 with the port, "
                "or start it with --host set to the name you use.",
            )
        origin = headers.get("origin")
        if method not in _SAFE_METHODS and origin is not None and urlsplit(origin).netloc != host:
            raise OriginRefused(
                f"The request was made by a page of {origin}, and this is {host}.",
                "Use the page that this server serves, or a client that sends no Origin header.",
            )

    def limit(self, scope: Scope) -> int:
        """Return how many bytes the body of this request may have."""
        return self.upload_limit if scope["path"] == UPLOAD_PATH else JSON_LIMIT


class Hosts:
    """Which Host headers name this server."""

    def __init__(self, configured: str) -> None:
        self.names = {"localhost", configured.lower()}
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
    """A `receive` that ends the request once more than `limit` bytes have come."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self.receive = receive
        self.limit = limit
        self.seen = 0

    async def check(self, headers: Headers) -> None:
        """Refuse at once what announces itself as too large."""
        announced = headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > self.limit:
            await self._drain()
            raise self._error()

    async def __call__(self) -> Message:
        message = await self.receive()
        self.seen += len(message.get("body", b""))
        if self.seen > self.limit:
            if message.get("more_body"):
                await self._drain()
            raise self._error()
        return message

    def _error(self) -> Exception:
        # An HTTPException passes through FastAPI's parsing of the body; a QAError would not.
        megabytes = self.limit / MEGABYTE
        return HTTPException(413, f"The request's body is larger than {megabytes:g} MB.")

    async def _drain(self) -> None:
        """Read on and discard: most clients read an answer only after they sent everything."""
        while self.seen < self.limit * _DRAIN_FACTOR:
            message = await self.receive()
            self.seen += len(message.get("body", b""))
            if not message.get("more_body"):
                return
