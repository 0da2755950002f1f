"""The gate for names."""

from collections.abc import Iterator

from qa.facts.aliases import ALIASES, GENERIC, spelling
from qa.facts.analysis import Facts, facts
from qa.facts.mismatch import Mismatch
from qa.facts.names import Name
from qa.facts.slot import same_slot


def name_gate(claim: Facts, quote: Facts, context: str) -> Iterator[Mismatch]:
    """Ask for every name of the claim in the quote; `context` may complete one."""
    for name in claim.names:
        lacking = _lacking(name, claim, quote, context)
        if lacking:
            yield _missing_name(name, lacking, claim, quote)
        elif not quote.index.missing(name) and _patched(name, quote, context):
            yield Mismatch("name", f"{name.text} is not one name in the quote")


def absent_names(claim: str, quote: str, context: str = "") -> tuple[Name, ...]:
    """Return the names of `claim` that the gate for names would miss in `quote`."""
    a, b = facts(claim), facts(quote)
    return tuple(name for name in a.names if _lacking(name, a, b, context))


def _lacking(name: Name, claim: Facts, quote: Facts, context: str) -> tuple[str, ...]:
    """Return the words of a name that the quote lacks, () when it has it in one form or another."""
    lacking = quote.index.missing(name)
    if not lacking or (name.weak and quote.index.has_stem(_stem_of(claim, name))):
        return ()
    if quote.index.seat_of(name) or _completed(name, lacking, context):
        return ()
    return lacking


def _stem_of(text: Facts, name: Name) -> str:
    return next((w.stem for w in text.words if w.start == name.start), "")


def _completed(name: Name, lacking: tuple[str, ...], context: str) -> bool:
    """Tell whether the quote has part of the name, and its surroundings have all of it as one."""
    if not context or set(lacking) >= set(name.telling):
        return False
    around = facts(context)
    return any(set(_plain(name)) <= set(_plain(other)) for other in around.names)


def _plain(name: Name) -> list[str]:
    return [spelling(key) for key in name.keys]


def _missing_name(name: Name, lacking: tuple[str, ...], claim: Facts, quote: Facts) -> Mismatch:
    mine = {spelling(key) for other in claim.names for key in other.keys}
    for other in quote.names:
        theirs = set(_plain(other))
        part = len(name.keys) > 1 and len(other.keys) > 1 and theirs & set(_plain(name)) - GENERIC
        strange = not theirs <= mine
        if strange and (part or same_slot(claim, name.span, quote, other.span)):
            reason = f"name {name.text} is not in the quote, which has {other.text}"
            return Mismatch("name", reason, contradicts=True)
    said = name.text if len(lacking) == len(name.keys) else " ".join(lacking).title()
    return Mismatch("name", f"name {said} is not in the quote")


def _patched(name: Name, quote: Facts, context: str) -> bool:
    """Recognise a name whose words the quote has only as parts of two other names."""
    telling = [spelling(key) for key in name.telling if key not in ALIASES]
    if len(telling) != 2:  # noqa: PLR2004 -- a forename and a surname
        return False
    holders = [[n for n in quote.names if key in _plain(n)] for key in telling]
    if not all(holders) or any(len(n.keys) < 2 for found in holders for n in found):  # noqa: PLR2004
        return False
    whole = any(n in holders[1] for n in holders[0])
    return not whole and not _completed(name, (telling[0],), context)
