"""The REST service: a real server on a real socket, the real pipeline behind it."""

import gc
import json
import logging
import re
import threading
import time
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI

from api import stream
from api.app import create_app, listen, serve
from api.guard import SECURITY_HEADERS, Hosts
from api.problems import PortInUse
from api.stream import EventStream, answer_stream
from qa.errors import IndexLocked
from qa.pipeline import build
from qa.types import Event, Retrieved
from tests.live import ARTICLES, LIGHTHOUSE, ODD, ODD_ID, Live, ingested, running, settings_of

QUESTION = "Who designed the lighthouse at Cape Morrow?"
HOME = {"/", "/docs", "/static/main.js", "/static/style.css", "/static/icon.svg", "/openapi.json"}


def problem(response: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    """Check that a response is a complete problem of this kind, and return it."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert set(body) == {"type", "title", "status", "detail", "remedy"}
    assert all(body.values())
    assert (body["status"], body["type"]) == (status, kind)
    return body


def events_of(response: httpx.Response) -> list[tuple[str, Any]]:
    """Read a whole stream as (name, data) pairs."""
    assert response.headers["content-type"].startswith("text/event-stream")
    found = []
    for block in response.text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line[0] != ":")
        if fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


def ask(client: httpx.Client, question: str = QUESTION, **more: object) -> httpx.Response:
    """Ask a question."""
    return client.post("/api/ask", json={"question": question, **more})


# -- asking ---------------------------------------------------------------------------------


def test_answer_is_footnoted_with_a_verbatim_quote(client: httpx.Client) -> None:
    """An answer's first citation is a quote that stands in its article where it says."""
    answer = ask(client).json()
    assert answer["status"] == "answered"
    assert "Ada Lindqvist" in answer["answer"]
    first = answer["citations"][0]
    assert first["file"] == "lighthouse.txt"
    assert LIGHTHOUSE[first["start"] : first["end"]] == first["quote"]


@pytest.mark.parametrize("question", [QUESTION, "What is the capital of Mongolia?"])
def test_streamed_answer_equals_the_other(client: httpx.Client, question: str) -> None:
    """The stream's last event carries the very object that the same request returns at once."""
    at_once = ask(client, question).json()
    name, streamed = events_of(ask(client, question, stream=True))[-1]
    assert name == "answer"
    assert at_once.pop("timings").keys() == streamed.pop("timings").keys()
    assert at_once == streamed


def test_events_come_in_order_with_one_numbering(client: httpx.Client) -> None:
    """Retrieved, then claim and verdict by turns, then the answer; a footnote keeps its number."""
    events = events_of(ask(client, stream=True))
    names = [name for name, _ in events]
    drafted = names.count("claim")
    assert drafted > 0
    assert names == ["retrieved", *["claim", "verdict"] * drafted, "answer"]
    answer = events[-1][1]
    final = {citation["id"]: citation for citation in answer["citations"]}
    for n, (claim, verdict) in enumerate(zip(events[1:-1:2], events[2:-1:2], strict=True), 1):
        assert claim[1]["n"] == verdict[1]["n"] == n
        for citation in verdict[1]["citations"]:
            assert final[citation["id"]] == citation
    assert list(final) == list(range(1, len(final) + 1))
    assert {i for claim in answer["claims"] for i in claim["citations"]} == set(final)


def test_what_the_articles_do_not_say_is_not_answered(client: httpx.Client) -> None:
    """A question beyond the articles gives `not_found`, without claim or citation."""
    answer = ask(client, "What is the capital of Mongolia?").json()
    assert answer["status"] == "not_found"
    assert not answer["claims"]
    assert not answer["citations"]


def test_filters_restrict_the_sources(client: httpx.Client) -> None:
    """With a filter, nothing outside of it is retrieved; an unknown file is a problem."""
    answer = ask(client, filters={"files": ["bridge.txt"]}).json()
    assert {passage["file"] for passage in answer["passages"]} == {"bridge.txt"}
    wrong = ask(client, filters={"date_from": "2025-02-01", "date_to": "2025-01-01"})
    problem(wrong, 422, "bad-filter")


def test_follow_up_is_understood_from_the_history(client: httpx.Client) -> None:
    """A follow-up is understood in the sense of the turn before it, and the answer says how."""
    history = [{"question": QUESTION, "answer": "It was designed by Ada Lindqvist [1]."}]
    answer = ask(client, "How far can its beam be seen?", history=history).json()
    assert "Cape Morrow" in answer["rewritten"]
    assert answer["passages"][0]["file"] == "lighthouse.txt"
    assert ask(client).json()["rewritten"] is None


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        ({"question": "   "}, "bad-question", "empty"),
        ({"question": "x" * 2001}, "bad-question", "2,001"),
        ({}, "invalid-request", "question: Field required"),
        ({"question": "a", "strem": True}, "invalid-request", "strem: Extra inputs"),
        ({"question": "a", "history": [{"question": "b"}] * 51}, "invalid-request", "history: "),
        ({"question": "a", "history": [{"answer": "b"}]}, "invalid-request", "history.0.question"),
    ],
)
@pytest.mark.parametrize("streamed", [False, True])
def test_bad_question_is_a_problem(
    client: httpx.Client, body: dict[str, Any], kind: str, says: str, *, streamed: bool
) -> None:
    """A request that cannot be asked says which field is wrong, whether streamed or not."""
    response = client.post("/api/ask", json={**body, "stream": streamed})
    assert says in problem(response, 422, kind)["detail"]


