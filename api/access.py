"""Who may come in, and for what: keys, their scopes, and what needs none.

A key comes as `Authorization: Bearer …`, or in the cookie that a browser gets for it; never in an
address, as those are logged and shared. A path that is not listed here needs a key.
"""

import ipaddress
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import CookieError, SimpleCookie

from starlette.types import Scope as Request

from api.limits import Limits
from api.problems import KeyNeeded, KeyRefused, OpenToAnyone, Refused, ScopeMissing
from qa.keys import LOCAL, Key, Keys, Scope, is_loopback
from qa.settings import Settings

COOKIE = "footnote_key"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LOGIN, LOGOUT, SESSION = "/login", "/logout", "/api/session"
_OPEN = frozenset({"/", "/healthz", "/readyz", "/docs", "/openapi.json", LOGIN, LOGOUT, SESSION})
"""Probes have no keys; what the API looks like is no secret, nor is the page while it is empty."""
_OPEN_BELOW = "/static/"
_ASK: frozenset[Scope] = frozenset({"ask"})
_READ: frozenset[Scope] = frozenset({"read"})
_WRITE: frozenset[Scope] = frozenset({"write"})
_NEEDS: dict[str, frozenset[Scope]] = {
    "/api/ask": _ASK,
    "/api/feedback": _ASK,
    "/api/suggestions": _ASK,
    "/v1/chat/completions": _ASK,
    "/v1/responses": _ASK,
    "/mcp": _ASK | _READ,  # one address for all the tools
}
_LONGEST = 200
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Footnote"'}
_HOW = "Send one as `Authorization: Bearer KEY`, or open /login in a browser."


def needed(method: str, path: str) -> frozenset[Scope] | None:
    """Return the scopes that a request needs, None when everybody may make it."""
    if path in _OPEN or path.startswith(_OPEN_BELOW):
        return None
    if path in _NEEDS:
        return _NEEDS[path]
    return _READ if method in SAFE_METHODS else _WRITE


class Door:
    """Lets requests in: with a key where keys are needed, and within the limits."""

    def __init__(self, settings: Settings) -> None:
        self.keys = Keys(settings)
        self.token = secrets.token_urlsafe(32)
        """With it a command on this machine may ask this server, whatever keys there are."""
        self._open = is_loopback(settings.host) or settings.allow_anyone
        self._limits = Limits.of(settings, guarded=False)
        self._guarded = Limits.of(settings, guarded=True)
        self._here = is_loopback(settings.host)
        self._settings = settings

    @property
    def locked(self) -> bool:
        """True when a key is needed: as soon as there is one, and always beyond this machine."""
        return bool(self.keys.all()) or not self._open

    def check_start(self) -> None:
        """Raise `OpenToAnyone` for a server that other machines reach and that has no key."""
        if self.locked and not self.keys.all():
            raise OpenToAnyone(
                f"Other machines can reach {self._settings.host or 'every address'}, and no key "
                "is set.",
                "Make a key: qa keys add NAME (or set QA_API_KEYS). If a proxy asks for a password "
                "already, or everyone is welcome to read and change all, set QA_ALLOW_ANYONE=1.",
            )

    @contextmanager
    def request(self, request: Request) -> Iterator[None]:
        """Let a request in while it runs; the name of its key is put into its state.

        Raises `KeyNeeded`, `KeyRefused`, `ScopeMissing` and `TooManyRequests`.
        """
        scopes = needed(request["method"], request["path"])
        if scopes is None and request["method"] in SAFE_METHODS:
            yield
            return
        locked = self.locked
        limits = self._guarded if locked or not self._here else self._limits
        key, refused = self._identified(request) if locked and scopes else (None, None)
        if key is not None and key.name == LOCAL:
            client, limits = LOCAL, self._limits
        else:
            client = f"key {key.name}" if key else f"address {_address(request)}"
        with limits.request(client):
            if refused is not None:
                raise refused
            if key is not None and scopes is not None:
                _check_scopes(key, scopes)
                request.setdefault("state", {})["key"] = key.name
            yield

    def find(self, secret: str) -> Key | None:
        """Return the key that `secret` is, if it is one."""
        if secrets.compare_digest(secret.encode("utf-8", "replace"), self.token.encode()):
            return Key(LOCAL, _READ | _ASK, "")
        return self.keys.find(secret) if 0 < len(secret) <= _LONGEST else None

    def _identified(self, request: Request) -> tuple[Key | None, Refused | None]:
        """Return whose request it is, or why it is not served."""
        try:
            secret = given(request["headers"])
        except KeyRefused as refused:
            return None, refused
        if secret is None:
            return None, KeyNeeded("This server wants a key, and the request has none.", _HOW,
                                   _CHALLENGE)  # fmt: skip
        key = self.find(secret)
        if key is None:
            return None, KeyRefused(
                "The key of the request is none of this server's.",
                "Check it for missing characters, or have a new one made: qa keys add NAME",
                _CHALLENGE,
            )
        return key, None


def given(headers: list[tuple[bytes, bytes]]) -> str | None:
    """Return the secret that a request carries, None when it carries none.

    Raises `KeyRefused` for what cannot be understood: two answers to one question are none.
    """
    found = [value for name, value in headers if name == b"authorization"]
    if not found:
        return _of_cookie(headers)
    scheme, _, secret = found[0].decode("latin-1").strip().partition(" ")
    if len(found) > 1 or scheme.lower() != "bearer" or not secret.strip():
        raise KeyRefused(
            "The header Authorization must be there once, as `Bearer KEY`.", _HOW, _CHALLENGE
        )
    return secret.strip()


def _of_cookie(headers: list[tuple[bytes, bytes]]) -> str | None:
    for name, value in headers:
        if name == b"cookie":
            try:
                cookie = SimpleCookie(value.decode("latin-1")).get(COOKIE)
            except CookieError:
                continue
            if cookie is not None:
                return cookie.value
    return None


def _check_scopes(key: Key, scopes: frozenset[Scope]) -> None:
    missing = sorted(scopes - key.scopes)
    if missing:
        raise ScopeMissing(
            f"The key {key.name!r} does not have the scope {' and '.join(missing)}.",
            "Use another one, or have one made that does: "
            f"qa keys add NAME {' '.join(f'--scope {scope}' for scope in sorted(scopes))}",
        )


def _address(request: Request) -> str:
    """Return whose address it is: of IPv6 the network, as each home has a whole one."""
    client = request.get("client")
    if client is None:
        return "unknown"
    try:
        address = ipaddress.ip_address(client[0])
    except ValueError:
        return str(client[0])
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
