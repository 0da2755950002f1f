"""A value where it stands: its words, and the sentence around them."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from qa.facts import Facts, Name, facts
from qa.types import Span, Value

_FEW = 6
"""Words of a value that is shown as it stands."""


@dataclass(frozen=True, eq=False)
class Statement:
    """One article's value, ready to be compared; `span` is its place in the sentence `text`.

    Compared by identity, so that what is read out of one can be remembered.
    """

    value: Value
    text: str
    span: Span

    @classmethod
    def of(cls, value: Value) -> "Statement":
        """Place `value` in its sentence; where the sentence does not hold it, it stands alone."""
        start, end = (
            value.quote.start - value.sentence.start,
            value.quote.end - value.sentence.start,
        )
        if start < 0 or value.quote.end > value.sentence.end:
            return cls(value, value.quote.text, (0, len(value.quote.text)))
        return cls(value, value.sentence.text, (start, end))

    @property
    def words(self) -> str:
        """The value, verbatim."""
        return self.text[slice(*self.span)]

    @property
    def article(self) -> str:
        """The id of the article."""
        return self.value.quote.passage.article_id

    @property
    def published(self) -> dt.date | None:
        """The day of the article."""
        return self.value.quote.passage.date

    @property
    def long(self) -> bool:
        """True when the value is half a sentence rather than a few words."""
        return len(self.words.split()) > _FEW

    @property
    def before(self) -> str:
        """The sentence up to the value."""
        return self.text[: self.span[0]]

    @property
    def after(self) -> str:
        """The sentence behind the value."""
        return self.text[self.span[1] :]

    @property
    def facts(self) -> Facts:
        """The facts of the whole sentence."""
        return facts(self.text)

    @property
    def own(self) -> Facts:
        """The facts of the value's words alone."""
        return facts(self.words)

    @cached_property
    def around(self) -> Facts:
        """The facts of the passage and its article's title."""
        passage = self.value.quote.passage
        return facts(f"{passage.title}.\n{passage.text}")

    def holds(self, span: Span) -> bool:
        """Tell whether `span` of the sentence touches the value."""
        return span[0] < self.span[1] and self.span[0] < span[1]

    def is_place(self, name: Name) -> bool:
        """Tell whether a name of the sentence stands as a place: "in 1988, Pan Am" is none."""
        return name.located and "," not in self.text[max(0, name.start - 2) : name.start]

    def other_names(self) -> list[Name]:
        """Return the names of the sentence outside the value."""
        return [name for name in self.facts.names if not self.holds(name.span)]