def test_broken_json_is_a_problem(client: httpx.Client) -> None:
    """A body that is not JSON, or no body, is a problem and not a server error."""
    headers = {"Content-Type": "application/json"}
    problem(
        client.post("/api/ask", content=b'{"question": ', headers=headers), 422, "invalid-request"
    )
    problem(client.post("/api/ask", content=b"", headers=headers), 422, "invalid-request")
    problem(client.post("/api/ask", content=b"question"), 422, "invalid-request")


@pytest.mark.parametrize(
    ("body", "kind"), [(b'{"question": "a"}', "text/plain"), (b"[]", "application/json")]
)
def test_a_body_that_is_no_json_object_is_told_what_it_lacks(
    client: httpx.Client, body: bytes, kind: str
) -> None:
    """Whoever forgets the header, as with plain `curl -d`, is told which one to send."""
    refused = client.post("/api/ask", content=body, headers={"Content-Type": kind})
    detail = problem(refused, 422, "invalid-request")["detail"]
    assert "JSON object" in detail
    assert "content-type: application/json" in detail


@pytest.mark.parametrize(
    ("body", "character"), [(b"{bad", 2), ('{"question": "é" 1}'.encode(), 18), (b'{"a": 1}}', 9)]
)
@pytest.mark.parametrize("path", ["/api/ask", "/v1/responses"])
def test_what_is_not_json_is_said_with_its_place(
    client: httpx.Client, path: str, body: bytes, character: int
) -> None:
    """The character, counted from 1, at which a body stops being JSON is named."""
    refused = client.post(path, content=body, headers={"Content-Type": "application/json"})
    assert f"the request's body is not JSON from character {character} on: " in refused.text


def test_question_without_words_ends_the_stream_with_an_error(client: httpx.Client) -> None:
    """What the pipeline finds wrong is a problem at once, and an `error` event in a stream."""
    at_once = problem(ask(client, "?!"), 422, "bad-question")
    at_once.pop("status")
    assert events_of(ask(client, "?!", stream=True)) == [("error", at_once)]


def test_search_returns_k_verbatim_passages(client: httpx.Client) -> None:
    """Search returns at most k passages, best first, each where it says in its article."""
    found = client.get("/api/search", params={"q": "lighthouse lamp", "k": 2}).json()
    passages = found["passages"]
    assert found["query"] == "lighthouse lamp"
    assert len(passages) == 2
    assert passages[0]["article_id"] == "lighthouse.txt"
    assert LIGHTHOUSE[passages[0]["start"] : passages[0]["end"]] == passages[0]["text"]
    for k in (0, 101, "many"):
        detail = problem(client.get(f"/api/search?q=lamp&k={k}"), 422, "invalid-request")["detail"]
        assert detail.startswith("k: ")
    problem(client.get("/api/search"), 422, "invalid-request")


