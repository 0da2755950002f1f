"""What readers think of answers: kept as JSON lines, which `qa eval` reads as gold questions."""

import json
import os
import threading
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError

from qa.types import Answer, Frozen, whole


def _as_sent(answer: object) -> Answer:
    """Read an answer as JSON has it: `true` is no score, and "1" no footnote."""
    if isinstance(answer, Answer):
        return answer
    try:
        # Halves of characters would be taken here, and by nobody who reads it later.
        sent = whole(json.dumps(answer, ensure_ascii=False))
        return Answer.model_validate_json(sent, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "it"
        raise ValueError(f"{place}: {first['msg']}") from None
    except RecursionError:
        raise ValueError("it is nested too deep") from None


class Feedback(Frozen):
    """What a reader thought of one answer, and in a note why, or what would be right."""

    question: str = Field(min_length=1, max_length=20_000)
    answer: Annotated[Answer, BeforeValidator(_as_sent)]
    verdict: Literal["up", "down"]
    note: str = Field("", max_length=2000)


class FeedbackLog:
    """A file that only grows. Who thinks again is written down again: the last line counts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    def append(self, feedback: Feedback) -> None:
        """Keep one opinion, on disk when this returns. Raises OSError when it cannot be written."""
        line = feedback.model_dump_json() + "\n"
        # Unbuffered, so that it is one write: other servers may append to the same file.
        with self._lock, self.path.open("ab", buffering=0) as file:
            file.write(line.encode("utf-8"))
            os.fsync(file.fileno())
