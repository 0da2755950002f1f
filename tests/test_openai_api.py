"""The OpenAI-compatible API, asked by the `openai` package over a real socket."""

import asyncio
import json
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from api.compatible.replies import annotations, marks
from api.compatible.requests import ChatMessage, turns
from api.links import Links
from qa.compose import marked
from qa.settings import Settings
from qa.types import Answer, Citation, Claim, Turn
from tests.live import ARTICLES, LIGHTHOUSE, ODD_ID, Live, ingested, running, settings_of
from tests.llm_pipeline import ARTICLES as LLM_ARTICLES
from tests.llm_pipeline import SOON, TINY
from tests.llm_world import FIRST, WHO
from tests.ollama_script import Done, Fail, Json, Pause, Say, Stall, Step
from tests.ollama_server import ollama

QUESTION = "Who designed the lighthouse at Cape Morrow?"
FOUNDER = "Who founded the fish market of Tallmere?"
UNKNOWN = "What is the capital of Mongolia?"
ANSWERED = [QUESTION, FOUNDER, "Who is the captain of the ferry to Sund island?"]
BEYOND = ("citations", "search_results", "footnote", "system_fingerprint")


@pytest.fixture
def gpt(live: Live) -> Iterator[openai.OpenAI]:
    """Return OpenAI's client, pointed at our server."""
    with connected(live) as client:
        yield client


def connected(live: Live) -> openai.OpenAI:
    """Make a client of a server; it asks once and does not repeat itself."""
    return openai.OpenAI(base_url=f"{live.url}/v1", api_key="none", max_retries=0, timeout=60)


def chat(gpt: openai.OpenAI, *messages: Any, **more: Any) -> ChatCompletion:
    """Ask; a bare text is a question."""
    given: Any = [{"role": "user", "content": m} if isinstance(m, str) else m for m in messages]
    found = gpt.chat.completions.create(model="footnote", messages=given, **more)
    assert isinstance(found, ChatCompletion)
    return found


def chunks_of(gpt: openai.OpenAI, question: str, **more: Any) -> list[ChatCompletionChunk]:
    """Ask, and read the whole stream."""
    messages: Any = [{"role": "user", "content": question}]
    with gpt.chat.completions.create(
        model="footnote", messages=messages, stream=True, **more
    ) as stream:
        return list(stream)


def joined(chunks: Sequence[ChatCompletionChunk]) -> dict[str, Any]:
    """Put a stream's parts together as a client does."""
    choices = [choice for chunk in chunks for choice in chunk.choices]
    deltas = [choice.delta.model_dump() for choice in choices]
    last = next(chunk for chunk in chunks if chunk.choices and chunk.choices[0].finish_reason)
    return {
        "content": "".join(delta["content"] or "" for delta in deltas),
        "annotations": [note for delta in deltas for note in delta.get("annotations", [])],
        "finish_reason": last.choices[0].finish_reason,
        **{name: getattr(last, name) for name in BEYOND},
    }


def whole(completion: ChatCompletion) -> dict[str, Any]:
    """Return the same of a completion in one piece."""
    (choice,) = completion.choices
    return {
        "content": choice.message.content,
        "annotations": [note.model_dump() for note in choice.message.annotations or []],
        "finish_reason": choice.finish_reason,
        **{name: getattr(completion, name) for name in BEYOND},
    }


# -- answers --------------------------------------------------------------------------------


@pytest.mark.parametrize("question", ANSWERED)
def test_a_completion_is_the_answer_with_its_footnotes(
    gpt: openai.OpenAI, client: httpx.Client, question: str
) -> None:
    """The content is the answer of /api/ask; each mark in it has an annotation on the spot."""
    answer = client.post("/api/ask", json={"question": question}).json()
    completion = chat(gpt, question)
    message = completion.choices[0].message
    assert message.role == "assistant"
    assert message.content is not None
    assert message.content == answer["answer"]
    assert completion.choices[0].finish_reason == "stop"
    assert message.annotations
    results = whole(completion)["search_results"]
    for note in message.annotations:
        cited = note.url_citation
        mark = message.content[cited.start_index : cited.end_index]
        result = results[int(mark.strip("[]")) - 1]
        assert (cited.url, cited.title) == (result["url"], result["title"])
        assert ARTICLES[result["file"]][result["start"] : result["end"]] == result["snippet"]
    assert [result["snippet"] for result in results] == [c["quote"] for c in answer["citations"]]
    assert completion.usage is not None
    assert completion.usage.total_tokens == 0, "no language model read or wrote anything"


