"""True sentences made false in one detail."""

import random
import re
from collections.abc import Callable, Sequence

from qa.facts import facts
from qa.training.reading.questions import OPPOSITE
from qa.types import Span

_AUXILIARY = re.compile(
    r"\b(is|are|was|were|has|have|had|did|does|do|can|could|will|would|should|may|might)\b(?! not)"
)
_NOT = re.compile(r"\s(?:not|never)\b|n't\b")
_WORD = re.compile(r"[A-Za-z]+")
_STRENGTHENED = (
    (r"\b(?:some|many|most|several|a few|few|half) (?=of\b|[a-z]+s\b)", ("all ",)),
    (r"\b(?:may|might|could) (?=have\b|be\b)", ("must ",)),
    (
        r"\b(?:often|sometimes|usually|generally|frequently|rarely|occasionally)\b",
        ("always", "never"),
    ),
    (
        r"\b(?:reportedly|allegedly|possibly|probably|perhaps|likely) ",
        ("certainly ", "definitely "),
    ),
    (r"\b(?:at least|more than|over)(?= \d)", ("at most", "less than")),
    (r"\b(?:at most|less than|fewer than|under|up to)(?= \d)", ("more than", "at least")),
    (r"\b(?:one of the|among the)\b", ("the only one of the",)),
    (r"\bpartly\b|\bpartially\b|\bmostly\b|\bmainly\b|\blargely\b", ("entirely",)),
    (r"\b(?:before|prior to)\b", ("after",)),
    (r"\bafter\b", ("before",)),
    (r"\bbecause of\b|\bdue to\b", ("despite",)),
    (r"\bdespite\b", ("because of",)),
    (
        r"\b(?:claimed|alleged|believed|suggested|estimated|thought|said) (?=that\b|to\b)",
        ("proved ",),
    ),
    (r"\bplanned to\b|\bplans to\b|\bintends to\b|\bintended to\b", ("refused to",)),
)
_STRONGER = [(re.compile(pattern, re.IGNORECASE), put) for pattern, put in _STRENGTHENED]
_LEAST_CLAUSE = 25
"""Characters of the shortest predicate that is worth taking from another sentence."""
_LEAST_SUBJECT = 3
_NEARBY = 0.6
"""Share of facts that are exchanged for one of the same passage."""

Corruption = Callable[[str, str, str, random.Random], str | None]
"""Of a sentence, its passage and another passage of its article; None where it does not apply."""


def _replace(text: str, span: Span, put: str) -> str:
    if span[0] == 0:
        put = put[:1].upper() + put[1:]
    return text[: span[0]] + put + text[span[1] :]


def _differs(one: str, other: str) -> bool:
    one, other = one.casefold(), other.casefold()
    return one not in other and other not in one


def _spans(text: str, kind: str) -> list[Span]:
    found = facts(text)
    if kind == "number":
        return [(n.start, n.end) for n in found.numbers]
    if kind == "date":
        return [d.span for d in found.dates]
    if kind == "place":
        return [n.span for n in found.names if n.located]
    return [n.span for n in found.names if not n.weak]


def _exchanged(kind: str) -> Corruption:
    """Exchange a fact for another of its kind, from the passage or another of its article."""

    def corrupt(sentence: str, text: str, other: str, rng: random.Random) -> str | None:
        own = _spans(sentence, kind)
        if not own:
            return None
        span = rng.choice(own)
        old = sentence[slice(*span)]
        source = text if rng.random() < _NEARBY else other
        new = [w for w in (source[a:b] for a, b in _spans(source, kind)) if _differs(w, old)]
        new = [w for w in new if w.casefold() not in sentence.casefold()]
        if new:
            return _replace(sentence, span, rng.choice(new))
        if kind in {"number", "date"}:
            return _counted(sentence, span, rng)
        return None

    return corrupt


def _counted(sentence: str, span: Span, rng: random.Random) -> str | None:
    """Change a digit of a number or date."""
    digits = [n for n in range(*span) if sentence[n].isdigit()]
    if not digits:
        return None
    at = rng.choice(digits)
    new = rng.choice([d for d in "123456789" if d != sentence[at]])
    return sentence[:at] + new + sentence[at + 1 :]


