"""A mapping of named fields (a JSON object, a row of a table) -> a document, and its key."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from qa.datelines import Stated, stated_date
from qa.formats.markup import seen
from qa.formats.parts import Document, Entries, Entry, clean, joined, titled
from qa.headings import source_name, tidy

TITLES = ("title", "headline", "name", "subject", "heading")
TEXTS = (
    *("content_html", "content_text", "text", "body", "content", "article", "article_body"),
    *("fulltext", "full_text", "message", "description", "summary", "abstract", "excerpt"),
)
"""Fields that hold an article's text, the fullest first."""
_DATES = (
    *("date_published", "published", "published_at", "date", "pub_date", "publish_date"),
    *("publication_date", "pubdate", "issued", "created_at", "created", "timestamp"),
)
_UPDATES = ("date_modified", "updated", "updated_at", "modified", "modified_at")
_SOURCES = ("source", "publisher", "site", "outlet", "author", "authors", "byline", "creator")
_KEYS = ("id", "guid", "uid", "uuid", "url", "link", "slug")
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")
_MARKUP = re.compile(
    r"</?(?:p|br|div|a|b|i|em|strong|ul|ol|li|h[1-6]|span|img)\b[^<>]*>|&#?\w{2,8};", re.IGNORECASE
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[\s-]+")


def named(fields: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the fields under names in one spelling: `datePublished` is `date_published`."""
    return {_CAMEL.sub("_", str(key).strip()).lower(): value for key, value in fields.items()}


def has_text(names: Iterable[str]) -> bool:
    """Tell whether fields of these names (as `named` spells them) hold an article's text."""
    return not set(TEXTS).isdisjoint(names)


def document(fields: Mapping[str, Any], *, source: str | None = None) -> Document | None:
    """Make a document of fields as `named` returns them; None when none of them holds a text."""
    body = next((text for field in TEXTS if (text := _text(fields.get(field)))), "")
    if not any(map(str.isalnum, body)):
        return None
    title = tidy(clean(_first(fields, TITLES)))
    own = _first(fields, _SOURCES)
    return Document(
        titled(title, body),
        Stated(
            title=title,
            date=stated_date(_first(fields, _DATES)),
            updated=stated_date(_first(fields, _UPDATES)),
            source=source_name(clean(own))
            or source
            or source_name(_first(fields, ("url", "link"))),
        ),
    )


def entries(rows: Iterable[Mapping[Any, Any] | None], *, source: str | None = None) -> Entries:
    """Make an entry of each row that holds a text; None stands for a row that cannot be read."""
    keys = Keys()
    found: list[Entry] = []
    skipped: list[int] = []
    for number, row in enumerate(rows, start=1):
        fields = named(row or {})
        made = document(fields, source=source)
        if made is None:
            skipped.append(number)
        else:
            found.append(Entry(keys.take(_first(fields, _KEYS), number), made))
    return Entries(tuple(found), tuple(skipped))


class Keys:
    """Hands out the keys of the entries of one file: unique, and the same at the next reading."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, own: str, number: int) -> str:
        """Return the entry's own identifier (a digest of a long one), or else its number."""
        key = own if _PLAIN_KEY.fullmatch(own) else ""
        if own and not key:
            key = hashlib.sha256(own.encode("utf-8", "replace")).hexdigest()[:12]
        key = key or str(number)
        unique, copy = key, 2
        while unique in self._taken:
            unique, copy = f"{key}~{copy}", copy + 1
        self._taken.add(unique)
        return unique


def _first(fields: Mapping[str, Any], names: Iterable[str]) -> str:
    """Return the first of the named fields that says anything, on one line."""
    values = (" ".join(_scalars(fields.get(name))) for name in names)
    return next((value for value in (" ".join(v.split()) for v in values) if value), "")


def _scalars(value: Any) -> Iterator[str]:
    """Yield a text or number; of a list its first item, of an object its name."""
    if isinstance(value, list) and value:
        yield from _scalars(value[0])
    elif isinstance(value, dict):
        yield from _scalars(value.get("name", value.get("title")))
    elif isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        yield str(value)


def _text(value: Any) -> str:
    """Return a field's text: that of a list's items in order, that of markup as it is seen."""
    if isinstance(value, list):
        return "\n\n".join(filter(None, (_text(item) for item in value)))
    if isinstance(value, dict):
        return _text(value.get("text", value.get("value")))
    return prose(value) if isinstance(value, str) else ""


def prose(value: str) -> str:
    """Return a text in paragraphs: of markup what is seen, of other text its paragraphs."""
    if _MARKUP.search(value):
        return seen(value)
    return joined(clean(value).split("\n\n"))
