"""Keys: who may use a server, and for what.

A key is 256 random bits and is shown once. What is kept is one line of text for each,
`NAME:SCOPES:SHA256`, in `keys.txt` of the data directory or in QA_API_KEYS, as a container has it.
SHA-256 is enough: slow hashes protect passwords, which can be guessed. Nobody goes through 2^256
keys, however fast each try is, so a stolen line opens nothing.
"""

import hashlib
import hmac
import ipaddress
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from filelock import FileLock

from qa.errors import KeysUnreadable, UnknownKey, UsageError
from qa.settings import Settings
from qa.storage import writing

Scope = Literal["read", "ask", "write"]
"""`read`: articles, search, state. `ask`: questions. `write`: uploads, removals, ingests."""
SCOPES: tuple[Scope, ...] = get_args(Scope)
LOCAL = "local"
"""The name under which a command on this machine asks its server."""
_FILE = "keys.txt"
_PREFIX = "fn_"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LINE = re.compile(rf"(?P<name>{_NAME.pattern}):(?P<scopes>[a-z+]+):(?P<digest>[0-9a-f]{{64}})")
_Stamp = tuple[int, int, int] | None


@dataclass(frozen=True)
class Key:
    """A key as it is kept: a name, what it may do, and its SHA-256 in hexadecimal."""

    name: str
    scopes: frozenset[Scope]
    digest: str

    @property
    def line(self) -> str:
        """The key as one line of `keys.txt`, or one word of QA_API_KEYS."""
        return f"{self.name}:{'+'.join(s for s in SCOPES if s in self.scopes)}:{self.digest}"


def new(name: str, scopes: Iterable[Scope]) -> tuple[str, Key]:
    """Make a random key; return its secret, which is not kept, and what is."""
    if not _NAME.fullmatch(name) or name == LOCAL:
        raise UsageError(
            f"{name!r} cannot be a key's name.",
            f"Take up to 64 letters, digits, dots, dashes and underscores; {LOCAL!r} is taken.",
        )
    secret = _PREFIX + secrets.token_urlsafe(32)
    return secret, Key(name, frozenset(scopes), _digest(secret))


def scopes_of(names: Iterable[str]) -> frozenset[Scope]:
    """Return the scopes of these names; `UsageError` for one that there is not."""
    wanted = set(names)
    if not wanted <= set(SCOPES):
        raise UsageError(
            f"{min(wanted - set(SCOPES))!r} is no scope.", f"The scopes are: {', '.join(SCOPES)}."
        )
    return frozenset(scope for scope in SCOPES if scope in wanted)


class Keys:
    """The keys of one data directory and of QA_API_KEYS, as they are now.

    A key that is added or removed counts from the next request on, without a restart.
    """

    def __init__(self, settings: Settings) -> None:
        self._path = settings.data_dir / _FILE
        self._given = _read(settings.api_keys.replace(",", " ").split(), "QA_API_KEYS")
        self._stamp: _Stamp = None
        self._kept: tuple[Key, ...] = ()
        self._all = _distinct(self._given)

    def all(self) -> tuple[Key, ...]:
        """Return every key. `KeysUnreadable` says which line is none."""
        self._refresh()
        return self._all

    def find(self, secret: str) -> Key | None:
        """Return the key that this is the secret of. All are compared, wherever it is found."""
        digest = _digest(secret)
        found = [key for key in self.all() if hmac.compare_digest(digest, key.digest)]
        return found[0] if found else None

    def add(self, name: str, scopes: Iterable[Scope]) -> tuple[str, Key]:
        """Make a key and keep it; return its secret, for the only time, and what is kept."""
        secret, key = new(name, scopes)
        with self._changing():
            if any(other.name == name for other in self.all()):
                raise UsageError(
                    f"There is a key {name!r} already.",
                    f"Take another name, or first remove it: qa keys remove {name}",
                )
            self._write((*self._kept, key))
        return secret, key

    def remove(self, name: str) -> None:
        """Forget a key of the data directory: it is refused from now on."""
        with self._changing():
            self._refresh()
            left = [key for key in self._kept if key.name != name]
            if len(left) == len(self._kept):
                given = any(key.name == name for key in self._given)
                raise UnknownKey(
                    f"No key in {self._path} is named {name!r}.",
                    "Take it out of QA_API_KEYS, and start the server again."
                    if given else "The names are listed by: qa keys list",
                )  # fmt: skip
            self._write(left)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Let one command at a time read and write the file."""
        with writing(self._path.parent):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(str(self._path.with_suffix(".lock")))
            lock.acquire()
        try:
            with writing(self._path.parent):
                yield
        finally:
            lock.release()

    def _write(self, keys: Iterable[Key]) -> None:
        """Replace the file in one step, readable for its owner only."""
        text = "".join(f"{key.line}\n" for key in keys)
        fresh = self._path.with_suffix(".new")
        write_private(fresh, text)
        fresh.replace(self._path)

    def _refresh(self) -> None:
        """Read the file again when it is another one."""
        stamp = self._look()
        if stamp != self._stamp:
            self._kept = () if stamp is None else self._load()
            self._all = _distinct((*self._given, *self._kept))
            self._stamp = stamp

    def _look(self) -> _Stamp:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unreadable(self._path, error) from error
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _load(self) -> tuple[Key, ...]:
        try:
            text = self._path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise _unreadable(self._path, error) from error
        return _read(text.splitlines(), str(self._path))


def _distinct(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    names = [key.name for key in keys]
    for name in names:
        if names.count(name) > 1:
            raise KeysUnreadable(
                f"Several keys are named {name!r}, in {_FILE} and QA_API_KEYS taken together.",
                "Give each a name of its own, so that one can be removed.",
            )
    return keys


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whatever was there before."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach a server that listens on `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _read(lines: Iterable[str], where: str) -> tuple[Key, ...]:
    """Read keys; a line that is none is told by its number, as it may be a secret."""
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        scopes = set(match["scopes"].split("+")) if match else set()
        if match is None or not scopes <= set(SCOPES) or match["name"] == LOCAL:
            raise KeysUnreadable(
                f"Entry {number} of {where} is not of the form NAME:SCOPES:SHA256.",
                "A key itself does not belong there: `qa keys add NAME` makes one and prints the "
                "entry for it.",
            )
        found.append(Key(match["name"], scopes_of(scopes), match["digest"]))
    return tuple(found)


def _unreadable(path: Path, error: Exception) -> KeysUnreadable:
    return KeysUnreadable(
        f"{path} cannot be read: {error}.", "Give the user who runs qa the right to read it."
    )
