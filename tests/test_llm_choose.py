"""Which model writes, by the settings and by what an Ollama has; and what state it is in."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pydantic import ValidationError

from qa.errors import LLMMissing, LLMUnreachable, LLMWrongAddress
from qa.llm import choose
from qa.llm.address import is_local, normalised, ollama_url, openai_url
from qa.llm.choose import Chooser
from qa.llm.models import about, free_memory, full, pull, survey
from qa.llm.ollama import OllamaLLM
from qa.llm.openai import OpenAILLM
from qa.settings import Settings
from tests.bad_models import honest
from tests.llm_world import written
from tests.ollama_script import Pause, Until
from tests.ollama_server import OllamaServer, ollama

PREFERRED = "granite4.1:3b"


def settings(url: str, **more: Any) -> Settings:
    """Make settings for an Ollama at `url`."""
    given = {"llm": "auto", "ollama_url": url, "llm_retry_s": 0.01, **more}
    return Settings.model_validate(given)


@contextmanager
def chosen(*models: str, llm: str = "auto", **more: Any) -> Iterator[tuple[Chooser, OllamaServer]]:
    """Run an Ollama with these models, and choose by it."""
    with ollama(honest, "x", **more) as server:
        server.models = models
        yield Chooser(settings(server.url, llm=llm)), server


# -- choosing ------------------------------------------------------------------------------


def test_auto_takes_the_preferred_model() -> None:
    """It is there: it is taken, and the choice says where and why."""
    with chosen("llama3.2:3b", PREFERRED, "huge:70b") as (chooser, server):
        choice = chooser.choose()
        assert isinstance(choice.llm, OllamaLLM)
        assert choice.name == f"ollama/{PREFERRED}"
        assert server.url in choice.why
        assert written(choice.llm)[1].kind == "complete"


def test_auto_takes_a_known_model_before_others() -> None:
    """Of those that are there, the first known to keep to its passages."""
    with chosen("zephyr:7b", "llama3.2:3b", "gemma3:4b") as (chooser, _):
        assert chooser.choose().name == "ollama/gemma3:4b"


def test_auto_takes_the_largest_other_model_that_a_laptop_holds() -> None:
    """Not one that cannot write, nor one that is too large, nor one that runs elsewhere."""
    sizes = {"embed:1b": 7 * 10**9, "big:70b": 40 * 10**9, "a:3b": 2 * 10**9, "b:7b": 5 * 10**9,
             "c:7b": 6 * 10**9, "d:8b-cloud": 7 * 10**9}  # fmt: skip
    with chosen(*sizes, sizes=sizes, remote=["c:7b"], capabilities={"embed:1b": ["embedding"]}) as (
        chooser,
        _,
    ):
        assert chooser.choose().name == "ollama/b:7b"


def test_auto_without_a_usable_model_is_the_embedded_reader() -> None:
    """An Ollama with nothing to write with: embedded, and the command that would help."""
    with chosen("embed:1b", capabilities={"embed:1b": ["embedding"]}) as (chooser, _):
        choice = chooser.choose()
    assert (choice.llm, choice.name) == (None, "embedded")
    assert f"qa pull {PREFERRED}" in choice.why


def test_auto_without_an_ollama_is_the_embedded_reader() -> None:
    """Not running, or something else at its address: embedded, and why."""
    with ollama(honest) as server:
        gone = server.url
        elsewhere = Chooser(settings(f"{server.url}/other")).choose()
    assert (elsewhere.llm, elsewhere.name) == (None, "embedded")
    assert "is not Ollama" in elsewhere.why
    choice = Chooser(settings(gone)).choose()
    assert (choice.llm, choice.name) == (None, "embedded")
    assert gone in choice.why


def test_a_named_model_is_taken_or_fails_by_its_name() -> None:
    """Who names a model does not get another one, nor none without a word."""
    with chosen(PREFERRED, llm="ollama/other:1b") as (chooser, _):
        choice = chooser.choose()
        assert choice.name == "ollama/other:1b"
        assert type(written(choice.llm)[1].problems[0]) is LLMMissing
    assert type(written(Chooser(settings("x:1", llm="ollama/a")).choose().llm)[1].problems[0]) in {
        LLMUnreachable,
        LLMWrongAddress,
    }


def test_embedded_asks_nobody() -> None:
    """QA_LLM=embedded sends no request."""
    choice = Chooser(settings("http://127.0.0.1:1", llm="embedded")).choose()
    assert (choice.llm, choice.name) == (None, "embedded")


def test_what_a_model_can_do_is_asked_for() -> None:
    """Its longest context bounds ours, and one that can think is told not to."""
    with chosen("t:1b", llm="ollama/t:1b", context=2048, capabilities={
        "t:1b": ["completion", "thinking"]}) as (chooser, server):  # fmt: skip
        llm = chooser.choose().llm
        assert isinstance(llm, OllamaLLM)
        assert llm.metadata.context_window == 2048
        written(llm)
        assert server.chats[0]["think"] is False
        assert server.chats[0]["options"]["num_ctx"] == 2048


def test_a_choice_stands_for_a_while_and_a_model_keeps_its_queue() -> None:
    """Not every question asks Ollama again, and the same model is the same object."""
    with chosen(PREFERRED) as (chooser, server):
        first = chooser.choose()
        server.models = ["llama3.2:3b"]
        assert chooser.choose() is first
        assert chooser.choose(refresh=True).name == "ollama/llama3.2:3b"
        server.models = [PREFERRED]
        assert chooser.choose(refresh=True).llm is first.llm


def test_a_model_that_is_handed_in_is_used() -> None:
    """A library's user may bring any LlamaIndex model; the settings then do not matter."""
    from llama_index.core.llms import MockLLM

    given = MockLLM()
    chooser = Chooser(settings("http://127.0.0.1:1"), llm=given)
    assert chooser.choose().llm is given
    assert chooser.state().state == "ready"


