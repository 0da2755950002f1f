"""The gate for opposites: "approved" where the quote has "rejected", "from A to B" turned round.

Two texts that say the same of the same things, in the same order, but for a word whose opposite the
other has, contradict each other. Words that turn a relation round ("sold", "bought") do so as well,
as long as the order is the same.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from qa.facts.analysis import Facts, facts
from qa.facts.mismatch import Mismatch
from qa.facts.words import Word, stem

_ROWS = """
approved adopted accepted endorsed ratified / rejected declined dismissed refused vetoed
allow allowed permit permitted authorised authorized / forbid forbidden prohibit prohibited banned
open opened opens opening / closed closes close shut
rise rises rose risen increase increased grew grows climbed soared gained raise raised raises boost
 boosts boosted / fall falls fell fallen decrease decreased dropped drops declined shrank reduce
 reduces reduced lowered lowers cut cuts
won win wins / lost lose loses
before / after
include includes included / exclude excludes excluded
optional voluntary / mandatory compulsory obligatory
north northern / south southern / east eastern / west western
left / right
support supports supported backed backs / oppose opposes opposed
first / last
maximum highest most / minimum lowest least
largest biggest / smallest
longest / shortest
oldest / youngest / newest
best / worst
male / female
men man / women woman
boys boy / girls girl
married / divorced
guilty / innocent
import imports imported / export exports exported
bought buy buys / sold sell sells
borrowed / lent
arrived arrives arrive / departed departs depart left leaves leave
joined joins / left leaves quit
above / below
inside / outside
public / private
summer / winter / spring / autumn
morning / evening / afternoon
started starts start began begins begin / ended ends end finished
hired / fired
granted / denied
confirmed confirms / denied denies cancelled
legal / illegal
safe / unsafe dangerous
upper / lower
senior / junior
positive / negative
succeeded succeeds / failed fails
strengthened strengthens / weakened weakens
majority / minority
always / never
domestic / foreign
convicted / acquitted
"""
_COVERED = 0.75
"""Share of the claim's other words that the quote must have."""
_HALF = 0.5
"""Share of the words of the quote's sentence that the claim must have."""
_FEWEST = 2
_END = re.compile(r"[.!?][\"'”’)]*\s+(?=[A-Z\"“‘(])|\n")
_LONGEST_END = 5
"""Words between "from" and "to"."""


@lru_cache(maxsize=1)
def _sides() -> dict[str, tuple[tuple[int, int], ...]]:
    """Return for each stem its rows, and on which side of each it stands."""
    found: dict[str, list[tuple[int, int]]] = {}
    for row, line in enumerate(re.sub(r"\n ", " ", _ROWS).strip().split("\n")):
        for side, known in enumerate(line.split("/")):
            for word in {stem(word) for word in known.split()}:
                found.setdefault(word, []).append((row, side))
    return {word: tuple(places) for word, places in found.items()}


def opposite_gate(claim: Facts, quote: Facts) -> Iterator[Mismatch]:
    """Ask that the quote does not say the opposite, and that ways are not turned round."""
    theirs = _by_row(quote)
    for row, sides in _by_row(claim).items():
        others = theirs.get(row, {})
        if len(sides) != 1 or not others or sides.keys() & others.keys():
            continue
        own, other = next(iter(sides.values())), next(iter(others.values()))
        if _alike(claim, _sentence(quote, other), row):
            reason = f"the quote has “{other.text}” where the claim has “{own.text}”"
            yield Mismatch("role", reason, contradicts=True)
            return
    if any((b, a) in _ways(quote) and a != b for a, b in _ways(claim)):
        yield Mismatch("role", "the quote has the way the other way round", contradicts=True)


def _by_row(text: Facts) -> dict[int, dict[int, Word]]:
    """Return the rows of which a text has words, with one word of each side."""
    found: dict[int, dict[int, Word]] = {}
    for word in text.words:
        for row, side in _sides().get(word.stem, ()):
            found.setdefault(row, {})[side] = word
    return found


def _is_of(word: Word, row: int) -> bool:
    return any(own == row for own, _ in _sides().get(word.stem, ()))


def _sentence(text: Facts, word: Word) -> Facts:
    """Return the facts of the sentence around a word."""
    ends = [match.end() for match in _END.finditer(text.text)]
    start = max((end for end in ends if end <= word.start), default=0)
    end = min((end for end in ends if end > word.start), default=len(text.text))
    return facts(text.text[start:end])


def _alike(claim: Facts, quote: Facts, row: int) -> bool:
    """Tell whether two texts say as often "not", and all else of the same things in one order."""
    if _denials(claim, row) % 2 != _denials(quote, row) % 2:
        return False
    mine = [w.stem for w in claim.words if w.content and not _is_of(w, row)]
    theirs = [w.stem for w in quote.words if w.content and not _is_of(w, row)]
    shared = [s for s in dict.fromkeys(mine) if s in theirs]
    fewest = 1 if set(mine) == set(theirs) else _FEWEST
    if len(shared) < max(fewest, _COVERED * len(set(mine)), _HALF * len(set(theirs))):
        return False
    places = [theirs.index(s) for s in shared]
    return places == sorted(places)


def _denials(text: Facts, row: int) -> int:
    """Count the negations that are none of the opposites themselves."""
    opposites = {word.start for word in text.words if _is_of(word, row)}
    return sum(negation.start not in opposites for negation in text.polarity.negations)


def _ways(text: Facts) -> set[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return what stands between "from" and "to", with as many words behind it."""
    row = text.words
    found = set()
    for at, word in enumerate(row):
        if word.key != "from":
            continue
        ends = range(at + 2, min(at + 2 + _LONGEST_END, len(row)))
        to = next((n for n in ends if row[n].key == "to"), None)
        if to is not None:
            start = row[at + 1 : to]
            found.add((_keys(start), _keys(row[to + 1 : to + 1 + len(start)])))
    return found


def _keys(row: tuple[Word, ...]) -> tuple[str, ...]:
    return tuple(word.key for word in row)
