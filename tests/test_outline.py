"""What of the values goes into an answer: the short answer, and the sides that are heard."""

import pytest

from qa.conflicts import Comparison, compare
from qa.outline import short_answer, sides, unheard
from qa.types import Value
from tests.conflict_cases import LATER, THURSDAY
from tests.test_conflicts import support, told

NOTHING = Comparison((), "none")


def cited(_value: Value) -> tuple[int, ...]:
    """Stand for an answer whose first footnote holds every value."""
    return (1,)


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("How many people died?", "The strikes killed at least [100] people.", "at least 100"),
        ("How many people died?", "The strikes killed [100 people].", "100 people"),
        ("How much flour is in it?", "It has [250] g of flour.", "250 g"),
        ("Who spoke?", "It was [Ana Reis] who spoke.", "Ana Reis"),
        ("When was it seized?", "It was seized on [Wednesday].", "Wednesday [10 December 2025]"),
        (
            "When is it?",
            "It is red from 05:00 to 15:00 on [May 3].",
            "from 05:00 to 15:00 on May 3",
        ),
        ("When did it open?", "It opened at 9 a.m. on [May 3].", "9 a.m. on May 3"),
        (
            "When is the fair?",
            "It is on the last weekend of [August] each year.",
            "the last weekend of August",
        ),
        ("When was it built?", "It was built in early [1990].", "early 1990"),
        ("When does it start?", "The courses start in [May].", "May"),
        ("What is it called?", 'They call it ["Skipper], a tanker".', "Skipper"),
        ("What is it called?", "They call it [“Skipper”].", "“Skipper”"),
        ("Where is it?", "It lies off Varnes [(in the north].", "in the north"),
        (
            "How long does it take?",
            "It takes [an hour] and fifty minutes.",
            "an hour and fifty minutes",
        ),
        (
            "How long is it?",
            "It lasts [two hours], five minutes and a bit.",
            "two hours, five minutes",
        ),
        ("How long did it last?", "It took [three years] and a half.", "three years and a half"),
        ("How long did it last?", "It took [a week] and a quarter of the cash.", "a week"),
        ("How long did it last?", "It took [ten days] and two weeks of rest.", "ten days"),
        ("How long did it last?", "It took [an hour] and ten people came.", "an hour"),
        (
            "Where was it told?",
            "It was told [on Monday in the town of Varnes].",
            "in the town of Varnes",
        ),
        ("Where did it open?", "It opened [next door in Varnes].", "next door in Varnes"),
        (
            "Who paid?",
            "It was paid for by the [Reis Fund] and the Hall Trust.",
            "Reis Fund and the Hall Trust",
        ),
        ("Who led it?", "It was led by [Ana Reis] and Tom Hall left.", "Ana Reis"),
        ("Who led it?", "It was led by [Ana Reis] and others.", "Ana Reis"),
    ],
)
def test_the_short_answer_keeps_what_belongs_to_it(
    question: str, sentence: str, expected: str
) -> None:
    """A bound and a date come along, half a pair of quotation marks does not."""
    value = told(sentence, date=THURSDAY)
    assert short_answer(question, [value], NOTHING, cited) == expected


