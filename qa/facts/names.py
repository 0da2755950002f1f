"""Proper names: runs of capitalised words, and whether another text has them too."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa.facts.aliases import (
    ALIASES,
    GENERIC,
    LONGEST_ALIAS,
    PARTICLES,
    SEATS,
    TITLE_MODIFIERS,
    TITLES,
    variants,
)
from qa.facts.common import ordinary
from qa.facts.words import STOP_WORDS, Word, words
from qa.types import Span

_SENTENCE_START = re.compile(
    r"(?:^|[.!?:;…][\"'”’»)\]]*\s|\n|[“\"‘(\[«]|\s[-–—*•]\s|[a-z]—)\s*[\"'“‘(\[«]*$"
)
_GAP = re.compile(r"[ \u00a0-]|\n|\.\s| ?& ?|[/'’]")
_MOST_PARTICLES = 2
_NO_LINK = frozenset({"and", "the", "for"})
_TITLE_CASE = 0.75
"""Share of capitalised words above which capitals say nothing, as in a headline."""
_HEADLINE_WORDS = 4
_LOOK_BACK = 8
ACRONYM = re.compile(r"[A-Z][A-Za-z]?[A-Z]{1,4}s?")
_QUARTER = re.compile(r"Q[1-4]")
PLURAL_ACRONYM = re.compile(r"[A-Z][A-Za-z]?[A-Z]{1,4}s")
_PLACE_PREPOSITIONS = """
in at to from near of toward towards outside around into leaving visiting
"""
_LOCATIVE = frozenset(_PLACE_PREPOSITIONS.split())


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name: where it stands and its words' keys, titles and possessives left out.

    `weak` marks a single capitalised word at the start of a sentence: a name by its look only.
    `located` is True after a preposition of place ("in Moscow").
    """

    start: int
    end: int
    text: str
    keys: tuple[str, ...]
    weak: bool = False
    located: bool = False

    @property
    def span(self) -> Span:
        """Where the name stands."""
        return self.start, self.end

    @property
    def telling(self) -> tuple[str, ...]:
        """The keys that its short form would keep."""
        return tuple(k for k in self.keys if k not in GENERIC) or self.keys


def names(text: str, taken: Sequence[Span] = ()) -> list[Name]:
    """Find the names of `text` outside the spans `taken` (dates), in order.

    A text written like a headline has none: its capitals do not tell.
    """
    row = [w for w in words(text) if not any(a < w.end and w.start < b for a, b in taken)]
    lettered = [w for w in row if w.content and w.key.isalpha()]
    capital = sum(w.capital for w in lettered)
    if len(lettered) >= _HEADLINE_WORDS and capital > _TITLE_CASE * len(lettered):
        starters = {w.key for w in row if not w.capital}
        if not starters - STOP_WORDS or capital == len(lettered):
            return _headline_names(row)
    return [name for run in _runs(text, row) for name in _split(text, run, row)]


def _headline_names(row: list[Word]) -> list[Name]:
    """Of a headline take only what is no ordinary word."""
    return [
        Name(w.start, w.end, w.text, (w.key,))
        for w in row
        if w.capital and w.content and not ordinary(w.key) and w.key not in TITLES
    ]


def _runs(text: str, row: list[Word]) -> list[list[Word]]:
    """Collect capitalised words that stand together, particles between them included."""
    runs: list[list[Word]] = []
    current: list[Word] = []
    i = 0
    while i < len(row):
        word = row[i]
        if current and not _adjoins(text, current[-1], word):
            runs.append(current)
            current = []
        if word.capital:
            current.append(word)
        elif current:
            link = _link(text, row, i)
            if link:
                current.extend(link)
                i += len(link)
                continue
            runs.append(current)
            current = []
        i += 1
    return [*runs, current] if current else runs


