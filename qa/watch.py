"""Following folders: a sync at once, and another whenever something in them has changed.

The system tells of changes (through watchfiles); a burst of them is one. A file that is still
growing is waited for. Changes during a sync are kept for the next, so none is lost.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from qa.articles import SUFFIXES
from qa.errors import FolderNotFound

TICK_S = 0.5
"""So often it is looked whether to stop, whether to try again, and whether a folder is another."""
BURST_MS, QUIET_MS = 5_000, 200
"""A burst of changes ends after this long, or as soon as there was none for that long."""
SETTLED_S = 0.5
"""A file whose size and time stay the same for so long is complete."""
PATIENCE_S = 60.0
"""A file that grows for longer, as a log does, is read as it is."""
_UNFINISHED = ("~", ".tmp", ".swp", ".part", ".partial", ".crdownload")
Identity = tuple[int, ...] | None


def follow(
    folders: Sequence[Path], sync: Callable[[], bool], *, data_dir: Path, stop: threading.Event
) -> None:
    """Call `sync` now and after every change in `folders` (or single files), until `stop` is set.

    `sync` returns False when it could not, and is then called again. What lies in `data_dir` is
    not followed, unless one of the folders does. FolderNotFound when the system cannot watch.
    """
    watched = [folder.absolute() for folder in folders]
    filtering = _Filter(watched, data_dir.absolute())
    due = True
    while not stop.is_set():
        for changed in _changes(watched, filtering, stop):
            due = due or bool(changed)
            growing = changed | {path for path in watched if path.is_file()}
            if due and _settled(growing, stop):
                due = not sync()
        due = True


class _Filter:
    """Tells which changes concern a sync."""

    def __init__(self, folders: Sequence[Path], data_dir: Path) -> None:
        self._folders = folders
        self._data_dir = data_dir

    def __call__(self, _change: object, name: str) -> bool:
        """Tell whether the file or folder `name` may hold an article, now or before."""
        path = Path(name)
        return any(self._concerns(folder, path) for folder in self._folders)

    def _concerns(self, folder: Path, path: Path) -> bool:
        if not path.is_relative_to(folder):
            return False
        if path.is_relative_to(self._data_dir) and not folder.is_relative_to(self._data_dir):
            return False
        if any(part.startswith(".") for part in path.relative_to(folder).parts):
            return False
        if path.suffix.lower() in SUFFIXES or path.is_dir():
            return True
        # What is gone may have been a folder; what programs write to for a moment was not.
        return not path.exists() and not path.name.endswith(_UNFINISHED)


def _changes(
    folders: Sequence[Path], filtering: _Filter, stop: threading.Event
) -> Iterator[set[Path]]:
    """Yield what has changed, or nothing, at every tick; end when a folder is there anew.

    The first is yielded when the folders are already being watched.
    """
    before = {folder: _identity(folder) for folder in folders}
    for changes in _ticks([folder for folder in folders if folder.is_dir()], filtering, stop):
        yield changes
        if any(_identity(folder) != known for folder, known in before.items()):
            return


def _ticks(
    folders: Sequence[Path], filtering: _Filter, stop: threading.Event
) -> Iterator[set[Path]]:
    from watchfiles import watch

    while not folders and not stop.is_set():  # single files, or folders that are gone
        yield set()
        stop.wait(TICK_S)
    if stop.is_set():
        return
    try:
        for changes in watch(
            *folders, watch_filter=filtering, debounce=BURST_MS, step=QUIET_MS, stop_event=stop,
            rust_timeout=int(1000 * TICK_S), yield_on_timeout=True, raise_interrupt=False,
        ):  # fmt: skip
            yield {Path(name) for _, name in changes}
    except FileNotFoundError:
        return  # a folder went while watching began; it is looked for at the next tick
    except (OSError, RuntimeError) as error:
        raise FolderNotFound(
            f"The system cannot watch these folders: {error}.",
            "Raise fs.inotify.max_user_watches, or set WATCHFILES_FORCE_POLLING=1.",
        ) from error


def _settled(changed: set[Path], stop: threading.Event) -> bool:
    """Wait until the files that changed have stopped growing; False when told to stop."""
    files = {path for path in changed if path.suffix}
    deadline = time.monotonic() + PATIENCE_S
    before: object = None
    while files and time.monotonic() < deadline:
        now = {path: _identity(path) for path in files}
        if now == before:
            break
        before = now
        if stop.wait(SETTLED_S):
            return False
    return not stop.is_set()


def _identity(path: Path) -> Identity:
    """Return what changes when a folder is replaced or a file is written; None if it is gone."""
    try:
        found = path.stat()
    except OSError:
        return None
    if os.path.isdir(path):  # noqa: PTH112 -- as above, never raises
        return found.st_dev, found.st_ino
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
