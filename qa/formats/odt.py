"""ODT (OpenDocument text), by zipfile and lxml: paragraphs, headings, tables row by row, notes."""

from collections.abc import Iterator
from typing import Any

from qa.datelines import Stated
from qa.formats.markup import local, xml
from qa.formats.packed import Packed, locked
from qa.formats.parts import Document, clean, damaged, joined, own_author, own_title
from qa.tables import in_words

_KIND = "an ODT"
_SKIPPED = {"tracked-changes", "annotation", "annotation-end", "sequence-decls", "note-citation"}
_MANIFEST = "META-INF/manifest.xml"


def read(data: bytes, name: str) -> Document:
    """Return the text of an ODT; LockedArticle, DamagedArticle or ArticleTooLarge without one."""
    packed = Packed(data, name, _KIND)
    if "content.xml" not in packed:
        raise damaged(name, f"is not {_KIND}: it has no content.xml")
    if _MANIFEST in packed and b"encryption-data" in packed.read(_MANIFEST):
        raise locked(name)
    root = xml(packed.read("content.xml"), name, _KIND)
    bodies = [element for element in root if local(element) == "body"]
    return Document(clean(joined(p for body in bodies for p in _blocks(body))), _stated(packed))


def _stated(packed: Packed) -> Stated:
    if "meta.xml" not in packed:
        return Stated()
    root = xml(packed.read("meta.xml"), packed.name, _KIND)
    fields = {local(element): element.text for element in root.iter()}
    author = own_author(fields.get("initial-creator") or fields.get("creator"))
    return Stated(title=own_title(fields.get("title")), source=author)


def _blocks(root: Any) -> Iterator[str]:
    for element in root:
        name = local(element)
        if name in {"p", "h"}:
            notes: list[Any] = []
            yield "".join(_inline(element, notes))
            for note in notes:
                yield from _blocks(note)
        elif name == "table":
            headed = any(local(child) == "table-header-rows" for child in element)
            yield "\n".join(in_words([_cells(row) for row in _rows(element)], headed=headed))
        elif name == "list-item":
            first, *rest = list(_blocks(element)) or [""]
            yield f"- {first}" if first.strip() and not first.startswith("- ") else first
            yield from rest
        elif name not in _SKIPPED:
            yield from _blocks(element)


def _rows(element: Any) -> Iterator[Any]:
    """Yield the rows of a table, in whatever groups; those of a table in a cell are none."""
    for child in element:
        if local(child) == "table-row":
            yield child
        elif local(child) in {"table-rows", "table-header-rows", "table-row-group"}:
            yield from _rows(child)


def _cells(row: Any) -> list[str]:
    cells = (" ".join(_blocks(cell)) for cell in row if local(cell) == "table-cell")
    return [" ".join(cell.split()) for cell in cells]


def _inline(element: Any, notes: list[Any]) -> Iterator[str]:
    """Yield the text of a paragraph; what hangs on it (notes, text boxes) is put into `notes`."""
    yield element.text or ""
    for child in element:
        name = local(child)
        if name in {"s", "tab"}:
            yield " "
        elif name == "line-break":
            yield "\n"
        elif name in {"note-body", "text-box"}:
            notes.append(child)
        elif name not in _SKIPPED:
            yield from _inline(child, notes)
        yield child.tail or ""
