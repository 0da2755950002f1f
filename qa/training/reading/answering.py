"""The figures of answering: questions asked of whole passages, answered or refused."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from qa.crossencoder import Pair, Read
from qa.sentences import sentences
from qa.spans import best_spans
from qa.training.data import Part, detokenized, lines
from qa.training.reading.questions import Item
from qa.training.reading.samples import Sample
from qa.training.reading.scores import best_f1, exact
from qa.types import Span

_SILENT = -30.0
"""The margin of a text in which no span was found."""
_SHARED = 4
"""A sentence too long for the model is cut into pieces that share a fourth of their tokens."""


class Model(Protocol):
    """What is measured: `qa.crossencoder.CrossEncoder`, or a checkpoint in its place."""

    def read(self, pairs: Sequence[Pair]) -> list[Read]:
        """Read pairs of a query and a text."""

    def room(self, query: str) -> int:
        """Return how many tokens of text fit beside a query."""

    def places(self, text: str) -> Sequence[Span]:
        """Return the offsets of the tokens of a text."""


@dataclass(frozen=True)
class Asked:
    """A question, the passage it is asked of, and its accepted answers: none if it has none."""

    article: str
    question: str
    text: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What the model made of a question, when made to answer.

    `margin` is the best span's logit above that of no answer, `answerable` the head's logit, both
    of the window with the greatest margin. `span` is None where nothing could be cut out.
    """

    asked: Asked
    span: Span | None
    margin: float
    answerable: float

    @property
    def words(self) -> str:
        """The answer, verbatim from the passage."""
        return self.asked.text[slice(*self.span)] if self.span else ""

    @cached_property
    def f1(self) -> float:
        """The F1 of answering."""
        return best_f1(self.words, self.asked.answers)

    @cached_property
    def exact(self) -> float:
        """The exact match of answering."""
        return exact(self.words, self.asked.answers)


def windows(text: str, places: Sequence[Span], room: int) -> list[Span]:
    """Cut a text into stretches of whole sentences with at most `room` of its tokens.

    `places` are the offsets of the tokens. Where there is room, a stretch begins with the last
    sentence of the one before.
    """
    if len(places) <= room:
        return [(0, len(text))]
    starts = [start for start, _ in places]

    def tokens(begin: int, end: int) -> int:
        return bisect_left(starts, end) - bisect_left(starts, begin)

    spans = [s for span in sentences(text) for s in _pieces(span, places, room)]
    found: list[Span] = []
    first = 0
    while first < len(spans):
        last = first
        while last + 1 < len(spans) and tokens(spans[first][0], spans[last + 1][1]) <= room:
            last += 1
        found.append((spans[first][0], spans[last][1]))
        if last + 1 == len(spans):
            break
        shared = last > first and tokens(spans[last][0], spans[last + 1][1]) <= room
        first = last if shared else last + 1
    return found


def _pieces(span: Span, places: Sequence[Span], room: int) -> Iterator[Span]:
    """Yield a sentence, or stretches of it where it is too long."""
    own = [place for place in places if span[0] <= place[0] and place[1] <= span[1]]
    if len(own) <= room:
        yield span
        return
    step = max(1, room - room // _SHARED)
    for begin in range(0, len(own), step):
        piece = own[begin : begin + room]
        yield piece[0][0], piece[-1][1]
        if begin + room >= len(own):
            return


def ask(model: Model, asked: Sequence[Asked]) -> list[Outcome]:
    """Ask every question of its whole passage, window by window; the best margin counts."""
    known: dict[str, Sequence[Span]] = {}
    cuts: list[tuple[int, Span]] = []
    for n, a in enumerate(asked):
        if a.text not in known:
            known[a.text] = model.places(a.text)
        cuts += [(n, w) for w in windows(a.text, known[a.text], model.room(a.question))]
    reads = model.read([(asked[n].question, asked[n].text[slice(*w)]) for n, w in cuts])
    found: dict[int, Outcome] = {}
    for (n, window), read in zip(cuts, reads, strict=True):
        outcome = _outcome(asked[n], window, read)
        if n not in found or outcome.margin > found[n].margin:
            found[n] = outcome
    return [found[n] for n in range(len(asked))]


def _outcome(asked: Asked, window: Span, read: Read) -> Outcome:
    best = best_spans(read, asked.text[slice(*window)])
    if not best:
        return Outcome(asked, None, _SILENT, read.answerable)
    start, end = best[0].span
    span = window[0] + start, window[0] + end
    return Outcome(asked, span, best[0].margin, read.answerable)


def squad2(path: Path, part: Part) -> list[Asked]:
    """Return the questions of SQuAD 2.0 on the articles in `part`, with all accepted answers."""
    return [
        Asked(record["title"], qa["question"].strip(), record["context"], _accepted(qa))
        for record in lines(path)
        if part.has(record["title"])
        for qa in record["qas"]
    ]


def _accepted(qa: dict[str, object]) -> tuple[str, ...]:
    answers = qa["answers"]
    if qa["impossible"] or not isinstance(answers, list):
        return ()
    return tuple(dict.fromkeys(answer["text"] for answer in answers))


def clapnq(folder: Path) -> list[Asked]:
    """Return CLAPNQ's questions with their passages; the answers are whole sentences."""
    found = []
    for name in ("answerable", "unanswerable"):
        for record in lines(folder / f"{name}.jsonl.xz"):
            source = record["passages"][0]
            chosen = [s for o in record["output"] for s in o["selected_sentences"] or [o["answer"]]]
            wanted = tuple(dict.fromkeys(map(detokenized, chosen))) if name == "answerable" else ()
            found.append(
                Asked(source["title"], record["input"], detokenized(source["text"]), wanted)
            )
    return found


def of_items(items: Sequence[Item]) -> list[Asked]:
    """Return the questions of a training pool that have an answer."""
    return [Asked(i.article, i.question, i.text, (i.wording,)) for i in items if i.answer]


def of_samples(samples: Sequence[Sample]) -> list[Asked]:
    """Return samples made for training as questions; their kind stands for the article."""
    return [
        Asked(s.kind, s.query, s.text, (s.text[slice(*s.span)],) if s.span else ()) for s in samples
    ]
