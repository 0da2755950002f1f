"""Which cell of a row is asked for, by the names of the columns."""

from dataclasses import replace

import pytest

from qa.columns import in_asked_column, on_asked_rows
from qa.reader import ANSWERABLE
from qa.reading import Candidate, Reading
from qa.types import Passage, Quote, Value

DRILL = """Data of the drills

Feature | HX-200 | HX-200 Pro
Weight with battery | 1.4 kg | 1.7 kg
Price | $149.00 | $199.00
"""
TRAINS = """| Train | Departs | Arrives |
|---|---|---|
| 205 | 09:30 | 11:02 |
"""
LEAVE = """| Type | Days per year | Notice |
|---|---|---|
| Volunteering | 2 | 2 weeks |
"""
SAWS = "Two saws.\n\nFeature: Blade; S-10: 160 mm; S-20: 190 mm."
BOTH = """| Drill | Weight | Price today |
|---|---|---|
| HX-200 | 1.4 kg (3 lb) | $149.00 with tax |
"""
PROSE = "Two things matter; the first: time. The HX-200 costs $149.00 and the HX-200 Pro $199.00."


@pytest.mark.parametrize(
    ("text", "value", "question", "expected"),
    [
        (DRILL, "$149.00", "What does the HX-200 Pro cost?", "$199.00"),
        (DRILL, "$199.00", "What does the HX-200 cost?", "$149.00"),
        (DRILL, "$149.00", "What does the HX-200 cost?", "$149.00"),
        (DRILL, "Weight with battery", "How much does the HX-200 weigh?", "1.4 kg"),
        (DRILL, "$149.00", "What do the HX-200 and the HX-200 Pro cost?", "$149.00"),
        (DRILL, "$149.00", "What does it cost?", "$149.00"),
        (LEAVE, "2 weeks", "How many days off are there for volunteering?", "2"),
        (LEAVE, "2 weeks", "How much notice does volunteering need?", "2 weeks"),
        (LEAVE, "2 weeks", "How long is volunteering?", "2 weeks"),
        (TRAINS, "11:02", "When does train 205 arrive?", "11:02"),
        (TRAINS, "09:30", "When is it that train 205 arrives?", "11:02"),
        (TRAINS, "205", "Which train arrives at 11:02?", "205"),
        (SAWS, "160 mm", "How large is the blade of the S-20?", "190 mm"),
        (
            DRILL,
            "Weight with battery",
            "How heavy are HX-200 and HX-200 Pro?",
            "Weight with battery",
        ),
        (BOTH, "1.4 kg", "What is the weight of the HX-200?", "1.4 kg"),
        (BOTH, "$149.00", "What is the price of the HX-200?", "$149.00"),
        (PROSE, "$149.00", "What does the HX-200 Pro cost?", "$149.00"),
    ],
)
def test_the_column_that_the_question_names(
    text: str, value: str, question: str, expected: str
) -> None:
    """The longest name counts; where none or several are named, the value stays."""
    passage = Passage(id="p", article_id="a.md", title="A", text=text, start=7, end=7 + len(text))
    at = 7 + text.index(value)
    quote = Quote(passage=passage, start=at, end=at + len(value))
    assert in_asked_column(question, quote) == expected


MOWERS = """| Model | Weight | Price |
|---|---|---|
| Hedge trimmer | 4 kg | €89 |
| Lawn mower | 31 kg | €420 |
"""
GAPS = MOWERS.replace("31 kg", "")
OF_THREE = f"{MOWERS}| Leaf blower | 3 kg | €60 |\n"
TWO_TABLES = f"{MOWERS}\n| Model | Weight | Price |\n|---|---|---|\n| Chainsaw | 6 kg | €210 |\n"
HEADLESS = "|---|---|---|\nHedge trimmer | 4 kg | €89\nLawn mower | 31 kg | €420\n"
EQUAL = MOWERS.replace("4 kg | €89", "4 | 4").replace("31 kg | €420", "31 | 42")
FLAT = "Robots.\n\nModel: Brumm 500; Battery: 75 minutes.\nModel: Dustin R3; Battery: 120 minutes."


def _read(text: str, row: str, value: str) -> Reading:
    passage = Passage(id="p", article_id="a.md", title="A", text=text, start=7, end=7 + len(text))
    at = 7 + text.index(row)
    line = Quote(passage=passage, start=at, end=at + len(row))
    found = at + row.rindex(value)
    quote = Quote(passage=passage, start=found, end=found + len(value))
    return Reading((Candidate(line, 0.8),), 0.9, (Value(quote=quote, sentence=line, score=0.7),))


