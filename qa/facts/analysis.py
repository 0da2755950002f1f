"""All the facts of one text, found once and remembered."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

from qa.facts.dates import dates
from qa.facts.name_index import NameIndex
from qa.facts.names import Name, names
from qa.facts.numbers import Number, codes, numbers
from qa.facts.partial import Date
from qa.facts.polarity import Polarity, polarity
from qa.facts.roles import Role, roles
from qa.facts.units import CURRENCY_CODE
from qa.facts.words import Word, words


@dataclass(frozen=True)
class Facts:
    """What a text states that can be checked word for word: its hard facts, in order."""

    text: str
    dates: tuple[Date, ...]
    numbers: tuple[Number, ...]
    names: tuple[Name, ...]

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """The words of the text."""
        return words(self.text)

    @cached_property
    def index(self) -> NameIndex:
        """The names of the text, ready to be asked for."""
        return NameIndex(self.text, self.names)

    @cached_property
    def polarity(self) -> Polarity:
        """What the text denies."""
        return polarity(self.text)

    @cached_property
    def roles(self) -> tuple[Role, ...]:
        """Who does what, where word order tells."""
        return roles(self.text, self.names)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of the words that carry meaning."""
        return frozenset(word.stem for word in self.words if word.content)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The model codes in the text, as compared: `f16` for `F-16`."""
        return tuple(code_key(self.text[a:b]) for a, b in codes(self.text))


def code_key(text: str) -> str:
    """Bring the spellings of a model code together."""
    return text.replace("-", "").replace("\u2011", "").lower()


@lru_cache(maxsize=2048)
def facts(text: str) -> Facts:
    """Find the facts of `text`. The last two thousand texts are remembered."""
    found = tuple(dates(text))
    taken = [date.span for date in found]
    money = [match.span() for match in CURRENCY_CODE.finditer(text)]
    return Facts(text, found, tuple(numbers(text, taken)), tuple(names(text, [*taken, *money])))
