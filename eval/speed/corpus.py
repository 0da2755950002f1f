"""Articles that are made up but behave like news, and questions that they answer.

Words follow Zipf's law with Mandelbrot's offset (1953), over the vocabulary of the bundled model,
which lists words by frequency; each topic has words of its own. Lengths of sentences and articles
are log-normal, as they are in news. Article `n` depends on the seed and on `n` alone.
"""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qa.bundled import bundled_path

WORDS_PER_PASSAGE = 103
"""Words that a passage adds with the default settings, its overlap left out."""
TOPICS = 60
ZIPF_EXPONENT = 1.0
_MANDELBROT = 2.7
_TOPIC_WORDS = 500
_COMMON = 400
"""The most frequent words, which belong to no topic."""
_TOPIC_SHARE = 0.35
"""Share of the words that come from the article's topic."""
_SENTENCE = (21.0, 0.45)
"""Median and sigma of a sentence's words."""
_ARTICLE = (380.0, 0.6)
"""Median and sigma of an article's words."""
_SHORTEST, _LONGEST = 60, 4000
_FIRST_DAY = dt.date(2015, 1, 1)
_DAYS = 3650
_PER_FOLDER = 1000
_FACTS = 3
_VERBS = (("counted", "count"), ("ordered", "order"), ("repaired", "repair"), ("sold", "sell"))

Words = npt.NDArray[np.str_]


@dataclass(frozen=True)
class Fact:
    """A sentence, and the question that it answers."""

    sentence: str
    question: str


@dataclass(frozen=True)
class Made:
    """An article: its number, topic and date, the text as it stands in a file, and its facts."""

    number: int
    topic: int
    date: dt.date
    text: str
    facts: Sequence[Fact]

    @property
    def path(self) -> str:
        """Its path below the folder of articles."""
        return f"{self.number // _PER_FOLDER:04}/{self.number:07}.txt"


