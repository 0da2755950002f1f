"""Which files of a folder are articles, and which cannot be read for reasons of the file system.

Hidden files and folders are passed over. Links to files inside the folder count as files of
their own; every other link is reported and never followed, so that a sync can neither run in
circles nor read what lies outside the folder.
"""

import os
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from qa.errors import LinkLoop, QAError, UnreadableArticle


@dataclass(frozen=True)
class Found:
    """A file below a folder, with what could be seen to be wrong with it from outside.

    `path` is relative to the folder, "/"-separated. It may be a folder that cannot be listed, in
    which case nobody knows what is `below` it.
    """

    path: str
    file: Path
    error: QAError | None = None
    below: bool = False


def scan(folder: Path, *, without: AbstractSet[Path] = frozenset()) -> list[Found]:
    """Return the files below `folder`, sorted by path.

    `without` are folders and files to pass over, however they are spelled. When `folder` is a
    single file, it is the only one found.
    """
    if not folder.is_dir():
        return [Found(folder.name, folder)]
    real = folder.resolve()
    ignored = {folder / inside for path in without if (inside := _inside(path, real))}
    return sorted(_walk(folder, real, ignored | without), key=lambda found: found.path)


def _inside(path: Path, folder: Path) -> Path | None:
    """Return where in `folder` a path leads; None when it leads elsewhere."""
    real = path.resolve()
    return real.relative_to(folder) if real.is_relative_to(folder) else None


def _walk(folder: Path, real: Path, without: AbstractSet[Path]) -> Iterator[Found]:
    refused: list[OSError] = []
    for parent, folders, files in os.walk(folder, onerror=refused.append):
        here = Path(parent)
        inside = []
        for name in folders:
            path = here / name
            if name.startswith(".") or path in without:
                continue
            if _is_link(path):
                yield Found(_relative(path, folder), path, _folder_link(path))
            else:
                inside.append(name)
        folders[:] = sorted(inside)
        for name in files:
            path = here / name
            if not name.startswith(".") and path not in without:
                yield Found(_relative(path, folder), path, _link_error(path, real))
    for error in refused:
        path = Path(str(error.filename))
        yield Found(_relative(path, folder), path, _unreadable_folder(path, error), below=True)


def _relative(path: Path, folder: Path) -> str:
    # Names that are not valid UTF-8 arrive as surrogates, which nothing else could store; each bad
    # byte is written as "\\xff", so that no two names become one.
    name = path.relative_to(folder).as_posix()
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _is_link(path: Path) -> bool:
    return os.path.islink(path)  # noqa: PTH114 -- never raises, where a folder may not be entered


def _link_error(path: Path, real: Path) -> QAError | None:
    """Tell what is wrong with a link to a file; None when nothing is, or it is no link."""
    if not _is_link(path):
        return None
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return LinkLoop(
            f"{path} is a link that leads to itself or to nothing.",
            "Replace it by the file, or remove it.",
        )
    if target.is_relative_to(real):
        return None
    return LinkLoop(
        f"{path} is a link that leads out of the folder, to {target}.",
        "Copy the file into the folder, or ingest the folder that holds it.",
    )


def _folder_link(path: Path) -> QAError:
    return LinkLoop(
        f"{path} is a link to a folder; such links are not followed.",
        "Ingest the folder that it leads to, or remove the link.",
    )


def _unreadable_folder(path: Path, error: OSError) -> QAError:
    return UnreadableArticle(
        f"{path} cannot be listed: {error.strerror}. Its articles are kept as they were.",
        "Give the user who runs qa the right to read it.",
    )
