"""Numbers and their units: found in a text and brought to one form.

`4,500`, `4500` and `four thousand five hundred` are one value; so are `$4.5m` and
`4.5 million dollars`. Digits inside a model code (`F-16`, `COVID-19`) are part of a name.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from qa.facts.spelled import SCALES, spelled_at
from qa.facts.units import CURRENCY_SIGNS, UNITS
from qa.facts.words import words
from qa.types import Span

Bound = Literal["", "about", "min", "max"]

_GLYPHS = {
    "½": Fraction(1, 2),
    "¼": Fraction(1, 4),
    "¾": Fraction(3, 4),
    "⅓": Fraction(1, 3),
    "⅔": Fraction(2, 3),
}
_SHORT_SCALES = {
    "k": 10**3,
    "m": 10**6,
    "mn": 10**6,
    "mln": 10**6,
    "bn": 10**9,
    "b": 10**9,
    "tn": 10**12,
}
_NUMERAL = re.compile(
    r"(?P<digits>(?<![\d.])(?:\d{1,3}(?:[,\u202f\u2009]\d{3})+(?!\d)|\d+)(?:\.\d+)?)"
    r"(?P<glyph>[½¼¾⅓⅔])?|(?P<alone>[½¼¾⅓⅔])"
)
_MOST_DIGITS = 40
"""Longer strings of digits are no quantity, and would be slow to compute with."""
_SIGN = re.compile(
    r"(?P<minus>(?:^|(?<=[\s(:]))[-−])?(?P<money>(?<!\w)(?:US|C|A|NZ|HK)?\$|[€£¥₹])?[ \u00a0]?$"
)
_CODE = re.compile(
    r"(?<![\w$])(?:(?=[A-Za-z]{0,12}[A-Z])[A-Za-z]{1,24}[-\u2011]?\d[\w-]*|\d+[A-Z]\w*|\d+(?:\.\d+){2,})"
)
_QUARTER = re.compile(r"\bQ(?P<rank>[1-4])\b")
_TAIL = re.compile(
    r"(?P<rank>st|nd|rd|th)\b|(?P<slash>/(?P<below>\d{1,2})(?![\d/]))"
    r"|(?P<gap>[ \u00a0-]{0,2})(?P<unit>%|°[CF]?|[^\W\d_]+[²³23]?(?:/[a-z]+)?)"
    r"(?:[ \u00a0-](?P<second>[^\W\d_]+))?"
)
_SCALE_WORDS = {"hundred": 100, "dozen": 12, "mln": 10**6, "bn": 10**9, "tn": 10**12, **SCALES}
_SIGN_WIDTH = 6
"""Room for a minus, `US$` and a space before the digits."""
_LOOK_BACK = 28
"""Room for the longest phrase that bounds a number."""
_BEFORE: tuple[tuple[re.Pattern[str], Bound], ...] = (
    (
        re.compile(
            r"(?:\b(?:no|not) (?:fewer|less) than|\bat least|\bminimum of|\bupwards? of"
            r"|(?<!no )(?<!not )(?:\bmore than|\bgreater than)|\bover|\babove|\bexceed(?:s|ed|ing)?"
            r"|\bin excess of|>|≥)$"
        ),
        "min",
    ),
    (
        re.compile(
            r"(?:\b(?:no|not) more than|\bat most|\bmaximum of|\bup to|≤|<"
            r"|(?<!no )(?<!not )(?:\bfewer than|\bless than)|\bunder|\bbelow)$"
        ),
        "max",
    ),
    (
        re.compile(
            r"(?:\babout|\baround|\bapproximately|\broughly|\bsome|\bnearly|\balmost|\bclose to"
            r"|\bestimated(?: at)?|\bcirca|\bc\.|~|≈)$"
        ),
        "about",
    ),
)
_AFTER = re.compile(
    r"\s*(?:or|and) (?:(?P<more>more|above|over|older|higher)|(?:less|fewer|under|below))\b"
)
_RANGE = re.compile(r"\s?(?:(?P<dash>[-–—]|to)|and|or)\s?")
_WIDEST = 1000
"""A range from 4 to more than 1000 times 4 leaves out the `million` of its first number."""
_NOUN_WORDS = 3
_LOOK_AHEAD = 60
_BREAK = re.compile(r"[,.;:()–—\n\"”]")


@dataclass(frozen=True, slots=True)
class Number:
    """A value in a text; `start` and `end` span the number without its unit.

    `unit` is canonical (`km`, `%`, `usd`; "" when none is given), `nouns` the stems of the words
    counted ("2,000 Marines": `marin`). `ordinal` is True for a rank ("22nd"), `vague` for
    "thousands of", `soft` for words that are numbers only sometimes ("one", "second").
    """

    start: int
    end: int
    value: Fraction
    unit: str = ""
    bound: Bound = ""
    nouns: tuple[str, ...] = ()
    ordinal: bool = False
    vague: bool = False
    soft: bool = False

    @property
    def span(self) -> Span:
        """Where the number stands, its unit not counted."""
        return self.start, self.end


def codes(text: str) -> list[Span]:
    """Return the spans of words that mix letters and digits as a name does: `F-16`, `B52`."""
    found = []
    for match in _CODE.finditer(text):
        letters = match.group().lstrip("0123456789").lower()
        measured = match.group()[0].isdigit() and (letters in UNITS or letters in _SHORT_SCALES)
        if not measured and not _QUARTER.fullmatch(match.group()):
            found.append(match.span())
    return found


def numbers(text: str, taken: Sequence[Span] = ()) -> list[Number]:
    """Find the numbers of `text` outside the spans `taken` (dates), in order."""
    shut = [*taken, *codes(text)]
    found = [n for n in (*_numerals(text), *_words(text)) if not _inside(n.span, shut)]
    for match in _QUARTER.finditer(text):
        rank = Fraction(match["rank"])
        found.append(Number(*match.span(), rank, nouns=("quarter",), ordinal=True))
    found.sort(key=lambda n: n.span)
    return _ranges(text, [_with_bound(text, n) for n in found])


def _inside(span: Span, shut: Sequence[Span]) -> bool:
    return any(a < span[1] and span[0] < b for a, b in shut)


def _numerals(text: str) -> Iterator[Number]:
    for match in _NUMERAL.finditer(text):
        glyph = match["glyph"] or match["alone"]
        if len(match.group()) > _MOST_DIGITS:
            continue
        value = Fraction(re.sub(r"[,\u202f\u2009]", "", match["digits"] or "0"))
        value += _GLYPHS[glyph] if glyph else 0
        before = text[max(0, match.start() - _SIGN_WIDTH) : match.start()]
        sign = _SIGN.search(before)
        start, unit = match.start(), ""
        if sign is not None and (sign["minus"] or sign["money"]):
            start -= len(before) - sign.start()
            unit = CURRENCY_SIGNS.get(sign["money"] or "", "")
            value = -value if sign["minus"] else value
        yield _tail(text, Number(start, match.end(), value, unit))


def _words(text: str) -> Iterator[Number]:
    row = words(text)
    joined = [text[a.end : b.start] in {" ", "-", ", ", "\u00a0", "\n"} for a, b in pairwise(row)]
    joined.append(False)
    i = 0
    while i < len(row):
        read = spelled_at(row, i, joined) if row[i].key.isalpha() else None
        if read is None or row[i].start == row[i].end:
            i += 1
            continue
        number = Number(
            row[i].start, row[read.last - 1].end, read.value,
            ordinal=read.ordinal, vague=read.vague, soft=read.soft,
        )  # fmt: skip
        yield _tail(text, number)
        i = read.last


def _tail(text: str, number: Number) -> Number:
    """Read what follows a value: `th`, `/2`, `million`, a unit, the nouns it counts."""
    match = _TAIL.match(text, number.end)
    if match is None:
        return number
    if match["rank"]:
        number = replace(number, end=match.end(), ordinal=True)
        return replace(number, nouns=_nouns(text, number.end))
    if match["slash"]:
        below = int(match["below"])
        part = below > 1 and number.value < below
        return replace(number, end=match.end(), value=number.value / below) if part else number
    word, attached = match["unit"].lower(), match["gap"] == ""
    scale = _SCALE_WORDS.get(word, 0)
    if not scale and (number.unit or (attached and word != "m")):
        scale = _SHORT_SCALES.get(word, 0)
    if scale:
        return _tail(text, replace(number, value=number.value * scale, end=match.end("unit")))
    second = (match["second"] or "").lower()
    unit = UNITS.get(f"{word}-{second}") or UNITS.get(word, "")
    if (
        not attached
        and word in {"m", "g", "l", "h", "s", "in", "w", "t", "b", "k"}
        and match["unit"] != word
    ):
        unit = ""
    if number.vague or number.unit:
        unit = number.unit
    return replace(number, unit=unit, nouns=_nouns(text, number.end))


def _nouns(text: str, start: int) -> tuple[str, ...]:
    """Return the stems of the words that the number before `start` counts."""
    found: list[str] = []
    ahead = text[start : start + _LOOK_AHEAD]
    last = 0
    for word in words(ahead):
        stop = not word.content and word.key not in {"of", "the", "more"}
        if stop or len(found) == _NOUN_WORDS or _BREAK.search(ahead, last, word.start):
            break
        last = word.end
        if word.content:
            found.append(word.stem)
    return tuple(found)


def _with_bound(text: str, number: Number) -> Number:
    after = _AFTER.match(text, number.end)
    if after:
        return replace(number, bound="min" if after["more"] else "max")
    before = text[max(0, number.start - _LOOK_BACK) : number.start].rstrip().lower()
    before = before.removesuffix(" an").removesuffix(" a")
    for pattern, bound in _BEFORE:
        if pattern.search(before):
            return replace(number, bound=bound)
    return number


def _ranges(text: str, found: list[Number]) -> list[Number]:
    """Give the first number of `4–5 million` or `20 to 25 km` what only the last one says."""
    for i in range(len(found) - 2, -1, -1):
        low, high = found[i], found[i + 1]
        between = _RANGE.fullmatch(text, low.end, high.start)
        if between is None:
            continue
        spread = high.value / low.value if low.value else Fraction(0)
        if between["dash"] and low.value < _WIDEST < spread:
            scale = max((s for s in SCALES.values() if s <= high.value), default=1)
            low = replace(low, value=low.value * scale)
        found[i] = replace(low, unit=low.unit or high.unit, nouns=low.nouns or high.nouns)
    return found
