"""LlamaIndex on both sides: our models are its models, and any of its models can write here."""

import asyncio
from collections.abc import Generator, Sequence
from typing import Any

import pytest
from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
)
from llama_index.core.llms import LLM, CustomLLM

from qa.errors import (
    LLMInterrupted,
    LLMMissing,
)
from qa.llm.cancel import Cancel
from qa.llm.rewrite import rewrite
from qa.types import Turn
from tests.llm_world import FIRST, LINE, WHO, model, written
from tests.ollama_script import (
    Cut,
)
from tests.ollama_server import ollama, plays, says

HISTORY = (Turn(question=WHO, answer="Ada Lindqvist designed the lighthouse of Vell [1]."),)


class Foreign(CustomLLM):
    """A model of somebody else's: it says what it is given, and may fail on the way."""

    said: tuple[str, ...] = ()
    fails: bool = False
    whole: bool = False

    @property
    def metadata(self) -> LLMMetadata:
        """Return a budget like LlamaIndex's default."""
        return LLMMetadata(context_window=3900, num_output=256, model_name="foreign")

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:  # noqa: FBT001, FBT002 -- the interface's
        """Not asked for."""
        raise NotImplementedError

    def stream_complete(
        self,
        prompt: str,
        formatted: bool = False,  # noqa: FBT001, FBT002 -- the interface's
        **_: Any,
    ) -> CompletionResponseGen:
        """Not asked for."""
        raise NotImplementedError

    def stream_chat(
        self, messages: Sequence[ChatMessage], **_: Any
    ) -> Generator[ChatResponse, None, None]:
        """Stream, as new text or as the whole so far."""
        assert len(messages) == 2
        so_far = ""
        for text in self.said:
            so_far += text
            message = ChatMessage(role="assistant", content=so_far)
            yield ChatResponse(message=message, delta=None if self.whole else text)
        if self.fails:
            raise ConnectionResetError("gone")


@pytest.mark.parametrize("whole", [True, False])
def test_any_llama_index_model_can_write(whole: bool) -> None:  # noqa: FBT001 -- a parameter
    """One that was handed in gives the same lines, whichever way it streams."""
    llm = Foreign(said=(FIRST.text, "It was lit in", " 1912 [1]."), whole=whole)
    lines, outcome = written(llm)
    assert [line.cited for line in lines] == [(1,), (1,)]
    assert outcome.kind == "complete"


def test_what_a_foreign_model_raises_becomes_ours() -> None:
    """Its own exceptions cannot be listed; they end in an outcome that names them."""
    lines, outcome = written(Foreign(said=(FIRST.text,), fails=True))
    assert lines == [LINE]
    assert type(outcome.problems[0]) is LLMInterrupted
    assert "ConnectionResetError: gone" in outcome.problems[0].detail


def test_a_foreign_model_can_be_left() -> None:
    """Between two pieces the one who leaves is noticed."""
    cancel = Cancel()
    cancel.request()
    assert written(Foreign(said=(FIRST.text,)), cancel=cancel)[1].kind == "cancelled"


def test_our_models_are_llama_index_models() -> None:
    """Chat, streamed chat, completion and the asynchronous ones work like any other's."""
    asked = [ChatMessage(role="user", content="Who?")]
    with ollama(says("Ada did.")) as server:
        llm: LLM = model(server)
        assert llm.chat(asked).message.content == "Ada did."
        streamed = list(llm.stream_chat(asked))
        assert "".join(r.delta or "" for r in streamed) == "Ada did."
        assert streamed[-1].message.content == "Ada did."
        assert streamed[-1].additional_kwargs["reason"] == "stop"
        assert llm.complete("Who?").text == "Ada did."
        assert list(llm.stream_complete("Who?"))[-1].text == "Ada did."
        assert asyncio.run(llm.achat(asked)).message.content == "Ada did."

        async def every() -> list[str]:
            return [r.delta or "" async for r in await llm.astream_chat(asked)]

        assert "".join(asyncio.run(every())) == "Ada did."
        assert llm.metadata.model_name == "tiny"
        with pytest.raises(LLMMissing):
            model(server, model="other").chat(asked)


# -- follow-ups ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("When was the lighthouse of Vell lit?", "When was the lighthouse of Vell lit?"),
        ('"When was the lighthouse of Vell lit?"', "When was the lighthouse of Vell lit?"),
        ("Rewritten question: When was it lit at Vell?\nHope it helps", "When was it lit at Vell?"),
        ("<think>Hm.</think>When was the lighthouse of Vell lit?",
         "When was the lighthouse of Vell lit?"),
        ("When was it lit?", None),
        ("When did Napoleon light the lighthouse?", None),
        ("When was the lighthouse of Vell lit in 1815?", None),
        ("NOT_IN_ARTICLES", None),
        ("", None),
        ("The lighthouse " * 100, None),
    ],
)  # fmt: skip
def test_a_rewriting_is_used_only_when_it_keeps_to_the_conversation(
    said: str, expected: str | None
) -> None:
    """A label, quotation marks and thoughts are taken off; new names and numbers refuse it."""
    with ollama(says(said)) as server:
        assert rewrite(model(server), "When was it lit?", HISTORY) == expected
    sent = server.chats[0]
    assert sent["options"]["num_predict"] == 96
    assert "Ada Lindqvist designed" in sent["messages"][1]["content"]


def test_without_a_conversation_nothing_is_rewritten() -> None:
    """No request is made."""
    with ollama(says("x")) as server:
        assert rewrite(model(server), WHO, ()) is None
    assert server.chats == []


def test_a_rewriting_that_fails_says_so() -> None:
    """The caller decides what to do without."""
    with ollama(plays(Cut())) as server, pytest.raises(LLMInterrupted):
        rewrite(model(server), "When was it lit?", HISTORY)
