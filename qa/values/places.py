"""Places as answers: whether one contains the other, and whether they are of one kind.

A village may lie in the province that another article names, so two places differ only where both
are known to be of one kind: by a table (countries, waters, large cities), by their own words
("Varnes Airport", "the village of Brell"), or by the question ("in which city").
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.facts import Name
from qa.facts.aliases import ALIASES, GENERIC, SEATS, spelling, variants
from qa.types import Span
from qa.values.asked import Asked
from qa.values.kinds import Relation, word_set
from qa.values.statement import Statement

_COUNTRY_NAMES = """
afghanistan albania algeria angola argentina armenia australia austria azerbaijan bahamas bahrain
bangladesh barbados belarus belgium belize benin bhutan bolivia botswana brazil brunei bulgaria
burundi cambodia cameroon canada chad chile china colombia croatia cuba cyprus czech denmark
djibouti drc ecuador egypt eritrea estonia ethiopia fiji finland france gabon gambia germany ghana
greece grenada guatemala guinea guyana haiti honduras hungary iceland india indonesia iran iraq
ireland israel italy jamaica japan kazakhstan kenya kosovo kuwait kyrgyzstan laos latvia lebanon
lesotho liberia libya lithuania madagascar malawi malaysia maldives mali malta mauritania mauritius
mexico moldova monaco mongolia montenegro morocco mozambique myanmar namibia nepal netherlands
new-zealand nicaragua niger nigeria north-korea norway oman pakistan panama paraguay peru
philippines poland portugal qatar romania russia rwanda saudi-arabia senegal serbia singapore
slovakia slovenia somalia south-africa south-korea spain sudan suriname sweden switzerland syria
taiwan tajikistan tanzania thailand togo tunisia turkey turkmenistan uae uganda uk ukraine uruguay
us uzbekistan venezuela vietnam yemen zambia zimbabwe england scotland wales
"""
COUNTRIES = frozenset(_COUNTRY_NAMES.split())
_CITY_NAMES = """
amsterdam athens atlanta bangkok barcelona birmingham boston brisbane budapest bucharest calcutta
chennai chicago copenhagen dallas delhi denver dhaka dubai dublin edinburgh frankfurt geneva glasgow
hamburg hanoi helsinki houston istanbul jakarta johannesburg karachi lagos lahore leeds lima lisbon
liverpool la lyon manchester marseille melbourne miami milan montreal mumbai munich nairobi naples
oslo philadelphia porto prague rome rotterdam santiago sao-paulo seattle shanghai sofia stockholm
sydney tokyo toronto turin valencia vancouver vienna warsaw zurich
"""
_CITIES = frozenset(_CITY_NAMES.split()) | {
    key for key in SEATS if key not in {"kremlin", "pentagon", "elysee", "miraflores"}
} - {"white-house", "downing-street", "westminster", "washington"}
_WATERS_IN = """
pacific: ; atlantic: ; arctic: ; indian-ocean:
caribbean: atlantic; gulf-mexico: atlantic; north-sea: atlantic; baltic: atlantic
irish-sea: atlantic; mediterranean: atlantic; english-channel: atlantic; biscay: atlantic
black-sea: mediterranean
aegean: mediterranean; adriatic: mediterranean; red-sea: indian-ocean; arabian-sea: indian-ocean
bay-bengal: indian-ocean; persian-gulf: indian-ocean; gulf-aden: indian-ocean
gulf-oman: indian-ocean; strait-hormuz: persian-gulf; bering-sea: pacific; sea-japan: pacific
south-china-sea: pacific; east-china-sea: pacific; yellow-sea: pacific; taiwan-strait: pacific
gulf-california: pacific; tasman-sea: pacific; caspian: ; azov: black-sea
"""
_WATERS = {
    frozenset(water.strip().split("-")): frozenset(parent.strip().split("-")) - {""}
    for row in _WATERS_IN.strip().splitlines()
    for water, parent in (entry.split(":") for entry in row.split(";") if ":" in entry)
}
"""The words of a sea's name to those of the one it is part of."""
_WATER_WORDS = word_set("sea ocean gulf bay strait channel waters")
_TYPE_WORDS = """
city town village airport hospital province state county district region island river lake valley
bridge stadium prison school station street road square port museum university hotel mountain
"""
_TYPES = frozenset(_TYPE_WORDS.split())
_TYPE_BEFORE = re.compile(rf"\b({'|'.join(sorted(_TYPES))}) of\s+$", re.IGNORECASE)
_TYPE_AFTER = re.compile(
    rf"^\s({'|'.join(sorted(_TYPES))})\b|^, an? (?:\w+ )?({'|'.join(sorted(_TYPES))})\b"
)
_SIDE_WORD = re.compile(
    r"\b(?P<ns>north|south)?[- ]?(?P<ew>east|west)?(?:ern)?[ ,]+(?:the |of |part of )*$",
    re.IGNORECASE,
)
_OPPOSITE = {"north": "south", "south": "north", "east": "west", "west": "east"}
_VAGUE = re.compile(
    r"\b(?:near|nearby|off|outside|close to|around|between|beyond|along|opposite|miles|km"
    r"|kilomet\w+|(?:coast|(?:north|south)?-?(?:east|west|north|south)) of)\b"
    r"(?:\W+\w+){0,3}\W*$",
    re.IGNORECASE,
)
_ALIKE = {kind: {"water"} for kind in ("sea", "ocean")} | {
    kind: {"city", "town", "village"} for kind in ("city", "town", "village")
}
"""The kinds of place that answer a question for one kind."""
_AT = re.compile(
    r"\b(?:in|at|on|near|to|from|of|into|through|outside|inside|over)\s+(?:the\s+)?$", re.IGNORECASE
)
_WAY = re.compile(r"\b(from|to|into|towards?|via|through)\s+(?:the\s+)?$", re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    """A place: its name's words as compared, its kind ("" when unknown), the sides it is of."""

    base: frozenset[str]
    kind: str
    sides: frozenset[str]


def places(one: Statement, question: Asked) -> list[Place]:
    """Read the places of a statement's value."""
    return [
        _place(n, one.before + one.words[: n.start], one.words[n.end :] + one.after, question.place)
        for n in one.own.names
    ]


def relate(one: Statement, other: Statement, question: Asked) -> Relation:
    """Compare two places; one inside the other is the same, only less precise."""
    mine, theirs = places(one, question), places(other, question)
    kinds = {p.kind for p in mine} & {p.kind for p in theirs} - {""}
    if question.place:
        kinds &= _ALIKE.get(question.place, {question.place})
    if len(mine) == len(theirs) == 1 and _opposite(mine[0], theirs[0]):
        return _unless_vague(one, other)
    for kind in sorted(kinds):
        ours, others = [[p for p in row if p.kind == kind] for row in (mine, theirs)]
        single = len(ours) == len(others) == 1
        if single and not _same(ours[0], others[0]):
            return _unless_vague(one, other)
    return "same" if any(_same(a, b) for a in mine for b in theirs) else "unlike"


def phrase(one: Statement) -> Span:
    """Return the span of the only name in a long value, else the value's own."""
    names = [name for name in one.facts.names if one.holds(name.span)]
    return names[0].span if len(names) == 1 and one.long else one.span


def mentions(one: Statement, other: Statement) -> bool:
    """Tell whether the sentence of `one` names the place of `other` beside its own."""
    theirs = [{spelling(k) for k in n.telling} for n in other.own.names]
    return any({spelling(k) for k in n.telling} in theirs for n in one.other_names())


def beside(one: Statement) -> list[Place]:
    """Return the places in the sentence of a statement, outside its value."""
    located = [n for n in one.other_names() if one.is_place(n) or kind_of(n) not in {"", "country"}]
    return [_place(name, one.text[: name.start], one.text[name.end :]) for name in located]


def compatible(a: Place, b: Place) -> bool:
    """Tell whether two places can be one, or one lie in the other."""
    return _same(a, b) or a.kind != b.kind


def kind_of(name: Name) -> str:
    """Return the kind of place that a name is by the tables and its own words, "" if unknown."""
    own = [key for key in name.keys if key in _TYPES]
    if own:
        return own[-1]
    if _water(name):
        return "water"
    joined = "-".join(name.keys)
    if joined in _CITIES:
        return "city"
    canonical = {ALIASES.get(joined, joined), *(variants(joined) if "-" not in joined else ())}
    return "country" if canonical & COUNTRIES else ""


def _water(name: Name) -> frozenset[str]:
    """Return the words that tell which sea a name means, none when it means no sea."""
    keys = frozenset(name.keys)
    known = [water for water in _WATERS if water <= keys]
    if known:
        return max(known, key=len)
    return frozenset(name.telling) if keys & _WATER_WORDS else frozenset()


def _place(name: Name, before: str, after: str, asked_for: str = "") -> Place:
    asked_for = asked_for if _AT.search(before) and not set(name.keys) & GENERIC else ""
    kind = kind_of(name) or _kind_beside(before, after) or asked_for
    base = _water(name) if kind == "water" else frozenset(ALIASES.get(k, k) for k in name.telling)
    return Place(base, kind, frozenset(_sides(name, before)))


def _kind_beside(before: str, after: str) -> str:
    found = _TYPE_BEFORE.search(before) or _TYPE_AFTER.match(after)
    return next((g.lower() for g in found.groups() if g), "") if found is not None else ""


def _sides(name: Name, before: str) -> Iterator[str]:
    """Yield the compass points of `the eastern Pacific`, `north-west Spain`."""
    found = _SIDE_WORD.search(before)
    if found is not None:
        yield from (side.lower() for side in found.groups() if side)
    for key in name.keys:
        yield from (side for side in _OPPOSITE if key in {side, f"{side}ern"})


def _opposite(a: Place, b: Place) -> bool:
    return a.base == b.base and any(_OPPOSITE[side] in b.sides for side in a.sides)


def _same(a: Place, b: Place) -> bool:
    """Tell whether two names may be of one place, or of a place and its part."""
    if a.base <= b.base or b.base <= a.base:
        return not _opposite(a, b)
    return a.kind == b.kind == "water" and (_inside(a, b) or _inside(b, a))


def _inside(a: Place, b: Place) -> bool:
    base = a.base
    while base:
        if base == b.base:
            return True
        base = _WATERS.get(base, frozenset())
    return False


def _located(one: Statement) -> bool:
    """Tell whether the sentence says that something is there: no `French` word, no `Chile` won."""
    return any(one.is_place(name) for name in one.facts.names if one.holds(name.span))


def _unless_vague(one: Statement, other: Statement) -> Relation:
    if not (_located(one) and _located(other)):
        return "unlike"
    ways = [_WAY.search(s.before) for s in (one, other)]
    said = [way[1].lower() if way is not None else "" for way in ways]
    vague = any(_VAGUE.search(s.before) or _VAGUE.search(s.words) for s in (one, other))
    return "unlike" if vague or said[0] != said[1] else "differ"
