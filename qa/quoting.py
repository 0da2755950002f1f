"""Where the articles say what a model wrote: the smallest run of sentences that supports it.

A model names passages, never quotes. The sentences of those passages are tried first, one at a
time, then with what they refer to, then two and three in a row (`qa.runs`); then those of all other
passages, and what is found there is marked as re-attributed. Sentences are tried in the order of
the words that they share with the claim, so the model that judges support is asked a few times
only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.runs import fullest, runs
from qa.stretches import Run
from qa.types import Draft, Passage
from qa.verify import Check, Support, Verified, check, verify


@dataclass(frozen=True)
class Written:
    """A sentence as a model wrote it; `cited` are the passages it named, `others` the rest."""

    text: str
    cited: tuple[Passage, ...]
    others: tuple[Passage, ...]


def locate(written: Written, support: Support) -> Verified:
    """Find the quote for what was written, and say whether it supports it.

    Where no run does alone, the best ones of two cited passages are tried together: a sentence
    may draw on both. Without any support the verdict is that of the fullest run of all.
    """
    text = written.text
    known = (*written.cited, *written.others)
    least = fullest(text, known)
    found = _Search(text, support, known)
    own = found.through(written.cited, least)
    if own is not None:
        return own
    joint = _joint(written, support)
    if joint is not None and joint.verdict == "supported":
        return joint
    moved = found.through(written.others, least)
    if moved is not None:
        return replace(moved, reattributed=True)
    return found.failed()


class _Search:
    """The search for a quote for one claim; it remembers what comes nearest."""

    def __init__(self, claim: str, support: Support, known: Sequence[Passage]) -> None:
        self._claim = claim
        self._known = known
        self._support = support
        self._nearest: tuple[int, Check] | None = None
        self._tried: set[str] = set()

    def through(self, passages: Sequence[Passage], least: float) -> Verified | None:
        """Try the likeliest runs, short ones first; None when none supports the claim."""
        for run in runs(self._claim, passages, least=least, known=self._known):
            evidence = run.evidence
            if evidence in self._tried:
                continue
            self._tried.add(evidence)
            found = self._check(run, evidence)
            if found.verdict == "supported":
                return Verified(self._claim, "supported", found.score, "", run.quotes)
            if self._nearest is None or len(run.held) > self._nearest[0]:
                self._nearest = len(run.held), found
        return None

    def failed(self) -> Verified:
        """Return the verdict when nothing supports the claim: that of the fullest run."""
        if self._nearest is None:
            return Verified(self._claim, "unsupported", 0.0, "no article says it", ())
        found = self._nearest[1]
        return Verified(self._claim, found.verdict, found.score, found.reason, ())

    def _check(self, run: Run, evidence: str) -> Check:
        passage = run.passage
        around = f"{passage.title}\n{passage.text}"
        return check(self._claim, evidence, self._support, context=around, published=passage.date)


def _joint(written: Written, support: Support) -> Verified | None:
    """Check the best run of each of two cited passages together."""
    best = [next(runs(written.text, [passage]), None) for passage in written.cited]
    quotes = tuple(run.quotes[-1] for run in best if run is not None)
    if len(quotes) != 2 or len(written.cited) != 2:  # noqa: PLR2004 -- two, not many
        return None
    return verify(Draft(text=written.text, quotes=quotes), support)
