"""A pipeline over a few articles, whose answers a scripted model writes; and rules for them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qa.embedding import Embedding
from qa.library import Library
from qa.llm.choose import Chooser
from qa.lock import WriterLock
from qa.pipeline import Pipeline
from qa.reading import Reader
from qa.settings import Settings
from qa.store import Store
from qa.types import Answer
from tests.llm_world import TEXTS
from tests.ollama_script import Script
from tests.ollama_server import OllamaServer, ollama
from tests.support import write

ARTICLES = {
    "lighthouse.txt": f"The light of Vell\n\n{TEXTS[0]} Its beam reaches 31 kilometres.\n",
    "harbour.txt": f"A lamp for the harbour\n\n{TEXTS[1]}\n",
    "ferry.txt": f"Storm over the sound\n\n{TEXTS[2]} The ferry to Sund sails at 06:45.\n",
    "bridge.txt": "The bridge of Grimsfold\n\nThe mayor Oda Brekke opened the new bridge of "
    "Grimsfold on 4 May 2021. It is 212 metres long and carries trams.\n",
}
DESIGNER = "Ada Lindqvist"
TINY = "ollama/tiny"
SOON = {"llm_load_s": 5, "llm_first_token_s": 5, "llm_next_token_s": 5, "llm_retries": 2,
        "llm_retry_s": 0.01, "llm_queue_s": 5}  # fmt: skip

Asking = Callable[..., Pipeline]


@contextmanager
def stored(folder: Path, embedding: Embedding, articles: dict[str, str]) -> Iterator[Store]:
    """Index some articles."""
    write(folder / "articles", articles)
    settings = Settings(data_dir=folder / "data")
    library = Library(folder / "data" / "library.db")
    store = Store(settings, library, embedding, WriterLock(settings.data_dir))
    store.ingest([folder / "articles"])
    yield store
    store.close()


def pipeline(store: Store, reader: Reader, url: str, **settings: Any) -> Pipeline:
    """Make a pipeline whose answers are written by `tiny`, at the Ollama at `url`."""
    given = {"llm": TINY, "ollama_url": url, **SOON, **settings}
    return Pipeline(store, reader, Chooser(Settings.model_validate(given)))


@contextmanager
def writing(
    store: Store, reader: Reader, script: Script, *, settings: dict[str, Any] | None = None,
    **server: Any,
) -> Iterator[tuple[Pipeline, OllamaServer]]:  # fmt: skip
    """Run a scripted Ollama and a pipeline that has it write."""
    models = server.pop("models", ("tiny:latest",))
    with ollama(script, *models, **server) as running:
        yield pipeline(store, reader, running.url, **(settings or {})), running


def check(pipe: Pipeline, answer: Answer) -> None:
    """Assert what holds for every answer, whoever wrote it and however badly."""
    numbers = [citation.id for citation in answer.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    for citation in answer.citations:
        article = pipe.library.article(citation.file)
        assert article.text[citation.start : citation.end] == citation.quote
        assert article.sha256 == citation.sha256
    assert {n for claim in answer.claims for n in claim.citations} == set(numbers)
    assert all(claim.verdict == "supported" and claim.citations for claim in answer.claims)
    assert all(claim.verdict != "supported" for claim in answer.removed)
    assert (answer.status == "not_found") == (not answer.claims)
    assert all(f"[{number}]" in answer.answer for number in numbers)
