"""Weekdays and relative days in a text, and the dates they mean in an article of a given day.

"Wednesday" in a report is the latest Wednesday up to its date, or the next one where the report
speaks of what is to come. Where neither is plain ("that Wednesday", "on Sundays", "was due on
Friday") no date is given: a wrong one is worse than none.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from qa.facts import Date, facts
from qa.types import Span
from qa.values.kinds import word_set

Tense = Literal["past", "ahead", "unclear"]
Turn = Literal["", "last", "next", "coming"]

_NAMES = "monday tuesday wednesday thursday friday saturday sunday"
_WEEKDAYS = {name: n for n, name in enumerate(_NAMES.split())}
_MENTION = re.compile(
    r"\b(?P<weekday>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b"
    r"|\b(?P<before>(?i:the day before yesterday))\b|\b(?P<past>(?i:yesterday|last night))\b"
    r"|\b(?P<after>(?i:the day after tomorrow))\b|\b(?P<next>(?i:tomorrow))\b"
    r"|\b(?P<same>(?i:today|tonight|this (?:morning|afternoon|evening)))\b(?!['’]s)"
)
_STEPS = {"before": -2, "past": -1, "same": 0, "next": 1, "after": 2}
_LEAD = re.compile(r"(?:^|\W)(?P<word>[\w’']+)\W{1,2}$")
_ADDED = re.compile(r" \[\d[^\]]*\](?=\W*$)")
_TURN = re.compile(r"\b(?P<turn>last|next|(?:this )?coming)\s(?:(?:early|late)\s)?$", re.IGNORECASE)
_TURNS: dict[str, Turn] = {"last": "last", "next": "next", "this": "coming", "comi": "coming"}
_LOOSE_LEADS = word_set(
    "that a an one every each any some this following previous same first second third fourth "
    "final whole mail ago alternate most the"
)
"""Before a weekday, these make it a day that the article's date does not settle."""
_PLAIN_LEADS = word_set(
    "on by since until till from before after late early of and or last next coming for in to "
    "between through past only no not said says at as but"
)
_LOOSE_TAIL = re.compile(
    r"\s+of\s|\s+in (?:\d{4}|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"|\s+(?:(?:last|next|this|the)\s+)?(?:week|month)\b|\s+(?:school|roast|prayers|league)\b"
)
_DAY_NAME = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_RANGE = re.compile(rf"\s?(?:to|through|till|until|[-–])\s?{_DAY_NAME}\b")
_AFTER_RANGE = re.compile(rf"\b{_DAY_NAME}\s?(?:to|through|till|until|[-–])\s?$")
"""From one weekday to another: opening hours, as likely as one week's days."""
_NUMBERED = re.compile(r",?\s+(?:the\s+)?\d{1,2}(?:st|nd|rd|th)\b")
_FEW = 4
"""Words of a value or heading, which needs no verb to report what was."""
_PROPER_TAIL = re.compile(r"\s+(?=[A-Z])(?P<word>\w+)")
_JOINT = re.compile(r"(?:['’]s| (?:morning|afternoon|evening|night))?[\s,(\[]{0,3}(?:the |a |an )?")
_WITH_IT = re.compile(r"['’]s\b| (?:morning|afternoon|evening|night)\b")
_STOP = re.compile(r"[.!?]['\"”’)]*\s+(?=[A-Z\"“‘(])|\n")
_UNCLEAR = (
    r"(?:was|were|been) (?:(?:originally|initially|first|also) )?"
    r"(?:expected|scheduled|due(?! to)|planned|set|to)\b"
    r"|\b(?:would|could|can|cannot|(?-i:may)|might|should|must)\b(?!(?: not)? have\b)"
)
_AHEAD = (
    r"\b(?:will|shall|won['’]t|expected|expects?|scheduled|due(?! to)|plans?|planned|planning"
    r"|upcoming|going to|set (?:to|for)|(?:is|are) to|to be held|takes place|begins|starts|opens)\b"
    r"|['’]ll\b"
)
_PAST = (
    r"(?<!\bbe )\b(?:was|were|had|said|told|has|have|did|went|came|took|saw|made|met|spoke|won|lost"
    r"|beat|left|began|fell|rose|broke|struck|hit|shot|sank|drew|wrote|gave|held|became|bought"
    r"|brought|built|caught|chose|drove|felt|flew|fought|found|got|grew|kept|knew|led|lay|paid|ran"
    r"|rang|rode|sang|sent|slept|sold|spent|stole|stood|swam|swept|taught|thought|threw|tore"
    r"|withdrew|woke|wore|\w{2,}ed)\b"
)
"""Verbs of what was; behind "be" ("will be held") they are none."""
_MARK = re.compile(rf"(?P<unclear>{_UNCLEAR})|(?P<ahead>{_AHEAD})|(?P<past>{_PAST})", re.IGNORECASE)
_DISTANT = 1
"""Years between an article and a year it names, from which a weekday may be of that year."""


@dataclass(frozen=True)
class Mention:
    """A weekday (0 is Monday) or a step in days from the article's date, at `span`.

    `turn` is such a word where it stands before the day: "next Friday", told on a Thursday, is
    one of two. `loose`: the article's date does not tell which day is meant.
    """

    span: Span
    weekday: int | None = None
    step: int | None = None
    turn: Turn = ""
    loose: bool = False