# -- articles -------------------------------------------------------------------------------


def test_articles_are_listed_and_read_under_odd_names(client: httpx.Client) -> None:
    """Every id of the list, percent-encoded, leads to its article; text is the file's own."""
    listed = client.get("/api/articles").json()
    ids = [article["id"] for article in listed["articles"]]
    assert set(ids) >= set(ARTICLES)
    assert listed["count"] == len(ids)
    assert "text" not in listed["articles"][0]
    for article_id in ids:
        article = client.get(f"/api/articles/{quote(article_id)}").json()
        assert article["id"] == article_id
    assert client.get(f"/api/articles/{quote(ODD_ID, safe='')}").json()["text"] == ODD


def test_an_empty_range_of_dates_is_refused_alike(client: httpx.Client) -> None:
    """The list of articles and a question say the same of dates that are the wrong way round."""
    dates = {"date_from": "2026-01-01", "date_to": "2020-01-01"}
    listed = problem(client.get("/api/articles", params=dates), 422, "bad-filter")
    assert listed == problem(ask(client, filters=dates), 422, "bad-filter")
    one_day = {"date_from": "2021-05-04", "date_to": "2021-05-04"}
    assert client.get("/api/articles", params=one_day).status_code == 200


@pytest.mark.parametrize("name", ["new\nline.txt", "\n.txt", "sub\r\ndir/\u2028.txt"])
def test_a_line_break_in_a_name_hides_no_article(tmp_path: Path, name: str) -> None:
    """What is cited can be read, opened at its quote and removed, whatever its name."""
    settings = ingested(tmp_path / "articles", tmp_path / "data", {name: LIGHTHOUSE})
    with running(settings) as live, live.client() as client:
        live.wait_until_ready()
        assert ask(client).json()["citations"][0]["file"] == name
        address = f"/api/articles/{quote(name)}"
        assert client.get(address).json()["text"] == LIGHTHOUSE
        assert "Ada Lindqvist" in client.get(f"/read/{quote(name)}").text
        assert client.delete(address).status_code == 204
        problem(client.get(address), 404, "unknown-article")


def test_unknown_article_is_a_problem(client: httpx.Client) -> None:
    """An id that no article has gives 404 for reading and for removing."""
    problem(client.get("/api/articles/no/such.txt"), 404, "unknown-article")
    problem(client.delete("/api/articles/no/such.txt"), 404, "unknown-article")


def test_remedies_name_routes_where_only_they_are_at_hand(
    client: httpx.Client, tmp_path: Path
) -> None:
    """Who came over HTTP may have no command line: in one piece and in a stream alike."""
    gone = {"files": ["no/such.txt"]}
    told = [
        problem(client.get("/api/articles/no/such.txt"), 404, "unknown-article"),
        problem(ask(client, filters=gone), 404, "unknown-article"),
        events_of(ask(client, filters=gone, stream=True))[-1][1],
    ]
    assert {each["remedy"] for each in told} == {"GET /api/articles lists the ids."}
    with running(settings_of(data_dir=tmp_path)) as live, live.client() as other:
        live.wait_until_ready()
        assert "POST /api/articles" in problem(ask(other), 409, "nothing-indexed")["remedy"]


