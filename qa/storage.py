"""What goes wrong with the data directory's disk, as errors with a remedy.

Chroma, tantivy and SQLite each say in their own words that the disk is full, that it cannot be
written, or that a file is not what it was. `failed` understands all of them; `open_database` makes
connections to SQLite whose every error has passed through it.
"""

import errno
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from qa.errors import DiskFull, IndexLocked, LibraryDamaged, NotWritable, QAError

_FULL = ("no space left", "disk is full", "os error 28", "disk quota", "os error 122")
_SHUT = (
    "readonly database", "read-only", "permission denied", "unable to open database file",
    "os error 13", "os error 30", "unable to open the database file",
)  # fmt: skip
_FULL_CODES = {errno.ENOSPC, errno.EDQUOT}
_SCARCE = 2**20
"""Bytes. Where fewer are left, an error that names no cause is put down to that."""
_NO_FOLDER_CODES = {errno.EEXIST, errno.ENOTDIR}
_SHUT_CODES = {errno.EROFS, errno.EACCES, errno.EPERM}


def failed(path: Path, error: BaseException) -> QAError | None:
    """Return what the disk of `path` is to blame for; None when it is not."""
    said = str(error).lower()
    code = error.errno if isinstance(error, OSError) else None
    if code in _FULL_CODES or any(words in said for words in _FULL) or _free(path) < _SCARCE:
        return _full(path)
    if code in _NO_FOLDER_CODES:
        return NotWritable(
            f"{path} is not a folder, or lies in none: {error}.",
            "Set QA_DATA_DIR to a folder, or move away what has its name.",
        )
    if code in _SHUT_CODES or any(words in said for words in _SHUT):
        return NotWritable(
            f"{path} cannot be written: {error}.",
            "Give the user who runs qa the right to write the data directory, or set QA_DATA_DIR "
            "to one that can be written.",
        )
    return None


def check_room(path: Path) -> None:
    """Raise `DiskFull` where there is too little space to write anything."""
    if _free(path) < _SCARCE:
        raise _full(path)


def _full(path: Path) -> DiskFull:
    return DiskFull(
        f"There is no space left to write {path}.",
        "Free some space and do it again: what was indexed before still answers, and an "
        "interrupted ingest goes on from there.",
    )


def _free(path: Path) -> int:
    """Return how many bytes can be written where `path` is, or will be."""
    there = next((p for p in (path, *path.absolute().parents) if p.exists()), Path())
    with suppress(OSError):
        return shutil.disk_usage(there).free
    return _SCARCE  # nobody knows


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say in our own words what the disk refuses while the block writes below `path`."""
    try:
        yield
    except OSError as error:
        known = failed(path, error)
        if known is None:
            raise
        raise known from error


def open_database(target: str, file: Path, *, uri: bool = False) -> "Connection":
    """Connect to the SQLite database `file`, named `target`; its errors are `QAError`s."""
    try:
        connection = sqlite3.connect(
            target, uri=uri, isolation_level=None, check_same_thread=False, timeout=30,
            factory=Connection,
        )  # fmt: skip
    except sqlite3.Error as error:
        raise _database(file, error) from error
    connection.file = file
    return connection


def _database(file: Path, error: sqlite3.Error) -> QAError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return IndexLocked(
            f"{file} is being written by another process.", "Wait until it is done, and try again."
        )
    return failed(file, error) or damaged(file, str(error))


def damaged(file: Path, what: str) -> LibraryDamaged:
    """Say that the library is damaged, and how to come back."""
    return LibraryDamaged(
        f"{file} cannot be read as a library: {what}.",
        f"Restore it from a backup. Without one, stop what uses it, move {file}* away and ingest "
        f"every folder again: qa ingest PATH (uploads lie in {file.parent / 'uploads'}).",
    )


class _Cursor(sqlite3.Cursor):
    """A cursor whose errors have a remedy."""

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            if isinstance(error, sqlite3.ProgrammingError | sqlite3.IntegrityError):
                raise  # a fault of ours, not of the file
            file = getattr(self.connection, "file", Path())
            told = error if isinstance(error, sqlite3.Error) else sqlite3.DatabaseError(str(error))
            raise _database(file, told) from error

    def execute(self, sql: str, parameters: Any = (), /) -> Self:
        with self._said():
            return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any, /) -> Self:
        with self._said():
            return super().executemany(sql, parameters)

    def fetchone(self) -> Any:
        with self._said():
            return super().fetchone()

    def fetchall(self) -> list[Any]:
        with self._said():
            return super().fetchall()

    def __next__(self) -> Any:
        try:
            return super().__next__()
        except sqlite3.Error:
            with self._said():
                raise
            raise


class Connection(sqlite3.Connection):
    """A connection to `file` whose errors have a remedy."""

    file: Path

    def cursor(self, *_: object) -> _Cursor:  # type: ignore[override]
        """Return a cursor whose errors have a remedy."""
        return super().cursor(_Cursor)

    def execute(self, sql: str, parameters: Any = (), /) -> _Cursor:
        """Run one statement."""
        return self.cursor().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any, /) -> _Cursor:
        """Run one statement for many rows."""
        return self.cursor().executemany(sql, parameters)

    def problems(self) -> Sequence[str]:
        """Return what SQLite finds wrong with the file, page by page; nothing when all is well."""
        try:
            rows = self.execute("PRAGMA quick_check(5)").fetchall()
        except LibraryDamaged as error:  # it may give up at the first page that it cannot read
            return [error.detail]
        return [str(row[0]) for row in rows if row[0] != "ok"]