@pytest.mark.parametrize("question", [*ANSWERED, UNKNOWN])
def test_a_stream_is_equal_to_the_whole(gpt: openai.OpenAI, question: str) -> None:
    """Content, annotations, sources and the reason of the end are the same in both forms."""
    chunks = chunks_of(gpt, question)
    assert joined(chunks) == whole(chat(gpt, question))
    assert chunks[0].choices[0].delta.role == "assistant"
    assert len({(chunk.id, chunk.created, chunk.model) for chunk in chunks}) == 1


def test_the_clients_own_accumulator_takes_the_stream(gpt: openai.OpenAI) -> None:
    """The package's `stream` helper puts our chunks together to the message that we sent whole."""
    messages: Any = [{"role": "user", "content": QUESTION}]
    with gpt.chat.completions.stream(model="footnote", messages=messages) as stream:
        for _ in stream:
            pass
        message: Any = stream.get_final_completion().choices[0].message
    plain = chat(gpt, QUESTION).choices[0].message
    assert message.content == plain.content
    noted = [note if isinstance(note, dict) else note.model_dump() for note in message.annotations]
    assert noted == [note.model_dump() for note in plain.annotations or []]


def test_usage_ends_a_stream_on_request(gpt: openai.OpenAI) -> None:
    """With `include_usage` a last chunk without choices says what was used; without, none does."""
    *before, last = chunks_of(gpt, QUESTION, stream_options={"include_usage": True})
    assert last.choices == []
    assert last.usage is not None
    assert all(chunk.usage is None and chunk.choices for chunk in before)
    assert all(chunk.usage is None for chunk in chunks_of(gpt, QUESTION))


def test_not_found_is_a_normal_completion(gpt: openai.OpenAI) -> None:
    """What the articles do not say is said so, without sources, and is no error."""
    found = whole(chat(gpt, UNKNOWN))
    assert found["content"] == "The articles do not answer this question."
    assert found["finish_reason"] == "stop"
    assert (found["annotations"], found["citations"], found["search_results"]) == ([], [], [])
    assert found["footnote"]["status"] == "not_found"


def test_a_follow_up_is_understood_from_the_messages_before(gpt: openai.OpenAI) -> None:
    """Earlier messages are the history; instructions between them change nothing."""
    before = [
        {"role": "system", "content": "Answer in French."},
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "content": "It was designed by Ada Lindqvist [1]."},
        {"role": "developer", "content": "Be brief."},
    ]
    found = whole(chat(gpt, *before, "How far can its beam be seen?"))
    assert "Cape Morrow" in found["footnote"]["rewritten"]
    assert found["search_results"][0]["file"] == "lighthouse.txt"
    assert whole(chat(gpt, QUESTION))["footnote"]["rewritten"] is None


def test_messages_become_turns() -> None:
    """A question goes with the answer behind it; what has no text or no question is left out."""
    said = [
        ("assistant", "Hello!"),
        ("user", "a"),
        ("user", "b"),
        ("assistant", None),
        ("tool", "42"),
        ("assistant", "B"),
        ("user", [{"type": "image_url", "image_url": {"url": "x"}}]),
        ("user", [{"type": "text", "text": "c"}, {"type": "text", "text": "d"}]),
    ]
    messages = [ChatMessage.model_validate({"role": r, "content": c}) for r, c in said]
    assert turns(messages) == (
        Turn(question="a"),
        Turn(question="b", answer="B"),
        Turn(question="c\nd"),
    )
    assert len(turns(messages * 30)) == 50


