"""MCP by the official package's own client: over stdio with the real command, and over HTTP."""

import asyncio
import json
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.types import CallToolResult, TextContent

from api.mcp_tools import INSTRUCTIONS, TOOLS
from qa.settings import Settings
from tests.live import ARTICLES, LIGHTHOUSE, ODD, ODD_ID, Live, ingested, running, settings_of
from tests.llm_pipeline import ARTICLES as LLM_ARTICLES
from tests.llm_pipeline import TINY
from tests.llm_world import FIRST, WHO
from tests.ollama_script import Json, Stall, Step
from tests.ollama_server import ollama
from tests.test_cli import QA, environment

QUESTION = "Who designed the lighthouse at Cape Morrow?"
FOUNDER = "Who founded the fish market of Tallmere?"
UNKNOWN = "What is the capital of Mongolia?"
Connect = Callable[[], Any]
"""Returns a client of the server under test, as a context manager."""


@pytest.fixture
def indexed(live: Live) -> Path:
    """Return the data directory that a running server holds: a host may share it."""
    return live.service.settings.data_dir


def command(data_dir: Path, **settings: str) -> StdioServerParameters:
    """Describe `qa mcp` as a host's configuration does."""
    return StdioServerParameters(
        command=QA, args=["mcp"], env=environment(data_dir, **settings), cwd="/"
    )


@pytest.fixture(params=["stdio", "http", "http, as before 2026"])
def connect(request: pytest.FixtureRequest, live: Live, indexed: Path) -> Connect:
    """Return what connects, over each transport and in both eras of the protocol."""
    if request.param == "stdio":
        return lambda: Client(command(indexed))
    mode = "legacy" if "before" in request.param else "auto"
    return lambda: Client(f"{live.url}/mcp", mode=mode)


def run(connect: Connect, work: Callable[[Client], Awaitable[Any]]) -> Any:
    """Connect, do the work, and leave."""

    async def session() -> Any:
        async with connect() as client:
            return await work(client)

    return asyncio.run(session())


def call(connect: Connect, tool: str, **arguments: Any) -> CallToolResult:
    """Call one tool."""
    result: CallToolResult = run(connect, lambda client: client.call_tool(tool, arguments))
    return result


def found(result: CallToolResult) -> dict[str, Any]:
    """Return a result's object, which its text must repeat."""
    assert not result.is_error, result.content
    (block,) = result.content
    assert isinstance(block, TextContent)
    data: dict[str, Any] = result.structured_content
    assert json.loads(block.text) == data
    return data


def complaint(result: CallToolResult) -> str:
    """Return what an error says."""
    assert result.is_error
    assert result.structured_content is None
    (block,) = result.content
    assert isinstance(block, TextContent)
    return block.text


# -- the tools, over every transport ------------------------------------------------------------


def test_one_conversation_over_each_transport(connect: Connect) -> None:
    """The host learns what there is, asks, searches, reads, is told what it does wrong, and asks
    eight questions at once, each of which gets its own answer.
    """

    async def talk(client: Client) -> dict[str, Any]:
        tools = (await client.list_tools()).tools
        return {
            "info": client.server_info, "instructions": client.instructions, "tools": tools,
            "ask": await client.call_tool("ask", {"question": QUESTION}),
            "unknown": await client.call_tool("ask", {"question": UNKNOWN}),
            "search": await client.call_tool("search", {"query": "tram bridge", "k": 2}),
            "read": await client.call_tool("read_article", {"file": ODD_ID}),
            "wrong": await client.call_tool("ask", {"question": "?!"}),
            "many": await asyncio.gather(
                *(client.call_tool("ask", {"question": q}) for q in [QUESTION, FOUNDER] * 4)
            ),
        }  # fmt: skip

    said = run(connect, talk)
    assert said["info"].name == "footnote"
    assert said["info"].version
    assert said["instructions"] == INSTRUCTIONS
    assert [tool.name for tool in said["tools"]] == ["ask", "search", "read_article"]
    answer = found(said["ask"])
    assert answer["status"] == "answered"
    assert "Ada Lindqvist" in answer["answer"]
    (citation, *_) = answer["citations"]
    assert LIGHTHOUSE[citation["start"] : citation["end"]] == citation["quote"]
    nothing = found(said["unknown"])
    assert (nothing["status"], nothing["citations"]) == ("not_found", [])
    assert {near["file"] for near in nothing["nearest"]} <= set(ARTICLES)
    first, second = found(said["search"])["passages"]
    assert first["article_id"] == "bridge.txt"
    assert ARTICLES[second["article_id"]][second["start"] : second["end"]] == second["text"]
    assert found(said["read"])["text"] == ODD
    assert "no words" in complaint(said["wrong"])
    assert "Ask something" in complaint(said["wrong"])
    answers = [found(result)["answer"] for result in said["many"]]
    assert all("Ada Lindqvist" in answer for answer in answers[::2])
    assert all("Joost Haverkamp" in answer for answer in answers[1::2])
    for tool, result in zip(said["tools"], ("ask", "search", "read"), strict=True):
        # The client has checked each result against this schema; here, that it says something.
        assert set(tool.output_schema["required"]) <= set(found(said[result]))
        assert set(tool.output_schema["properties"]) == set(found(said[result]))


