"""The gate for negations."""

from collections.abc import Iterator

from qa.facts.analysis import Facts
from qa.facts.mismatch import Mismatch
from qa.facts.polarity import Negation

_SAME_CLAUSE = 0.5
"""Share of a clause's words that another must have to speak of the same thing."""
_MOST = 2 / 3
_NEAR_COPY = 0.8
"""Share of the words of two texts that they have in common when one repeats the other."""
_HEADS = 3
"""How many of the words after a negation may be what it bears on."""


def negation_gate(claim: Facts, quote: Facts) -> Iterator[Mismatch]:
    """Ask that claim and quote deny the same things."""
    theirs = quote.polarity.negations
    found = False
    for negation in claim.polarity.negations:
        if _denied_too(negation, quote):
            continue
        same = _affirms(quote, negation)
        if same or not (theirs or quote.polarity.implicit):
            shown = claim.text[negation.start : negation.end]
            reason = f"the claim's “{shown}” has no counterpart in the quote"
            found = True
            yield Mismatch("negation", reason, contradicts=same)
    for negation in theirs:
        if _affirmed(negation, claim, quote):
            shown = quote.text[negation.start : negation.end]
            reason = f"the quote's “{shown}” has no counterpart in the claim"
            found = True
            yield Mismatch("negation", reason, contradicts=True)
    if not found and _near_copy(claim, quote) and _parity(claim, quote) != _parity(quote, claim):
        yield Mismatch("negation", "the quote says the same but for a negation", contradicts=True)


def _near_copy(one: Facts, other: Facts) -> bool:
    """Tell whether two texts have nearly all their words in common."""
    return bool(one.stems) and len(one.stems & other.stems) >= _NEAR_COPY * len(
        one.stems | other.stems
    )


def _parity(text: Facts, other: Facts) -> int:
    """Count, odd or even, the negations of `text` in clauses that the other text has too."""
    shared = [
        n
        for n in text.polarity.negations
        if not n.clause or _overlap(n.clause, other.stems) >= _MOST
    ]
    return len(shared) % 2


def _affirms(quote: Facts, negation: Negation) -> bool:
    """Tell whether the quote states without a negation the clause in which the claim has one."""
    if not negation.clause:
        return False
    negated = [n.start for n in quote.polarity.negations]
    for (start, end), stems in quote.polarity.clauses:
        free = not any(start <= cue < end for cue in negated)
        meant = not negation.head or negation.head in stems
        if free and meant and _overlap(negation.clause, stems) >= _SAME_CLAUSE:
            return True
    return not negated and _overlap(negation.clause, quote.stems) >= _NEAR_COPY


def _denied_too(negation: Negation, quote: Facts) -> bool:
    """Tell whether the quote denies what the claim denies by `negation`."""
    for other in quote.polarity.negations:
        if negation.lexical and negation.lexical == other.lexical:
            return True
        heads = {negation.head} & set(other.focus[:_HEADS]) | {other.head} & set(
            negation.focus[:_HEADS]
        )
        if heads - {""} or not (negation.focus or other.focus):
            return True
        if (
            _overlap(negation.clause, other.clause) >= _SAME_CLAUSE
            and negation.head not in quote.stems
        ):
            return True
    return False


def _affirmed(negation: Negation, claim: Facts, quote: Facts) -> bool:
    """Tell whether the claim states without a negation what the quote denies."""
    head = negation.head
    if not head or head not in claim.stems:
        return False
    if any(_shares(negation, own) for own in claim.polarity.negations):
        return False
    affirmed = any(
        head in stems
        and not any(head in n.focus for n in quote.polarity.negations if stems == n.clause)
        for _, stems in quote.polarity.clauses
    )
    if affirmed:
        return False
    stated = [stems for _, stems in claim.polarity.clauses if head in stems]
    need = _NEAR_COPY if negation.lexical == "deny" else _SAME_CLAUSE
    return any(
        len(stems & (negation.clause | {head})) >= need * len(stems)
        and len(stems & negation.clause) > 1
        for stems in stated
    )


def _shares(one: Negation, other: Negation) -> bool:
    return (
        bool(set(one.focus) & set(other.focus))
        or len(one.clause & other.clause) > 1
        or (bool(one.lexical) and one.lexical == other.lexical)
    )


def _overlap(part: frozenset[str], whole: frozenset[str]) -> float:
    return len(part & whole) / len(part) if part else 0.0
