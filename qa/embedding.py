"""The embedding model: any sentence-transformers model, as a LlamaIndex embedding.

The default is sentence-transformers/all-MiniLM-L6-v2, which comes inside a package from the
package registry, so nothing is downloaded at run time. That package is not the publisher's own;
its weights and tokenizer are therefore compared with the digests that the publisher lists.
"""

import os
import threading
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr

from qa.bundled import DIGESTS, bundled_path
from qa.errors import ModelNotFound

BUNDLED = "bundled"
BATCH = 32

Vectors = npt.NDArray[np.float32]


class Embedding(BaseEmbedding):
    """A sentence-transformers model, loaded at first use; vectors have length 1.

    Safe to call from several threads: one encodes at a time, and torch uses every core for it.
    """

    _name: str = PrivateAttr()
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def __init__(self, name: str = BUNDLED) -> None:
        super().__init__(model_name=name, embed_batch_size=BATCH)
        self._name = name

    @cached_property
    def _model(self) -> Any:
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

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        # A copy: encoding sets truncation and padding on the model's own.
        tokenizer = Tokenizer.from_str(self._model.tokenizer.backend_tokenizer.to_str())
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @property
    def fingerprint(self) -> str:
        """What tells vectors of one model from another's."""
        if self._name == BUNDLED:
            return f"all-MiniLM-L6-v2@{DIGESTS['model.safetensors'][:16]}"
        return self._name

    def prepare(self) -> None:
        """Load the model without running it."""
        with self._lock:
            _ = self._tokenizer

    def load(self) -> None:
        """Load the model and run it once, so that the first question does not wait."""
        self.prepare()
        self.encode(["ready"])

    def tokens(self, text: str) -> list[int]:
        """Return the ids of the tokens of `text`, without special ones, however long it is."""
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed `texts`: an array of shape (n, dimensions), rows of length 1."""
        with self._lock:
            vectors = self._model.encode(
                list(texts),
                batch_size=BATCH,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        return np.asarray(vectors, dtype=np.float32)

    def _get_text_embedding(self, text: str) -> list[float]:
        return [float(x) for x in self.encode([text])[0]]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [[float(x) for x in row] for row in self.encode(texts)]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        import asyncio

        return await asyncio.to_thread(self._get_text_embedding, query)
