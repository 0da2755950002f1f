"""The list of articles in pages: filtered and sorted here, so that a page asks for what it shows.

Ten thousand articles are read from SQLite once and kept until another version of one answers.
"""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field

from api.schemas import ArticleList
from qa.errors import BadFilter
from qa.library import ArticleInfo, Library
from qa.types import Day, Frozen

Order = Literal["id", "newest", "title"]


class Wanted(Frozen):
    """Which articles, in which order, and which stretch of them. By default: all, by id."""

    q: str = Field("", description="Words that title, id, source or date must hold, all of them.")
    date_from: Day | None = Field(None, description="First day; who has no date is left out.")
    date_to: Day | None = Field(None, description="Last day; who has no date is left out.")
    order: Order = Field("id", description="By id, by date with the newest first, or by title.")
    offset: int = Field(0, ge=0, description="How many to skip.")
    limit: int | None = Field(None, ge=0, le=1000, description="At most so many; else all.")


WantedQuery = Annotated[Wanted, Query()]


class Listing:
    """What the articles are, as of the newest change. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._generation = -1
        self._articles: list[ArticleInfo] = []

    def page(self, library: Library, wanted: Wanted, *, changing: bool) -> ArticleList:
        """Return the stretch that is wanted, and how much there is in all.

        While an ingest is `changing` things, nothing is kept: what waits to be indexed shows.
        `BadFilter` when the range of dates is empty.
        """
        _check_range(wanted)
        found = [info for info in self._all(library, changing=changing) if _fits(info, wanted)]
        found.sort(key=_ORDERS[wanted.order])
        end = None if wanted.limit is None else wanted.offset + wanted.limit
        return ArticleList(
            count=len(found),
            passages=sum(info.passages for info in found),
            articles=tuple(found[wanted.offset : end]),
        )

    def _all(self, library: Library, *, changing: bool) -> list[ArticleInfo]:
        with self._lock:
            generation = library.generation
            if changing or generation != self._generation:
                self._articles = library.articles()
                self._generation = -1 if changing else generation
            return self._articles


def _check_range(wanted: Wanted) -> None:
    """Refuse an empty range as a question's filters do: no article at all would look like news."""
    if wanted.date_from and wanted.date_to and wanted.date_from > wanted.date_to:
        raise BadFilter(
            f"date_from {wanted.date_from} is later than date_to {wanted.date_to}.",
            "Exchange the two dates.",
        )


def _fits(info: ArticleInfo, wanted: Wanted) -> bool:
    """Tell whether an article has the words, and a date in the range."""
    if wanted.date_from and (info.date is None or info.date < wanted.date_from):
        return False
    if wanted.date_to and (info.date is None or info.date > wanted.date_to):
        return False
    words = wanted.q.casefold().split()
    if not words:
        return True
    text = f"{info.title} {info.id} {info.source or ''} {info.date or ''}".casefold()
    return all(word in text for word in words)


def _newest(info: ArticleInfo) -> tuple[int, str]:
    return (-(info.date or dt.date.min).toordinal(), info.id)


_ORDERS: dict[Order, Callable[[ArticleInfo], tuple[int | str, ...]]] = {
    "id": lambda info: (info.id,),
    "newest": _newest,
    "title": lambda info: (info.title.casefold(), info.id),
}
