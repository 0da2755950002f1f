"""Words shared by a question and the sentences that may answer it, and what each is worth.

A stem is worth more the rarer it is: in English at large (a table that comes with the weights)
and in the passages at hand (the logarithm of the inverse document frequency, Spärck Jones 1972).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from qa.candidates import Sentence
from qa.facts import Facts, facts, terms
from qa.types import Passage

Matrix = npt.NDArray[np.float32]

_ROOT = 5
UNSEEN = 9.5
"""Rarity of a stem that the background table does not have."""


@dataclass(frozen=True)
class Words:
    """The stems of a text: in order, as a set, each with its successor, and their beginnings."""

    stems: tuple[str, ...]
    known: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    roots: frozenset[str]


@lru_cache(maxsize=8192)
def words(text: str) -> Words:
    """Return the stems of `text`."""
    stems = tuple(terms(text))
    return Words(stems, frozenset(stems), frozenset(pairwise(stems)), frozenset(map(root, stems)))


def root(stem: str) -> str:
    """Return the beginning of a stem, which derived words share: "oppos", "opposit"."""
    return stem[:_ROOT]


class Overlap:
    """Which of a question's stems occur where in the sentences of its passages.

    `inside`, `loose` (by root), `around` (with the neighbours) and `passage` (with the title; one
    row per passage) hold 1 where a stem occurs; `common`, `local` and `both`, their product, say
    what the stems are worth.
    """

    def __init__(
        self,
        question: str,
        sentences: Sequence[Sentence],
        passages: Sequence[Passage],
        background: Mapping[str, float],
    ) -> None:
        self.question = words(question)
        self.sentences = tuple(sentences)
        self.passages = tuple(passages)
        self.stems = tuple(dict.fromkeys(self.question.stems))
        self.owner = np.array([s.passage for s in sentences], dtype=np.int64)
        self.inside = _hits(self.stems, [words(s.text).known for s in sentences])
        self.loose = _hits(
            [root(stem) for stem in self.stems], [words(s.text).roots for s in sentences]
        )
        self.around = spread(sentences, self.inside)
        self.passage = _hits(self.stems, [words(p.title).known for p in passages])
        np.maximum.at(self.passage, self.owner, self.inside)
        self.common = np.array([background.get(s, UNSEEN) for s in self.stems], dtype=np.float32)
        held = self.inside.sum(axis=0)
        self.local = np.log((len(sentences) + 1) / (held + 0.5)).astype(np.float32)
        self.both = self.common * self.local

    def shortlist(self, limit: int) -> list[int]:
        """Return the indexes of the `limit` sentences most worth encoding, in their order.

        By stems in the sentence, its neighbours and its passage, and by the passage's rank.
        """
        rank = 1.0 / (1.0 + np.arange(len(self.passages)) / 4.0)
        score = (
            share(self.inside, self.both)
            + 0.5 * share(self.around, self.both)
            + 0.5 * share(self.passage, self.both)[self.owner]
            + rank[self.owner]
        )
        order = np.argsort(-score, kind="stable")[:limit]
        return sorted(int(i) for i in order)

    def take(self, indexes: Sequence[int]) -> "Overlap":
        """Return the same for some sentences only; what the stems are worth stays."""
        part = object.__new__(Overlap)
        part.__dict__.update(self.__dict__)
        part.sentences = tuple(self.sentences[i] for i in indexes)
        part.owner = self.owner[indexes]
        part.inside = self.inside[indexes]
        part.around = self.around[indexes]
        part.loose = self.loose[indexes]
        return part


def share(hits: Matrix, worth: Matrix) -> Matrix:
    """Return, per row, the share of the total worth that is hit; 0 when there is none."""
    total = float(worth.sum())
    if total <= 0:
        return np.zeros(len(hits), dtype=np.float32)
    found: Matrix = (hits @ worth / total).astype(np.float32)
    return found


def follows(first: Sentence, second: Sentence) -> bool:
    """Tell whether `second` stands right after `first` in one passage."""
    return first.passage == second.passage and second.place == first.place + 1


def spread(sentences: Sequence[Sentence], values: Matrix) -> Matrix:
    """Return, per sentence, the greatest of its own value and its neighbours'."""
    found = values.copy()
    for i in range(1, len(sentences)):
        if follows(sentences[i - 1], sentences[i]):
            found[i] = np.maximum(found[i], values[i - 1])
            found[i - 1] = np.maximum(found[i - 1], values[i])
    return found


def names_hit(question: str, sentences: Sequence[Sentence]) -> Matrix:
    """Return one row per sentence, one column per name of the question, 1 where it occurs."""
    names = facts(question).names
    found = np.zeros((len(sentences), len(names)), dtype=np.float32)
    for row, sentence in enumerate(sentences):
        index = facts(sentence.text).index
        for column, name in enumerate(names):
            found[row, column] = float(not index.missing(name))
    return found


def values_hit(question: str, sentences: Sequence[Sentence]) -> Matrix:
    """As `names_hit`, for the numbers and dates of the question."""
    asked = facts(question)
    wanted = [n.value for n in asked.numbers]
    when = [d.readings for d in asked.dates]
    found = np.zeros((len(sentences), len(wanted) + len(when)), dtype=np.float32)
    for row, sentence in enumerate(sentences):
        said = facts(sentence.text)
        values = {n.value for n in said.numbers}
        years = {year for d in said.dates for f in d.readings for year in (f.years or ())}
        days = {d.readings for d in said.dates}
        hit = [value in values for value in wanted]
        hit += [
            r in days or bool(r[0].years and r[0].month is None and years & set(r[0].years))
            for r in when
        ]
        found[row] = hit
    return found


@dataclass(frozen=True)
class Values:
    """What of a sentence could be an answer: what the question does not say itself."""

    persons: int
    places: int
    numbers: int
    counted: bool
    dates: int


def new_values(asked: Facts, said: Facts) -> Values:
    """Count the names, numbers and dates of `said` that `asked` does not have.

    `counted` tells whether a new number counts or measures something that the question names.
    """
    known = {word.key for word in asked.words}
    fresh = [name for name in said.names if not known.issuperset(name.keys)]
    values = {number.value for number in asked.numbers}
    numbers = [n for n in said.numbers if n.value not in values and not n.ordinal]
    readings = {date.readings for date in asked.dates}
    return Values(
        persons=sum(not name.located for name in fresh),
        places=sum(name.located for name in fresh),
        numbers=len(numbers),
        counted=any(not asked.stems.isdisjoint(n.nouns) for n in numbers),
        dates=sum(date.readings not in readings for date in said.dates),
    )


def _hits(stems: Sequence[str], texts: Sequence[frozenset[str]]) -> Matrix:
    found = np.zeros((len(texts), len(stems)), dtype=np.float32)
    for row, known in enumerate(texts):
        found[row] = [stem in known for stem in stems]
    return found
