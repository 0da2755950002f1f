"""A model's text -> drafted lines: each one sentence and the numbers of the passages it cites.

The form asked for is one sentence a line, ending in `[n]`. Models slip: list marks, bold type,
several sentences in a line, the number before the full stop or before the sentence, `[1, 2]`,
"According to passage [2], …". Such slips are read as what they plainly mean. Nothing is guessed:
a number out of range is dropped, and a sentence without a number says so by `cited == ()`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.llm.thoughts import after_thoughts
from qa.orders import inert
from qa.prompts import ABSTAIN
from qa.sentences import sentences


@dataclass(frozen=True)
class Line:
    """A sentence as a model wrote it. `cited` are numbers of passages, from 1, none twice."""

    text: str
    cited: tuple[int, ...] = ()


_WORD = r"(?:passages?|sources?)"
"""Not "article": Article 5 is what people write about."""
_NUMBERS = r"\d{1,3}(?:\s*(?:,|;|&|-|\u2013|and)\s*(?:passage\s*)?\d{1,3})*"
_MARK = re.compile(
    rf"[\[\u3010]\s*\^?\s*(?:{_WORD}\s*)?({_NUMBERS})\s*[\]\u3011]|\(\s*{_WORD}\s*({_NUMBERS})\s*\)",
    re.IGNORECASE,
)
_RANGE = re.compile(r"(\d+)(?:\s*[-\u2013]\s*(\d+))?")
_LEADING = re.compile(
    r"^\s*(?:(?:[-*•‣–—>#]+|\d{1,2}[.)])(?=\s)\s*)*(?:(?:final )?answer\s*:\s*)?", re.IGNORECASE
)
_ONE = rf"(?:(?:the\s+)?(?:(?:{_WORD}\s*)?(?:{_MARK.pattern})|{_WORD}\s*\d{{1,3}}\b))"
_SAYS = r"(?:says|states|reports|mentions|notes|explains|writes)(?:\s+that)?\b,?"
_SOURCE_FIRST = re.compile(
    r"^(?:according to|based on|as (?:stated|reported|mentioned) (?:in|by)|in|from|per)\s+"
    rf"{_ONE}(?:(?:\s*,\s*|\s+and\s+){_ONE})*\s*[,:]\s*|^{_ONE}\s*(?::|{_SAYS})\s*",
    re.IGNORECASE,
)
_EMPHASIS = re.compile(r"(\*{1,3}|_{2,3}|`+)(?=\S)(.+?)(?<=\S)\1")
_NESTED = 2
_ABSTAINS = re.compile(r"\b" + ABSTAIN.replace("_", r"[ _]?") + r"\b")
_SORRY = r"^(?:\W|\b(?:unfortunately|sorry|however|but|so|i'?m|i am|based on this)\b)*"
_OURS = r"(?:passages\b|passage \d+\b)"
"""What only we call them; "the passage" may be one at sea, or that of a law."""
_GIVEN = (
    rf"(?:(?:the|these|this|any|all|none) )?(?:of )?(?:the )?(?:\w+ )?(?:{_OURS}|(?:provided|given"
    r"|supplied|numbered|above) (?:passage|articles?|texts?|context|information|sources?)\b)"
)
_LACK = (
    r"(?:do(?:es)?|did|is|are|can)(?: not|n.t)|cannot|lacks?|(?:contains?|has|have|gives?|provides?"
    r"|makes?|offers?|states?|mentions?|says?|answers?) (?:no|nothing|neither)"
)
_NOTHING = r"(?:there is )?no(?:thing| information| mention| answer| details?)?\b"
_LACKS = re.compile(
    rf"{_SORRY}(?:{_GIVEN}(?! of\b).{{0,60}}?\b(?:{_LACK})\b|none of {_GIVEN}"
    rf"|{_NOTHING}.{{0,120}}\bin {_GIVEN})",
    re.IGNORECASE,
)
_GIVES_UP = re.compile(
    rf"{_SORRY}(?:(?:i|we) (?:do not|don.t|cannot|can.t|could not|am unable|am not able)\b"
    r"|(?:there is |i have |i found )?no (?:information|mention|answer|evidence|details?)\b"
    r"|it is (?:not (?:clear|known|stated|mentioned|specified)|un(?:clear|known))\b"
    r"|the (?:articles?|texts?|sources?|documents?|context|question)\b.{0,40}?\b"
    r"(?:do(?:es)?|did|is|are|can)(?: not|n.t)\b)",
    re.IGNORECASE,
)
_BEFORE_NEXT = re.compile(r"[\]\u3011][.!?]\s+(?=[\"“‘]?[A-Z])")
_ENDS_MARKED = re.compile(r"[\]\u3011)]\W{0,3}$")
_SPACE_BEFORE_STOP = re.compile(r"\s+(?=[.,;:!?](?:\s|$))")


def abstains(line: str) -> bool:
    """Tell whether a line is the marker to abstain, whatever stands around it."""
    return bool(_ABSTAINS.search(line))


def about_the_passages(line: Line) -> bool:
    """Tell whether a line says what the passages lack: an abstention in other words, no claim.

    With a number it must speak of "the passages", as only we call them; without one it may be
    said in any of the ways in which models excuse themselves.
    """
    return bool(_LACKS.search(line.text) or (not line.cited and _GIVES_UP.search(line.text)))


class Lines:
    """Takes text in pieces and gives back the lines that are complete.

    A sentence that ends in a number and a full stop is complete where the next one begins, for
    models that write a paragraph.
    """

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, text: str) -> Iterator[str]:
        """Yield what is complete now."""
        self._rest += text
        while (cut := self._cut()) is not None:
            whole, self._rest = self._rest[:cut], self._rest[cut:]
            if line := after_thoughts(whole).strip():
                yield line

    def end(self, *, finished: bool) -> Iterator[str]:
        """Yield the rest, if the model `finished`. If not, only what ends in a number.

        "The captain did not" is not what a model wanted to say.
        """
        rest, self._rest = after_thoughts(self._rest).strip(), ""
        marked = bool(_ENDS_MARKED.search(rest) and _MARK.search(rest))
        if rest and (finished or marked):
            yield rest

    def _cut(self) -> int | None:
        at = self._rest.find("\n")
        found = _BEFORE_NEXT.search(self._rest, 0, at if at >= 0 else len(self._rest))
        if found:
            return found.end()
        return at + 1 if at >= 0 else None


def parse(line: str, passages: int) -> list[Line]:
    """Read a line: the sentences in it, and which of the `passages` each one cites.

    A number counts for the sentence that it follows and for those before it that have none.
    Talk ("Here is the answer:"), headings and lines without a word are no sentences.
    """
    text, cites = _without_marks(" ".join(line.split()), passages)
    spans = sentences(text)
    if not spans or (not cites and (text.endswith(":") or line.lstrip().startswith("#"))):
        return []
    own: list[list[int] | None] = [None for _ in spans]
    for at, numbers in cites:
        index = max((n for n, (start, _) in enumerate(spans) if start < at), default=0)
        own[index] = [*(own[index] or ()), *numbers]
    found: list[Line] = []
    following: tuple[int, ...] = ()
    for (start, end), marked in zip(reversed(spans), reversed(own), strict=True):
        # One whose numbers were all dropped has none, and takes none from its neighbour.
        following = following if marked is None else tuple(dict.fromkeys(marked))
        if any(character.isalnum() for character in text[start:end]):
            found.append(Line(_stopped(text[start:end]), following))
    return found[::-1]


def _without_marks(line: str, passages: int) -> tuple[str, list[tuple[int, list[int]]]]:
    """Return a line's bare text, and the numbers cited with the offsets where they stood."""
    bare = _LEADING.sub("", inert(line), count=1)
    for _ in range(_NESTED):
        bare = _EMPHASIS.sub(r"\2", bare)
    bare = bare.replace("```", "")
    cites: list[tuple[int, list[int]]] = []
    source = _SOURCE_FIRST.match(bare)
    if source:
        cites.append((0, _numbers(source.group(), passages)))
        bare = bare[source.end() :]
        bare = bare[:1].upper() + bare[1:]
    text, end = "", 0
    for mark in _MARK.finditer(bare):
        text += bare[end : mark.start()]
        text = text.rstrip() if text.strip() else ""
        cites.append((len(text), _numbers(mark.group(1) or mark.group(2), passages)))
        end = mark.end()
    text += bare[end:]
    start = len(text) - len(text.lstrip())
    tidy = text[start:]
    return tidy.rstrip(), [(max(0, at - start), found) for at, found in cites]


def _numbers(said: str, passages: int) -> list[int]:
    """Return the numbers of a mark that are those of passages; "1-3" is a range."""
    found: list[int] = []
    for first, last in _RANGE.findall(said):
        low, high = int(first), int(last or first)
        found.extend(n for n in range(low, min(high, passages) + 1) if 1 <= n <= passages)
    return found


def _stopped(sentence: str) -> str:
    """End a sentence with a full stop where the model put none, so that lines can be joined."""
    tidy = _SPACE_BEFORE_STOP.sub("", " ".join(sentence.split()))
    return tidy if tidy[-1:] in '.!?"”' else f"{tidy.rstrip(',;:')}."
