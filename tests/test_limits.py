"""Limits of each client: so many requests a minute, so many at once, and who counts as one."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

from api import limits
from api.access import Door
from api.app import create_app
from api.limits import PARALLEL, RATE, Limits
from api.problems import TooManyRequests
from api.stream import EventStream
from qa.keys import Keys
from tests.live import ARTICLES, ingested, running, settings_of
from tests.llm_pipeline import TINY
from tests.ollama_script import Stall
from tests.ollama_server import ollama, plays
from tests.test_api import ask, events_of, problem

EVERYWHERE = "0.0.0.0"  # noqa: S104 -- nothing is bound


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time that it was set to."""
        return self.now


def served(limits: Limits, client: str) -> bool:
    """Make one request that ends at once; tell whether it was served."""
    try:
        with limits.request(client):
            return True
    except TooManyRequests:
        return False


# -- the counting itself --------------------------------------------------------------------


def test_a_minute_s_worth_is_served_at_once_and_then_evenly() -> None:
    """Sixty of sixty requests a minute are served in one go, and from then on one each second."""
    clock = Clock()
    counted = Limits(60, 0, clock)
    assert [served(counted, "a") for _ in range(61)] == [True] * 60 + [False]
    clock.now += 1
    assert [served(counted, "a") for _ in range(2)] == [True, False]
    clock.now += 3600
    assert [served(counted, "a") for _ in range(61)] == [True] * 60 + [False]


def test_one_client_does_not_use_up_anothers_share() -> None:
    """Each client has a minute of its own."""
    counted = Limits(1, 0, Clock())
    assert [served(counted, name) for name in "aabb"] == [True, False, True, False]


@pytest.mark.parametrize(("rate", "wait"), [(1, "60"), (60, "1"), (600, "1"), (7, "9")])
def test_whoever_waits_as_told_is_served(rate: int, wait: str) -> None:
    """`Retry-After` is in whole seconds and long enough."""
    clock = Clock()
    counted = Limits(rate, 0, clock)
    while served(counted, "a"):
        pass
    with pytest.raises(TooManyRequests) as told, counted.request("a"):
        pass
    assert told.value.headers == {"Retry-After": wait}
    clock.now += int(wait)
    assert served(counted, "a")


def test_a_request_counts_while_it_runs_however_it_ends() -> None:
    """Two at once are served and a third is not; one that fails gives its place back."""
    counted = Limits(0, 2, Clock())
    with ExitStack() as held:
        held.enter_context(counted.request("a"))
        with suppress(ZeroDivisionError), counted.request("a"):
            assert not served(counted, "a")
            assert served(counted, "b")
            raise ZeroDivisionError
        assert served(counted, "a")


def test_nothing_is_limited_by_zero() -> None:
    """0 means without limit."""
    counted = Limits(0, 0, Clock())
    assert all(served(counted, "a") for _ in range(5000))


