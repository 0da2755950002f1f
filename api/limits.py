"""How much one client may ask: so many requests a minute, and so many at the same time.

Requests a minute are counted by a token bucket (one of the oldest methods of networks): it holds a
minute's worth, fills evenly, and each request takes one out of it. So a page may load in one go,
and a program that never pauses is slowed down to the limit.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from api.problems import TooManyRequests
from qa.settings import Settings

RATE, PARALLEL = 600, 16
"""What holds beyond this machine unless the settings say otherwise."""
_CLIENTS = 10_000
"""Clients that are remembered; whoever asked longest ago is forgotten first."""
_MINUTE = 60.0


@dataclass
class _Client:
    """What is left of a client's minute as of a moment, and how many requests it has running."""

    left: float
    since: float
    running: int = 0


class Limits:
    """The limits of all clients. Belongs to the event loop; 0 means without limit."""

    def __init__(
        self, rate: int, parallel: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.rate = rate
        self.parallel = parallel
        self._clock = clock
        self._clients: OrderedDict[str, _Client] = OrderedDict()

    @classmethod
    def of(cls, settings: Settings, *, guarded: bool) -> "Limits":
        """Make the limits that the settings ask for; `guarded`: others may come, or need keys."""
        rate, parallel = settings.rate_per_minute, settings.parallel_requests
        return cls(
            (RATE if guarded else 0) if rate is None else rate,
            (PARALLEL if guarded else 0) if parallel is None else parallel,
        )

    @contextmanager
    def request(self, client: str) -> Iterator[None]:
        """Count a request of `client` while it runs; `TooManyRequests` when it is one too many."""
        state = self._state(client)
        if self.parallel and state.running >= self.parallel:
            raise _too_many(f"{self.parallel} requests at the same time", 1)
        if self.rate:
            self._fill(state)
            if state.left < 1:
                wait = math.ceil((1 - state.left) * _MINUTE / self.rate)
                raise _too_many(f"{self.rate} requests a minute", wait)
            state.left -= 1
        state.running += 1
        try:
            yield
        finally:
            state.running -= 1

    def _state(self, client: str) -> _Client:
        state = self._clients.get(client)
        if state is None:
            state = self._clients[client] = _Client(float(self.rate), self._clock())
            self._forget()
        self._clients.move_to_end(client)
        return state

    def _fill(self, state: _Client) -> None:
        now = self._clock()
        state.left = min(self.rate, state.left + (now - state.since) * self.rate / _MINUTE)
        state.since = now

    def _forget(self) -> None:
        """Keep the table small, whoever comes; a client that is being served stays."""
        while len(self._clients) > _CLIENTS:
            idle = next((name for name, state in self._clients.items() if not state.running), None)
            if idle is None:
                return
            del self._clients[idle]


def _too_many(limit: str, wait: int) -> TooManyRequests:
    return TooManyRequests(
        f"A client of this server has at most {limit}.",
        f"Try again in {wait} s; QA_RATE_PER_MINUTE and QA_PARALLEL_REQUESTS set the limits.",
        {"Retry-After": str(wait)},
    )
