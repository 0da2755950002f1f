"""What kind of thing a question asks for."""

import re
from typing import Literal

from qa.facts.words import fold

QuestionKind = Literal[
    "person", "date", "number", "place", "reason", "thing", "yesno", "list", "other"
]

_PERSON = (
    "president minister leader author writer actor actress singer king queen emperor pope ceo "
    "founder inventor director general spokesman spokeswoman spokesperson politician scientist "
    "philosopher composer architect player coach person man woman monarch senator governor mayor"
)
_DATE = "year years day date month weekday decade century time season era period hour night"
_PLACE = (
    "country countries city cities place state states town village continent region county "
    "province district street location capital island river sea ocean waters port nation nations"
)
_NUMBER = (
    "number percentage percent share amount population price cost size height length width weight "
    "depth age temperature speed distance rate proportion total score area budget salary"
)
_KINDS: dict[str, QuestionKind] = {
    **dict.fromkeys(_PERSON.split(), "person"),
    **dict.fromkeys(_DATE.split(), "date"),
    **dict.fromkeys(_PLACE.split(), "place"),
    **dict.fromkeys(_NUMBER.split(), "number"),
}
_PLURAL_LIST = re.compile(
    r"^(?:what|which) (?:\w+ ){0,2}?(\w{3,}(?<!s)s|people|countries) (?:are|were|have|did|do)\b"
)
_NAME_ALL = re.compile(r"^(?:list|name|enumerate)\b|^(?:who|what|which) all\b|\ball the\b")
_HOW_NUMBER = re.compile(
    r"\bhow (?:many|much|old|tall|high|long|far|big|large|deep|wide|fast|heavy|often|hot|cold|"
    r"small|strong|frequently|expensive)\b"
)
_HOW_LONG = re.compile(r"\bhow (?:long ago|soon|late|early)\b")
_YESNO = re.compile(
    r"^(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must)\b"
)
_REASON = re.compile(
    r"\bwhy\b|\bwhat (?:is|was|were|are) the (?:reason|cause|purpose|motive)"
    r"|\bfor what (?:reason|purpose)|\bhow come\b|\bwhat caused\b"
)
_NOUN = re.compile(
    r"\b(?:what|which|whose)(?:'s| is| was| are| were)? "
    r"(?:the |a |an |this |his |her |its |their )?([\w-]+(?: [\w-]+){0,3})"
)
_SURE: tuple[tuple[QuestionKind, re.Pattern[str]], ...] = (
    ("reason", _REASON),
    ("date", _HOW_LONG),
    ("number", _HOW_NUMBER),
    ("list", _NAME_ALL),
    ("list", _PLURAL_LIST),
)
_WHEN = re.compile(r"\bwhen\b|\bon (?:what|which) (?:day|date)\b")
_OTHER_WORD = re.compile(r"\b(?:who|whom|what|which|where)\b")
_LEADING: tuple[tuple[QuestionKind, re.Pattern[str]], ...] = (
    ("person", re.compile(r"^(?:\w+ ){0,3}(?:who|whom|whose)\b")),
    ("place", re.compile(r"^(?:\w+ ){0,2}where\b")),
)
_ENDING_WORDS = """
of in on at for to did do does was were is are has have had by that from with the
"""
_STOPS = frozenset(_ENDING_WORDS.split())


def question_kind(question: str) -> QuestionKind:
    """Say what kind of answer `question` asks for; `other` when nothing tells.

    `thing` is the answer to a what-question about neither a person, date, number nor place.
    """
    text = fold(question).strip(" \t\n\"'¿")
    for kind, pattern in _SURE:
        if pattern.search(text):
            return kind
    yesno = _YESNO.match(text) is not None
    if _WHEN.search(text) and not _OTHER_WORD.search(text.split("when")[0]):
        return "yesno" if yesno else "date"
    for kind, pattern in _LEADING:
        if pattern.search(text):
            return kind
    return _asked_noun(text) or ("yesno" if yesno else "other")


def _asked_noun(text: str) -> QuestionKind | None:
    match = _NOUN.search(text)
    if match is None:
        return "thing" if re.search(r"\b(?:what|which)\b", text) else None
    phrase: list[str] = []
    for word in match.group(1).split():
        if word in _STOPS:
            break
        phrase.append(word)
    return next((_KINDS[word] for word in reversed(phrase) if word in _KINDS), "thing")