def test_upload_can_be_asked_about_and_removed(client: httpx.Client) -> None:
    """An uploaded file answers at once, and after its removal no longer does."""
    text = "The town of Ebbsand keeps eleven storks in its old water tower.\n"
    sent = client.post("/api/articles", files={"files": ("storks.txt", text)})
    assert sent.status_code == 201, sent.text
    (result,) = sent.json()["results"]
    assert result["problem"] is None
    article_id = result["article"]["id"]
    asked = ask(client, "How many storks does the town of Ebbsand keep?").json()
    assert asked["citations"][0]["file"] == article_id
    assert client.delete(f"/api/articles/{quote(article_id)}").status_code == 204
    problem(client.get(f"/api/articles/{quote(article_id)}"), 404, "unknown-article")
    again = ask(client, "How many storks does the town of Ebbsand keep?").json()
    assert article_id not in {passage["file"] for passage in again["passages"]}


def test_upload_reports_each_file(client: httpx.Client) -> None:
    """Of several files the good ones are stored, and each bad one has its own problem."""
    files = [
        ("files", ("good.txt", "The windmill of Oster grinds rye for four villages.\n")),
        ("files", ("empty.txt", "")),
        ("files", ("large.txt", "word " * 110_000)),
        ("files", ("../../escape.txt", "The smithy of Oster closed its doors in 1956.\n")),
    ]
    mixed = client.post("/api/articles", files=files)
    assert mixed.status_code == 200
    results = mixed.json()["results"]
    assert [result["file"] for result in results] == [
        "good.txt", "empty.txt", "large.txt", "escape.txt",
    ]  # fmt: skip
    assert [(result["problem"] or {}).get("type") for result in results] == [
        None, "empty-article", "article-too-large", None,
    ]  # fmt: skip
    assert all(result["problem"]["remedy"] for result in results[1:3])
    for result in (results[0], results[3]):
        client.delete(f"/api/articles/{quote(result['article']['id'])}").raise_for_status()
    bad = client.post("/api/articles", files=files[1:3])
    assert bad.status_code == 422
    assert [result["article"] for result in bad.json()["results"]] == [None, None]


def test_upload_without_files_or_too_large_is_a_problem(client: httpx.Client) -> None:
    """No file is a problem; so is a body beyond every limit, announced or not."""
    problem(client.post("/api/articles", data={"note": "none"}), 422, "invalid-request")
    kind = "request-entity-too-large"
    body = b"x" * 6_000_000
    problem(client.post("/api/articles", files={"files": ("big.txt", body)}), 413, kind)
    chunks = (body[at : at + 100_000] for at in range(0, len(body), 100_000))
    problem(client.post("/api/ask", content=chunks), 413, kind)


def test_removed_article_of_a_folder_stays_away(tmp_path: Path) -> None:
    """Removing takes an article out, leaves the user's file, and a sync does not bring it back."""
    folder = tmp_path / "articles"
    settings = ingested(folder, tmp_path / "data", ARTICLES)
    with running(settings) as live, live.client() as client:
        live.wait_until_ready()
        assert client.delete("/api/articles/bridge.txt").status_code == 204
        with client.stream("POST", "/api/ingest", headers={"Accept": "text/event-stream"}) as got:
            got.read()
        assert events_of(got)[-1][0] == "done"
        listed = client.get("/api/articles").json()["articles"]
        assert "bridge.txt" not in {article["id"] for article in listed}
    assert (folder / "bridge.txt").exists()


# -- ingest ---------------------------------------------------------------------------------


def test_ingest_is_a_job_that_can_be_watched(tmp_path: Path) -> None:
    """A job answers with its place, streams progress and a report, and is found afterwards."""
    folder = tmp_path / "articles"
    settings = ingested(folder, tmp_path / "data", {"lighthouse.txt": LIGHTHOUSE})
    (folder / "odd.txt").write_text(ODD, encoding="utf-8")
    with running(settings) as live, live.client() as client:
        live.wait_until_ready()
        started = client.post("/api/ingest")
        assert started.status_code == 202
        place = started.headers["location"]
        assert place == f"/api/ingest/{started.json()['id']}"
        events = events_of(client.get(f"{place}/events"))
        assert {name for name, _ in events[:-1]} <= {"progress"}
        assert events[-1][0] == "done"
        assert (events[-1][1]["added"], events[-1][1]["unchanged"]) == (1, 1)
        state = client.get(place).json()
        assert (state["state"], state["report"]) == ("done", events[-1][1])
        assert client.get("/api/ingest").json()["jobs"] == [state]
        problem(client.get("/api/ingest/nonesuch"), 404, "unknown-job")
        problem(client.get("/api/ingest/nonesuch/events"), 404, "unknown-job")


