"""What tells an answer from a near miss: signals of the reading model and of the sentences.

No single one is enough. The margin of the best span over "no answer", the judgement of the whole
text, the support of "question + span" taken as a claim, whether the names, numbers and dates asked
for stand where the span was found, whether the span is of the kind that is asked for, agreement
between passages, and how the sentence reader ranks. Small networks, fitted on documents that no
model was trained on, turn them into probabilities.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from qa.candidates import Sentence
from qa.crossencoder import CrossEncoder, Read
from qa.facts import facts, fold, question_kind
from qa.language import foreign
from qa.overlap import Matrix, words
from qa.sentence_reader import Ranked
from qa.sentences import sentences
from qa.spans import Found, best_spans, within
from qa.types import Passage, Span

_FAR = -15.0
"""Stands for a logit that there is none of."""
_KINDS = ("person", "date", "place", "number", "reason", "list", "yesno")
_SPANS = 2
"""Spans that are looked at in a passage."""

WHOLE = 4
"""Passages that are read whole."""
NARROW = 64
"""Tokens that are read of the others."""

Signals = Mapping[str, float]


@dataclass(frozen=True)
class Window:
    """A stretch of a passage as it was read; `start` is its offset in the passage's text."""

    start: int
    text: str
    read: Read


@dataclass(frozen=True)
class Finding:
    """A span found in passage number `passage`; `span` and `window` hold offsets in its text."""

    passage: int
    span: Span
    found: Found
    window: Window

    def text(self, passages: Sequence[Passage]) -> str:
        """Return the span's words."""
        return passages[self.passage].text[slice(*self.span)]


@dataclass(frozen=True)
class Pool:
    """Passages as the reading model read them: per passage its windows, and the spans found."""

    passages: tuple[Passage, ...]
    windows: tuple[tuple[Window, ...], ...]
    findings: tuple[Finding, ...]

    def answerable(self, passage: int) -> float:
        """Return the logit of a passage answering the question."""
        return max((w.read.answerable for w in self.windows[passage]), default=_FAR)

    def relevant(self, passage: int) -> float:
        """Return the logit of a passage being about the question."""
        return max((w.read.relevant for w in self.windows[passage]), default=_FAR)


def read_pool(model: CrossEncoder, ranked: Ranked, passages: Sequence[Passage]) -> Pool:
    """Read the passages with the question: the most promising ones whole, of the rest a window.

    How promising a passage is, and which of its sentences the window is laid around, the sentence
    reader says. Reading costs time by the token, and this halves the tokens.
    """
    cuts = _cuts(model, ranked, passages)
    reads = model.read([(ranked.question, passages[n].text[slice(*cut)]) for n, cut in cuts])
    every: list[list[Window]] = [[] for _ in passages]
    findings: list[Finding] = []
    for (n, (start, end)), read in zip(cuts, reads, strict=True):
        window = Window(start, passages[n].text[start:end], read)
        every[n].append(window)
        for found in best_spans(read, window.text, _SPANS):
            span = (found.span[0] + start, found.span[1] + start)
            findings.append(Finding(n, span, found, window))
    findings.sort(key=lambda f: -f.found.margin)
    return Pool(tuple(passages), tuple(map(tuple, every)), tuple(findings))


def _cuts(
    model: CrossEncoder, ranked: Ranked, passages: Sequence[Passage]
) -> list[tuple[int, Span]]:
    """Return which stretches of which passages are read, the most promising first."""
    rows = ranked.overlap.sentences
    best: dict[int, int] = {}
    for at in np.argsort(-ranked.logits, kind="stable"):
        best.setdefault(rows[int(at)].passage, int(at))
    room = model.room(ranked.question)
    found: list[tuple[int, Span]] = []
    for place, (n, at) in enumerate(best.items()):
        text = passages[n].text
        if foreign(text) is not None:
            continue
        if place < WHOLE:
            found += [(n, cut) for cut in windows(model, text, room)]
        else:
            own = (rows[at].start - passages[n].start, rows[at].end - passages[n].start)
            found.append((n, _around(model, text, own, min(room, NARROW))))
    return found


