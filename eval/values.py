"""The numbers and dates that a text states, in digits or in words.

Kept apart from the product's own reading of facts on purpose: an evaluation that shared it would
share its mistakes.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

_DASHES = re.compile(r"[\u2010-\u2015\u2212/-]")
_POSSESSIVE = re.compile(r"(?<=\w)['\u2019]s\b")
_DROPPED = re.compile(r"(?<!\d)\.|\.(?!\d)|[^\w\s.]|_")
_CLAUSE_END = re.compile(r"[;:!?()]|[,.](?=\s|$)")
_ARTICLES = frozenset({"a", "an", "the"})

_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTHS = {
    short: number
    for number, name in enumerate(_MONTH_NAMES, start=1)
    for short in {name, name[:3], "sept" if name == "september" else name}
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_ISO = re.compile(r"\b(?P<y>\d{4})-(?P<m>\d{2})(?:-(?P<d>\d{2}))?\b")
_NAMED = re.compile(
    rf"\b(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+)?(?P<month>{_MONTH})\b\.?"
    r"(?:\s+(?P<d2>\d{1,2})(?:st|nd|rd|th)?\b(?!\s*:))?(?:,?\s+(?P<y>\d{4})\b)?",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(\d{4})\b")

_SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen"),
    *("seventeen", "eighteen", "nineteen"),
)
_UNITS = {word: float(value) for value, word in enumerate(_SMALL)}
_TENS = {
    word: value * 10.0
    for value, word in enumerate(
        ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), start=2
    )
}
_SCALES = {"dozen": 12.0, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SUFFIXES = {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "b": 1e9, "tn": 1e12}
_DIGITS = re.compile(r"([0-9]+(?:\.[0-9]+)?)([a-z]{0,2})")

PartialDate = tuple[int | None, int | None, int | None]
"""Year, month, day, as far as a text gives them."""


def words(text: str) -> list[str]:
    """Return the words of `text` for comparison.

    SQuAD's normalisation (Rajpurkar et al. 2016: lower case, no punctuation, no articles), and
    beyond it what keeps a right answer from being missed: accents dropped, dashes and slashes as
    spaces, possessive endings dropped, `%` as "percent", decimal points kept.
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    plain = _POSSESSIVE.sub("", plain)
    plain = _DASHES.sub(" ", plain).replace("%", " percent ").replace("per cent", "percent")
    return [word for word in _DROPPED.sub("", plain).split() if word not in _ARTICLES]


def numbers(text: str) -> Iterator[float]:
    """Yield every number that `text` states ("1.2 million", "forty-two"), without its sign."""
    for clause in _CLAUSE_END.split(text):
        tokens = words(clause)
        position = 0
        while position < len(tokens):
            value, after = _number_at(tokens, position)
            if value is not None:
                yield value
            position = max(after, position + 1)


def _number_at(tokens: Sequence[str], position: int) -> tuple[float | None, int]:
    """Read the number that starts at a token, and the position after it."""
    value, after = _below_thousand(tokens, position)
    scale = _SCALES.get(tokens[after]) if after < len(tokens) else None
    if scale is None:
        return value, after
    value = scale * (1.0 if value is None else value)  # "a million" has lost its article
    rest, end = _number_at(tokens, after + 1)
    if rest is not None and rest < scale and tokens[after + 1].isalpha():
        return value + rest, end
    return value, after + 1


def _below_thousand(tokens: Sequence[str], position: int) -> tuple[float | None, int]:
    """Read "three hundred and five", "hundred", "forty-two", or digits of any size."""
    value, after = _below_hundred(tokens, position)
    if list(tokens[after : after + 1]) != ["hundred"]:
        return value, after
    value, after = 100.0 * (1.0 if value is None else value), after + 1
    joint = after + (list(tokens[after : after + 1]) == ["and"])
    rest, end = _below_hundred(tokens, joint)
    return (value + rest, end) if rest is not None and rest < 100.0 else (value, after)  # noqa: PLR2004


def _below_hundred(tokens: Sequence[str], position: int) -> tuple[float | None, int]:
    """Read words below a hundred, or digits with a suffix perhaps ("1.8bn")."""
    token = tokens[position] if position < len(tokens) else ""
    digits = _DIGITS.fullmatch(token)
    if digits and (not digits[2] or digits[2] in _SUFFIXES):
        return float(digits[1]) * _SUFFIXES.get(digits[2], 1.0), position + 1
    if token in _UNITS:
        return _UNITS[token], position + 1
    if token not in _TENS:
        return None, position
    following = tokens[position + 1] if position + 1 < len(tokens) else ""
    if following in _SMALL[1:10]:
        return _TENS[token] + _UNITS[following], position + 2
    return _TENS[token], position + 1


def dates(text: str) -> Iterator[PartialDate]:
    """Yield every date that `text` states, with what it leaves out as None."""
    for found in _ISO.finditer(text):
        yield int(found["y"]), int(found["m"]), int(found["d"]) if found["d"] else None
    for found in _NAMED.finditer(text):
        year, day = found["y"], found["d1"] or found["d2"]
        month = _MONTHS[found["month"].lower()]
        yield int(year) if year else None, month, int(day) if day else None
    for found in _YEAR.finditer(text):
        yield int(found[1]), None, None


def contains(sequence: Sequence[str], part: Sequence[str]) -> bool:
    """Say whether the words `part` stand in `sequence`, together and in order."""
    size = len(part)
    starts = range(len(sequence) - size + 1)
    return size > 0 and any(list(sequence[i : i + size]) == list(part) for i in starts)
