"""Observability: ids, lines of the log, metrics, and the dashboard that shows them."""

import json
import logging
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from api.observe import UNKNOWN, Templates
from api.observe_logs import REQUEST_ID, Lines, Objects
from api.observe_metrics import STAGES
from qa.keys import Keys
from tests.live import BRIDGE, Live, running, settings_of
from tests.support import write
from tests.test_api import QUESTION, ask, problem
from tests.test_cli import QA, ROOT, environment, qa

DASHBOARD = ROOT / "docs" / "grafana-dashboard.json"
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(client: httpx.Client) -> Samples:
    """Return everything that /metrics tells, by name and labels."""
    found = client.get("/metrics")
    assert found.status_code == 200
    assert found.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(found.text)
        for sample in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float:
    """Return one sample, 0 where there is none yet."""
    return found.get((name, frozenset(labels.items())), 0.0)


def grown(before: Samples, after: Samples, name: str, **labels: str) -> float:
    """Return how much a sample grew."""
    return value(after, name, **labels) - value(before, name, **labels)


# -- ids ------------------------------------------------------------------------------------


def test_every_answer_has_an_id_of_its_own(client: httpx.Client) -> None:
    """Answers, streams, pages and problems carry `X-Request-ID`, and no two the same."""
    responses = [client.get(path) for path in ("/", "/healthz", "/nope", "/static/main.js")]
    responses += [ask(client), ask(client, stream=True), ask(client, "")]
    responses.append(client.get("/", headers={"Host": "evil.example"}))
    ids = [response.headers["x-request-id"] for response in responses]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[0-9a-f]{32}", found) for found in ids)


def test_an_id_is_taken_over_if_it_is_one(client: httpx.Client) -> None:
    """A proxy's id stays; what could be anything else is replaced, two ids as well."""
    kept = client.get("/healthz", headers={"X-Request-ID": "a1-B2_c.3"})
    assert kept.headers["x-request-id"] == "a1-B2_c.3"
    for given in ("", "a b", "x" * 65, "a\tb", "é", '{"a":1}', "a,b"):
        found = client.get("/healthz", headers=[(b"X-Request-ID", given.encode())])
        assert re.fullmatch(r"[0-9a-f]{32}", found.headers["x-request-id"])
    twice = client.get("/healthz", headers=[("X-Request-ID", "a"), ("X-Request-ID", "b")])
    assert twice.headers["x-request-id"] not in {"a", "b"}


# -- metrics --------------------------------------------------------------------------------


def test_questions_are_counted_by_how_they_ended(client: httpx.Client) -> None:
    """Answered and refused, streamed or not and through OpenAI's API; verdicts; each stage once."""
    before = samples(client)
    ask(client)
    ask(client, stream=True)
    chat = {"model": "footnote", "messages": [{"role": "user", "content": QUESTION}]}
    assert client.post("/v1/chat/completions", json=chat).status_code == 200
    assert client.post("/v1/chat/completions", json={**chat, "stream": True}).status_code == 200
    ask(client, "What is the capital of Mongolia?")
    ask(client, "?!")
    after = samples(client)
    for status, count in (("answered", 4), ("not_found", 1), ("invalid", 1), ("left", 0)):
        assert grown(before, after, "footnote_questions_total", status=status) == count, status
    assert grown(before, after, "footnote_claims_total", verdict="supported") >= 4
    for stage in STAGES:
        assert grown(before, after, "footnote_stage_seconds_count", stage=stage) == 5
    assert grown(before, after, "footnote_stage_seconds_sum", stage="total") > 0


def test_requests_are_counted_by_route_and_status(client: httpx.Client) -> None:
    """Templates, not addresses: whatever is asked for, the number of series is bounded."""
    client.get("/api/articles/bridge.txt")
    before = samples(client)
    for n in range(50):
        client.get(f"/api/articles/nonesuch-{n}.txt")
        client.get(f"/nope/{n}")
        client.request(f"METHOD{n}", "/healthz")
    client.get("/api/articles/bridge.txt")
    after = samples(client)
    name, article = "footnote_requests_total", "/api/articles/{article_id}"
    assert grown(before, after, name, method="GET", route=article, status="404") == 50
    assert grown(before, after, name, method="GET", route=article, status="200") == 1
    assert grown(before, after, name, method="GET", route=UNKNOWN, status="404") == 50
    assert grown(before, after, name, method="other", route="/healthz", status="405") == 50
    assert grown(before, after, "footnote_request_seconds_count", route=article) == 51
    new = {key for key in after.keys() - before.keys() if key[0] == name}
    assert len(new) <= 3
    assert value(after, "footnote_requests_running") == 1


