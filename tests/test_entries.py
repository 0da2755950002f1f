"""An entry of a programme, or of opening hours, says when."""

import pytest

from qa.entries import told_when


@pytest.mark.parametrize(
    ("question", "claim", "expected"),
    [
        ("When is the tug-of-war?", "14:45 Tug-of-war, firefighters against the police", "14:45"),
        ("What time is the choir?", "2 pm – 3 pm: Choir in the yard", "2 pm – 3 pm"),
        ("When do the gates close?", "17:30 Gates close", "17:30"),
        ("When does the tour end?", "13:15 Tour of the station", None),
        ("Who leads the tour?", "13:15 Tour of the station", None),
        ("When is the tour?", "The tour begins at 13:15 in the yard.", None),
        ("When is it open on Sunday?", "Saturday and Sunday: 9:00 to 18:00", "9:00 to 18:00"),
        ("When is it open on Sundays?", "Sunday: closed.", "closed"),
        ("When is it open on Monday?", "Saturday and Sunday: 9:00 to 18:00", None),
        ("When is it open?", "Saturday and Sunday: 9:00 to 18:00", None),
    ],
)
def test_an_entry_tells_when(question: str, claim: str, expected: str | None) -> None:
    """The hour before it, unless an end is asked for; what stands behind the day asked about."""
    assert told_when(question, claim) == expected
