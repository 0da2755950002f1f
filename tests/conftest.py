"""What the tests share: the real embedding model, once, and pipelines over scratch folders."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from qa.embedding import Embedding
from qa.library import Library
from qa.lock import WriterLock
from qa.pipeline import Pipeline
from qa.reader import EmbeddedReader
from qa.settings import Settings
from qa.store import Store
from tests.live import ARTICLES, Live, ingested, running

SEEDS = Path(__file__).parent.parent / "seeds"

MakePipeline = Callable[..., Pipeline]


@pytest.fixture(scope="session", autouse=True)
def _no_language_model() -> Iterator[None]:
    """Answer by the embedded reader unless a test asks otherwise, whatever runs on this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_LLM", "embedded")
        yield


@pytest.fixture(scope="session")
def embedding() -> Embedding:
    """Return the bundled model, loaded once for all tests."""
    model = Embedding()
    model.load()
    return model


@pytest.fixture(scope="session")
def reader(embedding: Embedding) -> EmbeddedReader:
    """Return the embedded reader with the shipped models, loaded once for all tests."""
    made = EmbeddedReader(embedding)
    made.load()
    return made


@pytest.fixture
def make_pipeline(
    embedding: Embedding, reader: EmbeddedReader, tmp_path: Path
) -> Iterator[MakePipeline]:
    """Return a maker of pipelines that share the loaded model and are closed at the end."""
    made: list[Pipeline] = []

    def make(data_dir: Path | None = None, **settings: object) -> Pipeline:
        chosen = Settings.model_validate({"data_dir": data_dir or tmp_path / "data", **settings})
        if not chosen.replica:
            chosen.data_dir.mkdir(parents=True, exist_ok=True)
        library = Library(chosen.data_dir / "library.db", replica=chosen.replica)
        store = Store(chosen, library, embedding, WriterLock(chosen.data_dir))
        pipeline = Pipeline(store, reader)
        made.append(pipeline)
        return pipeline

    yield make
    for pipeline in made:
        pipeline.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder for articles."""
    path = tmp_path / "articles"
    path.mkdir()
    return path


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Return a server over four small articles, which the tests of one file share."""
    root = tmp_path_factory.mktemp("live")
    with running(ingested(root / "articles", root / "data", ARTICLES)) as server:
        server.wait_until_ready()
        yield server


@pytest.fixture
def client(live: Live) -> Iterator[httpx.Client]:
    """Return a client of the shared server."""
    with live.client() as client:
        yield client