# -- arguments ----------------------------------------------------------------------------------


@pytest.fixture
def http(live: Live) -> Connect:
    """Return what connects to the shared server."""
    return lambda: Client(f"{live.url}/mcp")


def test_every_tool_and_argument_is_described(http: Connect) -> None:
    """A model reads what a tool and each of its arguments are for, and that it changes nothing."""
    tools = run(http, lambda client: client.list_tools()).tools
    for tool in tools:
        assert len(tool.description) > 60
        assert tool.title
        assert (tool.annotations.read_only_hint, tool.annotations.open_world_hint) == (True, False)
        assert tool.input_schema["additionalProperties"] is False
        for about in tool.input_schema["properties"].values():
            assert about["description"]


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("ask", {}, "question: Field required"),
        ("ask", {"question": 7}, "question: Input should be a valid string"),
        ("ask", {"question": ""}, "no words"),
        ("ask", {"question": "x" * 2001}, "Shorten it"),
        ("ask", {"question": QUESTION, "file": "a"}, "ask takes: files, date_from, date_to"),
        ("ask", {"question": QUESTION, "files": ["nowhere.txt"]}, "nowhere.txt"),
        ("ask", {"question": QUESTION, "files": ["nowhere.txt"]}, "`search` finds articles"),
        ("ask", {"question": QUESTION, "date_from": "soon"}, "date_from: "),
        ("ask", {"question": QUESTION, "date_from": "2025-02-01", "date_to": "2025-01-01"}, "date"),
        ("search", {"query": "lamp", "k": 0}, "k: Input should be greater than or equal to 1"),
        ("search", {"query": "lamp", "k": 10**9}, "k: Input should be less than or equal to 20"),
        ("search", {"query": ["lamp"]}, "query: Input should be a valid string"),
        ("read_article", {"file": "../../etc/passwd"}, "no such article"),
        ("read_article", {"file": "lighthouse.txt", "start": -1}, "start: "),
        ("read_article", {"file": "lighthouse.txt", "length": 0}, "length: "),
    ],
)
def test_bad_arguments_come_back_with_what_to_do(
    http: Connect, tool: str, arguments: Json, says: str
) -> None:
    """A wrong argument is a result that names it, not a broken connection."""
    assert says in complaint(call(http, tool, **arguments))


def test_an_unknown_tool_is_an_error_of_the_protocol(http: Connect) -> None:
    """It names the tools that there are."""

    async def wrong(client: Client) -> None:
        with pytest.raises(MCPError, match="ask, search, read_article"):
            await client.call_tool("delete_everything", {})

    run(http, wrong)


def test_an_article_is_read_in_parts(http: Connect) -> None:
    """Parts join to the whole text, in code points; beyond the end there is nothing."""
    parts: list[str] = []
    start: int | None = 0
    while start is not None:
        part = found(call(http, "read_article", file=ODD_ID, start=start, length=50))
        assert len(part["text"]) == part["end"] - part["start"]
        parts.append(part["text"])
        start = part["next_start"]
    assert "".join(parts) == ODD
    assert part["characters"] == len(ODD)
    beyond = found(call(http, "read_article", file=ODD_ID, start=10**6))
    assert (beyond["text"], beyond["next_start"]) == ("", None)


