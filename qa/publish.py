"""Copies of the library and of the terms, for replicas that do not see the data directory.

A file of a copy is written beside its place and then renamed, so whoever reads the folder, or
copies it on to another machine, meets each file whole. The library comes last. That it is not quite
of the same moment as the terms does no harm: the library alone decides what may answer.
"""

import json
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from qa.errors import QAError, UsageError
from qa.library import Library

TICK_S = 1.0
"""Seconds between two looks at the library's generation."""
_ATTEMPTS = 50
_LIBRARY, _TERMS, _META = "library.db", "lexical", "meta.json"


def publish(data_dir: Path, to: Path) -> int | None:
    """Bring the copy in `to` up to date; return its generation, None when it was so already.

    The writer may go on meanwhile. `ReplicaUnready` when there is no library yet, `UsageError` when
    the copy cannot be written.
    """
    if to.resolve() == data_dir.resolve():
        raise UsageError(f"{to} is the data directory itself.", "Name another folder.")
    newest = _generation(data_dir)
    with suppress(QAError):
        if _generation(to) == newest:
            return None
    try:
        to.mkdir(parents=True, exist_ok=True)
        return _published(data_dir, to)
    except OSError as error:
        raise UsageError(
            f"{to} cannot be written: {error.strerror or error}.",
            "Check its rights and the free space.",
        ) from error


def follow(data_dir: Path, to: Path, told: Callable[[int], None], stop: threading.Event) -> None:
    """Publish whenever something has changed, until told to stop."""
    while not stop.is_set():
        generation = publish(data_dir, to)
        if generation is not None:
            told(generation)
        stop.wait(TICK_S)


def _generation(folder: Path) -> int:
    with closing(Library(folder / _LIBRARY, replica=True)) as library:
        return library.generation


def _published(data_dir: Path, to: Path) -> int:
    fresh = to / f".{_LIBRARY}.part"
    for attempt in range(1, _ATTEMPTS + 1):
        _copy_library(data_dir / _LIBRARY, fresh)
        with closing(Library(fresh, replica=True)) as library:
            generation, build = library.generation, str(library.build)
        try:
            _copy_terms(data_dir / _TERMS / build, to / _TERMS / build)
        except FileNotFoundError:
            # What was to be copied has been merged, or built anew, meanwhile.
            if attempt == _ATTEMPTS:
                raise
        else:
            break
    fresh.replace(to / _LIBRARY)
    for other in (to / _TERMS).iterdir():
        if other.name != build:
            shutil.rmtree(other)
    return generation


def _copy_library(source: Path, fresh: Path) -> None:
    """Copy the library as of one moment, into a file that needs no other beside it."""
    fresh.unlink(missing_ok=True)
    address = f"{source.absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True, timeout=30)) as old,
        closing(sqlite3.connect(fresh)) as new,
    ):
        old.backup(new)
        new.execute("PRAGMA journal_mode = DELETE")


def _copy_terms(source: Path, target: Path) -> None:
    """Copy tantivy's index: segments, which never change, and the file that lists them."""
    target.mkdir(parents=True, exist_ok=True)
    before = _segments(target)
    listed = (source / _META).read_bytes()
    wanted = _segments(source)
    for file in source.iterdir():
        if _segment(file) in wanted and not (target / file.name).exists():
            part = target / f".{file.name}.part"
            shutil.copyfile(file, part)
            part.replace(target / file.name)
    if (source / _META).read_bytes() != listed:
        raise FileNotFoundError(source)
    part = target / f".{_META}.part"
    part.write_bytes(listed)
    part.replace(target / _META)
    # Whoever has read the earlier list a moment ago still opens what is in it.
    kept = wanted | before | {"", _segment(target / _META)}
    for file in target.iterdir():
        if _segment(file) not in kept:
            file.unlink()


def _segments(folder: Path) -> set[str]:
    """Return the ids of the segments that an index lists; none where there is no index."""
    with suppress(FileNotFoundError):
        listed = json.loads((folder / _META).read_bytes())["segments"]
        return {segment["segment_id"].replace("-", "") for segment in listed}
    return set()


def _segment(file: Path) -> str:
    return file.name.partition(".")[0]