def _link(text: str, row: list[Word], i: int) -> list[Word]:
    """Return the particles from word `i` on that lead to another capital, as in `Bay of the X`."""
    j = i
    while j < len(row) and j - i < _MOST_PARTICLES and row[j].text in PARTICLES:
        j += 1
    if j == i or j == len(row) or not row[j].capital or row[i].text in _NO_LINK:
        return []
    joined = all(_adjoins(text, a, b) for a, b in pairwise(row[i - 1 : j + 1]))
    return row[i:j] if joined else []


def _adjoins(text: str, left: Word, right: Word) -> bool:
    if left.text.endswith(("'s", "’s", "'", "’")):
        return False
    gap = text[left.end : right.start]
    if gap.startswith(".") and not (len(left.key) == 1 or left.key in TITLES):
        return False
    return _GAP.fullmatch(gap) is not None


def _split(text: str, run: list[Word], row: list[Word]) -> list[Name]:
    """Take titles and countries out of a run, and an ordinary first word of the sentence."""
    initial = (
        _SENTENCE_START.search(text, max(0, run[0].start - _LOOK_BACK), run[0].start) is not None
    )
    initial = initial or run[0].start == 0
    if initial and _drops(run, row):
        run = run[1:]
        initial = False
    while run and (run[0].text in PARTICLES or (run[0].key in STOP_WORDS and not run[0].content)):
        run = run[1:]
    parts: list[list[Word]] = [[]]
    for i, word in enumerate(run):
        following = run[i + 1].key if i + 1 < len(run) else ""
        modifier = word.key in TITLE_MODIFIERS and (
            following in TITLES or following in TITLE_MODIFIERS
        )
        country = (
            not parts[-1]
            and variants(word.key) & _COUNTRY_KEYS
            and (following in TITLES or following in TITLE_MODIFIERS)
        )
        if word.key in TITLES or modifier:
            parts.append([])
        elif country:
            parts[-1].append(word)
            parts.append([])
        else:
            parts[-1].append(word)
    made = (_name(text, part, row, weak=initial and len(run) == 1) for part in parts)
    return [name for name in made if name is not None]


def _drops(run: list[Word], row: list[Word]) -> bool:
    """Say whether the capital of a sentence's first word is only that."""
    first = run[0]
    if first.text.isupper() and len(first.key) > 1 and first.content:
        return False
    if not first.content:
        return True
    if len(run) > 1 and first.key in (TITLES | TITLE_MODIFIERS):
        return False
    lower = any(w.stem == first.stem and not w.capital for w in row)
    return lower or (not _place(first.key) and ordinary(first.key))


def _place(key: str) -> bool:
    """Tell whether a table has the word as a name: `Beijing` is one, whatever its ending."""
    return key in ALIASES or key in SEATS


def _name(text: str, part: list[Word], row: list[Word], *, weak: bool) -> Name | None:
    while part and (part[-1].text in PARTICLES):
        part = part[:-1]
    while part and (part[0].text in PARTICLES):
        part = part[1:]
    keys = tuple(
        w.key.removesuffix("s") if PLURAL_ACRONYM.fullmatch(w.text) else w.key
        for w in part
        if (w.content or (w.key == "i" and w is not part[0])) and not _QUARTER.fullmatch(w.text)
    )
    keys = () if keys == ("i",) else _collapsed(keys)
    if not keys or not any(w.capital for w in part):
        return None
    start, end = part[0].start, part[-1].end
    if text[start - 1 : start] == "°":
        return None
    before = [w for w in row if w.end <= start][-2:]
    located = any(w.key in _LOCATIVE for w in before)
    weak = weak and keys[0] not in ALIASES and keys[0] not in SEATS
    return Name(start, end, text[start:end], keys, weak=weak, located=located)


def _collapsed(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Put one key for the words of an alias: `united`, `states`, `navy` is `us`, `navy`."""
    for size in range(min(LONGEST_ALIAS, len(keys)), 1, -1):
        for i in range(len(keys) - size + 1):
            alias = ALIASES.get("-".join(keys[i : i + size]))
            if alias is not None:
                return (*_collapsed(keys[:i]), alias, *_collapsed(keys[i + size :]))
    return keys


_COUNTRY_KEYS = frozenset(ALIASES.values()) | frozenset(SEATS.values())
