"""A follow-up question made to stand alone, so that it can be searched for.

"How many people did it kill?" finds nothing by itself. Where a question leans on the last turn
(a pronoun, "the ship", "And in May?"), the names and terms that the last turn was about are put
behind it. Nothing is invented: every added word stood in the conversation.
"""

import re
from collections.abc import Sequence

from qa.facts import facts, fold, terms
from qa.types import Turn

_TIME = (
    r"(?:(?:past|coming|last|next) )?(?:day|week|month|year|morning|afternoon|evening|night|spring"
    r"|summer|autumn|winter|season|century|decade|time)\b"
)
_LEANS = re.compile(
    r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|these|those|both|either"
    rf"|this(?! {_TIME})|the (?:same|other|latter|former|first|second|two)"
    rf"|(?:about|after|before|of|for|with|by|in|at|on|from|to|is|was|did|do|does|why|like) that"
    rf"(?! {_TIME})|(?:that|then|there)(?=\W*$)"
    r"|(?<!is )(?<!are )(?<!was )(?<!were )(?<!be )(?<!been )there"
    r"(?! (?:is|are|was|were|be|been)\b))\b",
    re.IGNORECASE,
)
_OWN = re.compile(r"\b(?:he|she|him|her|his|hers|they|them|their|its)\b", re.IGNORECASE)
"""What may stand for a name before it in the same question."""
_PERSON = re.compile(r"\b(?:he|she|him|her|his|hers)\b", re.IGNORECASE)
_ASKS_WHO = re.compile(r"\s*(?:(?:and|but|so)\W+)?(?:who|whom|whose|which)\b", re.IGNORECASE)
_CONTINUES = re.compile(
    r"^\s*(?:and|but|so|or|also|what about|how about|why\b.{0,12}$)", re.IGNORECASE
)
_PREDICATE = re.compile(
    r"\b(?:is|are|was|were|been|being) (?:[\w'’-]+ ){0,4}?"
    r"(?P<told>\w{2,}ed|born|built|found|held|hit|hurt|led|left|lost|made|paid|sent|shot|sold|spent"
    r"|sunk|told|won|\w+(?:aught|ought|aken|oken|iven|itten|osen|olen|own))\b",
    re.IGNORECASE,
)
"""What was done to what is talked about: "And how many were killed?" asks about that instead."""
_SHORT = 2
"""A question with fewer terms than this rarely stands alone."""
_PEOPLE = 2
"""Names of an answer that "he" or "she" may mean after "Who …?"."""
_MOST = 6
"""Names and terms that are taken along, at most."""


def standalone(question: str, history: Sequence[Turn]) -> str | None:
    """Return the stand-alone form of `question`, None when it needs none.

    The last turn's question says what is being talked about; its answer is asked only when that
    question has no names.
    """
    if not history or not _leaning(question):
        return None
    last = history[-1]
    whole = standalone(last.question, history[:-1]) or last.question
    asked = [name.text for name in facts(whole).names]
    answered = [name.text for name in facts(last.answer).names][:_MOST]
    person = _PERSON.search(question) and _ASKS_WHO.match(last.question)
    topic = [*answered[:_PEOPLE], *asked] if person else asked or answered
    own = set(terms(question))
    instead = _PREDICATE.search(question) and not _LEANS.search(question)
    told = _PREDICATE.search(last.question) if instead else None
    words = [
        word
        for word in re.findall(r"[^\W\d_][\w'’-]+", last.question)
        if terms(word) and not any(fold(word) in fold(name) for name in topic)
        if told is None or word != told["told"]
    ]
    said = [part for part in dict.fromkeys([*topic, *words]) if not own & set(terms(part))]
    return f"{question} ({', '.join(said[:_MOST])})" if said else None


def _leaning(question: str) -> bool:
    if _CONTINUES.search(question):
        return True
    names = [name for name in facts(question).names if not name.weak]
    leans = [m for m in _LEANS.finditer(question) if not (names and _is_own(m, names[0].start))]
    if leans:
        return True
    return len(terms(question)) < _SHORT and not facts(question).names


def _is_own(pronoun: re.Match[str], name: int) -> bool:
    """Tell whether a pronoun means a name of its question: "How did Ana pay her fee?"."""
    return name < pronoun.start() and _OWN.fullmatch(pronoun[0]) is not None
