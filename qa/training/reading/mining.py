"""Passages that mislead a model as it is: the unanswered questions from which it learns most.

A question is paired with those other passages of its article that share most words with it, as a
search would find them. Of the pairs, those that the model would answer are kept, and a few of the
others, so that refusing stays in balance.
"""

import random
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Protocol

from qa.crossencoder import Pair, Read
from qa.overlap import words
from qa.spans import best_spans
from qa.training.reading.questions import Item, nearest_window, typed
from qa.training.reading.samples import LEAST, Sample

_NEAR = 6
"""Passages of an article that a search might find for a question."""
_MOST = 40
"""Passages of an article that are compared."""
_TRIED = 2
"""Passages that are read for one question."""
_MISLEADING = -2.0
"""Margin of a span from which a passage misleads."""
_OTHERS = 0.1
"""Share of the passages that do not mislead which are kept all the same."""
_BATCH = 512


class Reader(Protocol):
    """What is misled: `qa.crossencoder.CrossEncoder`, or a checkpoint in its place."""

    def read(self, pairs: Sequence[Pair]) -> list[Read]:
        """Read pairs of a query and a text."""


def mined(pool: Sequence[Item], rng: random.Random, reader: Reader) -> Iterator[Sample]:
    """Yield questions with a passage that seems to answer them, each question at most twice."""
    order = list(pool)
    rng.shuffle(order)
    left = iter(order)
    while batch := list(islice(left, _BATCH)):
        pairs = [pair for item in batch for pair in _pairs(item, rng)]
        for (query, text), read in zip(pairs, reader.read(pairs), strict=True):
            best = best_spans(read, text)
            misleads = bool(best) and best[0].margin > _MISLEADING
            if misleads or rng.random() < _OTHERS:
                yield Sample("mined", query, text, answerable=False, relevant=False)


def _pairs(item: Item, rng: random.Random) -> Iterator[Pair]:
    wording = item.wording.casefold()
    left = [
        t
        for t in item.neighbours
        if t != item.text and (not wording or wording not in t.casefold())
    ]
    if len(left) > _MOST:
        left = rng.sample(left, _MOST)
    known = words(item.question).known
    near = sorted(left, key=lambda t: -len(known & words(t).known))[:_NEAR]
    for text in rng.sample(near, min(_TRIED, len(near))):
        shown = nearest_window(item.question, text, rng)
        if len(shown) >= LEAST:
            yield typed(item.question, rng), shown
