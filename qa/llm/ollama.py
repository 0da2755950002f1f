"""A model that Ollama runs.

Its own client package gives the types; the request is sent by `Exchange`, because the package
has one time limit for loading, the first token and the next, no way to stop while it waits, and
takes some characters inside a line for the line's end.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.bridge.pydantic import PrivateAttr
from ollama import ChatResponse
from pydantic import ValidationError

from qa.llm.cancel import Cancel
from qa.llm.faults import Server, failed, garbled, message
from qa.llm.model import SEED, End, LocalLLM, Piece, Pieces
from qa.llm.models import exchange
from qa.llm.wire import Exchange, decoded, shown


class OllamaLLM(LocalLLM):
    """`model` is a tag; `thinks` says that it can think aloud, which it is then told not to."""

    thinks: bool = False

    _loads: set[int] = PrivateAttr(default_factory=set)

    @classmethod
    def class_name(cls) -> str:
        """Return what LlamaIndex's records call it."""
        return "footnote_ollama"

    @property
    def loading(self) -> bool:
        """True while this process waits for the model to be loaded."""
        return bool(self._loads)

    def load(self, cancel: Cancel | None = None) -> None:
        """Have the model loaded; returns at once when it is. Raises `LLMError`."""
        with exchange(self.url, cancel or Cancel(), self.model) as wire:
            self._load(wire)

    def pieces(
        self, asked: Sequence[ChatMessage], *, cancel: Cancel | None = None, most: int | None = None
    ) -> Pieces:
        """Write to `asked`. The model is loaded first, so that each wait has its own limit."""
        stop = cancel or Cancel()
        with self._turns.turn(stop), exchange(self.url, stop, self.model) as wire:
            self._load(wire)
            body = self._body(asked) | {"stream": True}
            body["options"]["num_predict"] = min(most or self.max_tokens, self.max_tokens)
            yield from self._streamed(wire, "/api/chat", body, _pieces)

    def _load(self, wire: Exchange) -> None:
        seconds, waits = self._limits.load_s, threading.get_ident()
        self._loads.add(waits)
        try:
            wire.json(
                "/api/chat", self._body([]) | {"stream": False}, seconds=seconds,
                late=wire.server.loading(seconds), limits=self._limits,
            )  # fmt: skip
        finally:
            self._loads.discard(waits)

    def _body(self, asked: Sequence[ChatMessage]) -> dict[str, Any]:
        """Write a request. Loading and chatting must agree in num_ctx, or the model loads twice."""
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": m.role.value, "content": m.content or ""} for m in asked],
            # Newer servers then say that a prompt is too long; older ones cut it silently.
            "truncate": False,
            "options": {"num_ctx": self.context_window, "temperature": 0, "seed": SEED},
        }
        # Without it such a model spends its tokens on thoughts; others need not know the field.
        return body | ({"think": False} if self.thinks else {})


def _pieces(lines: Iterator[bytes], server: Server) -> Pieces:
    """Read Ollama's stream: a JSON object a line, the last one with `done`."""
    for line in lines:
        if not line:
            continue
        part = decoded(line, server)
        if part.get("error"):
            raise failed(message(part), server, writing=True)
        chunk = _chunk(part, server)
        # Thoughts come in a field of their own: a sign of life, never shown.
        text = chunk.message.content or ""
        if chunk.done:
            yield Piece(
                text, End(chunk.done_reason or "", chunk.prompt_eval_count, chunk.eval_count)
            )
            return
        yield Piece(text)
    raise server.unfinished()


def _chunk(part: Mapping[str, Any], server: Server) -> ChatResponse:
    try:
        return ChatResponse.model_validate(part)
    except ValidationError as error:
        raise garbled(server, shown(part)) from error
