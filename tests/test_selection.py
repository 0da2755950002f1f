"""What passes a filter, as the library tells a search."""

import datetime as dt
from pathlib import Path

import pytest

from qa.errors import BadFilter
from qa.library import Library, version_key
from qa.selection import Selection
from qa.types import Article, Filters

DAYS = {"a.txt": "2025-03-01", "b.txt": "2025-03-02", "c.txt": None, "d.txt": "2025-03-09"}


class Begun:
    """A version on its way into the library, with two passages."""

    renames = None

    def __init__(self, name: str, day: str | None) -> None:
        self.article = Article(
            id=name, sha256="0" * 64, title=name, source=None, text="Some words of it.",
            date=None if day is None else dt.date.fromisoformat(day), furniture=(),
        )  # fmt: skip
        self.key = key(name)
        self.spans = [(f"{self.key}-{n}", (0, 4)) for n in range(2)]


def key(name: str) -> str:
    """Return the key of the version made here."""
    return version_key(name, "0" * 64)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Return a library of four articles that answer, and one that does not yet."""
    made = Library(tmp_path / "library.db")
    made.add_folder(tmp_path)
    for name, day in {**DAYS, "pending.txt": "2025-03-02"}.items():
        made.claim_id(tmp_path, name)
        made.begin([Begun(name, day)])
    made.switch([key(name) for name in DAYS])
    return made


def passing(library: Library, **filters: object) -> Selection:
    """Return what passes filters that restrict something."""
    found = library.matching(Filters.model_validate(filters))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"date_from": "2025-03-02"}, ["b.txt", "d.txt"]),
        ({"date_to": "2025-03-02"}, ["a.txt", "b.txt"]),
        ({"date_from": "2025-03-02", "date_to": "2025-03-08"}, ["b.txt"]),
        ({"date_from": "2026-01-01"}, []),
        ({"files": ["c.txt", "a.txt"]}, ["a.txt", "c.txt"]),
        ({"files": ["c.txt", "d.txt"], "date_from": "2025-01-01"}, ["d.txt"]),
        ({"files": []}, []),
    ],
)
def test_counted_listed_and_looked_up_alike(
    library: Library, filters: dict[str, object], names: list[str]
) -> None:
    """However it is asked, the same versions pass, and none that does not answer."""
    keys = {key(name) for name in names}
    found = passing(library, **filters)
    assert (found.count, found.share) == (len(names), len(names) / len(DAYS))
    assert set(found.versions()) == keys
    assert found.among({key(name) for name in (*DAYS, "pending.txt", "unknown.txt")}) == keys
    assert found.among(keys) == keys
    assert sorted(found.passages()) == sorted(f"{name}-{n}" for name in keys for n in range(2))


def test_passages_of_another_build_are_left_out(library: Library) -> None:
    """What a rebuild has written so far is searched by nobody."""
    library.add_passages(key("b.txt"), [("new-0", (0, 4))], library.build + 1)
    assert "new-0" not in passing(library, date_from="2025-03-02").passages()


def test_the_share_follows_the_library(library: Library, tmp_path: Path) -> None:
    """Articles that come and go change the share of what passes."""
    assert passing(library, date_from="2025-03-09").share == 0.25
    library.switch([], ["a.txt", "b.txt"])
    assert passing(library, date_from="2025-03-09").share == 0.5
    library.claim_id(tmp_path, "e.txt")
    library.begin([Begun("e.txt", "2025-03-10")])
    library.switch([key("e.txt")])
    assert passing(library, date_from="2025-03-09").share == pytest.approx(2 / 3)


def test_without_filters_nothing_is_selected(library: Library) -> None:
    """No filter is no restriction, and an empty range is a mistake."""
    assert library.matching(Filters()) is None
    with pytest.raises(BadFilter, match="later than"):
        passing(library, date_from="2025-03-02", date_to="2025-03-01")