@pytest.mark.parametrize(
    ("text", "row", "value", "question", "expected"),
    [
        (MOWERS, "| Hedge trimmer | 4 kg | €89 |", "4 kg", "How heavy is the lawn mower?", "31 kg"),
        (MOWERS, "| Hedge trimmer | 4 kg | €89 |", "4 kg", "How heavy is the trimmer?", "4 kg"),
        (MOWERS, "| Lawn mower | 31 kg | €420 |", "31 kg", "How heavy is the lawn mower?", "31 kg"),
        (
            FLAT,
            "Model: Brumm 500; Battery: 75 minutes.",
            "75 minutes",
            "How long does the battery of the Dustin R3 last?",
            "120 minutes",
        ),
        (GAPS, "| Hedge trimmer | 4 kg | €89 |", "€89", "What is the lawn mower's price?", "€420"),
        (
            MOWERS,
            "| Hedge trimmer | 4 kg | €89 |",
            "4 kg",
            "What is heavier than the lawn mower?",
            "4 kg",
        ),
        (
            OF_THREE,
            "| Leaf blower | 3 kg | €60 |",
            "3 kg",
            "How heavy are the hedge trimmer and the lawn mower?",
            "3 kg",
        ),
        (
            TWO_TABLES,
            "| Hedge trimmer | 4 kg | €89 |",
            "4 kg",
            "How heavy is the chainsaw?",
            "4 kg",
        ),
        (
            MOWERS,
            "| Hedge trimmer | 4 kg | €89 |",
            "4 kg",
            "Of the lawn mower model, what is the weight?",
            "31 kg",
        ),
        (EQUAL, "| Hedge trimmer | 4 | 4 |", "4", "What is the price of the lawn mower?", "42"),
        (
            BOTH,
            "| HX-200 | 1.4 kg (3 lb) | $149.00 with tax |",
            "1.4 kg",
            "Is the HX-200 heavy?",
            "1.4 kg",
        ),
        (HEADLESS, "Hedge trimmer | 4 kg | €89", "€89", "What does the lawn mower cost?", "€420"),
        (PROSE, PROSE, "$149.00", "What does the HX-200 Pro cost?", "$149.00"),
    ],
)
def test_the_row_that_the_question_names(
    text: str, row: str, value: str, question: str, expected: str
) -> None:
    """Candidate and value move to it; where no other row is named they stay."""
    found = on_asked_rows(question, _read(text, row, value))
    assert found.values[0].quote.text == expected
    assert expected in found.candidates[0].quote.text
    assert found.values[0].sentence == found.candidates[0].quote


@pytest.mark.parametrize(
    ("question", "sure", "expected"),
    [
        ("What is the price of the lawn mower?", 0.2, ANSWERABLE),
        ("What is the price of the lawn mower?", 0.9, 0.9),
        ("What is the price of the lawn mower?", 0.05, 0.05),
        ("What is the colour of the lawn mower?", 0.2, 0.2),
        ("What is the price of the tractor?", 0.2, 0.2),
    ],
)
def test_a_row_and_a_column_that_are_named_are_looked_up(
    question: str, sure: float, expected: float
) -> None:
    """Unless the model is sure that there is no answer."""
    reading = replace(_read(MOWERS, "| Lawn mower | 31 kg | €420 |", "€420"), answerable=sure)
    assert on_asked_rows(question, reading).answerable == expected


@pytest.mark.parametrize(
    "question",
    [
        "What is heavier than the lawn mower?",
        "How heavy is it compared to the lawn mower?",
        "Beside the lawn mower, which other model weighs 4 kg?",
        "Beside the lawn mower, how heavy are the others?",
        "What weighs 4 kg, except for the lawn mower?",
        "What besides the lawn mower weighs 4 kg?",
        "Which is lighter, versus the lawn mower?",
        "Which is lighter vs. the lawn mower?",
        "How does the weight differ from the lawn mower's?",
        "What lies between it and the lawn mower in weight?",
    ],
)
def test_a_row_that_is_named_to_compare_with_is_not_the_one_asked_for(question: str) -> None:
    """What was read stays, whatever words the question compares with."""
    reading = _read(MOWERS, "| Hedge trimmer | 4 kg | €89 |", "4 kg")
    assert on_asked_rows(question, reading) == reading


def test_two_candidates_that_move_to_one_row_are_one() -> None:
    """With the probability of the first, which is the best."""
    trimmer = _read(MOWERS, "| Hedge trimmer | 4 kg | €89 |", "4 kg")
    mower = _read(MOWERS, "| Lawn mower | 31 kg | €420 |", "31 kg")
    second = Candidate(mower.candidates[0].quote, 0.5)
    reading = Reading((*trimmer.candidates, second), 0.9, ())
    found = on_asked_rows("How heavy is the lawn mower?", reading)
    assert found.candidates == (Candidate(second.quote, 0.8),)
