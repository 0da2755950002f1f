"""Fetching pages on request, and never from this machine or its network.

Where a name leads is resolved first, each address is checked, and the connection goes to exactly
the address that was checked, so that a name which resolves differently the second time gains
nothing. Each redirect is checked the same way. Size, time and number of redirects are bounded; no
proxy, cookie or password is ever used.
"""

import hashlib
import http.client
import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import SplitResult, urljoin, urlsplit

from qa.articles import SUFFIXES
from qa.errors import AddressRefused, ArticleTooLarge, FetchFailed, UnsupportedFormat

MOST_REDIRECTS = 5
PATIENCE_S = 30.0
"""Time for one page, its redirects included."""
_CHUNK = 65_536
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OK = 200
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LONGEST_NAME = 80
_TYPES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "application/pdf": ".pdf",
    "application/rtf": ".rtf",
    "application/json": ".json",
    "application/feed+json": ".json",
    "application/rss+xml": ".rss",
    "application/atom+xml": ".atom",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/epub+zip": ".epub",
    "application/zip": ".zip",
    "message/rfc822": ".eml",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
_VAGUE = frozenset({"", "text/plain", "application/octet-stream", "binary/octet-stream"})
"""Types that say less than the suffix in the address."""


@dataclass(frozen=True)
class Fetched:
    """A page: the file name that its address and type make, and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True)
class _Reply:
    status: int
    location: str
    kind: str
    data: bytes


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the open internet, also by what it may wrap."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner: list[ipaddress.IPv4Address | None] = []
    if isinstance(found, ipaddress.IPv6Address):
        inner = [found.ipv4_mapped, found.sixtofour, *(found.teredo or ())]
        if found in _NAT64:
            inner.append(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF))
    return all(ip.is_global and not ip.is_multicast for ip in (found, *filter(None, inner)))


def fetch(
    url: str,
    *,
    max_bytes: int,
    allowed: Callable[[str], bool] = is_public,
    patience_s: float = PATIENCE_S,
) -> Fetched:
    """Return the page at `url`.

    Raises AddressRefused for what is no address of a page of the open internet, FetchFailed when
    no page comes, ArticleTooLarge above `max_bytes`, UnsupportedFormat for a type that is not read.
    """
    left = MOST_REDIRECTS
    with _deadline(url, patience_s) as clock:
        where = url
        while True:
            target = _checked(where)
            reply = _get(target, clock, allowed, max_bytes)
            if reply.status not in _REDIRECTS or not reply.location:
                break
            if left == 0:
                raise _failed(url, f"leads on more than {MOST_REDIRECTS} times")
            left -= 1
            after = urljoin(where, reply.location)
            if target.scheme == "https" and urlsplit(after).scheme == "http":
                raise _refused(after, "is not encrypted, and the address that led to it was")
            where = after
    if reply.status != _OK:
        raise _failed(url, f"answers with status {reply.status}")
    return Fetched(_name(url, target, reply.kind), reply.data)


class _Clock:
    """Closes the connections of one fetch when its time is up."""

    def __init__(self) -> None:
        self.expired = False
        self._open: socket.socket | None = None
        self._guard = threading.Lock()

    def watch(self, connection: socket.socket) -> None:
        with self._guard:
            self._open = connection
            if self.expired:
                connection.close()

    def expire(self) -> None:
        with self._guard:
            self.expired = True
            if self._open is not None:
                try:
                    self._open.shutdown(socket.SHUT_RDWR)
                except OSError:
                    self._open.close()


@contextmanager
def _deadline(url: str, seconds: float) -> Iterator[_Clock]:
    clock = _Clock()
    timer = threading.Timer(seconds, clock.expire)
    timer.daemon = True
    timer.start()
    try:
        yield clock
    except (OSError, http.client.HTTPException, ValueError) as error:
        if clock.expired:
            raise _failed(url, f"has not arrived within {seconds:g} seconds") from error
        raise _failed(url, f"cannot be fetched: {error or type(error).__name__}") from error
    finally:
        timer.cancel()


def _checked(url: str) -> SplitResult:
    """Split an address that may be fetched, as far as can be seen without resolving it."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise _refused(url, f"is no address ({error})") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise _refused(url, "is no address of a page: it must start with https:// or http://")
    if parts.username is not None or parts.password is not None:
        raise _refused(url, "holds a user name")
    if not url.isascii() or re.search(r"[\x00-\x20\x7f]", url):
        raise _refused(url, "holds characters that must be percent-encoded")
    return parts


