"""Names as answers: whether two name the same, and whether they name things of one kind."""

import re

from qa.facts import Name
from qa.facts.aliases import ALIASES, GENERIC, SEATS, spelling
from qa.facts.names import ACRONYM
from qa.values.asked import Asked
from qa.values.kinds import Relation
from qa.values.places import COUNTRIES
from qa.values.statement import Statement

_NAMING = re.compile(
    r"\b(?:called|named?|names|known as|dubbed|nicknamed|identified as|identified it as|is|was|are"
    r"|be|been)\W+(?:the |an? )?(?:\w+ )?$"
)
_IS = re.compile(r"^\W*(?:is|was|are|were)\b")
_ARTICLE = re.compile(r"\bthe\s+(?:[\w-]+\s+)?$", re.IGNORECASE)


def relate(one: Statement, other: Statement, question: Asked) -> Relation:
    """Compare two names; a part of a name, another spelling and an alias are the same."""
    if not one.own.names or not other.own.names:
        return "unlike"
    if _has_one(one, other) or _has_one(other, one):
        return "same"
    if len(one.own.names) > 1 or len(other.own.names) > 1:
        return "unlike"
    mine, theirs = one.own.names[0], other.own.names[0]
    alone = len(mine.keys) == 1, len(theirs.keys) == 1
    kinds = _kind(one), _kind(other)
    if kinds[0] != kinds[1] or _spelled(mine) & _spelled(theirs):
        return "unlike"
    if question.naming and not (_introduced(one) and _introduced(other)):
        return "unlike"
    nickname = kinds[0] == "name" and alone[0] != alone[1]
    return "unlike" if nickname else "differ"


def mentions(one: Statement, other: Statement) -> bool:
    """Tell whether the passage of `one` knows the other name as well.

    A passage that does may call one thing by both, or tell of a predecessor.
    """
    return any(not one.around.index.missing(name) for name in other.own.names)


def _has_one(one: Statement, other: Statement) -> bool:
    index = one.own.index
    return any(not index.missing(name) or index.seat_of(name) for name in other.own.names)


def _introduced(one: Statement) -> bool:
    """Tell whether the sentence says that this is the name: "was called Rex", "Rex is the dog"."""
    return _NAMING.search(one.before) is not None or _IS.match(one.after) is not None


def _kind(one: Statement) -> str:
    """Tell countries, institutions and the rest apart, by the look of the name."""
    name = one.own.names[0]
    canonical = {ALIASES.get(key, key) for key in name.keys} | {"-".join(name.keys)}
    if canonical & COUNTRIES or canonical & SEATS.keys():
        return "country"
    before = one.text[: one.span[0]] + one.words[: name.start]
    institution = set(name.keys) & GENERIC or ACRONYM.fullmatch(name.text.replace(".", ""))
    return "institution" if institution or _ARTICLE.search(before) else "name"


def _spelled(name: Name) -> set[str]:
    return {spelling(key) for key in name.telling}
