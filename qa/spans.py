"""From the reading model's logits to the words that answer."""

from dataclasses import dataclass

import numpy as np

from qa.crossencoder import Read
from qa.types import Span

MOST_TOKENS = 30
"""Tokens of the longest answer that is looked for."""
_FEW = 20
"""Places at which an answer may begin that are looked at."""
_NOTHING = -30.0
_EDGES = ' \t\n.,;:!?"“”'
_SHORT_FORMS = frozenset(["Bros", "Co", "Corp", "Inc", "Jr", "Ltd", "Sr", "St"])
"""What ends in a full stop wherever it stands."""
_PAIRS = {")": "(", "]": "["}


@dataclass(frozen=True)
class Found:
    """A stretch of a text that may answer; `margin` is its logit above that of no answer.

    `log_share` is the logarithm of its probability among all stretches and no answer.
    """

    span: Span
    margin: float
    log_share: float


def best_spans(read: Read, text: str, count: int = 1) -> list[Found]:
    """Return up to `count` stretches of `text` that do not overlap, best first.

    Stretches begin and end between words, without punctuation at their edges.
    """
    tokens = len(read.start)
    if tokens == 0:
        return []
    firsts = np.argsort(-read.start, kind="stable")[:_FEW]
    scores = np.full((len(firsts), MOST_TOKENS), _NOTHING, dtype=np.float32)
    for row, first in enumerate(firsts):
        ends = read.end[first : first + MOST_TOKENS]
        scores[row, : len(ends)] = read.start[first] + ends
    total = _log_sum(read)
    found: list[Found] = []
    for flat in np.argsort(-scores, axis=None, kind="stable"):
        row, length = divmod(int(flat), MOST_TOKENS)
        first = int(firsts[row])
        if first + length >= tokens or scores[row, length] <= _NOTHING:
            continue
        span = _trimmed(text, _words(text, read, first, first + length))
        if span is None or any(f.span[0] < span[1] and span[0] < f.span[1] for f in found):
            continue
        score = float(scores[row, length])
        found.append(Found(span, score - read.null, score - total))
        if len(found) == count:
            break
    return found


def within(read: Read, start: int, end: int) -> float:
    """Return the best margin of a stretch inside the characters [start, end)."""
    inside = (read.offsets[:, 0] >= start) & (read.offsets[:, 1] <= end)
    if not inside.any():
        return _NOTHING
    at = np.flatnonzero(inside)
    best = _NOTHING
    ends = read.end[at]
    for n, token in enumerate(at[::1]):
        reach = float(ends[n : n + MOST_TOKENS].max())
        best = max(best, float(read.start[token]) + reach)
    return best - read.null


def _log_sum(read: Read) -> float:
    """Return the logarithm of the total weight of starts times ends, no answer included."""
    total = 0.0
    for logits, null in ((read.start, read.null / 2), (read.end, read.null / 2)):
        every = np.append(logits, null)
        top = float(every.max())
        total += top + float(np.log(np.exp(every - top).sum()))
    return total


def _words(text: str, read: Read, first: int, last: int) -> Span:
    """Widen tokens to whole words."""
    start, end = int(read.offsets[first][0]), int(read.offsets[last][1])
    while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    return start, end


def _trimmed(text: str, span: Span) -> Span | None:
    """Leave out punctuation at the edges, and a bracket whose other half is not in."""
    start, end = span
    while start < end and text[start] in _EDGES:
        start += 1
    while end > start and text[end - 1] in _EDGES and not _abbreviation(text, start, end):
        end -= 1
    inner = text[start:end]
    for close, open_ in _PAIRS.items():
        if inner.endswith(close) and open_ not in inner:
            end -= 1
        elif inner.startswith(open_) and close not in inner:
            start += 1
    return (start, end) if any(c.isalnum() for c in text[start:end]) else None


def _abbreviation(text: str, start: int, end: int) -> bool:
    """Tell whether the last full stop belongs to the word: "U.S.", "Inc."."""
    word = text[start:end].rsplit(maxsplit=1)[-1] if text[start:end].split() else ""
    return word.endswith(".") and ("." in word[:-1] or word[:-1] in _SHORT_FORMS)
