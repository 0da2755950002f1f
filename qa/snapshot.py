"""Folders of an index that may be read and not written: they are copied, and the copies opened.

Chroma and tantivy write even where they only search: Chroma looks whether its tables are up to
date, and tantivy locks what it reads.
"""

import os
import shutil
import tempfile
from pathlib import Path

from qa.errors import IndexLocked
from qa.storage import writing


def shut(folder: Path) -> bool:
    """Tell whether there is a folder that cannot be written."""
    return folder.is_dir() and not os.access(folder, os.W_OK)


class Copies:
    """Temporary copies of folders that cannot be written, kept until they are closed."""

    def __init__(self) -> None:
        self._places: list[tempfile.TemporaryDirectory[str]] = []

    def __len__(self) -> int:
        return len(self._places)

    def of(self, folder: Path) -> Path:
        """Return the folder itself, or a copy of it where it cannot be written.

        `DiskFull` when there is no room for one, `IndexLocked` when files go meanwhile.
        """
        if not shut(folder):
            return folder
        place = tempfile.TemporaryDirectory(prefix="footnote-", ignore_cleanup_errors=True)
        self._places.append(place)
        try:
            with writing(Path(place.name)):
                _copy(folder, Path(place.name))
        except FileNotFoundError as error:
            raise IndexLocked(
                f"{folder} is being written by another process: {error.filename} has gone while "
                "it was copied.",
                "Wait until it is done, and try again.",
            ) from error
        return Path(place.name)

    def close(self) -> None:
        """Remove the copies."""
        while self._places:
            self._places.pop().cleanup()


def _copy(folder: Path, to: Path) -> None:
    """Copy the files without their rights: the copy is to be written."""
    for path in folder.rglob("*"):
        target = to / path.relative_to(folder)
        if path.is_dir():
            target.mkdir()
        else:
            shutil.copyfile(path, target)
