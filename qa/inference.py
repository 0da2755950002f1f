"""Networks in ONNX, run by whichever engine is fastest on this machine.

OpenVINO multiplies in bfloat16 where the processor can; ONNX Runtime does well elsewhere. Which of
them is faster is measured once for a network and a machine, and remembered. Neither torch nor
transformers is imported.
"""

import hashlib
import json
import os
import platform
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from qa import lean

Engine = Literal["openvino-bf16", "openvino", "onnxruntime"]
Arrays = Mapping[str, npt.NDArray[Any]]
Outputs = list[npt.NDArray[np.float32]]
REFERENCE: Engine = "onnxruntime"
"""The engine that the others must agree with: 32 bits, no approximation."""
_ROUNDS = 3
_NOTICEABLE = 1.1
"""How many times as fast as the reference another engine must be to be taken."""

_STEP = 16
_LANES = 4
"""Batches at the same time, at most: two cores do more as two with one each than both on one."""
_FIRST = threading.Lock()
"""Held by whoever may be the first to hand OpenVINO an array."""


class Session(Protocol):
    """A loaded network. Safe to call from several threads."""

    @property
    def lanes(self) -> int:
        """How many batches it runs at the same time."""

    def run_one(self, feeds: Arrays) -> Outputs:
        """Return the outputs for a batch, in the order in which the network names them.

        It waits for the batches that are under way, not for those that others have yet to make.
        """

    def run(self, batches: Iterable[Arrays]) -> list[Outputs]:
        """Return the outputs for each batch; it is the turn of one caller after the other.

        `batches` is read only so far ahead as keeps the lanes busy, and when it is their turn.
        """


class _OnnxRuntime:
    """One batch at a time, with all cores: the memory of every overlapping run is kept."""

    lanes = 1

    def __init__(self, path: Path) -> None:
        onnxruntime = lean.onnxruntime()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = cores()
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"]
        )
        self._lane, self._turn = threading.Lock(), threading.Lock()

    def run_one(self, feeds: Arrays) -> Outputs:
        with self._lane:
            found: Outputs = self._session.run(None, dict(feeds))
            return found

    def run(self, batches: Iterable[Arrays]) -> list[Outputs]:
        with self._turn:
            return [self.run_one(feeds) for feeds in batches]


class _OpenVino:
    """Batches side by side, each on its own cores: none waits for another's slowest thread."""

    def __init__(
        self, path: Path, precision: Literal["bf16", "f32"], compiled: Path | None
    ) -> None:
        self.lanes = min(cores(), _LANES)
        chosen = {
            "INFERENCE_PRECISION_HINT": precision,
            "INFERENCE_NUM_THREADS": str(cores()),
            "NUM_STREAMS": str(self.lanes),
        }
        if compiled is not None and _writable(compiled):
            chosen["CACHE_DIR"] = str(compiled)
        openvino = lean.openvino()
        with _FIRST:
            # What joins OpenVINO to numpy is set up at its first use. Two threads that come to it
            # at once wait for each other for ever: one is at it and wants the GIL of the other.
            _ = openvino.Tensor(np.zeros(1, dtype=np.float32)).data
        network = openvino.Core().compile_model(path, "CPU", chosen)
        self._idle = [network.create_infer_request() for _ in range(self.lanes)]
        self._threads = ThreadPoolExecutor(self.lanes, thread_name_prefix="lane")
        self._turn = threading.Lock()

    def run_one(self, feeds: Arrays) -> Outputs:
        return self._threads.submit(self._infer, feeds).result()

    def run(self, batches: Iterable[Arrays]) -> list[Outputs]:
        under_way: list[Future[Outputs]] = []
        with self._turn:
            for feeds in batches:
                if len(under_way) > self.lanes:  # one waits already for whichever is free first
                    wait([under_way[-self.lanes - 1]])
                under_way.append(self._threads.submit(self._infer, feeds))
        # The next caller's first batches fill the lanes that have nothing left of these.
        return [batch.result() for batch in under_way]

    def _infer(self, feeds: Arrays) -> Outputs:
        request = self._idle.pop()  # there is one for each thread
        try:
            request.start_async(dict(feeds), share_inputs=True)
            request.wait()
            return [np.array(output.data, dtype=np.float32) for output in request.output_tensors]
        finally:
            self._idle.append(request)


