"""The real server in a process of its own: when it is ready, how fast it answers, under load."""

import itertools
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from eval.errors import BenchFailed
from eval.speed.child import environment
from eval.speed.client import Askers, Client, timed
from eval.speed.corpus import Corpus
from eval.speed.figures import Load, Service, Times
from eval.speed.memory import resident
from eval.speed.product import WARM, K, Place

_READY_S = 300
_POLL_S = 0.02
_BARE_S = 5.0


@dataclass(frozen=True)
class Server:
    """A running server, and the seconds until it was alive and until it was ready."""

    port: int
    pid: int
    alive_s: float
    ready_s: float


@contextmanager
def product(place: Place) -> Iterator[Server]:
    """Run `qa serve` over an index, and wait until it can be asked."""
    command = ["-m", "qa.cli", "serve", "--port"]
    with _process(command, place, "/readyz") as server:
        yield server


@contextmanager
def bare(place: Place) -> Iterator[Server]:
    """Run the server that does nothing."""
    with _process(["-m", "eval.speed.bare"], place, "/healthz") as server:
        yield server


def under_load(place: Place, passages: int, askers: int, seconds: float) -> Service:
    """Ask the server in turn, and by many at the same time; the bare one likewise."""
    corpus = Corpus(place.seed)
    single = corpus.questions(place.count, WARM + place.questions)
    # The others come from the far end of the questions, and are made while they are asked.
    many = (
        question
        for first in itertools.count(len(single), 50)
        for question in corpus.questions(place.count, 50, first)
    )
    with bare(place) as server, closing(Client(server.port)) as client:
        bare_times = Times.of([timed(lambda q=q: client.ask(q)) for q in single][WARM:])  # type: ignore[misc]
        bare_load = _load(server, askers, min(seconds, _BARE_S), itertools.cycle(single))
    with product(place) as server, closing(Client(server.port)) as client:
        health = [timed(lambda: client.get("/healthz")) for _ in single]
        search = [timed(lambda q=q: client.search(q, K)) for q in single]  # type: ignore[misc]
        load = _load(server, askers, seconds, many)
    return Service(
        passages=passages,
        bare=bare_times,
        healthz=Times.of(health[WARM:]),
        search=Times.of(search[WARM:]),
        load=load,
        bare_load=bare_load,
    )


def _load(server: Server, askers: int, seconds: float, questions: Iterator[str]) -> Load:
    crowd = Askers(server.port, questions)
    memory: list[float] = []
    crowd.run(askers, seconds, lambda: memory.append(round(resident(server.pid), 1)))
    return Load(
        askers=askers,
        seconds=round(crowd.lasted, 3),
        answered=len(crowd.seconds),
        errors=crowd.errors,
        times=Times.of(crowd.seconds) if crowd.seconds else None,
        memory_mb=memory,
    )


@contextmanager
def _process(command: list[str], place: Place, ready: str) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryFile("w+") as told:
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 -- our own modules
            [sys.executable, *command, str(port)],
            env={**environment(), "QA_DATA_DIR": str(place.data)},
            stdout=subprocess.DEVNULL,
            stderr=told,
        )
        try:
            alive = _wait(process, port, "/healthz", began)
            yield Server(port, process.pid, alive, _wait(process, port, ready, began))
        except BenchFailed as error:
            told.seek(0)
            raise BenchFailed(f"{error.detail} {told.read()[-2000:]}", error.remedy) from error
        finally:
            process.terminate()
            process.wait()


def _wait(process: "subprocess.Popen[bytes]", port: int, path: str, began: float) -> float:
    """Return the seconds after which the path answered with 200."""
    while process.poll() is None and time.perf_counter() - began < _READY_S:
        try:
            with closing(Client(port)) as client:
                if client.get(path):
                    return time.perf_counter() - began
        except OSError:
            pass
        time.sleep(_POLL_S)
    raise BenchFailed(f"{path} of the server did not answer.", "Start it by hand: qa serve")
