"""An `Answer` by OpenAI's Responses API, whole or as its events; both carry the same.

Nothing is stored: a conversation is sent whole, as `input`.
"""

import json
import time
from typing import Any, Literal

from fastapi.sse import format_sse_event
from pydantic import Field, StrictBool

from api.compatible.errors import NotOffered, error_body
from api.compatible.replies import SERVER_ERROR, Sources, annotations, new_id, sources, usage
from api.compatible.requests import (
    MODEL,
    Asked,
    ChatMessage,
    Lenient,
    check_format,
    check_model,
    check_tools,
    conversation,
)
from api.links import Links
from qa.compose import marked
from qa.types import Answer, Answered, ClaimVerified, Event, Failed, Filters, Frozen, Retrieved

Progress = Literal["in_progress", "completed", "incomplete"]


class ResponsesRequest(Lenient):
    """A request of OpenAI's Responses API, with `filters` as /api/ask takes them."""

    model: str = Field(description="`footnote`, the one that /v1/models lists.")
    input: str | tuple[dict[str, Any], ...] = Field(
        description="The question; or the conversation as messages, the question last."
    )
    stream: StrictBool | None = None
    tool_choice: Any = Field(None, description="Tools are never called; `required` is refused.")
    text: dict[str, Any] | None = Field(None, description="Only the format `text`.")
    previous_response_id: str | None = Field(None, description="Refused: nothing is stored.")
    conversation: Any = Field(None, description="Refused: nothing is stored.")
    background: StrictBool | None = Field(None, description="Refused if true.")
    filters: Filters | None = Field(None, description="Which articles may be used; null: all.")


def understood_input(body: ResponsesRequest) -> Asked:
    """Return what is asked; `UnknownModel` and `NotOffered` say what cannot be done."""
    check_model(body.model)
    check_tools(body.tool_choice)
    wanted = (body.text or {}).get("format")
    check_format("text", wanted if isinstance(wanted, dict) else None)
    for field in ("previous_response_id", "conversation", "background"):
        if getattr(body, field):
            raise NotOffered(
                field,
                "No answer is stored, or made behind the client's back.",
                f"Leave {field} out, and send the whole conversation as input.",
            )
    return conversation(_messages(body.input), "input")


def _messages(given: str | tuple[dict[str, Any], ...]) -> list[ChatMessage]:
    """Return the messages of an input; calls of tools and thoughts between them are left out."""
    if isinstance(given, str):
        return [ChatMessage.model_validate({"role": "user", "content": given})]
    found = [item for item in given if item.get("type", "message") == "message"]
    try:
        return [ChatMessage.model_validate(item) for item in found]
    except ValueError as error:
        raise NotOffered(
            "input",
            "A message of the input has no role that is known, or content that is no text.",
            "Send messages with 'role' and 'content'.",
        ) from error


class FlatCitation(Frozen):
    """A footnote mark in the text, as this API writes one."""

    type: Literal["url_citation"] = "url_citation"
    start_index: int
    end_index: int
    title: str
    url: str


class OutputText(Frozen):
    """The answer's text with its footnotes."""

    type: Literal["output_text"] = "output_text"
    text: str = ""
    annotations: tuple[FlatCitation, ...] = ()
    logprobs: tuple[()] = ()


class OutputMessage(Frozen):
    """The only item of an output."""

    id: str
    type: Literal["message"] = "message"
    role: Literal["assistant"] = "assistant"
    status: Progress
    content: tuple[OutputText, ...] = ()


class InputDetails(Frozen):
    """What of the tokens read was cached: nothing."""

    cached_tokens: Literal[0] = 0
    cache_write_tokens: Literal[0] = 0


class OutputDetails(Frozen):
    """What of the tokens written was thought: nothing."""

    reasoning_tokens: Literal[0] = 0


class ResponseUsage(Frozen):
    """Tokens that a language model read and wrote."""

    input_tokens: int
    input_tokens_details: InputDetails = InputDetails()
    output_tokens: int
    output_tokens_details: OutputDetails = OutputDetails()
    total_tokens: int


class Incomplete(Frozen):
    """Why a response has no end: a language model broke off."""

    reason: Literal["max_output_tokens"] = "max_output_tokens"


class ResponseHead(Frozen):
    """What a response has from its start."""

    id: str
    object: Literal["response"] = "response"
    created_at: int
    status: Progress = "in_progress"
    error: None = None
    incomplete_details: Incomplete | None = None
    instructions: None = None
    metadata: dict[str, str] = Field(default_factory=dict)
    model: str = MODEL
    output: tuple[OutputMessage, ...] = ()
    parallel_tool_calls: Literal[False] = False
    tool_choice: Literal["auto"] = "auto"
    tools: tuple[()] = ()
    temperature: None = None
    top_p: None = None
    usage: ResponseUsage | None = None


