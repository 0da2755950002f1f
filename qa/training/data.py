"""Questions and passages to train and measure on, read from the reading data sets.

Everything is split by document: a title is in one part only. Parts are drawn by a digest of the
title, so that they stay the same whatever else changes.
"""

import hashlib
import json
import lzma
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qa.facts import terms
from qa.sentences import sentences
from qa.types import Passage, Span

SEED = 20
EVERY = 1_000_000
_UNTITLED = 0.3
_SENTENCE_TITLE = 0.4
_VARIANT = 0.2
_FEW_TERMS = 3
_LONG_WORD = 5

Record = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A question and the spans of `home`'s text that answer it, none when it does not.

    `answers` are the accepted wordings. `variant` says how the wording was changed, "" if not.
    """

    question: str
    home: str
    gold: tuple[Span, ...]
    answers: tuple[str, ...] = ()
    variant: str = ""


@dataclass(frozen=True)
class Group:
    """Passages, and the questions asked of them."""

    name: str
    passages: tuple[Passage, ...]
    asked: tuple[Asked, ...]


@dataclass(frozen=True)
class Part:
    """A share of the documents: those whose number lies in [low, high)."""

    low: float
    high: float

    def has(self, title: str) -> bool:
        """Tell whether a document is in this part."""
        return self.low <= part_of(title) < self.high


def part_of(text: str) -> float:
    """Return a number in [0, 1) that belongs to `text` alone."""
    digest = hashlib.sha256(f"{SEED}:{text}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def lines(path: Path) -> Iterator[Record]:
    """Yield the records of an xz-compressed JSONL file."""
    with lzma.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def squad(path: Path, part: Part, *, per_article: int = EVERY) -> list[Group]:
    """Return the articles of a SQuAD file in `part`, one group each."""
    found: dict[str, list[Record]] = {}
    for record in lines(path):
        if part.has(record["title"]):
            found.setdefault(record["title"], []).append(record)
    return [_article(title, records, per_article) for title, records in found.items()]


def _article(title: str, records: Sequence[Record], per_article: int) -> Group:
    rng = _rng(title)
    headline = _headline(title, records[0]["context"], rng)
    passages: list[Passage] = []
    asked: list[Asked] = []
    start = 0
    for number, record in enumerate(records):
        passage = _passage(f"{title}#{number}", title, headline, record["context"], start)
        passages.append(passage)
        start = passage.end + 2
        asked += [varied(a, rng) for a in _asked(record, passage.id)]
    rng.shuffle(asked)
    return Group(title, tuple(passages), tuple(asked[:per_article]))


def _headline(title: str, opening: str, rng: random.Random) -> str:
    """Give most articles another title than the encyclopedia's, which says what all is about.

    Files often have no title, or one that reads like a first sentence.
    """
    chance = rng.random()
    if chance < _UNTITLED:
        return ""
    if chance < _UNTITLED + _SENTENCE_TITLE:
        start, end = sentences(opening)[0]
        return opening[start:end]
    return title.replace("_", " ")


def _passage(key: str, article: str, title: str, text: str, start: int = 0) -> Passage:
    return Passage(
        id=key, article_id=article, title=title, text=text, start=start, end=start + len(text)
    )


def _asked(record: Record, home: str) -> Iterator[Asked]:
    for qa in record["qas"]:
        answers = tuple(dict.fromkeys(answer["text"] for answer in qa["answers"]))
        first = qa["answers"][:1] if not qa["impossible"] else []
        gold = tuple((a["start"], a["start"] + len(a["text"])) for a in first)
        question = " ".join(qa["question"].split())
        if question:
            yield Asked(question, home, gold, answers)


def varied(asked: Asked, rng: random.Random) -> Asked:
    """Word some questions as people type them: bare terms, no capitals, a slip of the finger."""
    chance = rng.random() / _VARIANT
    words = asked.question.rstrip("?").split()
    if chance < 1 / 3:
        bare = [word for word in words if terms(word)]
        if len(bare) >= _FEW_TERMS:
            return replace(asked, question=" ".join(bare).lower(), variant="terms")
    elif chance < 2 / 3:
        return replace(asked, question=" ".join(words).lower(), variant="lower case")
    elif chance < 1:
        long = [n for n, word in enumerate(words) if len(word) > _LONG_WORD and word.isalpha()]
        if long:
            at = rng.choice(long)
            cut = rng.randrange(1, len(words[at]) - 2)
            word = words[at]
            words[at] = word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :]
            return replace(asked, question=" ".join(words) + "?", variant="slip")
    return asked


def natural(path: Path, part: Part, *, limit: int) -> Group:
    """Return natural questions with their paragraphs, as one collection of many articles."""
    passages: list[Passage] = []
    asked: list[Asked] = []
    for record in lines(path):
        if not part.has(record["title"]) or len(passages) >= limit:
            continue
        text = detokenized(record["context"])
        key = f"{record['title']}#{len(passages)}"
        passages.append(_passage(key, key, record["title"], text))
        for qa in record["qas"]:
            answer = detokenized(qa["answers"][0]["text"])
            at = text.find(answer)
            if at >= 0:
                asked.append(Asked(qa["question"], key, ((at, at + len(answer)),), (answer,)))
    return Group("natural", tuple(passages), tuple(asked))


def clapnq(folder: Path, part: Part) -> Group:
    """Return CLAPNQ: questions that want several sentences, or that a passage fails to answer."""
    passages: list[Passage] = []
    asked: list[Asked] = []
    for name in ("answerable", "unanswerable"):
        for record in lines(folder / f"{name}.jsonl.xz"):
            source = record["passages"][0]
            if not part.has(source["title"]):
                continue
            text = detokenized(source["text"])
            passages.append(_passage(record["id"], record["id"], source["title"], text))
            wanted = [s for o in record["output"] for s in o["selected_sentences"]]
            found = ((text.find(s), len(s)) for s in map(detokenized, dict.fromkeys(wanted)))
            gold = tuple((at, at + length) for at, length in found if at >= 0)
            if gold or name == "unanswerable":
                asked.append(Asked(record["input"], record["id"], gold))
    return Group("clapnq", tuple(passages), tuple(asked))


_SPACED = (
    (re.compile(r" ([.,;:!?%)\]}])"), r"\1"),
    (re.compile(r"([(\[{$]) "), r"\1"),
    (re.compile(r" ('s|n't|'re|'ve|'ll|'d|'m)\b"), r"\1"),
    (re.compile(r" - "), "-"),
    (re.compile(r"`` ?| ?''"), '"'),
)


def detokenized(text: str) -> str:
    """Undo the spaces that a tokenizer put around punctuation."""
    for pattern, put in _SPACED:
        text = pattern.sub(put, text)
    return " ".join(text.split())


def _rng(name: str) -> random.Random:
    return random.Random(f"{SEED}:{name}")  # noqa: S311 -- a sample, not a secret
