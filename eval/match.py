"""Whether a text states an accepted answer, however it is written."""

import re
from collections.abc import Sequence

from eval.gold import Accepted, DateAnswer, GoldQuestion, NumberAnswer, RegexAnswer
from eval.values import PartialDate, contains, dates, numbers, words

_ROUNDING = 1e-14
"""Relative slack for binary fractions, so that 0.1 equals 0.1."""


def states(text: str, accepted: Accepted) -> bool:
    """Say whether `text` states this accepted form of a fact.

    Words must stand in it together and in order, after `words` has normalised both sides. A
    number matches in digits or words; its sign is not read. A date matches when the text gives
    every part of it; only the year may be left out, because an article's own year often is.
    """
    match accepted:
        case NumberAnswer():
            wanted = abs(accepted.number)
            allowed = (accepted.tolerance + _ROUNDING) * wanted
            return any(abs(value - wanted) <= allowed for value in numbers(text))
        case DateAnswer():
            parts = tuple(int(part) for part in accepted.date.split("-"))
            return any(_same_date(found, parts) for found in dates(text))
        case RegexAnswer():
            return re.search(accepted.regex, text, re.IGNORECASE) is not None
        case _:
            return contains(words(text), words(accepted))


def stated_facts(text: str, gold: GoldQuestion) -> tuple[bool, ...]:
    """Say of each fact of a gold question whether `text` states one of its accepted forms."""
    return tuple(any(states(text, form) for form in fact) for fact in gold.facts)


def in_words(accepted: Sequence[Accepted]) -> tuple[str, ...]:
    """Return the accepted forms that are plain words: the references for exact match and F1."""
    return tuple(form for form in accepted if isinstance(form, str))


def _same_date(found: PartialDate, wanted: tuple[int, ...]) -> bool:
    without_year = found[0] is None and len(wanted) > 1
    return all(
        found[index] == part or (index == 0 and without_year) for index, part in enumerate(wanted)
    )
