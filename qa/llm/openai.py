"""A model behind an OpenAI-compatible server: vLLM, llama.cpp, LM Studio and others."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.bridge.pydantic import PrivateAttr
from pydantic import SecretStr

from qa.llm.cancel import Cancel
from qa.llm.faults import Server, failed, garbled, message
from qa.llm.model import SEED, End, LocalLLM, Piece, Pieces
from qa.llm.wire import Exchange, decoded, shown

SETTING = "QA_LLM_URL"
_DONE = b"[DONE]"


def exchange(
    url: str, cancel: Cancel, model: str | None = None, key: SecretStr | None = None
) -> Exchange:
    """Prepare an exchange with the server at `url`, which is the root of its API."""
    headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
    server = Server("the OpenAI-compatible server", url, SETTING, model)
    return Exchange(server, cancel, headers=headers)


class OpenAILLM(LocalLLM):
    """`url` is the root of the server's API, usually ending in `/v1`."""

    _key: SecretStr | None = PrivateAttr(default=None)

    def __init__(self, *, key: SecretStr | None = None, **fields: Any) -> None:
        super().__init__(**fields)
        self._key = key

    @classmethod
    def class_name(cls) -> str:
        """Return what LlamaIndex's records call it."""
        return "footnote_openai"

    def pieces(
        self, asked: Sequence[ChatMessage], *, cancel: Cancel | None = None, most: int | None = None
    ) -> Pieces:
        """Write to `asked`. Such servers load at their own start: there is no wait for that."""
        stop = cancel or Cancel()
        body = {
            "model": self.model,
            "messages": [{"role": m.role.value, "content": m.content or ""} for m in asked],
            "stream": True,
            "stream_options": {"include_usage": True},
            "max_tokens": min(most or self.max_tokens, self.max_tokens),
            "temperature": 0,
            "seed": SEED,
        }
        with self._turns.turn(stop), exchange(self.url, stop, self.model, self._key) as wire:
            yield from self._streamed(wire, "/chat/completions", body, _pieces)


def _pieces(lines: Iterator[bytes], server: Server) -> Pieces:
    """Read server-sent events, each a JSON object; comments and other fields say nothing.

    The counts come after the end, in an object of their own, or not at all.
    """
    reason: str | None = None
    end = End()
    for line in lines:
        if not line.startswith(b"data:"):
            continue
        data = line.removeprefix(b"data:").strip()
        if data == _DONE:
            reason = reason or "stop"
            break
        part = decoded(data, server)
        if part.get("error"):
            raise failed(message(part), server, writing=True)
        text, found = _choice(part, server)
        reason = found or reason
        end = _counted(part) or end
        yield Piece(text)
    if reason is None:
        raise server.unfinished()
    yield Piece(end=End(reason, end.prompt_tokens, end.output_tokens))


def _choice(part: Mapping[str, Any], server: Server) -> tuple[str, str | None]:
    """Return the new text, without thoughts (`reasoning_content`), and why it ended, if it did."""
    try:
        choices = part.get("choices") or []
        if not choices:
            return "", None
        first = choices[0]
        text, reason = (first.get("delta") or {}).get("content"), first.get("finish_reason")
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        raise garbled(server, shown(part)) from error
    return str(text or ""), str(reason) if reason else None


def _counted(part: Mapping[str, Any]) -> End | None:
    usage = part.get("usage")
    if not isinstance(usage, dict):
        return None
    prompt, output = usage.get("prompt_tokens"), usage.get("completion_tokens")
    return End(
        "",
        prompt if isinstance(prompt, int) else None,
        output if isinstance(output, int) else None,
    )
