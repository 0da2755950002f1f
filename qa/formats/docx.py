"""DOCX (Office Open XML), by zipfile and lxml: paragraphs, tables row by row, footnotes.

What was deleted under change tracking is left out, what was inserted is kept; headers, footers
and comments are no part of the text.
"""

import re
from collections.abc import Iterator
from typing import Any

from qa.datelines import Stated
from qa.formats.markup import local, xml
from qa.formats.packed import Packed, locked
from qa.formats.parts import Document, clean, damaged, joined, own_author, own_title
from qa.tables import in_words

_KIND = "a DOCX"
_OLE = b"\xd0\xcf\x11\xe0"
"""Starts an encrypted document, and Word's format before 2007."""
_LISTED = re.compile(r"^List(?!en)")
"""Styles of paragraphs that are items of a list."""
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
        elif name == "tbl":
            yield _table(element)
        else:
            yield from _blocks(element)


def _table(element: Any) -> str:
    rows = [row for row in element.iter() if local(row) == "tr" and _owner(row) is element]
    cells = [[_cell(cell) for cell in row if local(cell) in {"tc", "sdt"}] for row in rows]
    headed = bool(rows) and any(local(mark) == "tblHeader" for mark in rows[0].iter())
    return "\n".join(in_words(cells, headed=headed))


def _owner(row: Any) -> Any:
    """Return the table that a row belongs to: one may lie in a cell of another."""
    above = row.getparent()
    while local(above) != "tbl":
        above = above.getparent()
    return above


def _cell(element: Any) -> str:
    return " ".join(" ".join(_blocks(element)).split())


def _paragraph(element: Any) -> Iterator[str]:
    """Yield a paragraph, an item of a list with its mark, then those of its text boxes."""
    boxes: list[Any] = []
    text = "".join(_runs(element, boxes))
    yield f"- {text}" if text.strip() and _is_item(element) else text
    for box in boxes:
        yield from _blocks(box)


def _is_item(paragraph: Any) -> bool:
    properties = next((child for child in paragraph if local(child) == "pPr"), ())
    return any(
        local(child) == "numPr" or (local(child) == "pStyle" and _LISTED.search(_value(child)))
        for child in properties
    )


def _value(element: Any) -> str:
    return next((value for key, value in element.attrib.items() if key.endswith("}val")), "")


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
