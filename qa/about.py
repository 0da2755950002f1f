"""Whom a question names, and the sentences that tell of others.

The reading model takes one bank's estimate for that of another, and what was counted in one county
for what is asked of the next. Where the articles have the name that the question gives, a sentence
that stands ahead of it in its own article tells of somebody else.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from qa.facts import Name, facts, fold
from qa.facts.aliases import variants
from qa.reading import Reading
from qa.sentences import sentences
from qa.types import Passage, Quote

Told = Callable[[str, int, int], str]
"""`told(article, start, end)`: the article's text between two offsets."""

_TAKEN_ALONG = re.compile(r"(?<=\?) \([^()]*\)$")
"""Names of the last turn behind a follow-up, which may not mean all of them."""
_CAPITAL = re.compile(r"(?<![^\W_])[^\W\d_a-z][^\W_]*")
_BEHIND = 400
"""Characters behind a sentence in which the next one ends; reports name "a man" only there."""
_BEFORE = 20_000
"""Characters before a sentence in which a name is looked for."""
_LIKELY = 0.01
"""A sentence less likely than this is no answer anyway."""
_CERTAIN = 0.99
_LEAST = 0.1
"""Probability that the best of what is left needs, where the best of all had to go."""


def about_the_named(
    question: str, reading: Reading, passages: Sequence[Passage], told: Told
) -> Reading:
    """Leave out the sentences of a reading that tell of others than are named, with their values.

    What is left becomes likelier, for the answer is not among what went (Bayes). Where it stays
    unlikely although the best went, nothing answers.
    """
    names = list(_asked(question, passages))

    def answers(quote: Quote) -> bool:
        return all(_named(name, quote, told) for name in names)

    gone = [c for c in reading.candidates if c.score >= _LIKELY and not answers(c.quote)]
    if not gone:
        return reading
    room = 1 - min(_CERTAIN, gone[0].score)
    left = tuple(
        replace(c, score=min(_CERTAIN, c.score / room)) for c in reading.candidates if c not in gone
    )
    if gone[0] is reading.candidates[0] and (not left or left[0].score < _LEAST):
        return replace(reading, candidates=(), values=(), answerable=0.0)
    values = tuple(
        v.model_copy(update={"score": min(_CERTAIN, v.score / room)})
        for v in reading.values if answers(v.sentence)
    )  # fmt: skip
    return replace(reading, candidates=left, values=values)


def _asked(question: str, passages: Sequence[Passage]) -> Iterator[Name]:
    """Yield the names of a question that some passage has, too."""
    for name in facts(_TAKEN_ALONG.sub("", question)).names:
        if any(not facts(f"{p.title}\n{p.text}").index.missing(name) for p in passages):
            yield name


def _named(name: Name, quote: Quote, told: Told) -> bool:
    """Tell whether an article has part of a name up to a sentence, or in the one behind it."""
    passage = quote.passage
    behind = told(passage.article_id, quote.end, quote.end + _BEHIND)
    follows = next((behind[:end] for _, end in sentences(behind)), "")
    near = f"{passage.title}\n{told(passage.article_id, passage.start, quote.end)}{follows}"
    if not facts(near).index.missing(name):
        return True
    start = max(0, passage.start - _BEFORE)
    before = told(passage.article_id, start, passage.start)
    capitals = {fold(word) for word in _CAPITAL.findall(f"{before}\n{near}")}
    return any(not capitals.isdisjoint(variants(key)) for key in name.telling)
