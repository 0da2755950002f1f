"""The OpenAPI document is true: Schemathesis tries it, and what it once found stays mended."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.fuzz_api import Server, schemathesis, server
from tests.test_api import QUESTION, ask, problem

WORD = re.compile(r"\w+")
OPERATIONS = 23
CASES = 1000
ANSWER = {"question": "q", "status": "answered", "answer": "a", "model": "embedded"}


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server that wants keys, over the shared small articles."""
    with server(tmp_path_factory.mktemp("fuzzed")) as at:
        yield at


@pytest.fixture
def client(fuzzed: Server) -> Iterator[httpx.Client]:
    """Return a client of that server that has its key."""
    headers = {"Authorization": f"Bearer {fuzzed.key}"}
    with httpx.Client(base_url=fuzzed.url, headers=headers, timeout=60) as client:
        yield client


def test_every_operation_answers_as_documented(fuzzed: Server, tmp_path: Path) -> None:
    """All checks of Schemathesis hold for each operation, for good and for bad requests: no 5xx,
    documented types and schemas, events included; keys are needed; what breaks a schema is refused.
    """
    report, printed = schemathesis(fuzzed, tmp_path, "--seed", "1", "--max-examples", "3")
    assert report["exit_code"] == 0, printed
    assert report["operations"]["tested"] == report["operations"]["total"] == OPERATIONS
    assert report["test_cases"]["generated"] >= CASES
    assert report["stop_reason"] == "completed"


@pytest.mark.parametrize("day", ["0", "1.5", "2024-01-01T00:00:00", "20240101", "1704067200"])
def test_a_day_is_written_as_one(client: httpx.Client, day: str) -> None:
    """Numbers and moments are no days: they would silently mean some day of 1970."""
    problem(client.get("/api/articles", params={"date_to": day}), 422, "invalid-request")
    for sent in (day, 0, True):
        body = {"question": QUESTION, "filters": {"date_from": sent}}
        problem(client.post("/api/ask", json=body), 422, "invalid-request")
    assert client.get("/api/articles", params={"date_to": "2024-12-31"}).status_code == 200


def test_a_switch_is_true_or_false(client: httpx.Client) -> None:
    """Only `true` streams, on every route that can: 1 and "yes" are slips."""
    for wrong in (1, 0, "yes", "true"):
        problem(ask(client, QUESTION, stream=wrong), 422, "invalid-request")
        messages = [{"role": "user", "content": QUESTION}]
        for path, asked in (("chat/completions", {"messages": messages}),
                            ("responses", {"input": QUESTION})):  # fmt: skip
            refused = client.post(
                f"/v1/{path}", json={"model": "footnote", "stream": wrong, **asked}
            )
            assert (refused.status_code, refused.json()["error"]["param"]) == (400, "stream")


@pytest.mark.parametrize(
    "wrong", [{"timings": {"total_ms": False}}, {"confidence": "1"}, {"notices": 3}, {"more": 1}]
)
def test_feedback_is_of_an_answer(client: httpx.Client, wrong: dict[str, object]) -> None:
    """What comes back as the answer is one, number by number; an answer as it was is taken."""
    sent = {"question": "q", "verdict": "up", "answer": ANSWER}
    assert client.post("/api/feedback", json=sent).status_code == 204
    refused = client.post("/api/feedback", json={**sent, "answer": {**ANSWER, **wrong}})
    assert next(iter(wrong)) in problem(refused, 422, "invalid-request")["detail"]


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/api/articles", "GET, HEAD, POST"),
        ("/api/articles/x", "DELETE, GET, HEAD"),
        ("/api/ingest", "GET, HEAD, POST"),
        ("/healthz", "GET, HEAD"),
    ],
)
def test_allow_names_every_method(client: httpx.Client, path: str, methods: str) -> None:
    """A method that is not offered is told all those that are, of whichever route."""
    refused = client.patch(path)
    problem(refused, 405, "method-not-allowed")
    assert refused.headers["allow"] == methods


