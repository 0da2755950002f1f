"""Whether a sentence speaks of what a question wants measured: a price, a weight, a size.

"How much does the pump cost?" is not answered by how many pumps were sold, however near that is.
"""

import re
from dataclasses import dataclass

from qa.facts import facts
from qa.facts.units import UNITS
from qa.layout import marker
from qa.tables import is_row
from qa.types import Span

MASSES = frozenset(["kg", "g", "mg", "t", "lb", "oz", "pound"])
MONEY = frozenset(
    ["usd", "eur", "gbp", "pound", "jpy", "cny", "inr", "rub", "chf", "cad", "aud", "nzd", "cent"]
)
_LENGTHS = frozenset(["km", "m", "cm", "mm", "mi", "nmi", "ft", "in", "yd"])


@dataclass(frozen=True)
class _Measure:
    """A question that wants it, and the units and words of a sentence that may tell it."""

    asked: re.Pattern[str]
    units: frozenset[str]
    words: re.Pattern[str]


def _measure(asked: str, units: frozenset[str], words: str) -> _Measure:
    return _Measure(
        re.compile(rf"\b(?:{asked})\b", re.IGNORECASE),
        units,
        re.compile(rf"\b(?:{words})\b", re.IGNORECASE),
    )


_CLOCK = r"\d{1,2}[:.]\d\d|\d{1,2} ?[ap]\.?m|noon|midday|midnight|o['’]clock|\d{4} hours"
_MEASURES = (
    _measure(
        r"(?:what|which) (?:exact )?time(?= (?:are|can|did|do|does|is|was|were|will)\b)",
        frozenset(),
        _CLOCK,
    ),
    _measure(
        r"how much (?:do|does|did|is|was|will|would) .*\b(?:cost|charge[ds]?|donated?|earn(?:ed)?"
        r"|owed?|pay|paid)"
        r"|what (?:do|does|did|will|would) .*\bcost|how expensive|what (?:is|was) the price"
        r"|how much (?:is|was) (?:the (?:price|fee|fare)|an? (?:\w+ )?(?:ticket|fare))",
        MONEY,
        r"cost\w*|pric\w+|pa(?:y|ys|id|yable|yments?)|fees?|fares?|charg\w+|rents?|free|nothing"
        r"|worth|expens\w+|cheap\w*|budget\w*|money|spen[dt]\w*|bills?|sums?|bought|sold\b.*\bfor"
        r"|(?:m|b|tr)illions?|baht|crowns?|dinars?|dirhams?|drachmas?|ducats?|florins?|forints?"
        r"|francs?|guilders?|kron\w+|lir[ae]|marks|pence|pesos?|rand|reais|shekels?|shillings?|won"
        r"|zloty",
    ),
    _measure(
        r"how heavy|how much .*\bweigh(?:s|ed)?",
        MASSES,
        r"weigh\w*|heav(?:y|ier|iest)|light(?:er|est)?|mass",
    ),
    _measure(
        r"how (?:tall|deep|wide|thick)",
        _LENGTHS,
        r"(?:tall|high|deep|broad|thick)(?:er|est)?|wid(?:e|er|est|ths?)|heights?|depths?|thickness"
        r"|size|store?ys?|floors?|measur\w+|diameters?",
    ),
)

_HOW_MANY = re.compile(
    r"\bhow many (?:more )?(?P<unit>(?:(?:sq|square|cubic|nautical)[ -])?(?:\w+s|feet))\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
_FAMILIES = (
    _LENGTHS,
    frozenset(["km2", "m2", "mi2", "ft2", "ha", "acre"]),
    frozenset(["m3", "l", "ml", "gal", "bbl"]),
    MASSES,
    frozenset(["W", "kW", "MW", "GW"]),
)
"""Units of one quantity. Time is told in too many ways, money in others' currencies."""

_OF = re.compile(
    r"\b(?:(?P<height>altitude|elevation|height)|(?P<depth>depth)|(?P<width>breadth|width)"
    r"|(?P<length>distance|length)|(?P<weight>weight)|(?P<age>age)) of "
    r"(?:(?:about|almost|around|at least|just|nearly|over|some|up to|(?:more|less) than) )?$",
    re.IGNORECASE,
)
_BEING = re.compile(
    r"(?:[ -]?[^\W\d]+)?[ -](?:(?P<height>high|tall|above)|(?P<depth>deep|below)"
    r"|(?P<width>across|broad|wide)|(?P<length>away|from|long)|(?P<weight>heavy)"
    r"|(?P<age>old|of age))\b",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\bhow (?:(?P<height>high|tall)|(?P<depth>deep)|(?P<width>broad|wide)|(?P<length>far|long)"
    r"|(?P<weight>heavy)|(?P<age>old))\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\bhow (?:deep|far|fast|heavy|high|long|many|much|old|tall|wide)\b", re.IGNORECASE
)
_LABEL = re.compile(
    r"(?:#|\b(?:(?i:number|nos?\.|nr\.|chapter|page)"
    r"|Bus|Flight|Gate|Highway|Line|Platform|Room|Route))\s?$"
)
"""What stands before a number that counts nothing."""
_LASTING = re.compile(r"\b(?:after|during|for|in|over|within) (?:\w+ )?$", re.IGNORECASE)
_TIMES = frozenset(["day", "week", "month", "year", "decade"])


def measures_other(question: str, sentence: str, span: Span) -> bool:
    """Tell whether the number at `span` of a sentence is said to be another measure than asked for.

    "At an altitude of 1,340 metres" is no length, and "for 31 years" no age.
    """
    asked = _ASKED.search(question)
    own = [n for n in facts(sentence).numbers if span[0] <= n.start and n.end <= span[1]]
    if asked is None or len(own) != 1:
        return False
    of = _OF.search(sentence, 0, own[0].start)
    being = _BEING.match(sentence, own[0].end)
    told = of or being
    if told is not None:
        return told.lastgroup != asked.lastgroup
    lasting = own[0].unit in _TIMES and _LASTING.search(sentence, 0, own[0].start)
    return asked.lastgroup == "age" and bool(lasting)


def only_labels(sentence: str, span: Span) -> bool:
    """Tell whether all numbers in a span of a sentence tell one thing from another: "number 14"."""
    own = [n for n in facts(sentence).numbers if span[0] <= n.start and n.end <= span[1]]
    return bool(own) and all(_LABEL.search(sentence, 0, n.start) for n in own)


def speaks_of(question: str, sentence: str) -> bool:
    """Tell whether a sentence may tell what a question wants measured, by its units or its words.

    A row of a table may, and an item of a list: what they mean stands above them.
    """
    wanted = next((one for one in _MEASURES if one.asked.search(question)), None)
    if is_row(sentence) or marker(sentence):
        return True
    if _COUNTED.search(question) and only_labels(sentence, (0, len(sentence))):
        return False
    units = {number.unit for number in facts(sentence).numbers}
    family = _family(question)
    if family:
        return not family.isdisjoint(
            units | {UNITS.get(w.lower()) for w in _WORD.findall(sentence)}
        )
    if wanted is None:
        return True
    return not units.isdisjoint(wanted.units) or wanted.words.search(sentence) is not None


def _family(question: str) -> frozenset[str]:
    """Return the units that may tell how many there are of a unit: hectares, where acres are asked.

    Nothing for pounds, which are of two kinds.
    """
    asked = _HOW_MANY.search(question)
    unit = UNITS.get(asked["unit"].lower().replace(" ", "-")) if asked is not None else None
    known = (family for family in _FAMILIES if unit in family and unit != "pound")
    return next(known, frozenset())
