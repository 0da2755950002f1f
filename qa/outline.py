"""What of the values that were read goes into an answer: which sides are heard, and in few words.

Where articles disagree, or agree, each value's sentences are put together as one side; the answer
gives every side a claim. The short answer is the best value that a footnote of the answer holds.
"""

import re
from collections.abc import Callable, Sequence

from qa.answer import is_broad
from qa.columns import in_asked_column
from qa.conflicts import Comparison, worded
from qa.facts import facts, question_kind
from qa.lists import list_around
from qa.types import Quote, Value

SURE = 0.2
"""Probability from which a value is shown as the short answer.

It reckons with questions that have no answer. On answered questions of articles not trained on, a
value from here on has a mean F1 of .7, one between .12 and .2 of .3.
"""
SURE_IF_BROAD = 0.35
"""The same where the question could want more than one value; there the mean F1 is .86."""
_LONGEST = 120
"""Characters of a short answer; what is longer is no short one."""
_SEVERAL = re.compile(r"\w, |\b(?:and|or)\b")
"""What a value has that names more than one thing."""
_EMPTY = re.compile(
    r"(?:not|it|he|she|they|we|you|this|that|these|those|the|an?|and|or|of|in|to|is|was|are|were)",
    re.IGNORECASE,
)
"""Words that are no answer alone."""
_COUNTED = re.compile(r"\bhow (?:many|much|old|tall|high|heavy|wide|deep|fast)\b", re.IGNORECASE)
_UNCOUNTED = re.compile(
    r"\b(?:no|none|nobody|nothing|half|all|both|several|few|many|most|free|nil|dozens?|pairs?|twins"
    r"|once|twice|double|triple|single|only|about|enough|less|more)\b",
    re.IGNORECASE,
)
"""Words that tell how many or how much without a number."""
_PAIRS = (('"', '"'), ("“", "”"), ("‘", "’"), ("«", "»"), ("(", ")"))

Citing = Callable[[Value], Sequence[int]]
"""The numbers of the citations whose quote holds a value's words."""


def sides(compared: Comparison) -> tuple[tuple[Quote, ...], ...]:
    """Return the sentences of every value that must be heard, those of one value together."""
    if compared.relation == "none":
        return ()
    return tuple(tuple(value.sentence for value in group.values) for group in compared.groups)


def unheard(compared: Comparison, citing: Citing) -> tuple[tuple[Quote, ...], ...]:
    """Return the sides of a disagreement that no footnote of the answer holds."""
    if compared.relation not in {"conflict", "development"}:
        return ()
    return tuple(
        tuple(value.sentence for value in group.values)
        for group in compared.groups
        if not any(citing(value) for value in group.values)
    )


def short_answer(
    question: str, values: Sequence[Value], compared: Comparison, citing: Citing
) -> str | None:
    """Return the answer in few words, None where it takes more, or where articles disagree.

    Of a development it is the latest value.
    """
    if compared.relation == "conflict" or question_kind(question) == "reason":
        return None
    if compared.relation == "development":
        latest = compared.groups[-1]
        return latest.label if any(citing(value) for value in latest.values) else None
    best = next((v for v in values if v.score >= SURE and citing(v)), None)
    if best is None or len(best.quote.text) > _LONGEST or _EMPTY.fullmatch(best.quote.text):
        return None
    if _of_another_kind(question, best.quote.text) or (is_broad(question) and _in_list(best.quote)):
        return None
    several = question_kind(question) == "list" or _SEVERAL.search(best.quote.text)
    if is_broad(question) and not several and best.score < SURE_IF_BROAD:
        return None
    asked = in_asked_column(question, best.quote)
    return _closed(worded(question, best) if asked == best.quote.text else asked)


def _of_another_kind(question: str, words: str) -> bool:
    """Tell whether a value cannot be what is asked for: no number, or nothing but one."""
    found = facts(words)
    if _COUNTED.search(question):
        return not (found.numbers or found.dates or _UNCOUNTED.search(words))
    if question_kind(question) not in {"person", "place"}:
        return False
    spans = [fact.span for row in (found.numbers, found.dates) for fact in row]
    named = [w for w in found.words if not any(a <= w.start < b for a, b in spans)]
    return bool(spans) and not any(w.content for w in named)


def _in_list(value: Quote) -> bool:
    """Tell whether a value is one of several in a list, of which all are asked for."""
    at = value.passage.start
    return list_around(value.passage.text, value.start - at, value.end - at) is not None


def _closed(text: str) -> str:
    """Drop a quotation mark at either end that has no partner."""
    for opening, closing in _PAIRS:
        if text.startswith(opening) and closing not in text[1:]:
            text = text[1:]
        if text.endswith(closing) and opening not in text[:-1]:
            text = text[:-1]
    return text