def test_filters_restrict_what_is_asked_and_searched(http: Connect) -> None:
    """With `files`, nothing comes from elsewhere."""
    only = ["bridge.txt"]
    passages = found(call(http, "search", query=QUESTION, files=only))["passages"]
    assert {passage["article_id"] for passage in passages} == set(only)
    answer = found(call(http, "ask", question="How long is the new bridge?", files=only))
    assert {citation["file"] for citation in answer["citations"]} == set(only)


def test_an_unforeseen_error_tells_nothing_of_the_inside(
    live: Live, http: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host gets a message without the exception's words, and the next call works."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(live.service.pipeline, "_retrieve", broken)
    said = complaint(call(http, "search", query="lamp"))
    assert "did not expect" in said
    assert "secret" not in said
    monkeypatch.undo()
    assert found(call(http, "search", query="lamp"))["passages"]


# -- HTTP ---------------------------------------------------------------------------------------


def test_the_path_keeps_no_sessions_and_the_same_doors(client: httpx.Client) -> None:
    """Only POST is served; a foreign host or page is refused before the protocol."""
    for method in ("GET", "DELETE"):
        response = client.request(method, "/mcp", headers={"accept": "text/event-stream"})
        assert (response.status_code, response.headers["allow"]) == (405, "POST")
    accept = {"accept": "application/json, text/event-stream"}
    foreign = client.post("/mcp", json={}, headers={**accept, "host": "elsewhere.example"})
    assert foreign.status_code == 403
    page = client.post("/mcp", json={}, headers={**accept, "origin": "https://elsewhere.example"})
    assert page.status_code == 403
    large = client.post("/mcp", content=b"x" * 2_000_001, headers=accept)
    assert large.status_code == 413


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"[1]", b"null", b'{"jsonrpc": "1.0"}'])
def test_what_is_no_message_is_refused(client: httpx.Client, body: bytes) -> None:
    """Garbage gets a client error, in both eras of the protocol."""
    for version in ({}, {"mcp-protocol-version": "2026-07-28"}):
        accept = "application/json, text/event-stream"
        headers = {"accept": accept, "content-type": "application/json", **version}
        response = client.post("/mcp", content=body, headers=headers)
        assert 400 <= response.status_code < 500, response.text


def test_before_anything_is_indexed_the_remedy_is_told(tmp_path: Path) -> None:
    """A host that asks too early hears what to do, and the server stays up."""
    with running(settings_of(data_dir=tmp_path)) as live:
        live.wait_until_ready()
        said = complaint(call(lambda: Client(f"{live.url}/mcp"), "ask", question=QUESTION))
    assert "qa ingest PATH" in said


# -- stdio --------------------------------------------------------------------------------------


