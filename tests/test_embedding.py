"""The embedding model, and retrieval as LlamaIndex sees it."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from qa.bundled import DIGESTS, bundled_path, check_digests
from qa.embedding import Embedding
from qa.errors import ModelDigestMismatch, ModelNotFound
from qa.retrieve import Retriever
from tests.conftest import MakePipeline
from tests.support import paragraph, write


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
    assert embedding.get_text_embedding(texts[0]) == pytest.approx(together[0].tolist(), abs=1e-5)
    assert embedding.get_query_embedding(texts[1]) == pytest.approx(together[1].tolist(), abs=1e-5)


def test_the_retriever_is_a_llama_index_retriever(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """`retrieve` returns nodes in order of score, with file and exact offsets."""
    write(folder, {"a.txt": paragraph("albatross"), "b.txt": paragraph("barnacle")})
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    with pipeline.store.searching() as index:
        retriever = Retriever(pipeline.library, index, pipeline.store.embedding, k=2)
        nodes = retriever.retrieve("barnacle in the log")
    assert [node.metadata["file"] for node in nodes] == ["b.txt", "a.txt"]
    scores = [node.get_score() for node in nodes]
    assert scores == sorted(scores, reverse=True)
    for found in nodes:
        text = pipeline.library.article(found.metadata["file"]).text
        node = found.node.model_dump()
        assert text[node["start_char_idx"] : node["end_char_idx"]] == found.text
