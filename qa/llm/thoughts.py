"""Thoughts that a model writes into its text, between tags, taken out while it streams.

Servers that know a model put its thoughts into a field of their own. Where one does not, they
arrive as `<think>…</think>` before the answer, the tags cut anywhere by the stream.
"""

import re

_OPEN = re.compile(r"<(think|thinking|thought|reasoning|analysis)>", re.IGNORECASE)
_CLOSE = re.compile(r"</(?:think|thinking|thought|reasoning|analysis)>", re.IGNORECASE)
_LONGEST_TAG = len("</reasoning>")


class Thoughts:
    """Takes text in pieces and gives back what is not thought."""

    def __init__(self) -> None:
        self._held = ""
        self._inside = False

    def feed(self, text: str) -> str:
        """Return what can be said by now not to be thought; a possible tag is held back."""
        self._held += text
        said = ""
        while True:
            tag = (_CLOSE if self._inside else _OPEN).search(self._held)
            if tag is None:
                break
            if not self._inside:
                said += self._held[: tag.start()]
            self._held = self._held[tag.end() :]
            self._inside = not self._inside
        keep = self._unsure()
        if not self._inside:
            said += self._held[: len(self._held) - keep]
        self._held = self._held[len(self._held) - keep :]
        return said

    def end(self) -> str:
        """Return what was held back; a thought that was never ended is none of it."""
        said = "" if self._inside else self._held
        self._held = ""
        return said

    def _unsure(self) -> int:
        """Count the characters at the end that may be the beginning of a tag."""
        at = self._held.rfind("<", -_LONGEST_TAG)
        return len(self._held) - at if at >= 0 else 0


def after_thoughts(line: str) -> str:
    """Return what follows a closing tag without an opening one, which some templates write."""
    tags = list(_CLOSE.finditer(line))
    return line[tags[-1].end() :] if tags else line
