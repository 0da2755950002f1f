"""What a model's pieces say so far: lines, an abstention, an end, or that it is enough."""

from collections.abc import Iterable, Iterator

from qa.llm.lines import Line, Lines, about_the_passages, abstains, parse
from qa.llm.model import LENGTH, End, Piece
from qa.llm.repeats import Repeats
from qa.llm.thoughts import Thoughts
from qa.prompts import Prompt

_PATIENCE = 2
"""A model that writes more lines than it was asked for is stopped at this multiple."""
_CHARACTERS_PER_TOKEN = 12
"""A text longer than this for each token allowed comes from a server that keeps no limit."""
_AFTERWORD = 200
"""Characters read after an abstention: the server's counts come with the end."""


class Reading:
    """Reads one text; `take` its pieces in order, then the `rest`."""

    def __init__(self, prompt: Prompt, most: int, max_tokens: int) -> None:
        self.prompt = prompt
        self.end = End()
        self.count = 0
        """Lines given so far."""
        self._most = most * _PATIENCE
        self._left = max_tokens * _CHARACTERS_PER_TOKEN
        self._thoughts, self._split, self._repeats = Thoughts(), Lines(), Repeats()
        self._gave_up = False
        self._excused = False

    @property
    def repeats(self) -> bool:
        """True when the text goes round in circles."""
        return self._repeats.found

    @property
    def abstained(self) -> bool:
        """True when the model says that the passages do not answer, and nothing else."""
        return not self.count and (self._gave_up or self._excused)

    @property
    def enough(self) -> bool:
        """True when nothing is to be expected any more."""
        return self.repeats or self.count >= self._most or self._left <= 0

    def take(self, piece: Piece) -> Iterator[Line]:
        """Read a piece and yield the lines that are complete now."""
        self._left -= len(piece.text)
        self._repeats.text(piece.text)
        yield from self._drafted(self._split.feed(self._thoughts.feed(piece.text)))
        if piece.end:
            self.end = piece.end
        elif self._left <= 0 and not self._gave_up:
            self.end = End(LENGTH)

    def rest(self, *, finished: bool) -> Iterator[Line]:
        """Yield the last line, if it is whole; nothing once it was enough."""
        if self.repeats or self.count >= self._most:
            return
        whole = [*self._split.feed(self._thoughts.end()), *self._split.end(finished=finished)]
        yield from self._drafted(whole)

    def _drafted(self, lines: Iterable[str]) -> Iterator[Line]:
        for said in lines:
            if self._gave_up:
                return
            if abstains(said):
                self._gave_up = True
                self._left = min(self._left, _AFTERWORD)
                return
            for line in parse(said, len(self.prompt.passages)):
                if not self._repeats.line(line.text) or self.prompt.echoed(line.text):
                    continue
                if about_the_passages(line):
                    self._excused = True
                    continue
                self.count += 1
                yield line
