"""Fitting the parts of the sentence reader, with torch; each returns plain arrays.

All are networks of one hidden layer, or of none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from qa.net import Net
from qa.overlap import Matrix
from qa.training.data import SEED


@dataclass(frozen=True)
class Padded:
    """Examples of different lengths as one block: rows, what is real, what is right."""

    rows: torch.Tensor
    real: torch.Tensor
    right: torch.Tensor


def pad(tables: Sequence[Matrix], labels: Sequence[Matrix]) -> Padded:
    """Stack tables of features, padded to the longest."""
    longest = max(len(table) for table in tables)
    rows = torch.zeros(len(tables), longest, tables[0].shape[1])
    real = torch.zeros(len(tables), longest, dtype=torch.bool)
    right = torch.zeros(len(tables), longest)
    for n, (table, label) in enumerate(zip(tables, labels, strict=True)):
        rows[n, : len(table)] = torch.from_numpy(table)
        real[n, : len(table)] = True
        right[n, : len(table)] = torch.from_numpy(label)
    return Padded(rows, real, right)


def fit_ranking(data: Padded, *, hidden: int, epochs: int, rate: float = 5e-3) -> Net:
    """Learn to put the right sentence of a pool first (softmax over the pool)."""

    def loss(net: nn.Module, part: torch.Tensor) -> torch.Tensor:
        logits = net(data.rows[part]).squeeze(-1).masked_fill(~data.real[part], -1e4)
        right = data.right[part]
        log_p = logits.log_softmax(dim=1)
        share: torch.Tensor = (right * log_p).sum(dim=1) / right.sum(dim=1)
        return -share.mean()

    flat = data.rows[data.real]
    return _fit(flat, len(data.rows), loss, hidden=hidden, epochs=epochs, rate=rate)


def fit_yes_no(
    rows: Matrix, labels: Matrix, weights: Matrix, *, hidden: int, epochs: int, rate: float = 5e-3
) -> Net:
    """Learn a probability; `hidden` 0 is logistic regression."""
    x, y, w = (torch.from_numpy(np.asarray(a, dtype=np.float32)) for a in (rows, labels, weights))

    def loss(net: nn.Module, part: torch.Tensor) -> torch.Tensor:
        logits = net(x[part]).squeeze(-1)
        return nn.functional.binary_cross_entropy_with_logits(logits, y[part], weight=w[part])

    return _fit(x, len(x), loss, hidden=hidden, epochs=epochs, rate=rate)


def _fit(flat: torch.Tensor, size: int, loss: Any, *, hidden: int, epochs: int, rate: float) -> Net:
    torch.manual_seed(SEED)
    mean, scale = flat.mean(dim=0), flat.std(dim=0).clamp(min=1e-3)
    width = flat.shape[1]
    layers: list[nn.Module]
    if hidden:
        layers = [
            nn.Linear(width, hidden),
            nn.GELU(approximate="tanh"),
            nn.Dropout(0.1),
            nn.Linear(hidden, 1),
        ]
    else:
        layers = [nn.Linear(width, 1)]
    core = nn.Sequential(*layers)

    def net(x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = core((x - mean) / scale)
        return y

    batch = 128
    steps = epochs * -(-size // batch)
    optimizer = torch.optim.AdamW(core.parameters(), lr=rate, weight_decay=1e-2)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps)
    for _ in range(epochs):
        for part in torch.split(torch.randperm(size), batch):
            optimizer.zero_grad()
            value = loss(net, part)
            value.backward()
            optimizer.step()
            plan.step()
    core.eval()
    linear = [layer for layer in core if isinstance(layer, nn.Linear)]
    return Net(
        mean.numpy(),
        scale.numpy(),
        tuple((layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in linear),
    )
