"""Whether a quote supports a claim: first the hard facts, then the trained support score.

A number, date, unit, name or negation that the quote does not bear out settles the matter,
whatever the model thinks; where all facts agree, the model decides. A claim that is a sentence
of its quote, word for word, needs neither.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from qa.facts import fold, mismatches
from qa.lists import as_statement
from qa.marks import STRUCK, without_emphasis, without_opening
from qa.orders import ADDRESS, inert
from qa.sentences import sentences
from qa.tables import statements
from qa.types import Draft, Quote, Verdict

Support = Callable[[str, str], float]
"""`support(claim, quote)`: the probability that the quote supports the claim, in [0, 1]."""

SUPPORTED = 0.7
"""The support score from which a claim is supported.

Of 100 false sentences that were written to measure this 7 pass, and 18 of 100 true ones are removed
(`python -m eval.drafted`). At one half it would be 13 and 8, at 0.8 3 and 34.
"""
_LONGEST_CLAIM = 2000
_LONGEST_QUOTE = 10_000
"""Characters. A statement is shorter than this, and the check's time grows with both."""
_RANK: dict[Verdict, int] = {"supported": 2, "unsupported": 1, "contradicted": 0}
_SPACE = re.compile(r"\s+")
_PLAIN_MARKS = str.maketrans("“”„«»‘’–—‑", '"""""\'\'---', "")
_AFTER = ".,;:!?)]}\"'”’"
_EDGES = " \t\"'.!"


@dataclass(frozen=True)
class Check:
    """What one quote says of a claim; `reason` is "" when it supports it."""

    verdict: Verdict
    score: float
    reason: str = ""


@dataclass(frozen=True)
class Verified:
    """A claim with its verdict, and those of its quotes that support it.

    `reattributed`: they are from another passage than the one that was named.
    """

    text: str
    verdict: Verdict
    score: float
    reason: str
    quotes: tuple[Quote, ...]
    reattributed: bool = False


def check(
    claim: str,
    quote: str,
    support: Support,
    *,
    context: str = "",
    published: dt.date | None = None,
) -> Check:
    """Say whether `quote` supports `claim`.

    `context` is the passage around the quote; it can only complete a name that the quote has in
    part. `published` is the day of the article, by which "Wednesday" has a date.
    """
    if len(claim) > _LONGEST_CLAIM or len(quote) > _LONGEST_QUOTE:
        return Check("unsupported", 0.0, "the claim or its quote is too long to be checked")
    if any(address.rstrip(_AFTER) not in quote for address in ADDRESS.findall(claim)):
        return Check("unsupported", 0.0, "the quote does not have this address")
    if verbatim(claim, quote) or _is_layout_of(claim, quote):
        return Check("supported", 1.0)
    # What its author has crossed out is in the quote, and says nothing.
    found = mismatches(claim, STRUCK.sub("", quote), context=context, published=published)
    if found:
        worst = next((m for m in found if m.contradicts), found[0])
        return Check("contradicted" if worst.contradicts else "unsupported", 0.0, worst.reason)
    score = min(1.0, max(0.0, support(claim, quote)))
    if score >= SUPPORTED:
        return Check("supported", score)
    return Check("unsupported", score, f"the quote does not bear it out (support {score:.2f})")


def verify(draft: Draft, support: Support) -> Verified:
    """Check a drafted claim against each of its quotes and keep those that support it.

    Where no quote does so alone, all of them together are tried: a claim may draw on two
    sentences. The verdict is that of the best check.
    """
    joint = "\n".join(quote.text for quote in draft.quotes)
    if len(draft.quotes) > 1 and _is_layout_of(draft.text, joint):
        return Verified(draft.text, "supported", 1.0, "", draft.quotes)
    checks = [
        check(draft.text, q.text, support, context=q.passage.text, published=q.passage.date)
        for q in draft.quotes
    ]
    kept = tuple(q for q, c in zip(draft.quotes, checks, strict=True) if c.verdict == "supported")
    if not kept and len(draft.quotes) > 1:
        together = check(
            draft.text, joint, support, context="\n".join(q.passage.text for q in draft.quotes)
        )
        if together.verdict == "supported":
            return Verified(draft.text, "supported", together.score, "", draft.quotes)
    if not checks:
        return Verified(draft.text, "unsupported", 0.0, "the claim has no quote", ())
    best = max(checks, key=lambda c: (_RANK[c.verdict], c.score))
    return Verified(draft.text, best.verdict, best.score, best.reason, kept)


def verbatim(claim: str, quote: str) -> bool:
    """Tell whether every sentence of `claim` is a whole sentence of `quote`.

    White space, accents, Markdown's marks and the kind of quotation mark or dash do not count.
    """
    asked = _sentences(_SPACE.sub(" ", claim))
    return bool(asked) and set(asked) <= set(_sentences(quote))


def _is_layout_of(claim: str, quote: str) -> bool:
    """Tell whether `claim` is what a quoted row of a table, or a quoted list, says in words."""
    return claim in {inert(row) for row in statements(quote)} or claim == as_statement(quote)


@lru_cache(maxsize=4096)
def _sentences(text: str) -> tuple[str, ...]:
    plain = without_emphasis(inert(text))
    bare = (without_opening(plain[a:b]) for a, b in sentences(plain))
    whole = (_SPACE.sub(" ", sentence).translate(_PLAIN_MARKS) for sentence in bare)
    folded = (fold(sentence).strip(_EDGES) for sentence in whole)
    return tuple(sentence for sentence in folded if sentence)
