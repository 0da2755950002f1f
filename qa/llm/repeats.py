"""Whether a model goes round in circles: the same lines again, or the same words without end."""

_TAIL = 400
"""Characters looked at. A text that only repeats itself over so many is not coming back."""
_LONGEST_PERIOD = 100
_EVERY = 64
"""Characters between two looks."""
_SAME_LINES = 3
"""Lines in a row that were all written before."""


class Repeats:
    """Watches a text as it grows. `found` stays True once it is."""

    def __init__(self) -> None:
        self.found = False
        self._tail = ""
        self._unseen = 0
        self._lines: set[str] = set()
        self._again = 0

    def text(self, new: str) -> None:
        """Look at what was written."""
        self._tail = (self._tail + new)[-_TAIL:]
        self._unseen += len(new)
        if self._unseen >= _EVERY:
            self._unseen = 0
            self.found = self.found or self._circles()

    def line(self, text: str) -> bool:
        """Tell whether a line is new; too many in a row that are not, and it goes in circles."""
        key = "".join(character for character in text.casefold() if character.isalnum())
        new = key not in self._lines
        self._lines.add(key)
        self._again = 0 if new else self._again + 1
        self.found = self.found or self._again >= _SAME_LINES
        return new

    def _circles(self) -> bool:
        return len(self._tail) == _TAIL and period(self._tail) <= _LONGEST_PERIOD


def period(text: str) -> int:
    """Return the least p with `text[i] == text[i + p]` throughout (Knuth, Morris & Pratt 1977)."""
    border = [0] * len(text)
    matched = 0
    for at in range(1, len(text)):
        while matched and text[at] != text[matched]:
            matched = border[matched - 1]
        if text[at] == text[matched]:
            matched += 1
        border[at] = matched
    return len(text) - (border[-1] if border else 0)
