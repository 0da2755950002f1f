"""Numbers written in words: `four thousand five hundred`, `twenty-two`, `a dozen`, `two-thirds`."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from qa.facts.words import Word

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_RANKS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
)
SMALL = {word: value for value, word in enumerate(_UNITS.split())}
TENS = {
    word: 10 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_RANK = {word: value for value, word in enumerate(_RANKS.split())} | {
    word[:-1] + "ieth": value for word, value in TENS.items()
}
_VAGUE = {
    "dozens": 12,
    "hundreds": 100,
    "thousands": 1000,
    "millions": 10**6,
    "billions": 10**9,
    "trillions": 10**12,
}
_PARTS = {"third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "eighth": 8, "tenth": 10}
_PARTS |= {part + "s": value for part, value in _PARTS.items()}
_GROUPS = {"dozen": 12, "hundred": 100, **SCALES}
_ONE_GROUP = frozenset({"a", "half", "per", "the"})
_SOFT = frozenset({1, 2})
"""`first` and `second` have other uses than to rank."""
_VAGUE_COUNT = frozenset({"several", "few", "many"})


@dataclass(frozen=True, slots=True)
class Spelled:
    """A number in words: the indices of its first and last-plus-one word, and its value."""

    first: int
    last: int
    value: Fraction
    ordinal: bool = False
    vague: bool = False
    soft: bool = False


def spelled_at(words: Sequence[Word], i: int, joined: Sequence[bool]) -> Spelled | None:
    """Read the number in words that begins at word `i`, if one does.

    `joined[j]` is True when only a space, a hyphen or a comma stands between the words `j` and
    `j + 1`.
    """
    word = words[i].key
    if word in SMALL or word in TENS:
        return _part(words, i, joined) or _cardinal(words, i, joined)
    if word in _VAGUE:
        return Spelled(i, i + 1, Fraction(_VAGUE[word]), vague=True)
    if word == "half":
        return Spelled(i, i + 1, Fraction(1, 2), soft=True)
    if word in _RANK:
        return Spelled(i, i + 1, Fraction(_RANK[word]), ordinal=True, soft=_RANK[word] in _SOFT)
    before = words[i - 1].key if i and joined[i - 1] else ""
    if word in _GROUPS and before in _ONE_GROUP | _VAGUE_COUNT:
        return Spelled(i, i + 1, Fraction(_GROUPS[word]), vague=before in _VAGUE_COUNT)
    return None


def _part(words: Sequence[Word], i: int, joined: Sequence[bool]) -> Spelled | None:
    """Read `two-thirds`, `three quarters`, `one third`."""
    if i + 1 >= len(words) or not joined[i] or words[i + 1].key not in _PARTS:
        return None
    above, below = SMALL.get(words[i].key, 0), _PARTS[words[i + 1].key]
    plural = words[i + 1].key.endswith("s")
    if not 0 < above < below or plural != (above > 1):
        return None
    return Spelled(i, i + 2, Fraction(above, below))


def _cardinal(words: Sequence[Word], i: int, joined: Sequence[bool]) -> Spelled:
    """Read as many words as make one number; `two three` are two numbers."""
    total = group = 0
    room = 10**15
    ordinal = False
    j = i
    while j < len(words) and (j == i or joined[j - 1]) and not ordinal:
        word = words[j].key
        small = SMALL.get(word, TENS.get(word, 0))
        if not small and group >= min(TENS.values()):
            small = _RANK.get(word, 0)  # twenty-first
        if (small and small < _room(group)) or (j == i and word in SMALL):
            group += small
            ordinal = word in _RANK
        elif word == "hundred" and 0 < group < 100:  # noqa: PLR2004 -- no "hundred hundred"
            group *= 100
        elif word == "dozen" and j == i + 1:
            group *= 12
        elif word in SCALES and group and SCALES[word] < room:
            room = SCALES[word]
            total, group = total + group * room, 0
        elif not (word == "and" and _goes_on(words, j, joined, group or total)):
            break
        j += 1
    if words[j - 1].key == "and":
        j -= 1
    soft = j == i + 1 and words[i].key == "one"
    return Spelled(i, j, Fraction(total + group), ordinal=ordinal, soft=soft)


def _room(group: int) -> int:
    """Return below which value a word may be added: 100 to 300, 10 to 320, none to 325."""
    if group % 100 == 0:
        return 100
    return 10 if group % 10 == 0 and group % 100 >= 20 else 0  # noqa: PLR2004 -- from twenty


def _goes_on(words: Sequence[Word], j: int, joined: Sequence[bool], value: int) -> bool:
    """Tell the `and` of `one hundred and five` from that of `two and three`."""
    after = words[j + 1].key if j + 1 < len(words) and joined[j] else ""
    return bool(value) and value % 100 == 0 and (after in SMALL or after in TENS)
