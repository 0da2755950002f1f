"""What was found for a question, for as long as nothing has changed.

Results are kept under everything that they follow from. Whoever asks puts the library's generation
into the key, as it was before the work began: once an article has come, changed or gone, the
generation is another one, and what was found before is never asked for again.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Remembered(Generic[Result]):
    """The last `most` results that were used, by key. Safe to use from several threads.

    Two threads that ask for the same at the same time may both do the work.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Result] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Result]) -> Result:
        """Return the result that is kept under `key`, or make it; an error is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            self._kept[key] = made
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made

    def __len__(self) -> int:
        return len(self._kept)
