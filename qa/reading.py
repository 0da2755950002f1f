"""What a reader is: the seam between the pipeline and the models that read.

`qa.reader.EmbeddedReader` fills it with the models that come with the package.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from qa.overlap import Matrix
from qa.types import Passage, Quote, Value


class Encoder(Protocol):
    """What turns texts into vectors."""

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Return an array of shape (n, dimensions) with rows of length 1."""
        ...


@dataclass(frozen=True)
class Candidate:
    """A sentence that may answer; `score` is the calibrated probability that it does."""

    quote: Quote
    score: float


@dataclass(frozen=True)
class Reading:
    """What a reader found: candidates, best first.

    `answerable` is the calibrated probability that the passages answer the question at all.
    `values` are answers in few words, the best of each article, best first. `relevance` has the
    logit of each passage's holding the answer, in their order; it is empty where they were not
    read. `notices` tell the reader of the answer what could not be done as usual.
    """

    candidates: tuple[Candidate, ...]
    answerable: float
    values: tuple[Value, ...] = ()
    relevance: tuple[float, ...] = ()
    notices: tuple[str, ...] = ()


NOTHING = Reading((), 0.0)


READY = (
    "Who is ready?",
    [
        Passage(
            id="",
            article_id="",
            title="Ready",
            text="The reader is ready to read.",
            start=0,
            end=28,
        )
    ],
)
"""What is read to have everything loaded that a question needs."""


class Reader(Protocol):
    """What finds answers in passages, and judges support."""

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        """Find the sentences of `passages` that answer `question`."""
        ...

    def support(self, claim: str, quote: str) -> float:
        """Return the probability that `quote` supports `claim`, in [0, 1]."""
        ...
