"""Formats other than text and pages: the bytes of a file -> its text, or its several texts.

One module for each format. What a reader returns depends on nothing but the bytes, because quotes
and offsets refer to it. Every reader is bounded in what it expands to, opens no other file and no
connection, and raises nothing but an `ArticleError`.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from qa.formats import docx, epub, feed, mail, odt, pdf, records, rtf, table
from qa.formats.parts import Document, Entries

Reader = Callable[[bytes, str], Document | Entries]
READERS: Mapping[str, Reader] = MappingProxyType(
    {
        ".atom": feed.read,
        ".csv": table.read,
        ".docx": docx.read,
        ".eml": mail.read,
        ".epub": epub.read,
        ".json": records.read,
        ".jsonl": records.read_lines,
        ".ndjson": records.read_lines,
        ".odt": odt.read,
        ".pdf": pdf.read,
        ".rss": feed.read,
        ".rtf": rtf.read,
        ".tsv": table.read,
        ".xml": feed.read,
    }
)
"""What reads the files of each suffix, in lower case."""
SEVERAL = frozenset({".atom", ".csv", ".json", ".jsonl", ".ndjson", ".rss", ".tsv", ".xml"})
"""Suffixes of files that may hold several articles."""
ARCHIVE = ".zip"