def test_what_a_sampling_model_is_told_is_ignored(gpt: openai.OpenAI) -> None:
    """Temperature, limits, seeds, tools that need not be called: the answer stays the same."""
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    given: Any = {
        "temperature": 0.7, "top_p": 0.1, "max_tokens": 5, "max_completion_tokens": 5, "seed": 1,
        "stop": ["."], "presence_penalty": 1, "logit_bias": {"1": 1}, "user": "me", "n": 1,
        "tools": [tool], "tool_choice": "auto", "response_format": {"type": "text"},
        "extra_body": {"unheard_of": True}, "metadata": {"a": "b"}, "logprobs": True,
    }  # fmt: skip
    assert whole(chat(gpt, QUESTION, **given)) == whole(chat(gpt, QUESTION))


def test_half_a_character_is_no_reason_to_fail(client: httpx.Client) -> None:
    """Halves of surrogate pairs, which JSON can carry, are replaced wherever they come."""
    half = r'{"role": "user", "content": "Who designed the lighthouse at Cape Morrow \ud83c?"}'
    then = r'{"role": "user", "content": "How far can its beam be seen, \udf00?"}'
    model = r'{"model": "footnote", "messages": '
    json_type = {"content-type": "application/json"}
    for messages in (f"[{half}]", f"[{half}, {then}]"):
        for stream in ("", ', "stream": true'):
            body = f"{model}{messages}{stream}}}"
            response = client.post("/v1/chat/completions", content=body, headers=json_type)
            assert response.status_code == 200, response.text
            assert "lighthouse.txt" in response.text
    unknown = rf'{model}[{half}], "filters": {{"files": ["\ud800"]}}}}'
    response = client.post("/v1/chat/completions", content=unknown, headers=json_type)
    assert response.json()["error"]["code"] == "unknown_article"


def test_filters_restrict_the_sources(gpt: openai.OpenAI) -> None:
    """As with /api/ask, in the body beside OpenAI's fields."""
    only: Any = {"filters": {"files": ["bridge.txt"]}}
    found = whole(chat(gpt, "How long is the new bridge of Grimsfold?", extra_body=only))
    assert {result["file"] for result in found["search_results"]} == {"bridge.txt"}
    with pytest.raises(openai.NotFoundError) as error:
        chat(gpt, QUESTION, extra_body={"filters": {"files": ["nowhere.txt"]}})
    assert error.value.code == "unknown_article"


def test_the_asynchronous_client_works_many_at_a_time(live: Live) -> None:
    """Eight questions at once, streamed and whole, each get their own answer."""

    async def ask(gpt: openai.AsyncOpenAI, question: str, *, stream: bool) -> str:
        messages: Any = [{"role": "user", "content": question}]
        if not stream:
            found = await gpt.chat.completions.create(model="footnote", messages=messages)
            return found.choices[0].message.content or ""
        async with await gpt.chat.completions.create(
            model="footnote", messages=messages, stream=True
        ) as chunks:
            return joined([chunk async for chunk in chunks])["content"]  # type: ignore[no-any-return]

    async def all_at_once() -> list[str]:
        url = f"{live.url}/v1"
        async with openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as gpt:
            asking = [ask(gpt, q, stream=s) for q in [QUESTION, FOUNDER] * 2 for s in (True, False)]
            return await asyncio.gather(*asking)

    answers = asyncio.run(all_at_once())
    names = ["Ada Lindqvist", "Ada Lindqvist", "Joost Haverkamp", "Joost Haverkamp"] * 2
    assert all(name in answer for name, answer in zip(names, answers, strict=True))


