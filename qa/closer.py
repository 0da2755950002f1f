"""The best findings, read again with less around them.

How sure the reading model is of a span depends on what else it reads. The span's sentence by
itself, with its neighbours, and with what leads to it give other opinions, with errors of their
own, and together they tell more than any of them (views of one input, averaged: test-time
augmentation). The stretches are short, so that this costs a tenth of the first reading.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from qa.crossencoder import CrossEncoder, Pair, Read
from qa.sentences import sentences
from qa.signals import FAR, Finding, Pool
from qa.spans import best_spans, within
from qa.types import Span

_LEADING = 2
"""Sentences before the one of the finding that lead to it."""
_VIEWS: Mapping[str, tuple[int, int]] = {"alone": (0, 0), "among": (1, 1), "led": (_LEADING, 0)}
"""Sentences before and after, by the name of the view."""
_LED = 3
"""Sentences that are read with what leads to them."""


@dataclass(frozen=True)
class Opinion:
    """What the model says of a finding in a view: logits of its best span, and of an answer."""

    margin: float = FAR
    answerable: float = FAR


@dataclass(frozen=True)
class Closer:
    """`support` is the logit of "question and best span" as a claim; `views` are of that span.

    `led` has the opinions of findings with what leads to them, by their place in the pool.
    """

    support: float = FAR
    views: Mapping[str, Opinion] = field(default_factory=lambda: dict.fromkeys(_VIEWS, Opinion()))
    led: Mapping[int, Opinion] = field(default_factory=dict)

    @property
    def signals(self) -> dict[str, float]:
        """The signals of the best finding, by name."""
        found = {"support": self.support}
        for name, opinion in self.views.items():
            found |= {f"{name}_margin": opinion.margin, f"{name}_answerable": opinion.answerable}
        return found


@dataclass(frozen=True)
class _View:
    """A stretch of a passage, with the finding's own sentence in it; offsets in its text."""

    passage: int
    own: Span
    span: Span
    text: str


def look_closer(model: CrossEncoder, question: str, pool: Pool) -> Closer:
    """Read the best findings of a pool again."""
    if not pool.findings:
        return Closer()
    best = pool.findings[0]
    room = model.room(question)
    views = [_view(model, room, best, pool, *around) for around in _VIEWS.values()]
    led = list(_led(model, room, pool))
    claim: Pair = (f"{question} {best.text(pool.passages)}", best.window.text)
    pairs = [claim, *((question, view.text) for view in (*views, *led))]
    support, *reads = model.read(pairs)
    return Closer(
        support.supported,
        {name: _whole(read, view) for name, read, view in zip(_VIEWS, reads, views, strict=False)},
        dict(_of_findings(pool.findings, led, reads[len(views) :])),
    )


def _led(model: CrossEncoder, room: int, pool: Pool) -> Iterator[_View]:
    """Yield the views of the best findings' sentences, each sentence once."""
    seen: set[tuple[int, int]] = set()
    for finding in pool.findings:
        view = _view(model, room, finding, pool, _LEADING, 0)
        key = (finding.passage, view.own[0])
        if key not in seen:
            seen.add(key)
            yield view
        if len(seen) == _LED:
            return


def _view(
    model: CrossEncoder, room: int, finding: Finding, pool: Pool, before: int, after: int
) -> _View:
    """Return a finding's sentence with up to so many others around, as far as there is room."""
    text = pool.passages[finding.passage].text
    spans = sentences(text)
    start, end = finding.span
    own = [n for n, (a, b) in enumerate(spans) if a < end and start < b]
    if not own:
        return _View(finding.passage, finding.span, finding.span, text[start:end])
    first, last = max(0, own[0] - before), min(len(spans) - 1, own[-1] + after)
    while first < own[0] and len(model.places(text[spans[first][0] : spans[last][1]])) > room:
        first += 1
    span = (spans[first][0], spans[last][1])
    return _View(finding.passage, (spans[own[0]][0], spans[own[-1]][1]), span, text[slice(*span)])


def _whole(read: Read, view: _View) -> Opinion:
    spans = best_spans(read, view.text)
    return Opinion(spans[0].margin if spans else FAR, read.answerable)


def _of_findings(
    findings: Sequence[Finding], views: Sequence[_View], reads: Sequence[Read]
) -> Iterator[tuple[int, Opinion]]:
    for place, finding in enumerate(findings):
        for view, read in zip(views, reads, strict=True):
            start, end = finding.span
            if finding.passage == view.passage and view.own[0] <= start and end <= view.own[1]:
                margin = within(read, start - view.span[0], end - view.span[0])
                yield place, Opinion(max(FAR, margin), read.answerable)
                break