def test_every_path_has_a_template(tmp_path: Path) -> None:
    """Each path of the OpenAPI document is its own template, and what is close to one is not."""
    app = create_app(settings_of(data_dir=tmp_path))
    (observe,) = [made for made in app.user_middleware if "paths" in made.kwargs]
    templates = Templates(observe.kwargs["paths"])  # type: ignore[arg-type]
    for path in app.openapi()["paths"]:
        assert templates.of(path.replace("{", "").replace("}", "")) == path
    for path in ("/", "/docs", "/login", "/mcp", "/metrics"):
        assert templates.of(path) == path
    assert templates.of("/static/a/b.js") == "/static"
    assert templates.of("/read/a/b.txt") == "/read/{article_id}"
    assert templates.of("/api/ingest/1/2") == templates.of("/api") == UNKNOWN


def test_the_state_is_looked_at_when_asked(live: Live, client: httpx.Client) -> None:
    """Size of the index, readiness, the model's state: as they are at that moment."""
    found = samples(client)
    articles, passages = live.service.pipeline.library.counts()
    assert value(found, "footnote_ready") == 1
    assert value(found, "footnote_articles") == articles
    assert value(found, "footnote_passages") == passages
    assert value(found, "footnote_model_state", state="embedded") == 1
    assert value(found, "footnote_model_state", state="loading") == 0
    for part in ("library", "chroma", "lexical"):
        assert value(found, "footnote_index_bytes", part=part) > 1000
    text = "The town of Ebbsand keeps eleven storks in its old water tower.\n"
    sent = client.post("/api/articles", files={"files": ("storks.txt", text)}).json()
    assert value(samples(client), "footnote_articles") == articles + 1
    client.delete(f"/api/articles/{sent['results'][0]['article']['id']}").raise_for_status()
    assert value(samples(client), "footnote_articles") == articles


def test_metrics_are_there_before_the_pipeline_is(live: Live) -> None:
    """A server that cannot answer says so, and nothing of what it does not know."""
    with running(live.service.settings) as second, second.client() as client:
        second.wait_until_ready()
        found = samples(client)
        assert value(found, "footnote_ready") == 0
        assert not [name for name, _ in found if name == "footnote_articles"]


def test_metrics_need_the_scope_read(tmp_path: Path) -> None:
    """Where keys are set, who scrapes has one."""
    settings = settings_of(data_dir=tmp_path)
    secrets = {scope: Keys(settings).add(scope, [scope])[0] for scope in ("read", "ask")}
    with running(settings) as live, live.client() as client:
        problem(client.get("/metrics"), 401, "api-key-needed")
        for scope, status in (("ask", 403), ("read", 200)):
            headers = {"Authorization": f"Bearer {secrets[scope]}"}
            assert client.get("/metrics", headers=headers).status_code == status


# -- the dashboard --------------------------------------------------------------------------


def expressions(node: Any) -> Iterator[str]:
    """Yield every expression and query of the dashboard."""
    if isinstance(node, dict):
        yield from (node[key] for key in ("expr", "query") if isinstance(node.get(key), str))
        for below in node.values():
            yield from expressions(below)
    elif isinstance(node, list):
        for below in node:
            yield from expressions(below)


def test_the_dashboard_shows_what_there_is(client: httpx.Client) -> None:
    """Every metric that the dashboard names is exposed with the labels that it is read by, and
    every one of ours is shown.
    """
    ask(client)
    known: dict[str, set[str]] = {}
    for name, labels in samples(client):
        known.setdefault(name, {"instance"}).update(label for label, _ in labels)
    text = " ".join(expressions(json.loads(DASHBOARD.read_text())))
    named = set(re.findall(r"\b(?:footnote|process)_\w+", text))
    assert len(named) > 15
    assert named - set(known) == set()
    for name, selector in re.findall(r"\b((?:footnote|process)_\w+)\{(.*?)\}", text):
        assert set(re.findall(r"(\w+)(?:=|!=|=~)\"", selector)) <= known[name]
    groups = re.findall(r"by \((.*?)\)", text)
    used = {label for group in groups for label in group.split(", ")}
    assert used <= set().union(*known.values())
    ours = {re.sub(r"_(total|bucket|count|sum|created)$", "", name) for name in known}
    shown = {re.sub(r"_(total|bucket|count|sum)$", "", name) for name in named}
    assert {name for name in ours if name.startswith("footnote_")} - shown == set()


