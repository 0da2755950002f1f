"""Dates as articles state them: date expressions, bylines, datelines.

A date counts only where a publisher puts the date of a report: in a field, on a line of its own
(`Published: 3 March 2024`), or in a dateline (`LONDON, 3 March 2024 (Reuters) - …`). A date in
running prose says when something happened, not when it was reported.
"""

import datetime as dt
import re
from dataclasses import dataclass

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = re.compile(
    r"(?<![\w.,/-])(?:"
    r"(?P<iso>\d{4}(?P<sep>[-/.])\d{1,2}(?P=sep)\d{1,2})(?=T\d|\D|$)"
    rf"|(?P<dmy>{_DAY}(?:\ of)?[\ -]{_MONTH},?[\ -]\d{{4}})"
    rf"|(?P<mdy>{_MONTH}\ {_DAY},?\ \d{{4}})"
    r"|(?P<num>\d{1,2}[/.]\d{1,2}[/.]\d{4})"
    r")(?![\d/]|-\d)",
    re.IGNORECASE,
)
_NO_YEAR = re.compile(rf"\b(?:{_MONTH} {_DAY}|{_DAY} {_MONTH})(?!\w)", re.IGNORECASE)
_WEEKDAY = re.compile(
    r"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?", re.IGNORECASE
)
_EARLIEST = 1600
"""Years before this are placeholders such as 0001-01-01."""
_LONGEST_LINE = 160
_AGENCIES = (
    "Reuters|AP|Associated Press|The Associated Press|AFP|Agence France-Presse|Xinhua|TASS|UPI"
    "|Bloomberg|EFE|DPA|PTI|ANI|IANS|Kyodo|Yonhap|ANSA|Interfax|PRNewswire|PR Newswire"
    "|Business Wire|BUSINESS WIRE|GLOBE NEWSWIRE|CNN|BBC|NPR|MercoPress|Anadolu|AA|RIA Novosti"
)
_WORD = r"[^\W\d_a-z][\w.'’&-]*"
_NAME = (
    rf"{_WORD}(?: (?:(?:de|da|del|van|von|der|bin|al|la|el|y|and|of|the) ){{0,2}}{_WORD}){{0,5}}"
)
_LABEL = (
    r"(?:(?:first|originally|last|date) )?(?:published|posted|updated|modified|released|issued"
    r"|dated|date|filed|reviewed)(?: date)?(?: (?:on|at))?(?: ?:)?(?= )"
)
_PIECES = re.compile(
    rf"(?P<label>{_LABEL})"
    rf"|(?P<weekday>{_WEEKDAY.pattern})"
    r"|(?P<time>\d{1,2}[:.]\d\d(?::\d\d)?(?: ?[ap]\.?m\.?)?|\d{1,2} ?[ap]\.?m\.?)(?=Z|\W|$)"
    r"|(?P<zone>(?:GMT|UTC|BST|CES?T|E[SD]?T|P[SD]?T|IST|Z)(?:[+-]\d{1,2}(?::?\d\d)?)?|[+-]\d\d:?\d\d)\b"
    r"|(?P<minutes>\d{1,3}[ -]min(?:ute)?s?(?: read)?)\b"
    r"|(?P<filler> +|(?:at|on|in)\b|[|•·,;:/()–—-])",
    re.IGNORECASE,
)
_BY = re.compile(rf"(?:[Bb]y|BY) (?P<name>{_NAME})(?=$|[ ]*[|•·,;(–—]| - | on )")
_SIDE = re.compile(rf"(?P<name>{_NAME})(?=$|[ ]*[|•·])")
_AFTER_NAME = re.compile(rf"(?P<name>{_NAME})(?=$|[ ]*[|•·,])")
_AGENCY_PIECE = re.compile(rf"(?P<name>{_AGENCIES})(?!\w)")
_SEPARATOR = re.compile(r" ?(?:[–—]|--) ?| - ?|: ")
_SENTENCE_AFTER_DASH = re.compile(r" ?(?:[–—]|--?) ?[\"'“‘]?[^\W\d_a-z]")
_SHORTEST_PLACE = 4
_CREDIT = re.compile(rf"\((?P<paren>{_NAME})\)|/(?P<slash>[A-Z][A-Za-z ]{{2,20}})/")
_PLACE = re.compile(rf"{_WORD}(?: (?:(?:de|of|al|la|el|upon|the) ){{0,2}}{_WORD}){{0,3}}")


@dataclass(frozen=True)
class Stated:
    """What an article says of itself; None for what it does not say."""

    title: str | None = None
    date: dt.date | None = None
    updated: dt.date | None = None
    source: str | None = None


@dataclass(frozen=True)
class Dateline:
    """The opening of a report; `end` is where its prose begins, or the line's length."""

    date: dt.date | None
    agency: str | None
    end: int


