"""A question that leans on the last turn is made to stand alone; another is left as it is."""

import pytest

from qa.followup import standalone
from qa.types import Turn

TANKER = Turn(question="When was the Skipper seized?", answer="On Wednesday, by US troops.")
MAYOR = Turn(question="Who is the mayor of Varnes?", answer="The mayor is Ida Holm.")


@pytest.mark.parametrize(
    "question",
    [
        "Which countries are there in the alliance?",
        "Is there a museum in Ostrava?",
        "What did the United Nations say this year?",
        "Which company that builds ships went bankrupt?",
        "How did Maria Lopez pay for her studies?",
        "When did Norway sign its treaty with Sweden?",
    ],
)
def test_a_question_that_stands_alone_is_left_as_it_is(question: str) -> None:
    """What only looks as if it pointed back would bring in what was not asked for."""
    assert standalone(question, [TANKER]) is None


@pytest.mark.parametrize(
    ("question", "last", "expected"),
    [
        ("Who owns it?", TANKER, "Who owns it? (Skipper, seized)"),
        ("What happened after that?", TANKER, "What happened after that? (Skipper, seized)"),
        ("Was oil found there?", TANKER, "Was oil found there? (Skipper, seized)"),
        ("How old is she?", MAYOR, "How old is she? (Ida Holm, Varnes, mayor)"),
        ("And how was the crew freed?", TANKER, "And how was the crew freed? (Skipper)"),
        ("And in May?", TANKER, "And in May? (Skipper, seized)"),
    ],
)
def test_a_question_that_leans_takes_the_last_topic_along(
    question: str, last: Turn, expected: str
) -> None:
    """After "Who …?", a person is one of the answer."""
    assert standalone(question, [last]) == expected


@pytest.mark.parametrize(
    ("last", "question", "expected"),
    [
        ("How many people live in Varnes?", "And in Holm?", "How many people live in Holm?"),
        ("How many people live in Varnes?", "And Holm?", "How many people live in Holm?"),
        (
            "Who was king of Denmark in 1800?",
            "What about Norway?",
            "Who was king of Norway in 1800?",
        ),
        (
            "How long do voles live in the wild?",
            "And in captivity?",
            "How long do voles live in captivity?",
        ),
        (
            "When does the bus leave on weekdays?",
            "And on Sundays?",
            "When does the bus leave on Sundays?",
        ),
        ("What did people in Oslo eat?", "And in Bergen?", "What did people in Bergen eat?"),
    ],
)
def test_what_only_names_something_else_is_asked_the_same(
    last: str, question: str, expected: str
) -> None:
    """It takes the place of what was named before, so that the question reads as one."""
    assert standalone(question, [Turn(question=last)]) == expected


@pytest.mark.parametrize(
    ("last", "question"),
    [
        ("When did the Skua arrive in Oslo?", "And in May?"),
        ("Who is the mayor of Varnes?", "And the governor?"),
        ("Who won the race in 2019?", "And the year before?"),
        ("What did Ida Holm say about Oda Lind?", "And Joe Barker?"),
        ("What do children in schools eat?", "And in kindergartens?"),
        ("How many people died in Oslo?", "And in 2019?"),
        ("What happened on Monday?", "And on Varnes Island?"),
    ],
)
def test_what_may_take_more_than_one_place_takes_none(last: str, question: str) -> None:
    """A wrong question is worse than one with its topic behind it."""
    found = standalone(question, [Turn(question=last)])
    assert found is not None
    assert found.startswith(f"{question} (")


@pytest.mark.parametrize(
    ("last", "answer", "expected"),
    [
        ("Whom did Ada Lind marry?", "In 1908 Lind married Emil Holm.", "Emil Holm, marry"),
        ("Who was Lind's husband?", "It was Emil Holm.", "Emil Holm, husband"),
        ("Who is Ada Lind?", "Ada Lind led Radio Varnes.", "Ada Lind, Radio Varnes"),
        ("Who founded Holm Brothers?", "It was Emil, a smith.", "Emil, Holm Brothers, founded"),
    ],
)
def test_he_or_she_is_whom_the_answer_named(last: str, answer: str, expected: str) -> None:
    """The person who was asked about is another, unless it was asked who that is."""
    turn = Turn(question=last, answer=answer)
    assert standalone("When did he die?", [turn]) == f"When did he die? ({expected})"


def test_without_a_turn_before_nothing_is_added() -> None:
    """There is nothing to lean on."""
    assert standalone("Who owns it?", []) is None