@pytest.mark.parametrize(
    ("question", "sentence", "shown"),
    [
        ("How much does it weigh?", "It has a [weight with battery] of 2 kg.", None),
        ("How much does it weigh?", "It weighs [2 kg] with its battery.", "2 kg"),
        ("How much does it cost?", "It is [free] for members.", "free"),
        ("How high is it?", "The bridge is number [14].", None),
        ("How many came?", "They met at Gate [4].", None),
        ("How many came?", "At the gate [4] came.", "4"),
        ("Where did the club meet?", "The club met at [seven] in the hall.", None),
        ("Where did the club meet?", "The club met in [Room 2] at seven.", "Room 2"),
        ("Who opened the hall?", "The hall was opened [in 1987] by Ana.", None),
        ("When was Ana born?", "Ana was born in [Varnes].", None),
        ("When was Ana born?", "Ana was born in Varnes [after the war].", "after the war"),
        ("When is it open on Sunday?", "[Sunday]: 9:00 to 18:00", None),
        ("When is it open on Sunday?", "Sunday: [9:00 to 18:00]", "9:00 to 18:00"),
        ("When was the walk of Sunday?", "The walk of Sunday was put off to [Monday].", "Monday"),
        ("When is it open?", "[Sunday]: 9:00 to 18:00", "Sunday"),
        ("How long is it?", "It rises at an altitude of [340 metres].", None),
        ("How high does it rise?", "It rises at an altitude of [340 metres].", "340 metres"),
        ("How tall is it?", "It is [264 metres] long.", None),
        ("How long is it?", "It is [264 metres] long.", "264 metres"),
        ("How old is Ana?", "Ana led the choir for [31 years].", None),
        ("How old is Ana?", "Ana is [31 years] old.", "31 years"),
        ("Who opened the hall?", "The hall was opened by [Pope John 23].", "Pope John 23"),
    ],
)
def test_a_value_of_another_kind_is_no_short_answer(
    question: str, sentence: str, shown: str | None
) -> None:
    """No number where one is asked for, or nothing but a number where a name is."""
    assert short_answer(question, [told(sentence)], NOTHING, cited) == shown


def test_what_no_footnote_holds_or_is_not_sure_is_no_short_answer() -> None:
    """An uncited or improbable value is no short answer, nor is half a paragraph, or "not"."""
    value = told("It was [Ana Reis] who spoke.")
    assert short_answer("Who spoke?", [value], NOTHING, lambda _: ()) is None
    unsure = told("It was [Ana Reis] who spoke.", score=0.01)
    assert short_answer("Who spoke?", [unsure], NOTHING, cited) is None
    bare = told("Interns are [not] covered.")
    assert short_answer("Are interns covered?", [bare], NOTHING, cited) is None
    long = told(f"It was [{'the man who spoke ' * 20}].")
    assert short_answer("Who spoke?", [long], NOTHING, cited) is None


@pytest.mark.parametrize(
    ("sentence", "score", "expected"),
    [
        ("Allied are [Nicaragua and Cuba].", 0.3, "Nicaragua and Cuba"),
        ("Allied are [Chile, Peru].", 0.3, "Chile, Peru"),
        ("Allied is [Nicaragua].", 0.3, None),
        ("Allied is [Nicaragua].", 0.4, "Nicaragua"),
    ],
)
def test_where_several_may_be_wanted_one_must_be_surer(
    sentence: str, score: float, expected: str | None
) -> None:
    """'Which countries' is answered in few words by a value that names several, or a sure one."""
    value = told(sentence, score=score)
    assert (
        short_answer("Which countries remain closely aligned?", [value], NOTHING, cited) == expected
    )


def test_a_disagreement_has_no_short_answer_and_a_development_its_latest() -> None:
    """Two days of one event are both heard; of two tolls the later one leads."""
    question = "On which day was the tanker seized?"
    days = [
        told("The tanker was seized on [Wednesday].", "a.txt", THURSDAY),
        told("The tanker was seized on [Tuesday].", "b.txt", THURSDAY),
    ]
    disagreement = compare(question, days, support)
    assert disagreement.relation == "conflict"
    assert short_answer(question, days, disagreement, cited) is None
    assert len(sides(disagreement)) == 2
    assert len(unheard(disagreement, lambda _: ())) == 2
    assert unheard(disagreement, cited) == ()
    question = "How many people have been killed in the strikes?"
    tolls = [
        told("The strikes on boats have resulted in [87 deaths].", "a.txt", THURSDAY),
        told("The strikes on boats have killed [at least 100 people].", "b.txt", LATER),
    ]
    development = compare(question, tolls, support)
    assert development.relation == "development"
    assert short_answer(question, tolls, development, cited) == "at least 100 people"
    assert short_answer(question, tolls, development, lambda _: ()) is None
    assert len(sides(development)) == 2


