"""Ollama dies and comes back while many ask: every answer is whole and true, whoever wrote it."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from qa.embedding import Embedding
from qa.pipeline import Pipeline
from qa.reader import EmbeddedReader
from qa.store import Store
from qa.types import Answer
from tests.bad_models import honest
from tests.llm_pipeline import ARTICLES, DESIGNER, TINY, check, pipeline, stored
from tests.llm_world import WHO
from tests.ollama_script import Done, Json, Pause, Say, Step
from tests.ollama_server import OllamaServer, ollama

ASKING, EACH = 6, 4


@pytest.fixture(scope="module")
def store(embedding: Embedding, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return the index of a few articles."""
    with stored(tmp_path_factory.mktemp("dying"), embedding, ARTICLES) as made:
        yield made


def slowly(body: Json) -> list[Step]:
    """Answer honestly, a word at a time, so that a death falls into the middle."""
    said: list[Step] = []
    for word in honest(body).split(" "):
        said += [Say(f"{word} "), Pause(0.01)]
    return [*said, Done()]


def ask(pipe: Pipeline) -> Answer:
    """Ask, and check what holds for every answer."""
    answer = pipe.answer(WHO)
    check(pipe, answer)
    return answer


def test_ollama_dies_and_returns_under_load(store: Store, reader: EmbeddedReader) -> None:
    """While it is gone the embedded reader answers; no question fails, no statement is untrue,
    and as soon as it is back it writes again, on the same connection settings.
    """
    with ExitStack() as first:
        server: OllamaServer = first.enter_context(ollama(slowly))
        port = int(server.url.rpartition(":")[2])
        pipe = pipeline(store, reader, server.url, llm_parallel=ASKING, retrieve_k=4)
        begun = threading.Barrier(ASKING + 1)

        def asking() -> list[Answer]:
            begun.wait()
            return [ask(pipe) for _ in range(EACH)]

        with ThreadPoolExecutor(ASKING) as threads:
            jobs = [threads.submit(asking) for _ in range(ASKING)]
            begun.wait()
            while len(server.chats) < ASKING:
                assert not all(job.done() for job in jobs)
            first.close()
            answers = [answer for job in jobs for answer in job.result()]
    assert len(answers) == ASKING * EACH
    assert all(DESIGNER in a.answer or a.status == "incomplete" for a in answers)
    assert {"embedded"} <= {a.model for a in answers} <= {"embedded", TINY}
    assert all(a.notices for a in answers if a.model == "embedded")
    with ollama(slowly, port=port):
        back = ask(pipe)
    assert (back.model, back.status) == (TINY, "answered")
    assert DESIGNER in back.answer
    print(f"{len(answers)} questions, Ollama killed and back: {len(answers)} answered")
