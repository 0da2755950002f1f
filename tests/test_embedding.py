"""The embedding model: its vectors, here and through LlamaIndex, and its export."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qa.bundled import DIGESTS, bundled_path, check_digests
from qa.embedding import Embedding
from qa.errors import ModelDigestMismatch, ModelNotFound
from qa.exported import (
    LEAST_COSINE,
    SAMPLES,
    ExportedModel,
    NotExportable,
    digest_of,
    export,
    find,
    unit,
)
from qa.inference import Arrays, engines, open_session
from qa.llamaindex import FootnoteEmbedding
from qa.settings import default_cache_dir


def test_changed_weights_are_refused(tmp_path: Path) -> None:
    """One changed byte in the weights is noticed, and both digests are named."""
    copy = Path(shutil.copytree(bundled_path(), tmp_path / "model"))
    check_digests(copy, DIGESTS)
    with (copy / "model.safetensors").open("r+b") as weights:
        weights.seek(-1, 2)
        last = weights.read(1)[0]
        weights.seek(-1, 2)
        weights.write(bytes([last ^ 1]))
    with pytest.raises(ModelDigestMismatch, match=DIGESTS["model.safetensors"]):
        check_digests(copy, DIGESTS)


def test_a_missing_tokenizer_is_named(tmp_path: Path) -> None:
    """A file of the model that is not there is an error that names it."""
    with pytest.raises(ModelNotFound, match=r"model\.safetensors is missing"):
        check_digests(tmp_path, DIGESTS)


def test_a_model_that_is_not_there_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    """A path that holds no model is said by name, with the setting that names it."""
    with pytest.raises(ModelNotFound, match="nowhere") as error:
        Embedding(str(tmp_path / "nowhere")).load()
    assert "QA_EMBEDDING_MODEL" in error.value.remedy


def test_vectors_have_length_one_and_do_not_depend_on_their_batch(embedding: Embedding) -> None:
    """A text has the same vector alone, in a batch, and through LlamaIndex's interface."""
    texts = ["The tanker was seized.", "Nicolás", "word " * 400]
    together = embedding.encode(texts)
    assert together.shape == (3, 384)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-5)
    alone = np.vstack([embedding.encode([text]) for text in texts])
    assert np.abs(alone - together).max() < 1e-5
    other = FootnoteEmbedding(embedding)
    assert other.get_text_embedding(texts[0]) == pytest.approx(together[0].tolist(), abs=1e-5)
    assert other.get_query_embedding(texts[1]) == pytest.approx(together[1].tolist(), abs=1e-5)


# -- exported models ------------------------------------------------------------------------

TEXTS = [
    *SAMPLES,
    "",
    "q",
    "I.B.M. co-operates; can't 1,234.56 €",
    "\u202eright to left\u202c and \x00 zero",
    "word " * 254,
    "word " * 255,
    "The tanker was seized off Venezuela on Wednesday, officials said.",
]


@pytest.fixture(scope="module")
def original() -> Any:
    """Return the bundled model as sentence-transformers loads it."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(bundled_path()), device="cpu")


@pytest.fixture(scope="module")
def cache(original: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache in which the bundled model has been exported."""
    folder = tmp_path_factory.mktemp("cache")
    export(original, "bundled", folder)
    return folder


@pytest.mark.parametrize("engine", engines())
def test_every_engine_gives_the_models_own_vectors(original: Any, cache: Path, engine: Any) -> None:
    """Whatever the text, the vector is that of sentence-transformers, on each engine here."""
    found = find("bundled", cache)
    assert found is not None
    model = ExportedModel(found, cache)
    model.__dict__["session"] = open_session(found.network, engine)
    own = unit(np.asarray(original.encode(TEXTS)))
    assert (own * model.encode(TEXTS)).sum(axis=1).min() >= LEAST_COSINE


@pytest.mark.parametrize("engine", engines())
def test_a_question_is_not_kept_waiting_by_an_ingest(cache: Path, engine: Any) -> None:
    """It is embedded while others still make their batches, which wait for each other."""
    found = find("bundled", cache)
    assert found is not None
    model = ExportedModel(found, cache)
    session = model.__dict__["session"] = open_session(found.network, engine)
    answered, begun = threading.Event(), threading.Semaphore(0)
    waited: list[bool] = []

    def many() -> Iterator[Arrays]:
        feeds = {name: np.ones((1, 16), dtype=np.int64) for name in found.inputs}
        yield feeds
        begun.release()
        waited.append(answered.wait(60))
        yield feeds

    with ThreadPoolExecutor(2) as threads:
        ingests = [threads.submit(session.run, many()) for _ in range(2)]
        assert begun.acquire(timeout=60)
        assert model.encode(["Who owns the ferry?"]).shape == (1, 384)
        second = begun.acquire(blocking=False)
        answered.set()
        assert [len(ingest.result()) for ingest in ingests] == [2, 2]
    assert waited == [True, True]
    assert not second, "the other's batches were made before it was their turn"


def test_a_measured_choice_is_remembered(cache: Path) -> None:
    """The engine is chosen among all that run here, and not measured a second time."""
    found = find("bundled", cache)
    assert found is not None
    first = ExportedModel(found, cache).choice
    assert set(first.rates) == set(engines())
    assert all(rate > 0 for rate in first.rates.values())
    assert ExportedModel(found, cache).choice == first