class Corpus:
    """Makes any number of articles. The same seed makes the same ones."""

    def __init__(self, seed: int = 1) -> None:
        self._seed = seed

    @cached_property
    def words(self) -> Words:
        """The vocabulary, by descending frequency."""
        model = json.loads((bundled_path() / "tokenizer.json").read_text("utf-8"))["model"]
        ranked: dict[str, int] = model["vocab"]
        return np.array([word for word in sorted(ranked, key=ranked.__getitem__) if _is_word(word)])

    @cached_property
    def _everywhere(self) -> npt.NDArray[np.float64]:
        return _cumulated(len(self.words))

    @cached_property
    def _within(self) -> npt.NDArray[np.float64]:
        return _cumulated(_TOPIC_WORDS)

    @cached_property
    def _topics(self) -> list[Words]:
        rng = np.random.default_rng([self._seed, 0])
        content = self.words[_COMMON:]
        return [rng.choice(content, _TOPIC_WORDS, replace=False) for _ in range(TOPICS)]

    def article(self, number: int) -> Made:
        """Make article `number`, from 0."""
        rng = np.random.default_rng([self._seed, 1, number])
        topic = int(rng.integers(TOPICS))
        date = _FIRST_DAY + dt.timedelta(days=int(rng.integers(_DAYS)))
        names = [self._name(rng) for _ in range(6)]
        facts = [self._fact(rng, topic, names) for _ in range(_FACTS)]
        size = _between(_log_normal(rng, _ARTICLE), _SHORTEST, _LONGEST)
        sentences = [fact.sentence for fact in facts]
        count = sum(len(sentence.split()) for sentence in sentences)
        while count < size:
            sentence = self._sentence(rng, topic, names)
            count += len(sentence.split())
            sentences.insert(int(rng.integers(len(sentences) + 1)), sentence)
        title = self._sentence(rng, topic, names, length=9).rstrip(".")
        day = f"{date.day} {date:%B %Y}"
        body = "\n\n".join(_paragraphs(rng, sentences))
        text = f"{title}\n\n{names[0].upper()}, {day} - {body}\n"
        return Made(number, topic, date, text, facts)

    def articles(self, passages: int) -> Iterator[Made]:
        """Make the articles, from the first, that give about so many passages."""
        words, number = 0, 0
        while words < passages * WORDS_PER_PASSAGE:
            made = self.article(number)
            words += len(made.text.split())
            number += 1
            yield made

    def write(self, folder: Path, passages: int) -> int:
        """Write articles for about so many passages; return how many articles."""
        count = 0
        for made in self.articles(passages):
            path = folder / made.path
            if count % _PER_FOLDER == 0:
                path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made.text, encoding="utf-8")
            count += 1
        return count

    def questions(self, articles: int, count: int, first: int = 0) -> list[str]:
        """Return `count` questions about the first so many articles; all differ.

        `first` leaves out as many of the questions, so that two calls share none.
        """
        order = np.random.default_rng([self._seed, 2]).permutation(articles * _FACTS)
        found = []
        for turn in range(first, first + count):
            place = int(order[turn % len(order)])
            fact = self.article(place % articles).facts[place // articles]
            rounds = turn // len(order)
            found.append(fact.question if not rounds else f"{fact.question} ({rounds + 1})")
        return found

    def _name(self, rng: np.random.Generator) -> str:
        first, second = (str(word) for word in rng.choice(self.words[_COMMON:], 2))
        return f"{first}{second}".title() if rng.random() < 0.5 else f"{first} {second}".title()  # noqa: PLR2004 -- a coin

    def _fact(self, rng: np.random.Generator, topic: int, names: Sequence[str]) -> Fact:
        who, where = (str(name) for name in rng.choice(names, 2, replace=False))
        what = str(rng.choice(self._topics[topic][:100]))
        did, do = _VERBS[int(rng.integers(len(_VERBS)))]
        many = int(rng.integers(12, 90_000))
        return Fact(
            f"{who} {did} {many:,} {what} in {where}.",
            f"How many {what} did {who} {do} in {where}?",
        )

    def _sentence(
        self, rng: np.random.Generator, topic: int, names: Sequence[str], length: int | None = None
    ) -> str:
        size = length or _between(_log_normal(rng, _SENTENCE), 4, 60)
        common = self.words[np.searchsorted(self._everywhere, rng.random(size))]
        own = self._topics[topic][np.searchsorted(self._within, rng.random(size))]
        words = [str(word) for word in np.where(rng.random(size) < _TOPIC_SHARE, own, common)]
        words[int(rng.integers(size))] = str(rng.choice(names))
        if rng.random() < 0.2:  # noqa: PLR2004 -- one sentence in five has a figure
            words[int(rng.integers(size))] = f"{int(rng.lognormal(6, 3)):,}"
        if size > 12:  # noqa: PLR2004 -- long enough for a clause
            words[size // 2] += ","
        text = " ".join(words).removesuffix(",")
        return f"{text[0].upper()}{text[1:]}."


def _is_word(piece: str) -> bool:
    return piece.isascii() and piece.isalpha() and len(piece) > 1


def _cumulated(size: int) -> npt.NDArray[np.float64]:
    weights = 1 / (np.arange(1, size + 1) + _MANDELBROT) ** ZIPF_EXPONENT
    sums: npt.NDArray[np.float64] = np.cumsum(weights / weights.sum())
    sums[-1] = 1.0
    return sums


def _log_normal(rng: np.random.Generator, shape: tuple[float, float]) -> int:
    median, sigma = shape
    return round(float(rng.lognormal(np.log(median), sigma)))


def _between(value: int, low: int, high: int) -> int:
    return max(low, min(high, value))


def _paragraphs(rng: np.random.Generator, sentences: Sequence[str]) -> Iterator[str]:
    at = 0
    while at < len(sentences):
        size = int(rng.integers(1, 5))
        yield " ".join(sentences[at : at + size])
        at += size
