"""Which versions pass a filter, asked of the library as far as a search has to know.

A range of dates may hold most of a large library: listing it for each question would take longer
than the search. So the versions are counted, and those looked up that something was found in; only
where they are few are they listed.
"""

import json
from collections.abc import Callable, Collection, Sequence
from typing import Any

Select = Callable[[str, Sequence[Any]], list[Any]]
"""Runs `SELECT ...` with its values and returns the first column of each row."""


class Selection:
    """The answering versions `v` that meet a condition of SQL, now and at each call."""

    def __init__(
        self, select: Select, where: str, values: Sequence[Any], *, of: int, build: int
    ) -> None:
        self._select = select
        self._where = where
        self._values = tuple(values)
        self._build = build
        self.count = int(self._rows("count(*) FROM versions v")[0])
        """How many they are."""
        self.share = min(1.0, self.count / max(1, of))
        """Their part of all versions that may answer, in [0, 1]."""

    def _rows(self, columns: str, extra: str = "", values: Sequence[Any] = ()) -> list[Any]:
        return self._select(f"{columns} WHERE {self._where}{extra}", (*self._values, *values))

    def among(self, versions: Collection[str]) -> frozenset[str]:
        """Return which of these versions, by their keys, pass."""
        # A cross join keeps its order: the few given ones are looked up, not all that pass.
        columns = "v.key FROM json_each(?) given CROSS JOIN versions v ON v.key = given.value"
        return frozenset(
            self._select(
                f"{columns} WHERE {self._where}", (json.dumps(list(versions)), *self._values)
            )
        )

    def versions(self) -> list[str]:
        """Return the keys of all that pass."""
        return self._rows("v.key FROM versions v")

    def passages(self) -> list[str]:
        """Return the ids of all their passages, in the build in use."""
        columns = "p.id FROM versions v CROSS JOIN passages p ON p.version = v.key"
        return self._rows(columns, " AND p.build = ?", (self._build,))
