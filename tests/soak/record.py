"""What happened during a soak: counted by many threads, judged at the end."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_KEPT = 20
"""Errors that are shown in full."""


@dataclass
class Record:
    """Counts, the errors that nobody planned, and the windows in which something was broken."""

    done: Counter[str] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    excused: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    failed: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _broken: list[list[float]] = field(default_factory=list)

    def count(self, what: str) -> None:
        """Count a request that went as it should."""
        with self._lock:
            self.done[what] += 1

    def check(self, what: str, *, good: bool, detail: str = "") -> None:
        """Count something that was looked at; an error if it is not `good`."""
        with self._lock:
            self.checked[what] += 1
        if not good:
            self.error(f"{what}: {detail}")

    def error(self, what: str) -> None:
        """Keep an error that nobody planned."""
        with self._lock:
            self.failed += 1
            if len(self.errors) < _KEPT:
                self.errors.append(what[:500])

    @contextmanager
    def broken(self, fault: str) -> Iterator[None]:
        """Mark the time of the block as one in which requests may fail."""
        window = [time.monotonic(), float("inf")]
        with self._lock:
            self.faults[fault] += 1
            self._broken.append(window)
        try:
            yield
        finally:
            window[1] = time.monotonic()

    def excuse(self, since: float, what: str) -> bool:
        """Tell whether a request that began at `since` fell into such a time; count it then."""
        now = time.monotonic()
        with self._lock:
            if any(start <= now and since <= end for start, end in self._broken):
                self.excused[what] += 1
                return True
        return False


@dataclass(frozen=True)
class Size:
    """What a process holds at one moment: memory in megabytes, open files, threads."""

    megabytes: float
    files: int
    threads: int

    @classmethod
    def of(cls, pid: int) -> "Size":
        """Look at a process of this machine (Linux)."""
        proc = Path("/proc", str(pid))
        lines = (proc / "status").read_text("ascii").splitlines()
        status = dict(line.split(":", 1) for line in lines if ":" in line)
        return cls(
            int(status["VmRSS"].split()[0]) / 1024,
            len(list((proc / "fd").iterdir())),
            int(status["Threads"]),
        )

    def __str__(self) -> str:
        return f"{self.megabytes:.0f} MB, {self.files} open files, {self.threads} threads"
