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


def test_without_a_turn_before_nothing_is_added() -> None:
    """There is nothing to lean on."""
    assert standalone("Who owns it?", []) is None
