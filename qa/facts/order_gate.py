"""The gates for word order: who did what, and a fact put where the quote has another."""

from collections.abc import Iterator

from qa.facts.aliases import ALIASES, SEATS, TITLES, spelling, variants
from qa.facts.analysis import Facts
from qa.facts.mismatch import Mismatch
from qa.facts.roles import mutual
from qa.facts.spelled import SMALL
from qa.facts.words import Word

_LONGEST_REPLACEMENT = 7
"""Words in which a claim and its quote may differ to be taken for a copy with one change."""
_LONGEST_SWAP = 30
_LEAST_COPIED = 4
_NEGATING = frozenset({"not", "never", "no"})


def role_gate(claim: Facts, quote: Facts) -> Iterator[Mismatch]:
    """Ask that whoever acts or speaks in the claim does so in the quote."""
    if len(quote.index.names) < 2:  # noqa: PLR2004 -- one name cannot be swapped
        return
    for role in claim.roles:
        same = [other for other in quote.roles if other.verb == role.verb]
        mine, suffers = _canonical(role.agents), _canonical(role.patients)
        if not mine or not same:
            continue
        if any(mine & _canonical(o.agents) for o in same):
            continue
        if role.verb == "say":
            if all(o.agents for o in same):
                yield Mismatch(
                    "role", "the quote attributes that to someone else", contradicts=True
                )
            continue
        for other in same:
            acts, bears = _canonical(other.agents), _canonical(other.patients)
            if (mine & bears and acts) or (suffers & acts and bears):
                yield Mismatch("role", "the quote has it the other way round", contradicts=True)
                break


def copy_gate(claim: Facts, quote: Facts) -> Iterator[Mismatch]:
    """Catch a copy of the quote in which one name or number gave way to another of the quote's.

    Such a fact does occur in the quote, only not there.
    """
    mine, theirs = _difference(claim, quote)
    if _swapped(mine, theirs) and not _dated(claim, mine):
        yield Mismatch("role", "the quote has the names the other way round", contradicts=True)
    extra = mine or theirs
    if len(mine) + len(theirs) == 1 and extra[0].key in _NEGATING:
        reason = f"only one of claim and quote has “{extra[0].text}”"
        yield Mismatch("negation", reason, contradicts=True)
    if not mine or not theirs or len(claim.words) - len(mine) < _LEAST_COPIED:
        return
    if len(mine) + len(theirs) > _LONGEST_REPLACEMENT:
        return
    has = quote.text[theirs[0].start : theirs[-1].end]
    shown = claim.text[mine[0].start : mine[-1].end]
    if "," in has + shown or not _forms(mine).isdisjoint(_forms(theirs)):
        return
    reason = f"the quote has {has} where the claim has {shown}"
    both = (*mine, *theirs)
    named = all(w.capital and w.content and w.key not in TITLES for w in both)
    if named and not _dated(claim, mine):
        yield Mismatch("name", reason, contradicts=True)
    elif not named and len(both) == 2 and _counts(both):  # noqa: PLR2004 -- one for one
        yield Mismatch("number", reason, contradicts=True)


def _counts(row: tuple[Word, ...]) -> bool:
    """Tell whether all words are numbers of one kind, digits or words."""
    return all(w.key.isdigit() for w in row) or all(w.key in SMALL for w in row)


def _forms(row: tuple[Word, ...]) -> set[str]:
    """Return what the words of a name may look like elsewhere, one by one and as a whole."""
    keys = {w.key for w in row} | {"-".join(w.key for w in row)}
    if len(row) > 1:
        keys.add("".join(w.key[0] for w in row))
    forms = {form for key in keys for form in variants(key)} | {SEATS.get(k, k) for k in keys}
    return forms | {ALIASES.get(form, form) for form in forms}


def _dated(text: Facts, row: tuple[Word, ...]) -> bool:
    """Tell whether words lie wholly within dates, whose parts may come in any order."""
    return all(any(d.start <= w.start < d.end for d in text.dates) for w in (row[0], row[-1]))


def _swapped(mine: tuple[Word, ...], theirs: tuple[Word, ...]) -> bool:
    """Tell `A verb B` from `B verb A`, where A and B are names or numbers."""
    if len(mine) != len(theirs) or not 2 < len(mine) <= _LONGEST_SWAP:  # noqa: PLR2004 -- A verb B
        return False
    a, b = [w.key for w in mine], [w.key for w in theirs]
    for i in range(1, _LONGEST_REPLACEMENT):
        for j in range(1, min(_LONGEST_REPLACEMENT, len(a) - i)):
            if a[:i] != b[-i:] or a[-j:] != b[:j] or a[i:-j] != b[j:-i]:
                continue
            ends = (mine[:i], mine[-j:])
            hard = all(any(w.capital or w.key[0].isdigit() for w in end) for end in ends)
            between = [w for w in mine[i:-j] if w.content and not w.capital]
            return hard and any(not mutual(w.stem) for w in between)
    return False


def _difference(claim: Facts, quote: Facts) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """Return the words in which two texts differ, when all others are the same in order."""
    a, b = claim.words, quote.words
    short = min(len(a), len(b))
    first = next((i for i in range(short) if a[i].key != b[i].key), short)
    room = short - first
    last = next((i for i in range(room) if a[-1 - i].key != b[-1 - i].key), room)
    return a[first : len(a) - last], b[first : len(b) - last]


def _canonical(keys: frozenset[str]) -> set[str]:
    named = {ALIASES.get(key, key) for key in keys}
    return {spelling(SEATS.get(key, key)) for key in named}
