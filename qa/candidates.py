"""The sentences of retrieved passages that could be quoted, each with what surrounds it.

Passages overlap and may cut a sentence in two, so the same words can come more than once: of two
spans of one article where one holds the other, the longer is kept. Headings, questions and
fragments are kept as context and marked, because an answer is never made of them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from qa.layout import says_something
from qa.orders import tainted
from qa.sentences import sentences
from qa.types import Passage, Quote, Span

_ENDS = re.compile(r"[.!?…][\"'”’»)\]*_]*$|[.!?…:;][\"'”’]$")
_ASKS = re.compile(r"\?[\"'”’»)\]*_]*$")
_HEADING = re.compile(r"#{1,6}\s|[A-Z0-9 ,:'’\-]+$")
_WORD = re.compile(r"[^\W_]+")
_OPENING = "\"'“‘«([*_->•#"
_SHORTEST = 3
"""Words a sentence needs to be a claim."""
_LONGEST = 900
"""Characters above which a "sentence" is a table or a list, and not quoted."""


@dataclass(frozen=True)
class Sentence:
    """A sentence of a passage; `start` and `end` are the article's offsets.

    `passage` is the index of the passage among those retrieved, `place` its number within the
    passage, `whole` whether it may be quoted as a claim.
    """

    passage: int
    place: int
    start: int
    end: int
    text: str
    whole: bool

    def quote(self, passages: Sequence[Passage]) -> Quote:
        """Return the sentence as evidence."""
        return Quote(passage=passages[self.passage], start=self.start, end=self.end)


def gather(passages: Sequence[Passage]) -> list[Sentence]:
    """Return the sentences of `passages`, in their order, each stretch of an article once."""
    found: list[Sentence] = []
    taken: dict[str, list[tuple[int, int]]] = {}
    for index, passage in enumerate(passages):
        spans = taken.setdefault(passage.article_id, [])
        fresh: list[Span] = []
        for place, (a, b) in enumerate(_spans(passage.text)):
            start, end = passage.start + a, passage.start + b
            fresh.append((start, end))
            if any(s <= start and end <= e for s, e in spans):
                continue
            text = passage.text[a:b]
            usable = usable_of(passage.text)[place]
            found.append(Sentence(index, place, start, end, text, usable))
        spans.extend(fresh)
    return [s for s in found if not _part_of_another(s, taken[passages[s.passage].article_id])]


def _part_of_another(sentence: Sentence, spans: Sequence[Span]) -> bool:
    own = (sentence.start, sentence.end)
    return any(s <= own[0] and own[1] <= e and (s, e) != own for s, e in spans)


@lru_cache(maxsize=4096)
def _spans(text: str) -> tuple[Span, ...]:
    return tuple(sentences(text))


@lru_cache(maxsize=4096)
def usable_of(text: str) -> tuple[bool, ...]:
    """Tell which sentences of a passage may be quoted: what states something, and orders nothing.

    A paragraph with an order in it is left out: an article that tells a model what to say does not
    report it.
    """
    spans = _spans(text)
    each = zip(spans, says_something(text, spans), tainted(text, spans), strict=True)
    return tuple(
        (whole(text[a:b]) or says) and b - a <= _LONGEST and not order
        for (a, b), says, order in each
    )


@lru_cache(maxsize=32768)
def whole(text: str) -> bool:
    """Tell whether `text` reads as a statement: no heading, no question, no fragment."""
    bare = text.strip()
    words = _WORD.findall(bare)
    if len(words) < _SHORTEST or len(bare) > _LONGEST:
        return False
    if _ASKS.search(bare) or not _ENDS.search(bare) or _HEADING.match(bare):
        return False
    first = bare.lstrip(_OPENING + " ")
    return bool(first) and not first[0].islower() and first[0].isalnum()


def previous(passage: Passage, start: int) -> int | None:
    """Return where the sentence before the one at `start` begins; None when there is none to quote.

    Offsets are the article's. A heading or a question is none.
    """
    before: Span | None = None
    for (a, b), usable in zip(_spans(passage.text), usable_of(passage.text), strict=True):
        if passage.start + a == start:
            return None if before is None else passage.start + before[0]
        before = (a, b) if usable else None
    return None
