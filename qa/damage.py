"""Whether the files of an index are what was written, before native code takes them at their word.

A graph of hnswlib whose links lead outside ends the whole process, and a segment of tantivy with
other bytes may panic or never return. Both can be checked from outside: the graph by its own
numbers, a segment by the checksum at its end. All else is left to Chroma and tantivy, who notice.
"""

import json
import sqlite3
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import numpy.typing as npt

_HEADER = struct.Struct("<i6QiIQQQdQ")
"""Chroma's version, offset, capacity, elements, bytes of one, place of its label, place of its
vector, highest level, entry point, links of a level, links of the lowest, M, its factor, ef."""
_GRAPH = ("header.bin", "data_level0.bin", "link_lists.bin", "length.bin", "index_metadata.pickle")
_TERMS = (".fast", ".fieldnorm", ".idx", ".pos", ".store", ".term")
_WRITTEN = (
    "SELECT s.id FROM segments s JOIN max_seq_id m ON m.segment_id = s.id WHERE s.scope = 'VECTOR'"
)
_AT_ONCE = 32_768
_FOOTER_MAGIC = 1337
_AGAIN_S = 0.3

Words = npt.NDArray[np.uint32]


def found(check: Callable[[Path], str], path: Path) -> str:
    """Return what `check` finds wrong below `path`; "" when all is well.

    It is looked at twice before it is said: another process may just be writing.
    """
    if not check(path):
        return ""
    time.sleep(_AGAIN_S)
    return check(path)


# -- Chroma's graph ------------------------------------------------------------------------


def vectors(path: Path) -> str:
    """Say what is wrong with the graphs of Chroma's folder `path`; "" when nothing is."""
    for header in sorted(path.glob("*/header.bin")):
        try:
            wrong = _graph(header.parent)
        except (OSError, ValueError) as error:
            wrong = str(error)
        if wrong:
            return f"{header.parent.name}: {wrong}"
    return _lost(path)


def _lost(path: Path) -> str:
    """Say which graph is missing, wholly or in part, of those that Chroma says it has written."""
    database = path / "chroma.sqlite3"
    if not database.exists():
        return ""
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as db:
            written = [str(name) for (name,) in db.execute(_WRITTEN)]
    except sqlite3.Error:
        return ""  # Chroma will say so itself
    for name in written:
        for part in _GRAPH:
            if not (path / name / part).exists():
                return f"{name}/{part} is missing"
    return ""


def _graph(folder: Path) -> str:
    header = (folder / "header.bin").read_bytes()
    if len(header) != _HEADER.size:
        return "header.bin has another length"
    _, _, _, count, size, label, vector, top, entry, most, most_lowest, *_ = _HEADER.unpack(header)
    if (vector, label) != (4 + 4 * most_lowest, size - 8) or vector >= label:
        return "header.bin contradicts itself"
    if count == 0:
        return ""
    if entry >= count or (folder / "data_level0.bin").stat().st_size < count * size:
        return f"data_level0.bin does not hold {count} vectors"
    elements = np.memmap(folder / "data_level0.bin", np.uint8, "r", shape=(count, size))
    return _lowest(elements, vector, label) or _upper(folder, (count, most, top, entry))


def _lowest(elements: npt.NDArray[np.uint8], vector: int, label: int) -> str:
    """Check the links of the lowest level, before `vector` in each row, and the labels."""
    count = len(elements)
    for first in range(0, count, _AT_ONCE):
        links = np.ascontiguousarray(elements[first : first + _AT_ONCE, :vector]).view(np.uint32)
        if not _inside(links, count):
            return "data_level0.bin has links that lead nowhere"
    labels = np.ascontiguousarray(elements[:, label : label + 8]).view(np.uint64)
    return "" if len(np.unique(labels)) == count else "data_level0.bin names vectors twice"


def _upper(folder: Path, numbers: tuple[int, int, int, int]) -> str:
    """Check the links of the upper levels, of which most vectors have none.

    `numbers`: vectors, links of a level, the highest level, and the one where each search begins.
    """
    count, most, top, entry = numbers
    data = (folder / "link_lists.bin").read_bytes()
    size = 4 + 4 * most
    places: list[int] = []
    at = 0
    for number in range(count):
        length = int.from_bytes(data[at : at + 4], "little")
        if at + 4 + length > len(data) or length % size or length > max(top, 0) * size:
            return "link_lists.bin has levels that are not there"
        if number == entry and length != top * size:
            return "link_lists.bin lacks the levels where a search begins"
        places += range(at + 4, at + 4 + length, size)
        at += 4 + length
    for first in range(0, len(places), _AT_ONCE):
        part = places[first : first + _AT_ONCE]
        joined = b"".join(data[place : place + size] for place in part)
        if not _inside(np.frombuffer(joined, np.uint32).reshape(-1, size // 4), count):
            return "link_lists.bin has links that lead nowhere"
    return ""


def _inside(links: Words, count: int) -> bool:
    """Tell whether all links lead to vectors. Each row begins with how many of its links count."""
    most = links.shape[1] - 1
    used = links[:, 0] & 0xFFFF  # above it stands the mark of a deleted vector
    if np.any(used > most):
        return False
    counts = np.arange(most) < used[:, None]
    return not np.any(counts & (links[:, 1:] >= count))


# -- tantivy's segments --------------------------------------------------------------------


def terms(path: Path) -> str:
    """Say what is wrong with the segments of tantivy's folder `path`; "" when nothing is."""
    try:
        for file in _files(path):
            if not _checksum_holds(file):
                return f"{file.name} is not what was written"
    except FileNotFoundError as error:
        return f"{Path(str(error.filename)).name} is missing"
    except (OSError, ValueError, KeyError, TypeError) as error:
        return str(error)
    return ""


def _files(path: Path) -> Iterator[Path]:
    """Yield the files of every segment that a search would read."""
    meta = path / "meta.json"
    if not meta.exists():
        return
    for segment in json.loads(meta.read_text("utf-8"))["segments"]:
        name = str(segment["segment_id"]).replace("-", "")
        yield from (path / f"{name}{suffix}" for suffix in _TERMS)
        if segment["deletes"]:
            yield path / f"{name}.{segment['deletes']['opstamp']}.del"


def _checksum_holds(file: Path) -> bool:
    data = file.read_bytes()
    if len(data) < 8:  # noqa: PLR2004 -- the length of the footer, and its mark
        return False
    length, magic = struct.unpack("<II", data[-8:])
    if magic != _FOOTER_MAGIC or length + 8 > len(data):
        return False
    footer = json.loads(data[-8 - length : -8])
    return bool(zlib.crc32(memoryview(data)[: -8 - length]) == footer["crc"])
