"""What the reading model learns from: a question or claim, a text, and what is true of the two."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from qa.sentences import sentences
from qa.types import Span

SHORT = (220.0, 560.0)
LONG = (560.0, 850.0)
_LONG_SHARE = 0.15
LEAST = 80
"""Characters of the shortest text that is worth reading."""


@dataclass(frozen=True)
class Sample:
    """A question or claim (`query`) and a `text`. None: this sample does not tell.

    `span` is the answer's place in `text`, None when it holds none. `answerable`: whether `text`
    answers the question; `relevant`: whether it is the passage that the question was written for;
    `supported`: whether `text` supports the claim.
    """

    kind: str
    query: str
    text: str
    span: Span | None = None
    answerable: bool | None = None
    relevant: bool | None = None
    supported: bool | None = None


def budget(rng: random.Random) -> float:
    """Draw the length of a window in characters; answered and unanswered alike."""
    return rng.uniform(*(LONG if rng.random() < _LONG_SHARE else SHORT))


def window(text: str, around: Span, size: float, rng: random.Random) -> Span:
    """Choose whole sentences of `text` that hold `around`, of about `size` characters.

    Neighbours are taken from both sides at random, so that place tells nothing.
    """
    spans = sentences(text) or [(0, len(text))]
    touched = [n for n, (start, end) in enumerate(spans) if start < around[1] and around[0] < end]
    first, last = (touched[0], touched[-1]) if touched else (0, len(spans) - 1)
    while True:
        left = first > 0 and _length(spans, first - 1, last) <= size
        right = last + 1 < len(spans) and _length(spans, first, last + 1) <= size
        if not left and not right:
            break
        if left and (not right or rng.random() < 0.5):  # noqa: PLR2004 -- a fair coin
            first -= 1
        else:
            last += 1
    return min(spans[first][0], around[0]), max(spans[last][1], around[1])


def _length(spans: Sequence[Span], first: int, last: int) -> int:
    return spans[last][1] - spans[first][0]


def cut(text: str, answer: Span, rng: random.Random) -> tuple[str, Span]:
    """Return a window of `text` that holds `answer`, and the answer's place in it."""
    start, end = window(text, answer, budget(rng), rng)
    return text[start:end], (answer[0] - start, answer[1] - start)
