"""What a question asks for: a date, a number, a place or a name, and whether it can change.

`none` where several answers can be right at once ("which countries", "why", "what did she say").
A name is asked for only where one alone can be right ("who is the mayor", "which team won").
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from qa.facts import QuestionKind, facts, fold, question_kind, terms
from qa.values.kinds import word_set

Topic = Literal["date", "number", "place", "name", "none"]

_OFFERING: frozenset[QuestionKind] = frozenset({"yesno", "other"})
"""Kinds of question that may name the answers to choose from."""
_COUNTED = word_set("toll count figur total number age score result price cost tall")
_COUNTED_ONLY_UP = word_set(
    "kill dead die death toll casualti fatal victim injur wound hurt treat arrest detain displac "
    "evacu destroy infect case rescu seiz captur strike hit shoot deport sell rais vaccin launch "
    "damag recov carri"
)
_UP = re.compile(r"\b(?:has|have|had)\b(?!\s*\?)|\b(?:so far|to date|until now|up to now|since)\b")
_ONCE = tuple(
    word_set(row)
    for row in (
        "found establish creat", "born birth bear", "die dead death", "open inaugur",
        "build construct complet", "invent", "independ", "abolish", "assassin", "sink",
    )
)  # fmt: skip
_REPEATED = word_set(
    "travel visit go fli sail head arriv live work studi meet speak play perform train sell oper "
    "stop stay tour campaign serv appear move strike attack hit see spot talk"
)
_PRESENT = re.compile(
    r"\b(?:is|are|does|do|has|have|leads?|owns?|stands?|now|currently|costs?)\b|'s\b"
)
_PAST = re.compile(r"\b(?:was|were|did|had)\b")
_VOLATILE = re.compile(r"\b(?:prices?|shares?|stocks?|index|temperature|exchange|odds|traded?)\b")
_MANY = re.compile(
    r"\b(?:who|where|when|what|which(?: [\w'-]+){1,4}) (?:are|were|have)\b|\bwhere has\b"
    r"|\b(?:which|what) (?:two|three|four|five|several|other|else|all)\b|\bexamples?\b|\beach\b"
    r"|\b(?:which|what) (?:people|countries|men|women|children|[a-z]{2,}[^su'is]s)\b"
)
_MANY_EVENTS = re.compile(
    r"\b(?:attack|strike|raid|operation|meeting|call|visit|seizure|accident|crash|matche|game|fire"
    r"|election|explosion|flight|flood|earthquake|quake|storm|protest|arrest|incident|launche|test"
    r"|trial|killing|shooting|event|battle|clashe|airstrike|bombing|race|concert|goal)s\b"
)
_LOCATED = re.compile(
    r"\bwhere\b|\b(?:in|on|at|off|near|to|from|through|inside|over) (?:what|which)\b"
    r"|\b(?:what|which) .*\b(?:take place|took place|happen|occur|located|held|sited)"
)
_PLACE_NOUN = re.compile(
    r"\b(?:what|which) (?:[a-z-]+ )?(city|town|village|country|state|province|county|region"
    r"|district|river|sea|ocean|lake|island|airport|hospital|port|stadium|street|continent|station)\b"
)
_NAMED = re.compile(
    r"\bname of\b|\bcalled\b|\bnamed\b|^what(?:'s| is| was) [\w' -]+'s? name\b"
    r"|\bcapital (?:city )?of\b"
)
_ONE_DID = re.compile(
    r"^(?:\w+ ){0,2}(?:who|which|what)\b.*?\b(?:won|wins?|leads?|led|heads?|headed|chairs?|chaired"
    r"|captained|coaches|coached|succeed\w*|replace[sd]?|hosts?|hosted|bought|acquired|beat"
    r"|defeated|scored the (?:winn|first|last|only|decisive)\w*)\b"
    r"(?! (?:an?|any|some|medals|prizes|awards)\b)"
)
_OFFICE = re.compile(
    r"^(?:[Ww]ho|WHO)(?:['’]s| is| was| will be| became) "
    r"(?:(?:now|currently|then) )?(?:(?i:the|its|their|his|her)\s|[\w .-]+?['’]s?\s)"
)
_FILLER = word_set(
    "day date month year time number peopl place mani much name call believ accord articl give "
    "happen occur report far"
)


@dataclass(frozen=True)
class Asked:
    """What `question` asks for.

    `place` is the kind of place it names ("which city"), "" where it names none. `changing`: it
    asks how things stand, which the next article may tell otherwise. `growing`: it asks for a
    count that only grows, as a toll. `volatile`: for what changes within a day. `once`: the stems
    that tell of its act, where that happens one time only. `repeated`: its act is done again and
    again. `office`: it asks who holds a post. `naming`: it asks what something is called.
    `present`: it is put in the present tense.
    """

    question: str
    topic: Topic
    place: str = ""
    changing: bool = False
    growing: bool = False
    once: frozenset[str] = frozenset()
    repeated: bool = False
    office: bool = False
    naming: bool = False
    present: bool = False
    volatile: bool = False

    @property
    def lead(self) -> str:
        """The question up to the answers that it offers, if it does ("Was it on a")."""
        if self.topic not in {"date", "place"} or question_kind(self.question) not in _OFFERING:
            return self.question
        found = facts(self.question)
        offered = found.dates if self.topic == "date" else [n for n in found.names if n.located]
        return self.question[: offered[0].start].rstrip() if offered else self.question

    @property
    def stems(self) -> frozenset[str]:
        """The stems of the question that its answer's sentence may share."""
        return frozenset(terms(self.question)) - _FILLER


