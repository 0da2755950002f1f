"""Work that overlaps: bounded, in order, and nothing goes on behind an error."""

import threading
from collections.abc import Iterator

import pytest

from qa.relay import Behind, ahead, side_by_side


def test_one_thing_is_made_ahead_and_no_more() -> None:
    """While the consumer holds item n, item n + 1 may be made, item n + 2 is not."""
    made: list[int] = []
    ready = threading.Semaphore(0)

    def items() -> Iterator[int]:
        for number in range(20):
            made.append(number)
            ready.release()
            yield number

    for held in ahead(items(), lambda: None):
        assert ready.acquire(timeout=10)
        assert held in made
        assert max(made) <= held + 1
    assert made == list(range(20))


@pytest.mark.parametrize("error", [None, ValueError("unreadable")])
def test_the_makers_thread_tidies_up_behind_itself(error: ValueError | None) -> None:
    """`last` is called by the thread that made the items, also when the consumer stops early or
    making one fails, and the error reaches the consumer.
    """
    threads: list[int] = []

    def items() -> Iterator[int]:
        threads.append(threading.get_ident())
        yield 1
        if error is not None:
            raise error
        yield 2
        yield 3

    source = ahead(items(), lambda: threads.append(threading.get_ident()))
    assert next(source) == 1
    if error is None:
        source.close()
    else:
        with pytest.raises(ValueError, match="unreadable"):
            next(source)
    first, last = threads
    assert first == last != threading.get_ident()


def test_two_are_worked_on_at_a_time_and_no_more() -> None:
    """The next has begun before one is done, a third has not, and they come back in order."""
    begun: list[int] = []
    both = threading.Barrier(2)
    under_way: list[int] = []
    most: list[int] = []

    def work(number: int) -> int:
        under_way.append(number)
        most.append(len(under_way))
        both.wait(10)
        under_way.remove(number)
        return -number

    def items() -> Iterator[int]:
        for number in range(6):
            begun.append(number)
            yield number

    for place, made in enumerate(side_by_side(work, items())):
        assert made == -place
        assert len(begun) <= place + 2
    assert max(most) == 2
    assert list(side_by_side(work, [])) == []


def test_a_failure_of_one_of_two_ends_both() -> None:
    """The error reaches the consumer, nothing more begins, and what has begun is waited for."""
    done: list[int] = []

    def work(number: int) -> int:
        if number == 1:
            raise ValueError("unreadable")
        done.append(number)
        return number

    source = side_by_side(work, range(9))
    assert next(source) == 0
    with pytest.raises(ValueError, match="unreadable"):
        list(source)
    assert done == [0, 2]


def test_what_is_left_over_is_done_in_order() -> None:
    """Everything has been done, one after the other, when the block ends."""
    done: list[int] = []
    with Behind(lambda: done.append(-1)) as behind:
        for number in range(10):
            behind(lambda n=number: done.append(n))  # type: ignore[misc]
    assert done == [*range(10), -1]


def test_nothing_is_done_after_what_failed() -> None:
    """What was given before the error came out relies on it, so it is left undone."""
    done: list[str] = []

    full, given = OSError("full"), threading.Event()

    def fail() -> None:
        given.wait(10)
        raise full

    def write() -> None:
        with Behind(lambda: done.append("last")) as behind:
            behind(fail)
            behind(lambda: done.append("switched"))
            given.set()

    with pytest.raises(OSError, match="full"):
        write()
    assert done == ["last"]
