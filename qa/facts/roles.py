"""Who did what to whom, where word order alone tells: `Russia thanked Venezuela`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from qa.facts.names import Name
from qa.facts.words import Word, stem, words

_AUXILIARIES = """
has have had is are was were be been being will would did does do also later then now again
publicly formally officially recently previously repeatedly finally just never not
"""
_AUXILIARY = frozenset(_AUXILIARIES.split())
_BE = frozenset(["is", "are", "was", "were", "be", "been", "being"])
_STRONG_VERBS = """
said told met won beat sent gave took led made held built sold bought wrote sang drew drove
threw caught taught fought sought brought paid lent left lost found saw shot struck hit cut
put overthrew defeated beaten given taken written drawn driven thrown seen known shown chosen
"""
_IRREGULAR = frozenset(_STRONG_VERBS.split())
_VERB = re.compile(r"[a-z]{2,}(?:ed|es|s|ing)")
_SPEECH_VERBS = """
said says say told tells stated states announced announces claimed claims declared declares
warned warns insisted insists
"""
_MUTUAL_VERBS = """
met meets meeting married marries agreed agrees discussed discusses negotiated talked
cooperated collaborated clashed differs differed borders bordered resembles equals faced faces
played plays joined joins includes included shares shared rivals fought
"""
_ACCORDING = re.compile(r"[Aa]ccording to (?:the )?$")
_REACH = 7
"""How many words behind a verb its object may stand."""
_JOINED = re.compile(r"(?:,| and|, and|’s|'s)? (?:the )?(?:[A-Z]\w+ ){0,3}")
_SAID = "say"


@lru_cache(maxsize=2)
def _stems(verbs: str) -> frozenset[str]:
    return frozenset(stem(verb) for verb in verbs.split())


def mutual(verb: str) -> bool:
    """Tell whether a verb's stem means the same with its ends swapped: A met B, B met A."""
    return verb in _stems(_MUTUAL_VERBS)


@dataclass(frozen=True, slots=True)
class Role:
    """A verb with the names that act and suffer in it; either may be empty."""

    verb: str
    agents: frozenset[str]
    patients: frozenset[str]


def roles(text: str, found: Sequence[Name]) -> tuple[Role, ...]:
    """Read the verbs that directly follow a name, active or passive, and who said what."""
    row = words(text)
    made = []
    for name in found:
        if _ACCORDING.search(text, max(0, name.start - 20), name.start):
            made.append(Role(_SAID, _keys(text, name, found), frozenset()))
            continue
        role = _after(text, row, name, found)
        if role is not None:
            made.append(role)
        inverted = _before(text, name)
        if inverted:
            made.append(Role(_SAID, frozenset(name.telling), frozenset()))
    return tuple(made)


def _after(text: str, row: Sequence[Word], name: Name, found: Sequence[Name]) -> Role | None:
    i = next((i for i, w in enumerate(row) if w.start >= name.end), len(row))
    passive = False
    last = name.end
    while i < len(row) and text[last : row[i].start].isspace() and row[i].text in _AUXILIARY:
        passive = passive or row[i].text in _BE
        last = row[i].end
        i += 1
    if i >= len(row) or not text[last : row[i].start].isspace():
        return None
    verb = row[i]
    if not (_VERB.fullmatch(verb.text) or verb.text in _IRREGULAR):
        return None
    root = _SAID if verb.stem in _stems(_SPEECH_VERBS) else verb.stem
    if mutual(root):
        return None
    near, by = _next_name(text, row, i, found)
    other = _keys(text, near, found, step=1) if near else frozenset()
    own = _keys(text, name, found)
    if passive and verb.text.endswith("ing"):
        passive = False
    if passive:
        return Role(root, other if by else frozenset(), own)
    return Role(root, own, frozenset() if by else other)


def _next_name(
    text: str, row: Sequence[Word], i: int, found: Sequence[Name]
) -> tuple[Name | None, bool]:
    """Return the first name within reach behind word `i`, and whether `by` leads to it."""
    ahead = row[i + 1 : i + 1 + _REACH]
    for j, word in enumerate(ahead):
        previous = row[i] if j == 0 else ahead[j - 1]
        if re.search(r"[,.;:()—–\"“”]", text[previous.end : word.start]):
            return None, False
        for name in found:
            if name.start <= word.start < name.end:
                return name, any(w.text == "by" for w in ahead[:j])
    return None, False


def _before(text: str, name: Name) -> bool:
    """Recognise `…”, said Lavrov` and `…, said Foreign Minister Lavrov`."""
    match = re.search(
        r"[,”\"’']\s(?P<verb>[a-z]+)\s(?:[A-Z]\w+\s){0,3}$",
        text[max(0, name.start - 60) : name.start],
    )
    return match is not None and stem(match["verb"]) in _stems(_SPEECH_VERBS)


def _keys(text: str, name: Name, found: Sequence[Name], step: int = -1) -> frozenset[str]:
    """Return the keys of a name and of those joined to it by `and` or a comma.

    `step` is -1 for the names before it, 1 for those behind.
    """
    keys = set(name.telling)
    i = found.index(name) + step
    while 0 <= i < len(found):
        left, right = sorted((found[i], found[i - step]), key=lambda n: n.start)
        if _JOINED.fullmatch(text[left.end : right.start]) is None:
            break
        keys.update(found[i].telling)
        i += step
    return frozenset(keys)