def _get(
    target: SplitResult, clock: _Clock, allowed: Callable[[str], bool], max_bytes: int
) -> _Reply:
    host = target.hostname or ""
    secure = target.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(host, target.port or kind.default_port)
    try:
        connection.sock = _connected(target, connection.port, clock, allowed)
        path = f"{target.path or '/'}{'?' if target.query else ''}{target.query}"
        headers = {"Accept": "text/html, */*;q=0.8", "Accept-Encoding": "identity"}
        connection.request("GET", path, headers={**headers, "User-Agent": "Footnote"})
        return _read(connection.getresponse(), target, clock, max_bytes)
    finally:
        connection.close()


def _connected(
    target: SplitResult, port: int, clock: _Clock, allowed: Callable[[str], bool]
) -> socket.socket:
    """Connect to the first address of a host, all of whose addresses must be allowed."""
    host = target.hostname or ""
    if ":" in host:  # an address, which some systems would resolve to another one
        _check(host, target, allowed)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_, place in found:
        _check(str(place[0]), target, allowed)
    family, kind, protocol, _, place = found[0]
    plain = socket.socket(family, kind, protocol)
    try:
        clock.watch(plain)
        plain.settimeout(PATIENCE_S)
        plain.connect(place)
        if target.scheme == "http":
            return plain
        context = ssl.create_default_context()
        wrapped = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
    except BaseException:
        plain.close()
        raise
    try:
        clock.watch(wrapped)
        wrapped.do_handshake()
    except BaseException:
        wrapped.close()
        raise
    return wrapped


def _check(address: str, target: SplitResult, allowed: Callable[[str], bool]) -> None:
    if not allowed(address):
        raise _refused(target.geturl(), f"leads to {address}, which is not on the internet")


def _read(
    response: http.client.HTTPResponse, target: SplitResult, clock: _Clock, max_bytes: int
) -> _Reply:
    if response.status in _REDIRECTS:
        return _Reply(response.status, response.getheader("Location", ""), "", b"")
    if response.getheader("Content-Encoding", "identity").lower() != "identity":
        raise _failed(target.geturl(), "is compressed although that was not asked for")
    data = bytearray()
    while chunk := response.read(_CHUNK):
        data += chunk
        if len(data) > max_bytes:
            raise ArticleTooLarge(
                f"{target.geturl()} has more than {max_bytes / 1e6:.1f} MB.",
                "Raise QA_MAX_FILE_MB.",
            )
    if clock.expired or (response.length or 0) > 0:
        raise http.client.IncompleteRead(bytes(data), response.length)
    return _Reply(response.status, "", response.headers.get_content_type(), bytes(data))


def _name(url: str, target: SplitResult, kind: str) -> str:
    """Make a file name of an address: the same for the same one, and different for others."""
    path = PurePosixPath(target.path)
    suffix = path.suffix.lower()
    if kind not in _VAGUE or suffix not in SUFFIXES:
        suffix = _TYPES.get(kind, "")
    if not suffix:
        raise UnsupportedFormat(
            f"{url} is of the type {kind}, which is not read.", "See docs/formats.md."
        )
    digest = hashlib.sha256(url.encode()).hexdigest()[:8]
    words = re.sub(r"[^a-z0-9]+", "-", f"{target.hostname} {path.parent} {path.stem}".lower())
    return f"{words.strip('-')[:_LONGEST_NAME]}-{digest}{suffix}"


def _refused(url: str, why: str) -> AddressRefused:
    return AddressRefused(f"{_shown(url)} {why}.", "Give the address of a public page.")


def _failed(url: str, why: str) -> FetchFailed:
    return FetchFailed(
        f"{_shown(url)} {why}.", "Open it in a browser, and save the page if need be."
    )


def _shown(url: str) -> str:
    return url.encode("utf-8", "replace").decode()[:200]