def _around(model: CrossEncoder, text: str, own: Span, room: int) -> Span:
    """Return the sentence `own` with neighbours, earlier ones first, within `room` tokens."""
    starts = np.array([start for start, _ in model.places(text)])

    def size(first: int, last: int) -> int:
        return int(np.diff(np.searchsorted(starts, [first, last]))[0])

    spans = sentences(text)
    start, end = own
    before = [a for a, b in spans if b <= start]
    after = [b for a, b in spans if a >= end]
    while True:
        if before and size(before[-1], end) <= room:
            start = before.pop()
        elif after and size(start, after[0]) <= room:
            end = after.pop(0)
        else:
            break
    if size(start, end) > room:
        end = int(starts[min(int(np.searchsorted(starts, start)) + room, len(starts) - 1)])
    return start, end


def windows(model: CrossEncoder, text: str, room: int) -> list[Span]:
    """Cut a text into stretches of whole sentences of at most `room` tokens, overlapping by one.

    A sentence that is longer by itself is cut between words.
    """
    offsets = model.places(text)
    if len(offsets) <= room:
        return [(0, len(text))] if text.strip() else []
    starts = np.array([start for start, _ in offsets])
    pieces: list[Span] = []
    for start, end in sentences(text):
        first, last = np.searchsorted(starts, [start, end])
        for begin in range(int(first), int(last), room):
            stop = min(begin + room, int(last))
            pieces.append((offsets[begin][0], offsets[stop - 1][1]))
    found: list[Span] = []
    at = 0
    while at < len(pieces):
        last_piece = at
        while last_piece + 1 < len(pieces) and _size(starts, pieces, at, last_piece + 1) <= room:
            last_piece += 1
        found.append((pieces[at][0], pieces[last_piece][1]))
        if last_piece + 1 == len(pieces):
            break
        at = last_piece if last_piece > at else last_piece + 1
    return found


def _size(starts: Matrix, pieces: Sequence[Span], first: int, last: int) -> int:
    begin, end = np.searchsorted(starts, [pieces[first][0], pieces[last][1]])
    return int(end - begin)


def sentence_signals(ranked: Ranked, pool: Pool) -> dict[str, Matrix]:
    """Return the signals of every sentence of `ranked`, each an array of their number."""
    rows = ranked.overlap.sentences
    margins = np.array([_margin(pool, s) for s in rows], dtype=np.float32)
    answerable = np.array([pool.answerable(s.passage) for s in rows], dtype=np.float32)
    relevant = np.array([pool.relevant(s.passage) for s in rows], dtype=np.float32)
    shares = ranked.logits - ranked.logits.max()
    kind = question_kind(ranked.question)
    found = {
        "logit": ranked.logits,
        "logit_gap": shares,
        "margin": margins,
        "margin_gap": margins - margins.max(),
        "first": (margins == margins.max()).astype(np.float32),
        "answerable": answerable,
        "answerable_gap": answerable - answerable.max(),
        "relevant": relevant,
        "relevant_gap": relevant - relevant.max(),
        "judged": np.full(len(rows), ranked.judged),
        "fitting": ranked.columns["fitting"],
        "names": ranked.columns["names_passage"],
        "values": ranked.columns["values_passage"],
        **{f"asks_{name}": np.full(len(rows), float(kind == name)) for name in _KINDS},
    }
    return {name: np.asarray(column, dtype=np.float32) for name, column in found.items()}


def _margin(pool: Pool, sentence: Sentence) -> float:
    """Return the best margin of a span in `sentence`, in any passage that has all of it."""
    own = pool.passages[sentence.passage]
    best = _FAR
    for n, passage in enumerate(pool.passages):
        if passage.article_id != own.article_id:
            continue
        for window in pool.windows[n]:
            offset = passage.start + window.start
            if offset <= sentence.start and sentence.end <= offset + len(window.text):
                found = within(window.read, sentence.start - offset, sentence.end - offset)
                best = max(best, found)
    return best


