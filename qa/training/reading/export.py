"""From a checkpoint to the weights that are shipped: ONNX, 16 bits at rest or 8-bit integers.

`python -m qa.training.reading.export --checkpoint PATH [--int8]` writes `model.onnx` and its digest
in `model.json` (calibration that is there already stays); of several checkpoints, or exported
models, the mean of their weights. The vectors of the words are left out:
training does not change them, so at run time they come from the bundled sentence encoder.
"""

import argparse
import hashlib
import json
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from qa.crossencoder import MODEL, word_vectors
from qa.training.reading.network import ReadingNetwork, load
from qa.training.reading.shipped import mean_of

_OPSET = 17
_SMALL = 1024
"""Tensors with fewer numbers stay in 32 bits."""


def main() -> None:
    """Export a checkpoint."""
    parser = argparse.ArgumentParser(description="Export the reading model.")
    parser.add_argument(
        "--checkpoint", type=Path, nargs="+", default=[Path(".scratch/reading/checkpoint.pt")],
        help="of several, or of exported models, the mean is taken",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, default=MODEL)
    parser.add_argument("--int8", action="store_true", help="8-bit integers, scaled by channel")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        mean = Path(folder) / "mean.pt"
        torch.save({"network": mean_of(args.checkpoint)}, mean)
        trace(mean, full)
        (integers if args.int8 else halves)(full, args.out / "model.onnx")
    note(args.out)


class _FromVectors(nn.Module):
    """What is exported of a network."""

    def __init__(self, network: ReadingNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, vectors: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        return self.network.of_vectors(vectors, attention_mask, token_type_ids)


def trace(checkpoint: Path, out: Path) -> None:
    """Write the network of a checkpoint as ONNX in 32 bits, from the vectors of the words on."""
    network = load(checkpoint, attention="eager")
    known = network.encoder.embeddings.word_embeddings.weight.detach().numpy()
    if not np.array_equal(known, word_vectors()):
        raise ValueError(f"{checkpoint} has other vectors of words than the bundled model")
    names = ["vectors", "attention_mask", "token_type_ids"]
    example = torch.ones(2, 16, dtype=torch.long)
    vectors = torch.ones(2, 16, known.shape[1])
    axes = {name: {0: "n", 1: "tokens"} for name in [*names, "start", "end"]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of itself being the older one
        torch.onnx.export(
            _FromVectors(network),
            (vectors, example, example),
            str(out),
            input_names=names,
            output_names=["start", "end", "heads"],
            dynamic_axes={**axes, "heads": {0: "n"}},
            opset_version=_OPSET,
            dynamo=False,
        )


def halves(full: Path, out: Path) -> None:
    """Keep the weights in 16 bits; they are widened when the model is loaded."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model: Any = onnx.load(str(full))
    casts = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type == TensorProto.FLOAT and values.size >= _SMALL:
            name = tensor.name
            tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
            casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    for node in reversed(casts):
        model.graph.node.insert(0, node)
    onnx.save(model, str(out))


def integers(full: Path, out: Path) -> None:
    """Quantize weights to 8 bits by channel, activations as they come."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        str(full), str(out), per_channel=True, reduce_range=False, weight_type=QuantType.QInt8
    )


def note(folder: Path) -> None:
    """Write the digest of the weights beside them."""
    path = folder / "model.json"
    manifest = json.loads(path.read_text("utf-8")) if path.exists() else {}
    digest = hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()
    manifest["digests"] = {"model.onnx": digest}
    path.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
