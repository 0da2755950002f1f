"""The reading model's runtime: batches, limits, offsets, digest."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from qa.bundled import bundled_path
from qa.crossencoder import LONGEST, MODEL, CrossEncoder, Read, word_vectors
from qa.errors import ModelDigestMismatch
from qa.inference import Arrays, Engine, engines, open_session

PAIRS = [
    ("Who owns the ferry?", "The ferry belongs to Norsund Lines."),
    ("Who owns the ferry?", "The dam will be 96 metres high, and it will stand for centuries."),
    ("How high will the dam be?", "The dam will be 96 metres high."),
]


@pytest.fixture(scope="module")
def model() -> CrossEncoder:
    """Return the shipped model."""
    return CrossEncoder()


def close(one: Read, other: Read) -> bool:
    """Tell whether two reads are the same but for rounding."""
    return (
        np.allclose(one.start, other.start, atol=1e-3)
        and np.allclose(one.end, other.end, atol=1e-3)
        and np.allclose(
            [one.null, one.answerable, one.relevant, one.supported],
            [other.null, other.answerable, other.relevant, other.supported],
            atol=1e-3,
        )
    )


def test_a_batch_gives_what_each_pair_gives_alone(model: CrossEncoder) -> None:
    """Padding beside longer texts changes nothing, and the order is kept."""
    together = model.read(PAIRS)
    assert all(
        close(read, model.read([pair])[0]) for read, pair in zip(together, PAIRS, strict=True)
    )


def test_the_network_is_fed_what_the_tokenizer_says(model: CrossEncoder) -> None:
    """In batches of texts of unlike length, whichever engine reads them; 16 bits lose up to 0.1."""
    long = "The dam stands for centuries. " * 20
    pairs = [PAIRS[0], (PAIRS[2][0], PAIRS[2][1] + long), *PAIRS * 2]
    tokenizer = Tokenizer.from_file(str(bundled_path() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    session = open_session(MODEL / "model.onnx", "onnxruntime")
    for pair, read in zip(pairs, model.read(pairs), strict=True):
        row = tokenizer.encode(*pair)
        ids, mask, types = (
            np.array([numbers]) for numbers in (row.ids, row.attention_mask, row.type_ids)
        )
        feeds = {"vectors": word_vectors()[ids], "attention_mask": mask, "token_type_ids": types}
        ((start, end, heads),) = session.run([feeds])
        text = slice(row.type_ids.index(1), -1)
        assert np.allclose(read.start, start[0, text], atol=0.4)
        assert np.allclose(read.end, end[0, text], atol=0.4)
        told = [read.answerable, read.relevant, read.supported, read.null]
        assert np.allclose(told, [*heads[0], start[0, 0] + end[0, 0]], atol=0.4)


def test_offsets_point_into_the_text(model: CrossEncoder) -> None:
    """Each token has its place in the text, whatever the text's letters."""
    text = "Der Fährmann «Åse» zahlte 4.500 € – no more."
    (read,) = model.read([("Who paid?", text)])
    assert len(read.offsets) == len(read.start) == len(read.end)
    joined = "".join(text[a:b] for a, b in read.offsets)
    assert joined == "".join(text.split())


def test_long_queries_and_texts_are_cut_not_refused(model: CrossEncoder) -> None:
    """Nothing is longer than the model takes, and the room beside a query is told."""
    question, text = "why " * 500, "because " * 500
    (read,) = model.read([(question, text)])
    assert 0 < len(read.start) < LONGEST
    assert len(read.start) == model.room(question)
    last = model.places(text)[len(read.start) - 1][1]
    (cut,) = model.read([("why " * 62, text[:last])])
    assert close(read, cut)


def test_an_empty_text_is_read_as_no_answer(model: CrossEncoder) -> None:
    """No token, no span, and numbers all the same."""
    (read,) = model.read([("Who owns the ferry?", "")])
    assert read.start.shape == (0,)
    assert np.isfinite([read.null, read.answerable, read.supported]).all()


