"""Questions with an answer, and eight ways in which a text that may look right has none.

`removed`: the sentences with the answer were left out. `other passage`: the passage of the same
article that shares most words with the question. `swapped`: a name, number or date of the question
was exchanged for another of the passage. `turned`: a word was exchanged for its opposite, or a
negation put in. `borrowed`: a question about something else, with a name of this passage put in.
`altered`: the same, done to the text: the question stays as people wrote it. `stranger`: a passage
of another article. `written`: people wrote it for this passage, knowing that
it does not say (SQuAD 2.0, Rajpurkar et al. 2018).
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from qa.facts import facts
from qa.overlap import words
from qa.sentences import sentences
from qa.training.data import Record, detokenized
from qa.training.reading.samples import LEAST, Sample, budget, cut, window
from qa.types import Span

_OPPOSITES = """
first/last largest/smallest most/least before/after increase/decrease increased/decreased
north/south east/west northern/southern eastern/western won/lost win/lose begin/end began/ended
start/stop started/stopped above/below male/female high/low higher/lower highest/lowest more/fewer
with/without oldest/youngest older/younger early/late earliest/latest best/worst better/worse
many/few major/minor rich/poor old/new good/bad strong/weak strongest/weakest long/short
longest/shortest big/small bigger/smaller biggest/smallest larger/smaller public/private
positive/negative inside/outside former/current maximum/minimum upper/lower left/right
hot/cold young/old support/oppose supported/opposed accept/reject accepted/rejected
allow/forbid allowed/forbidden born/killed gain/lose gained/lost enter/leave entered/left open/close
opened/closed rise/fall rose/fell include/exclude included/excluded common/rare easy/difficult
always/never everyone/nobody all/none legal/illegal possible/impossible important/unimportant
known/unknown dependent/independent successful/unsuccessful male/female husband/wife father/mother
king/queen domestic/foreign internal/external urban/rural winter/summer day/night import/export
imported/exported buy/sell bought/sold
"""
OPPOSITE = {
    a: b for pair in _OPPOSITES.split() for a, b in (pair.split("/"), reversed(pair.split("/")))
}
_AUXILIARY = re.compile(r"\b(did|does|do|was|were|is|are|can|could|has|have|had|will|would)\b")
_WORD = re.compile(r"[A-Za-z]+")
_DIGITS = re.compile(r"\d+")
_ADJECTIVE = re.compile(r"(?:ian|ish|ese|can|ic|ch|ist)s?$")
_BARE, _LOWER = 0.2, 0.1
"""Shares of questions that lose their question mark, and their capitals."""
_NEGATED = 0.35
"""Share of questions with no word to exchange for its opposite that are negated instead."""
_MOST = 30
"""Passages of an article that are compared."""


@dataclass(frozen=True)
class Item:
    """A question, the text that it was written for, and its answer there."""

    source: str
    article: str
    question: str
    text: str
    answer: Span | None
    neighbours: Sequence[str] = field(repr=False)

    @property
    def wording(self) -> str:
        """The answer's words; "" when there is none."""
        return self.text[slice(*self.answer)] if self.answer else ""


def items(source: str, records: Sequence[Record]) -> list[Item]:
    """Turn records of the reading data into questions; `neighbours` are the article's texts."""
    tokenized = source == "natural"
    own = [detokenized(r["context"]) if tokenized else r["context"] for r in records]
    texts: dict[str, list[str]] = {}
    for record, text in zip(records, own, strict=True):
        texts.setdefault(record["title"], []).append(text)
    found = []
    for record, text in zip(records, own, strict=True):
        for qa in record["qas"]:
            question = " ".join(qa["question"].split())
            answer = None if qa["impossible"] else _answer(qa, text, tokenized=tokenized)
            if question and (answer or qa["impossible"]):
                title = record["title"]
                found.append(Item(source, title, question, text, answer, texts[title]))
    return found


def _answer(qa: Record, text: str, *, tokenized: bool) -> Span | None:
    given = qa["answers"][0]
    wording = detokenized(given["text"]) if tokenized else given["text"]
    start = text.find(wording) if tokenized else given["start"]
    return (start, start + len(wording)) if start >= 0 and wording else None


def answered(item: Item, rng: random.Random) -> Sample | None:
    """Take the question and a window of its passage that answers."""
    if item.answer is None:
        return None
    text, span = cut(item.text, item.answer, rng)
    query = typed(item.question, rng)
    return Sample("answered", query, text, span, answerable=True, relevant=True)


def written(item: Item, rng: random.Random) -> Sample | None:
    """Take a question that people wrote for a passage that does not answer it."""
    if item.answer is not None:
        return None
    text = nearest_window(item.question, item.text, rng)
    query = typed(item.question, rng)
    return Sample("written", query, text, answerable=False, relevant=True)