def test_annotations_count_code_points_and_only_real_marks() -> None:
    """Marks are found behind characters of two UTF-16 units, and a `[1]` of an article is none."""
    texts = ["\U0001f41f [1] costs 3 [2] crowns.", "Really \U0001f3db\ufe0f?", "No stop [9]"]
    claims = tuple(
        Claim(text=text, citations=numbers, verdict="supported", score=1)
        for text, numbers in zip(texts, [(1,), (2, 1), (3,)], strict=True)
    )
    citations = tuple(
        Citation(id=n, file=f"ü {n}#?.txt", title="T", quote="q", start=0, end=1, sha256="a" * 64)
        for n in (1, 2, 3)
    )
    text = " ".join(marked(claim) for claim in claims)
    answer = Answer(
        question="?", status="answered", answer=text, claims=claims, citations=citations, model="m"
    )
    found = [(number, text[start:end]) for number, start, end in marks(answer)]
    assert found == [(1, "[1]"), (2, "[2]"), (1, "[1]"), (3, "[3]")]
    first = annotations(answer, Links("http://localhost/"))[0].url_citation
    assert first.start_index == text.index("[1].") != text.index("[1]")
    assert unquote(urlsplit(first.url).path) == "/read/ü 1#?.txt"


@given(
    st.lists(
        st.tuples(st.text(min_size=1), st.lists(st.integers(1, 12), min_size=1, unique=True)),
        max_size=5,
    )
)
def test_every_mark_is_where_it_is_said_to_be(written: list[tuple[str, list[int]]]) -> None:
    """Whatever claims say, each mark of each claim is found on the spot, in order."""
    claims = tuple(
        Claim(text=text, citations=tuple(numbers), verdict="supported", score=1)
        for text, numbers in written
    )
    text = " ".join(marked(claim) for claim in claims)
    answer = Answer(question="?", status="answered", answer=text, claims=claims, model="m")
    found = [(number, text[start:end]) for number, start, end in marks(answer)]
    assert found == [(number, f"[{number}]") for _, numbers in written for number in numbers]


# -- the Responses API ----------------------------------------------------------------------


def rest(response: Any) -> dict[str, Any]:
    """Return a response without what is made anew each time, and what the client adds."""
    data: dict[str, Any] = response.model_dump()
    for item in (data, *data["output"]):
        item.pop("id")
    data.pop("created_at")
    for item in data["output"]:
        for text in item["content"]:
            text.pop("parsed", None)
    return data


@pytest.mark.parametrize("question", [*ANSWERED, UNKNOWN])
def test_a_response_is_the_completion_in_other_words(gpt: openai.OpenAI, question: str) -> None:
    """Text, annotations and sources are those of the chat completion, whole and streamed."""
    completion = whole(chat(gpt, question))
    response = gpt.responses.create(model="footnote", input=question)
    assert (response.status, response.output_text) == ("completed", completion["content"])
    (message,) = response.output
    assert message.type == "message"
    (text,) = message.content
    assert text.type == "output_text"
    notes = [note.model_dump() for note in text.annotations]
    flat = [{"type": n["type"], **n["url_citation"]} for n in completion["annotations"]]
    assert notes == flat
    assert {name: getattr(response, name) for name in BEYOND} == {
        name: completion[name] for name in BEYOND
    }
    with gpt.responses.stream(model="footnote", input=question) as stream:
        events = list(stream)
        final = stream.get_final_response()
    assert rest(final) == rest(response)
    sent = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(sent) == response.output_text
    kind = "response.output_text.annotation.added"
    assert [event.model_dump()["annotation"] for event in events if event.type == kind] == notes
    assert [event.sequence_number for event in events] == list(range(len(events)))


def test_a_response_understands_the_conversation(gpt: openai.OpenAI) -> None:
    """Messages in `input` are the history, in either way to write them; the rest is left out."""
    before: Any = [
        {"role": "developer", "content": "Be brief."},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": QUESTION}]},
        {"type": "reasoning", "id": "r", "summary": []},
        {"role": "assistant", "content": [{"type": "output_text", "text": "Ada Lindqvist [1]."}]},
        {"role": "user", "content": "How far can its beam be seen?"},
    ]
    response: Any = gpt.responses.create(model="footnote", input=before, instructions="In rhyme.")
    assert "Cape Morrow" in response.footnote["rewritten"]


