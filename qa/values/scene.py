"""Whether two statements speak of one thing: one seizure, one match, one toll.

Names, days and places of the two sentences are compared, and the passages around them. A day or a
place that differs tells of another event, unless both articles plainly tell one story: then one
such difference is taken for another point on which they disagree.
"""

import re
from dataclasses import replace
from typing import Literal

from qa.facts import Fields
from qa.values import moments, office
from qa.values.actors import (
    actors_differ,
    both_have_the_question,
    one_story,
    places_differ,
    story,
)
from qa.values.asked import Asked
from qa.values.contrasts import told_apart
from qa.values.figures import scores_beside
from qa.values.measures import FATES, fate
from qa.values.statement import Statement

SHARED, SHARED_BY_NAMES = 2, 3
"""Telling words that two sentences must share apart from their values; more, where names differ."""
EDITION = 60
"""Days between two articles from which they tell of one year's event and of the next year's."""
_ACT_REACH = 8
"""Words between a date and the verb that it is the date of."""
_ROOT = 4
"""Letters of a stem that one with an ending must have in common with it: `seiz`, `seizur`."""
_CLOSE = 2
"""Days by which reports of one event may differ."""
_SAID = re.compile(
    r"\b(?:said|says|told|reported|reports|announced|added)\b(?:\W+[\w']+){0,3}\W+$", re.IGNORECASE
)
_AS_OF = re.compile(r"\b(?:as of|by|until|since|up to)\s+(?:\w+\s)?$", re.IGNORECASE)

DayGap = Literal["untold", "none", "small", "large"]


def same_event(one: Statement, other: Statement, question: Asked) -> bool:
    """Tell whether two statements can be about the one thing that `question` asks after."""
    if not both_have_the_question(one, other, question):
        return False
    if question.office:
        return office.same_post(one, other, question)
    if not _shares(one, other, question) or told_apart(one, other, question):
        return False
    if actors_differ(one, other) or not _does_it(one, other, question):
        return False
    gap: DayGap = "untold" if question.topic == "date" else _days_gap(one, other)
    moved = question.topic != "place" and places_differ(one, other)
    if question.changing and question.topic == "number" and not question.growing:
        return not moved
    return _one_time(one, other, question, gap) and _agree(one, other, question, gap, moved=moved)


def _agree(one: Statement, other: Statement, question: Asked, gap: DayGap, *, moved: bool) -> bool:
    """Weigh a day and a place on which the sentences differ."""
    if question.topic == "number" and _numbered_apart(one, other, question):
        return False
    if question.topic == "name" and scores_beside(one) and scores_beside(other):
        return bool(scores_beside(one) & scores_beside(other))
    off = gap in {"small", "large"}
    if not (off or moved):
        return True
    single = question.topic in {"date", "place"} and gap != "large" and not (off and moved)
    close = question.topic != "date" or moments.apart(one, other) <= _CLOSE
    return single and close and one_story(one, other)


def _one_time(one: Statement, other: Statement, question: Asked, gap: DayGap) -> bool:
    """Tell whether what happens again and again is told of one time."""
    if gap == "none" or question.topic == "date":
        return True
    if question.topic == "place" and question.repeated:
        return False
    dates = one.published, other.published
    if question.once or question.changing or dates[0] is None or dates[1] is None:
        return True
    if abs((dates[0] - dates[1]).days) <= EDITION:
        return True
    return question.growing and one_story(one, other)


def _shares(one: Statement, other: Statement, question: Asked) -> bool:
    """Ask for words that both sentences have, the passages' names making up for one.

    Each sentence must have a word of the question, too; of two figures, about as many words, unless
    they count the same fate in other words.
    """
    covered = [len(_covered(s, question)) for s in (one, other)]
    one_fate = fate(one) != "" and fate(one) == fate(other)
    uneven = 2 * min(covered) < max(covered) and not one_fate
    if not min(covered) or (question.topic == "number" and uneven):
        return False
    shared = len(_telling(one) & _telling(other))
    needed = SHARED_BY_NAMES if question.topic == "name" else SHARED
    return shared >= needed or (shared >= needed - 1 and bool(story(one) & story(other)))


def _covered(one: Statement, question: Asked) -> set[str]:
    """Return the stems of the question that the sentence has, in this form or a longer one."""
    stems, index = one.facts.stems, one.facts.index
    return {s for s in question.stems if index.has(s) or any(_kin(s, word) for word in stems)}


def _kin(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return one == other or (len(short) >= _ROOT and long.startswith(short))


def _telling(one: Statement) -> set[str]:
    """Return the stems of the sentence, a fate as one; the hard facts of its value left out."""
    found = one.facts
    facts_of_value = [f.span for row in (found.dates, found.numbers, found.names) for f in row]
    held = [span for span in facts_of_value if one.holds(span)]
    words = (w for w in found.words if w.content)
    free = (w.stem for w in words if not any(a < w.end and w.start < b for a, b in held))
    return {FATES.get(word, word) for word in free}


def _does_it(one: Statement, other: Statement, question: Asked) -> bool:
    """Ask that both sentences tell near the value of the act that happens once ("founded")."""
    return not question.once or all(_acts_near(s, question) for s in (one, other))


def _acts_near(one: Statement, question: Asked) -> bool:
    row = one.facts.words
    values = [i for i, word in enumerate(row) if one.holds(word.span)]
    named = [name.span for name in one.facts.names]
    acts = (
        i
        for i, word in enumerate(row)
        if word.stem in question.once and not any(a <= word.start < b for a, b in named)
    )
    return any(abs(i - at) <= _ACT_REACH for i in acts for at in values)


def _numbered_apart(one: Statement, other: Statement, question: Asked) -> bool:
    """Tell whether one sentence counts for "a strike" and the other for "strikes"."""
    mine, theirs = [
        {w.stem: w.key for w in s.facts.words if w.stem in question.stems} for s in (one, other)
    ]
    pairs = [sorted((mine[shared], theirs[shared])) for shared in mine.keys() & theirs.keys()]
    return any(b in {f"{a}s", f"{a}es"} for a, b in pairs)


def _days_gap(one: Statement, other: Statement) -> DayGap:
    """Compare the days that the sentences name beside their values."""
    mine, theirs = _days(one), _days(other)
    if not mine or not theirs:
        return "untold"
    if any(not a.clashes(b) for a in mine for b in theirs):
        return "none"
    return "small" if moments.distance(mine, theirs) <= _CLOSE else "large"


def _days(one: Statement) -> list[Fields]:
    """Return the dates of the sentence outside its value, but for those of reports and counts."""
    found = list[Fields]()
    for date in one.facts.dates:
        before = one.text[: date.start]
        if not (one.holds(date.span) or _SAID.search(before) or _AS_OF.search(before)):
            found.extend(replace(f, time=None) for f in moments.stated(one, date))
    return [fields for fields in found if fields.stated()]
