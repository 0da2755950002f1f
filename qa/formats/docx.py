"""DOCX (Office Open XML), by zipfile and lxml: paragraphs, tables row by row, footnotes.

What was deleted under change tracking is left out, what was inserted is kept; headers, footers
and comments are no part of the text.
"""

from collections.abc import Iterator
from typing import Any

from qa.datelines import Stated
from qa.formats.markup import local, xml
from qa.formats.packed import Packed, locked
from qa.formats.parts import Document, clean, damaged, joined, own_author, own_title

_KIND = "a DOCX"
_OLE = b"\xd0\xcf\x11\xe0"
"""Starts an encrypted document, and Word's format before 2007."""
_SKIPPED = {"del", "moveFrom", "Fallback", "instrText", "delText", "pPr", "rPr", "sectPr"}
_BREAKS = {"br": "\n", "cr": "\n", "tab": " ", "noBreakHyphen": "-"}
_NOTES = ("word/footnotes.xml", "word/endnotes.xml")
_SEPARATORS = {"separator", "continuationSeparator", "continuationNotice"}


def read(data: bytes, name: str) -> Document:
    """Return the text of a DOCX; LockedArticle, DamagedArticle or ArticleTooLarge without one."""
    if data.startswith(_OLE):
        raise locked(name)
    packed = Packed(data, name, _KIND)
    if "word/document.xml" not in packed:
        raise damaged(name, f"is not {_KIND}: it has no word/document.xml")
    paragraphs = list(_blocks(xml(packed.read("word/document.xml"), name, _KIND)))
    for part in _NOTES:
        if part in packed:
            paragraphs += _notes(xml(packed.read(part), name, _KIND))
    return Document(clean(joined(paragraphs)), _stated(packed, name))


def _stated(packed: Packed, name: str) -> Stated:
    if "docProps/core.xml" not in packed:
        return Stated()
    root = xml(packed.read("docProps/core.xml"), name, _KIND)
    fields = {local(element): element.text for element in root}
    return Stated(title=own_title(fields.get("title")), source=own_author(fields.get("creator")))


def _notes(root: Any) -> Iterator[str]:
    for note in root:
        kinds = {value for key, value in note.attrib.items() if key.endswith("}type")}
        if not kinds & _SEPARATORS:
            yield from _blocks(note)


def _blocks(root: Any) -> Iterator[str]:
    """Yield the paragraphs below an element, and each row of a table as one."""
    for element in root:
        name = local(element)
        if name in _SKIPPED:
            continue
        if name == "p":
            yield from _paragraph(element)
        elif name == "tr":
            yield _row(element)
        else:
            yield from _blocks(element)


def _row(element: Any) -> str:
    cells = (" ".join(_blocks(cell)) for cell in element if local(cell) in {"tc", "sdt"})
    return " | ".join(" ".join(cell.split()) for cell in cells)


def _paragraph(element: Any) -> Iterator[str]:
    """Yield a paragraph, then those of the text boxes that hang on it."""
    boxes: list[Any] = []
    yield "".join(_runs(element, boxes))
    for box in boxes:
        yield from _blocks(box)


def _runs(element: Any, boxes: list[Any]) -> Iterator[str]:
    for child in element:
        name = local(child)
        if name == "t":
            yield child.text or ""
        elif name in _BREAKS:
            yield _BREAKS[name]
        elif name == "txbxContent":
            boxes.append(child)
        elif name not in _SKIPPED:
            yield from _runs(child, boxes)