def test_job_outlives_its_watcher_runs_alone_and_ends_with_the_server(tmp_path: Path) -> None:
    """Leaving does not stop a job, a second one is refused, and shutting down cancels it."""
    folder = tmp_path / "articles"
    settings = ingested(folder, tmp_path / "data", {"lighthouse.txt": LIGHTHOUSE})
    for n in range(3000):
        (folder / f"{n}.txt").write_text(LIGHTHOUSE.replace("1887", f"1887 as number {n}"))
    with running(settings) as live, live.client() as client:
        live.wait_until_ready()
        headers = {"Accept": "text/event-stream"}
        with client.stream("POST", "/api/ingest", headers=headers) as watched:
            place = watched.headers["location"]
            assert next(watched.iter_lines()) == "event: progress"
        problem(client.post("/api/ingest"), 409, "job-running")
        assert client.get(place).json()["state"] == "running"
        jobs = live.service.jobs
    (state,) = jobs.states()
    assert state.state == "cancelled"
    assert state.report is not None
    assert state.report.cancelled


# -- health, starting and stopping ----------------------------------------------------------


def test_alive_before_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the pipeline is loaded /healthz answers, and everything else says what it waits for."""
    gate = threading.Event()

    def held_back(*args: Any, **kwargs: Any) -> Any:
        gate.wait(60)
        return build(*args, **kwargs)

    monkeypatch.setattr("api.service.build", held_back)
    with running(settings_of(data_dir=tmp_path)) as live, live.client() as client:
        try:
            assert client.get("/healthz").json()["status"] == "ok"
            for response in (client.get("/readyz"), ask(client), ask(client, stream=True)):
                problem(response, 503, "not-ready")
                assert response.headers["retry-after"] == "1"
            assert client.get("/").status_code == 200
        finally:
            gate.set()
        live.wait_until_ready()
        ready = client.get("/readyz").json()
        assert ready == {"status": "ready", "articles": 0, "passages": 0, "model": "embedded"}
        problem(ask(client), 409, "nothing-indexed")


def test_a_stopped_server_lets_go_of_its_models(tmp_path: Path) -> None:
    """Whoever starts and stops servers in one process does not fill its memory."""
    with running(settings_of(data_dir=tmp_path)) as live:
        live.wait_until_ready()
        pipeline = weakref.ref(live.service.pipeline)
    gc.collect()
    assert pipeline() is None


def test_second_server_on_the_same_data_says_so(live: Live) -> None:
    """A server whose data another one holds is alive, and answers everything with that problem."""
    with running(live.service.settings) as second, second.client() as client:
        second.wait_until_ready()
        assert client.get("/healthz").status_code == 200
        problem(client.get("/readyz"), 409, "index-locked")
        problem(ask(client), 409, "index-locked")
        problem(client.get("/api/articles"), 409, "index-locked")


def test_serve_refuses_a_taken_port_and_taken_data(live: Live) -> None:
    """`serve` ends with the error itself when its port or its data is in use."""
    told: list[str] = []
    taken = live.service.settings.model_copy(update={"port": int(live.url.rsplit(":", 1)[1])})
    # In a thread of its own: the browser's tests leave an event loop running in this one.
    with ThreadPoolExecutor(1) as other:
        with pytest.raises(PortInUse, match="--port"):
            other.submit(serve, taken, told.append).result()
        with pytest.raises(IndexLocked):
            other.submit(serve, taken.model_copy(update={"port": 0}), told.append).result()
    assert told == []


def test_ready(live: Live, client: httpx.Client) -> None:
    """/readyz tells how much is indexed."""
    ready = client.get("/readyz").json()
    assert ready["status"] == "ready"
    assert ready["articles"] == client.get("/api/articles").json()["count"]
    assert ready["passages"] == live.service.pipeline.library.counts()[1]


# -- streams --------------------------------------------------------------------------------


def endless(closed: threading.Event, pause: float) -> Iterator[Event]:
    """Yield events for as long as anybody wants them."""
    try:
        while True:
            yield Retrieved(question="?", passages=())
            time.sleep(pause)
    finally:
        closed.set()


def test_generator_is_closed_when_the_client_leaves(tmp_path: Path) -> None:
    """A client that goes away in the middle closes the pipeline's generator promptly."""
    closed = threading.Event()
    app = create_app(settings_of(data_dir=tmp_path))
    # Held here, so that it is not the garbage collector that closes it.
    events = endless(closed, 0.02)
    app.add_api_route("/endless", lambda: EventStream(answer_stream(events)))
    with running(settings_of(), app) as live, live.client() as client:
        with client.stream("GET", "/endless") as response:
            assert next(response.iter_lines()) == "event: retrieved"
            assert not closed.is_set()
        assert closed.wait(2)


