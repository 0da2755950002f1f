"""Who and where: the names in a sentence that tell its event from others."""

import re

from qa.facts import Name, facts
from qa.facts.aliases import ALIASES, SEATS, spelling, variants
from qa.values import places
from qa.values.asked import Asked
from qa.values.statement import Statement

ENOUGH = 2
"""Names that two sentences share, from which more names in either make no difference."""
STORY_NAMES, STORY_SHARE = 3, 0.5
"""How many names, and which share of the fewer, two passages of one story have in common."""
_SAID = re.compile(
    r"\b(?:said|says|told|added|according to)\b(?:\W+[\w']+){0,3}\W+$", re.IGNORECASE
)
_SAYS = re.compile(
    r"(?:, [^,.;]{0,80},)?['’]?s?(?: [\w-]+){0,2} (?:(?:said|says|told|added)\b"
    r"|(?:reports?|reported|announced)(?: that\b|[.,;]|$))"
)


def one_story(one: Statement, other: Statement) -> bool:
    """Tell whether the passages of two statements are full of the same names."""
    mine, theirs = story(one), story(other)
    shared = len(mine & theirs)
    return shared >= STORY_NAMES and shared >= STORY_SHARE * min(len(mine), len(theirs))


def story(one: Statement) -> frozenset[str]:
    """Return the keys of the names in the passage and in the article's title."""
    return frozenset(key for name in one.around.names if not name.weak for key in _keys(name))


def both_have_the_question(one: Statement, other: Statement, question: Asked) -> bool:
    """Ask that a name of the question stand in both passages, or in none.

    A name that is one of the values is only offered by the question ("in Faro or in Lagos").
    """
    offered = (one.own.index, other.own.index)
    named = [n for n in facts(question.question).names if all(i.missing(n) for i in offered)]
    return all(_has(one, name) == _has(other, name) for name in named)


def actors_differ(one: Statement, other: Statement) -> bool:
    """Tell whether the sentences are of different people, teams, firms or countries.

    A name that stands in the other's passage is no difference.
    """
    mine, theirs = _actors(one), _actors(other)
    if mine and theirs and not mine & theirs:
        return True
    if mine and theirs and len(mine & theirs) < ENOUGH:
        return bool(mine - theirs - story(other)) and bool(theirs - mine - story(one))
    lands, others = _actors(one, lands=True), _actors(other, lands=True)
    return bool(lands and others and not lands & others) and not one_story(one, other)


def places_differ(one: Statement, other: Statement) -> bool:
    """Tell whether the sentences name places of one kind, and none that both can mean."""
    mine, theirs = places.beside(one), places.beside(other)
    if any(places.compatible(a, b) for a in mine for b in theirs):
        return False
    return bool(mine and theirs)


def _has(one: Statement, name: Name) -> bool:
    return not one.around.index.missing(name) or one.around.index.seat_of(name)


def _actors(one: Statement, *, lands: bool = False) -> frozenset[str]:
    """Return the keys of the names that act, or of the countries: nobody who only reports."""
    found = set[str]()
    for name in one.other_names():
        after, before = one.text[name.end :], one.text[: name.start]
        reports = _SAYS.match(after) or _SAID.search(before)
        kind = places.kind_of(name)
        if not (one.is_place(name) or reports or kind == "water") and (kind == "country") is lands:
            found |= _keys(name)
    return frozenset(found)


def _keys(name: Name) -> set[str]:
    return {spelling(_canonical(key)) for key in name.telling}


def _canonical(key: str) -> str:
    """Bring `venezuelan`, `venezuela` and `caracas` together."""
    land = min(variants(key) & places.COUNTRIES, default=key)
    return SEATS.get(key, ALIASES.get(key, land))
