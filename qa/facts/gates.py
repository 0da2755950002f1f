"""The comparison of two texts by their hard facts: what a claim states and its quote does not.

Each gate looks at one kind of fact. A fact that the quote does not state makes the claim
unsupported; another value in its place makes it contradicted.
"""

import datetime as dt

from qa.facts.analysis import facts
from qa.facts.mismatch import Mismatch
from qa.facts.name_gate import name_gate
from qa.facts.negation_gate import negation_gate
from qa.facts.number_gate import date_gate, number_gate
from qa.facts.opposite_gate import opposite_gate
from qa.facts.order_gate import copy_gate, role_gate


def mismatches(
    claim: str, quote: str, *, context: str = "", published: dt.date | None = None
) -> tuple[Mismatch, ...]:
    """Compare the facts of `claim` with those of `quote`; () when every one is borne out.

    `context` is the text around the quote: it may complete a name that the quote has in part
    ("Putin" in the quote, "Vladimir Putin" before it), and supplies nothing else. `published`,
    the day of the article, resolves weekdays and dates without a year.
    """
    a, b = facts(claim), facts(quote)
    return (
        *number_gate(a, b),
        *date_gate(a, b, facts(context), published),
        *name_gate(a, b, context),
        *negation_gate(a, b),
        *role_gate(a, b),
        *copy_gate(a, b),
        *opposite_gate(a, b),
    )
