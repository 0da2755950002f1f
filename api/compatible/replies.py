"""An `Answer` as a chat completion, whole or in chunks; both carry the same.

The content is the answer with its marks, `… Ada Lindqvist [1].`; claims that were removed are not
in it. An annotation covers each mark: `start_index` and `end_index` count Unicode code points of
the content, as Python does. `citations` and `search_results` are Perplexity's: entry n - 1 is what
`[n]` refers to.
"""

import datetime as dt
import json
import time
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from fastapi.sse import format_sse_event

from api.compatible.errors import error_body
from api.compatible.requests import MODEL
from api.links import Links
from qa.compose import marked
from qa.types import Answer, Answered, ClaimVerified, Conflict, Event, Failed, Frozen, Retrieved
from qa.types import Status as AnswerStatus

FinishReason = Literal["stop", "length"]
_DONE = b"data: [DONE]\n\n"
SERVER_ERROR = 500


class UrlCitation(Frozen):
    """Where a mark stands in the content, and the article, opened at the quote."""

    start_index: int
    end_index: int
    title: str
    url: str


class Annotation(Frozen):
    """A footnote mark in the content."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation


class Message(Frozen):
    """The answer, with its footnotes as annotations."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None
    annotations: tuple[Annotation, ...] = ()


class Choice(Frozen):
    """The only choice; `length` when a language model broke off before its end."""

    index: Literal[0] = 0
    message: Message
    finish_reason: FinishReason
    logprobs: None = None


class Usage(Frozen):
    """Tokens that a language model read and wrote: none where the embedded reader answered."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class SearchResult(Frozen):
    """What a footnote refers to: `snippet` is `article.text[start:end]`, in code points."""

    title: str
    url: str
    date: dt.date | None
    snippet: str
    file: str
    start: int
    end: int
    sha256: str
    page: int | None


class Beyond(Frozen):
    """What an answer has beyond the protocol, as /api/ask says it."""

    status: AnswerStatus
    short_answer: str | None
    rewritten: str | None
    conflicts: tuple[Conflict, ...]
    confidence: float | None
    notices: tuple[str, ...]


class Sources(Frozen):
    """What a completion, or the last chunk of one, says of where the answer is from.

    `system_fingerprint` is what wrote the answer: `embedded`, or a language model's name.
    """

    system_fingerprint: str
    citations: tuple[str, ...]
    search_results: tuple[SearchResult, ...]
    footnote: Beyond


class ChatCompletion(Sources):
    """An answer as OpenAI's API returns it."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str = MODEL
    choices: tuple[Choice]
    usage: Usage


def completion(answer: Answer, links: Links) -> ChatCompletion:
    """Return an answer in one piece."""
    message = Message(content=answer.answer, annotations=annotations(answer, links))
    return ChatCompletion(
        id=new_id("chatcmpl-"),
        created=int(time.time()),
        choices=(Choice(message=message, finish_reason=finish_reason(answer)),),
        usage=usage(answer),
        **dict(sources(answer, links)),
    )


def annotations(answer: Answer, links: Links) -> tuple[Annotation, ...]:
    """Return an annotation for each mark in the answer's text, in the order of the text."""
    cited = {citation.id: citation for citation in answer.citations}
    return tuple(
        Annotation(
            url_citation=UrlCitation(
                start_index=start, end_index=end, title=cited[number].title,
                url=links.to(cited[number]),
            )
        )
        for number, start, end in marks(answer)
    )  # fmt: skip


def marks(answer: Answer) -> Iterator[tuple[int, int, int]]:
    """Yield each mark's number, and where it starts and ends in the answer's text.

    Counted from the claims: a `[1]` that an article itself contains is no mark.
    """
    at = 0
    for claim in answer.claims:
        written = marked(claim)
        stop = written[-1:] if not written.endswith("]") else ""
        width = sum(len(f"[{number}]") for number in claim.citations)
        place = at + len(written) - len(stop) - width
        for number in claim.citations:
            yield number, place, place + len(f"[{number}]")
            place += len(f"[{number}]")
        at += len(written) + 1


def finish_reason(answer: Answer) -> FinishReason:
    """Say why the answer ends where it does."""
    return "length" if answer.status == "incomplete" else "stop"


def usage(answer: Answer) -> Usage:
    """Return what a language model used."""
    read, wrote = (answer.tokens.get(name, 0) for name in ("prompt", "output"))
    return Usage(prompt_tokens=read, completion_tokens=wrote, total_tokens=read + wrote)


def sources(answer: Answer, links: Links) -> Sources:
    """Return what the answer rests on."""
    return Sources(
        system_fingerprint=answer.model,
        citations=tuple(links.to(citation) for citation in answer.citations),
        search_results=tuple(
            SearchResult(
                title=citation.title, url=links.to(citation), date=citation.date,
                snippet=citation.quote, file=citation.file, start=citation.start,
                end=citation.end, sha256=citation.sha256, page=citation.page,
            )
            for citation in answer.citations
        ),
        footnote=Beyond(
            status=answer.status, short_answer=answer.short_answer, rewritten=answer.rewritten,
            conflicts=answer.conflicts, confidence=answer.confidence, notices=answer.notices,
        ),
    )  # fmt: skip


def new_id(kind: str) -> str:
    """Make an id as OpenAI's are."""
    return f"{kind}{uuid.uuid4().hex}"


class Chunks:
    """Writes the pipeline's events as the chunks of one completion.

    A claim is sent as soon as it is verified, and none that is not. The annotations come in one
    chunk behind the text, the rest of what a completion carries with the reason of its end.
    """

    def __init__(self, links: Links, *, include_usage: bool) -> None:
        self._links = links
        self._include_usage = include_usage
        self._fixed = {
            "id": new_id("chatcmpl-"),
            "object": "chat.completion.chunk",
            "created": int(time.time()),
            "model": MODEL,
        }
        self._sent = ""

    def __call__(self, event: Event) -> bytes:
        """Return what is sent for an event, which may be nothing."""
        match event:
            case Retrieved():
                return self._chunk({"role": "assistant", "content": ""})
            case ClaimVerified(claim=claim) if claim.verdict == "supported":
                return self._text(f" {marked(claim)}" if self._sent else marked(claim))
            case Answered(answer=answer):
                return self._end(answer)
            case Failed(problem=problem):
                return _event(error_body(problem, SERVER_ERROR).model_dump())
            case _:
                return b""

    def _text(self, text: str) -> bytes:
        self._sent += text
        return self._chunk({"content": text}) if text else b""

    def _end(self, answer: Answer) -> bytes:
        rest = self._text(answer.answer.removeprefix(self._sent))
        notes = [note.model_dump() for note in annotations(answer, self._links)]
        told = sources(answer, self._links).model_dump(mode="json")
        return b"".join(
            [
                rest,
                self._chunk({"annotations": notes}) if notes else b"",
                self._chunk({}, finish_reason(answer), told),
                self._used(answer) if self._include_usage else b"",
                _DONE,
            ]
        )

    def _used(self, answer: Answer) -> bytes:
        return _event({**self._fixed, "choices": [], "usage": usage(answer).model_dump()})

    def _chunk(
        self,
        delta: Mapping[str, Any],
        finish: FinishReason | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        unused = {"usage": None} if self._include_usage else {}
        return _event({**self._fixed, "choices": [choice], **unused, **(more or {})})


def _event(data: Mapping[str, Any]) -> bytes:
    return format_sse_event(data_str=json.dumps(data, ensure_ascii=False))