@pytest.mark.parametrize("depth", [200, 600, 900, 960, 985, 5000])
def test_deep_nesting_is_the_clients_fault(client: httpx.Client, depth: int) -> None:
    """However deep a body is nested, in whichever field, nothing overflows."""
    deep = "[" * depth + "]" * depth
    bodies = {
        "/api/ask": f'{{"question": {deep}}}',
        "/api/feedback": f'{{"question": "q", "verdict": "up", "answer": {{"claims": {deep}}}}}',
        "/v1/chat/completions": '{"model": "footnote", "messages": [{"role": "user", "content": '
        f'"q"}}], "tool_choice": {deep}, "response_format": {{"type": {deep}}}}}',
        "/v1/responses": f'{{"model": "footnote", "input": [{{"type": {deep}}}], "text": '
        f'{{"format": {{"type": {deep}}}}}}}',
    }
    for path, body in bodies.items():
        headers = {"Content-Type": "application/json"}
        refused = client.post(path, content=body, headers=headers)
        assert 400 <= refused.status_code < 500, (path, refused.text[:300])


ODD_BODIES = {
    "latin-1": '{"question": "Café?"}'.encode("latin-1"),
    "utf-16": '{"question": "Who designed the lighthouse?"}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + b'{"question": "Who designed the lighthouse?"}',
    "half a character": b'{"question": "Who \\ud800 designed the lighthouse?"}',
    "NUL": b'{"question": "Who \\u0000 designed \\u0000?"}',
    "a number without end": b'{"question": ' + b"9" * 10_000 + b"}",
    "infinity": b'{"question": "Who?", "history": Infinity}',
    "not a number": b'{"question": NaN}',
    "twice": b'{"question": "a", "question": "Who designed it?"}',
    "a list": b"[]",
    "nothing": b"",
    "two values": b'{"question": "a"}{"question": "b"}',
    "the last day": b'{"question": "Who?", "filters": {"date_from": "9999-12-31"}}',
    "no day": b'{"question": "Who?", "filters": {"date_from": "2023-02-29"}}',
    "year 0": b'{"question": "Who?", "filters": {"date_to": "0000-01-01"}}',
}


@pytest.mark.parametrize("body", ODD_BODIES.values(), ids=ODD_BODIES.keys())
def test_an_odd_body_is_read_or_refused(client: httpx.Client, body: bytes) -> None:
    """Whatever is called JSON, by whatever name: an answer, or a problem of the client's."""
    for kind in ("application/json", "application/json; charset=utf-16", "text/plain"):
        for path in ("/api/ask", "/api/feedback", "/v1/chat/completions", "/v1/responses"):
            got = client.post(path, content=body, headers={"Content-Type": kind})
            assert got.status_code < 500, (path, got.text)
            assert "json" in got.headers["content-type"]


@pytest.mark.parametrize(
    "path",
    [
        "/read/%00", "/read/lighthouse.txt?start=-1", "/read/lighthouse.txt?start=1e9",
        "/read/lighthouse.txt?end=" + "9" * 5000, "/read/lighthouse.txt?sha256=%ff%00",
        "/read/bridge.txt?start=" + "9" * 40, "/static/%00", "/static/" + "a" * 5000,
        "/static/%2e%2e/app.py", "/login?next=%00", "/login?next=//evil.example", "/%ff%fe", "//",
        "/api/articles/%ed%a0%80", "/api/articles?q=%ed%a0%80&offset=" + "9" * 40,
        "/api/articles?date_from=%00", "/api/search?q=%00%00a&k=1", "/docs?%zz",
    ],
)  # fmt: skip
def test_an_odd_address_is_no_fault_of_the_server(client: httpx.Client, path: str) -> None:
    """Addresses that no client would make, beyond the OpenAPI document as well."""
    assert client.get(path).status_code < 500
    assert client.request("POST", path, content=b"\xff=%ff&next=%00").status_code < 500


def test_fields_are_described_in_words_of_json(client: httpx.Client) -> None:
    """Whoever reads the document writes null and true, in whatever language."""
    schemas = client.get("/openapi.json").json()["components"]["schemas"].values()
    fields = [field for schema in schemas for field in schema.get("properties", {}).values()]
    described = [field["description"] for field in fields if "description" in field]
    assert described
    assert not [text for text in described if {"None", "True", "False"} & set(WORD.findall(text))]
