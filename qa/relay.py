"""Work that overlaps: what is needed next is made ahead, what is left over is done behind.

Both are bounded, so that memory stays flat however much there is to do.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self, TypeVar, cast

Item = TypeVar("Item")
Made = TypeVar("Made")
_END = object()
_WAITING = 2
"""Pieces of work that may be under way behind, the one that is being done counted."""


def ahead(items: Iterable[Item], last: Callable[[], None]) -> Generator[Item, None, None]:
    """Yield `items` while another thread makes the next one, and no more than that.

    `last` is called by that thread at the end; closing the generator ends it, too.
    """
    source = iter(items)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="ahead") as thread:
        try:
            following = thread.submit(next, source, _END)
            while (item := following.result()) is not _END:
                following = thread.submit(next, source, _END)
                yield cast("Item", item)
        finally:
            thread.submit(last)


def side_by_side(work: Callable[[Item], Made], items: Iterable[Item]) -> Iterator[Made]:
    """Yield what `work` makes of each item, in order; when one is waited for, the next has begun.

    So the end of one, which leaves cores idle, is the beginning of the next.
    """
    before: Future[Made] | None = None
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="side") as threads:
        for item in items:
            following = threads.submit(work, item)
            if before is not None:
                yield before.result()
            before = following
        if before is not None:
            yield before.result()


class Behind:
    """Does one thing after the other in a thread; giving it one waits while two are left.

    Once something has gone wrong nothing more is done, and the next call raises it, or the end.
    At the end it waits, and does what `last` says.
    """

    def __init__(self, last: Callable[[], None]) -> None:
        self._last = last
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="behind")
        self._under_way: deque[Future[None]] = deque()
        self._broken = False

    def __call__(self, work: Callable[[], None]) -> None:
        """Do `work` behind the caller's back."""
        self._wait(_WAITING - 1)
        self._under_way.append(self._thread.submit(self._do, work))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._wait(0)
        finally:
            self._thread.submit(self._last)
            self._thread.shutdown()

    def _do(self, work: Callable[[], None]) -> None:
        # What comes after a piece that failed may rely on it: it must not be done.
        if not self._broken:
            self._broken = True
            work()
            self._broken = False

    def _wait(self, left: int) -> None:
        while len(self._under_way) > left:
            self._under_way.popleft().result()
