"""JSON and JSON lines: a JSON Feed, a list of objects, or one object that is an article."""

import json
from collections.abc import Iterator
from typing import Any

from qa.decoding import decode
from qa.errors import UnsupportedFormat
from qa.formats.fields import TEXTS, document, entries, has_text, named
from qa.formats.parts import Document, Entries, check_count, damaged, guarded
from qa.headings import source_name

_LISTS = ("items", "articles", "entries", "posts", "records", "results", "documents", "data")


def read(data: bytes, name: str) -> Entries | Document:
    """Return the articles in a JSON file; a Document when the file is one.

    Raises UnsupportedFormat when no object in it has a text, DamagedArticle when it is no JSON,
    and what `decode` raises.
    """
    text = decode(data, name)
    with guarded(name, "JSON"):
        value = json.loads(text)
        if isinstance(value, dict):
            fields = named(value)
            rows = next((fields[key] for key in _LISTS if _objects(fields.get(key))), None)
            if rows is None:
                made = document(fields)
                if made is None:
                    raise no_articles(name)
                return made
            return _entries(rows, name, source_name(fields.get("title")))
        return _entries(value if isinstance(value, list) else [], name, None)


def read_lines(data: bytes, name: str) -> Entries:
    """Return the articles in a file of JSON lines; a line that is no object is skipped.

    Raises UnsupportedFormat when no line has a text, and what `decode` raises.
    """
    with guarded(name, "JSON lines"):
        text = decode(data, name)
        check_count(text.count("\n"), name)
        return _entries([*_parsed(text)], name, None)


def no_articles(name: str) -> UnsupportedFormat:
    """Make the error for a file of a fitting format that holds something else than articles."""
    return UnsupportedFormat(
        f"{name} holds no articles: nothing in it has a text.",
        f"Name the field that holds the text one of: {', '.join(TEXTS)}.",
    )


def _parsed(text: str) -> Iterator[Any]:
    for line in text.split("\n"):
        if line.strip():
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                yield None


def _objects(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _entries(values: list[Any], name: str, source: str | None) -> Entries:
    check_count(len(values), name)
    if not any(isinstance(value, dict) and has_text(named(value)) for value in values):
        raise no_articles(name)
    rows = (value if isinstance(value, dict) else None for value in values)
    found = entries(rows, source=source)
    if not found.found:
        raise damaged(name, f"has {len(values):,} entries, all of them without words")
    return found
