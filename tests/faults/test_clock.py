"""Clocks that jump: nothing that is decided depends on what the wall clock says."""

import datetime as dt
import os
import re
import time
from pathlib import Path

import pytest

from api.limits import Limits
from api.problems import TooManyRequests
from qa.keys import Keys, scopes_of
from qa.llm.choose import Chooser
from qa.settings import Settings
from tests.conftest import MakePipeline
from tests.support import found, paragraph, write

ROOT = Path(__file__).parents[2]
NOTED = {
    "qa/lock.py": "who writes, since when",
    "qa/library.py": "when a version was added",
    "api/jobs.py": "when an ingest began and ended",
    "api/compatible/replies.py": "`created` of OpenAI's API",
    "api/compatible/responses.py": "`created_at` of OpenAI's API",
}
"""Where the wall clock is read, and what for: to be shown, never to be compared with."""
WALL = re.compile(r"\btime\.time(?:_ns)?\(|\b(?:utc)?now\(|\.today\(")
YEARS = (2026, 2099, 1980, 2026)


@pytest.fixture
def jump(monkeypatch: pytest.MonkeyPatch) -> "type[Jumping]":
    """Return a clock that can be set, in the place of the wall clock."""
    monkeypatch.setattr(dt, "datetime", Jumping)
    monkeypatch.setattr(time, "time", lambda: Jumping.now(dt.UTC).timestamp())
    Jumping.year_now = YEARS[0]
    return Jumping


_Real = dt.datetime


class Jumping(dt.datetime):
    """A `datetime` for which it is another year."""

    year_now = YEARS[0]

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> "Jumping":
        """Return the present moment of that year."""
        real = _Real.now(tz)
        return cls(cls.year_now, 3, 1, real.hour, real.minute, real.second, tzinfo=tz)


def test_articles_and_answers_do_not_depend_on_the_clock(
    jump: type[Jumping], make_pipeline: MakePipeline, folder: Path
) -> None:
    """Whatever the year, and whatever the dates of the files, the newest text answers, and the
    same question has the same answer.
    """
    pipeline = make_pipeline()
    write(folder, {"kept.txt": "Vell, 11 December 2025\n\nThe ferry of Vell sank on Wednesday.\n"})
    answers = set()
    for number, year in enumerate(YEARS):
        jump.year_now = year
        write(folder, {"changed.txt": paragraph(f"state{number}")})
        stamp = _Real(max(1971, 2100 - year), 1, 1, tzinfo=dt.UTC).timestamp()
        os.utime(folder / "changed.txt", (stamp, stamp))
        report = pipeline.store.ingest([folder])
        assert not report.errors
        assert report.added + report.changed == (2 if number == 0 else 1)
        assert found(pipeline, f"state{number}") == {"changed.txt"}
        assert pipeline.library.info("changed.txt").added.year == year
        reply = pipeline.answer("When did the ferry of Vell sink?")
        assert reply.status == "answered"
        answers.add((reply.answer, reply.short_answer, reply.citations))
    assert len(answers) == 1


def test_limits_and_choices_do_not_wait_for_the_clock(
    jump: type[Jumping], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A minute's worth of requests is not given anew, nor kept back, because the clock was set;
    nor is the choice of a model, which stands for a while.
    """
    counted = Limits(1, 0)
    with counted.request("a"):
        pass
    monkeypatch.setenv("QA_LLM", "embedded")
    chooser = Chooser(Settings())
    chosen = chooser.choose()
    for year in YEARS:
        jump.year_now = year
        with pytest.raises(TooManyRequests) as told, counted.request("a"):
            pass
        assert 0 < int((told.value.headers or {})["Retry-After"]) <= 60
        assert chooser.choose() is chosen


def test_keys_count_at_once_whatever_the_date_of_their_file(
    jump: type[Jumping], tmp_path: Path
) -> None:
    """A key that was removed is refused though the file is older than before."""
    kept = Keys(Settings(data_dir=tmp_path))
    anna, _ = kept.add("anna", scopes_of(["read"]))
    assert kept.find(anna)
    jump.year_now = 1980
    Keys(Settings(data_dir=tmp_path)).remove("anna")
    Keys(Settings(data_dir=tmp_path)).add("bert", scopes_of(["read"]))
    for path in tmp_path.glob("keys*"):
        os.utime(path, (0, 0))
    assert not kept.find(anna)


def test_the_wall_clock_is_read_to_be_shown_and_nowhere_else() -> None:
    """Every place that reads it is known; waits and limits count by the monotonic clock."""
    read = {
        str(path.relative_to(ROOT))
        for package in ("qa", "api")
        for path in (ROOT / package).rglob("*.py")
        if WALL.search(path.read_text("utf-8"))
    }
    assert read == set(NOTED)
