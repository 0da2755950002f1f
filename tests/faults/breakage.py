"""Ways in which a file can break, each written over a copy of a sound one."""

import random
from collections.abc import Callable, Mapping
from pathlib import Path


def missing(path: Path) -> None:
    """Delete it."""
    path.unlink()


def emptied(path: Path) -> None:
    """Leave no byte of it."""
    path.write_bytes(b"")


def truncated(path: Path) -> None:
    """Cut it in the middle, as an interrupted copy does."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def zeroed(path: Path) -> None:
    """Overwrite it with zeros, as a file system does that lost power."""
    path.write_bytes(bytes(path.stat().st_size))


def scrambled(path: Path) -> None:
    """Overwrite it with random bytes."""
    path.write_bytes(random.Random(path.name).randbytes(path.stat().st_size))  # noqa: S311 -- bytes


def spoilt(path: Path) -> None:
    """Overwrite a part in its middle with random bytes."""
    data = bytearray(path.read_bytes())
    length = min(max(1, len(data) // 4), 4096)
    at = (len(data) - length) // 2
    data[at : at + length] = random.Random(path.name).randbytes(length)  # noqa: S311 -- bytes
    path.write_bytes(data)


BREAKAGES: Mapping[str, Callable[[Path], None]] = {
    breakage.__name__: breakage
    for breakage in (missing, emptied, truncated, zeroed, scrambled, spoilt)
}