@lru_cache(maxsize=1024)
def asked(question: str) -> Asked:
    """Read a question by its form."""
    text = fold(question).strip()
    stems = frozenset(terms(question))
    office = _OFFICE.match(question.strip()) is not None
    topic = _topic(question, text, stems, office=office)
    naming = topic == "name" and not office and _NAMED.search(text) is not None
    noun = _PLACE_NOUN.search(text)
    present = _PRESENT.search(text) is not None and _PAST.search(text) is None
    return Asked(
        question,
        topic,
        place=noun[1] if noun is not None and topic == "place" else "",
        present=present,
        naming=naming,
        changing=(present and not naming) or office,
        growing=topic == "number" and bool(stems & _COUNTED_ONLY_UP or _grows(text)),
        once=_once(stems) if topic != "number" else frozenset(),
        repeated=bool(stems & _REPEATED),
        office=office,
        volatile=_VOLATILE.search(text) is not None,
    )


def _once(stems: frozenset[str]) -> frozenset[str]:
    return frozenset[str]().union(*(row for row in _ONCE if row & stems))


def _grows(text: str) -> bool:
    """Tell the perfect of what adds up ("how many has he scored") from a state."""
    return _UP.search(text) is not None and not re.search(r"\b(?:do|does|did)\b", text)


def _topic(question: str, text: str, stems: frozenset[str], *, office: bool) -> Topic:
    kind = question_kind(question)
    if kind in {"list", "reason"}:
        return "none"
    if kind == "number" or (kind == "thing" and stems & _COUNTED):
        return "number"
    if _MANY.search(text) or _MANY_EVENTS.search(text):
        return "none"
    if kind == "date":
        return "date"
    if kind == "place" and _LOCATED.search(text):
        return "place"
    return _by_facts(question, text, kind, office=office)


def _by_facts(question: str, text: str, kind: QuestionKind, *, office: bool) -> Topic:
    """Find the topic of a question about one name, or that offers its answers to choose from."""
    if kind in _OFFERING:
        found = facts(question)
        if found.dates:
            return "date"
        if " or " in text and sum(name.located for name in found.names) > 1:
            return "place"
        return "none"
    return "name" if office or _NAMED.search(text) or _ONE_DID.search(text) else "none"
