"""What of the values that were read goes into an answer: which sides are heard, and in few words.

Where articles disagree, or agree, each value's sentences are put together as one side; the answer
gives every side a claim. The short answer is the best value that a footnote of the answer holds.
"""

import re
from collections.abc import Callable, Sequence

from qa.answer import is_broad
from qa.columns import in_asked_column
from qa.conflicts import Comparison, worded
from qa.entries import told_when
from qa.facts import Date, Facts, facts, question_kind, terms
from qa.lists import list_around
from qa.marks import without_emphasis
from qa.measured import MASSES, MONEY, measures_other, only_labels
from qa.overlap import words
from qa.types import Claim, Quote, Span, Value
from qa.values import at_asked_date

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
_MEASURES = (
    (re.compile(r"\b(?:weigh\w*|heavy)\b", re.IGNORECASE), MASSES),
    (re.compile(r"\b(?:costs?|prices?|paid|pay|fees?|fares?)\b", re.IGNORECASE), MONEY),
)
"""What a question speaks of, and the units of what answers it."""
_WHICH = re.compile(r"\b(?:which|what) \w+", re.IGNORECASE)
_CUT = re.compile(r"\w (?:no|not|never|without|an?|the)$", re.IGNORECASE)
"""What a value ends in that says nothing without the word behind it."""
_CHOICE = re.compile(r"\bor\b", re.IGNORECASE)
_DAY_BEFORE = re.compile(
    r"(?:(?:on|in) )?(?P<day>[^,;]{3,30}?),? (?=(?:at|in|near|off|on|outside) )"
)
"""A day that a value opens with, before a place."""
_JOINED = re.compile(r",? and (?:the )?")
_CLAUSE_ENDS = re.compile(r"[.;!?]|$")
_LABELS = re.compile(r"[^:;,.!?]*:\s")
"""What follows the words that label a line."""
_REACH = 80
"""Characters between a denial and the value that it concerns."""
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
    question: str,
    values: Sequence[Value],
    compared: Comparison,
    citing: Citing,
    claims: Sequence[Claim] = (),
) -> str | None:
    """Return the answer in few words, None where it takes more, or where articles disagree.

    Of a development it is the latest value. Where the reader finds none, the first of the `claims`
    may be an entry that says when.
    """
    found = _read(question, values, compared, citing)
    if found is not None or compared.relation == "conflict" or not claims:
        return found
    return told_when(question, claims[0].text)


def _read(
    question: str, values: Sequence[Value], compared: Comparison, citing: Citing
) -> str | None:
    """Return the best value that can be the answer and that the answer has a footnote for."""
    if compared.relation == "conflict" or question_kind(question) == "reason":
        return None
    if compared.relation == "development":
        latest = compared.groups[-1]
        return latest.label if any(citing(value) for value in latest.values) else None
    best = next(
        (v for v in values if v.score >= SURE and citing(v) and _answers(question, v)), None
    )
    if best is None or len(best.quote.text) > _LONGEST:
        return None
    best = at_asked_date(question, best)
    if _denied(question, best) or (is_broad(question) and _in_list(best.quote)):
        return None
    several = question_kind(question) == "list" or _SEVERAL.search(best.quote.text)
    if is_broad(question) and not several and best.score < SURE_IF_BROAD:
        return None
    asked = in_asked_column(question, best.quote)
    shown = _shown(question, best) if asked == best.quote.text else asked
    return _closed(without_emphasis(shown)) or None


def _shown(question: str, value: Value) -> str:
    """Word a value: of "Monday in the town of Varnes" where it is asked where, only the town."""
    if question_kind(question) == "place":
        day = _DAY_BEFORE.match(value.quote.text)
        if day is not None and facts(day["day"]).dates:
            quote = value.quote.model_copy(update={"start": value.quote.start + day.end()})
            value = value.model_copy(update={"quote": quote})
    elif question_kind(question) == "person":
        value = _with_joined(value)
    return worded(question, value)


def _with_joined(value: Value) -> Value:
    """Add to a name the one that ends a row and its clause: "by the Reis Fund and Tom Hall"."""
    text, (_, end) = _placed(value)
    names = facts(text).names
    own = [name for name in names if name.end == end]
    row = _JOINED.match(text, end) if own else None
    last = next((n for n in names if row is not None and n.start == row.end()), None)
    if last is None or not _CLAUSE_ENDS.match(text, last.end):
        return value
    quote = value.quote.model_copy(update={"end": value.sentence.start + last.end})
    return value.model_copy(update={"quote": quote})


