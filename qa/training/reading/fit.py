"""Training: one pass over the mixture, resumable at every checkpoint."""

import copy
import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from qa.training.data import SEED
from qa.training.reading.network import Batch, Encoded, ReadingNetwork, collate, fresh
from qa.training.reading.shipped import weights_of
from qa.training.reading.tables import say

BATCH = 32
RATE = 1.5e-4
HEAD_RATE = 5e-4
_WARMUP = 0.04
_POOL = 40
"""Batches among which samples are sorted by length."""
_EVERY = 250
"""Steps between checkpoints."""
_SAY = 50
_NORM = 1.0
_WEIGHTS = (0.5, 0.25, 1.0)
"""What a unit of each head's loss counts, beside the span's."""
_SMOOTH = 0.02
_OUT = -1e4
"""Logit of a token at which no answer may begin or end."""


@dataclass(frozen=True)
class Course:
    """Several passes, each over samples of its own, under one rate that falls over all of them."""

    done: int = 0
    passes: int = 1


ONE_PASS = Course()


@dataclass(frozen=True)
class Ending:
    """A pass that is cut short: from step `turn` the rate falls to nothing at step `last`."""

    turn: int
    last: int


def train(
    rows: Sequence[Encoded],
    checkpoint: Path,
    *,
    start_from: Path | None = None,
    ending: Ending | None = None,
    course: Course = ONE_PASS,
) -> bool:
    """Train on `rows`, from `checkpoint` where there is one; the last one holds the result.

    `start_from`: a checkpoint, or shipped weights, whose network is trained further. Ends early,
    with a checkpoint, on SIGTERM; returns whether it did not.
    """
    stop = Interrupt()
    Trainer(rows, checkpoint, start_from=start_from, ending=ending, course=course).run(stop)
    return not stop()


def passes_of(checkpoint: Path) -> int:
    """Return how many passes of its course a checkpoint has before the one it is in."""
    if not checkpoint.exists():
        return 0
    return int(torch.load(checkpoint, weights_only=True).get("done", 0))


class Interrupt:
    """Whether the process has been told to end (SIGTERM) since this was made."""

    def __init__(self) -> None:
        self._asked = False
        signal.signal(signal.SIGTERM, self._note)

    def __call__(self) -> bool:
        """Tell whether to end."""
        return self._asked

    def _note(self, *_: object) -> None:
        self._asked = True


class Trainer:
    """A network, its optimizer, and how many steps of the pass over `rows` they have made.

    Runs on a GPU where there is one. Where the processor multiplies bfloat16, a copy in that format
    computes the steps, of weights that are kept and changed in 32 bits.
    """

    def __init__(
        self,
        rows: Sequence[Encoded],
        checkpoint: Path,
        *,
        start_from: Path | None = None,
        ending: Ending | None = None,
        course: Course = ONE_PASS,
        size: int = BATCH,
    ) -> None:
        torch.manual_seed(SEED)
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        # Torch's fused attention takes three times as long on a CPU, forward and backward.
        attention = "sdpa" if self._device == "cuda" else "eager"
        self.network = fresh(attention=attention).to(self._device)
        self.step = 0
        self._course = course
        self._optimizer = _optimizer(self.network)
        self._rows = rows
        order = batches(rows, size)
        self._steps, self._ending = len(order), ending
        self._order = order[: ending.last] if ending else order
        self._checkpoint = checkpoint
        if checkpoint.exists():
            self._resume()
        elif start_from is not None:
            self.network.load_state_dict(weights_of(start_from))
        self._copy = _Copy(self.network) if "avx512_bf16" in _cpu_flags() else None

    def run(self, stop: Callable[[], bool] = lambda: False) -> None:
        """Make the steps that are left, or as many as pass until `stop` says so."""
        self.network.train()
        log = _Log(len(self._order))
        while self.step < len(self._order):
            chosen = self._order[self.step]
            loss = self._learn(collate([self._rows[n] for n in chosen]).to(self._device))
            log.note(self.step, loss, len(chosen))
            self.step += 1
            stopped = stop()
            if stopped or self.step % _EVERY == 0 or self.step == len(self._order):
                self._save()
            if stopped:
                return

    def _learn(self, batch: Batch) -> float:
        share = rate_at(self.step, self._steps, self._ending, self._course)
        for group, rate in zip(self._optimizer.param_groups, (RATE, HEAD_RATE), strict=True):
            group["lr"] = rate * share
        loss = self._derive(batch)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), _NORM)
        self._optimizer.step()
        self._optimizer.zero_grad()
        return loss

    def _derive(self, batch: Batch) -> float:
        """Return the loss; its gradients are the network's."""
        if self._device == "cpu" and self._copy is not None:
            return self._copy.derive(batch)
        with torch.autocast(self._device, dtype=torch.bfloat16, enabled=self._device == "cuda"):
            loss = loss_of(self.network, batch)
        torch.autograd.backward(loss)
        return loss.item()

    def _resume(self) -> None:
        state = torch.load(self._checkpoint, map_location=self._device, weights_only=True)
        self.network.load_state_dict(state["network"])
        self._optimizer.load_state_dict(state["optimizer"])
        # What was learnt in another pass of the course is kept, and this one begins.
        self.step = int(state["step"]) if state.get("done", 0) == self._course.done else 0

    def _save(self) -> None:
        """Write a checkpoint; one that is half written never stands in its place."""
        self._checkpoint.parent.mkdir(parents=True, exist_ok=True)
        state = {
            "network": self.network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "step": self.step,
            "done": self._course.done,
        }
        partial = self._checkpoint.with_suffix(".new")
        torch.save(state, partial)
        partial.replace(self._checkpoint)