def test_attention_is_exported_so_that_engines_join_it(original: Any, tmp_path: Path) -> None:
    """Without the check for rows that see nothing, and the model itself stays as it was."""
    before = original[0].auto_model.config._attn_implementation
    assert before != "eager"
    made = export(original, "bundled", tmp_path)
    assert b"IsNaN" not in made.network.read_bytes()
    assert original[0].auto_model.config._attn_implementation == before


def test_a_damaged_export_is_made_anew(original: Any, tmp_path: Path) -> None:
    """A file that is not what was written is not run."""
    made = export(original, "bundled", tmp_path)
    with made.network.open("r+b") as file:
        file.seek(10_000)
        file.write(b"\0\1\2\3")
    assert find("bundled", tmp_path) is None
    assert export(original, "bundled", tmp_path) == made
    assert find("bundled", tmp_path) == made


def test_a_model_that_cannot_be_exported_is_run_by_torch_and_tried_once(
    original: Any, tmp_path: Path
) -> None:
    """The reason is kept with the model, and given again without another attempt."""

    class Strange:
        """A model without a forward pass."""

        tokenizer = original.tokenizer

        def modules(self) -> list[Any]:
            return []

    for model in (Strange(), None):
        with pytest.raises(NotExportable, match="not callable"):
            export(model, "strange", tmp_path)


def test_a_cache_that_cannot_be_written_costs_speed_only(tmp_path: Path) -> None:
    """Torch runs the model then, with the same vectors, and the reason is said."""
    nowhere = tmp_path / "file"
    nowhere.write_text("not a folder")
    embedding = Embedding(cache=nowhere)
    assert "torch" in embedding.runtime
    assert "file" in embedding.runtime
    assert np.linalg.norm(embedding.encode(["ready"]), axis=1) == pytest.approx(1, abs=1e-5)


def test_a_model_in_a_folder_is_told_by_its_files(tmp_path: Path) -> None:
    """Another model under the same path is another export."""
    for name, text in (("one", "{}"), ("two", "{}"), ("three", '{"a": 1}')):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text(text)
    digests = [digest_of(tmp_path / name) for name in ("one", "two", "three")]
    assert digests[0] == digests[1] != digests[2]


def test_the_models_need_neither_torch_nor_a_network(embedding: Embedding, tmp_path: Path) -> None:
    """Nothing is imported that takes seconds, no connection is opened by any engine, and nothing
    is written into the user's home, where engines note what they would report.
    """
    embedding.load()  # exported by now
    code = (
        "import sys\n"
        "def watch(event, found):\n"
        "    if event in {'socket.connect', 'socket.getaddrinfo'}: sys.exit(f'{event} {found}')\n"
        "sys.addaudithook(watch)\n"
        "from qa.crossencoder import MODEL, CrossEncoder\n"
        "from qa.embedding import Embedding\n"
        "from qa.inference import engines, open_session\n"
        "Embedding().load(); CrossEncoder().load()\n"
        "for engine in engines(): open_session(MODEL / 'model.onnx', engine)\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'openvino_telemetry'}\n"
        "print(heavy & set(sys.modules))"
    )
    home = tmp_path / "home"
    home.mkdir()
    env = {**os.environ, "HOME": str(home), "QA_CACHE_DIR": str(default_cache_dir())}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env
    )
    assert done.stdout.strip() == "set()"
    assert list(home.iterdir()) == []


# -- batches --------------------------------------------------------------------------------


def test_any_number_of_texts_goes_through_few_shapes(embedding: Embedding) -> None:
    """An engine remembers every shape; rows that fill a batch up change nobody's vector."""
    embedding.load()
    model = embedding._model
    assert isinstance(model, ExportedModel)
    texts = [f"The tanker number {n} was seized. " * (n % 7 + 1) for n in range(140)]
    tokens = model._tokens(texts)
    shapes = {
        model._feeds([tokens[n] for n in group])["input_ids"].shape
        for count in range(1, len(texts), 3)
        for group in model._groups(tokens[:count])
    }
    lengths = {length for _, length in shapes}
    assert len(shapes) <= 14 * len(lengths)
    assert all(rows * length <= 2048 for rows, length in shapes)
    together = embedding.encode(texts[:37])
    alone = np.stack([embedding.encode([text])[0] for text in texts[:37]])
    assert (together * alone).sum(axis=1).min() > 0.9999


# -- threads --------------------------------------------------------------------------------


def test_threads_may_encode_together(embedding: Embedding) -> None:
    """Each of many threads at once gets the vectors that it gets alone; nothing gives nothing."""
    texts = [f"The tanker number {n} was seized. " * (n % 5 + 1) for n in range(24)]
    alone = np.vstack([embedding.encode([text]) for text in texts])
    with ThreadPoolExecutor(max_workers=8) as threads:
        together = np.vstack(list(threads.map(lambda text: embedding.encode([text]), texts)))
    assert np.abs(alone - together).max() < 1e-5
    assert len(embedding.encode([])) == 0
