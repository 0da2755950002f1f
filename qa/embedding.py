"""The embedding model: any sentence-transformers model.

The default is sentence-transformers/all-MiniLM-L6-v2, which comes inside a package from the
package registry, so nothing is downloaded at run time. That package is not the publisher's own;
its weights and tokenizer are therefore compared with the digests that the publisher lists.

sentence-transformers names and loads the model; once it has been exported (`qa.exported`), the
export runs it, which starts in a fraction of the time. Torch goes on running what cannot be
exported, and everything where there is a GPU. `qa.llamaindex` makes a LlamaIndex embedding of it.
"""

import contextlib
import os
import threading
from collections.abc import Sequence
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from qa.bundled import DIGESTS, bundled_path
from qa.errors import ModelNotFound
from qa.exported import ExportedModel, NotExportable, digest_of, export, find, unit
from qa.settings import default_cache_dir

BUNDLED = "bundled"
BATCH = 32

Vectors = npt.NDArray[np.float32]


class Encoder(Protocol):
    """What embeds texts, wherever it does. Safe to call from several threads."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed `texts`: an array of shape (n, dimensions), rows of length 1."""


class Model(Protocol):
    """What embeds texts."""

    @property
    def tokenizer(self) -> Any:
        """The model's tokenizer, which neither cuts nor pads."""

    @property
    def runtime(self) -> str:
        """What runs the model, for people."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed `texts`: an array of shape (n, dimensions), rows of length 1."""


class TorchModel:
    """A model run by sentence-transformers itself; one thread encodes at a time."""

    def __init__(self, model: Any, why: str) -> None:
        self._model = model
        self._lock = threading.Lock()
        self.runtime = f"torch on {model.device} ({why})"

    @cached_property
    def tokenizer(self) -> Any:
        """The model's tokenizer, which neither cuts nor pads."""
        from tokenizers import Tokenizer

        # A copy: encoding sets truncation and padding on the model's own.
        tokenizer = Tokenizer.from_str(self._model.tokenizer.backend_tokenizer.to_str())
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed `texts`: an array of shape (n, dimensions), rows of length 1."""
        with self._lock:
            vectors = self._model.encode(
                list(texts), batch_size=BATCH, convert_to_numpy=True, show_progress_bar=False
            )
        return unit(np.asarray(vectors, dtype=np.float32))


class Embedding:
    """A sentence-transformers model, loaded at first use; vectors have length 1.

    `cache` is the folder for exported models; by default the user's. Safe to call from several
    threads.
    """

    def __init__(self, name: str = BUNDLED, cache: Path | None = None) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._cache = cache or default_cache_dir()

    @cached_property
    def _model(self) -> Model:
        digest = self._digest()
        why = "a GPU" if _gpu() else ""
        try:
            found = None if digest is None or why else find(digest, self._cache)
            if found is not None:
                return ExportedModel(found, self._cache)
        except NotExportable as error:
            why = str(error)
        loaded = self._loaded()
        digest = digest or self._digest()
        if why or digest is None:
            return TorchModel(loaded, why or "its files cannot be told")
        try:
            return ExportedModel(export(loaded, digest, self._cache), self._cache)
        except (NotExportable, OSError) as error:
            return TorchModel(loaded, str(error))

    def _digest(self) -> str | None:
        """Return what tells the model's files from others; None when they are not here yet."""
        if self._name == BUNDLED:
            return DIGESTS["model.safetensors"]
        folder = Path(self._name)
        if not folder.is_dir():
            from huggingface_hub import try_to_load_from_cache

            with contextlib.suppress(ValueError):  # what is not a name of a model, is a path
                known = try_to_load_from_cache(_published(self._name), "config.json")
                folder = Path(known).parent if isinstance(known, str) else folder
        return digest_of(folder) if folder.is_dir() else None

    def _loaded(self) -> Any:
        if self._name == BUNDLED:
            path = str(bundled_path())
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        else:
            path = self._name
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call] # has no annotations
        try:
            return SentenceTransformer(path, device=None)
        except (OSError, ValueError) as error:
            raise ModelNotFound(
                f"The embedding model {self._name!r} could not be loaded: {error}",
                "Check QA_EMBEDDING_MODEL: the path of a sentence-transformers model, or a name "
                "that can be downloaded from here; unset it for the bundled model.",
            ) from error

    @property
    def fingerprint(self) -> str:
        """What tells vectors of one model from another's."""
        if self._name == BUNDLED:
            return f"all-MiniLM-L6-v2@{DIGESTS['model.safetensors'][:16]}"
        return self._name

    @property
    def runtime(self) -> str:
        """What runs the model, for people."""
        self.prepare()
        return self._model.runtime

    def prepare(self) -> None:
        """Load the model without running it."""
        with self._lock:
            _ = self._model.tokenizer

    def load(self) -> None:
        """Load the model and run it once, so that the first question does not wait."""
        self.prepare()
        self.encode(["ready"])

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text has, without special ones, however long it is."""
        self.prepare()
        rows = self._model.tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(row.ids) for row in rows]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed `texts`: an array of shape (n, dimensions), rows of length 1."""
        self.prepare()
        return self._model.encode(texts)


def _gpu() -> bool:
    """Tell whether torch could run on a GPU, without importing it."""
    return "+cpu" not in metadata.version("torch") and Path("/dev/nvidia0").exists()


def _published(name: str) -> str:
    """Return a model's full name: those of sentence-transformers may be named without its own."""
    return name if "/" in name else f"sentence-transformers/{name}"