class ResponseObject(ResponseHead, Sources):
    """An answer as OpenAI's Responses API returns it."""


def response_object(
    answer: Answer, links: Links, head: ResponseHead | None = None, message_id: str | None = None
) -> ResponseObject:
    """Return an answer in one piece; or at the end of the stream that began with `head`."""
    begun = head or new_head()
    used = usage(answer)
    unfinished = answer.status == "incomplete"
    status: Progress = "incomplete" if unfinished else "completed"
    message = OutputMessage(
        id=message_id or new_id("msg_"), status=status, content=(output_text(answer, links),)
    )
    changed = {
        "status": status,
        "incomplete_details": Incomplete() if unfinished else None,
        "output": (message,),
        "usage": ResponseUsage(
            input_tokens=used.prompt_tokens,
            output_tokens=used.completion_tokens,
            total_tokens=used.total_tokens,
        ),
    }
    return ResponseObject(**{**dict(begun), **dict(sources(answer, links)), **changed})


def new_head() -> ResponseHead:
    """Begin a response."""
    return ResponseHead(id=new_id("resp_"), created_at=int(time.time()))


def output_text(answer: Answer, links: Links) -> OutputText:
    """Return the answer's text with its footnotes."""
    cited = (note.url_citation for note in annotations(answer, links))
    return OutputText(
        text=answer.answer,
        annotations=tuple(FlatCitation(**dict(citation)) for citation in cited),
    )


class ResponseEvents:
    """Writes the pipeline's events as those of one response.

    A claim is a delta as soon as it is verified; the annotations come behind the text.
    """

    def __init__(self, links: Links) -> None:
        self._links = links
        self._head = new_head()
        self._message = OutputMessage(id=new_id("msg_"), status="in_progress")
        self._place = {"item_id": self._message.id, "output_index": 0, "content_index": 0}
        self._number = 0
        self._sent = ""

    def __call__(self, event: Event) -> bytes:
        """Return what is sent for an event, which may be nothing."""
        match event:
            case Retrieved():
                return self._begin()
            case ClaimVerified(claim=claim) if claim.verdict == "supported":
                return self._text(f" {marked(claim)}" if self._sent else marked(claim))
            case Answered(answer=answer):
                return self._end(answer)
            case Failed(problem=problem):
                told = error_body(problem, SERVER_ERROR).error
                return self._event("error", code=told.code, message=told.message, param=None)
            case _:
                return b""

    def _begin(self) -> bytes:
        head = self._head.model_dump(mode="json")
        return b"".join(
            [
                self._event("response.created", response=head),
                self._event("response.in_progress", response=head),
                self._item("added", self._message),
                self._part("added", OutputText()),
            ]
        )

    def _text(self, text: str) -> bytes:
        self._sent += text
        if not text:
            return b""
        return self._event("response.output_text.delta", **self._place, delta=text, logprobs=[])

    def _end(self, answer: Answer) -> bytes:
        whole = response_object(answer, self._links, self._head, self._message.id)
        (message,) = whole.output
        (text,) = message.content
        kind = "incomplete" if answer.status == "incomplete" else "completed"
        return b"".join(
            [
                self._text(answer.answer.removeprefix(self._sent)),
                *(self._note(n, note) for n, note in enumerate(text.annotations)),
                self._event(
                    "response.output_text.done", **self._place, text=text.text, logprobs=[]
                ),
                self._part("done", text),
                self._item("done", message),
                self._event(f"response.{kind}", response=whole.model_dump(mode="json")),
            ]
        )

    def _note(self, n: int, note: FlatCitation) -> bytes:
        told = {"annotation_index": n, "annotation": note.model_dump()}
        return self._event("response.output_text.annotation.added", **self._place, **told)

    def _item(self, what: str, message: OutputMessage) -> bytes:
        item = message.model_dump(mode="json")
        return self._event(f"response.output_item.{what}", output_index=0, item=item)

    def _part(self, what: str, text: OutputText) -> bytes:
        part = text.model_dump(mode="json")
        return self._event(f"response.content_part.{what}", **self._place, part=part)

    def _event(self, kind: str, **data: Any) -> bytes:
        told = {"type": kind, "sequence_number": self._number, **data}
        self._number += 1
        return format_sse_event(event=kind, data_str=json.dumps(told, ensure_ascii=False))
