"""An HTML page -> the text of its article, and what the page says of itself.

trafilatura finds the article among menus, comments and advertisements. The page's own statements
are read here and not by trafilatura: its date finder also looks at copyright years and at any
date in the text, and a wrong date is worse than none.
"""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from itertools import islice
from typing import Any, NamedTuple

from qa.datelines import Stated, byline, filename_date, stated_date
from qa.headings import source_name, tidy
from qa.tables import cells_of, in_words, worded

_PUBLISHED = re.compile(
    r"(?:article|og|og:article):published_time|datepublished|date|pubdate|publish[-_]?date"
    r"|publication_date|citation_(?:publication_)?date|dc\.date(?:\.issued)?"
    r"|dcterms\.(?:date|issued|created)|parsely-pub-date|sailthru\.date|article\.published"
    r"|article_date_original"
)
_MODIFIED = re.compile(
    r"article:modified_time|og:updated_time|datemodified|dcterms\.modified|last-?mod(?:ified)?"
)
_SITE = ("og:site_name", "application-name", "publisher", "dc.publisher", "citation_journal_title")
_REPORT = re.compile(r"(?:Article|Posting|Report)$")
_PAGE_FRAME = ("nav", "aside", "footer")
_LAID_OUT = ("article", "main", *_PAGE_FRAME, "header", "form", "iframe", "frameset")
"""Elements of a page that says itself where its article is, or has more than one."""
_DATED = re.compile(
    r"(?:^|[\s_-])(?:date(?:line|time)?|time(?:stamp)?|byline|publish\w*|posted|pubdate|updated|meta)",
    re.IGNORECASE,
)
_LONGEST_LINE = 160
_MARK = "-"
"""Opens an item of a list."""
_FEWEST_ROWS, _LONGEST_CELL = 2, 200
"""Rows of several cells that a table of data has; characters of a cell."""
_LINE = re.compile(
    r"address|article|aside|blockquote|br|caption|center|d[dlt]|div|fieldset|fig(?:caption|ure)"
    r"|footer|form|h[1-6r]|header|li|main|nav|[ou]l|p|pre|section|t(?:able|d|h|r|itle)"
)
_HIDDEN = re.compile(r"head|script|style|noscript|template|svg|iframe|object|select|textarea")
_MOST_ELEMENTS = 50_000
"""A page with more is a table or a dump, over which the extractor would take minutes."""
_RULE = re.compile(r"[|\s:-]*")


class Page(NamedTuple):
    """The text of the article in a page, and what the page states."""

    text: str
    stated: Stated


def read(markup: str) -> Page:
    """Extract the article of an HTML page; the text is empty when the page shows none."""
    tree = _tree(markup)
    if tree is None:
        return Page("", Stated())
    stated = _stated(tree)
    return Page(_clean(_main_text(tree) or "\n".join(_visible(tree))), stated)


def visible(markup: str) -> str:
    """Return all text that a browser would show of a page, or of a part of one."""
    tree = _tree(markup)
    return "" if tree is None else _clean("\n".join(_visible(tree)))


def _tree(markup: str) -> Any:
    """Parse a page; None when it has no element and no text."""
    from lxml import etree, html

    # As bytes, because a str with an XML declaration is refused.
    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        tree = html.document_fromstring(markup.encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None
    _plain(tree)
    return tree


def _main_text(tree: Any) -> str | None:
    import trafilatura

    if sum(1 for _ in islice(tree.iter(), _MOST_ELEMENTS + 1)) > _MOST_ELEMENTS:
        return None
    if _is_document(tree):
        tree = _as_article(tree)
    try:
        return trafilatura.extract(tree, include_comments=False)
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError, AssertionError):
        return None  # broken markup can break the extractor; the visible text is still there


def _is_document(tree: Any) -> bool:
    """Tell whether a page is nothing but its article, as what word processors export.

    A box that has a name and stands beside others may be a menu.
    """
    body = tree.find("body")
    if body is None or next(body.iter(*_LAID_OUT), None) is not None:
        return False
    return not any(
        (box.get("class") or box.get("id")) and _stands_beside(box) for box in body.iter("div")
    )


def _stands_beside(element: Any) -> bool:
    """Tell whether anything that a browser would show stands beside an element."""
    parent = element.getparent()
    others = (child for child in parent if child is not element)
    return bool((parent.text or "").strip()) or any(
        (other.tail or "").strip() or not _HIDDEN.fullmatch(other.tag) for other in others
    )


def _as_article(tree: Any) -> Any:
    """Mark the body of a copy of a page as one article.

    Where nothing is marked the extractor falls back on paragraphs, without headings and lists.
    """
    marked = deepcopy(tree)
    marked.find("body").tag = "article"
    return marked