# -- state ---------------------------------------------------------------------------------


def test_the_state_follows_the_model() -> None:
    """Absent, there but not loaded, loading, ready: as the page shows it."""
    go, begun = threading.Event(), threading.Event()

    def load(_: object) -> tuple[Until]:
        begun.set()
        return (Until(go.is_set),)

    with chosen(on_load=load) as (chooser, server):
        state = chooser.state()
        assert (state.state, state.answers) == ("absent", "embedded")
        assert state.remedy == f"Fetch it: qa pull {PREFERRED}"
        server.models = [PREFERRED]
        state = chooser.state()
        assert (state.state, state.answers) == ("idle", f"ollama/{PREFERRED}")
        writer = threading.Thread(target=written, args=[chooser.choose().llm])
        writer.start()
        assert begun.wait(5)
        assert chooser.state().state == "loading"
        go.set()
        writer.join()
        assert chooser.state().state == "ready"


def test_a_model_can_be_loaded_ahead() -> None:
    """A server may have it loaded at its start, so that the first question does not wait."""
    with chosen(PREFERRED) as (chooser, server):
        llm = chooser.choose().llm
        assert isinstance(llm, OllamaLLM)
        llm.load()
        assert chooser.state().state == "ready"
        assert server.chats == []


def test_the_state_without_a_server_has_a_remedy() -> None:
    """Unreachable, what answers meanwhile, and what to do; nothing is raised."""
    with ollama(honest) as server:
        gone = server.url
    for asked, answers in (("auto", "embedded"), ("ollama/tiny", "ollama/tiny")):
        state = Chooser(settings(gone, llm=asked)).state()
        assert (state.state, state.answers) == ("unreachable", answers)
        assert "ollama serve" in state.remedy
    assert Chooser(settings(gone, llm="embedded")).state().state == "embedded"
    wrong = Chooser(settings("http://:x", llm="ollama/tiny")).state()
    assert "QA_OLLAMA_URL" in wrong.remedy


def test_the_state_of_an_openai_server() -> None:
    """Ready when the server lists the model, absent when it lists others."""
    with ollama(honest, "tiny") as server:
        for name, state in (("tiny", "ready"), ("other", "absent")):
            chooser = Chooser(Settings(llm=f"openai/{name}", llm_url=server.url, llm_retry_s=0.01))
            assert chooser.state().state == state
            assert isinstance(chooser.choose().llm, OpenAILLM)
    assert chooser.state().state == "unreachable"


# -- what there is, and fetching -----------------------------------------------------------


def test_a_survey_tells_what_an_ollama_has() -> None:
    """Version, models with their sizes, what is loaded, what runs elsewhere."""
    with ollama(honest, "a:1b", "b:latest", sizes={"a:1b": 7}, remote=["b:latest"]) as server:
        server.loaded.append("a:1b")
        found = survey(server.url)
        can = about(server.url, "a:1b")
    assert (found.version, found.loaded) == ("0.30.0", ("a:1b",))
    assert found.find("b") == found.models[1]
    assert [(m.tag, m.size, m.remote) for m in found.models] == [
        ("a:1b", 7, False), ("b:latest", 1, True)]  # fmt: skip
    assert (can.writes, can.thinks, can.context) == (True, False, 8192)


