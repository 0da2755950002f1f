"""Slips of the finger in a question, mended by the words of the passages.

Only a long word that neither English at large nor the passages know is changed, and only into a
word of the passages that differs by one letter, or by two neighbours exchanged, and begins alike:
"Venezeula" becomes "Venezuela", while "Iran" never becomes "Iraq".
"""

from collections import Counter
from collections.abc import Container, Sequence

from qa.facts.words import words

_SHORTEST = 6
"""Letters below which two words that differ by one are as likely two words as a slip."""


def mend(question: str, texts: Sequence[str], common: Container[str]) -> str:
    """Return `question` with its slips mended; `common` are the stems of ordinary words."""
    asked = [w for w in words(question) if w.key.isalpha() and len(w.key) >= _SHORTEST]
    asked = [w for w in asked if w.stem not in common]
    if not asked:
        return question
    counts: Counter[str] = Counter()
    stems: set[str] = set()
    for text in texts:
        for word in words(text):
            stems.add(word.stem)
            if word.key.isalpha() and len(word.key) >= _SHORTEST - 1:
                counts[word.key] += 1
    mended = question
    for word in reversed(asked):
        if word.stem in stems:
            continue
        near = [key for key in counts if slip(word.key, key)]
        if near:
            best = max(near, key=lambda key: (counts[key], key))
            put = best.capitalize() if word.text[0].isupper() else best
            mended = mended[: word.start] + put + mended[word.end :]
    return mended


def slip(typed: str, meant: str) -> bool:
    """Tell whether two words differ by one letter or one exchange (Damerau 1964), not the first."""
    if typed[:1] != meant[:1] or abs(len(typed) - len(meant)) > 1 or typed == meant:
        return False
    at = next((n for n, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), None)
    if at is None:
        return True  # one is the other and a letter
    a, b = typed[at:], meant[at:]
    exchanged = a[:2] == b[1::-1] and len(a) > 1 and a[2:] == b[2:]
    return exchanged or a[1:] == b[1:] or a[1:] == b or a == b[1:]
