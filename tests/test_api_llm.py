"""The REST service with a language model: its state, its answers, and clients that leave."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from qa.settings import Settings
from tests.bad_models import honest
from tests.live import Live, ingested, running
from tests.llm_pipeline import ARTICLES, DESIGNER, SOON, TINY
from tests.llm_world import FIRST, WHO
from tests.ollama_script import Json, Script, Stall, Step, Until
from tests.ollama_server import OllamaServer, ollama
from tests.test_api import ask, events_of


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return the settings of a service over a few articles."""
    root = tmp_path_factory.mktemp("api")
    return ingested(root / "articles", root / "data", ARTICLES)


@contextmanager
def serving(
    indexed: Settings, script: Script, **server: Any
) -> Iterator[tuple[Live, httpx.Client, OllamaServer]]:
    """Run an Ollama, and a service whose answers it writes."""
    with ollama(script, **server) as owner:
        chosen = indexed.model_copy(update={"llm": TINY, "ollama_url": owner.url, **SOON})
        with running(chosen) as live, live.client() as client:
            live.wait_until_ready()
            yield live, client, owner


def until(met: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + 30
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_written_answer_goes_over_the_wire_like_any_other(indexed: Settings) -> None:
    """Streamed and in one piece it is the same; it names its model and its tokens."""
    with serving(indexed, honest) as (_, client, _):
        whole = ask(client, WHO).json()
        events = events_of(ask(client, WHO, stream=True))
        ready = client.get("/readyz").json()
    assert [name for name, _ in events] == ["retrieved", "claim", "verdict", "answer"]
    streamed = events[-1][1]
    assert whole.pop("timings").keys() == streamed.pop("timings").keys()
    assert whole == streamed
    assert (whole["model"], ready["model"]) == (TINY, TINY)
    assert DESIGNER in whole["answer"]
    assert whole["claims"][0]["reattributed"] is False
    assert whole["tokens"]["prompt"] > 0


def test_the_models_state_is_told_from_loading_to_ready(indexed: Settings) -> None:
    """The service loads the model ahead, and says so; once it is loaded it is ready."""
    loaded = threading.Event()
    hooks = {"on_load": lambda _: [Until(loaded.is_set)]}
    with serving(indexed, honest, **hooks) as (_, client, server):
        until(lambda: bool(server.loads))
        assert client.get("/api/model").json()["state"] == "loading"
        loaded.set()
        until(lambda: client.get("/api/model").json()["state"] == "ready")
        assert client.get("/api/model").json()["answers"] == TINY
        assert server.chats == []


def test_an_absent_model_is_told_with_the_command_that_fetches_it(
    indexed: Settings, tmp_path: Path
) -> None:
    """By `auto` the embedded reader answers meanwhile; an Ollama that is gone is unreachable."""
    del tmp_path
    with ollama(honest) as owner:
        owner.models = ()
        chosen = indexed.model_copy(update={"llm": "auto", "ollama_url": owner.url})
        with running(chosen) as live, live.client() as client:
            live.wait_until_ready()
            state = client.get("/api/model").json()
    assert (state["state"], state["answers"]) == ("absent", "embedded")
    assert "qa pull granite4.1:3b" in state["remedy"]
    gone = indexed.model_copy(update={"llm": TINY, "ollama_url": owner.url})
    with running(gone) as live, live.client() as client:
        live.wait_until_ready()
        state = client.get("/api/model").json()
        answer = ask(client, WHO).json()
    assert state["state"] == "unreachable"
    assert (answer["status"], answer["model"]) == ("answered", "embedded")
    assert any("ollama serve" in notice for notice in answer["notices"])


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

    settings = indexed.model_copy(update={"data_dir": indexed.data_dir})
    with serving(settings, stall) as (_, client, server):
        body = {"question": WHO, "stream": stream}
        with pytest.raises(httpx.ReadTimeout):
            client.post("/api/ask", json=body, timeout=httpx.Timeout(30, read=1.5))
        assert waiting.is_set()
        assert server.gone.wait(3)


def test_stopping_the_service_does_not_wait_for_the_model(indexed: Settings) -> None:
    """A server that is stopped while its model loads is down at once."""
    with serving(indexed, honest, on_load=lambda _: [Stall()]) as (_, _, server):
        until(lambda: bool(server.loads))
        began = time.monotonic()
    assert time.monotonic() - began < 4
