"""Zip archives: each file in one that can be read is an article, within bounds."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from qa.errors import EmptyArticle, UnreadableArticle
from qa.formats.packed import Budget, Packed, is_link
from qa.formats.parts import too_large

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Callable

DEEPEST = 3
"""An archive may hold archives, and those once more."""


@dataclass(frozen=True)
class Member:
    """A file in an archive; `read` returns its bytes or raises an ArticleError."""

    path: str
    read: "Callable[[], bytes]"


def members(data: bytes, name: str, budget: Budget) -> Iterator[Member]:
    """Yield the files of an archive in order of path, hidden ones and those of systems left out.

    Names that lead out of the archive, links and second files of one name are yielded as members
    whose `read` raises, so that they are reported. DamagedArticle when it is none.
    """
    packed = Packed(data, name, "a zip archive", budget)
    taken: set[str] = set()
    for info in sorted(packed.members, key=lambda member: member.filename):
        path = PurePosixPath(unicodedata.normalize("NFC", info.filename.replace("\\", "/")))
        hidden = any(part.startswith((".", "__MACOSX")) and part != ".." for part in path.parts)
        if info.filename.endswith("/") or hidden:  # is_dir() fails on a name of no characters
            continue
        why = _unsafe(info, path) or ("is there twice" if str(path) in taken else "")
        taken.add(str(path))
        shown = "/".join(p for p in path.parts if p.strip("/") not in {"", ".."}) or "file"
        if why:
            yield Member(shown, partial(_refuse, f"{shown} in {name}", why))
        else:
            yield Member(shown, partial(packed.read, info))


def check_depth(depth: int, name: str) -> None:
    """Raise ArticleTooLarge for an archive in an archive in an archive in an archive."""
    if depth > DEEPEST:
        raise too_large(name, f"lies in {DEEPEST} archives, one in the other")


def nothing_in(name: str) -> EmptyArticle:
    """Make the error for an archive in which no file can be read."""
    return EmptyArticle(
        f"{name} holds no file of a format that is read.", "Check the archive, or take it away."
    )


def _unsafe(info: "zipfile.ZipInfo", path: PurePosixPath) -> str:
    if not path.parts or path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        return "has a path that leads out of the archive"
    return "is a link, which is not followed" if is_link(info) else ""


def _refuse(label: str, why: str) -> bytes:
    raise UnreadableArticle(f"{label} {why}.", "Pack the file again, under a plain name.")
