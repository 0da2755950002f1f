"""The files of the pages, held in memory: packed once, and named by what they hold.

A file is at /static/NAME, where a browser asks after it each time, and at /static/EDITION/NAME. The
edition is a digest of all files together, so what lies there never changes: a browser keeps it and
asks no more. Pages name their files by the edition, and what a module imports lies beside it.

A page carries its style sheets within it, as nothing can be painted before they are there. Its
policy allows these by their digests, and no other style that stands in a page.

There is no build: a file that was changed is read again when a page is asked for.
"""

import base64
import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.guard import SECURITY_HEADERS

ROOT = "/static/"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_POLICY = "Content-Security-Policy"
_ASKED_AFTER = "no-cache"
_FOR_GOOD = "public, max-age=31536000, immutable"
_EDITION = re.compile(r"[0-9a-f]{16}")
_SHEET = re.compile(rf'<link rel="stylesheet" href="{ROOT}([^"]+)">')
_Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Asset:
    """A file as it goes over the wire: plain, and packed where that makes it smaller."""

    kind: str
    body: bytes
    packed: bytes | None
    tag: str
    more: Mapping[str, str] = field(default_factory=dict)
    """Headers that belong to this one."""

    @classmethod
    def of(cls, name: str, body: bytes, more: Mapping[str, str] | None = None) -> "Asset":
        """Pack the contents of a file."""
        packed = gzip.compress(body, mtime=0)
        return cls(
            _TYPES[Path(name).suffix],
            body,
            packed if len(packed) < len(body) else None,
            hashlib.sha256(body).hexdigest()[:20],
            more or {},
        )

    def response(self, asked: Headers, keep: str) -> Response:
        """Answer a request: packed if it may be, and with nothing if the client has it already."""
        packed = self.packed is not None and "gzip" in asked.get("accept-encoding", "").lower()
        # Packed it is another sequence of bytes, which a strong tag has to tell from the plain one.
        tag = f'"{self.tag}-gzip"' if packed else f'"{self.tag}"'
        headers = {**self.more, "Cache-Control": keep, "ETag": tag, "Vary": "Accept-Encoding"}
        if tag in re.split(r"[,\s]+", asked.get("if-none-match", "")):
            return Response(status_code=304, headers=headers)
        headers["Content-Type"] = self.kind
        if not packed or self.packed is None:
            return Response(self.body, headers=headers)
        return Response(self.packed, headers={**headers, "Content-Encoding": "gzip"})


class Assets:
    """The files of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp: _Stamp = ()
        self._files: dict[str, Asset] = {}
        self._edition = ""
        self._refresh()

    def page(self, name: str, asked: Headers) -> Response:
        """Answer with a page."""
        self._refresh()
        return self._files[name].response(asked, _ASKED_AFTER)

    def file(self, path: str, asked: Headers) -> Response:
        """Answer with the file at a path below /static/, if there is one."""
        first, _, rest = path.partition("/")
        edition, name = (first, rest) if _EDITION.fullmatch(first) else ("", path)
        found = self._files.get(name)
        if found is None:
            raise HTTPException(404)
        # A page from before an update gets what there is now, and asks again the next time.
        return found.response(asked, _FOR_GOOD if edition == self._edition else _ASKED_AFTER)

    def _refresh(self) -> None:
        """Read the files again if one of them is another than before."""
        paths = sorted(path for path in self._folder.iterdir() if path.suffix in _TYPES)
        found = [(path.name, path.stat()) for path in paths]
        stamp = tuple((name, state.st_mtime_ns, state.st_size) for name, state in found)
        if stamp == self._stamp:
            return
        bodies = {path.name: path.read_bytes() for path in paths}
        digest = hashlib.sha256()
        for name, body in bodies.items():
            digest.update(f"{name} {len(body)}\n".encode() + body)
        self._edition = digest.hexdigest()[:16]
        self._files = {
            name: self._page(name, bodies) if name.endswith(".html") else Asset.of(name, body)
            for name, body in bodies.items()
        }
        self._stamp = stamp

    def _page(self, name: str, bodies: Mapping[str, bytes]) -> Asset:
        """Put a page together: its style sheets are in it, its other files of this edition."""
        digests: list[str] = []

        def sheet(link: re.Match[str]) -> str:
            style = bodies[link[1]]
            digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
            digests.append(f"'sha256-{digest}'")
            return f"<style>{style.decode()}</style>"

        text = _SHEET.sub(sheet, bodies[name].decode())
        text = text.replace(f'"{ROOT}', f'"{ROOT}{self._edition}/')
        allowed = " ".join(["style-src 'self'", *digests])
        policy = SECURITY_HEADERS[_POLICY].replace("style-src 'self'", allowed)
        return Asset.of(name, text.encode(), {_POLICY: policy})
