"""Whether a sentence speaks of what a question wants measured: a price, a weight, a size.

"How much does the pump cost?" is not answered by how many pumps were sold, however near that is.
"""

import re
from dataclasses import dataclass

from qa.facts import facts
from qa.layout import marker
from qa.tables import is_row

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


_MEASURES = (
    _measure(
        r"how much (?:do|does|did|is|was|will|would) .*\b(?:cost|charge[ds]?|pay|paid)"
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


def speaks_of(question: str, sentence: str) -> bool:
    """Tell whether a sentence may tell what a question wants measured, by its units or its words.

    A row of a table may, and an item of a list: what they mean stands above them.
    """
    wanted = next((one for one in _MEASURES if one.asked.search(question)), None)
    if wanted is None or is_row(sentence) or marker(sentence):
        return True
    units = {number.unit for number in facts(sentence).numbers}
    return not units.isdisjoint(wanted.units) or wanted.words.search(sentence) is not None
