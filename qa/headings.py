"""What stands above a text: front matter, header lines, a leading date; and the text's title."""

import re
from dataclasses import dataclass
from typing import Any

from qa.datelines import Stated, dateline, stated_date
from qa.sentences import sentences
from qa.types import Span

_FENCED = re.compile(
    r"\s{0,200}---[ \t]*\r?\n(?P<body>.*?)\r?\n(?:---|\.\.\.)[ \t]*(?=\r?\n|\Z)", re.DOTALL
)
_LONGEST_HEADER = 20_000
_PREFIX = re.compile(
    r"\s{0,200}date:?[ \t]+(?P<date>\d{4}-\d\d-\d\d)(?:[ \t]+(?=\S)|[ \t]*\r?\n)", re.IGNORECASE
)
_FIELD = re.compile(
    r"(?P<key>[A-Za-z][\w -]{0,30}?)[ \t]{0,9}:(?:[ \t]+(?P<value>[^\r\n]{0,500}))?$"
)
_DATES = (
    "date",
    "published",
    "publisheddate",
    "publishdate",
    "pubdate",
    "datepublished",
    "created",
)
_UPDATES = ("updated", "modified", "lastmod", "lastmodified", "datemodified")
_SOURCES = ("source", "publisher", "publication", "site", "sitename", "website")
_TITLES = ("title", "headline")
_HEADER_LINES = (*_TITLES, *_DATES, *_UPDATES, *_SOURCES, "author", "byline", "url", "link")
_CUT = 90
_LONGEST_TITLE = 200
_LONGEST_HEADING = 120
_MARKDOWN_HEADING = re.compile(
    r"^ {0,3}(?P<fence>```|~~~)|^(?P<level>#{1,6})[ \t]+(?P<text>\S.*)", re.MULTILINE
)
_MAIL = re.compile(
    r"(?:(?:From|To|Cc|Bcc|Date|Sent|Subject|Reply-To):[^\r\n]{0,500}(?:\r?\n|\Z)){2,}"
)
_SUBJECT = re.compile(r"^Subject:[ \t]*(?P<subject>\S[^\r\n]*)", re.MULTILINE)
_GENRE = re.compile(
    r"(?:(?:press|news|media) (?:release|statement)|for immediate release"
    r"|(?:meeting )?(?:minutes|agenda)|memo(?:randum)?|newsletter|announcement|notice|statement"
    r"|report|release notes|faqs?):?",
    re.IGNORECASE,
)
"""What kind of text it is, which every other of its kind is called, too."""
_UNDERLINE = re.compile(r"[=-]{3,}[ \t]*$")
_SENTENCE_END = re.compile(r"[.!…:;,][\"'”’)\]]*$")


@dataclass(frozen=True)
class Header:
    """What the head of a file states, and where the head ends and the text begins."""

    stated: Stated
    end: int


def header(text: str) -> Header:
    """Read front matter, a block of `Key: value` lines, or a leading `date 2025-12-23`."""
    head = text[:_LONGEST_HEADER]
    stated, end = Stated(), 0
    if fenced := _FENCED.match(head):
        fields = _yaml_fields(fenced["body"])
        if fields:
            stated, end = _stated(fields), fenced.end()
    if not end:
        fields, end = _header_lines(head)
        stated = _stated(fields)
    if not end and (prefix := _PREFIX.match(head)):
        return Header(Stated(date=stated_date(prefix["date"])), prefix.end())
    return Header(stated, end)


def _yaml_fields(body: str) -> dict[str, str]:
    """Read front matter as YAML, or line by line when a colon in a title breaks the YAML."""
    import yaml

    try:
        # BaseLoader makes strings only: it is safer than SafeLoader, keeps a date as it is
        # written, and cannot trip over the value of an unquoted number.
        loaded: Any = yaml.load(body, Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError):
        lines = [line for line in body.splitlines() if line.strip()]
        loaded = dict(_field(line) for line in lines if _field(line)[0])
        if len(loaded) < len([line for line in lines if line[0] not in " \t-#"]):
            return {}
    if not isinstance(loaded, dict):
        return {}
    return {_key(key): value for key, raw in loaded.items() if (value := _scalar(raw))}


def _header_lines(head: str) -> tuple[dict[str, str], int]:
    """Read the `Title: …`, `Date: …` lines that a text starts with."""
    fields: dict[str, str] = {}
    end = at = len(head) - len(head.lstrip())
    for line in head[at:].splitlines(keepends=True)[:12]:
        key, value = _field(line.rstrip())
        if key not in _HEADER_LINES or not value:
            break
        fields.setdefault(key, value)
        at += len(line)
        end = at
    if not fields or not (len(fields) > 1 or fields.keys() & {*_TITLES, "url"}):
        return {}, 0
    return fields, end


