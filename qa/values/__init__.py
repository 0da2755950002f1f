"""What an article's value means beside another's: the same, compatible, different, or unlike.

`Statement` is a value in its sentence, `asked` what a question asks for, `relate` compares two
statements, `same_event` tells whether they speak of one thing, `outcome` whether they disagree or
one came after the other. Rules and tables only; where they
cannot tell, the answer is "unlike", so that nobody is told of a disagreement that is none.
"""

from qa.values.asked import Asked, asked
from qa.values.change import Outcome, outcome
from qa.values.dated_figures import at_asked_date
from qa.values.days import dated, dated_part
from qa.values.relation import Relation, amount, chooses, fits, mentions, phrase, relate
from qa.values.scene import same_event
from qa.values.statement import Statement

__all__ = [
    "Asked",
    "Outcome",
    "Relation",
    "Statement",
    "amount",
    "asked",
    "at_asked_date",
    "chooses",
    "dated",
    "dated_part",
    "fits",
    "mentions",
    "outcome",
    "phrase",
    "relate",
    "same_event",
]
