"""Vectors that cost nothing, for sizes at which embedding every passage would take hours.

A text's vector is the sum of fixed random vectors of its words, at length 1: texts of one topic,
and a question and its answer, lie near each other, so that the index is searched as it would be.
"""

import re
from collections.abc import Sequence
from zlib import crc32

import numpy as np
import numpy.typing as npt

from qa.embedding import Embedding
from qa.exported import SAMPLES, unit

DIMENSIONS = 384
_BUCKETS = 8192
_BATCH = 16
_WORD = re.compile(r"[a-z]{4,}")

Vectors = npt.NDArray[np.float32]


class WordVectors:
    """Makes the vectors."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self._table = rng.standard_normal((_BUCKETS, DIMENSIONS), dtype=np.float32)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return an array of shape (n, dimensions), rows of length 1."""
        return unit(np.stack([self._sum(text) for text in texts]))

    def _sum(self, text: str) -> Vectors:
        words = _WORD.findall(text.lower()) or [text]
        rows = [crc32(word.encode()) % _BUCKETS for word in words]
        found: Vectors = self._table[rows].sum(axis=0)
        return found


class StandIn(Embedding):
    """The product's embedding with stand-in vectors.

    With `asking` the model embeds, too, and its vectors are thrown away: the time of a question
    is then the true one.
    """

    def __init__(self, *, asking: bool) -> None:
        super().__init__()
        self._vectors = WordVectors()
        self._asking = asking

    @property
    def fingerprint(self) -> str:
        """What tells an index of stand-ins from others."""
        return "stand-in vectors"

    def load(self) -> None:
        """Load the model and have it embed a batch, so that the memory is that of a true ingest."""
        super().encode([SAMPLES[-1]] * _BATCH)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return stand-ins for `texts`, in the time that the model takes if it is `asking`."""
        if self._asking:
            super().encode(texts)
        return self._vectors.encode(texts)
