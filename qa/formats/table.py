"""CSV and TSV: a table of articles, or, without a column of texts, one article of its rows."""

import csv
import io
from collections.abc import Iterator

from qa.decoding import decode
from qa.errors import EmptyArticle
from qa.formats.fields import entries, has_text, named
from qa.formats.parts import MOST_CHARACTERS, Document, Entries, check_count, clean, guarded
from qa.tables import worded

_SAMPLE = 20_000
_DELIMITERS = ",;\t|"


def read(data: bytes, name: str) -> Entries | Document:
    """Return the articles of a table whose first row names a column of texts.

    Another table becomes one Document: a line for each row, its cells as `column: value`.
    Raises EmptyArticle, DamagedArticle, and what `decode` raises.
    """
    text = decode(data, name).replace("\r\n", "\n").replace("\r", "\n")
    with guarded(name, "a table"):
        csv.field_size_limit(MOST_CHARACTERS)
        rows = [
            row for row in csv.reader(io.StringIO(text, newline=""), _dialect(text)) if any(row)
        ]
        check_count(len(rows), name)
        if not rows:
            raise EmptyArticle(f"{name} has no cells.", "Check the file; remove it if not needed.")
        head = [cell.strip() for cell in rows[0]]
        if has_text(named(dict.fromkeys(head))):
            return entries(dict(zip(head, row, strict=False)) for row in rows[1:])
        return Document("\n".join(_lines(head, rows[1:] or rows)))


def _dialect(text: str) -> type[csv.Dialect]:
    try:
        return csv.Sniffer().sniff(
            text[:_SAMPLE].rpartition("\n")[0] or text[:_SAMPLE], _DELIMITERS
        )
    except csv.Error:
        return csv.excel


def _lines(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    for row in rows:
        yield worded(head, [" ".join(clean(cell).split()) for cell in row])
