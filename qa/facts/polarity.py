"""Negations: where a text denies something, and what it denies.

A negation counts for the clause it stands in. What it bears on is taken to be the first words
with meaning after it, which is where English puts them ("did not *attend* the meeting").
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from qa.facts.words import Word, words
from qa.types import Span

_PSEUDO = re.compile(
    r"\b(?:not (?:only|just|merely|simply|solely|least|to mention|unlike|until|uncommon|without)"
    r"|(?:no|not) (?:less|fewer|more|later|earlier|sooner) than|no (?:doubt|wonder|matter|sooner)"
    r"|(?:or|if) not|nothing but|none other than|no\. ?\d|cannot help|not far from"
    r"|\w+n['’]t (?:only|just|merely|simply|solely|until))\b",
    re.IGNORECASE,
)
_LEXICAL = re.compile(
    r"\b(?P<deny>den(?:y|ies|ied|ying)|reject(?:s|ed|ing)?|refut(?:es?|ed|ing)"
    r"|disput(?:es?|ed|ing)"
    r"|dismiss(?:es|ed|ing)? (?=(?:the |these |those |such |any |all )?"
    r"(?:claim|report|allegation|accusation|suggestion|charge|idea|notion)s?\b))\b"
    r"|\b(?P<fail>fail(?:s|ed|ing|ure)? to|refus(?:es?|ed|ing|al) to|declin(?:es?|ed|ing) to"
    r"|unable to|unwilling to|unlikely|impossible|rather than|instead of"
    r"|lack(?:s|ed|ing)?|absence of|stopped short of|false(?:ly)?|untrue)\b",
    re.IGNORECASE,
)
_PLAIN_WORDS = """
not no never none neither nor nobody nothing nowhere cannot without hardly scarcely noone
"""
_PLAIN = frozenset(_PLAIN_WORDS.split())
_STOPPED = frozenset({"longer", "anymore"})
"""After "no" these are part of the negation."""
_IMPLICIT = re.compile(
    r"^(?:un|in|im|ir|il|non|dis|mis|anti)[a-z]{4,}|^(?:only|secret|false|illegal|absent|absence|"
    r"little|few|refuse\w*|reject\w*|deny|deni\w+|fail\w*|declin\w+|lack\w*|prevent\w*|"
    r"avoid\w*|forbid\w*|forbad\w*|"
    r"ban|banned|bar|barred|stop\w*|halt\w*|except\w*|rarely|seldom|oppos\w+|against|prohibit\w*|"
    r"exclud\w*|abandon\w*|cancel\w*|lost|lose|miss\w*|despite|although|though|until|but|however|less|"
    r"difficult|hard|unless|free|end\w*|ceas\w*|withdr\w+|zero|instead|contrary|too|still|yet|beyond)$"
)
_JOINING_WORDS = """
but because although though while whereas which who whom however if unless since so when as
and
"""
_BREAK_WORDS = frozenset(_JOINING_WORDS.split())
_BREAK_MARKS = re.compile(r"[;:—–()\n]|[.!?](?:\s|$|[\"”’])|,")
_FOCUS = 4


@dataclass(frozen=True, slots=True)
class Negation:
    """One negation: its span, the stems it bears on in order, and all the stems of its clause.

    `lexical` names the class of a negating verb or phrase; it is "" for `not`, `no`, `never`.
    """

    start: int
    end: int
    focus: tuple[str, ...]
    clause: frozenset[str]
    lexical: str = ""

    @property
    def span(self) -> Span:
        """Where the negating word stands."""
        return self.start, self.end

    @property
    def head(self) -> str:
        """The stem that is denied, "" when nothing follows in the clause."""
        return self.focus[0] if self.focus else ""


@dataclass(frozen=True, slots=True)
class Polarity:
    """The negations of a text and its clauses; `implicit` when it has words that may deny."""

    negations: tuple[Negation, ...]
    clauses: tuple[tuple[Span, frozenset[str]], ...]
    implicit: bool


@lru_cache(maxsize=2048)
def polarity(text: str) -> Polarity:
    """Find what `text` denies."""
    row = words(text)
    bounds = _clauses(text, row)
    clauses = tuple(
        (
            (row[a].start, row[b - 1].end),
            frozenset(w.stem for w in row[a:b] if w.content and w.key not in _PLAIN),
        )
        for a, b in bounds
    )
    cues = _cues(text, row)
    found = [_negation(row, cue, bounds, clauses) for cue in cues]
    implicit = any(_IMPLICIT.match(w.key) for w in row)
    return Polarity(tuple(found), clauses, implicit)


def _cues(text: str, row: Sequence[Word]) -> list[tuple[int, int, str]]:
    """Return first word, last-plus-one word and class of each negation."""
    pseudo = [match.span() for match in _PSEUDO.finditer(text)]
    lexical = {m.start(): m for m in _LEXICAL.finditer(text)}
    cues = []
    for i, word in enumerate(row):
        if any(a <= word.start < b for a, b in pseudo):
            continue
        match = lexical.get(word.start)
        if match is not None:
            last = next((j for j in range(i, len(row)) if row[j].end >= match.end()), i) + 1
            cues.append((i, last, match.lastgroup or ""))
        elif word.key in _PLAIN or word.key.endswith("n't"):
            longer = i + 1 < len(row) and row[i + 1].key in _STOPPED
            cues.append((i, i + 2 if longer else i + 1, ""))
    return cues


def _clauses(text: str, row: Sequence[Word]) -> list[tuple[int, int]]:
    breaks = (
        i
        for i in range(1, len(row))
        if row[i].text in _BREAK_WORDS or _BREAK_MARKS.search(text, row[i - 1].end, row[i].start)
    )
    return [(a, b) for a, b in pairwise([0, *breaks, len(row)]) if a < b]


def _negation(
    row: Sequence[Word],
    cue: tuple[int, int, str],
    bounds: list[tuple[int, int]],
    clauses: tuple[tuple[Span, frozenset[str]], ...],
) -> Negation:
    first, last, kind = cue
    n = next(n for n, (a, b) in enumerate(bounds) if a <= first < b)
    clause = set(clauses[n][1])
    rest = [w for w in row[last : bounds[n][1]] if w.content and w.key not in _PLAIN]
    if not rest and n + 1 < len(bounds) and not kind:
        a, b = bounds[n + 1]
        rest = [w for w in row[a:b] if w.content and w.key not in _PLAIN]
        clause |= clauses[n + 1][1]
    focus = tuple(w.stem for w in rest if not (w.key.endswith("ly") and len(w.key) > 4))[:_FOCUS]  # noqa: PLR2004 -- "fly"
    return Negation(row[first].start, row[last - 1].end, focus, frozenset(clause), kind)
