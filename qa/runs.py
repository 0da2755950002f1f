"""The runs of sentences that may bear out a claim, the likeliest first.

One sentence alone, two or three in a row, and a sentence with the earlier one that says whom it
speaks of: "He signed it" with "Ana Reis came to Natal". What a sentence lacks may come from another
one only where the sentence refers to something it does not name; else any name of an article could
be put to any of its sentences.
"""

from collections.abc import Iterator, Sequence

from qa.anchors import anchored, around, refers
from qa.answer import points_back
from qa.facts import absent_names, facts
from qa.overlap import words
from qa.stretches import LONGEST, Run, alone, distinct, merged, quotable
from qa.types import Passage, Quote, Span

_TRIED = {1: 3, 2: 2, 3: 1}
"""Runs tried of each length, in the passages that were named and then in the others."""
_ANCHORED = 2
"""Sentences tried with an earlier one."""
_SHARE = 0.6
"""Of the claim's words that the fullest run has, a run needs this share to be tried: a quote with
fewer is about something else, and asking would only give the model a chance to err."""
_OF_ITS_OWN = 2
"""Words of a claim that a second sentence must add, beside a name, for the claim to join both."""


def runs(
    claim: str,
    passages: Sequence[Passage],
    *,
    least: float = 0.0,
    known: Sequence[Passage] = (),
) -> Iterator[Run]:
    """Yield the runs worth trying: by length, and by the words shared with the claim.

    None has fewer than `least` of the claim's words. Whom a sentence speaks of may also be told by
    the `known` passages.
    """
    asked = words(claim).known
    found = distinct(run for passage in passages for run in _worth(claim, asked, passage))
    least = max(least, _SHARE * max((len(run.held) for run in found), default=0))
    for length, most in _TRIED.items():
        fresh = [run for run in found if run.length == length and len(run.held) >= least]
        chosen = sorted(fresh, key=lambda run: -len(run.held))[:most]
        yield from chosen
        if length == LONGEST:
            sets = (collected(claim, asked, passage) for passage in passages)
            best = max((s for s in sets if s), key=lambda run: len(run.held), default=None)
            if best is not None and len(best.held) > max((len(r.held) for r in found), default=0):
                yield best
        if length == 1:
            pairs = [
                pair
                for pair in _anchored(claim, asked, passages, (*passages, *known))
                if len(pair.held) >= least
            ]
            yield from pairs[:_ANCHORED]


def fullest(claim: str, passages: Sequence[Passage]) -> float:
    """Return how many words of `claim` a sentence must have to be compared with the best ones."""
    asked = words(claim).known
    found = (run for passage in passages for run in alone(asked, passage))
    return _SHARE * max((len(run.held) for run in found), default=0)


def _anchored(
    claim: str, asked: frozenset[str], passages: Sequence[Passage], known: Sequence[Passage]
) -> Iterator[Run]:
    """Yield sentences with what they refer to, those with most of what is said of it first."""
    named = frozenset(stem for name in facts(claim).names for stem in words(name.text).known)
    single = distinct(run for passage in passages for run in alone(asked, passage))
    near = sorted((r for r in single if r.held - named), key=lambda r: -len(r.held - named))
    for run in near[: _TRIED[1]]:
        pair = anchored(claim, run, known)
        if pair is not None:
            yield pair


def collected(claim: str, asked: frozenset[str], passage: Passage) -> Run | None:
    """Take the fullest sentence of a passage with those that add most of the claim's other words.

    A claim may join what an article says in different places. None where one sentence has all.
    """
    left = list(alone(asked, passage))
    chosen: list[Run] = []
    held: frozenset[str] = frozenset()
    while left and len(chosen) < LONGEST:
        best = max(left, key=lambda run: len(run.held - held))
        if chosen and len(best.held - held) < _OF_ITS_OWN:
            break
        chosen.append(best)
        held |= best.held
        left.remove(best)
    if len(chosen) < 2:  # noqa: PLR2004 -- two sentences or more
        return None
    named = _stems_lacking(claim, chosen[0].quotes[0].text, passage)
    if named and len(held - chosen[0].held - named) < _OF_ITS_OWN:
        return None
    quotes = sorted((run.quotes[0] for run in chosen), key=lambda quote: quote.start)
    return Run(merged(quotes), len(quotes), held)


def _stems_lacking(claim: str, sentence: str, passage: Passage) -> frozenset[str]:
    """Return the stems of the claim's names that a sentence lacks."""
    lacking = absent_names(claim, sentence, around(passage))
    return frozenset(stem for name in lacking for stem in words(name.text).known)


def _worth(claim: str, asked: frozenset[str], passage: Passage) -> list[Run]:
    """Return the runs that have more of the claim than each shorter one inside them."""
    found = list(_runs(claim, asked, passage))
    return [run for run in found if run.held and not any(_serves(other, run) for other in found)]


def _serves(shorter: Run, run: Run) -> bool:
    """Tell whether a shorter run inside `run` has as much of the claim."""
    return (
        shorter.length < run.length
        and run.quotes[0].start <= shorter.quotes[0].start
        and shorter.quotes[0].end <= run.quotes[0].end
        and shorter.held >= run.held
    )


def _runs(claim: str, asked: frozenset[str], passage: Passage) -> Iterator[Run]:
    """Yield the runs of quotable sentences of a passage.

    One that begins with a sentence that points back ("It …") takes along the sentence before:
    alone it would not show what is spoken of.
    """
    spans = quotable(passage.text)
    stems = [words(passage.text[slice(*s)]).known & asked if s else frozenset() for s in spans]
    for at in range(len(spans)):
        begin = at
        while begin and at - begin < LONGEST - 1 and _leans(claim, passage, spans, begin):
            begin -= 1
        for end in range(at, min(begin + LONGEST, len(spans))):
            part = [span for span in spans[begin : end + 1] if span is not None]
            if len(part) < end + 1 - begin:
                break
            own = stems[begin : end + 1]
            if len(part) == 1 or _belong(claim, passage, part, own):
                quote = Quote(
                    passage=passage,
                    start=passage.start + part[0][0],
                    end=passage.start + part[-1][1],
                )
                yield Run((quote,), len(part), frozenset().union(*own))


def _belong(
    claim: str, passage: Passage, part: Sequence[Span], held: Sequence[frozenset[str]]
) -> bool:
    """Tell whether sentences in a row may bear out a claim together.

    The one that has most of the claim either lacks none of its names, or refers to something
    before it; or else the others must have more of the claim than names.
    """
    core = max(range(len(part)), key=lambda n: len(held[n]))
    sentence = passage.text[slice(*part[core])]
    named = _stems_lacking(claim, sentence, passage)
    if not named or (core and refers(sentence)):
        return True
    added = frozenset().union(*held) - held[core] - named
    return len(added) >= _OF_ITS_OWN


def _leans(claim: str, passage: Passage, spans: Sequence[Span | None], at: int) -> bool:
    own, before = spans[at], spans[at - 1]
    if own is None or before is None:
        return False
    return points_back(passage.text[slice(*own)], claim)
