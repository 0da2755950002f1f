"""NLTK without SciPy and scikit-learn, which it loads if they are there, for what is not used here.

They take more than a second, and they are there: sentence-transformers needs them for training.
"""

import importlib
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

_HEAVY = ("scipy", "sklearn")
_LOCK = threading.Lock()


def nltk() -> ModuleType:
    """Import NLTK."""
    if "nltk" not in sys.modules:
        with _LOCK, _absent(*_HEAVY):
            importlib.import_module("nltk")
    return sys.modules["nltk"]


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
