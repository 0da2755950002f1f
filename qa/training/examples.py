"""Questions turned into rows of features: what the sentence reader learns from."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from qa.candidates import Sentence, gather
from qa.features import Columns, Seen, Summary, measure, measure_pool
from qa.overlap import Matrix, Overlap
from qa.slips import mend
from qa.training.data import SEED, Asked, Group, part_of
from qa.training.pools import SIZE, Collection
from qa.training.vectors import Vectors
from qa.types import Passage

_ARTICLES = 6
"""Articles in a collection."""
_MEASURED = 48
"""Sentences of a pool that are measured."""
_SHORT = 8
"""Passages that a short article has."""
_SMALL = 0.2
"""Share of questions asked of a pool as small as a folder of two or three articles gives."""


@dataclass(frozen=True)
class Example:
    """One question over one pool. `labels` marks the sentences with the answer.

    `kind` is `answerable`, or how the pool came to hold no answer: `near` (asked of a passage
    that does not say), `removed` (every passage with the answer left out), `other` (a pool from
    other articles). An answerable one without labels was lost by retrieval or the shortlist.
    """

    kind: str
    source: str
    asked: Asked
    columns: Columns
    pool: Summary
    labels: Matrix
    sentences: tuple[Sentence, ...]


def collections(groups: Sequence[Group], *, whole: bool = False) -> list[Group]:
    """Put articles together, by turns whole ones and short ones, as folders hold them."""
    order = sorted(groups, key=lambda group: group.name)
    random.Random(SEED).shuffle(order)  # noqa: S311 -- a sample, not a secret
    made = []
    for turn, begin in enumerate(range(0, len(order), _ARTICLES)):
        passages: list[Passage] = []
        asked: list[Asked] = []
        for member in order[begin : begin + _ARTICLES]:
            kept = member.passages if whole or turn % 2 else member.passages[:_SHORT]
            ids = {passage.id for passage in kept}
            passages += kept
            asked += [a for a in member.asked if a.home in ids]
        made.append(Group("squad", tuple(passages), tuple(asked)))
    return made


class Maker:
    """Makes examples over one collection."""

    def __init__(self, group: Group, vectors: Vectors, background: Mapping[str, float]) -> None:
        self._name = group.name
        self._vectors = vectors
        self._background = background
        self._passages = {passage.id: passage for passage in group.passages}
        self._collection = Collection(
            group.passages, vectors.encode([passage.text for passage in group.passages])
        )

    def own(self, asked: Asked) -> Example | None:
        """Ask the question of its own collection."""
        return self._example("answerable" if asked.gold else "near", asked, self._pool(asked))

    def removed(self, asked: Asked) -> Example | None:
        """Ask it with every passage left out that has the answer."""
        answers = [answer.casefold() for answer in asked.answers]
        without = frozenset(
            key
            for key, passage in self._passages.items()
            if key == asked.home or any(a in passage.text.casefold() for a in answers)
        )
        return self._example("removed", asked, self._pool(asked, without))

    def other(self, asked: Asked) -> Example | None:
        """Ask the question of another collection here."""
        return self._example("other", asked, self._pool(asked))

    def _pool(self, asked: Asked, without: frozenset[str] = frozenset()) -> list[Passage]:
        vector = self._vectors.encode([asked.question])[0]
        size = SIZE if part_of(asked.question) > _SMALL else SIZE // 4
        return self._collection.pool(asked.question, vector, without=without, size=size)

    def _example(self, kind: str, asked: Asked, pool: Sequence[Passage]) -> Example | None:
        question = mend(asked.question, [p.text for p in pool], self._background)
        every = Overlap(question, gather(pool), pool, self._background)
        if not every.sentences:
            return None
        overlap = every.take(every.shortlist(_MEASURED))
        seen = Seen(
            self._vectors.encode([s.text for s in overlap.sentences]),
            self._vectors.encode([p.title for p in pool]),
            self._vectors.encode([question])[0],
        )
        labels = [kind == "answerable" and _holds(s, asked, pool) for s in overlap.sentences]
        return Example(
            kind=kind,
            source=self._name,
            asked=asked,
            columns=measure(question, overlap, seen),
            pool=measure_pool(question, overlap),
            labels=np.array(labels, dtype=np.float32),
            sentences=overlap.sentences,
        )


def _holds(sentence: Sentence, asked: Asked, pool: Sequence[Passage]) -> bool:
    passage = pool[sentence.passage]
    spans = [(passage.start + a, passage.start + b) for a, b in asked.gold]
    return passage.id == asked.home and any(
        sentence.start < end and start < sentence.end for start, end in spans
    )


def examples(
    groups: Sequence[Group],
    vectors: Vectors,
    background: Mapping[str, float],
    *,
    removed: float = 0.0,
    other: float = 0.0,
) -> Iterator[Example]:
    """Make the examples of every collection; the two shares say how many unanswerable ones."""
    rng = random.Random(SEED)  # noqa: S311 -- a sample, not a secret
    texts = [text for group in groups for text in _texts(group)]
    vectors.add(texts)
    for n, group in enumerate(groups):
        maker = Maker(group, vectors, background)
        strangers = groups[(n + 1) % len(groups)].asked if len(groups) > 1 else ()
        tasks = [(maker.own, a) for a in group.asked]
        tasks += [(maker.removed, a) for a in group.asked if a.answers and rng.random() < removed]
        tasks += [(maker.other, a) for a in strangers if a.gold and rng.random() < other]
        for make, asked in tasks:
            example = make(asked)
            if example is not None:
                yield example


def _texts(group: Group) -> Iterator[str]:
    for passage in group.passages:
        yield passage.text
        yield passage.title
        yield from (sentence.text for sentence in gather([passage]))
    yield from (asked.question for asked in group.asked)
