"""Who may write, and who may close what others use.

`WriterLock` lets one process write to a data directory; the operating system releases it when
that process dies. Beside it lies a note of who holds it, so that a second writer can be told.
`Gate` lets threads search an index together, and lets one replace it when nobody searches.
"""

import datetime as dt
import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from qa.errors import IndexLocked
from qa.storage import writing


class WriterLock:
    """The right to write to one data directory."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._note = data_dir / "writer.json"
        self._lock = FileLock(str(data_dir / "writer.lock"), thread_local=False)

    @property
    def held(self) -> bool:
        """True while this object holds the lock."""
        return self._lock.is_locked

    def acquire(self) -> None:
        """Take the lock at once, or raise `IndexLocked` with the holder's name."""
        try:
            with writing(self._data_dir):
                self._lock.acquire(timeout=0)
        except Timeout:
            raise IndexLocked(
                f"{self._data_dir} is being written by {self._holder()}.",
                "Wait until it is done or stop it; while a server runs, add articles on its page "
                "or by POST /api/ingest. A second server answers beside it: qa serve --replica",
            ) from None
        since = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])
        note = {"pid": os.getpid(), "command": command, "since": since}
        try:
            with writing(self._data_dir):
                self._note.write_text(json.dumps(note), encoding="utf-8")
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """Give the lock back; nothing happens when it is not held."""
        if self.held:
            self._note.unlink(missing_ok=True)
            self._lock.release()

    def _holder(self) -> str:
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
            return f"`{note['command']}` (process {note['pid']}, since {note['since']})"
        except (OSError, ValueError, KeyError, TypeError):
            return "another process"


class Gate:
    """Many inside at once, or one alone. Whoever waits to be alone waits for those inside."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0

    @contextmanager
    def together(self) -> Iterator[None]:
        """Be inside with others."""
        with self._changed:
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be inside while nobody else is; must not be entered by a thread that is inside."""
        with self._changed:
            self._changed.wait_for(lambda: self._inside == 0)
            yield
