"""Prints how well questions are answered, and refused."""

from collections.abc import Mapping, Sequence
from itertools import compress

import numpy as np

from qa.training.reading.answering import Outcome
from qa.training.reading.refusing import Rule, cross_fitted, curve, figures, fitted, has_answer
from qa.training.reading.scores import Mask, Numbers
from qa.training.reading.tables import say, share, table

_LOST = (0.02, 0.05, 0.1, 0.15, 0.2)
"""Shares of the questions with an answer that may be refused."""
_FIGURES = ("F1", "EM", "has answer: F1", "EM", "answered", "no answer: refused")
Rules = Mapping[str, Rule]


def refusals(half: Sequence[Outcome]) -> Rules:
    """Print the figures of the measuring half; return the rules fitted to all of it, by name."""
    known = has_answer(half)
    say(f"## SQuAD 2.0, measuring half: {known.sum()} with an answer, {(~known).sum()} without")
    say("\nThresholds are those with the greatest F1, on this half itself or, article by article,")
    say("on the other articles of this half.")
    rules = {"margin": fitted(half, mixed=False), "mix": fitted(half, mixed=True)}
    by_margin, over_margin = cross_fitted(half, mixed=False)
    by_mix, over_mix = cross_fitted(half, mixed=True)
    ways = {
        "always answering": np.ones(len(half), dtype=np.bool_),
        "margin, fitted to this half": rules["margin"].answers(half),
        "margin, fitted to the other articles": by_margin,
        "margin and head, fitted to this half": rules["mix"].answers(half),
        "margin and head, fitted to the other articles": by_mix,
    }
    table(["", *_FIGURES], [[name, *figures(half, answered)] for name, answered in ways.items()])
    say(f"\nmargin: answered from {rules['margin'].threshold:.3f}; mix: {_formula(rules['mix'])}")
    scores = {
        "margin": rules["margin"].scores(half),
        "margin, less the other articles' threshold": over_margin,
        "mix, less the other articles' threshold": over_mix,
    }
    _curves(half, scores)
    _by_article(half, by_mix)
    return rules


def _formula(rule: Rule) -> str:
    if rule.weights is None:
        return f"margin >= {rule.threshold:.3f}"
    margin, head, alone = rule.weights
    return f"{margin:.3f} margin + {head:.3f} answerable + {alone:.3f} >= {rule.threshold:.3f}"


def _curves(half: Sequence[Outcome], scores: Mapping[str, Numbers]) -> None:
    """Print what each score refuses of the rest where it refuses a given share of the answered."""
    found = [list(curve(half, one, _LOST)) for one in scores.values()]
    rows = [
        [share(lost), *(f"{share(one[n][1])} (at {one[n][0]:.2f})" for one in found)]
        for n, lost in enumerate(_LOST)
    ]
    table(["with an answer: refused", *(f"without: refused by {name}" for name in scores)], rows)


def _by_article(half: Sequence[Outcome], answered: Mask) -> None:
    rows = []
    articles = np.array([o.asked.article for o in half])
    for name in dict.fromkeys(articles.tolist()):
        own = articles == name
        part = list(compress(half, own))
        rows.append([name, str(len(part)), *figures(part, answered[own])])
    table(["margin and head, fitted to the other articles", "n", *_FIGURES], rows)


def always(sets: Mapping[str, Sequence[Outcome]]) -> None:
    """Print F1 and exact match of sets without unanswerable questions."""
    say("\n## Always answering, articles not trained on")
    rows = []
    for name, outcomes in sets.items():
        total = len(outcomes)
        f1, exact = sum(o.f1 for o in outcomes), sum(o.exact for o in outcomes)
        rows.append([name, str(total), share(f1, total), share(exact, total)])
    table(["", "n", "F1", "EM"], rows)


def misleading(kinds: Mapping[str, Sequence[Outcome]], rules: Rules) -> None:
    """Print the share refused of each kind of question made as for training."""
    say("\n## Questions made as for training: refused")
    say('\nOnly of "answered" does the text say the answer.')
    rows = []
    for kind, outcomes in kinds.items():
        total = len(outcomes)
        refused = [float((~rule.answers(outcomes)).sum()) for rule in rules.values()]
        rows.append([kind, str(total), *(share(count, total) for count in refused)])
    table(["", "n", *rules], rows)


def natural(outcomes: Sequence[Outcome], rules: Rules) -> None:
    """Print what becomes of CLAPNQ's questions."""
    say("\n## CLAPNQ, with their passages; thresholds of SQuAD 2.0's measuring half")
    known = has_answer(outcomes)
    hit = np.array([_in_gold(o) for o in outcomes])
    rows = []
    for name, rule in rules.items():
        answered = rule.answers(outcomes)
        for label, own in (("with an answer", known), ("without", ~known)):
            said, kept_back = int((answered & own).sum()), int((~answered & own).sum())
            right = share(float((hit & answered & own).sum()), said) if label != "without" else "–"
            rows.append([f"{name}: {label}", str(said), str(kept_back), right])
    table(["", "answered", "refused", "of those answered, in a sentence people chose"], rows)


def _in_gold(outcome: Outcome) -> bool:
    return bool(outcome.words) and any(outcome.words in text for text in outcome.asked.answers)
