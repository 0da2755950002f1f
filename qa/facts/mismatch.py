"""What a gate reports."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "date", "name", "negation", "role"]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A fact of the claim that the quote does not bear out, and why, in words for a reader.

    `contradicts` is True when the quote states another value in its place, or the opposite.
    """

    kind: Kind
    reason: str
    contradicts: bool = False
