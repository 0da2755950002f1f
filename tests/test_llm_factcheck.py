"""A fact-checking model in Ollama: a second opinion, asked only where a user wants one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from qa.embedding import Embedding
from qa.llm.choose import Chooser
from qa.pipeline import Pipeline
from qa.reader import EmbeddedReader
from qa.settings import Settings
from qa.store import Store
from qa.types import Answer
from tests.llm_pipeline import ARTICLES, DESIGNER, check, stored, writing
from tests.llm_world import FIRST, WHO
from tests.ollama_script import Done, Json, Refused, Reply, Say
from tests.ollama_server import OllamaServer, ollama, says

CHECKS = "bespoke-minicheck:latest"
LIT = "The lighthouse was lit on 4 May 1912 [1]."


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, embedding: Embedding) -> Iterator[Store]:
    """Index a few articles."""
    with stored(tmp_path_factory.mktemp("checked"), embedding, ARTICLES) as made:
        yield made


@contextmanager
def checked(
    store: Store, reader: EmbeddedReader, verdict: str, *, models: tuple[str, ...] = (CHECKS,)
) -> Iterator[tuple[Pipeline, OllamaServer]]:
    """Have `tiny` write two lines, and the fact checker say `verdict` of the second."""

    def script(body: Json) -> Reply:
        if body["model"] != "bespoke-minicheck":
            return [FIRST, Say(LIT), Done()]
        return verdict if "4 May" in body["messages"][0]["content"].split("Claim:")[1] else "Yes"

    settings: dict[str, Any] = {"check_model": "bespoke-minicheck"}
    both = ("tiny:latest", *models)
    with writing(store, reader, script, settings=settings, models=both) as made:
        yield made


def asked(server: OllamaServer) -> list[Json]:
    """Return what the fact checker was sent."""
    return [body for body in server.chats if body["model"] == "bespoke-minicheck"]


def texts(answer: Answer) -> list[str]:
    """Return the statements that are shown."""
    return [claim.text for claim in answer.claims]


def test_it_is_not_asked_unless_it_is_named(store: Store, reader: EmbeddedReader) -> None:
    """Without the setting no request goes to it, even where Ollama has it."""
    both = ("tiny:latest", CHECKS)
    with writing(store, reader, says(f"{FIRST.text}{LIT}"), models=both) as (pipe, server):
        assert len(pipe.answer(WHO).claims) == 2
    assert asked(server) == []


def test_it_is_asked_in_the_form_that_it_was_trained_on(
    store: Store, reader: EmbeddedReader
) -> None:
    """One message, the quote as the document and the statement as the claim; nothing else."""
    with checked(store, reader, "Yes") as (pipe, server):
        answer = pipe.answer(WHO)
    check(pipe, answer)
    assert len(texts(answer)) == 2
    first = asked(server)[0]
    (message,) = first["messages"]
    document, claim = message["content"].split("\nClaim: ")
    assert message["role"] == "user"
    assert document.startswith("Document: ")
    assert answer.citations[0].quote in document
    assert claim == texts(answer)[0]
    assert first["options"]["num_ctx"] == 4096
    assert first["options"]["temperature"] == 0


@pytest.mark.parametrize("verdict", ["No", "no.", " No\n"])
def test_what_it_does_not_find_is_removed(
    store: Store, reader: EmbeddedReader, verdict: str
) -> None:
    """A statement that passed the program's own check needs its Yes, too."""
    with checked(store, reader, verdict) as (pipe, _):
        answer = pipe.answer(WHO)
    check(pipe, answer)
    assert len(texts(answer)) == 1
    assert DESIGNER in texts(answer)[0]
    assert [claim.verdict for claim in answer.removed] == ["unsupported"]


def test_it_cannot_save_what_the_program_refuses(store: Store, reader: EmbeddedReader) -> None:
    """A wrong number is refused before it is asked."""

    def script(body: Json) -> Reply:
        wrong = f"{FIRST.text}The harbour of Vell paid 999,000 crowns for the new lamp [2]."
        return "Yes" if body["model"] == "bespoke-minicheck" else wrong

    settings: dict[str, Any] = {"check_model": "bespoke-minicheck"}
    both = ("tiny:latest", CHECKS)
    with writing(store, reader, script, settings=settings, models=both) as (pipe, server):
        answer = pipe.answer(WHO)
    assert len(answer.claims) == 1
    assert not any("999,000" in body["messages"][0]["content"] for body in asked(server))


@pytest.mark.parametrize(
    ("verdict", "models", "says"),
    [("Perhaps", (CHECKS,), "Yes or No"), ("Yes", (), "qa pull bespoke-minicheck")],
)
def test_where_it_fails_the_first_opinion_stands(
    store: Store, reader: EmbeddedReader, verdict: str, models: tuple[str, ...], says: str
) -> None:
    """It is missing, or writes something else: the answer is complete and names the remedy once."""
    with checked(store, reader, verdict, models=models) as (pipe, _):
        answer = pipe.answer(WHO)
    assert len(texts(answer)) == 2
    assert sum(says in notice for notice in answer.notices) == 1


def test_it_is_never_taken_for_a_model_that_writes(tmp_path: Path) -> None:
    """Where Ollama has nothing else, `auto` leaves the answer to the embedded reader."""
    with ollama(says("Yes"), CHECKS) as server:
        settings = Settings(data_dir=tmp_path, llm="auto", ollama_url=server.url)
        assert Chooser(settings).choose().name == "embedded"


def test_a_server_that_refuses_it_is_named(store: Store, reader: EmbeddedReader) -> None:
    """An error of its own leaves the answer as it is, with a notice."""

    def script(body: Json) -> Reply:
        if body["model"] == "bespoke-minicheck":
            raise Refused(500, "model requires more system memory than is available")
        return [FIRST, Done()]

    settings: dict[str, Any] = {"check_model": "bespoke-minicheck"}
    both = ("tiny:latest", CHECKS)
    with writing(store, reader, script, settings=settings, models=both) as (pipe, _):
        answer = pipe.answer(WHO)
    assert DESIGNER in answer.answer
    assert "memory" in " ".join(answer.notices)
