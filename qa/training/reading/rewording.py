"""True sentences put in slightly other words, so that they stay true."""

import random
import re

_LEAST_CLAUSE = 25
"""Characters of the shortest statement that stands alone."""
_ASIDE = re.compile(r"\s*\([^()]*\)|, (?:however|too|also|in fact|of course|for example)(?=[,.])")
_LEAD = re.compile(r"^(?:However|Moreover|In addition|Furthermore|Also|Thus|Therefore), ")
_OPENING = re.compile(r"^((?:In|On|At|By|After|During|Since|Until) [^,]{3,40}), (?=[A-Za-z])")
_TAIL = re.compile(
    r", (?:which|who|where|although|while|though|as well as|including)\b[^,]*(?=\.$)"
)
_AND = re.compile(r",? and (?=(?:it|he|she|they|the|was|were|is|are|has|had)\b)|; ")
_SAME = (
    ("began", "started"), ("large", "big"), (" many ", " numerous "),
    (" because ", " since "), (" near ", " close to "), (" but ", " though "),
    ("approximately", "about"), (" about ", " roughly "), ("located", "situated"),
    (" took part in ", " joined "), ("in order to", "to"), (" such as ", " like "),
    ("children", "kids"), ("obtain", "get"), ("purchased", "bought"), ("assist", "help"),
    ("utilized", "used"), ("utilize", "use"), ("commenced", "began"),
    ("died", "passed away"), ("however", "though"), ("film", "movie"),
    ("difficult", "hard"), ("significant", "important"), ("primarily", "mainly"),
    ("frequently", "often"), ("throughout", "across"), ("residents", "inhabitants"),
    ("the United States", "the US"), ("percent", "per cent"), (" later ", " afterwards "),
    ("created", "made"), ("established", "founded"), ("constructed", "built"),
    ("ended", "finished"),
    ("require", "need"), ("demonstrated", "showed"), ("due to", "because of"),
    ("prior to", "before"),
)  # fmt: skip


def reworded(sentence: str, rng: random.Random) -> tuple[str, str]:
    """Return `sentence` in slightly other words, still true, and how it was changed."""
    ways = [_verbatim, _dropped, _synonyms, _halved, _moved]
    for way in rng.sample(ways, len(ways)):
        new = way(sentence, rng)
        if new is not None:
            new = new[:1].upper() + new[1:]
            return new, way.__name__.strip("_")
    return sentence, "verbatim"


def _verbatim(sentence: str, rng: random.Random) -> str | None:
    return sentence if rng.random() < 0.5 else None  # noqa: PLR2004 -- half as often as the rest


def _dropped(sentence: str, _rng: random.Random) -> str | None:
    """Leave out what is said in passing."""
    new = _TAIL.sub("", _LEAD.sub("", _ASIDE.sub("", sentence)))
    return new if new != sentence else None


def _synonyms(sentence: str, rng: random.Random) -> str | None:
    new = sentence
    for old, put in rng.sample(_SAME, len(_SAME)):
        new = re.sub(rf"(?<!\w){re.escape(old.strip())}(?!\w)", put.strip(), new)
    return " ".join(new.split()) if new != sentence else None


def _halved(sentence: str, rng: random.Random) -> str | None:
    """Keep the first of two statements."""
    joints = [m for m in _AND.finditer(sentence) if _LEAST_CLAUSE < m.start() < len(sentence) - 15]
    return sentence[: rng.choice(joints).start()] + "." if joints else None


def _moved(sentence: str, _rng: random.Random) -> str | None:
    """Put an opening "In 1999," at the end."""
    match = _OPENING.match(sentence)
    if match is None or not sentence.endswith(".") or "," in match.group(1):
        return None
    opening = match.group(1)
    return f"{sentence[match.end() : -1]} {opening[:1].lower()}{opening[1:]}."