@pytest.mark.parametrize(
    ("question", "sentence", "shown"),
    [
        ("When did Okonjo divorce?", "They separated in [1980] but never divorced.", None),
        ("When did Okonjo not divorce?", "They separated in [1980] but never divorced.", "1980"),
        ("When did they separate?", "They separated in [1980] but never divorced.", "1980"),
        ("Did Okonjo divorce?", "They separated in 1980, but [never divorced].", "never divorced"),
        ("When did Rose visit Varnes?", "Rose came [in 1980], when no river rose.", "in 1980"),
        (
            "When did they divorce?",
            f"They divorced in [1980], {'after many years, ' * 5}and nobody else ever divorced.",
            "1980",
        ),
        ("Who is buying Tamsin Cells?", "The deal makes [Tamsin Cells] larger.", None),
        ("Is the ferry late?", "Today [the ferry is late] again.", "the ferry is late"),
        ("Is it the Brumm or the Dustin?", "The better one is the [Dustin].", "Dustin"),
        ("How much does the robot weigh?", "The robot costs [€649] in shops.", None),
        ("How much does the robot cost?", "The robot costs [€649] in shops.", "€649"),
        ("What was the margin in 2022?", "It was [9.8%], down from 12.1% in 2022.", "12.1%"),
        ("What was the margin in 2023?", "It was [9.8%], down from 12.1% in 2022.", "9.8%"),
        ("What was the margin in 2022?", "It was [12.1%] in 2022 and 9.8% in 2023.", "12.1%"),
        ("And in Q3 2022, how much?", "[8%], after 9% in the third quarter of 2022.", "9%"),
        ("And in Q2 2022, how much?", "[8%], after 9% in the third quarter of 2022.", "8%"),
        ("Is the barn for sale?", "[The barn] is not for sale.", None),
        ("Is the barn for sale?", "The barn is [not for sale].", "not for sale"),
        ("Did it have sprinklers?", "[It had no] sprinklers.", None),
        ("Which seats are recalled?", "The firm recalls [48,000] seats.", None),
        ("How many seats are recalled?", "The firm recalls [48,000] seats.", "48,000"),
        ("What is it called?", "It is called [*The Slack Hour*] there.", "The Slack Hour"),
    ],
)
def test_a_value_that_echoes_or_is_denied_is_no_short_answer(
    question: str, sentence: str, shown: str | None
) -> None:
    """Nor is one in another measure; marks are not shown."""
    assert short_answer(question, [told(sentence)], NOTHING, cited) == shown


def test_the_next_value_may_be_the_short_answer() -> None:
    """Where the best cannot be one."""
    values = [
        told("The club met at [seven] in the hall."),
        told("The club met in the [town hall] at seven.", score=0.5),
    ]
    assert short_answer("Where did the club meet?", values, NOTHING, cited) == "town hall"


def test_all_of_a_list_and_a_reason_have_no_short_answer() -> None:
    """One item is not all that is asked for, and a reason takes a sentence."""
    question = "What are the ingredients?"
    item = told("- [250 g flour, sugar]", around="\n- 2 eggs\n- milk")
    assert short_answer(question, [item], NOTHING, cited) is None
    alone = told("It has [250 g flour, sugar].")
    assert short_answer(question, [alone], NOTHING, cited) == "250 g flour, sugar"
    late = told("The ferry was late because of [a storm].")
    assert short_answer("Why was the ferry late?", [late], NOTHING, cited) is None


def test_the_short_answer_is_that_of_the_column_that_is_asked_for() -> None:
    """Where another cell of the row was read."""
    row = told("Feature: Price; HX-200: [$149.00]; HX-200 Pro: $199.00.")
    assert short_answer("What does the HX-200 Pro cost?", [row], NOTHING, cited) == "$199.00"
