"""EPUB, by zipfile and lxml: one article per book, its chapters in the order of reading."""

import posixpath
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from qa.datelines import Stated, stated_date
from qa.decoding import decode
from qa.formats.markup import local, seen, xml
from qa.formats.packed import Packed, locked
from qa.formats.parts import (
    MOST_CHARACTERS,
    Document,
    clean,
    damaged,
    guarded,
    own_title,
    too_large,
)

_KIND = "an EPUB"
_ENCRYPTION = "META-INF/encryption.xml"
_CHAPTER = re.compile(r"\.x?html?$", re.IGNORECASE)
_CLOSED = re.compile(r"<(?!(?:br|hr|img|col|link|meta|input|wbr)\b)([a-zA-Z]+)(\s[^<>]*)?/>")
"""An empty element of XHTML, which HTML takes to be open: `<title/>` would swallow the page."""


def read(data: bytes, name: str) -> Document:
    """Return the text of a book; LockedArticle, DamagedArticle or ArticleTooLarge without one."""
    packed = Packed(data, name, _KIND)
    opf = _package(packed)
    with guarded(name, _KIND):
        if _ENCRYPTION in packed and _locks_chapters(packed):
            raise locked(name)
        root = xml(packed.read(opf), name, _KIND, forgiving=True)
        chapters: list[str] = []
        size = 0
        for path in _spine(root, posixpath.dirname(opf)):
            if path not in packed:
                raise damaged(name, f"lacks its chapter {path}")
            page = decode(packed.read(path), f"{path} in {name}", markup=True)
            chapters.append(seen(_CLOSED.sub(r"<\1\2></\1>", page)))
            size += len(chapters[-1])
            if size > MOST_CHARACTERS:
                raise too_large(name, f"has more than {MOST_CHARACTERS:,} characters")
        return Document("\n\n".join(filter(None, chapters)), _stated(root))


def _package(packed: Packed) -> str:
    """Return the path of the file that lists the parts of the book."""
    if "META-INF/container.xml" not in packed:
        raise damaged(packed.name, f"is not {_KIND}: it has no META-INF/container.xml")
    container = xml(packed.read("META-INF/container.xml"), packed.name, _KIND)
    paths = [e.get("full-path") for e in container.iter() if local(e) == "rootfile"]
    if not paths or paths[0] not in packed:
        raise damaged(packed.name, f"is not {_KIND}: it does not say where its contents are")
    return str(paths[0])


def _locks_chapters(packed: Packed) -> bool:
    """Tell whether more than fonts is encrypted, which some publishers do to protect those."""
    root = xml(packed.read(_ENCRYPTION), packed.name, _KIND)
    return any(
        _CHAPTER.search(e.get("URI") or "") for e in root.iter() if local(e) == "CipherReference"
    )


def _spine(root: Any, folder: str) -> Iterator[str]:
    """Yield the paths of the chapters, each once, in the order of reading."""
    manifest = {e.get("id"): e.get("href") for e in root.iter() if local(e) == "item"}
    order = [e.get("idref") for e in root.iter() if local(e) == "itemref"]
    hrefs = dict.fromkeys(manifest[key] for key in order if manifest.get(key))
    for href in hrefs:
        yield posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0])))


def _stated(root: Any) -> Stated:
    fields: dict[str, str] = {}
    for element in root.iter():
        text = " ".join((element.text or "").split())
        if text and "purl.org/dc" in element.tag:
            fields.setdefault(local(element), clean(text))
    return Stated(
        title=own_title(fields.get("title")),
        date=stated_date(fields.get("date", "")),
        source=fields.get("publisher") or fields.get("creator"),
    )