class _Copy:
    """A network's copy in bfloat16, which has the gradients computed."""

    def __init__(self, network: ReadingNetwork) -> None:
        self._own = copy.deepcopy(network).bfloat16()
        self._own.train()
        self._pairs = [
            (kept, small)
            for kept, small in zip(network.parameters(), self._own.parameters(), strict=True)
            if kept.requires_grad
        ]

    def derive(self, batch: Batch) -> float:
        """Take the network's weights, and give it the gradients of the loss, which is returned."""
        with torch.no_grad():
            for kept, small in self._pairs:
                small.copy_(kept)
        loss = loss_of(self._own, batch)
        torch.autograd.backward(loss)
        for kept, small in self._pairs:
            kept.grad = None if small.grad is None else small.grad.float()
            small.grad = None
        return loss.item()


class _Log:
    """Says now and then how far the training is, its running loss and its speed."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._began = time.monotonic()
        self._seen = 0
        self._mean = 0.0

    def note(self, step: int, loss: float, samples: int) -> None:
        self._seen += samples
        self._mean += (loss - self._mean) * _SMOOTH
        if step % _SAY == 0:
            speed = self._seen / (time.monotonic() - self._began)
            say(f"{step}/{self._steps} loss {self._mean:.3f} {speed:.1f}/s")


def _cpu_flags() -> frozenset[str]:
    """Return what the processor can do, as Linux names it; nothing where that cannot be read."""
    try:
        told = Path("/proc/cpuinfo").read_text("ascii", errors="replace")
    except OSError:
        return frozenset()
    return frozenset(word for line in told.splitlines() if "flags" in line for word in line.split())


def _optimizer(network: ReadingNetwork) -> torch.optim.Optimizer:
    heads = [*network.spans.parameters(), *network.pool.parameters(), *network.heads.parameters()]
    body = [p for p in network.encoder.parameters() if p.requires_grad]
    return torch.optim.AdamW(
        [{"params": body, "lr": RATE}, {"params": heads, "lr": HEAD_RATE}],
        weight_decay=0.01,
        fused=True,
    )


def batches(rows: Sequence[Encoded], size: int = BATCH) -> list[list[int]]:
    """Group rows of like length, in an order that depends on the seed alone."""
    rng = random.Random(SEED)  # noqa: S311 -- an order, not a secret
    found: list[list[int]] = []
    for begin in range(0, len(rows), size * _POOL):
        pool = list(range(begin, min(begin + size * _POOL, len(rows))))
        pool.sort(key=lambda n: len(rows[n].ids))
        cuts = [pool[i : i + size] for i in range(0, len(pool), size)]
        rng.shuffle(cuts)
        found += cuts
    return found


def loss_of(network: ReadingNetwork, batch: Batch) -> Tensor:
    """Return the loss: spans (with "no answer" at the first token) and the heads that tell."""
    read = network(batch.input_ids, batch.attention_mask, batch.token_type_ids)
    start, end, heads = (logits.float() for logits in read)
    total: Tensor = heads.sum() * 0.0  # where no sample tells, there is still something to derive
    for part in (*_span_losses(start, end, batch), *_head_losses(heads, batch)):
        total = total + part
    return total


def _span_losses(start: Tensor, end: Tensor, batch: Batch) -> Iterator[Tensor]:
    allowed = (batch.token_type_ids == 1) & (batch.attention_mask == 1)
    allowed[:, 0] = True
    told = batch.start >= 0
    if told.any():
        for logits, target in ((start, batch.start), (end, batch.end)):
            masked = logits.masked_fill(~allowed, _OUT)
            yield 0.5 * nn.functional.cross_entropy(masked[told], target[told])


def _head_losses(heads: Tensor, batch: Batch) -> Iterator[Tensor]:
    for column, weight in enumerate(_WEIGHTS):
        target = batch.heads[:, column]
        known = target >= 0
        if known.any():
            loss = nn.functional.binary_cross_entropy_with_logits(
                heads[known, column], target[known]
            )
            yield weight * known.float().mean() * loss


def rate_at(
    step: int, steps: int, ending: Ending | None = None, course: Course = ONE_PASS
) -> float:
    """Return the share of the full rate: a short rise, then straight down to nothing.

    `step` of `steps` of the present pass; with an `ending` it falls faster from its turn on.
    """
    if ending is not None and step >= ending.turn:
        left = max(0, ending.last - step) / (ending.last - ending.turn)
        return rate_at(ending.turn, steps, course=course) * left
    step, steps = step + course.done * steps, steps * course.passes
    rise = max(1, int(steps * _WARMUP))
    return step / rise if step < rise else max(0.0, (steps - step) / (steps - rise))
