"""The steps of a change that reach the disk, and a process that dies before one of them."""

import json
import os
import shutil
import signal
import threading
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from llama_index.vector_stores.chroma import ChromaVectorStore

from qa.index import PassageIndex
from qa.library import Library

STEPS: tuple[tuple[Any, str], ...] = (
    *((Library, name) for name in (
        "add_folder", "add_passages", "adopt_build", "begin", "claim_id", "drop", "drop_bare",
        "drop_folder", "exclude", "note_contents", "set_meta", "switch",
    )),
    (ChromaVectorStore, "add"),
    (ChromaVectorStore, "delete_nodes"),
    (PassageIndex, "_add_terms"),
    (Path, "replace"),
    (Path, "unlink"),
    (shutil, "rmtree"),
)  # fmt: skip
"""Between two of them nothing is written, so a kill before each one is a kill at every stage."""


class Stages:
    """Counts the steps of this process; before the one numbered `last` it is killed."""

    def __init__(self, last: int | None, record: Path) -> None:
        self._last = last
        self._record = record
        self._names: list[str] = []
        self._lock = threading.Lock()
        for owner, name in STEPS:
            setattr(owner, name, self._before(getattr(owner, name), name))

    def _before(self, step: Callable[..., Any], name: str) -> Callable[..., Any]:
        @wraps(step)
        def stepped(*given: Any, **named: Any) -> Any:
            with self._lock:
                if len(self._names) == self._last:
                    os.kill(os.getpid(), signal.SIGKILL)
                self._names.append(name)
            return step(*given, **named)

        return stepped

    def keep(self) -> None:
        """Write down the steps that there were."""
        self._record.write_text(json.dumps(self._names), encoding="utf-8")
