"""What a chat client sends, and what of it Footnote understands.

The last message is the question; the turns before it are its history. Instructions (`system`,
`developer`) and settings of a sampling model (`temperature`, `max_tokens` …) are accepted and
ignored: nothing here obeys instructions. What a client would wait for in vain is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    WithJsonSchema,
)

from api.compatible.errors import NotOffered, UnknownModel
from api.schemas import HISTORY_TURNS
from qa.types import Filters, Turn

MODEL = "footnote"
_TEXTS = frozenset({"text", "input_text", "output_text"})
"""What parts of text are called, by one API and the other."""


class Lenient(BaseModel):
    """Base of what clients send: unknown fields are ignored, as every client sends some."""

    model_config = ConfigDict(frozen=True)


class Part(Lenient):
    """A part of a message; only parts of text are read."""

    type: str
    text: str = ""


def _parts(content: Any) -> Any:
    """Take a text for one part, and nothing for none."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [] if content is None else content


_PART = {
    "type": "object",
    "required": ["type"],
    "properties": {"type": {"type": "string"}, "text": {"type": "string"}},
}
Content = Annotated[
    tuple[Part, ...],
    BeforeValidator(_parts),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "array", "items": _PART},
                {"type": "null"},
            ]
        }
    ),
]


class ChatMessage(Lenient):
    """One message; `content` is a text, or its parts."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Content = ()

    @property
    def text(self) -> str:
        """The text of the message, without what is not text."""
        return "\n".join(part.text for part in self.content if part.type in _TEXTS)


class StreamOptions(Lenient):
    """What a stream carries beside the answer."""

    include_usage: StrictBool | None = None


class ChatRequest(Lenient):
    """A request of OpenAI's Chat Completions API, with `filters` as /api/ask takes them."""

    model: str = Field(description="`footnote`, the one that /v1/models lists.")
    messages: tuple[ChatMessage, ...] = Field(
        description="The conversation, oldest first; the last one is the question.",
        json_schema_extra={"minItems": 1},
    )
    stream: StrictBool | None = None
    stream_options: StreamOptions | None = None
    n: StrictInt | None = Field(None, description="Only 1.")
    tool_choice: Any = Field(None, description="Tools are never called; `required` is refused.")
    response_format: dict[str, Any] | None = Field(None, description="Only `text`.")
    filters: Filters | None = Field(None, description="Which articles may be used; null: all.")

    @property
    def include_usage(self) -> bool:
        """True when a stream ends with a chunk that says what was used."""
        return bool(self.stream_options and self.stream_options.include_usage)


@dataclass(frozen=True)
class Asked:
    """A question as the pipeline takes it."""

    question: str
    history: tuple[Turn, ...]


def understood(chat: ChatRequest) -> Asked:
    """Return what is asked.

    `UnknownModel` and `NotOffered` say what cannot be done, and which field asks for it.
    """
    check_model(chat.model)
    if chat.n not in {None, 1}:
        raise NotOffered("n", f"{chat.n} answers are asked for.", "Leave n out, or send 1.")
    check_tools(chat.tool_choice)
    check_format("response_format", chat.response_format)
    return conversation(chat.messages, "messages")


def check_model(model: str) -> None:
    """Refuse every model but ours."""
    if model != MODEL:
        raise UnknownModel(f"The model {model!r} does not exist.", f"The only one is {MODEL!r}.")


def check_tools(choice: Any) -> None:
    """Refuse to be made to call a tool."""
    if choice not in (None, "auto", "none"):
        raise NotOffered(
            "tool_choice",
            "A tool must be called, and Footnote calls none.",
            "Leave tool_choice out, or send 'auto' or 'none'.",
        )


def check_format(param: str, wanted: dict[str, Any] | None) -> None:
    """Refuse every format but text."""
    kind = (wanted or {}).get("type", "text")
    if kind != "text":
        raise NotOffered(
            param,
            f"Answers are text, not {kind!r}.",
            f"Leave {param} out; POST /api/ask returns an answer as JSON.",
        )


def conversation(messages: Sequence[ChatMessage], field: str) -> Asked:
    """Take the last message for the question, and those before it for its history."""
    if not messages:
        raise NotOffered(field, "There is no message.", "Send a question.")
    *before, last = messages
    at = f"{field}[{len(before)}]"
    if last.role != "user":
        raise NotOffered(
            f"{at}.role",
            f"The last message is of the role {last.role!r}, and no question.",
            "End the messages with one of the role 'user'.",
        )
    for part in last.content:
        if part.type not in _TEXTS:
            raise NotOffered(
                f"{at}.content",
                f"The question has a part of the type {part.type!r}; only text is read.",
                "Ask in words.",
            )
    return Asked(last.text, turns(before))


def turns(messages: Sequence[ChatMessage]) -> tuple[Turn, ...]:
    """Pair each question with the answer that followed it; keep the newest."""
    found: list[Turn] = []
    for message in messages:
        if message.role == "user" and message.text:
            found.append(Turn(question=message.text))
        elif message.role == "assistant" and message.text and found:
            found[-1] = Turn(question=found[-1].question, answer=message.text)
    return tuple(found[-HISTORY_TURNS:])