def test_fetching_a_model_tells_how_far_it_is() -> None:
    """Bytes of all parts, up to the end; afterwards the model is there."""
    with ollama(honest) as server:
        steps = list(pull(server.url, "new:1b"))
        assert [(step.done, step.total) for step in steps][1:3] == [(500, 2000), (2000, 2000)]
        assert steps[-1].status == "success"
        assert survey(server.url).find("new:1b")


@pytest.mark.parametrize(
    ("last", "said"),
    [
        ({"error": "pull model manifest: file does not exist"}, "ollama.com/library"),
        ({"error": 'pull model manifest: Get "https://registry.ollama.ai": no such host'},
         "Fetch it again"),
        ({"status": "writing manifest"}, "Fetch it again"),
    ],
)  # fmt: skip
def test_a_model_that_does_not_arrive_is_not_reported_as_fetched(
    last: dict[str, str], said: str
) -> None:
    """An unknown name, no network, an end without success: an error with its remedy."""
    with (
        ollama(honest, pulls=[{"status": "pulling manifest"}, Pause(0.01), last]) as server,
        pytest.raises(Exception, match=said),
    ):
        list(pull(server.url, "new:1b"))


def test_leaving_ends_a_download() -> None:
    """Whoever stops looking stops the request; Ollama keeps what it has."""
    never = Until(lambda: False)
    with ollama(honest, pulls=[{"status": "pulling manifest"}, never]) as server:
        steps = pull(server.url, "new:1b")
        next(steps)
        steps.close()
        assert server.gone.wait(5)


def test_free_memory_is_this_machines() -> None:
    """It is known for this machine, and for no other."""
    own = free_memory("http://127.0.0.1:11434")
    assert own is None or own > 10**6
    assert free_memory("http://192.0.2.1:11434") is None


# -- addresses and settings ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:11434"),
        ("0.0.0.0", "http://127.0.0.1:11434"),  # noqa: S104 -- as people set it
        ("0.0.0.0:8080", "http://127.0.0.1:8080"),
        (":8080", "http://127.0.0.1:8080"),
        ("ollama", "http://ollama:11434"),
        ("ollama:8080/", "http://ollama:8080"),
        ("http://ollama:8080/sub/", "http://ollama:8080/sub"),
        ("https://ollama.example", "https://ollama.example"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("http://[::]:8080", "http://[::1]:8080"),
    ],
)
def test_addresses_are_read_as_people_write_them(
    given: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With or without scheme, port and path, by the setting and by OLLAMA_HOST."""
    assert normalised(given, "QA_OLLAMA_URL", 11434) == url
    monkeypatch.setenv("OLLAMA_HOST", given)
    assert ollama_url(Settings()) == url
    assert ollama_url(Settings(ollama_url="http://other:1")) == "http://other:1"


@pytest.mark.parametrize("given", ["http://x:port", "ftp://x", "http://[", "http://", "x:99999999"])
def test_an_address_that_cannot_be_one_is_said(given: str) -> None:
    """The error names the setting."""
    with pytest.raises(LLMWrongAddress, match="QA_OLLAMA_URL"):
        normalised(given, "QA_OLLAMA_URL", 11434)


def test_the_openai_address_gets_its_usual_path() -> None:
    """A bare server means /v1; a path that is given stays."""
    for given, url in (("x:8000", "http://x:8000/v1"), ("http://x/api", "http://x/api")):
        assert openai_url(Settings(llm="openai/m", llm_url=given)) == url
    assert is_local("http://localhost:1")
    assert is_local("http://127.8.8.8:1")
    assert not is_local("http://example.org")


def test_settings_that_make_no_sense_are_refused() -> None:
    """An unknown kind of model, and an OpenAI-compatible one without its server."""
    for wrong in ({"llm": "gpt"}, {"llm": "ollama/"}, {"llm": "openai/m"}):
        with pytest.raises(ValidationError, match="llm"):
            Settings.model_validate(wrong)


def test_a_tag_without_a_version_is_the_latest() -> None:
    """As Ollama reads it, registries with a port included."""
    assert full("a") == "a:latest"
    assert full("a:1b") == "a:1b"
    assert full("host:5000/ns/a") == "host:5000/ns/a:latest"
    assert choose.KNOWN[0] == Settings().ollama_model
