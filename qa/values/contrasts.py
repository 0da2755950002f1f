"""Words that tell two things apart: the ruling party and the opposition, an arrest and a trial.

One sentence has one word of a row, the other sentence another, and neither has both: then they
speak of different things, however alike they are otherwise.
"""

import re
from functools import lru_cache

from qa.facts.words import stem
from qa.values.asked import Asked
from qa.values.kinds import word_set
from qa.values.measures import FATES
from qa.values.statement import Statement

_ROWS = """
ruling opposition; men women; man woman; boys girls; boy girl; male female; adult children youth
adults children; home away; gross net; upper lower; senate house; domestic foreign; north south
east west; northern southern; eastern western; imports exports; revenue profit loss; sales profit
rise fall; rose fell; increased decreased fell; gained lost; morning evening night; summer winter
arrested charged convicted sentenced acquitted released; die buried; born died; opened closed
started ended; began ended; arrived left departed; proposed adopted rejected; signed ratified
announced began; deployed withdrawn; hired fired; singles doubles; federal state
city province metropolitan county; urban rural; maximum minimum; highest lowest; surplus deficit
killed injured; dead injured; spring autumn; weekday weekend; favour oppose; support oppose
closed reopened; shut reopened; closed resumed; suspended resumed; halted resumed; stopped resumed
"""
_ONE_SIDED = word_set("former metropolitan aftershock youth reserve rebuilt junior deputy")
"""Words that, in one sentence only, make it one of something else."""
_OTHER = re.compile(
    r"\b(another|second|third|fourth|fifth|latest|separate|further|different|previous|earlier|next"
    r"|new)\s+(?:[\w-]+\s+){0,2}?([\w-]+)\b",
    re.IGNORECASE,
)
_THE_OTHER = re.compile(r"\b[Tt]he (other) [a-z]")
_OWNS = re.compile(r"([\w-]+)['’]s\s+([\w-]+)")


@lru_cache(maxsize=1)
def _rows() -> tuple[frozenset[str], ...]:
    rows = re.split(r"[;\n]", _ROWS)
    return tuple(
        frozenset(_sense(stem(word)) for word in row.split()) for row in rows if row.strip()
    )


def _sense(word: str) -> str:
    """Return a stem, or the fate that it tells: who "died" and who was "killed" are both dead."""
    return FATES.get(word, word)


def told_apart(one: Statement, other: Statement, question: Asked) -> bool:
    """Tell whether the words of two sentences set what they speak of apart."""
    mine, theirs = _outside(one), _outside(other)
    if any(_on_two_sides(row, mine, theirs) for row in _rows()):
        return True
    if {stem(w) for w in _ONE_SIDED} & (mine ^ theirs) - question.stems:
        return True
    return bool(_marks(one, question) - theirs or _marks(other, question) - mine)


def _outside(one: Statement) -> set[str]:
    return {_sense(word.stem) for word in one.facts.words if not one.holds(word.span)}


def _on_two_sides(row: frozenset[str], mine: set[str], theirs: set[str]) -> bool:
    here, there = row & mine, row & theirs
    return bool(here and there) and not here & there


def _marks(one: Statement, question: Asked) -> set[str]:
    """Return what marks a thing of the question as another: "another strike", "the club's hall"."""
    asked_for = set(re.findall(r"[\w-]+", question.question.lower()))
    found = set[str]()
    for match in _OTHER.finditer(one.text):
        word = match[1].lower()
        if word not in asked_for and stem(match[2].lower()) in question.stems:
            found.add(stem(word))
    for match in _OWNS.finditer(one.text):
        owner, owned = stem(match[1].lower()), stem(match[2].lower())
        pair = {owner, owned}
        if match[1].islower() and len(pair & question.stems) == 1 and not pair & FATES.keys():
            found |= pair - question.stems
    found |= {match[1] for match in _THE_OTHER.finditer(one.text)}
    return found
