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
from qa.marks import asks, is_reply, is_yes_or_no
from qa.orders import inert, tainted
from qa.sentences import sentences
from qa.types import Passage, Quote, Span

_ENDS = re.compile(r"[.!?…][\"'”’»)\]*_]*$|[.!?…:;][\"'”’]$")
_HEADING = re.compile(r"#{1,6}\s|[A-Z0-9 ,:'’\-]+$")
_WORD = re.compile(r"[^\W_]+")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_OPENING = "\"'“‘«([*_->•#"
_SHORTEST = 3
"""Words a sentence needs to be a claim."""
_FEW_CAPITALS = 0.2
"""Share of its sentences that begin with a capital where a text is written without."""
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
    small = _small(text, spans)
    each = zip(spans, says_something(text, spans), tainted(text, spans), strict=True)
    return tuple(
        (whole(text[a:b], small=small) or says) and b - a <= _LONGEST and not order
        for (a, b), says, order in each
    )


@lru_cache(maxsize=32768)
def whole(text: str, *, small: bool = False) -> bool:
    """Tell whether `text` reads as a statement: no heading, no question, no fragment.

    `small`: its writer uses no capitals.
    """
    bare = _INVISIBLE.sub("", inert(text)).strip()
    words = _WORD.findall(bare)
    if len(words) < _SHORTEST or len(bare) > _LONGEST:
        return False
    if asks(bare) or not _ENDS.search(bare) or _HEADING.match(bare):
        return False
    first = bare.lstrip(_OPENING + " ")
    if not first or not first[0].isalnum():
        return False
    return small or not first[0].islower() or not first.split()[0].islower()


def _small(text: str, spans: Sequence[Span]) -> bool:
    """Tell whether a text is written without capitals, as notes and messages are."""
    opening = [text[start] for start, _ in spans if text[start].isalpha()]
    capitals = sum(letter.isupper() for letter in opening)
    return len(opening) >= _SHORTEST and capitals <= _FEW_CAPITALS * len(opening)


def previous(passage: Passage, start: int) -> int | None:
    """Return where the sentence before the one at `start` begins; None when there is none to quote.

    Offsets are the article's. A heading is none, and a question only before its reply.
    """
    before = last = None
    for (a, b), usable in zip(_spans(passage.text), usable_of(passage.text), strict=True):
        if passage.start + a == start:
            if usable and last is not None and _replies(passage.text, (a, b), last):
                before = last
            return None if before is None else passage.start + before[0]
        last = (a, b)
        before = last if usable else None
    return None


def asked_around(text: str, at: int) -> Span | None:
    """Return a question that stands above a paragraph, and the paragraph with `at` in it.

    The question is a heading or a labelled or emphasised line of its own; offsets are the text's.
    None when there is none, or when something there orders a machine.
    """
    spans, usable = _spans(text), usable_of(text)
    n = next((n for n, (a, b) in enumerate(spans) if a <= at < b), None)
    if n is None or not usable[n]:
        return None
    first = last = n
    while first > 0 and text.count("\n", spans[first - 1][1], spans[first][0]) == 0:
        first -= 1
    while last + 1 < len(spans) and text.count("\n", spans[last][1], spans[last + 1][0]) == 0:
        last += 1
    above = first - 1
    if above < 0 or not asks(text[slice(*spans[above])]):
        return None
    start, end = spans[above]
    line = text[text.rfind("\n", 0, start) + 1 : end].strip()
    alone = line == text[start:end].strip()
    if not alone or any(tainted(text[start : spans[last][1]], [(0, spans[last][1] - start)])):
        return None
    return start, spans[last][1]


def _replies(text: str, span: Span, before: Span) -> bool:
    line, asked = text[slice(*span)], text[slice(*before)]
    return is_reply(line, asked) or (is_yes_or_no(line) and asks(asked))
