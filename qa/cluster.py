"""Embedding by several workers at once: on this machine, or on every machine of a Ray cluster.

Each worker holds the embedding model and gets a share of the passages whenever it has done the last
one; the one that writes stays the only one that writes. It is for large corpora, and optional:
nothing else imports Ray, which the extra `cluster` installs.
"""

import importlib
import os
import platform
import queue
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from qa import __version__
from qa.embedding import Embedding
from qa.errors import UsageError, WorkersFailed
from qa.settings import Settings

SHARE = 32
"""Most passages that a worker gets at a time."""
_START_S = 300.0
"""Seconds for all workers to load the model: the first on a machine exports it."""
_MEMORY = 200_000_000
"""Bytes for what passes between the processes of this machine."""

Vectors = npt.NDArray[np.float32]


class Worker:
    """What runs in a worker's process."""

    def __init__(self, model: str) -> None:
        self._embedding = Embedding(model)
        self._embedding.load()

    def about(self) -> tuple[str, str, str]:
        """Return its version, its model, and its machine with the engine there."""
        engine = f"{platform.node()}, {self._embedding.runtime}"
        return __version__, self._embedding.fingerprint, engine

    def encode(self, texts: list[str]) -> Vectors:
        """Embed `texts`."""
        return self._embedding.encode(texts)


class Workers:
    """Workers that embed together, as one model would. `embedded` counts what each has done."""

    def __init__(self, ray: Any, actors: Sequence[Any], engines: Sequence[str]) -> None:
        self._ray = ray
        self._actors = actors
        self._idle: queue.SimpleQueue[int] = queue.SimpleQueue()
        for number in range(len(actors)):
            self._idle.put(number)
        self._threads = ThreadPoolExecutor(len(actors), thread_name_prefix="worker")
        self.engines = engines
        self.embedded = [0] * len(actors)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._actors)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed `texts`: an array of shape (n, dimensions), rows of length 1.

        A worker that dies is started again, and its share done again; `WorkersFailed` when that
        does not help.
        """
        size = min(SHARE, -(-len(texts) // self.count))
        shares = [list(texts[first : first + size]) for first in range(0, len(texts), size)]
        return np.concatenate(list(self._threads.map(self._embed, shares)))

    def _embed(self, share: list[str]) -> Vectors:
        number = self._idle.get()
        try:
            vectors: Vectors = self._ray.get(self._actors[number].encode.remote(share))
        except self._ray.exceptions.RayError as error:
            raise WorkersFailed(
                f"A worker failed: {error}",
                "What was embedded before is kept; ingest again, or without --workers.",
            ) from error
        finally:
            self._idle.put(number)
        self.embedded[number] += len(share)
        return vectors

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown()


@contextmanager
def workers(settings: Settings, count: int) -> Iterator[Workers]:
    """Start workers, at RAY_ADDRESS if that is set and else on this machine, and end them.

    `UsageError` without Ray; `WorkersFailed` when they do not come up, or have another model.
    """
    ray = _ray()
    try:
        try:
            _begin(ray, count)
            made = _made(ray, settings, count)
        except (ray.exceptions.RayError, ConnectionError) as error:
            raise WorkersFailed(
                f"{count} workers could not be had: {error}",
                "Look at `ray status`: each needs one free CPU, and this package in the same "
                "version on its machine. Ask for fewer, or embed here, without --workers.",
            ) from error
        with closing(made):
            yield made
    finally:
        ray.shutdown()


def _ray() -> Any:
    """Import Ray, told not to report its use to its makers."""
    if find_spec("ray") is None:
        raise UsageError(
            "Ray is not installed, which runs workers.",
            "Install it: pip install 'footnote-qa[cluster]'; or embed here, without --workers.",
        )
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    return importlib.import_module("ray")


def _begin(ray: Any, count: int) -> None:
    address = os.environ.get("RAY_ADDRESS")
    own = {"num_cpus": count, "include_dashboard": False, "object_store_memory": _MEMORY}
    ray.init(
        address=address or "local", log_to_driver=False, logging_level="ERROR",
        **({} if address else own),
    )  # fmt: skip


def _made(ray: Any, settings: Settings, count: int) -> Workers:
    kind = ray.remote(num_cpus=1, max_restarts=2, max_task_retries=2, scheduling_strategy="SPREAD")(
        Worker
    )
    actors = [kind.remote(settings.embedding_model) for _ in range(count)]
    found = ray.get([actor.about.remote() for actor in actors], timeout=_START_S)
    here = (__version__, Embedding(settings.embedding_model).fingerprint)
    for version, model, engine in found:
        if (version, model) != here:
            raise WorkersFailed(
                f"The worker on {engine} has version {version} and the model {model}; "
                f"here they are {here[0]} and {here[1]}.",
                "Install the same version there.",
            )
    return Workers(ray, actors, [engine for _, _, engine in found])