def _sides(sentence: str, _text: str, _other: str, rng: random.Random) -> str | None:
    """Let two names of the sentence change places."""
    own = _spans(sentence, "name")
    pairs = [
        (a, b)
        for n, a in enumerate(own)
        for b in own[n + 1 :]
        if _differs(sentence[slice(*a)], sentence[slice(*b)])
        and not re.fullmatch(r"(?:,| and| or|, and|\s)*", sentence[a[1] : b[0]])
    ]
    if not pairs:
        return None
    a, b = rng.choice(pairs)
    swapped = _replace(sentence, b, sentence[slice(*a)])
    return _replace(swapped, a, sentence[slice(*b)])


def _negated(sentence: str, _text: str, _other: str, rng: random.Random) -> str | None:
    """Put a negation in, or take one out."""
    found = _NOT.search(sentence)
    if found:
        return sentence[: found.start()] + sentence[found.end() :]
    auxiliaries = list(_AUXILIARY.finditer(sentence))
    if not auxiliaries:
        return None
    end = auxiliaries[0].end()
    return sentence[:end] + rng.choice((" not", " never", " not")) + sentence[end:]


def _opposed(sentence: str, _text: str, _other: str, rng: random.Random) -> str | None:
    """Exchange a word for its opposite."""
    found = [m for m in _WORD.finditer(sentence) if m.group().casefold() in OPPOSITE]
    if not found:
        return None
    match = rng.choice(found)
    return _replace(sentence, match.span(), OPPOSITE[match.group().casefold()])


def _qualified(sentence: str, _text: str, _other: str, rng: random.Random) -> str | None:
    """Say more than the sentence does: drop a "may", make "some" "all"."""
    for pattern, put in rng.sample(_STRONGER, len(_STRONGER)):
        match = pattern.search(sentence)
        if match:
            return _replace(sentence, match.span(), rng.choice(put))
    return None


def _merged(sentence: str, _text: str, other: str, rng: random.Random) -> str | None:
    """Join the subject of one sentence with what another passage says of its own."""
    mine, theirs = _clause(sentence), [s for s in re.split(r"(?<=[.!?]) ", other) if _clause(s)]
    if mine is None or not theirs:
        return None
    second = rng.choice(theirs)
    at = _clause(second)
    if second == sentence or at is None:
        return None
    return sentence[:mine] + second[at:]


def _clause(sentence: str) -> int | None:
    """Return where the predicate begins: at the first auxiliary behind a subject."""
    match = _AUXILIARY.search(sentence)
    if match is None or match.start() < _LEAST_SUBJECT:
        return None
    return match.start() if len(sentence) - match.start() >= _LEAST_CLAUSE else None


_ATTRIBUTION = re.compile(
    r"(?P<who>[A-Z][\w.'-]+(?: [A-Z][\w.'-]+)*) (?=said|says|stated|claimed|argued|announced|wrote"
    r"|reported|believed|told|denied|proposed|warned|noted|concluded|suggested)"
)


def _attributed(sentence: str, text: str, other: str, rng: random.Random) -> str | None:
    """Put a statement in another's mouth."""
    match = _ATTRIBUTION.search(sentence)
    if match is None:
        return None
    who = match.group("who")
    names = [source[a:b] for source in (text, other) for a, b in _spans(source, "name")]
    new = [name for name in names if _differs(name, who) and name not in sentence]
    return _replace(sentence, match.span("who"), rng.choice(new)) if new else None


_CORRUPTIONS: dict[str, Corruption] = {
    "number": _exchanged("number"),
    "date": _exchanged("date"),
    "name": _exchanged("name"),
    "place": _exchanged("place"),
    "sides": _sides,
    "negation": _negated,
    "opposite": _opposed,
    "qualifier": _qualified,
    "merged": _merged,
    "attribution": _attributed,
}
KINDS: Sequence[str] = tuple(_CORRUPTIONS)


def corrupted(sentence: str, kind: str, text: str, other: str, rng: random.Random) -> str | None:
    """Make `sentence` false in the way of `kind`; None where that kind does not apply.

    `text` is the passage that it stands in, `other` another of the same article.
    """
    made = _CORRUPTIONS[kind](sentence, text, other, rng)
    return None if made is None or made == sentence else made