def test_the_panels_are_whole() -> None:
    """Each panel has a number and a place of its own, and a source that the reader chooses."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [tuple(panel["gridPos"][side] for side in "xy") for panel in panels]
    assert len(set(places)) == len(panels)
    assert {panel["datasource"]["uid"] for panel in panels} == {"${source}"}


# -- the log --------------------------------------------------------------------------------


def fields_of(caplog: pytest.LogCaptureFixture, name: str) -> list[dict[str, Any]]:
    """Return the fields of every event that was logged under a name."""
    return [vars(record)["fields"] for record in caplog.records if record.name == name]


def test_no_line_holds_a_question_unless_asked_for(
    client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    """Of a request: method, route, status and time. Of a question: how it ended, not its text."""
    with caplog.at_level(logging.DEBUG, "api"):
        ask(client, "Who was the secret gardener of Cape Morrow?")
        client.get("/api/search", params={"q": "secret gardener"})
        client.get("/api/articles/secret-gardener.txt")
        ask(client, "secret gardener " * 200)
    written = "".join(Objects().format(record) for record in caplog.records)
    assert "gardener" not in written
    *_, asked, searched, read, refused = fields_of(caplog, "api.requests")
    assert (asked["route"], asked["status"], asked["method"]) == ("/api/ask", 200, "POST")
    assert asked["ms"] > 0
    assert searched["route"] == "/api/search"
    assert (read["route"], read["status"]) == ("/api/articles/{article_id}", 404)
    assert refused["status"] == 422
    assert fields_of(caplog, "api.questions")[-1]["model"] == "embedded"


def test_a_line_is_one_line_whatever_it_holds() -> None:
    """Line breaks, quotes and other characters cannot begin a line or end a field."""
    odd = 'a\n{"event": "forged"} \u2028 \x1b[31m "b" =c'
    record = logging.LogRecord("api", logging.INFO, "", 0, "question", None, None)
    record.fields = {"question": odd, "status": "answered", "empty": ""}
    token = REQUEST_ID.set("r1")
    try:
        as_object, as_line = Objects().format(record), Lines().format(record)
    finally:
        REQUEST_ID.reset(token)
    assert json.loads(as_object)["question"] == odd
    assert json.loads(as_object)["request_id"] == "r1"
    for line in (as_object, as_line):
        assert len(line.splitlines()) == 1
        assert line.isascii()
        assert line.isprintable()
    assert 'status=answered empty="" request_id=r1' in as_line


def test_the_log_of_a_server(tmp_path: Path) -> None:
    """`qa serve` with QA_LOG_FORMAT=json writes one object a line: each request with the name of
    its key, each question with its text if asked for, both under the id of the request.
    """
    write(tmp_path / "articles", {"bridge.txt": BRIDGE})
    data = tmp_path / "data"
    assert qa(data, "ingest", str(tmp_path / "articles")).returncode == 0
    key, _ = Keys(settings_of(data_dir=data)).add("anna", ["ask"])
    process = subprocess.Popen(
        [QA, "serve", "--port", "0"], cwd=ROOT, stderr=subprocess.PIPE, text=True,
        env=environment(data, QA_LOG_FORMAT="json", QA_LOG_QUESTIONS="1"),
    )  # fmt: skip
    assert process.stderr is not None
    url = json.loads(process.stderr.readline())["url"]
    question = "Who opened the new bridge of Grimsfold?"
    with httpx.Client(base_url=url, headers={"X-Request-ID": "id-1"}, timeout=60) as client:
        headers = {"Authorization": f"Bearer {key}"}
        client.post("/api/ask", json={"question": question}, headers=headers).raise_for_status()
        client.post("/api/ask", json={"question": question})
        client.get("/healthz")
    process.send_signal(signal.SIGINT)
    lines = [json.loads(line) for line in process.communicate(timeout=60)[1].splitlines()]
    (asked,) = [line for line in lines if line["event"] == "question"]
    assert (asked["question"], asked["status"]) == (question, "answered")
    requests = [line for line in lines if line["event"] == "request"]
    assert [(line["route"], line["status"], line.get("key")) for line in requests] == [
        ("/api/ask", 200, "anna"), ("/api/ask", 401, None), ("/healthz", 200, None),
    ]  # fmt: skip
    assert {line["request_id"] for line in (asked, *requests)} == {"id-1"}
    assert key not in json.dumps(lines)
