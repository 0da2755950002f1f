"""The reading model: question or claim and text read together.

A cross-encoder trained from all-MiniLM-L6-v2 (`qa/models/reading-model`). For each pair it says
where in the text the answer begins and ends, whether the text answers the question at all, whether
it is the passage that the question is about, and whether it supports the claim. The vectors of the
words are those of all-MiniLM-L6-v2 itself, and are read from there. Neither torch nor transformers
is imported.
"""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.bundled import bundled_path, check_digests
from qa.inference import Choice, Outputs, Session, choose, open_session, padded
from qa.readable import Shown, shown
from qa.settings import default_cache_dir

MODEL = Path(__file__).parent / "models" / "reading-model"
LONGEST = 224
"""Tokens of query and text together; what lies behind is not read, so texts are cut before."""
LONGEST_QUERY = 64
_FILE = "model.onnx"
_BATCH = 16
_SHARES = 2
"""Batches for each lane, where there are that many pairs."""
_SAMPLE = (
    "Who paid for the new lamp of the lighthouse?",
    "The harbour authority paid 420,000 crowns for the lighthouse's new lamp; the old one failed.",
)
_LEAST_COSINE = 0.999
"""How near to the logits in 32 bits an engine's must be, all of a pair taken together."""
_SPECIAL = 3
"""The tokens [CLS], [SEP] and [SEP]."""

Numbers = npt.NDArray[np.float32]
Pair = tuple[str, str]


def word_vectors() -> Numbers:
    """Return the vectors of the bundled model's tokens, shape (tokens, 384)."""
    from safetensors import safe_open

    with safe_open(bundled_path() / "model.safetensors", framework="numpy") as tensors:
        found: Numbers = tensors.get_tensor("embeddings.word_embeddings.weight")
    return found


@dataclass(frozen=True)
class Read:
    """What the model says of one query and text; every number is a logit.

    `start` and `end` have one entry per token of the text, `offsets` its place in characters,
    shape (tokens, 2). `null` is the score of there being no answer, to be compared with
    `start[i] + end[j]`.
    """

    start: Numbers
    end: Numbers
    null: float
    offsets: npt.NDArray[np.int64]
    answerable: float
    relevant: float
    supported: float


class CrossEncoder:
    """The model, loaded at first use. Safe to use from several threads."""

    def __init__(self, folder: Path = MODEL, cache: Path | None = None) -> None:
        self._folder = folder
        self._cache = cache or default_cache_dir()
        self._lock = threading.Lock()

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was written beside the weights: their digest, and the calibration."""
        found: dict[str, Any] = json.loads((self._folder / "model.json").read_text("utf-8"))
        return found

    @cached_property
    def choice(self) -> Choice:
        """The engine that runs the model here."""
        check_digests(self._folder, self.manifest["digests"])
        rows = [_row(encoded) for encoded in self._tokenizer.encode_batch([_SAMPLE] * _BATCH)]
        return choose(
            self._folder / _FILE, self.manifest["digests"][_FILE],
            _padded(rows, self._vectors), _agree, self._cache,
        )  # fmt: skip

    @cached_property
    def _session(self) -> Session:
        return open_session(self._folder / _FILE, self.choice.engine, self._cache)

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        found = Tokenizer.from_file(str(bundled_path() / "tokenizer.json"))
        found.no_padding()
        found.no_truncation()
        return found

    @cached_property
    def _vectors(self) -> Numbers:
        return word_vectors()

    def load(self) -> None:
        """Load the model and run it once, so that the first question does not wait."""
        self.read([("ready", "ready")])

    def room(self, query: str) -> int:
        """Return how many tokens a text may have beside `query`."""
        size = len(self._tokenizer.encode(query, add_special_tokens=False).ids)
        return LONGEST - _SPECIAL - min(size, LONGEST_QUERY - 2)

    def places(self, text: str) -> list[tuple[int, int]]:
        """Return the offsets of the tokens of `text`."""
        seen = shown(text)
        encoded = self._tokenizer.encode(seen.text, add_special_tokens=False)
        return [seen.place(*offsets) for offsets in encoded.offsets]

    def read(self, pairs: Sequence[Pair]) -> list[Read]:
        """Read every pair; pairs of like length share a batch."""
        with self._lock:
            session, tokenizer, vectors = self._session, self._tokenizer, self._vectors
        seen = [shown(text) for _, text in pairs]
        plain = [(query, told.text) for (query, _), told in zip(pairs, seen, strict=True)]
        rows = [_row(encoded) for encoded in tokenizer.encode_batch(plain)]
        # The longest first: what is left at the end keeps no core waiting for long.
        order = sorted(range(len(rows)), key=lambda n: -len(rows[n].ids))
        size = _batch(len(rows), session.lanes)
        groups = [order[begin : begin + size] for begin in range(0, len(order), size)]
        # Made only when it is their turn: the vectors of a batch take up to 5 MB.
        batches = (_padded([rows[n] for n in group], vectors) for group in groups)
        found: dict[int, Read] = {}
        for group, outputs in zip(groups, session.run(batches), strict=True):
            for at, n in enumerate(group):
                found[n] = _read(rows[n], seen[n], [output[at] for output in outputs])
        return [found[n] for n in range(len(rows))]


def _batch(pairs: int, lanes: int) -> int:
    """Return how many pairs are read together: some batches for each lane, that all may end soon.

    Each of them is small enough that the lanes together hold no more than one batch would.
    """
    if lanes == 1:
        return _BATCH
    return max(1, min(_BATCH // 2, -(-pairs // (_SHARES * lanes))))


@dataclass(frozen=True)
class _Row:
    ids: Sequence[int]
    query: int
    offsets: Sequence[tuple[int, int]]


def _row(encoded: Any) -> _Row:
    """Cut a long query, then a long text; the last [SEP] stays."""
    ids, offsets = list(encoded.ids), list(encoded.offsets)
    query = encoded.type_ids.index(1)
    if query > LONGEST_QUERY:
        del ids[LONGEST_QUERY - 1 : query - 1], offsets[LONGEST_QUERY - 1 : query - 1]
        query = LONGEST_QUERY
    if len(ids) > LONGEST:
        ids = [*ids[: LONGEST - 1], ids[-1]]
    return _Row(ids, query, offsets[query : len(ids) - 1])


def _padded(rows: Sequence[_Row], vectors: Numbers) -> dict[str, npt.NDArray[Any]]:
    shape = (len(rows), padded(max(len(row.ids) for row in rows)))
    ids, mask, types = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    for n, row in enumerate(rows):
        ids[n, : len(row.ids)] = row.ids
        mask[n, : len(row.ids)] = 1
        types[n, row.query : len(row.ids)] = 1
    return {"vectors": vectors[ids], "attention_mask": mask, "token_type_ids": types}


def _agree(found: Outputs, expected: Outputs) -> bool:
    """Tell whether an engine reads the sample as the reference does."""
    return all(
        float((a * b).sum()) >= _LEAST_COSINE * float(np.linalg.norm(a) * np.linalg.norm(b))
        for a, b in zip(found, expected, strict=True)
    )


def _read(row: _Row, seen: Shown, outputs: Sequence[Any]) -> Read:
    start, end, heads = outputs
    offsets = [seen.place(*offsets) for offsets in row.offsets]
    text = slice(row.query, len(row.ids) - 1)
    return Read(
        start=start[text],
        end=end[text],
        null=float(start[0] + end[0]),
        offsets=np.array(offsets, dtype=np.int64).reshape(-1, 2),
        answerable=float(heads[0]),
        relevant=float(heads[1]),
        supported=float(heads[2]),
    )
