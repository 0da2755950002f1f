"""What a scripted model server does, step by step, on the wire.

A reply is a sequence of steps. Without `Done` it has no end, as when a server breaks off.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Say:
    """Send some text."""

    text: str


@dataclass(frozen=True)
class Think:
    """Send some text in the field for thoughts."""

    text: str


@dataclass(frozen=True)
class Pause:
    """Wait: a slow model."""

    seconds: float


@dataclass(frozen=True)
class Stall:
    """Send nothing any more, until the client has gone or the test is over."""


@dataclass(frozen=True)
class Until:
    """Wait for something that the test decides; the client's going ends it, too."""

    met: Callable[[], bool]


@dataclass(frozen=True)
class Fail:
    """Send an error in the middle of the stream, as the last line."""

    error: str


@dataclass(frozen=True)
class Raw:
    """Send these bytes as they are, in one chunk."""

    data: bytes


@dataclass(frozen=True)
class Bytewise:
    """Send a step's bytes one by one, each in a chunk of its own."""

    step: "Say | Done"


@dataclass(frozen=True)
class Cut:
    """Break the connection off."""


@dataclass(frozen=True)
class Done:
    """Send the last line. `prompt` is the count of the prompt's tokens; None leaves it out."""

    reason: str = "stop"
    prompt: int | None = -1
    output: int = 8


Step = Say | Think | Pause | Stall | Until | Fail | Raw | Bytewise | Cut | Done
Reply = str | Sequence[Step]
Script = Callable[[Json], Reply]


class Refused(Exception):
    """Raised by a script to make the server reply with an error."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status


def steps(reply: Reply) -> Sequence[Step]:
    """Send a text word by word, with its end; anything else as it is scripted."""
    if not isinstance(reply, str):
        return reply
    words = [f"{word} " for word in reply.split(" ")]
    words[-1] = words[-1].removesuffix(" ")
    return [*map(Say, words), Done(output=len(reply.split()))]


def prompt_tokens(body: Mapping[str, Any]) -> int:
    """Count a prompt as sparingly as a tokenizer can: a token a word."""
    return sum(len(str(m.get("content", "")).split()) for m in body.get("messages", []))
