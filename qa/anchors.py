"""Whom a sentence speaks of: the earlier sentence, or the title, that names what it refers to."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from qa.facts import Name, absent_names, facts
from qa.orders import is_order
from qa.overlap import words
from qa.stretches import LONGEST, Run, merged, quotable
from qa.types import Passage, Quote

_GAP = 2
"""Characters between two passages of which the second goes on where the first ends."""
_PRONOUN = re.compile(
    r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|himself|herself|themselves)\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\b(?:the (?:two|three|four|five|pair\b)|both (?:the |of the )?[a-z]+s\b)")
_DEFINITE = re.compile(r"\W*(?:The|This|That|These|Those|Both|Such) (?=[a-z])")


def anchored(claim: str, run: Run, passages: Sequence[Passage]) -> Run | None:
    """Add to a sentence the earlier ones that name what it refers to, else the article's title.

    Looked for is backwards from the sentence, until another one says by itself whom it speaks of:
    one that only refers back is passed over. At most two are taken.
    """
    (quote,) = run.quotes
    passage = quote.passage
    lacking = list(absent_names(claim, quote.text, around(passage)))
    if not lacking:
        return None
    if not refers(quote.text):
        return titled(claim, run) if _is_topic(lacking, passage.title) else None
    taken: list[Quote] = []
    stopped = False
    for earlier in _before(quote, passages):
        known = facts(earlier.text)
        left = [name for name in lacking if known.index.missing(name)]
        if len(left) < len(lacking):
            taken.append(earlier)
        stopped = not refers(earlier.text) and bool(known.names)
        lacking = left
        if not lacking or stopped or len(taken) == LONGEST - 1:
            break
    if lacking:
        # A pronoun means whoever was named last; "the agreement" may be that of the title.
        meant = not (stopped and _PRONOUN.search(quote.text))
        return titled(claim, run) if meant and not taken else None
    stems = (words(earlier.text).known & words(claim).known for earlier in taken)
    return Run(merged([*reversed(taken), quote]), 1 + len(taken), run.held.union(*stems))


def _before(quote: Quote, passages: Sequence[Passage]) -> Iterator[Quote]:
    """Yield the quotable sentences before `quote`, the nearest first.

    Passages overlap, so that one goes on where the other begins; at a gap it ends, for nobody knows
    who is named there.
    """
    own = [p for p in passages if p.article_id == quote.passage.article_id]
    passage, at = quote.passage, quote.start
    while True:
        for start, end in reversed([s for s in quotable(passage.text) if s]):
            if passage.start + end <= at:
                at = passage.start + start
                yield Quote(passage=passage, start=at, end=passage.start + end)
        first = passage.start
        joined = [p for p in own if p.start < first <= p.end + _GAP]
        if not joined:
            return
        passage = min(joined, key=lambda p: p.start)


def _is_topic(lacking: Sequence[Name], title: str) -> bool:
    """Tell whether all that is lacking is what the whole article is about, its title being that.

    In an article called "LaserDisc" a sentence need not say of what the players are.
    """
    known = facts(title)
    whole = {word.key for word in known.words if word.content}
    keys = {key for name in lacking for key in name.keys}
    return bool(known.names) and whole <= keys and not any(map(known.index.missing, lacking))


def titled(claim: str, run: Run) -> Run | None:
    """Take the article's title along where it names what the sentence speaks of."""
    title = run.passage.title
    if is_order(title):
        return None
    if absent_names(claim, f"{title}\n{run.evidence}", around(run.passage)):
        return None
    return Run(run.quotes, run.length, run.held | words(title).known & words(claim).known, title)


def around(passage: Passage) -> str:
    """Return where a name may stand that a sentence of the passage refers to."""
    return f"{passage.title}\n{passage.text}"


@lru_cache(maxsize=4096)
def refers(sentence: str) -> bool:
    """Tell whether a sentence speaks of something that it does not name.

    It does with a pronoun before its first name, a subject like "The agreement", or "the two".
    """
    named = min((name.start for name in facts(sentence).names if not name.weak), default=None)
    before = sentence if named is None else sentence[:named]
    return (
        _PRONOUN.search(before) is not None
        or _DEFINITE.match(before) is not None
        or _COUNTED.search(sentence) is not None
    )
