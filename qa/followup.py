"""A follow-up question made to stand alone, so that it can be searched for.

"How many people did it kill?" finds nothing by itself. Where a question leans on the last turn
(a pronoun, "the ship", "And in May?"), the names and terms that the last turn was about are put
behind it. Nothing is invented: every added word stood in the conversation.
"""

import re
from collections.abc import Sequence

from qa.facts import facts, fold, terms
from qa.types import Turn

_LEANS = re.compile(
    r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|this|that|these|those|there"
    r"|then|both|either|the (?:same|other|latter|former|first|second|two))\b",
    re.IGNORECASE,
)
_CONTINUES = re.compile(
    r"^\s*(?:and|but|so|or|also|what about|how about|why\b.{0,12}$)", re.IGNORECASE
)
_SHORT = 2
"""A question with fewer terms than this rarely stands alone."""
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
    topic = [name.text for name in facts(last.question).names]
    if not topic:
        topic = [name.text for name in facts(last.answer).names][:_MOST]
    own = set(terms(question))
    words = [
        word
        for word in re.findall(r"[^\W\d_][\w'’-]+", last.question)
        if terms(word) and not any(fold(word) in fold(name) for name in topic)
    ]
    said = [part for part in dict.fromkeys([*topic, *words]) if not own & set(terms(part))]
    return f"{question} ({', '.join(said[:_MOST])})" if said else None


def _leaning(question: str) -> bool:
    if _LEANS.search(question) or _CONTINUES.search(question):
        return True
    return len(terms(question)) < _SHORT and not facts(question).names