def stated_date(value: str) -> dt.date | None:
    """Return the first complete and unambiguous date in a short `value`, such as a field's."""
    compact = re.match(r"\s*(\d{4})(\d\d)(\d\d)(?:T|\s*$)", value[:200])
    if compact:
        return _day(*map(int, compact.groups()))
    for found in _DATE.finditer(value[:200]):
        return _date(found)
    return None


def filename_date(stem: str) -> dt.date | None:
    """Return the ISO date in a file's name, when the name has one."""
    found = re.search(r"(?<!\d)(\d{4})([-_])(\d\d)\2(\d\d)(?!\d)", stem)
    return _day(int(found[1]), int(found[3]), int(found[4])) if found else None


def byline(line: str) -> Stated | None:
    """Read a line that holds nothing but who wrote a report and when; None for any other line."""
    line = " ".join(line.replace("*", "").split()).strip("_ ")
    if not line or len(line) > _LONGEST_LINE or line.startswith("#"):
        return None
    dates: dict[bool, dt.date] = {}
    authors: list[str] = []
    updated = dated = signed = False
    at = 0
    while at < len(line):
        if found := _DATE.match(line, at):
            date = _date(found)
            if date:
                dates.setdefault(updated, date)
            dated = True
            at = found.end() + bool(re.match(r"T\d", line[found.end() :]))
        elif found := _BY.match(line, at):
            authors.append(found["name"])
            signed = signed or " " in found["name"] or bool(_AGENCY_PIECE.fullmatch(found["name"]))
            at = found.end()
        elif found := _PIECES.match(line, at):
            if found["label"]:
                updated = bool(re.search("updated|modified|reviewed", found[0], re.IGNORECASE))
            at = found.end()
        elif found := (_AFTER_NAME if signed else _SIDE).match(line, at) or _AGENCY_PIECE.match(
            line, at
        ):
            authors.append(found["name"])
            at = found.end()
        else:
            return None
    if not (dated or signed):
        return None
    return Stated(
        date=dates.get(False), updated=dates.get(True), source=authors[0] if authors else None
    )


def dateline(line: str) -> Dateline | None:
    """Read the dateline that `line` starts with, if it does: place, date, agency, a dash."""
    head = line[:_LONGEST_LINE]
    ends = [(m.start(), m.end()) for m in _SEPARATOR.finditer(head)][:4]
    if len(line) <= _LONGEST_LINE:
        ends.append((len(line), len(line)))
    best = None
    for stop, resume in ends:
        found = _opening(head[:stop].strip())
        if found is None:
            break
        bare = found.date is None and found.agency is None
        if not bare or (stop >= _SHORTEST_PLACE and _SENTENCE_AFTER_DASH.match(head, stop)):
            best = Dateline(found.date, found.agency, resume)
    return best


def _opening(head: str) -> Dateline | None:
    """Read `head` if all of it is place, date and agency."""
    credit = _CREDIT.search(head)
    agency = (credit["paren"] or credit["slash"]) if credit else None
    found = _DATE.search(head)
    date = _date(found) if found else None
    rest = head
    for span in sorted((m.span() for m in (credit, found) if m), reverse=True):
        rest = rest[: span[0]] + "," + rest[span[1] :]
    rest = _WEEKDAY.sub(",", _NO_YEAR.sub(",", rest))
    rest, *later = re.split(r"(?:^|(?<=[\s,]))[-–—/]+(?=[\s,]|$)", rest)
    if any(chunk.strip(" ,") for chunk in later):
        return None
    parts = [part.strip() for part in rest.split(",") if part.strip()]
    if any(not _PLACE.fullmatch(part) for part in parts):
        return None
    capitals = bool(parts) and len(parts[0]) > 1 and parts[0] == parts[0].upper()
    wire = agency is not None and re.fullmatch(_AGENCIES, agency) is not None
    if not (capitals or wire or (parts and date)):
        return None
    return Dateline(date, agency if capitals or wire else None, len(head))


def _date(found: re.Match[str]) -> dt.date | None:
    numbers = [int(n) for n in re.findall(r"\d+", found[0])]
    if found["iso"]:
        return _day(numbers[0], numbers[1], numbers[2])
    if found["num"]:
        first, second, year = numbers
        if first > 12 or first == second:  # noqa: PLR2004 -- months of a year
            return _day(year, second, first)
        return _day(year, first, second) if second > 12 else None  # noqa: PLR2004
    name = re.search("|".join(_MONTHS), found[0].lower())
    return _day(numbers[1], _MONTHS.index(name[0]) + 1, numbers[0]) if name else None


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day) if year >= _EARLIEST else None
    except ValueError:
        return None
