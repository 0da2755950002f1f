"""Weights read back, from a checkpoint or from what is shipped, so that training can go on."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from qa.crossencoder import word_vectors


def weights_of(path: Path) -> dict[str, Tensor]:
    """Return the network's weights by name, from a checkpoint or from `model.onnx`."""
    if path.suffix != ".onnx":
        state: dict[str, Tensor] = torch.load(path, weights_only=True)["network"]
        return state
    return _of_onnx(path)


def mean_of(paths: Sequence[Path]) -> dict[str, Tensor]:
    """Return the mean of several networks' weights, which reads better than each of them.

    They must have been trained one from the other, or from one beginning (Wortsman et al. 2022).
    """
    every = [weights_of(path) for path in paths]
    vectors = "encoder.embeddings.word_embeddings.weight"
    mean = {name: torch.stack([w[name] for w in every]).mean(0) for name in every[0]}
    return mean | {vectors: every[0][vectors]}  # the same in all: no rounding


def _of_onnx(path: Path) -> dict[str, Tensor]:
    """Undo the export: it keeps most names, but not those of matrices, which it transposes.

    Such a matrix is named by the bias that is added to its product. The vectors of the words were
    left out.
    """
    import onnx
    from onnx import numpy_helper

    graph: Any = onnx.load(str(path)).graph
    known = {
        _plain(tensor.name): torch.from_numpy(numpy_helper.to_array(tensor).copy())
        for tensor in graph.initializer
    }
    found = {
        name: value.float()
        for name, value in known.items()
        if name.split(".")[0] in {"encoder", "spans", "pool", "heads"}
    }
    found["encoder.embeddings.word_embeddings.weight"] = torch.from_numpy(word_vectors())
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in known:
            bias = _plain(_added(graph, node.output[0]))
            found[bias.removesuffix("bias") + "weight"] = (
                known[node.input[1]].float().T.contiguous()
            )
    return found


def _plain(name: str) -> str:
    return name.removesuffix(".half").removeprefix("network.")


def _added(graph: Any, product: str) -> str:
    """Return the name of the bias that is added to a product."""
    sums = (node for node in graph.node if node.op_type == "Add" and product in node.input)
    return str(next(name for name in next(sums).input if name != product))