@pytest.mark.parametrize(
    ("body", "param", "says"),
    [
        ({"input": []}, "input", "no message"),
        ({"input": ""}, None, "empty"),
        ({"input": [{"role": "boss", "content": "a"}]}, "input", "role"),
        ({"input": [{"role": "user", "content": [{"type": "input_image"}]}]}, "input[0].content",
         "input_image"),
        ({"input": "a", "previous_response_id": "resp_1"}, "previous_response_id", "stored"),
        ({"input": "a", "conversation": "conv_1"}, "conversation", "stored"),
        ({"input": "a", "background": True}, "background", "stored"),
        ({"input": "a", "text": {"format": {"type": "json_schema"}}}, "text", "/api/ask"),
        ({"input": "a", "tool_choice": "required"}, "tool_choice", "tool"),
        ({}, "input", "Field required"),
    ],
)  # fmt: skip
def test_what_a_response_cannot_be_is_refused(
    client: httpx.Client, body: Json, param: str | None, says: str
) -> None:
    """Status 400 with the field at fault; a model that is not there is 404."""
    response = client.post("/v1/responses", json={"model": "footnote", **body})
    assert response.status_code == 400, response.text
    error = response.json()["error"]
    assert error["param"] == param
    assert says in error["message"]
    assert client.post("/v1/responses", json={"model": "o1", "input": "a"}).status_code == 404


# -- links ----------------------------------------------------------------------------------


class Marked(HTMLParser):
    """Collects the text of a page, what is marked in it, and its tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = self.marked = ""
        self._inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag with its attributes."""
        self.tags.append((tag, dict(attrs)))
        self._inside = self._inside or tag == "mark"

    def handle_endtag(self, tag: str) -> None:
        """Notice the end of a mark."""
        self._inside = self._inside and tag != "mark"

    def handle_data(self, data: str) -> None:
        """Keep a stretch of text."""
        self.text += data
        self.marked += data if self._inside else ""


@pytest.mark.parametrize("question", ANSWERED)
def test_a_citations_link_opens_the_article_at_the_quote(
    gpt: openai.OpenAI, client: httpx.Client, question: str
) -> None:
    """The URL's page marks exactly the quote, where its fragment leads; markup in it is text."""
    for result in whole(chat(gpt, question))["search_results"]:
        assert result["url"].startswith(str(client.base_url))
        assert urlsplit(result["url"]).fragment == "quote"
        response = client.get(result["url"])
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        page = Marked(response.text)
        assert page.marked == result["snippet"]
        assert [about["id"] for tag, about in page.tags if tag == "mark"] == ["quote"]
        assert not {"script", "img", "b"} & {tag for tag, _ in page.tags}
        assert "has changed" not in page.text
        words = ARTICLES[result["file"]].split()
        assert [word for word in page.text.split() if word in words][-len(words) :] == words


def test_a_link_says_when_the_article_has_changed(client: httpx.Client) -> None:
    """A digest of another version is told; an article that is not there is a problem."""
    page = client.get("/read/lighthouse.txt?start=0&end=8&sha256=000000000000")
    assert "has changed since it was quoted" in page.text
    assert "<mark" not in page.text
    assert client.get("/read/nowhere.txt").status_code == 404
    assert client.get("/read/lighthouse.txt?start=-1").status_code == 422
    beyond = client.get("/read/lighthouse.txt?start=5&end=99999999")
    assert Marked(beyond.text).tags.count(("mark", {"id": "quote"})) == 1


def test_a_quote_over_paragraphs_is_marked_in_each(client: httpx.Client) -> None:
    """Two paragraphs, two marks, one anchor; the blank line between them is not in the text."""
    end = LIGHTHOUSE.index("CAPE MORROW") + 4
    page = Marked(client.get(f"/read/lighthouse.txt?start=4&end={end}").text)
    assert page.marked == LIGHTHOUSE[4:end].replace("\n\n", "")
    assert [about for tag, about in page.tags if tag == "mark"] == [{"id": "quote"}, {}]


# -- models ---------------------------------------------------------------------------------


