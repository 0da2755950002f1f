"""A checkpoint in the place of the shipped model, so that it can be measured before its export."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from qa.crossencoder import CrossEncoder
from qa.training.reading.network import ReadingNetwork, load


class Checkpoint(CrossEncoder):
    """The shipped model's reading of pairs, with torch and a checkpoint's weights below it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.parent)
        self._path = path

    @cached_property
    def _session(self) -> Any:
        return TorchSession(load(self._path))


class TorchSession:
    """A network that is called as an ONNX Runtime session is."""

    def __init__(self, network: ReadingNetwork) -> None:
        self._network = network.eval()

    def run(self, feeds: Mapping[str, npt.NDArray[Any]]) -> list[npt.NDArray[np.float32]]:
        """Return start logits, end logits and the heads' logits of a batch."""
        with torch.inference_mode():
            tensors = {name: torch.from_numpy(array) for name, array in feeds.items()}
            outputs = self._network.of_vectors(**tensors)
        return [output.float().numpy() for output in outputs]
