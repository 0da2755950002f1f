"""How long one question takes, warm, with the embedded reader: by stage, and against torch.

    python -m tests.latency

Printed are medians in milliseconds over the bundled gold questions, asked of `seeds/`. The reading
of 20 passages (search for the best sentences, reading, ranking) is timed apart, with the same
weights run by the engine that is fastest here, and by torch.
"""

import statistics
import tempfile
import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from eval.command import SEEDS_SET
from eval.gold import read_gold
from qa.crossencoder import MODEL, CrossEncoder
from qa.pipeline import Pipeline, build
from qa.reader import EmbeddedReader
from qa.reading import Reader
from qa.settings import Settings
from qa.training.reading.checkpoint import TorchSession
from qa.training.reading.network import fresh
from qa.training.reading.shipped import weights_of
from qa.types import Passage
from tests.conftest import SEEDS

_QUESTIONS, _WARMING = 40, 10
_STAGES = ("retrieve_ms", "answer_ms", "verify_ms", "total_ms")


class InTorch(CrossEncoder):
    """The shipped weights, run by torch."""

    @cached_property
    def _session(self) -> Any:
        network = fresh()
        network.load_state_dict(weights_of(MODEL / "model.onnx"))
        return TorchSession(network)


def median(values: Sequence[float]) -> str:
    """Return the median and the range of nine in ten."""
    ranked = sorted(values)
    most = ranked[int(0.95 * (len(ranked) - 1))]
    return f"{statistics.median(ranked):7.1f} ms (95 % below {most:.0f} ms, n = {len(ranked)})"


def reading(reader: Reader, asked: Sequence[tuple[str, Sequence[Passage]]]) -> list[float]:
    """Read every pool and return the milliseconds that each took."""
    found = []
    for question, passages in asked:
        began = time.perf_counter()
        reader.read(question, passages)
        found.append(1000 * (time.perf_counter() - began))
    return found


def report(pipeline: Pipeline) -> None:
    """Ask some questions, so that all is loaded, and print what others took: none is asked twice,
    since what was asked before is remembered.
    """
    every = [gold.question for gold in read_gold([SEEDS_SET])]
    questions, others = every[:_QUESTIONS], every[_QUESTIONS : _QUESTIONS + _WARMING]
    for question in others:
        pipeline.answer(question)
    timings = [pipeline.answer(question).timings for question in questions]
    for stage in _STAGES:
        print(f"{stage.removesuffix('_ms'):22} {median([t[stage] for t in timings])}")
    pools = [(q, pipeline.search(q, k=pipeline.settings.retrieve_k)) for q in questions]
    engine = CrossEncoder().choice.engine
    print(f"passages read: {statistics.median(len(p) for _, p in pools):.0f}")
    print(f"{f'read, {engine}':22} {median(reading(pipeline.reader, pools))}")
    other = EmbeddedReader(pipeline.store.embedding, InTorch())
    reading(other, pools[:3])
    print(f"{'read, torch':22} {median(reading(other, pools))}")


def main() -> None:
    """Measure, and print."""
    print(f"torch threads: {torch.get_num_threads()}")
    with tempfile.TemporaryDirectory() as data:
        pipeline = build(Settings(data_dir=Path(data), llm="embedded"), writer=True)
        try:
            pipeline.store.ingest([SEEDS])
            report(pipeline)
        finally:
            pipeline.close()


if __name__ == "__main__":
    main()
