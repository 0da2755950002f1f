"""Sentences of passages as evidence: which may be quoted, and what of a claim they have."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from qa.candidates import usable_of
from qa.overlap import words
from qa.sentences import sentences
from qa.types import Passage, Quote, Span

LONGEST = 3
"""Sentences that are quoted together at most."""


@dataclass(frozen=True)
class Run:
    """Sentences of one passage that are held against a claim, and what is taken with them.

    `quotes` is one stretch, or several that belong together, in the order of the text. `title` is
    the article's where only that names what they speak of, else "". `held` are the stems of the
    claim in the run.
    """

    quotes: tuple[Quote, ...]
    length: int
    held: frozenset[str]
    title: str = ""

    @property
    def evidence(self) -> str:
        """What is compared with the claim."""
        return "\n".join([*([self.title] if self.title else []), *(q.text for q in self.quotes)])

    @property
    def passage(self) -> Passage:
        """The passage that is quoted."""
        return self.quotes[-1].passage


def distinct(found: Iterable[Run]) -> list[Run]:
    """Keep each stretch of an article once: passages overlap."""
    kept: dict[tuple[str, int, int], Run] = {}
    for run in found:
        (quote,) = run.quotes
        kept.setdefault((quote.passage.article_id, quote.start, quote.end), run)
    return list(kept.values())


def alone(asked: frozenset[str], passage: Passage) -> Iterator[Run]:
    """Yield the sentences of a passage that share a word with the claim, each alone."""
    for span in quotable(passage.text):
        held = words(passage.text[slice(*span)]).known & asked if span else frozenset()
        if span and held:
            start, end = passage.start + span[0], passage.start + span[1]
            yield Run((Quote(passage=passage, start=start, end=end),), 1, held)


def merged(quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    """Make one stretch of quotes with nothing but space between them."""
    made: list[Quote] = []
    for quote in quotes:
        passage = quote.passage
        last = made[-1] if made else None
        if last is not None and last.passage.id == passage.id:
            gap = passage.text[last.end - passage.start : quote.start - passage.start]
            if not gap.strip():
                made[-1] = Quote(passage=passage, start=last.start, end=quote.end)
                continue
        made.append(quote)
    return tuple(made)


@lru_cache(maxsize=4096)
def quotable(text: str) -> tuple[Span | None, ...]:
    """Return the sentences of a passage, None in the place of those that are no evidence.

    Headings, questions and fragments are none, nor what orders something.
    """
    each = zip(sentences(text), usable_of(text), strict=True)
    return tuple(span if usable else None for span, usable in each)
