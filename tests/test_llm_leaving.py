"""Whoever leaves is not written for: the request is closed, whatever it waits for."""

import threading
from collections.abc import Sequence
from contextlib import closing

import pytest

from qa.errors import (
    LLMBusy,
)
from qa.llm.cancel import Cancel, Turns
from qa.llm.ollama import OllamaLLM
from qa.llm.write import Writer
from tests.bad_models import (
    honest,
)
from tests.llm_world import FIRST, LINE, PASSAGES, WHO, model, written
from tests.ollama_script import (
    Json,
    Stall,
    Step,
)
from tests.ollama_server import ollama, plays


def test_closing_closes_the_request() -> None:
    """A reader who leaves between two lines: Ollama sees the connection go, and stops."""
    with ollama(plays(FIRST, Stall())) as server:
        with closing(Writer(model(server)).write(WHO, PASSAGES)) as writing:
            assert next(iter(writing)) == LINE
            assert not server.gone.is_set()
        assert server.gone.wait(5)
    assert writing.outcome.kind == "cancelled"


@pytest.mark.parametrize("wait", ["loading", "the first token", "the next token"])
def test_another_thread_can_end_any_wait(wait: str) -> None:
    """A generator that waits cannot be closed; `Cancel` ends it, and the request with it."""
    cancel, waiting = Cancel(), threading.Event()

    def stall(_: Json) -> Sequence[Step]:
        waiting.set()
        return [FIRST, Stall()] if wait == "the next token" else [Stall()]

    def leave() -> None:
        waiting.wait(5)
        cancel.request()

    hooks = {"on_load": stall} if wait == "loading" else {}
    with ollama(stall, **hooks) as server:
        leaver = threading.Thread(target=leave)
        leaver.start()
        _, outcome = written(model(server), cancel=cancel)
        leaver.join()
        assert server.gone.wait(5)
    assert (outcome.kind, outcome.problems) == ("cancelled", ())


def test_whoever_has_left_before_asks_nothing() -> None:
    """No request is sent for nobody."""
    cancel = Cancel()
    cancel.request()
    with ollama(honest) as server:
        _, outcome = written(model(server), cancel=cancel)
    assert outcome.kind == "cancelled"
    assert server.loads == server.chats == []


def test_questions_take_turns_at_a_model() -> None:
    """One at a time: a second one waits, not in Ollama's queue, and has a limit of its own."""
    turns = Turns(1, 0.1)
    with ollama(plays(FIRST, Stall())) as server:
        first: OllamaLLM = model(server, turns=turns)
        with closing(Writer(first).write(WHO, PASSAGES)) as writing:
            assert next(iter(writing)) == LINE
            _, outcome = written(model(server, turns=turns))
            assert type(outcome.problems[0]) is LLMBusy
            assert len(server.chats) == 1
    with ollama(honest) as server:
        assert written(model(server, turns=turns))[1].kind == "complete"
