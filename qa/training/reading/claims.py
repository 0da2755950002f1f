"""Claims with the text that supports them, or fails to.

Written ones: FEVER (Thorne et al. 2018), WiCE (Kamoi et al. 2023), SummEdits (Laban et al. 2023).
Long premises are cut to the sentences that share most words with the claim. A summary of several
sentences with one edit is taken sentence by sentence, where an unedited twin tells which it is.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from qa.facts import question_kind
from qa.overlap import words
from qa.sentences import sentences
from qa.training.data import Part, Record, detokenized, lines
from qa.training.reading.corruptions import KINDS, corrupted
from qa.training.reading.questions import Item
from qa.training.reading.rewording import reworded
from qa.training.reading.samples import Sample, budget, cut
from qa.types import Span

LONGEST = 560
"""Characters of evidence that a claim is held against at a time."""
_SHORTEST_SENTENCE, _LONGEST_SENTENCE = 45, 320
_ALONE = 0.35
"""Share of sentences that stand with no neighbours as evidence."""
_REWORDED = 0.3
"""Share of false sentences that are put in other words as well."""
_TEXT_CHANGED = 0.4
"""Share of changed sentences where the text was changed instead of, or as well as, the claim."""
_ROUNDS = 6
"""Times that each passage is used for a sentence at most."""
_DULLED = 0.2
"""What a word of the claim is worth that the chosen sentences have once already."""
_PREMISE = 200
"""Characters by which a document is known: the data sets do not name their documents."""


def evidence(claim: str, premise: str, size: float = LONGEST) -> str:
    """Return the sentences of `premise` that together have most words of `claim`, in their order.

    One at a time, that which adds most; a word counts the more the fewer sentences have it.
    """
    if len(premise) <= size:
        return premise
    spans = sentences(premise) or [(0, len(premise))]
    held = [words(premise[a:b]).known & words(claim).known for a, b in spans]
    counts = Counter(word for own in held for word in own)
    covered: Counter[str] = Counter()
    chosen: set[int] = set()
    length = 0
    left = set(range(len(spans)))
    while left:
        best = max(
            left, key=lambda n: (sum(_DULLED ** covered[w] / counts[w] for w in held[n]), -n)
        )
        left.discard(best)
        cost = min(spans[best][1] - spans[best][0], int(size))
        if not chosen or length + cost <= size:
            chosen.add(best)
            length += cost
            covered.update(held[best])
    parts = (spans[n] for n in sorted(chosen))
    return " ".join(premise[start : min(end, start + int(size))] for start, end in parts)


def fever(folder: Path, part: Part) -> Iterator[Sample]:
    """Yield FEVER claims, supported or refuted by their evidence."""
    for record in records_of(folder / "fever_train.jsonl.xz", part):
        text = evidence(record["claim"], readable(record["premise"]))
        yield Sample("fever", record["claim"], text, supported=bool(record["supported"]))


def wice(folder: Path, part: Part) -> Iterator[Sample]:
    """Yield WiCE claims; one supported in part only is not supported."""
    for record in records_of(folder / "wice_dev.jsonl.xz", part):
        text = evidence(record["claim"], record["premise"])
        yield Sample("wice", record["claim"], text, supported=bool(record["supported"]))


def summedits(folder: Path, part: Part) -> Iterator[Sample]:
    """Yield the sentences of summaries; of an edited one only those that no true one has."""
    records = sorted(records_of(folder / "summedits_not_news.jsonl.xz", part), key=_premise)
    for premise, group in groupby(records, key=_premise):
        for sentence, verdict in dict.fromkeys(_judged_sentences(list(group))):
            text = evidence(sentence, premise)
            yield Sample("summedits", sentence, text, supported=verdict)


def _judged_sentences(summaries: Sequence[Record]) -> Iterator[tuple[str, bool]]:
    """Yield the sentences of one document's summaries, and whether they are supported.

    Where several sentences of a summary are in no true one, nobody knows which was edited.
    """
    true = {s for r in summaries if r["supported"] for s in summary_sentences(r["claim"])}
    for record in summaries:
        verdict = bool(record["supported"])
        own = summary_sentences(record["claim"])
        fresh = own if verdict else [s for s in own if s not in true]
        if verdict or len(fresh) == 1:
            yield from ((sentence, verdict) for sentence in fresh)


def summary_sentences(summary: str) -> list[str]:
    """Return the sentences of a summary."""
    return [summary[a:b] for a, b in sentences(summary)] or [summary]


def _premise(record: Record) -> str:
    return str(record["premise"])


def document(record: Record) -> str:
    """Return what names the document of a claim."""
    return str(record["premise"][:_PREMISE])


def records_of(path: Path, part: Part) -> Iterator[Record]:
    """Yield the records whose document is in `part`."""
    return (record for record in lines(path) if part.has(document(record)))


_BRACKETS = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}"}


def readable(text: str) -> str:
    """Undo a tokenizer's spaces and its names for brackets."""
    text = detokenized(text)
    for mark, put in _BRACKETS.items():
        text = text.replace(mark, put)
    return text