def test_the_one_model_is_listed_and_described(gpt: openai.OpenAI) -> None:
    """Clients that look for models find one, and the error for any other names it."""
    (model,) = gpt.models.list().data
    assert (model.id, model.object) == ("footnote", "model")
    assert gpt.models.retrieve("footnote") == model
    for name in ("gpt-4o", "org/gpt"):
        with pytest.raises(openai.NotFoundError) as error:
            gpt.models.retrieve(name)
        assert (error.value.code, error.value.param) == ("model_not_found", "model")
    with pytest.raises(openai.NotFoundError, match="footnote") as error:
        gpt.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "a"}])
    assert error.value.code == "model_not_found"


# -- errors ---------------------------------------------------------------------------------

USER: Json = {"role": "user", "content": QUESTION}
IMAGE: Json = {"type": "image_url", "image_url": {"url": "data:,"}}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("body", "param", "code", "says"),
    [
        ({"messages": []}, "messages", "unsupported_value", "no message"),
        ({"messages": [{"role": "user", "content": [None]}]}, "messages[0].content[0]",
         "invalid_request", "content.0"),
        ({"messages": "hello"}, "messages", "invalid_request", "valid tuple"),
        ({}, "messages", "invalid_request", "Field required"),
        ({"messages": [USER], "model": None}, "model", "invalid_request", "string"),
        ({"messages": [{"role": "boss", "content": "a"}]}, "messages[0].role", "invalid_request",
         "'user'"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages[0].content", "invalid_request",
         "valid tuple"),
        ({"messages": [{"role": "user"}]}, None, "bad_question", "empty"),
        ({"messages": [{"role": "user", "content": ""}]}, None, "bad_question", "empty"),
        ({"messages": [{"role": "user", "content": "?!"}]}, None, "bad_question", "no words"),
        ({"messages": [{"role": "user", "content": "x" * 2001}]}, None, "bad_question", "2,001"),
        ({"messages": [{"role": "system", "content": "Hi"}]}, "messages[0].role",
         "unsupported_value", "'system'"),
        ({"messages": [USER, {"role": "assistant", "content": "No."}]}, "messages[1].role",
         "unsupported_value", "'assistant'"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, IMAGE]}]},
         "messages[0].content", "unsupported_value", "image_url"),
        ({"messages": [USER], "n": 2}, "n", "unsupported_value", "Leave n out"),
        ({"messages": [USER], "tool_choice": "required"}, "tool_choice", "unsupported_value",
         "tool"),
        ({"messages": [USER], "tool_choice": {"type": "function"}}, "tool_choice",
         "unsupported_value", "tool"),
        ({"messages": [USER], "response_format": {"type": "json_object"}}, "response_format",
         "unsupported_value", "/api/ask"),
        ({"messages": [USER], "filters": {"date_from": "2025-02-01", "date_to": "2025-01-01"}},
         None, "bad_filter", ""),
        ({"messages": [USER], "filters": {"file": "a"}}, "filters.file", "invalid_request",
         "Extra"),
    ],
)  # fmt: skip
def test_a_bad_request_is_told_in_openais_shape(
    client: httpx.Client, body: Json, param: str | None, code: str, says: str, *, stream: bool
) -> None:
    """Status 400, the field at fault, and what to do: also where a stream was asked for."""
    given = {"model": "footnote", "stream": stream, **body}
    response = client.post("/v1/chat/completions", json=given)
    assert response.status_code == 400, response.text
    assert response.headers["content-type"] == "application/json"
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["param"], error["code"]) == (param, code)
    assert error["type"] == "invalid_request_error"
    assert says in error["message"]


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("POST", "/v1/chat/completions", {"content": b"{"}, 400),
        ("POST", "/v1/chat/completions", {"content": b"\xff\xfe"}, 400),
        ("POST", "/v1/chat/completions", {"json": [1]}, 400),
        ("POST", "/v1/chat/completions", {"json": {"a": "b" * 2_000_001}}, 413),
        ("GET", "/v1/chat/completions", {}, 405),
        ("GET", "/v1/engines", {}, 404),
        ("POST", "/v1/models", {"headers": {"origin": "https://elsewhere.example"}}, 403),
        ("GET", "/v1/models", {"headers": {"host": "elsewhere.example"}}, 403),
    ],
)
def test_what_is_refused_before_the_route_has_the_same_shape(
    client: httpx.Client, method: str, path: str, options: Any, status: int
) -> None:
    """Malformed JSON, a body too large, a foreign page or host, a path that is not there."""
    response = client.request(method, path, **options)
    assert response.status_code == status
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["param"] is None
    assert error["type"] == ("permission_error" if status == 403 else "invalid_request_error")