def padded(length: int) -> int:
    """Return the length that a batch gets: engines prepare themselves for each, so use few."""
    return -(-length // _STEP) * _STEP


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def open_session(path: Path, engine: Engine, memory: Path | None = None) -> Session:
    """Load the network at `path`.

    In the folder `memory` it is kept as the engine compiled it, which the next start takes from
    there in a quarter of the time. The engine itself tells whether that is out of date.
    """
    if engine == "onnxruntime":
        return _OnnxRuntime(path)
    compiled = None if memory is None else memory / "compiled"
    return _OpenVino(path, "bf16" if engine == "openvino-bf16" else "f32", compiled)


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


@cache
def engines() -> tuple[Engine, ...]:
    """Return the engines that can run here."""
    can = lean.openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    sixteen: tuple[Engine, ...] = ("openvino-bf16",) if "BF16" in can else ()
    return (REFERENCE, "openvino", *sixteen)


@dataclass(frozen=True)
class Choice:
    """The engine chosen for a network, and what each did: runs a second, 0 for one that erred."""

    engine: Engine
    rates: Mapping[str, float]

    def __str__(self) -> str:
        """Name the engine, and what it was measured against."""
        rates = ", ".join(f"{name} {rate:g}" for name, rate in self.rates.items())
        return f"{self.engine} (batches a second here: {rates})"


def choose(
    path: Path,
    digest: str,
    sample: Arrays,
    agree: Callable[[Outputs, Outputs], bool],
    memory: Path,
) -> Choice:
    """Return the fastest engine that agrees with the reference on `sample`.

    It is measured at the first call for the network of this `digest` on this machine and kept in
    the folder `memory`; where that cannot be written, it is measured each time.
    """
    remembered = memory / f"engine-{_machine(digest)}.json"
    try:
        kept = json.loads(remembered.read_text("utf-8"))
        return Choice(kept["engine"], kept["rates"])
    except (OSError, ValueError, KeyError, TypeError):
        found = _measured(path, sample, agree)
    try:
        write_whole(remembered, json.dumps({"engine": found.engine, "rates": found.rates}).encode())
    except OSError:
        return found
    return found


def _measured(path: Path, sample: Arrays, agree: Callable[[Outputs, Outputs], bool]) -> Choice:
    rates: dict[str, float] = {}
    expected: Outputs | None = None
    for engine in engines():
        session = open_session(path, engine)
        (outputs,) = session.run([sample])
        expected = outputs if expected is None else expected
        rates[engine] = _rate(session, sample) if agree(outputs, expected) else 0.0
    best = max(engines(), key=lambda engine: rates[engine])
    taken = best if rates[best] >= _NOTICEABLE * rates[REFERENCE] else REFERENCE
    return Choice(taken, {engine: round(rate, 2) for engine, rate in rates.items()})


def _rate(session: Session, sample: Arrays) -> float:
    """Return the runs a second, of the fastest of some: what else runs here makes others slower."""
    batches = [sample] * session.lanes
    times = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        session.run(batches)
        times.append(time.perf_counter() - began)
    return len(batches) / max(min(times), 1e-9)


def _machine(digest: str) -> str:
    """Return what tells this network on this machine from others."""
    parts: Sequence[object] = (
        digest, cpu_name(), cores(), _LANES,
        metadata.version("onnxruntime"), metadata.version("openvino"),
    )  # fmt: skip
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:16]


@cache
def cpu_name() -> str:
    """Return the processor's name, and what it can do where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    told = dict(line.split(":", 1) for line in lines if ":" in line)
    known = {key.strip(): value.strip() for key, value in told.items()}
    return f"{known.get('model name', platform.machine())} {known.get('flags', '')}"


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is never seen half written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
