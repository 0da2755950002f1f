"""Servers that speak OpenAI's protocol: what they send, and how they fail."""

from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import SecretStr

from qa.errors import (
    LLMBusy,
    LLMCutShort,
    LLMError,
    LLMGarbled,
    LLMInterrupted,
    LLMLoading,
    LLMMissing,
    LLMOutOfMemory,
    LLMRefused,
    LLMTooSlow,
    LLMWrongAddress,
)
from qa.llm.cancel import Turns
from qa.llm.openai import OpenAILLM
from qa.llm.wire import Limits
from qa.llm.write import Kind
from tests.bad_models import honest
from tests.llm_world import FIRST, LINE, SOON, written
from tests.ollama_script import (
    Bytewise,
    Cut,
    Done,
    Fail,
    Json,
    Raw,
    Refused,
    Say,
    Stall,
    Step,
    Think,
)
from tests.ollama_server import OllamaServer, ollama, plays


def openai(server: OllamaServer, limits: Limits = SOON, **more: Any) -> OpenAILLM:
    """Make a model at the scripted server's OpenAI side."""
    given = {"model": "tiny", "context_window": 4096, "max_tokens": 256, **more}
    return OpenAILLM(url=f"{server.url}/v1", limits=limits, turns=Turns(1, 5), **given)


# -- OpenAI-compatible ---------------------------------------------------------------------


def test_an_openai_server_writes_lines_too() -> None:
    """The same lines and the same ends; the key goes along, counts come back."""
    with ollama(honest) as server:
        lines, outcome = written(openai(server, key=SecretStr("secret")))
    assert lines[0].cited == (1,)
    assert (outcome.kind, outcome.problems) == ("complete", ())
    assert outcome.prompt_tokens
    (sent,) = server.chats
    assert "secret" not in repr(openai(server, key=SecretStr("secret")).to_payload())
    assert (sent["max_tokens"], sent["temperature"], sent["stream"]) == (256, 0, True)
    assert server.loads == []


FAULTS: Sequence[tuple[str, Sequence[Step], Kind, type[LLMError] | None, int]] = [
    ("thoughts", [Think("Hm."), FIRST, Done()], "complete", None, 1),
    ("comments", [Raw(b": ping\n\n"), FIRST, Raw(b"event: x\n\n"), Done()], "complete", None, 1),
    ("split packets", [Bytewise(FIRST), Bytewise(Done())], "complete", None, 1),
    ("only [DONE]", [FIRST, Raw(b"data: [DONE]\n\n")], "complete", None, 1),
    ("length", [FIRST, Say("It was"), Done("length")], "length", LLMCutShort, 1),
    ("no end", [FIRST], "failed", LLMInterrupted, 1),
    ("cut", [FIRST, Cut()], "failed", LLMInterrupted, 1),
    ("error", [FIRST, Fail("CUDA out of memory")], "failed", LLMOutOfMemory, 1),
    ("garbage", [FIRST, Raw(b"data: <html>\n\n")], "failed", LLMGarbled, 1),
    ("strange", [FIRST, Raw(b'data: {"choices": [7]}\n\n')], "failed", LLMGarbled, 1),
]


@pytest.mark.parametrize(
    ("reply", "kind", "error", "count"), [fault[1:] for fault in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_faults_of_an_openai_server(
    reply: Sequence[Step], kind: Kind, error: type[LLMError] | None, count: int
) -> None:
    """They end like those of Ollama."""
    with ollama(plays(*reply)) as server:
        lines, outcome = written(openai(server))
    assert (lines, outcome.kind) == ([LINE] * count, kind)
    assert [type(problem) for problem in outcome.problems] == ([error] if error else [])


def test_refusals_of_an_openai_server() -> None:
    """A missing model, a wrong key, another path, a server that still loads, one that is busy."""
    with ollama(honest, "other") as server:
        assert type(written(openai(server))[1].problems[0]) is LLMMissing
        wrong = openai(server).model_copy(update={"url": f"{server.url}/v2"})
        assert type(written(wrong)[1].problems[0]) is LLMWrongAddress
    for status, said, error in (
        (401, "Incorrect API key", LLMRefused),
        (503, "Loading model", LLMLoading),
        (429, "Too many requests", LLMBusy),
    ):

        def refuse(_: Json, status: int = status, said: str = said) -> str:
            raise Refused(status, said)

        with ollama(refuse) as server:
            problem = written(openai(server))[1].problems[0]
        assert type(problem) is error


def test_keep_alive_comments_are_no_sign_of_life() -> None:
    """A server that sends comments and no token is too slow all the same."""
    pings: list[Step] = [Raw(b": ping\n\n"), *[Raw(b": ping\n\n")] * 20, Stall()]
    with ollama(plays(*pings)) as server:
        limits = Limits(first_token_s=0.2, next_token_s=5)
        assert type(written(openai(server, limits))[1].problems[0]) is LLMTooSlow
        assert server.gone.wait(5)