def removed(item: Item, rng: random.Random) -> Sample | None:
    """Take its own passage, the sentences with the answer left out."""
    wording = item.wording.casefold()
    if not wording:
        return None
    every = [item.text[a:b] for a, b in sentences(item.text)]
    kept = [sentence for sentence in every if wording not in sentence.casefold()]
    text = " ".join(kept)
    if len(text) < LEAST or len(kept) == len(every):
        return None
    text = nearest_window(item.question, text, rng)
    return Sample("removed", typed(item.question, rng), text, answerable=False)


def other_passage(item: Item, rng: random.Random) -> Sample | None:
    """Take another passage of the same article, the one with most words of the question."""
    wording = item.wording.casefold()
    left = [t for t in item.neighbours if t != item.text and wording not in t.casefold()]
    if not wording or not left:
        return None
    if len(left) > _MOST:
        left = rng.sample(left, _MOST)
    known = words(item.question).known
    text = max(left, key=lambda t: len(known & words(t).known))
    text = nearest_window(item.question, text, rng)
    if len(text) < LEAST:
        return None
    query = typed(item.question, rng)
    return Sample("other passage", query, text, answerable=False, relevant=False)


def swapped(item: Item, rng: random.Random) -> Sample | None:
    """Take its own passage; exchange a name, number or date of the question for one found there."""
    if item.answer is None:
        return None
    kinds = list(zip(_facts(item.question), _facts(item.text), strict=True))
    rng.shuffle(kinds)
    for mine, theirs in kinds:
        if not mine:
            continue
        start, end = rng.choice(mine)
        wordings = (item.text[a:b] for a, b in theirs)
        new = [w for w in wordings if _foreign(w.casefold(), item.question[start:end], item)]
        if new:
            question = item.question[:start] + rng.choice(new) + item.question[end:]
            return _unanswered("swapped", question, item, rng)
    return None


def _facts(text: str) -> tuple[list[Span], list[Span], list[Span]]:
    """Return where names, numbers and dates stand."""
    found = facts(text)
    return (
        [name.span for name in found.names if not name.weak],
        [(number.start, number.end) for number in found.numbers],
        [date.span for date in found.dates],
    )


def _foreign(wording: str, old: str, item: Item) -> bool:
    """Tell whether `wording` is neither `old`, nor in the question, nor the answer itself."""
    return (
        not _alike(wording, old.casefold())
        and wording not in item.question.casefold()
        and not _alike(wording, item.wording.casefold())
    )


def _alike(one: str, other: str) -> bool:
    return one in other or other in one


def altered(item: Item, rng: random.Random) -> Sample | None:
    """Exchange in the text what the question names, or a word of the answer's sentence.

    A name, number or date is exchanged wherever it stands, for one of the article's other passages;
    a word for its opposite.
    """
    if item.answer is None:
        return None
    text, answer = cut(item.text, item.answer, rng)
    asked = words(item.question).known
    ways = [_renamed, _opposed]
    for way in rng.sample(ways, len(ways)):
        made = way(item, text, answer, rng, asked=asked, wanted=True)
        if made is not None:
            return Sample("altered", typed(item.question, rng), made[0], answerable=False)
    return None


def disturbed(item: Item, rng: random.Random) -> Sample | None:
    """Exchange in the text a name, number or date that the question does not speak of."""
    if item.answer is None:
        return None
    text, answer = cut(item.text, item.answer, rng)
    asked = words(item.question).known
    made = _renamed(item, text, answer, rng, asked=asked, wanted=False)
    if made is None:
        return None
    query = typed(item.question, rng)
    return Sample("disturbed", query, made[0], made[1], answerable=True, relevant=True)


def _renamed(
    item: Item, text: str, answer: Span, rng: random.Random, *, asked: frozenset[str], wanted: bool
) -> tuple[str, Span] | None:
    """Exchange a fact of `text`, outside the answer, for another of its kind.

    `wanted`: whether its words are to be among those that are `asked` for, or none of them.
    """
    source = rng.choice(item.neighbours)
    wording = text[slice(*answer)]
    kinds = list(zip(_facts(text), _facts(source), strict=True))
    rng.shuffle(kinds)
    for mine, theirs in kinds:
        old = [w for w in (text[a:b] for a, b in mine) if _asked(w, asked) is wanted]
        old = [w for w in old if not _alike(w.casefold(), wording.casefold())]
        if not old:
            continue
        gone = rng.choice(old)
        new = [w for w in (source[a:b] for a, b in theirs) if _shape(w) == _shape(gone)]
        new = [w for w in new if words(w).known.isdisjoint(asked) and w not in text]
        if new:
            return _everywhere(text, answer, gone, rng.choice(new))
    return None


def _shape(wording: str) -> tuple[bool, int, bool, list[int]]:
    """Return what is alike in facts that may stand for each other: a year for a year."""
    numbers = [len(digits) for digits in _DIGITS.findall(wording)]
    return wording[:1].isupper(), len(wording.split()), bool(_ADJECTIVE.search(wording)), numbers


def _asked(wording: str, asked: frozenset[str]) -> bool | None:
    """Tell whether all (or none) of the words are asked for; None when only some are."""
    known = words(wording).known
    if not known:
        return None
    return True if known <= asked else False if known.isdisjoint(asked) else None