def made(
    pool: Sequence[Item], rng: random.Random, *, true: float, kinds: Sequence[str] = KINDS
) -> Iterator[Sample]:
    """Yield sentences of passages, changed so that they stay true or become false.

    `true` is the share of the former. Each passage is used for one claim at a time, in turns.
    """
    passages = list(dict.fromkeys((item.article, item.text) for item in pool))
    others: dict[str, list[str]] = {}
    for article, text in passages:
        others.setdefault(article, []).append(text)
    for _ in range(_ROUNDS):
        rng.shuffle(passages)
        for article, text in passages:
            spans = [s for s in sentences(text) if _usable(s)]
            if not spans:
                continue
            span = rng.choice(spans)
            other = rng.choice(others[article])
            if rng.random() < true:
                yield _true(text, span, other, rng, kinds)
                continue
            sample = _false(text, span, other, rng, kinds)
            if sample is not None:
                yield sample


def _usable(span: Span) -> bool:
    return _SHORTEST_SENTENCE <= span[1] - span[0] <= _LONGEST_SENTENCE


def _surrounding(text: str, span: Span, rng: random.Random) -> str:
    if rng.random() < _ALONE:
        return text[slice(*span)]
    return cut(text, span, rng)[0]


def _true(text: str, span: Span, other: str, rng: random.Random, kinds: Sequence[str]) -> Sample:
    """Take a sentence of the text, which now and then both say falsely."""
    sentence = text[slice(*span)]
    if rng.random() < _TEXT_CHANGED:
        changed = _changed(sentence, text, other, rng, kinds)
        if changed is not None:
            sentence = changed[1]
            text, span = _with(text, span, sentence)
    claim, how = reworded(sentence, rng)
    return Sample(f"true: {how}", claim, _surrounding(text, span, rng), supported=True)


def _false(
    text: str, span: Span, other: str, rng: random.Random, kinds: Sequence[str]
) -> Sample | None:
    """Make a sentence false: in the claim, or else in the text, so that the claim reads well."""
    sentence = text[slice(*span)]
    changed = _changed(sentence, text, other, rng, kinds)
    if changed is None:
        return None
    kind, claim = changed
    if rng.random() < _TEXT_CHANGED:
        text, span = _with(text, span, claim)
        claim = sentence
    if rng.random() < _REWORDED:
        claim, _ = reworded(claim, rng)
    return Sample(f"false: {kind}", claim, _surrounding(text, span, rng), supported=False)


def _changed(
    sentence: str, text: str, other: str, rng: random.Random, kinds: Sequence[str]
) -> tuple[str, str] | None:
    for kind in rng.sample(list(kinds), len(kinds)):
        claim = corrupted(sentence, kind, text, other, rng)
        if claim is not None and claim.casefold() not in text.casefold():
            return kind, claim
    return None


def _with(text: str, span: Span, sentence: str) -> tuple[str, Span]:
    """Put `sentence` in the place of another."""
    start, end = span
    return text[:start] + sentence + text[end:], (start, start + len(sentence))


def replies(pool: Sequence[Item], rng: random.Random) -> Iterator[Sample]:
    """Yield a question and a reply as one claim: the right reply, or one to another question."""
    by_text: dict[str, list[Item]] = {}
    for item in pool:
        if item.answer:
            by_text.setdefault(item.text, []).append(item)
    order = [item for item in pool if item.answer]
    rng.shuffle(order)
    for item in order:
        assert item.answer is not None  # noqa: S101 -- chosen so above
        text = cut(item.text, item.answer, rng)[0]
        right = item.wording
        yield Sample("true: reply", f"{item.question} {right}", text, supported=True)
        kind = question_kind(item.question)
        wrong = [
            other.wording
            for other in by_text[item.text]
            if question_kind(other.question) == kind and _apart(other.wording, right)
        ]
        if wrong:
            claim = f"{item.question} {rng.choice(wrong)}"
            yield Sample("false: reply", claim, text, supported=False)


def _apart(one: str, other: str) -> bool:
    return words(one).known.isdisjoint(words(other).known) and one.casefold() != other.casefold()


def neighbours(pool: Sequence[Item], rng: random.Random) -> Iterator[Sample]:
    """Yield sentences held against the rest of their passage, which does not say them."""
    order = list(dict.fromkeys(item.text for item in pool))
    rng.shuffle(order)
    for text in order:
        own = [text[a:b] for a, b in sentences(text)]
        if len(own) > 1:
            at = rng.randrange(len(own))
            rest = " ".join(own[:at] + own[at + 1 :])
            shown = evidence(own[at], rest, budget(rng))
            yield Sample("false: neighbour", own[at], shown, supported=False)
