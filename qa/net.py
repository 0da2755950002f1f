"""Small networks run with numpy: what turns measured features into one logit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from qa.overlap import Matrix


@dataclass(frozen=True)
class Net:
    """A network of one hidden layer (GELU), or of none: features to one logit each row."""

    mean: Matrix
    scale: Matrix
    layers: tuple[tuple[Matrix, Matrix], ...]

    def __call__(self, rows: Matrix) -> Matrix:
        """Return one logit per row."""
        x = (rows - self.mean) / self.scale
        for n, (weight, bias) in enumerate(self.layers):
            x = x @ weight.T + bias
            if n + 1 < len(self.layers):
                x = 0.5 * x * (1 + np.tanh(0.7978845608 * (x + 0.044715 * x**3)))
        logits: Matrix = x[:, 0]
        return logits


def _array(values: Any) -> Matrix:
    return np.array(values, dtype=np.float32)


def net_of(raw: Mapping[str, Any]) -> Net:
    """Read a network from JSON values: `mean`, `scale`, and `layers` of weights and biases."""
    layers = tuple((_array(weight), _array(bias)) for weight, bias in raw["layers"])
    return Net(_array(raw["mean"]), _array(raw["scale"]), layers)


def sigmoid(logit: Matrix | float) -> Any:
    """Return the probability of a logit."""
    return 1.0 / (1.0 + np.exp(-np.clip(logit, -30.0, 30.0)))