def pool_signals(ranked: Ranked, pool: Pool, scores: Matrix, support: float) -> dict[str, float]:
    """Return the signals of the whole pool.

    `scores` are the logits of the sentences; `support` the logit of the best finding, as a claim.
    """
    best = pool.findings[0] if pool.findings else None
    at = sentence_of(best, pool, ranked.overlap.sentences) if best else None
    column = int(np.argmax(scores)) if at is None else at
    kind = question_kind(ranked.question)
    found: dict[str, float] = {
        "best": float(scores.max()),
        "judged": ranked.judged,
        "own_logit_gap": float(ranked.logits[column] - ranked.logits.max()),
        "own_score_gap": float(scores[column] - scores.max()),
        "relevant_max": max((pool.relevant(n) for n in range(len(pool.passages))), default=_FAR),
        "answerable_max": max(
            (pool.answerable(n) for n in range(len(pool.passages))), default=_FAR
        ),
        "quotable": float(at is not None),
        "support": support,
        **{f"asks_{name}": float(kind == name) for name in _KINDS},
        **{name: float(ranked.columns[name][column]) for name in _COLUMNS},
        **{name: float(ranked.pool[name]) for name in _POOLED},
        **_of_best(ranked.question, pool, best),
    }
    return found


_COLUMNS = (
    "fitting", "names_inside", "names_around", "names_passage", "values_inside", "values_passage",
    "near", "near_passage", "common_passage", "common_around", "both_passage", "missed_passage",
    "rare0_passage", "rare1_passage",
)  # fmt: skip
_POOLED = ("pool_common", "pool_local", "pool_missed", "pool_names", "pool_values")


_OF_BEST = (
    "margin", "margin_2", "share", "answerable", "relevant", "agreeing", "kind", "long",
)  # fmt: skip


def _of_best(question: str, pool: Pool, best: Finding | None) -> dict[str, float]:
    if best is None:
        return dict.fromkeys(_OF_BEST, 0.0) | {"margin": _FAR, "margin_2": _FAR}
    own = [f for f in pool.findings if f.passage != best.passage]
    text = best.text(pool.passages)
    alike = [f for f in own if f.found.margin > 0 and same_words(f.text(pool.passages), text)]
    return {
        "margin": best.found.margin,
        "margin_2": own[0].found.margin if own else _FAR,
        "share": best.found.log_share,
        "answerable": pool.answerable(best.passage),
        "relevant": pool.relevant(best.passage),
        "agreeing": float(min(len(alike), 3)),
        "kind": of_kind(question, text),
        "long": float(np.log1p(len(text.split()))),
    }


def same_words(one: str, other: str) -> bool:
    """Tell whether two answers are the same, or one holds the other's words."""
    first, second = words(one).known, words(other).known
    if not first or not second:
        return fold(one) == fold(other)
    return first <= second or second <= first


def of_kind(question: str, answer: str) -> float:
    """Return 1 when `answer` is of the kind asked for, 0 when not, 0.5 when nothing tells."""
    kind, said = question_kind(question), facts(answer)
    if kind == "number":
        return float(bool(said.numbers))
    if kind == "date":
        return float(bool(said.dates or said.numbers))
    if kind in {"person", "place"}:
        capital = any(word[:1].isupper() for word in answer.split())
        return float(capital and not said.dates)
    return 0.5


def sentence_of(finding: Finding | None, pool: Pool, rows: Sequence[Sentence]) -> int | None:
    """Return the index of the sentence that holds a finding, None when none may be quoted."""
    if finding is None:
        return None
    passage = pool.passages[finding.passage]
    start, end = finding.span[0] + passage.start, finding.span[1] + passage.start
    for n, row in enumerate(rows):
        same = pool.passages[row.passage].article_id == passage.article_id
        if same and row.whole and row.start <= start and end <= row.end:
            return n
    return None