def test_the_client_raises_its_own_kinds_of_error(gpt: openai.OpenAI, tmp_path: Path) -> None:
    """BadRequestError for a bad request; a conflict is not asked again by the client."""
    with pytest.raises(openai.BadRequestError) as bad:
        chat(gpt, "?!")
    assert bad.value.type == "invalid_request_error"
    with running(settings_of(data_dir=tmp_path)) as live:
        live.wait_until_ready()
        seen: list[str] = []
        hooks: Any = {"response": [lambda response: seen.append(response.url.path)]}
        with (
            openai.DefaultHttpxClient(event_hooks=hooks) as http,
            openai.OpenAI(base_url=f"{live.url}/v1", api_key="none", http_client=http) as other,
        ):
            for stream in (False, True):
                with pytest.raises(openai.ConflictError, match="qa ingest PATH") as conflict:
                    chat(other, QUESTION, stream=stream)
                assert conflict.value.code == "nothing_indexed"
    assert len(seen) == 2


def test_an_unforeseen_error_tells_nothing_of_the_inside(
    live: Live, gpt: openai.OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a server error without the exception's words, before a stream and within one."""

    def broken(*_: object, **__: object) -> Iterator[object]:
        raise RuntimeError("secret")

    monkeypatch.setattr(live.service.pipeline, "_retrieve", broken)
    for stream in (False, True):
        with pytest.raises(openai.InternalServerError) as error:
            chat(gpt, QUESTION, stream=stream)
        assert "secret" not in str(error.value.body)
        assert (error.value.type, error.value.code) == ("server_error", "internal")
    monkeypatch.undo()
    monkeypatch.setattr(live.service.pipeline, "_comparison", broken)
    with pytest.raises(openai.APIError, match="did not expect") as late:
        chunks_of(gpt, QUESTION)
    assert late.value.code == "internal"
    with gpt.responses.create(model="footnote", input=QUESTION, stream=True) as events:
        *_, last = events
    assert last.type == "error"
    assert (last.code, "secret" in last.message) == ("internal", False)


# -- with a language model --------------------------------------------------------------------


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return the settings of a service over a few articles."""
    root = tmp_path_factory.mktemp("openai")
    return ingested(root / "articles", root / "data", LLM_ARTICLES)


@pytest.mark.parametrize(
    ("script", "status", "finish", "removed"),
    [
        (
            [FIRST, Say("It was built by Oda Brekke in 1850 [1].\n"), Done()],
            "answered",
            "stop",
            "1850",
        ),
        ([FIRST, Say("It was lit on"), Fail("out of memory")], "incomplete", "length", "lit on"),
    ],
)
def test_only_what_was_verified_is_in_the_content(
    indexed: Settings, script: Sequence[Step], status: str, finish: str, removed: str
) -> None:
    """A removed claim is neither streamed nor sent; a model that breaks off ends by `length`."""
    with ollama(lambda _: script) as owner:
        chosen = indexed.model_copy(update={"llm": TINY, "ollama_url": owner.url, **SOON})
        with running(chosen) as live, connected(live) as gpt:
            live.wait_until_ready()
            found = whole(completion := chat(gpt, WHO))
            streamed = joined(chunks := chunks_of(gpt, WHO, stream_options={"include_usage": True}))
            response = gpt.responses.create(model="footnote", input=WHO)
            with gpt.responses.create(model="footnote", input=WHO, stream=True) as events:
                *_, last = events
    assert streamed == found
    assert found["content"] == "The lighthouse was designed by Ada Lindqvist [1]."
    assert removed not in json.dumps([chunk.model_dump() for chunk in chunks])
    assert (found["footnote"]["status"], found["finish_reason"]) == (status, finish)
    assert found["system_fingerprint"] == TINY
    assert completion.usage == chunks[-1].usage
    kind = {"answered": "completed"}.get(status, status)
    assert (response.status, last.type) == (kind, f"response.{kind}")
    assert response.output_text == found["content"]
    if status == "answered":
        assert response.usage is not None
        assert completion.usage is not None
        assert response.usage.total_tokens == completion.usage.total_tokens
        assert completion.usage.prompt_tokens > 0
        assert completion.usage.total_tokens > completion.usage.prompt_tokens


def test_a_slow_model_is_bridged_by_comments(
    indexed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While nothing is ready, comments keep the connection; the client reads over them."""
    monkeypatch.setattr("api.stream.HEARTBEAT", 0.02)
    with ollama(lambda _: [Pause(0.5), FIRST, Done()]) as owner:
        chosen = indexed.model_copy(update={"llm": TINY, "ollama_url": owner.url, **SOON})
        with running(chosen) as live, connected(live) as gpt, live.client() as client:
            live.wait_until_ready()
            found = joined(chunks_of(gpt, WHO))
            messages = [{"role": "user", "content": WHO}]
            body = {"model": "footnote", "messages": messages, "stream": True}
            lines = client.post("/v1/chat/completions", json=body).text.splitlines()
    assert found["content"] == "The lighthouse was designed by Ada Lindqvist [1]."
    assert {line[:1] for line in lines if line} == {":", "d"}
    assert lines[-2] == "data: [DONE]"


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("first", [[], [FIRST]], ids=["before a word", "between two lines"])
def test_leaving_closes_the_request_to_the_model(
    indexed: Settings, first: Sequence[Step], *, stream: bool
) -> None:
    """A client that goes while the model is waited for: the model is not left writing."""
    waiting = threading.Event()

    def stall(_: Json) -> Sequence[Step]:
        waiting.set()
        return [*first, Stall()]

    async def leave(url: str) -> None:
        messages: Any = [{"role": "user", "content": WHO}]
        async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="none") as gpt:

            async def ask() -> None:
                found = await gpt.chat.completions.create(
                    model="footnote", messages=messages, stream=stream
                )
                if isinstance(found, openai.AsyncStream):
                    async for _ in found:
                        pass

            task = asyncio.create_task(ask())
            assert await asyncio.to_thread(waiting.wait, 60)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    with ollama(stall) as owner:
        chosen = indexed.model_copy(update={"llm": TINY, "ollama_url": owner.url})
        with running(chosen) as live:
            live.wait_until_ready()
            asyncio.run(leave(live.url))
            assert owner.gone.wait(5)


def test_leaving_in_the_middle_of_streams_leaves_the_server_well(gpt: openai.OpenAI) -> None:
    """Twenty clients break off after the first chunk; the next one is answered as ever."""

    def leave(_: int) -> str | None:
        with gpt.chat.completions.create(
            model="footnote", messages=[{"role": "user", "content": QUESTION}], stream=True
        ) as stream:
            return next(iter(stream)).choices[0].delta.role

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(leave, range(20))) == ["assistant"] * 20
    assert "Ada Lindqvist" in whole(chat(gpt, QUESTION))["content"]


def test_odd_names_are_in_links_as_they_must_be(gpt: openai.OpenAI) -> None:
    """An id with `#`, `%`, `?` and spaces is one path in the link, and nothing else."""
    (url, *_) = whole(chat(gpt, FOUNDER))["citations"]
    parts = urlsplit(url)
    assert unquote(parts.path) == f"/read/{ODD_ID}"
    assert parts.query.startswith("start=")
