"""The models that write: LlamaIndex's `LLM`, read as a stream of pieces that has an end."""

import asyncio
from abc import abstractmethod
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseAsyncGen,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
    MessageRole,
)
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.llms import LLM, CustomLLM
from llama_index.core.llms.callbacks import llm_chat_callback, llm_completion_callback

from qa.errors import LLMInterrupted, QAError
from qa.llm.cancel import Cancel, Cancelled, Turns
from qa.llm.faults import Server
from qa.llm.wire import Exchange, Limits

SEED = 1
"""With temperature 0, so that the same question gets the same answer where the model allows."""
LENGTH = "length"
"""The reason of an end that was not the model's choice."""


@dataclass(frozen=True)
class End:
    """How a text ended, and the server's own count of tokens where it tells."""

    reason: str = ""
    prompt_tokens: int | None = None
    output_tokens: int | None = None


@dataclass(frozen=True)
class Piece:
    """What has just arrived: some text, or a sign of life without any, or the end."""

    text: str = ""
    end: End | None = None


Pieces = Generator[Piece, None, None]
"""Closing it closes the request that it comes from."""


def messages(system: str, user: str) -> list[ChatMessage]:
    """Make the two messages of a prompt."""
    return [
        ChatMessage(role=MessageRole.SYSTEM, content=system),
        ChatMessage(role=MessageRole.USER, content=user),
    ]


class LocalLLM(CustomLLM):
    """A LlamaIndex model over `pieces`, which is all that a server's own class has to bring.

    `url` is the server's address, `context_window` and `max_tokens` the budget in tokens.
    """

    model: str
    url: str
    context_window: int
    max_tokens: int

    _limits: Limits = PrivateAttr()
    _turns: Turns = PrivateAttr()

    def __init__(
        self, *, limits: Limits | None = None, turns: Turns | None = None, **fields: Any
    ) -> None:
        super().__init__(**fields)
        self._limits = limits or Limits()
        self._turns = turns or Turns(1, self._limits.first_token_s)

    @abstractmethod
    def pieces(
        self, asked: Sequence[ChatMessage], *, cancel: Cancel | None = None, most: int | None = None
    ) -> Pieces:
        """Write, at most `most` tokens. Closing the iterator ends the request.

        The last piece has an `end`. Raises an `LLMError` for whatever goes wrong, and `Cancelled`.
        """

    def _streamed(
        self,
        wire: Exchange,
        path: str,
        body: Mapping[str, Any],
        read: Callable[[Iterator[bytes], Server], Pieces],
    ) -> Pieces:
        """Send a request and `read` the lines of its answer, each wait within its limit.

        Only waiting counts, not the time that whoever reads the pieces takes.
        """
        seconds, late = self._limits.first_token_s, wire.server.no_first
        with (
            wire.open(path, body, seconds=seconds, late=late(seconds), limits=self._limits) as said,
            closing(read(wire.lines(said), wire.server)) as arriving,
        ):
            while True:
                with wire.within(seconds, late(seconds)):
                    piece = next(arriving, None)
                if piece is None:
                    return
                yield piece
                seconds, late = self._limits.next_token_s, wire.server.no_next

    @property
    def metadata(self) -> LLMMetadata:
        """The budget: what fits into the context, and what may be written."""
        return LLMMetadata(
            context_window=self.context_window,
            num_output=self.max_tokens,
            is_chat_model=True,
            model_name=self.model,
        )

    @llm_chat_callback()
    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:  # noqa: ARG002 -- the interface's
        """Write, piece by piece."""
        return self._responses(messages)

    @llm_chat_callback()
    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:  # noqa: ARG002 -- the interface's
        """Write, and return the whole."""
        last = ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=""))
        for response in self._responses(messages):
            last = response
        return last

    @llm_completion_callback()
    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:  # noqa: ARG002, FBT001, FBT002 -- the interface's
        """Write to one message of the user's."""
        text = "".join(piece.text for piece in self.pieces(_said(prompt)))
        return CompletionResponse(text=text)

    @llm_completion_callback()
    def stream_complete(
        self,
        prompt: str,
        formatted: bool = False,  # noqa: ARG002, FBT001, FBT002 -- the interface's
        **kwargs: Any,  # noqa: ARG002 -- the interface's
    ) -> CompletionResponseGen:
        """Write to one message of the user's, piece by piece."""
        return (
            CompletionResponse(text=response.message.content or "", delta=response.delta)
            for response in self._responses(_said(prompt))
        )

    async def achat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        """Write in a thread, and return the whole."""
        return await asyncio.to_thread(self.chat, messages, **kwargs)

    async def astream_chat(
        self, messages: Sequence[ChatMessage], **kwargs: Any
    ) -> ChatResponseAsyncGen:
        """Write in threads, piece by piece."""

        async def each() -> AsyncGenerator[ChatResponse, None]:
            with closing(self.stream_chat(messages, **kwargs)) as responses:
                while (found := await asyncio.to_thread(next, responses, None)) is not None:
                    yield found

        return each()

    def _responses(self, asked: Sequence[ChatMessage]) -> ChatResponseGen:
        so_far = ""
        for piece in self.pieces(asked):
            so_far += piece.text
            yield ChatResponse(
                message=ChatMessage(role=MessageRole.ASSISTANT, content=so_far),
                delta=piece.text,
                additional_kwargs=vars(piece.end) if piece.end else {},
            )


def _said(prompt: str) -> list[ChatMessage]:
    return [ChatMessage(role=MessageRole.USER, content=prompt)]


def pieces_of(
    llm: LLM, asked: Sequence[ChatMessage], *, cancel: Cancel, most: int | None = None
) -> Pieces:
    """Have any LlamaIndex model write. Raises `LLMError` and `Cancelled`, nothing else.

    A model that was handed in can be stopped between two pieces, not while it waits.
    """
    if isinstance(llm, LocalLLM):
        yield from llm.pieces(asked, cancel=cancel, most=most)
        return
    try:
        yield from _foreign(llm, asked, cancel)
    except (QAError, Cancelled):
        raise
    except Exception as error:  # what another package raises cannot be listed
        raise LLMInterrupted(
            f"{llm.metadata.model_name} failed: {type(error).__name__}: {error}",
            "The model was handed in by the program that uses this library; see its own manual.",
        ) from error


def _foreign(llm: LLM, asked: Sequence[ChatMessage], cancel: Cancel) -> Pieces:
    try:
        stream = llm.stream_chat(list(asked))
    except NotImplementedError:  # not every integration streams
        whole_reply = llm.chat(list(asked))
        yield Piece(whole_reply.message.content or "", _end(whole_reply.raw))
        return
    with closing(stream) as responses:
        before, last = "", None
        for last in responses:
            cancel.check()
            whole = last.message.content or ""
            # Some integrations give what is new, some only the whole so far.
            text = last.delta if last.delta is not None else whole.removeprefix(before)
            before = whole
            if text:
                yield Piece(text)
    yield Piece(end=_end(last.raw if last else None))


def _end(raw: object) -> End:
    """Find the reason of the end where LlamaIndex's own classes for Ollama and OpenAI put it."""
    if isinstance(raw, dict) and "done_reason" in raw:
        return End(str(raw["done_reason"]), raw.get("prompt_eval_count"), raw.get("eval_count"))
    choices = getattr(raw, "choices", None)
    return End(str(getattr(choices[0], "finish_reason", "")) if choices else "")