def test_stdout_carries_nothing_but_the_protocol(indexed: Path) -> None:
    """Each line of stdout is a JSON-RPC message, also with noise on stdin, Ctrl-C, and a bad
    setting.
    """
    messages = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": {"name": "test", "version": "0"}}},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {
            "name": "ask", "arguments": {"question": QUESTION}}},
    ]  # fmt: skip
    process = subprocess.Popen(
        [QA, "mcp"], env=environment(indexed), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("not json\n" + "".join(json.dumps(m) + "\n" for m in messages))
    process.stdin.flush()
    replies: dict[object, Any] = {}
    while 2 not in replies:
        reply = json.loads(process.stdout.readline())
        assert reply["jsonrpc"] == "2.0"
        replies[reply.get("id")] = reply
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=60)
    assert rest == ""
    # The end of its input comes at once behind the signal, and may be seen before it.
    assert process.returncode in {0, 130}, errors
    assert "Traceback" not in errors
    assert "Ada Lindqvist" in replies[2]["result"]["structuredContent"]["answer"]
    broken = subprocess.run(
        [QA, "mcp"], env=environment(indexed, QA_CHUNK_TOKENS="many"), capture_output=True,
        text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (broken.returncode, broken.stdout) == (2, "")
    assert "QA_CHUNK_TOKENS" in broken.stderr


def test_without_the_package_the_remedy_is_told(indexed: Path, tmp_path: Path) -> None:
    """Where `mcp` is not installed, the command and the path say how to install it."""
    hidden = "import sys; sys.modules['mcp'] = None; sys.argv = ['qa', 'mcp']"
    result = subprocess.run(
        [sys.executable, "-c", f"{hidden}; from qa.cli import main; main()"],
        env=environment(indexed), cwd=tmp_path, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert (result.returncode, result.stdout) == (2, "")
    assert "pip install 'footnote-qa[mcp]'" in result.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(sys.modules, "api.mcp_server", raising=False)
        patch.setitem(sys.modules, "mcp", None)
        with running(settings_of(data_dir=tmp_path)) as live, live.client() as client:
            response = client.post("/mcp", json={})
    assert response.status_code == 501
    assert response.json()["type"] == "mcp-missing"
    assert "footnote-qa[mcp]" in response.json()["remedy"]


def test_the_command_needs_no_package_for_its_help() -> None:
    """The protocol is imported with its first use, neither for `--help` nor for the server."""
    script = (
        "import sys, api.app, qa.cli; print([m for m in ('mcp', 'mcp_types') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


# -- leaving ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return the settings of articles that a language model answers from."""
    root = tmp_path_factory.mktemp("written")
    return ingested(root / "articles", root / "data", LLM_ARTICLES)


@asynccontextmanager
async def asking(connect: Connect) -> AsyncIterator["asyncio.Task[CallToolResult]"]:
    """Have a question under way."""
    async with connect() as client:
        yield asyncio.create_task(client.call_tool("ask", {"question": WHO}))


@pytest.mark.parametrize(
    ("how", "first"), [("stdio", []), ("http", []), ("http", [FIRST])],
    ids=["stdio", "before a word", "between two lines"],
)  # fmt: skip
def test_a_call_that_is_cancelled_stops_the_language_model(
    written: Settings, how: str, first: Sequence[Step]
) -> None:
    """The host gives up while the model writes: the request to the model is closed."""
    waiting = threading.Event()

    def stall(_: Json) -> Sequence[Step]:
        waiting.set()
        return [*first, Stall()]

    async def give_up(connect: Connect) -> None:
        async with asking(connect) as task:
            assert await asyncio.to_thread(waiting.wait, 60)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(owner.gone.wait, 5)

    with ollama(stall) as owner:
        if how == "stdio":
            settings = {"QA_LLM": TINY, "QA_OLLAMA_URL": owner.url}
            asyncio.run(give_up(lambda: Client(command(written.data_dir, **settings))))
            return
        with running(written.model_copy(update={"llm": TINY, "ollama_url": owner.url})) as live:
            live.wait_until_ready()
            asyncio.run(give_up(lambda: Client(f"{live.url}/mcp")))


def test_a_host_that_hangs_up_stops_the_language_model(written: Settings) -> None:
    """In the protocol as before 2026, which has no cancelling without sessions, hanging up does."""
    waiting = threading.Event()

    def stall(_: Json) -> Sequence[Step]:
        waiting.set()
        return [Stall()]

    async def hang_up(url: str) -> None:
        async with asking(lambda: Client(url, mode="legacy")) as task:
            assert await asyncio.to_thread(waiting.wait, 60)
            task.cancel()

    with ollama(stall) as owner:
        chosen = written.model_copy(update={"llm": TINY, "ollama_url": owner.url})
        with running(chosen) as live:
            live.wait_until_ready()
            asyncio.run(hang_up(f"{live.url}/mcp"))
            assert owner.gone.wait(5)


def test_closing_stdin_ends_the_command_while_the_model_writes(written: Settings) -> None:
    """A host that goes leaves no process behind, nor a model that writes for nobody."""
    waiting = threading.Event()

    def stall(_: Json) -> Sequence[Step]:
        waiting.set()
        return [Stall()]

    async def go(server: StdioServerParameters) -> None:
        async with asking(lambda: Client(stdio_client(server))) as task:
            assert await asyncio.to_thread(waiting.wait, 60)
            task.cancel()

    with ollama(stall) as owner:
        server = command(written.data_dir, QA_LLM=TINY, QA_OLLAMA_URL=owner.url)
        asyncio.run(go(server))
        assert owner.gone.wait(5)


def test_every_tool_is_documented() -> None:
    """A tool that docs/clients.md does not list is a failure."""
    text = (Path(__file__).parent.parent / "docs" / "clients.md").read_text(encoding="utf-8")
    assert [name for name in TOOLS if f"| `{name}`" not in text] == []
