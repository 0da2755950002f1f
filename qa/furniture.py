"""The parts of a text that belong to the page and not to the report.

Captions, copyright lines, agency footers, invitations to subscribe, bylines. They stay in the
text, but nothing is answered from them. Only whole lines and short paragraphs are taken, and only
when their form shows what they are: a sentence that mentions a photo or a copyright is prose.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from qa.boilerplate import is_caption, is_notice, is_worth_a_look, names_only, owner
from qa.datelines import Stated, byline, dateline
from qa.sentences import blocks
from qa.types import Span

_LONGEST = 400
"""A longer paragraph is prose, whatever it mentions."""
_NAME_LINE = 80
_LONGEST_TITLE = 200
_HEAD, _FOOT = 8, 5
"""Blocks from the top and the bottom of a text among which bylines are looked for."""
_MORE_BELOW = re.compile(
    r"(?:read more|related|recommended|more from|see also|you may also like)\b", re.IGNORECASE
)
_ENDS_SENTENCE = re.compile(r"[.!?…][\"'”’)\]]*$")
_STANDFIRST = 2
"""So many paragraphs of prose may stand above a date or a byline without a label."""
_LABELLED = re.compile(
    r"(?:first |last |originally |date )?(?:publ|post|updat|modif|by )", re.IGNORECASE
)
_LINE_BREAK = re.compile(r"\r?\n[ \t]*")


@dataclass(frozen=True)
class Survey:
    """What a text consists of: `furniture` and the first few blocks of `prose`, in order.

    `stated` is what its bylines and copyright lines say, those at the top first.
    """

    furniture: tuple[Span, ...]
    prose: list[Span]
    stated: Stated


def survey(text: str, start: int) -> Survey:
    """Tell the furniture of `text` from its prose; what lies before `start` is its header."""
    units = [(start + a, start + b) for a, b in _units(text[start:])]
    marked: set[int] = set()
    holder = None
    for n, unit in enumerate(units):
        line = _plain(text, unit)
        if not line or not is_worth_a_look(line):
            continue
        if is_caption(line):
            marked |= {n, n - 1} if n == 1 and _names_who_is_shown(text, units) else {n}
        elif is_notice(line):
            marked.add(n)
            holder = owner(line) or holder
    signatures = _signatures(text, units, marked)
    marked |= signatures.keys()
    marked |= _links_at_the_end(text, units, marked)
    prose = [units[n] for n in range(min(len(units), 3 * _HEAD)) if n not in marked][:_HEAD]
    furniture = [(0, start)] if start else []
    furniture += [units[n] for n in sorted(marked)]
    return Survey(tuple(furniture), prose, _merge(list(signatures.values()), holder))


def _units(text: str) -> Iterator[Span]:
    """Yield paragraphs; one that is broken into lines is cut where a line ends a sentence."""
    for start, end in blocks(text):
        if end - start > 10 * _LONGEST or text.find("\n", start, end) < 0:
            yield start, end
            continue
        at = start
        for gap in _LINE_BREAK.finditer(text, start, end):
            if _ENDS_SENTENCE.search(text[max(at, gap.start() - 9) : gap.start()]):
                yield at, gap.start()
                at = gap.end()
        yield at, end


def _plain(text: str, unit: Span) -> str:
    if unit[1] - unit[0] > _LONGEST:
        return ""
    return " ".join(text[unit[0] : unit[1]].split()).strip("*_> ")


def _names_who_is_shown(text: str, units: list[Span]) -> bool:
    """Tell whether the first unit only names those whom the caption right below it shows."""
    (start, end), (below, stop) = units[0], units[1]
    name = text[start:end]
    if end - start > _NAME_LINE or text.count("\n", end, below) > 1 or not names_only(name):
        return False
    shown = _folded(text[below:stop])
    words = [word for word in _folded(name) if len(word) > 2]  # noqa: PLR2004 -- "de", "II"
    return bool(words) and 3 * sum(word in shown for word in words) >= 2 * len(words)


def _folded(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text)
    return re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c)).lower())


def _signatures(text: str, units: list[Span], marked: set[int]) -> dict[int, Stated]:
    """Return the units that only say by whom, when or where, and what they say.

    A line with a label (`By …`, `Updated: …`) may stand near the top or the bottom. A bare date or
    place must stand above the prose, and a date only once: several are the headings of a diary.
    """
    labelled: dict[int, Stated] = {}
    bare: dict[int, Stated] = {}
    sentences = 0
    for n in sorted(
        {*range(min(_HEAD, len(units))), *range(max(0, len(units) - _FOOT), len(units))}
    ):
        line = _plain(text, units[n]) if n not in marked else ""
        found = byline(line)
        if found and _LABELLED.match(line):
            labelled[n] = found
        elif n < _HEAD and sentences < _STANDFIRST:
            place = dateline(line) if line and not found else None
            if place and place.end >= len(line):
                found = Stated(date=place.date, source=place.agency)
            if found:
                bare[n] = found
        if n not in marked and not found:
            sentences += units[n][1] - units[n][0] > _LONGEST or bool(_ENDS_SENTENCE.search(line))
    if len({stated.date for stated in bare.values()}) > 1:
        bare = {}
    return dict(sorted((labelled | bare).items()))


def _links_at_the_end(text: str, units: list[Span], marked: set[int]) -> set[int]:
    """Return the titles listed below a closing `Read more`, when nothing else follows."""
    titles: set[int] = set()
    for n in range(len(units) - 1, max(-1, len(units) - 4 * _FOOT), -1):
        line = _plain(text, units[n])
        if n in marked and len(line) < _NAME_LINE and _MORE_BELOW.match(line):
            return titles
        if n not in marked and (
            not line or len(line) > _LONGEST_TITLE or _ENDS_SENTENCE.search(line)
        ):
            return set()
        titles.add(n)
    return set()


def _merge(lines: list[Stated], holder: str | None) -> Stated:
    return Stated(
        date=next((line.date for line in lines if line.date), None),
        updated=next((line.updated for line in lines if line.updated), None),
        source=holder or next((line.source for line in lines if line.source), None),
    )
