"""Who holds a post: whether two sentences give a holder of the one that is asked after."""

import re

from qa.facts import facts
from qa.values.asked import Asked
from qa.values.statement import Statement

_NOT_THE_HOLDER = re.compile(
    r"\b(former|ex|late|deputy|acting|interim|vice|outgoing|incoming|candidate|elect|shadow|assistant"
    r"|nominee|next|previous|then|predecessor|successor)\b",
    re.IGNORECASE,
)
_REACH = 30
"""Characters around the words of the post in which a word like "former" is about it."""


def same_post(one: Statement, other: Statement, question: Asked) -> bool:
    """Ask that both sentences have the words of the post, say it of nobody else, nowhere else."""
    post = question.stems - _name_stems(question)
    held = [post & statement.facts.stems for statement in (one, other)]
    return (
        bool(post)
        and held[0] == held[1] == post
        and all(_holds(statement, post, question) for statement in (one, other))
    )


def _name_stems(question: Asked) -> frozenset[str]:
    found = facts(question.question)
    inside = [w for w in found.words if any(n.start <= w.start < n.end for n in found.names)]
    return frozenset(w.stem for w in inside)


def _holds(one: Statement, post: frozenset[str], question: Asked) -> bool:
    spans = [w.span for w in one.facts.words if w.stem in post]
    start, end = min(a for a, _b in spans), max(b for _a, b in spans)
    near = one.text[max(0, start - _REACH) : end + _REACH].lower()
    wrong = set(_NOT_THE_HOLDER.findall(near)) - set(question.question.lower().split())
    return not wrong and not _of_another(one, start, end, question)


def _of_another(one: Statement, start: int, end: int, question: Asked) -> bool:
    """Tell whether the sentence says whose post it is, and it is not the one asked after."""
    index = facts(question.question).index
    for name in one.other_names():
        owns = (
            one.text[name.end - 2 : name.end] in {"'s", "’s"} or one.text[name.end : start] == " "
        )
        owner = (owns and name.end <= start) or one.text[end : name.start].strip().startswith("of")
        if owner and index.missing(name) and not index.seat_of(name):
            return True
    return False
