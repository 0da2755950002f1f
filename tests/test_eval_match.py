"""Accepted answers are recognised however they are written, and nothing else is."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.gold import Accepted, DateAnswer, GoldQuestion, NumberAnswer, RegexAnswer
from eval.match import stated_facts, states
from eval.values import dates, numbers, words


@pytest.mark.parametrize(
    ("text", "accepted", "expected"),
    [
        ("Nicolás Maduro's aides spoke.", "nicolas maduro", True),
        ("The U.S. Navy moved.", "US Navy", True),
        ("a two-day visit", "two day visit", True),
        ("the largest navy", "Largest Navy", True),
        ("navy largest", "largest navy", False),
        ("the Skippers", "Skipper", False),
        ("some 90% of it", "90 per cent", True),
        ("some 90 people", "90%", False),
        ("4,500 sailors", "4500", True),
        ("a rate of 4.5", "45", False),
        ("version 4.5.", "4.5", True),
        ("nothing", "the", False),
        ("", "x", False),
    ],
)
def test_words_must_stand_together_in_order(text: str, accepted: str, *, expected: bool) -> None:
    """Case, accents, punctuation and articles do not matter; words, order and numbers do."""
    assert states(text, accepted) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4,500 sailors and 2,000 Marines", [4500, 2000]),
        ("$1.8bn; a dozen ships", [1.8e9, 12]),
        ("1.2 million barrels", [1.2e6]),
        ("three hundred and five", [305]),
        ("two thousand five hundred", [2500]),
        ("forty-two of them", [42]),
        ("a hundred people, a million more", [100, 1e6]),
        ("one hundred thousand", [100_000]),
        ("one thousand two million", [1000, 2e6]),
        ("in 1999, 87 died", [1999, 87]),
        ("1,23", [123]),
        ("someone", []),
    ],
)
def test_numbers_are_read_in_digits_and_words(text: str, expected: list[float]) -> None:
    """Separators, scales, suffixes and number words are understood."""
    assert list(numbers(text)) == pytest.approx(expected)


@given(st.integers(0, 10**12))
def test_any_number_is_recognised_with_and_without_separators(value: int) -> None:
    """A whole number is found in both ways of writing its digits, and a neighbour is not."""
    for text in (f"about {value} of them", f"about {value:,} of them"):
        assert states(text, NumberAnswer(number=value, tolerance=0))
        assert not states(text, NumberAnswer(number=value + 1, tolerance=0))


def test_tolerance_is_relative() -> None:
    """0.01 takes what is at most one per cent off, on either side."""
    accepted = NumberAnswer(number=4500, tolerance=0.01)
    assert states("4,545", accepted)
    assert states("4,455", accepted)
    assert not states("4,546", accepted)


@given(st.dates(dt.date(1000, 1, 1)))
def test_any_day_is_recognised_in_every_usual_form(day: dt.date) -> None:
    """ISO, American and British forms of a day match it; another day's do not."""
    accepted = DateAnswer(date=day.isoformat())
    other = day - dt.timedelta(days=1)
    for form in ("{d:%Y-%m-%d}", "{d:%B} {d.day}, {d.year:04}", "{d.day} {d:%B} {d.year:04}",
                 "{d:%b}. {d.day}, {d.year:04}", "the {d.day}th of {d:%B}"):  # fmt: skip
        assert states(f"It was {form.format(d=day)}.", accepted)
        assert not states(f"It was {form.format(d=other)}.", accepted)


def test_a_date_must_be_as_fine_as_the_gold_and_may_lack_only_its_year() -> None:
    """A month does not state its day; a day states its month; another year is another date."""
    assert not states("in December 2025", DateAnswer(date="2025-12-11"))
    assert states("on 11 December 2025", DateAnswer(date="2025-12"))
    assert states("on 11 December", DateAnswer(date="2025-12-11"))
    assert not states("on 11 December 2024", DateAnswer(date="2025-12-11"))
    assert states("back in 2022", DateAnswer(date="2022"))
    assert not states("on 11 December", DateAnswer(date="2025"))
    assert (2025, 12, None) in list(dates("December 2025"))


def test_expressions_are_searched_for_ignoring_case() -> None:
    """A regular expression matches anywhere in the text."""
    assert states("At LEAST 100 died", RegexAnswer(regex=r"least \d+"))
    assert not states("many died", RegexAnswer(regex=r"least \d+"))


def test_every_fact_is_judged_on_its_own() -> None:
    """all_of wants one form of each group; answers count as one more group."""
    gold = GoldQuestion(id="q", question="?", answers=("x",), all_of=(("Cuba",), ("Iran", "Oman")))
    assert stated_facts("Oman and x", gold) == (True, False, True)


@given(st.text())
def test_any_text_states_its_own_words(text: str) -> None:
    """A text with words in it states itself, whatever its characters; one without states none."""
    accepted: Accepted = text
    assert states(text, accepted) is bool(words(text))