def test_markup_hides_no_answer(model: CrossEncoder) -> None:
    """Tags are read as blanks, and offsets still point into the text; "<" alone is no tag."""
    marked = (
        'The captain is <img src="y" onerror="x=3"> <a href="javascript:x">Mette Rask</a>, it says.'
    )
    bare = re.sub("<[^>]*>", lambda tag: " " * len(tag[0]), marked)
    one, other, less = model.read(
        [("Who is the captain?", text) for text in (marked, bare, "Is a < b and c > d?")]
    )
    assert close(one, other)
    assert [marked[a:b] for a, b in one.offsets] == [bare[a:b] for a, b in other.offsets]
    start = one.offsets[int(one.start.argmax())][0]
    assert marked[start:].startswith("Mette")
    assert model.places(marked) == model.places(bare)
    assert len(less.offsets) == 9


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    """Weights that are not those whose digest was noted are not run."""
    folder = Path(shutil.copytree(MODEL, tmp_path / "model"))
    with (folder / "model.onnx").open("r+b") as file:
        file.seek(1000)
        file.write(b"\0\1\2\3")
    with pytest.raises(ModelDigestMismatch):
        CrossEncoder(folder).load()


def test_the_weights_are_small_enough_to_ship() -> None:
    """They stay under 48 MB, and what was fitted lies beside them."""
    assert (MODEL / "model.onnx").stat().st_size <= 48_000_000
    manifest = json.loads((MODEL / "model.json").read_text("utf-8"))
    assert {"digests", "calibration", "curve"} <= set(manifest)


def _batch(rows: int, tokens: int) -> Arrays:
    ids = np.ones((rows, tokens), dtype=np.int64)
    rng = np.random.default_rng(tokens)
    vectors = rng.standard_normal((rows, tokens, 384)).astype(np.float32)
    return {"vectors": vectors, "attention_mask": ids, "token_type_ids": 0 * ids}


@pytest.mark.parametrize("engine", engines())
def test_batches_side_by_side_come_back_in_order(engine: Engine) -> None:
    """Each is what it is alone, whichever is done first; what breaks off leaves nothing behind."""
    session = open_session(MODEL / "model.onnx", engine)
    batches = [_batch(2, 16 * n) for n in (12, 1, 9, 2, 1, 3)]
    alone = [session.run([batch])[0] for batch in batches]
    together = session.run(iter(batches))
    for batch, one, other in zip(batches, alone, together, strict=True):
        assert other[0].shape == batch["attention_mask"].shape
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))

    def broken() -> Iterator[Arrays]:
        yield batches[0]
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        session.run(broken())
    assert np.array_equal(session.run([batches[1]])[0][0], alone[1][0])
    assert session.run([]) == []


_CROWD = """
import resource, threading
import numpy as np
from qa.crossencoder import MODEL
from qa.inference import open_session

session = open_session(MODEL / "model.onnx", {engine!r})
ids = np.ones((8, 224), dtype=np.int64)
feeds = {{
    "vectors": np.zeros((8, 224, 384), dtype=np.float32), "attention_mask": ids,
    "token_type_ids": 0 * ids,
}}
session.run([feeds])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
threads = [threading.Thread(target=session.run, args=([feeds] * 2,)) for _ in range(12)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
def test_twelve_readers_at_once_take_no_more_memory_than_one(engine: str) -> None:
    """An engine keeps the memory of as many runs as ever overlapped."""
    code = _CROWD.format(engine=engine)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 100_000, "kB"


_AT_ONCE = """
import sys, threading
import numpy as np
from qa.crossencoder import MODEL
from qa.inference import open_session

session = open_session(MODEL / "model.onnx", "openvino")
ids = np.ones((1, 16), dtype=np.int64)
vectors = np.zeros((1, 16, 384), dtype=np.float32)
feeds = {"vectors": vectors, "attention_mask": ids, "token_type_ids": 0 * ids}
sys.setswitchinterval(1e-6)
together = threading.Barrier(2)

def ask():
    together.wait()
    session.run_one(feeds)

threads = [threading.Thread(target=ask) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_the_first_two_batches_of_all_may_come_at_once() -> None:
    """OpenVINO's bridge to numpy locks up where two threads are its first users.

    They do in one process of six or so, which is why this tries some.
    """
    for _ in range(6):
        subprocess.run([sys.executable, "-c", _AT_ONCE], check=True, timeout=60)