def test_the_table_of_clients_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sends from ever new addresses is forgotten again; who is being served is not."""
    monkeypatch.setattr(limits, "_CLIENTS", 100)
    counted = Limits(1, 1, Clock())
    with counted.request("first"):
        assert all(served(counted, str(n)) for n in range(1000))
        assert len(counted._clients) == 100
        assert not served(counted, "first")


def test_what_holds_by_default(tmp_path: Path) -> None:
    """On this machine nothing is limited; for other machines, or with keys, something is."""
    settings = settings_of(data_dir=tmp_path)
    here, beyond = (Limits.of(settings, guarded=guarded) for guarded in (False, True))
    assert (here.rate, here.parallel) == (0, 0)
    assert (beyond.rate, beyond.parallel) == (RATE, PARALLEL)
    own = settings_of(data_dir=tmp_path, rate_per_minute=5, parallel_requests=0)
    for guarded in (False, True):
        made = Limits.of(own, guarded=guarded)
        assert (made.rate, made.parallel) == (5, 0)


# -- on the wire ----------------------------------------------------------------------------


def test_too_many_requests_are_a_problem_with_a_time(tmp_path: Path) -> None:
    """The fourth of three requests a minute gets 429 with `Retry-After`, below /v1 in OpenAI's
    shape; probes and files are not counted.
    """
    settings = settings_of(data_dir=tmp_path, rate_per_minute=3)
    with running(settings) as live, live.client() as client:
        for _ in range(5):
            assert client.get("/healthz").status_code == 200
            assert client.get("/static/main.js").status_code == 200
        assert [client.get("/api/ingest").status_code for _ in range(3)] == [200] * 3
        refused = client.get("/api/ingest")
        problem(refused, 429, "too-many-requests")
        assert 1 <= int(refused.headers["retry-after"]) <= 20
        compatible = client.get("/v1/models")
        assert compatible.status_code == 429
        assert compatible.headers["retry-after"]
        assert compatible.json()["error"]["type"] == "rate_limit_error"
        assert client.get("/healthz").status_code == 200


def test_keys_have_a_share_each_and_strangers_share_one(tmp_path: Path) -> None:
    """A key is one client from wherever it comes; wrong keys are counted by address."""
    settings = settings_of(data_dir=tmp_path, rate_per_minute=2)
    kept = Keys(settings)
    secrets = [kept.add(name, ["read"])[0] for name in ("a", "b")]
    with running(settings) as live, live.client() as client:

        def asked(secret: str) -> list[int]:
            headers = {"Authorization": f"Bearer {secret}"}
            return [client.get("/api/ingest", headers=headers).status_code for _ in range(3)]

        assert asked("wrong") == [401, 401, 429]
        assert asked("another") == [429] * 3
        assert client.post("/login", data={"key": secrets[0]}).status_code == 429
        assert asked(secrets[0]) == [200, 200, 429]
        assert asked(secrets[1]) == [200, 200, 429]


def test_a_stream_counts_until_it_ends(tmp_path: Path) -> None:
    """Whoever reads as many streams as allowed gets no other answer until one of them ends."""
    ending = threading.Event()

    async def waiting() -> AsyncGenerator[bytes, None]:
        yield b"event: begun\n\n"
        await asyncio.to_thread(ending.wait, 30)
        yield b"event: ended\n\n"

    app = create_app(settings_of(data_dir=tmp_path, parallel_requests=2))
    app.add_api_route("/waiting", lambda: EventStream(waiting()))
    with running(settings_of(), app) as live, live.client() as client:
        with ExitStack() as held:
            streams = [held.enter_context(client.stream("GET", "/waiting")) for _ in range(2)]
            lines = [stream.iter_lines() for stream in streams]
            assert {next(each) for each in lines} == {"event: begun"}
            refused = client.get("/api/ingest")
            problem(refused, 429, "too-many-requests")
            assert refused.headers["retry-after"] == "1"
            ending.set()
            assert [[line for line in each if line] for each in lines] == [["event: ended"]] * 2
        assert until_served(client).status_code == 200


def until_served(client: httpx.Client) -> httpx.Response:
    """Ask again as long as there is no place: a stream's end is noticed a moment later."""
    for _ in range(500):
        found = client.get("/api/ingest")
        if found.status_code != 429:
            break
    return found


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("a name", "a name", True),
    ],
)
def test_who_counts_as_one(tmp_path: Path, one: str, other: str, *, same: bool) -> None:
    """Of IPv6 a whole network is one client, since every home has one; of IPv4 an address."""
    door = Door(settings_of(data_dir=tmp_path, host=EVERYWHERE, allow_anyone=True,
                            rate_per_minute=1))  # fmt: skip
    scope = {"type": "http", "method": "GET", "path": "/api/ingest", "headers": []}
    with door.request({**scope, "client": (one, 1)}):
        pass
    if same:
        with pytest.raises(TooManyRequests), door.request({**scope, "client": (other, 2)}):
            pass
    else:
        with door.request({**scope, "client": (other, 2)}):
            pass
    with door.request({**scope, "client": None}):
        pass


def test_an_answer_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    """With a model that never writes, a question ends when its time is up: as a problem at once,
    as an `error` event in a stream, and it is counted as failed.
    """
    settings = ingested(tmp_path / "articles", tmp_path / "data", ARTICLES)
    with ollama(plays(Stall())) as model:
        slow = {"llm": TINY, "ollama_url": model.url, "answer_s": 0.3}
        with running(settings.model_copy(update=slow)) as live, live.client() as client:
            live.wait_until_ready()
            told = problem(ask(client), 504, "answer-too-slow")
            assert "QA_ANSWER_S" in told["remedy"]
            name, data = events_of(ask(client, stream=True))[-1]
            assert (name, data["type"]) == ("error", "answer-too-slow")
            metrics = client.get("/metrics").text
            assert 'footnote_questions_total{status="failed"} 2.0' in metrics
