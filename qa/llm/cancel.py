"""How one thread ends what another one waits for: a reader who leaves, a time that is up."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

from qa.errors import LLMBusy


class Cancelled(Exception):
    """Whoever asked has gone: nothing went wrong, and there is nobody left to tell."""


class Cancel:
    """Lets any thread end an answer that is being written, even while its writer waits.

    Closing a generator does the same, but only between two of its items: a generator that waits
    for a model's first word cannot be closed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._event = threading.Event()
        self._acts: list[Callable[[], None]] = []

    @property
    def requested(self) -> bool:
        """True once `request` was called."""
        return self._event.is_set()

    def request(self) -> None:
        """End it; calling this again does nothing."""
        with self._lock:
            self._event.set()
            acts, self._acts = self._acts, []
        for act in acts:
            act()

    def check(self) -> None:
        """Raise `Cancelled` if the end was asked for."""
        if self.requested:
            raise Cancelled

    def wait(self, seconds: float) -> None:
        """Sleep, or raise `Cancelled` as soon as the end is asked for."""
        if self._event.wait(seconds):
            raise Cancelled

    @contextmanager
    def calling(self, act: Callable[[], None]) -> Iterator[None]:
        """Have `act` called, in the thread that cancels, if that happens during the body."""
        with self._lock:
            if not self.requested:
                self._acts.append(act)
        try:
            self.check()
            yield
        finally:
            with self._lock:
                if act in self._acts:
                    self._acts.remove(act)


class Alarm:
    """Calls `act` in a thread of its own when the time set has passed. A context manager."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act
        self._changed = threading.Condition()
        self._due = math.inf
        self._wakes = math.inf
        self._over = False
        self._thread: threading.Thread | None = None
        self.rang = False
        """True once the time was up."""

    def set(self, seconds: float) -> None:
        """Ring in so many seconds, instead of whenever was said before."""
        with self._changed:
            self._due = time.monotonic() + seconds
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="alarm", daemon=True)
                self._thread.start()
            elif self._due < self._wakes:
                self._changed.notify()

    def stop(self) -> None:
        """Do not ring, until set again."""
        self._due = math.inf

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._over = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        with self._changed:
            while not self._over and not self.rang:
                # A time that is put off wakes nobody: this looks again when it wakes anyway.
                self._wakes = self._due
                left = self._due - time.monotonic()
                if left <= 0:
                    self.rang = True
                else:
                    self._changed.wait(None if left == math.inf else left)
        if self.rang:
            self._act()


class Turns:
    """Lets so many at a time use a model; the others wait, for a limited time.

    Ollama would let them wait too, but in its queue a question cannot be told from one that the
    model is slow to answer.
    """

    def __init__(self, places: int, seconds: float) -> None:
        self._free = places
        self._seconds = seconds
        self._changed = threading.Condition()

    @contextmanager
    def turn(self, cancel: Cancel) -> Iterator[None]:
        """Wait for a place and keep it for the body; `LLMBusy` when none gets free in time."""
        with cancel.calling(self._wake), self._changed:
            came = self._changed.wait_for(
                lambda: self._free > 0 or cancel.requested, timeout=self._seconds
            )
            cancel.check()
            if not came:
                raise LLMBusy(
                    f"Other questions kept the model busy for {self._seconds:g} s.",
                    "Ask again later. A server that can answer several at once: QA_LLM_PARALLEL.",
                )
            self._free -= 1
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()
