"""What a number measures, by the words around it: a toll or the hurt, a part or the whole.

Numbers whose measures differ cannot be set against each other.
"""

import re

from qa.facts import Number
from qa.facts.words import Word, stem
from qa.values.kinds import word_set
from qa.values.statement import Statement

_NOT_ALL = re.compile(
    r"\b(?:another|additional|further|extra|others?|previous\w*|earlier|initial\w*|original\w*|first"
    r"|from(?! \S+(?: \w+)? to\s*$)|between|including|of (?:them|whom|these|those|which))\b"
    r"\W*(?:[\w']+\W+){0,2}$",
    re.IGNORECASE,
)
_NOT_ALL_AFTER = re.compile(
    r"^\W*(?:more(?! than)|others?|additional|further|extra|of (?:them|whom|these|those))\b"
    r"|^[^,;.]{0,40}\b(?:a (?:year|month|week|day) (?:earlier|ago|before)|last (?:year|month|week)"
    r"|previously|at first|initially)\b",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"\b(?:(?:is|are) to|could|(?-i:may)|might|would|will|expect\w*|forecast\w*|predict\w*"
    r"|project(?:s|ed)|plan\w*|target\w*|propos\w*|aim\w*|hop(?:es?|ed|ing)|fear\w*"
    r"|potential\w*)\b[^,;.]{0,60}$",
    re.IGNORECASE,
)
_RATE = re.compile(
    r"\b(?:(?:first|second|third|fourth|opening|final) (?:half|quarter|innings|period|round|set"
    r"|leg|day|week|phase)|half-time|each|apiece|vot\w+ against|average|on average|median"
    r"|(?:per|an?|every) (?:day|week|month|year|hour|minute|person|head|capita)"
    r"|daily|weekly|monthly|annual(?:ly)?|yearly)\b",
    re.IGNORECASE,
)
_RATE_REACH = 40
_OF = re.compile(
    r"\b(\w+) of (?:(?:at least|more than|about|around|some|nearly|almost|up to)\s+)?$",
    re.IGNORECASE,
)
_AMOUNTS = word_set(
    "total toll number count figur estim cost price fine group crew crowd maximum minimum record "
    "amount sum score height length depth width weight distanc"
)
"""What an amount may be "of" without being the amount of something else."""
_BY = re.compile(r"\bby\s+(?:[\w-]+\s+){0,2}$", re.IGNORECASE)
_FOR = re.compile(r"^\W*(?:\w+\W+){0,3}?for ([a-z]+)\b")
_FATE_WORDS = {
    "dead": "kill dead die death toll fatal deadli perish bodi life live drown",
    "hurt": "injur injuri wound hurt hospit treat bruis",
    "missing": "miss unaccount disappear",
    "held": "arrest detain held jail imprison captur",
    "fled": "displac evacu homeless flee refuge",
    "saved": "rescu surviv survivor save",
}
FATES = {word: name for name, stems in _FATE_WORDS.items() for word in stems.split()}
"""Stems that say what became of people, to the name of their fate."""
_NEW_CLAUSE = re.compile(r"[,;:]|\b(?:and|but|while|when|after)\b", re.IGNORECASE)
_FATE_REACH = 8
"""Words between a number and the word that tells what became of those counted."""


def tags(one: Statement, number: Number) -> frozenset[str]:
    """Collect what the words around a number say about what it measures."""
    found = {_fate(one, number)}
    if _HEDGE.search(one.text, 0, number.start):
        found.add("hedged")
    measured = _OF.search(one.text, 0, number.start)
    if measured is not None:
        found |= {stem(measured[1].lower())} - _AMOUNTS
    if _BY.search(one.text, 0, number.start):
        found.add("by")
    served = _FOR.match(one.text[number.end :])
    if served is not None and stem(served[1]) not in FATES:
        found.add(f"for {served[1]}")
    start, end = max(0, number.start - _RATE_REACH), number.end + _RATE_REACH
    found |= {m.group().lower() for m in _RATE.finditer(one.text[start:end])}
    return frozenset(found - {""})


def is_part(one: Statement, number: Number) -> bool:
    """Tell whether a number is told as a part, as a change, or as what was so before."""
    before, after = one.text[: number.start], one.text[number.end :]
    return _NOT_ALL.search(before) is not None or _NOT_ALL_AFTER.match(after) is not None


def fate(one: Statement) -> str:
    """Return what became of those that the value counts ("dead"), "" when that is not told."""
    found = next((n for n in one.facts.numbers if one.holds(n.span)), None)
    return _fate(one, found) if found is not None else ""


def _fate(one: Statement, number: Number) -> str:
    """Tell what became of those counted, by the nearest word of their clause that says so.

    Where the clause has none ("died, 27 of them at sea"), the nearest of another tells.
    """
    row = one.facts.words
    at = next((i for i, w in enumerate(row) if w.end > number.start), 0)
    near = [
        (_apart(one, number, w), abs(i - at), w.stem) for i, w in enumerate(row) if w.stem in FATES
    ]
    close = sorted(found for found in near if found[1] <= _FATE_REACH)
    return FATES[close[0][2]] if close else ""


def _apart(one: Statement, number: Number, word: Word) -> bool:
    """Tell whether a new clause or a new member of a row begins between a number and a word."""
    before = word.start < number.start
    start, end = (word.end, number.start) if before else (number.end, word.start)
    return _NEW_CLAUSE.search(one.text[start:end]) is not None