def test_head_of_a_stream_does_not_watch_it(tmp_path: Path) -> None:
    """Whoever asks for the head of a stream has it at once, and the stream is closed."""
    closed = threading.Event()
    app = create_app(settings_of(data_dir=tmp_path))
    events = endless(closed, 0.02)
    app.add_api_route("/endless", lambda: EventStream(answer_stream(events)))
    with running(settings_of(), app) as live, live.client() as client:
        head = client.head("/endless")
        assert head.headers["content-type"].startswith("text/event-stream")
        assert closed.wait(2)


def test_silence_is_bridged_by_comments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the pipeline works without an event, comments keep the connection alive."""
    monkeypatch.setattr(stream, "HEARTBEAT", 0.05)
    closed = threading.Event()
    app = create_app(settings_of(data_dir=tmp_path))
    app.add_api_route("/slow", lambda: EventStream(answer_stream(endless(closed, 0.4))))
    with running(settings_of(), app) as live, live.client() as client:
        with client.stream("GET", "/slow") as response:
            lines = response.iter_lines()
            first = [next(lines) for _ in range(8)]
        assert first[0] == "event: retrieved"
        assert first.count(": ping") >= 2
        assert closed.wait(2)


# -- the guard ------------------------------------------------------------------------------


def test_every_answer_has_the_security_headers(client: httpx.Client) -> None:
    """Pages, files, answers, streams and problems alike carry the same strict headers.

    A page's policy allows its own style besides, by digest.
    """
    responses = [client.get(path) for path in HOME]
    responses += [client.get("/nope"), ask(client), ask(client, stream=True), ask(client, "")]
    responses.append(client.get("/", headers={"Host": "evil.example"}))
    for response in responses:
        for name, value in SECURITY_HEADERS.items():
            found = re.sub(r" 'sha256-[A-Za-z0-9+/]{43}='", "", response.headers[name])
            assert found == value, response.url


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", ":::", ""])
def test_foreign_host_is_refused(client: httpx.Client, host: str) -> None:
    """A request under a name that is not this server's is refused: DNS rebinding."""
    problem(client.get("/api/articles", headers={"Host": host}), 403, "host-refused")


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:80", "127.0.0.1:8000", "127.9.9.9", "[::1]:8000", "a.localhost"],
)
def test_loopback_host_is_served(client: httpx.Client, host: str) -> None:
    """Every name of the loopback interface is this server's."""
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_hosts_follow_the_configured_address() -> None:
    """A configured name is allowed; listening everywhere allows addresses, but no foreign name."""
    assert Hosts("books.lan").allow("books.lan:8000")
    assert not Hosts("books.lan").allow("192.168.1.5")
    assert Hosts("0.0.0.0").allow("192.168.1.5:8000")  # noqa: S104 -- nothing is bound
    assert not Hosts("0.0.0.0").allow("evil.example")  # noqa: S104 -- nothing is bound


