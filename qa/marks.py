"""Markdown's marks, which are no part of what a line says: of lists, headings, emphasis."""

import re

MARKER = re.compile(r"(?:#{1,6}\s+)?\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{2,4})[.)]")
"""A number or letter that opens a heading or an item of a list."""
OPENING = re.compile(r"\s*(?:#{1,6}\s+|[-*+•‣◦]\s+(?:\[[ xX]\]\s+)?|>\s+|\(?\d{1,2}[.)]\s+)")
"""The mark before what a line says."""
LABELLED = re.compile(r"\W{0,3}[A-Z][\w'’&/().-]*(?: [\w'’&/().-]+){0,4}[*_]{0,2}:[*_]{0,2}\s+\S")
"""A line that says first what it tells: "Place: Clubhouse, Room 2"."""
_CLOCK = r"\d{1,2}(?:(?:[:.]|h)[0-5]\d(?:\s?[ap]\.?m\.?)?|\s?[ap]\.?m\.?)"
TIMED = re.compile(
    rf"(?:\*\*|__)?(?P<hours>{_CLOCK}(?:\s?(?:[-–—]|to|until)\s?{_CLOCK})?)(?:\*\*|__)?(?!\w)"
    r"(?:\s?[-–—:|,])?\s+[^\W_]",
    re.IGNORECASE,
)
"""An entry of a programme or a diary: "08:30 Doors open", "2 pm – 3 pm: Choir"."""
_ALONE = re.compile(r"(?<!\w)(?:\*\*|__)(?=\s|$)|^(?:\*\*|__)(?=\s?\w)|(?<=[.!?:])\*\*(?=\s|$)")
"""Half of an emphasis that another sentence has the rest of."""
STRUCK = re.compile(
    r"~~(?=\S).{1,400}?(?<=\S)~~|<(?P<tag>del|s|strike)\b[^<>]*>.{0,400}?</(?P=tag)>",
    re.IGNORECASE | re.DOTALL,
)
"""What the author has crossed out, and no longer says."""
_NOTE = re.compile(r"\[\^[^\]\s]{1,20}\]")
_ASKED = re.compile(r"\W{0,3}(?:q|question)(?:\s?\d{1,3})?[*_]{0,2}:[*_]{0,2}\s+", re.IGNORECASE)
_ANSWERED = re.compile(r"\W{0,3}(?:a|answer)(?:\s?\d{1,3})?[*_]{0,2}:[*_]{0,2}\s+", re.IGNORECASE)
_YES = re.compile(r"(?:yes|no|nope|yeah|correct|not quite)[,.;:!—–]", re.IGNORECASE)
_ASKS = re.compile(r"\?[\"'”’»)\]*_]*$")
_EMPHASIS = re.compile(
    r"(\*{2,3}|_{2,3}|`+)(?=\S)(.+?)(?<=\S)\1|(?<!\w)([*_])(?=\S)(.+?)(?<=\S)\3(?!\w)"
)


def unmarked(text: str) -> str:
    """Return a sentence without Markdown's marks: of lists, quotations, headings, emphasis.

    "Q:" and "A:" before it are dropped, too.
    """
    return without_emphasis(without_opening(text))


def without_opening(text: str) -> str:
    """Return a line without the mark or the label that opens it."""
    mark = OPENING.match(text)
    return without_label(text[mark.end() :] if mark is not None else text)


def without_emphasis(text: str) -> str:
    """Return a text without emphasis, notes, and what is crossed out."""
    text = _NOTE.sub("", STRUCK.sub("", text))
    return _ALONE.sub("", _EMPHASIS.sub(lambda found: found[2] or found[4], text))


def without_label(line: str) -> str:
    """Return a line of questions and answers without "Q:" or "A:" before it."""
    label = _ASKED.match(line) if asks(line) else _ANSWERED.match(line)
    return line[label.end() :] if label is not None else line


def asks(line: str) -> bool:
    """Tell whether a sentence or line is a question."""
    return _ASKS.search(line.strip()) is not None


def is_answer(line: str) -> bool:
    """Tell whether a line begins with "A:"."""
    return _ANSWERED.match(line) is not None


def is_reply(line: str, before: str) -> bool:
    """Tell whether a line answers the one `before` it as people write questions and answers."""
    return is_answer(line) and _ASKED.match(before) is not None and asks(before)


def is_yes_or_no(line: str) -> bool:
    """Tell whether a sentence begins as the answer to a question that may be answered so."""
    return _YES.match(without_opening(line)) is not None


def leads(line: str) -> bool:
    """Tell whether a line ends in a colon, as what stands above a list does."""
    return line.rstrip("*_ \t\r").endswith(":")