def _opposed(
    _item: Item, text: str, answer: Span, rng: random.Random, *, asked: frozenset[str], wanted: bool
) -> tuple[str, Span] | None:
    """Exchange a word of the answer's sentence for its opposite."""
    start, end = next((s for s in sentences(text) if s[0] <= answer[0] < s[1]), (0, len(text)))
    found = [
        m for m in _WORD.finditer(text, start, end)
        if m.group() in OPPOSITE and (m.end() <= answer[0] or m.start() >= answer[1])
        and _asked(m.group(), asked) is wanted
    ]  # fmt: skip
    if not found:
        return None
    match = rng.choice(found)
    made = text[: match.start()] + OPPOSITE[match.group()] + text[match.end() :]
    moved = len(made) - len(text) if match.start() < answer[0] else 0
    return made, (answer[0] + moved, answer[1] + moved)


def _everywhere(text: str, answer: Span, old: str, new: str) -> tuple[str, Span] | None:
    """Exchange `old` for `new` on both sides of the answer."""
    pattern = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)")
    before, wording = text[: answer[0]], text[slice(*answer)]
    before, after = (pattern.sub(lambda _: new, part) for part in (before, text[answer[1] :]))
    made = before + wording + after
    if made == text:
        return None
    return made, (len(before), len(before) + len(wording))


def turned(item: Item, rng: random.Random) -> Sample | None:
    """Take its own passage; exchange a word of the question for its opposite, or negate it."""
    if item.answer is None:
        return None
    found = [m for m in _WORD.finditer(item.question) if m.group() in OPPOSITE]
    if found:
        match = rng.choice(found)
        new = OPPOSITE[match.group()]
        question = item.question[: match.start()] + new + item.question[match.end() :]
        return _unanswered("turned", question, item, rng)
    auxiliaries = list(_AUXILIARY.finditer(item.question))
    if not auxiliaries or rng.random() >= _NEGATED:
        return None
    end = auxiliaries[0].end()
    put = rng.choice((" not", "n't", " never"))
    put = " not" if auxiliaries[0].group() in {"can", "will"} else put
    return _unanswered("turned", item.question[:end] + put + item.question[end:], item, rng)


def borrowed(item: Item, stranger: Item, rng: random.Random) -> Sample | None:
    """Take its passage, and the question of another article with a name of this passage put in."""
    if item.article == stranger.article:
        return None
    own, there = _facts(stranger.question)[0], _facts(item.text)[0]
    if not own or not there:
        return None
    (start, end), (a, b) = rng.choice(own), rng.choice(there)
    question = stranger.question[:start] + item.text[a:b] + stranger.question[end:]
    text, _ = cut(item.text, (a, b), rng)
    return Sample("borrowed", typed(question, rng), text, answerable=False)


def stranger(item: Item, other: Item, rng: random.Random) -> Sample | None:
    """Take a passage of another article altogether."""
    if item.article == other.article:
        return None
    text = nearest_window(item.question, other.text, rng)
    query = typed(item.question, rng)
    return Sample("stranger", query, text, answerable=False, relevant=False)


def _unanswered(kind: str, question: str, item: Item, rng: random.Random) -> Sample:
    """Ask of the window that held the answer: that is what misleads."""
    text, _ = cut(item.text, item.answer or (0, 1), rng)
    return Sample(kind, typed(question, rng), text, answerable=False)


def nearest_window(question: str, text: str, rng: random.Random) -> str:
    """Cut around the sentence that shares most words with the question."""
    known = words(question).known
    spans = sentences(text) or [(0, len(text))]
    best = max(spans, key=lambda s: len(known & words(text[s[0] : s[1]]).known))
    start, end = window(text, best, budget(rng), rng)
    return text[start:end]


def typed(question: str, rng: random.Random) -> str:
    """Leave out the question mark or the capitals now and then, as people do."""
    question = question.rstrip("?") if rng.random() < _BARE else question
    return question.lower() if rng.random() < _LOWER else question


_PLAIN = {
    "answered": answered,
    "written": written,
    "removed": removed,
    "other passage": other_passage,
    "swapped": swapped,
    "turned": turned,
    "altered": altered,
    "disturbed": disturbed,
}
_MIXED = {"borrowed": borrowed, "stranger": stranger}
UNANSWERED = (
    "written", "removed", "other passage", "swapped", "turned", "altered", "borrowed", "stranger"
)  # fmt: skip
"""The kinds whose text does not answer."""


def stream(
    pool: Sequence[Item], kind: str, rng: random.Random, strangers: Sequence[Item]
) -> Iterator[Sample]:
    """Yield samples of one kind from `pool`, each question once, in a drawn order."""
    order = list(pool)
    rng.shuffle(order)
    for item in order:
        if kind in _PLAIN:
            sample = _PLAIN[kind](item, rng)
        else:
            sample = _MIXED[kind](item, rng.choice(strangers), rng)
        if sample is not None:
            yield sample
