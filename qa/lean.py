"""Packages without what they bring along and is not wanted here.

NLTK loads SciPy and scikit-learn if they are there, which takes more than a second, for what is not
used; they are there, since sentence-transformers needs them for training. OpenVINO and ONNX Runtime
report their use to their makers, unless told otherwise: nothing is to leave this machine.
"""

import importlib
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import ModuleType
from typing import Any

_LOCK = threading.Lock()
_WHOLE: set[str] = set()
"""What has been imported to its end."""


def nltk() -> ModuleType:
    """Import NLTK without SciPy and scikit-learn."""
    return _without("nltk", "scipy", "sklearn")


def openvino() -> ModuleType:
    """Import OpenVINO without the package by which it reports."""
    return _without("openvino", "openvino_telemetry")


def onnxruntime() -> ModuleType:
    """Import ONNX Runtime, told not to report."""
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    return importlib.import_module("onnxruntime")


def chromadb() -> ModuleType:
    """Import Chroma without having it compare the signatures of its own methods each time."""
    # The second is needed when it opens a folder.
    return _whole(("chromadb", "chromadb.api.rust"), _unchecked)


def llama_index() -> None:
    """Import LlamaIndex. What of it is then imported where it is used is there already."""
    nltk()
    _whole(("llama_index.core", "llama_index.core.llms", "llama_index.core.node_parser"))


@contextmanager
def _unchecked() -> Iterator[None]:
    """Let methods that are marked as overriding others be taken at their word meanwhile."""
    overrides: Any = importlib.import_module("overrides.overrides")
    own = overrides._overrides  # noqa: SLF001 -- there is no setting for it
    overrides._overrides = _marked  # noqa: SLF001 -- as above
    try:
        yield
    finally:
        overrides._overrides = own  # noqa: SLF001 -- as above


def _marked(method: Any, *_: object) -> Any:
    method.__override__ = True
    return method


def _without(name: str, *others: str) -> ModuleType:
    """Import a package while others are not to be found."""
    return _whole((name,), lambda: _absent(*others))


def _whole(
    names: Sequence[str], meanwhile: Callable[[], AbstractContextManager[None]] = nullcontext
) -> ModuleType:
    """Import packages, and return the first.

    Until it is there whole, all wait: a module that another thread is still importing stands in
    `sys.modules` already, and whoever used it then would break it for good.
    """
    if names[0] not in _WHOLE:
        with _LOCK, meanwhile():
            for name in names:
                importlib.import_module(name)
            _WHOLE.add(names[0])
    return sys.modules[names[0]]


@contextmanager
def _absent(*names: str) -> Iterator[None]:
    """Let imports of packages that are not loaded yet fail meanwhile, as if not installed."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type] # None means: not there
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
