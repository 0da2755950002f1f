"""Whether two facts stand in the same place of their texts, judged by the words around them."""

from qa.facts.analysis import Facts
from qa.types import Span

_WORDS = 3
"""How many words with meaning on each side make the place of a fact."""
_SHARE = 0.5


def same_slot(claim: Facts, here: Span, quote: Facts, there: Span) -> bool:
    """Tell whether the words around two facts are largely the same."""
    around = _around(claim, here)
    return bool(around) and len(around & _around(quote, there)) >= _SHARE * len(around)


def _around(text: Facts, span: Span) -> set[str]:
    before = [w.stem for w in text.words if w.end <= span[0] and w.content]
    after = [w.stem for w in text.words if w.start >= span[1] and w.content]
    return {*before[-_WORDS:], *after[:_WORDS]}
