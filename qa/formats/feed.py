"""RSS (0.9 to 2.0, RDF) and Atom files, by lxml: an article for each item."""

import datetime as dt
from email.utils import parsedate_to_datetime
from typing import Any

from qa.datelines import Stated, stated_date
from qa.errors import UnsupportedFormat
from qa.formats.fields import Keys, prose
from qa.formats.markup import local, xml
from qa.formats.parts import Document, Entries, Entry, check_count, clean, guarded, titled
from qa.headings import source_name, tidy

_KIND = "a feed"
_ITEMS = {"item", "entry"}
_TEXTS = ("encoded", "content", "description", "summary", "subtitle")
_DATES = ("pubDate", "published", "issued", "date", "created")


def read(data: bytes, name: str) -> Entries:
    """Return the items of a feed.

    Raises UnsupportedFormat when it is another XML file, DamagedArticle when it is none.
    """
    with guarded(name, _KIND):
        root = xml(data.lstrip(), name, _KIND, forgiving=True)
        if local(root).lower() not in {"rss", "rdf", "feed"}:
            raise UnsupportedFormat(
                f"{name} is XML, but not a feed.", "Save its text as .txt, .md or .html."
            )
        channel = next((e for e in root if local(e) == "channel"), root)
        site = tidy(clean(_children(channel).get("title", "")))
        items = [e for e in root.iter() if local(e) in _ITEMS]
        check_count(len(items), name)
        keys = Keys()
        made = [_entry(item, number, keys, site) for number, item in enumerate(items, start=1)]
    skipped = tuple(n for n, entry in enumerate(made, start=1) if entry is None)
    return Entries(tuple(entry for entry in made if entry is not None), skipped)


def _entry(item: Any, number: int, keys: Keys, site: str | None) -> Entry | None:
    fields = _children(item)
    body = next((text for key in _TEXTS if (text := prose(fields.get(key, "")))), "")
    title = tidy(prose(fields.get("title", "")))
    if not any(map(str.isalnum, f"{title or ''}{body}")):
        return None
    key = keys.take(fields.get("guid") or fields.get("id") or fields.get("link") or "", number)
    source = (
        clean(fields.get("source", "")) or site or fields.get("creator") or fields.get("author")
    )
    stated = Stated(
        title=title,
        date=next((day for name in _DATES if (day := _day(fields.get(name, "")))), None),
        updated=_day(fields.get("updated", "") or fields.get("modified", "")),
        source=source_name(source),
    )
    return Entry(key, Document(titled(title, body), stated))


def _children(element: Any) -> dict[str, str]:
    """Return the texts of the children by name, the first of each; of a link, its address."""
    found: dict[str, str] = {}
    for child in element:
        name = local(child)
        if name in _ITEMS:
            continue
        text = _markup(child) if child.get("type") == "xhtml" else "".join(child.itertext())
        if name == "link" and child.get("rel", "alternate") == "alternate":
            text = child.get("href") or text
        if name == "author" and len(child):
            text = " ".join(part.text or "" for part in child if local(part) == "name")
        if text.strip():
            found.setdefault(name, text.strip())
    return found


def _markup(element: Any) -> str:
    from lxml import etree

    return str(etree.tostring(element, encoding="unicode"))


def _day(value: str) -> dt.date | None:
    """Read a date as RFC 822 writes it, in full, or as ISO 8601 does."""
    try:
        return parsedate_to_datetime(value).date()
    except (ValueError, TypeError, IndexError, OverflowError):
        return stated_date(value)
