"""The hard facts of an English text: numbers, dates, names, negations, and who did what.

`facts(text)` finds them, with their spans, in forms that compare equal when they mean the same;
`mismatches(claim, quote)` compares two texts by them. `terms` and `question_kind` are what the
rest of the pipeline needs of words and questions. Rules and tables only: no model, no network,
the same result every time.
"""

from qa.facts.analysis import Facts, facts
from qa.facts.gates import mismatches
from qa.facts.mismatch import Mismatch
from qa.facts.name_gate import absent_names
from qa.facts.names import Name
from qa.facts.numbers import Number
from qa.facts.partial import Date, Fields
from qa.facts.polarity import Negation, Polarity, polarity
from qa.facts.questions import QuestionKind, question_kind
from qa.facts.words import fold, terms

__all__ = [
    "Date",
    "Facts",
    "Fields",
    "Mismatch",
    "Name",
    "Negation",
    "Number",
    "Polarity",
    "QuestionKind",
    "absent_names",
    "facts",
    "fold",
    "mismatches",
    "polarity",
    "question_kind",
    "terms",
]
