"""Days that are shown with their date: only ever added, and only where it is settled."""

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.conflicts import dated
from tests.conflict_cases import THURSDAY


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Wednesday", "Wednesday [10 December 2025]"),
        ("on Tuesday", "on Tuesday [9 December 2025]"),
        ("Thursday", "Thursday [11 December 2025]"),
        ("yesterday", "yesterday [10 December 2025]"),
        ("last Friday", "last Friday [5 December 2025]"),
        ("next Monday", "next Monday [15 December 2025]"),
        ("the day before yesterday", "the day before yesterday [9 December 2025]"),
        ("late on Tuesday night", "late on Tuesday night [9 December 2025]"),
        ("Friday's vote", "Friday's [5 December 2025] vote"),
        ("It is expected on Tuesday.", "It is expected on Tuesday [16 December 2025]."),
        ("It will be held on Tuesday.", "It will be held on Tuesday [16 December 2025]."),
        ("It is to be opened on Monday.", "It is to be opened on Monday [15 December 2025]."),
        ("They had it closed on Monday.", "They had it closed on Monday [8 December 2025]."),
        ("On Tuesday it will end.", "On Tuesday [16 December 2025] it will end."),
        ("told on Tuesday that it will", "told on Tuesday [9 December 2025] that it will"),
        ("They found it on Tuesday.", "They found it on Tuesday [9 December 2025]."),
        (
            "They may have left on Tuesday.",
            "They may have left on Tuesday [9 December 2025].",
        ),
        (
            "Monday and Tuesday",
            "Monday [8 December 2025] and Tuesday [9 December 2025]",
        ),
    ],
)
def test_a_weekday_has_its_date_put_behind_it(text: str, shown: str) -> None:
    """In an article of Thursday, 11 December 2025, days are those around it, and only once."""
    assert dated(text, THURSDAY) == shown
    assert dated(shown, THURSDAY) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "December 10",
        "Wednesday, December 10",
        "Wednesday (Dec. 3)",
        "10 December, a Wednesday",
        "that Wednesday",
        "on Sundays",
        "Good Friday",
        "The Sunday Times",
        "Sheffield Wednesday",
        "Wednesday of last week",
        "It was on a Friday in May.",
        "It fell on Tuesday in 1994.",
        "It was due on Friday.",
        "Pack your desk by Tuesday evening and label it.",
        "Registration for the course closes Friday.",
        "Visited Tuesday to Saturday, they told us.",
        "It opened on Monday the 8th.",
        "It will be on Thursday.",
        "next Friday",
        "“I leave tomorrow,” she said.",
        "He said that they could return on Friday.",
        "They may leave on Wednesday.",
        "It could be opened on Monday.",
    ],
)
def test_a_day_that_is_not_settled_stays_as_it_is(text: str) -> None:
    """A day with its date beside it, of another year, or of two possible weeks, gets none."""
    assert dated(text, THURSDAY) == text


_WORDS = """
Wednesday Fridays last next on that The yesterday tomorrow will was 10 December , 's “ . 1994 Times
night morning
"""
_PIECES = st.sampled_from(_WORDS.split())


@given(st.lists(_PIECES, max_size=8), st.dates())
def test_dates_are_only_ever_added(pieces: list[str], published: dt.date) -> None:
    """Taking the brackets out again gives the text, and doing it twice is doing it once."""
    text = " ".join(pieces)
    shown = dated(text, published)
    assert re.sub(r" \[[^]]*\]", "", shown) == text
    assert dated(shown, published) == shown
    assert dated(text, None) == text
