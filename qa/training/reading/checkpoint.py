"""A checkpoint in the place of the shipped model, so that it can be measured before its export."""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import torch

from qa.crossencoder import CrossEncoder
from qa.inference import Arrays, Outputs, Session
from qa.training.reading.network import ReadingNetwork, load


class Checkpoint(CrossEncoder):
    """The shipped model's reading of pairs, with torch and a checkpoint's weights below it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.parent)
        self._path = path

    @cached_property
    def _session(self) -> Session:
        return TorchSession(load(self._path))


class TorchSession:
    """A network that is called as those in ONNX are."""

    lanes = 1

    def __init__(self, network: ReadingNetwork) -> None:
        self._network = network.eval()

    def run(self, batches: Iterable[Arrays]) -> list[Outputs]:
        """Return start logits, end logits and the heads' logits of each batch."""
        return [self.run_one(feeds) for feeds in batches]

    def run_one(self, feeds: Arrays) -> Outputs:
        """Return start logits, end logits and the heads' logits of a batch."""
        with torch.inference_mode():
            tensors = {name: torch.from_numpy(array) for name, array in feeds.items()}
            outputs = self._network.of_vectors(**tensors)
        return [output.float().numpy() for output in outputs]
