"""Markdown's marks, which are no part of what a line says: of lists, headings, emphasis."""

import re

MARKER = re.compile(r"(?:#{1,6}\s+)?\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{2,4})[.)]")
"""A number or letter that opens a heading or an item of a list."""
OPENING = re.compile(r"\s*(?:#{1,6}\s+|[-*+•‣◦]\s+(?:\[[ xX]\]\s+)?|>\s+|\(?\d{1,2}[.)]\s+)")
"""The mark before what a line says."""
_EMPHASIS = re.compile(
    r"(\*{2,3}|_{2,3}|`+)(?=\S)(.+?)(?<=\S)\1|(?<!\w)([*_])(?=\S)(.+?)(?<=\S)\3(?!\w)"
)


def unmarked(text: str) -> str:
    """Return a sentence without Markdown's marks: of lists, quotations, headings, emphasis."""
    mark = OPENING.match(text)
    bare = text[mark.end() :] if mark is not None else text
    return _EMPHASIS.sub(lambda found: found[2] or found[4], bare)