def _field(line: str) -> tuple[str, str]:
    found = _FIELD.match(line)
    return (_key(found["key"]), (found["value"] or "").strip(" \t\"'")) if found else ("", "")


def _key(key: object) -> str:
    return re.sub(r"[\s_-]", "", str(key)).lower()


def _scalar(value: object) -> str:
    """Return the text of a field: of its first entry when it is a list, its name when a mapping."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("name", value.get("title", ""))
    text = value.strip() if isinstance(value, str) else ""
    return "" if text.lower() in ("null", "~", "none") else text


def _stated(fields: dict[str, str]) -> Stated:
    def first(*keys: str) -> str | None:
        return next((fields[key] for key in keys if fields.get(key)), None)

    date, updated = first(*_DATES), first(*_UPDATES)
    source = first(*_SOURCES, "author", "authors", "byline", "url", "link", "canonical")
    return Stated(
        title=tidy(first(*_TITLES)),
        date=stated_date(date) if date else None,
        updated=stated_date(updated) if updated else None,
        source=source_name(source),
    )


def source_name(value: str | None) -> str | None:
    """Return a publisher's name as it is, and a URL as its host."""
    value = " ".join((value or "").split())
    host = re.match(r"(?:https?:)?//(?:www\.)?([^/:?#\s@]+)", value, re.IGNORECASE)
    return (host[1].lower() if host else value[:_LONGEST_TITLE]) or None


def tidy(title: str | None) -> str | None:
    """Return `title` on one line, without Markdown's marks; None when nothing is left."""
    text = " ".join((title or "")[: 4 * _LONGEST_TITLE].split())
    text = re.sub(r"!?\[([^\[\]]*)\]\([^()]*\)", r"\1", text)
    text = re.sub(r"\s*\{#[^{}]*\}$|[*`]|(?<!\w)_+|_+(?!\w)", "", text)
    text = re.sub(r"^#{1,6}\s+|\s+#+$", "", text).strip()
    return _cut(text, _LONGEST_TITLE) or None


def title_of(text: str, prose: list[Span], *, markdown: bool) -> str | None:
    """Return the heading of `text`, or its first sentence, shortened; None without either.

    `prose` holds the first few blocks of the text that are not furniture.
    """
    mail = _MAIL.match(text[prose[0][0] :]) if prose else None
    if mail is not None and (subject := _SUBJECT.search(mail[0])):
        return tidy(subject["subject"])
    if len(prose) > 1 and _GENRE.fullmatch(text[slice(*prose[0])].strip()):
        prose = prose[1:]
    if not prose:
        return None
    start, end = prose[0]
    title = _markdown_title(text, start) if markdown else None
    title = title or _heading(text, prose)
    if title is None:
        opening = text[start : min(end, start + 2_000)]
        line = dateline(opening)
        opening = opening[line.end if line else 0 :]
        first = next(iter(sentences(opening)), None)
        title = tidy(opening[first[0] : first[1]]) if first else None
        title = _cut(title, _CUT) if title else None
    return title if title and any(c.isalnum() for c in title) else None


def _markdown_title(text: str, start: int) -> str | None:
    """Return the first heading of level one, or the one of any level that opens the text."""
    fenced = False
    for found in _MARKDOWN_HEADING.finditer(text, start):
        if found["fence"]:
            fenced = not fenced
        elif not fenced and (found["level"] == "#" or found.start() == start):
            return tidy(found["text"])
    return None


def _heading(text: str, prose: list[Span]) -> str | None:
    """Return the first block when it looks like a headline above a text."""
    start, end = prose[0]
    lines = text[start : min(end, start + 4 * _LONGEST_TITLE)].splitlines()
    if len(lines) > 1 and _UNDERLINE.match(lines[1]):
        return tidy(lines[0])
    line = " ".join(" ".join(lines).split())
    if end - start > _LONGEST_HEADING or _SENTENCE_END.search(line) or len(prose) == 1:
        return None
    below = prose[1]
    if _UNDERLINE.fullmatch(text[below[0] : below[1]]) and end - start <= _LONGEST_HEADING:
        return tidy(line)
    gap = text[end : below[0]]
    blank = len(re.findall(r"\n", gap)) > 1
    return tidy(line) if blank or below[1] - below[0] > end - start else None


def _cut(text: str, length: int) -> str:
    """Shorten `text` at a word boundary, and show that it was shortened."""
    if len(text) <= length:
        return text
    cut = text[:length]
    word = cut.rfind(" ")
    return (cut[:word] if word > length // 2 else cut[: length - 1]).rstrip(" ,;:–—-") + "…"