def _clean(text: str) -> str:
    """Put each paragraph after a blank line, rows in words; rows and items stay together."""
    out: list[str] = []
    above = ""
    for opening, line in _worded(text.split("\n")):
        listed = opening in ("-", "|") and opening == above
        out.append(("" if not out else "\n" if listed else "\n\n") + line)
        above = opening
    return "".join(out)


def _worded(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the first character of each line that says something, and the line in words."""
    head: list[str] = []
    for n, raw in enumerate(lines):
        if not raw.startswith("|"):
            head = []
            line = " ".join(raw.split())
            if line:
                yield raw[:1], line
            continue
        if _RULE.fullmatch(raw):
            continue
        cells = [" ".join(cell.split()) for cell in cells_of(raw)]
        if n + 1 < len(lines) and lines[n + 1].startswith("|") and _RULE.fullmatch(lines[n + 1]):
            head = cells
        elif any(cells):
            yield "|", worded(head, cells)


def _plain(tree: Any) -> None:
    """Make names of rows plain cells, and pairs of terms and what they mean one item each.

    What is crossed out goes.

    The extractor takes each first row with a name in it for the head of its columns, and terms for
    items of their own.
    """
    for gone in list(tree.iter("del", "s", "strike")):
        gone.drop_tree()
    for table in tree.iter("table"):
        first = next(table.iter("tr"), None)
        cells = [cell for cell in first if cell.tag in {"td", "th"}] if first is not None else []
        if cells and cells[0].tag == "td" and {cell.tag for cell in cells[1:]} == {"th"}:
            cells[0].tag = "th"
        if any(cell.tag == "td" for cell in cells):
            for cell in table.iter("th"):
                cell.tag = "td"
    for pair in tree.xpath("//dl//dt[following-sibling::*[1][self::dd]]"):
        meaning = pair.getnext()
        name = pair.text_content().strip()
        if not name or len(meaning):
            continue
        pair.text = f"{name}: {(meaning.text or '').strip()}"
        for child in list(pair):
            pair.remove(child)
        meaning.drop_tree()


def _visible(tree: Any) -> Iterator[str]:
    """Yield the lines that a browser would show."""
    line: list[str] = []
    hidden: Any = None
    from lxml import etree

    for event, element in etree.iterwalk(tree, events=("start", "end")):
        start = event == "start"
        if hidden is None and start and _HIDDEN.fullmatch(element.tag):
            hidden = element
        if hidden is None and _LINE.fullmatch(element.tag):
            if "".join(line).strip() not in {"", _MARK}:
                yield "".join(line)
                line = []
            if element.tag == "li":
                line = [f"{_MARK} "] if start else []
            told = _table(element) if start and element.tag == "table" else []
            yield from told
            hidden = element if told else None
        if hidden is None and start and element.text:
            line.append(element.text.replace("\n", " "))
        if not start:
            hidden = None if hidden is element else hidden
            if hidden is None and element.tail:
                line.append(element.tail.replace("\n", " "))
    if line:
        yield "".join(line)


def _table(table: Any) -> list[str]:
    """Return what the rows of a table of data say; none of one that only arranges a page."""
    inside = table.iterdescendants()
    if any(child.tag == "table" or _HIDDEN.fullmatch(child.tag) for child in inside):
        return []
    rows = [
        [" ".join(cell.text_content().split()) for cell in row if cell.tag in {"td", "th"}]
        for row in table.iter("tr")
    ]
    wide = sum(len(row) > 1 for row in rows)
    long = any(len(cell) > _LONGEST_CELL for row in rows for cell in row)
    if long or wide < _FEWEST_ROWS or 2 * wide < len(rows):
        return []
    names = {cell.tag for cell in next(table.iter("tr")) if cell.tag in {"td", "th"}}
    titles = [" ".join(caption.text_content().split()) for caption in table.iter("caption")]
    return [*titles, *in_words(rows, headed=names == {"th"})]


def _stated(tree: Any) -> Stated:
    meta = _meta(tree)
    report = _linked_data(tree)
    url = _url(tree, meta)
    site = next((meta[key] for key in _SITE if key in meta), None) or _name(report, "publisher")
    title = meta.get("og:title") or _only_heading(tree) or _text(report.get("headline"))
    page_title = _joined(tree.find(".//title"))
    site = site or _site_in(page_title, title)
    title = title or meta.get("twitter:title") or page_title
    line = _byline(tree)
    author = meta.get("author") or _name(report, "author") or line.source
    published = [value for key, value in meta.items() if _PUBLISHED.fullmatch(key)]
    published += [_text(report.get("datePublished")) or "", _marked_time(tree)]
    modified = [value for key, value in meta.items() if _MODIFIED.fullmatch(key)]
    modified.append(_text(report.get("dateModified")) or "")
    return Stated(
        title=_without_site(tidy(title), site),
        date=_first_date(published) or line.date or _url_date(url),
        updated=_first_date(modified) or line.updated,
        source=source_name(site) or source_name(url) or source_name(author),
    )


def _first_date(values: list[str]) -> Any:
    return next((date for value in values if (date := stated_date(value))), None)


def _meta(tree: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        key = element.get("property") or element.get("name") or element.get("itemprop")
        value = " ".join((element.get("content") or "").split())
        if key and value:
            found.setdefault(key.lower().strip(), value)
    return found


def _linked_data(tree: Any) -> dict[str, Any]:
    """Return the first report that the page describes as JSON-LD, at the top or in a graph."""
    for element in tree.iter("script"):
        if "ld+json" not in (element.get("type") or "").lower():
            continue
        try:
            data = json.loads(element.text or "", strict=False)
        except (ValueError, RecursionError):
            continue
        items = data if isinstance(data, list) else [data]
        for item in items[:]:
            graph = item.get("@graph") if isinstance(item, dict) else None
            items += graph if isinstance(graph, list) else []
        for item in items:
            kinds = item.get("@type") if isinstance(item, dict) else None
            for kind in kinds if isinstance(kinds, list) else [kinds]:
                if isinstance(kind, str) and _REPORT.search(kind):
                    return dict(item)
    return {}


def _name(report: dict[str, Any], key: str) -> str | None:
    value = report.get(key)
    if isinstance(value, list):
        value = value[0] if value else None
    return _text(value.get("name") if isinstance(value, dict) else value)


def _text(value: object) -> str | None:
    return " ".join(value.split()) or None if isinstance(value, str) else None


def _joined(element: Any) -> str | None:
    return _text("".join(element.itertext())) if element is not None else None


def _only_heading(tree: Any) -> str | None:
    """Return the page's h1; where a site puts its name into another one, that of the article."""
    found = [h for h in tree.iter("h1") if not _framed(h) and _joined(h)]
    inner = [h for h in found if next(h.iterancestors("article", "main"), None) is not None]
    return _joined((inner or found)[0]) if len(found) == 1 or inner else None


def _framed(element: Any) -> bool:
    return next(element.iterancestors(*_PAGE_FRAME), None) is not None


def _marked_time(tree: Any) -> str:
    """Return the `<time>` or item property of publication, or the only time that the page has."""
    for element in tree.iter("time", "span", "div", "p"):
        if element.get("itemprop") == "datePublished" or "pubdate" in element.attrib:
            return element.get("datetime") or element.get("content") or _joined(element) or ""
    times = {e.get("datetime", "")[:10] for e in tree.iter("time") if not _framed(e)} - {""}
    return times.pop() if len(times) == 1 else ""


def _byline(tree: Any) -> Stated:
    """Read the short elements whose class says that they hold the date or the author."""
    lines: list[Stated] = []
    for element in tree.iter("p", "div", "span", "time", "li", "small", "header"):
        label = f"{element.get('class') or ''} {element.get('id') or ''}"
        if (element.tag != "time" and not _DATED.search(label)) or _framed(element):
            continue
        text = _short_text(element)
        found = byline(text) if text else None
        if found:
            lines.append(found)
    dates = {line.date for line in lines if line.date}
    return Stated(
        date=dates.pop() if len(dates) == 1 else None,
        updated=next((line.updated for line in lines if line.updated), None),
        source=next((line.source for line in lines if line.source), None),
    )


def _short_text(element: Any) -> str | None:
    parts: list[str] = []
    for part in element.itertext():
        parts.append(part)
        if sum(map(len, parts)) > 2 * _LONGEST_LINE:
            return None
    return _text(" ".join(parts))


def _url(tree: Any, meta: dict[str, str]) -> str | None:
    link = tree.find('.//link[@rel="canonical"]')
    url = (link.get("href") if link is not None else None) or meta.get("og:url")
    return url if url and re.match(r"(?:https?:)?//", url) else None


def _url_date(url: str | None) -> Any:
    found = re.search(r"/(\d{4})[/-](\d{1,2})[/-](\d{1,2})(?=[/-])", url or "")
    return stated_date("-".join(found.groups())) if found else filename_date((url or "")[:500])


def _site_in(page_title: str | None, title: str | None) -> str | None:
    """Return what a page's title adds, after a bar or a dash, to the title of its article."""
    found = re.fullmatch(r"(.{9,}?)\s+(?:[|–—-])\s+([^|]{2,40})", (page_title or "")[:500])
    if not found or not title or not title.startswith(found[1].rstrip("…. ")):
        return None
    return found[2]


def _without_site(title: str | None, site: str | None) -> str | None:
    """Cut `| The Site` off a title."""
    parts = re.split(r"\s+[|–—·»-]\s+", title or "")
    if title and len(parts) > 1:
        last = parts[-1].strip().lower()
        ours = site is not None and last in (site.lower(), f"the {site.lower()}")
        if ours or "|" in title[-len(last) - 3 :]:
            return title[: title.rindex(parts[-1])].rstrip(" |–—·»-")
    return title
