"""Where the articles say what a model wrote: the smallest run of sentences that supports it.

A model names passages, never quotes. The sentences of those passages are tried first, one at a
time, then two and three in a row; then those of all other passages, and what is found there is
marked as re-attributed. Sentences are tried in the order of the words that they share with the
claim, so the model that judges support is asked only a few times.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from qa.answer import points_back
from qa.candidates import whole
from qa.overlap import words
from qa.sentences import sentences
from qa.types import Draft, Passage, Quote, Span
from qa.verify import Check, Support, Verified, check, verify

_TRIED = {1: 3, 2: 2, 3: 1}
"""Runs tried of each length, in the passages that were named and then in the others."""
_LONGEST = max(_TRIED)
_SHARE = 0.6
"""Of the claim's words that the fullest run has, a run needs this share to be tried: a quote with
fewer is about something else, and asking would only give the model a chance to err."""

_VERBS = r"(?:write|say|answer|reply|respond|output|print|repeat)"
_ORDER = re.compile(
    rf"^\W*(?:(?:please|now|then|instead|always|just|only|first|you (?:must|should|will)|and)\b"
    rf"[, ]*)*{_VERBS}\b(?=\W+(?:\w+\W+)?(?:that|only|exactly)\b|.{{0,40}}?[:\"“])"
    r"|\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|rules|prompts?|above)\b"
    r"|\b(?:language models?|ais?|chatbots?|assistants?|system prompt)\b.{0,20}"
    rf"\b(?:must|should|shall|has to|have to)\b.{{0,20}}\b{_VERBS}\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Written:
    """A sentence as a model wrote it; `cited` are the passages it named, `others` the rest."""

    text: str
    cited: tuple[Passage, ...]
    others: tuple[Passage, ...]


@dataclass(frozen=True)
class _Run:
    """Consecutive sentences of a passage; `held` are the stems of the claim that they have."""

    quote: Quote
    length: int
    held: frozenset[str]


def locate(written: Written, support: Support) -> Verified:
    """Find the quote for what was written, and say whether it supports it.

    Where no run does alone, the best ones of two cited passages are tried together: a sentence
    may draw on both. Without any support the verdict is that of the likeliest run.
    """
    found = _search(written.text, written.cited, support)
    if found is not None and found.verdict == "supported":
        return found
    joint = _joint(written, support)
    if joint is not None and joint.verdict == "supported":
        return joint
    moved = _search(written.text, written.others, support)
    if moved is not None and moved.verdict == "supported":
        return replace(moved, reattributed=True)
    return found or moved or Verified(written.text, "unsupported", 0.0, "no article says it", ())


def _search(claim: str, passages: Sequence[Passage], support: Support) -> Verified | None:
    """Try the likeliest runs, short ones first; None when no sentence shares a word."""
    first: Check | None = None
    for run in _candidates(claim, passages):
        passage = run.quote.passage
        found = check(claim, run.quote.text, support, context=passage.text, published=passage.date)
        if found.verdict == "supported":
            return Verified(claim, "supported", found.score, "", (run.quote,))
        first = first or found
    if first is None:
        return None
    return Verified(claim, first.verdict, first.score, first.reason, ())


def _joint(written: Written, support: Support) -> Verified | None:
    """Check the best run of each of two cited passages together."""
    best = [next(_candidates(written.text, [passage]), None) for passage in written.cited]
    quotes = tuple(run.quote for run in best if run is not None)
    if len(quotes) != 2 or len(written.cited) != 2:  # noqa: PLR2004 -- two, not many
        return None
    return verify(Draft(text=written.text, quotes=quotes), support)


def _candidates(claim: str, passages: Sequence[Passage]) -> Iterator[_Run]:
    """Yield the runs worth trying: by length, and by the words shared with the claim."""
    asked = words(claim).known
    found = _distinct(run for passage in passages for run in _worth(claim, asked, passage))
    least = _SHARE * max((len(run.held) for run in found), default=0)
    for length, most in _TRIED.items():
        fresh = [run for run in found if run.length == length and len(run.held) >= least]
        yield from sorted(fresh, key=lambda run: -len(run.held))[:most]


def _distinct(runs: Iterable[_Run]) -> list[_Run]:
    """Keep each stretch of an article once: passages overlap."""
    found: dict[tuple[str, int, int], _Run] = {}
    for run in runs:
        found.setdefault((run.quote.passage.article_id, run.quote.start, run.quote.end), run)
    return list(found.values())


def _worth(claim: str, asked: frozenset[str], passage: Passage) -> list[_Run]:
    """Return the runs that have more of the claim than each shorter one inside them."""
    runs = list(_runs(claim, asked, passage))
    return [run for run in runs if run.held and not any(_serves(other, run) for other in runs)]


def _serves(shorter: _Run, run: _Run) -> bool:
    """Tell whether a shorter run inside `run` has as much of the claim."""
    return (
        shorter.length < run.length
        and run.quote.start <= shorter.quote.start
        and shorter.quote.end <= run.quote.end
        and shorter.held >= run.held
    )


def _runs(claim: str, asked: frozenset[str], passage: Passage) -> Iterator[_Run]:
    """Yield the runs of quotable sentences of a passage.

    One that begins with a sentence that points back ("It …") takes along the sentence before:
    alone it would not show what is spoken of.
    """
    spans = _quotable(passage.text)
    stems = [words(passage.text[slice(*s)]).known & asked if s else frozenset() for s in spans]
    for at in range(len(spans)):
        begin = at
        while begin and at - begin < _LONGEST - 1 and _leans(claim, passage, spans, begin):
            begin -= 1
        for end in range(at, min(begin + _LONGEST, len(spans))):
            part = spans[begin : end + 1]
            if any(span is None for span in part):
                break
            if quote := _quote(passage, part):
                yield _Run(quote, len(part), frozenset().union(*stems[begin : end + 1]))


def _leans(claim: str, passage: Passage, spans: Sequence[Span | None], at: int) -> bool:
    own, before = spans[at], spans[at - 1]
    if own is None or before is None:
        return False
    return points_back(passage.text[slice(*own)], claim)


def _quote(passage: Passage, part: Sequence[Span | None]) -> Quote | None:
    first, last = part[0], part[-1]
    if first is None or last is None:
        return None
    return Quote(passage=passage, start=passage.start + first[0], end=passage.start + last[1])


@lru_cache(maxsize=4096)
def _quotable(text: str) -> tuple[Span | None, ...]:
    """Return the sentences of a passage, None in the place of those that are no evidence.

    Headings, questions and fragments are none. Nor is an order to write something, or what
    follows it in its paragraph: an article that tells a model what to say does not report it.
    """
    found: list[Span | None] = []
    ordered: int | None = None
    for start, end in sentences(text):
        sentence = text[start:end]
        if ordered is not None and "\n" in text[ordered:start]:
            ordered = None
        if ordered is not None or _ORDER.search(sentence):
            ordered = end
        found.append((start, end) if ordered is None and whole(sentence) else None)
    return tuple(found)