def _answers(question: str, value: Value) -> bool:
    """Tell whether a value can be an answer: no empty word, of the kind asked for, no echo."""
    text = in_asked_column(question, value.quote)
    if _EMPTY.fullmatch(text) or _of_another_kind(question, text):
        return False
    if _counts_the_asked(question, value) or _hides_denial(question, value):
        return False
    if _is_no_time(question, value) or measures_other(question, *_placed(value)):
        return False
    if _COUNTED.search(question) and only_labels(*_placed(value)):
        return False
    said = words(text).known
    echo = bool(said) and said <= words(question).known
    return not echo or question_kind(question) == "yesno" or _CHOICE.search(question) is not None


def _placed(value: Value) -> tuple[str, Span]:
    """Return the sentence of a value, and where the value stands in it."""
    at = value.sentence.start
    return value.sentence.text, (value.quote.start - at, value.quote.end - at)


def _is_no_time(question: str, value: Value) -> bool:
    """Tell whether a value does not say when: it names a place, or a day that only labels a line.

    "Born in Varnes", and "Sunday: 9:00 to 18:00" where it is asked when the hall is open on Sunday.
    """
    if question_kind(question) != "date":
        return False
    text, (start, end) = _placed(value)
    own = facts(value.quote.text)
    if own.dates or own.numbers:
        asked = facts(question).dates
        days = asked and not own.numbers and all(map(_is_weekday, (*own.dates, *asked)))
        return bool(days) and _LABELS.match(text, end) is not None
    places = [n.span for n in facts(text).names if n.located]
    said = [word for word in facts(text).words if word.content and start <= word.start < end]
    return bool(said) and all(any(a <= w.start < b for a, b in places) for w in said)


def _is_weekday(date: Date) -> bool:
    """Tell whether a date is a day of the week and no more."""
    return all(fields.stated() == {"weekday"} for fields in date.readings)


def _denied(question: str, value: Value) -> bool:
    """Tell whether the sentence denies what the question takes for granted: "never divorced"."""
    asked = facts(question)
    if asked.polarity.negations or question_kind(question) in {"yesno", "reason"}:
        return False
    acts = {word.stem for word in asked.words if word.content and not word.capital}
    sentence = facts(value.sentence.text)
    at = value.quote.start - value.sentence.start
    return any(
        negation.head in acts and abs(negation.start - at) <= _REACH
        for negation in sentence.polarity.negations
    )


def _counts_the_asked(question: str, value: Value) -> bool:
    """Tell whether a value is the bare number of those that are asked for: "Which seats?" "48"."""
    if question_kind(question) == "number" or not _WHICH.search(question):
        return False
    found = facts(value.quote.text)
    if not found.numbers or found.dates or any(w.content for w in found.words if _letters(w.text)):
        return False
    start = value.quote.start - value.sentence.start
    end = value.quote.end - value.sentence.start
    own = (n for n in facts(value.sentence.text).numbers if start <= n.start and n.end <= end)
    return any(set(n.nouns) & set(terms(question)) for n in own)


def _letters(word: str) -> bool:
    return any(letter.isalpha() for letter in word)


def _hides_denial(question: str, value: Value) -> bool:
    """Tell whether a value leaves out the "not" of its sentence, which is all the answer.

    "The barn is not for sale" answers whether the barn is; "The barn" does not, nor "It had no".
    """
    if question_kind(question) != "yesno" or facts(question).polarity.negations:
        return False
    start = value.quote.start - value.sentence.start
    end = value.quote.end - value.sentence.start
    denied = facts(value.sentence.text).polarity.negations
    inside = [n for n in denied if start <= n.start < end]
    cut = _CUT.search(value.quote.text) and re.match(r" \w", value.sentence.text[end:])
    echo = words(value.quote.text).known <= words(question).known
    return bool(cut) or (bool(denied) and not inside and echo)


def _of_another_kind(question: str, text: str) -> bool:
    """Tell whether a value cannot be what is asked for: no number, or nothing but one."""
    found = facts(text)
    if _COUNTED.search(question):
        return not (found.numbers or _UNCOUNTED.search(text)) or _other_unit(question, found)
    if question_kind(question) not in {"person", "place"}:
        return False
    spans = [fact.span for row in (found.numbers, found.dates) for fact in row]
    named = [w for w in found.words if not any(a <= w.start < b for a, b in spans)]
    return bool(spans) and not any(w.content for w in named)


def _other_unit(question: str, found: Facts) -> bool:
    """Tell whether a price is given for a weight, or a weight for a price."""
    units = {number.unit for number in found.numbers} - {""}
    asked = next((own for pattern, own in _MEASURES if pattern.search(question)), None)
    return asked is not None and bool(units) and units.isdisjoint(asked)


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