def mentions(text: str) -> Iterator[Mention]:
    """Find the weekdays and relative days of `text`, in order."""
    for match in _MENTION.finditer(text):
        if match["weekday"] is None:
            step = _STEPS[match.lastgroup or "same"]
            yield Mention(match.span(), step=step, loose=_spoken(text, match.start()))
            continue
        turn = _TURN.search(text, 0, match.start())
        side = _TURNS[turn["turn"].lower()[:4]] if turn is not None else ""
        yield Mention(
            match.span(),
            weekday=_WEEKDAYS[match["weekday"].lower()],
            turn=side,
            loose=not side and _loose(text, match.span()),
        )


def _spoken(text: str, at: int) -> bool:
    """Tell whether a quotation is open at `at`: its speaker's "tomorrow" is not the article's."""
    quoted = text.count("“", 0, at) > text.count("”", 0, at)
    return quoted or text.count('"', 0, at) % 2 == 1


def _loose(text: str, span: Span) -> bool:
    lead = _LEAD.search(_ADDED.sub("", text[: span[0]]))
    word = lead["word"] if lead is not None else ""
    if word.lower() in _LOOSE_LEADS:
        return True
    tail = text[span[1] : span[1] + 20]
    if _LOOSE_TAIL.match(tail) or _NUMBERED.match(tail) or _RANGE.match(tail):
        return True
    if _AFTER_RANGE.search(text, 0, span[0]):
        return True
    plain = not word or word.lower() in _PLAIN_LEADS or text[span[0] - 2 : span[0] - 1] in ".,;:—"
    named = _PROPER_TAIL.match(tail) is not None and (not word or word.lower() == "the")
    return named or (not plain and word[0].isupper())  # "Good Friday", "The Sunday Times"


def tense(text: str, span: Span) -> Tense:
    """Tell whether the clause around `span` speaks of what was or of what is to come.

    The verb nearest before decides, else the first one after; a few words without a verb speak of
    the past, a longer clause ("Pack your desk by Friday") of either.
    """
    stops = [stop.end() for stop in _STOP.finditer(text)]
    start = max((stop for stop in stops if stop <= span[0]), default=0)
    end = min((stop for stop in stops if stop >= span[1]), default=len(text))
    before = [m.lastgroup for m in _MARK.finditer(text, start, span[0])]
    after = [m.lastgroup for m in _MARK.finditer(text, span[1], end)]
    bare = "past" if len(text[start:end].split()) <= _FEW else "unclear"
    found = before[-1] if before else next(iter(after), bare)
    return "ahead" if found == "ahead" else "unclear" if found == "unclear" else "past"


def resolve(mention: Mention, published: dt.date | None, when: Tense = "past") -> dt.date | None:
    """Return the day that `mention` means in an article of `published`, None when unsettled."""
    if published is None or mention.loose or not dt.MINYEAR < published.year < dt.MAXYEAR:
        return None
    if mention.weekday is None:
        return published + dt.timedelta(mention.step or 0)
    back = (published.weekday() - mention.weekday) % 7
    if mention.turn == "" and when == "past":
        return published - dt.timedelta(back)
    if mention.turn == "last":
        day = published - dt.timedelta(back or 7)
    elif mention.turn or (when == "ahead" and back):
        day = published + dt.timedelta(7 - back)
    else:  # "will meet on Thursday", told on a Thursday: today or next week
        return None
    same_week = day.isocalendar()[:2] == published.isocalendar()[:2]
    return None if same_week and mention.turn in {"last", "next"} else day


def dated(text: str, published: dt.date | None) -> str:
    """Put the date in brackets after each weekday and relative day of `text`.

    `published` is the day of the article. One that has its date beside it already, or whose date
    is not settled, stays as it is.
    """
    return dated_part(text, (0, len(text)), published)


def dated_part(text: str, span: Span, published: dt.date | None) -> str:
    """Return `text[span]` with dates in brackets, the rest of `text` telling which are meant."""
    start, end = span
    part, shown = text[start:end], []
    found = facts(text).dates if published is not None else ()
    done = 0
    for mention in mentions(text):
        a, b = mention.span[0] - start, mention.span[1] - start
        day = resolve(mention, published, tense(text, mention.span))
        if a < 0 or b > len(part) or day is None or _has_date(text, mention.span, found):
            continue
        if any(_far(date, day) for date in found):
            continue
        follows = _WITH_IT.match(part, b)
        b = follows.end() if follows is not None else b
        shown.append(f"{part[done:b]} [{long_date(day)}]")
        done = b
    return "".join(shown) + part[done:]


def long_date(day: dt.date) -> str:
    """Write `10 December 2025`."""
    return f"{day.day} {day:%B} {day.year}"


def _has_date(text: str, span: Span, found: tuple[Date, ...]) -> bool:
    """Tell whether a day of a month stands beside the mention."""
    for date in found:
        gap = text[span[1] : date.start] if date.start >= span[1] else text[date.end : span[0]]
        beside = date.end <= span[0] or span[1] <= date.start
        if beside and any(fields.day for fields in date.readings) and _JOINT.fullmatch(gap):
            return True
    return False


def _far(date: Date, day: dt.date) -> bool:
    """Tell whether `date` names a year so far from `day` that the weekday may be of that year."""
    years = [fields.years for fields in date.readings if fields.years]
    return any(abs(first - day.year) > _DISTANT for first, _last in years)