def test_foreign_origin_may_not_change_anything(live: Live, client: httpx.Client) -> None:
    """A page of another site is refused what changes state; this server's own page is not."""
    for origin in ("http://evil.example", "null", "http://localhost:1"):
        headers = {"Origin": origin}
        problem(client.post("/api/ingest", headers=headers), 403, "origin-refused")
        problem(client.delete("/api/articles/x", headers=headers), 403, "origin-refused")
    own = {"Origin": live.url, "Host": live.url.removeprefix("http://")}
    response = client.post("/api/ask", json={"question": QUESTION}, headers=own)
    assert response.status_code == 200


def test_unknown_route_and_method_are_problems(client: httpx.Client) -> None:
    """404 and 405 are problems, too, under /static as well."""
    for path in ("/nope", "/api/nope", "/static/nope.js", "/static/../app.py"):
        problem(client.get(path), 404, "not-found")
    refused = client.put("/api/ask")
    problem(refused, 405, "method-not-allowed")
    assert refused.headers["allow"] == "POST"


@pytest.mark.parametrize(
    "path",
    [
        "/healthz", "/readyz", "/api/articles", "/api/articles/bridge.txt", "/api/articles/no.txt",
        "/api/search?q=lamp", "/api/search", "/read/bridge.txt", "/metrics", "/openapi.json",
        "/v1/models", "/", "/docs", "/nope",
    ],
)  # fmt: skip
def test_head_is_a_get_without_a_body(client: httpx.Client, path: str) -> None:
    """HEAD has the status and the kind of GET on every route, errors included, and no body."""
    got, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers["content-type"] == got.headers["content-type"]
    assert "content-length" in head.headers


def test_head_is_refused_where_get_is(client: httpx.Client) -> None:
    """A path that only takes POST names that method alone."""
    for path in ("/api/ask", "/v1/responses", "/mcp"):
        refused = client.head(path)
        assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


def test_unexpected_error_is_logged_and_not_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An error that nobody foresaw is a problem for the client and a traceback for the log."""

    def boom() -> None:
        raise ZeroDivisionError("secret detail")

    app: FastAPI = create_app(settings_of(data_dir=tmp_path))
    app.add_api_route("/boom", boom)
    with (
        running(settings_of(), app) as live,
        live.client() as client,
        caplog.at_level(logging.ERROR),
    ):
        response = client.get("/boom")
        problem(response, 500, "internal")
        assert "secret" not in response.text
        assert "secret detail" in caplog.text
        assert response.headers["X-Content-Type-Options"] == "nosniff"


# -- pages ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/docs", "text/html; charset=utf-8"),
        ("/static/main.js", "text/javascript; charset=utf-8"),
        ("/static/style.css", "text/css; charset=utf-8"),
        ("/static/icon.svg", "image/svg+xml"),
    ],
)
def test_files_have_their_types(client: httpx.Client, path: str, kind: str) -> None:
    """Files come with the type that browsers insist on."""
    assert client.get(path).headers["content-type"] == kind


def test_openapi_describes_answers_and_problems(client: httpx.Client) -> None:
    """The OpenAPI document has the Answer, the stream, and what errors look like on every route."""
    document = client.get("/openapi.json").json()
    asked = document["paths"]["/api/ask"]["post"]["responses"]
    schema = asked["200"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Answer"}
    assert "text/event-stream" in asked["200"]["content"]
    for name, path in document["paths"].items():
        kind = "application/json" if name.startswith("/v1/") else "application/problem+json"
        for operation in path.values():
            assert list(operation["responses"]["default"]["content"]) == [kind]
    used = set(json.dumps(document).split('"#/components/schemas/')[1:])
    names = {reference.split('"')[0] for reference in used}
    assert names <= set(document["components"]["schemas"])


def test_listen_reports_an_impossible_address() -> None:
    """A host that is not this machine's is a clear error."""
    with pytest.raises(Exception, match="cannot be listened on"):
        listen("192.0.2.1", 0)
