"""Where articles disagree, where the later one only knows more, and where neither is the case."""

import datetime as dt
from collections.abc import Sequence
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.conflicts import TAKES_PART, Comparison, Group, compare, settle
from qa.facts import mismatches
from qa.types import Passage, Quote, Value
from tests.conflict_cases import (
    AGREEMENTS,
    CONFLICTS,
    DEVELOPMENTS,
    LATER,
    NO_DISAGREEMENTS,
    THURSDAY,
    Told,
    day,
)


def support(claim: str, quote: str) -> float:
    """Stand for a model that knows whether a sentence has the facts of a value, and no more."""
    value = claim.rsplit("? ", 1)[-1]
    return 0.1 if mismatches(value, quote) else 0.9


def undecided(_claim: str, _quote: str) -> float:
    """Stand for a model that sees no difference between the values."""
    return 0.5


def told(
    sentence: str,
    article: str = "a",
    date: dt.date | None = None,
    *,
    score: float = 0.9,
    around: str = "",
    title: str = "",
) -> Value:
    """Return the value that stands in brackets in `sentence`, as a passage of an article has it."""
    start, end = sentence.index("["), sentence.index("]") - 1
    plain = sentence.replace("[", "").replace("]", "")
    text = f"{plain} {around}".strip()
    passage = Passage(
        id=f"{article}-0",
        article_id=article,
        title=title,
        date=date,
        text=text,
        start=50,
        end=50 + len(text),
    )
    return Value(
        quote=Quote(passage=passage, start=50 + start, end=50 + end),
        sentence=Quote(passage=passage, start=50, end=50 + len(plain)),
        score=score,
    )


def relation(question: str, *articles: Told) -> Comparison:
    """Compare what two or more articles tell; an article is its sentence and its date."""
    values = []
    for n, article in enumerate(articles):
        sentence, date = (article, None) if isinstance(article, str) else article
        values.append(told(sentence, f"{n}.txt", date))
    return compare(question, values, support)


def labels(comparison: Comparison) -> list[str]:
    """Return what the groups are shown as."""
    return [group.label for group in comparison.groups]


@pytest.mark.parametrize(("question", "one", "other"), CONFLICTS)
def test_values_that_cannot_both_be_right_are_a_conflict(
    question: str, one: Told, other: Told
) -> None:
    """Two days, places, figures or names of one thing, in two articles, are a conflict."""
    found = relation(question, one, other)
    assert (found.relation, len(found.groups)) == ("conflict", 2)


def test_undated_tolls_are_a_development() -> None:
    """What only grows was less before, whichever of two undated articles was first."""
    found = relation(
        "How many people have been killed in the strikes?",
        "The strikes on boats have resulted in [87 deaths].",
        "The strikes on boats have killed [at least 100 people].",
    )
    assert (found.relation, len(found.groups)) == ("development", 2)


@pytest.mark.parametrize(("question", "early", "late"), DEVELOPMENTS)
def test_a_later_article_may_know_more(question: str, early: Told, late: Told) -> None:
    """What moves with time, told on two dates, is a development, whichever is read first."""
    for order in ((early, late), (late, early)):
        found = relation(question, *order)
        assert (found.relation, len(found.groups)) == ("development", 2)
        assert found.groups[0].date == early[1]


@pytest.mark.parametrize(("question", "one", "other"), AGREEMENTS)
def test_one_meaning_in_other_words_is_agreement(question: str, one: Told, other: Told) -> None:
    """Other spellings, and vaguer or more precise versions, of a value are one group."""
    found = relation(question, one, other)
    assert (found.relation, len(found.groups)) == ("agreement", 1)


@pytest.mark.parametrize(("question", "one", "other"), NO_DISAGREEMENTS)
def test_what_only_looks_like_a_disagreement_is_none(question: str, one: Told, other: Told) -> None:
    """Other events and quantities, and values that can both be right, are never reported."""
    found = relation(question, one, other)
    assert found.relation == "none", labels(found)
    assert settle(found, lambda _value: (1,)) == ()


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        (
            "The hall in Varnes closes at [18:00].",
            "The hall in Varnes closes at [19:00].",
            "conflict",
        ),
        (
            "The hall in Varnes closes at [6 p.m.].",
            "The hall in Varnes closes at [18:00].",
            "agreement",
        ),
        (
            "The hall in Varnes closes at about [18:00].",
            "The hall in Varnes closes at [18:30].",
            "none",
        ),
        (
            "The hall in Varnes closes at [18:00] on Mondays.",
            "The hall in Varnes closes at [13:00] on Sundays.",
            "none",
        ),
    ],
)
def test_hours_at_which_something_is_are_compared(one: str, other: str, relation: str) -> None:
    """To the minute, those of the same days, and only those that are told as they are."""
    question = "When does the hall in Varnes close?"
    values = [told(one, article="a"), told(other, article="b")]
    assert compare(question, values, support).relation == relation


@pytest.mark.parametrize(("day", "relation"), [("", "none"), ("3 May 2031 at ", "agreement")])
def test_hours_of_what_is_past_are_not_compared(day: str, relation: str) -> None:
    """They are seldom told to the minute: neither article need be wrong."""
    values = [
        told(f"The hall in Varnes closed {'on' if day else 'at'} [{day}{hour}].", article=article)
        for article, hour in (("a", "18:00"), ("b", "18:30"))
    ]
    assert compare("When did the hall in Varnes close?", values, support).relation == relation


def test_a_later_article_may_tell_another_hour() -> None:
    """A programme is changed now and then."""
    values = [
        told("The concert in Varnes begins at [19:30].", article="a", date=THURSDAY),
        told("The concert in Varnes begins at [20:00].", article="b", date=LATER),
    ]
    found = compare("When does the concert in Varnes begin?", values, support)
    assert found.relation == "development"
    assert [group.label for group in found.groups] == ["19:30", "20:00"]


_QUESTION = "When was the tanker seized?"
_TUESDAY = "The tanker was seized on [Tuesday]."
_WEDNESDAY = "The tanker was seized on [Wednesday]."


def test_groups_are_ordered_by_date_and_show_which_day_is_meant() -> None:
    """The oldest article comes first, one without a date last; a weekday has its date behind it."""
    values = [
        told(_TUESDAY, "undated.txt", score=0.9),
        told(_WEDNESDAY, "late.txt", LATER.replace(day=12), score=0.8),
        told("The tanker was seized on [Monday].", "early.txt", THURSDAY, score=0.7),
    ]
    found = compare(_QUESTION, values, support)
    assert found.relation == "conflict"
    assert labels(found) == ["Monday [8 December 2025]", "Wednesday [10 December 2025]", "Tuesday"]
    assert [group.date for group in found.groups] == [THURSDAY, day("2025-12-12"), None]


def test_a_group_holds_all_who_say_so_best_first() -> None:
    """A group has every article of its meaning; its date is the earliest, its label the best's."""
    values = [
        told("The tanker was seized on [10 December].", "b.txt", LATER, score=0.6),
        told(_WEDNESDAY, "a.txt", THURSDAY, score=0.9),
        told(_TUESDAY, "c.txt", THURSDAY, score=0.8),
    ]
    (tuesday, wednesday) = sorted(
        compare(_QUESTION, values, support).groups, key=lambda group: group.label
    )
    assert tuesday.values == (values[2],)
    assert wednesday.values == (values[1], values[0])
    assert wednesday.date == THURSDAY
    assert wednesday.label == "Wednesday [10 December 2025]"


def test_a_label_keeps_what_bounds_a_number_and_what_dates_a_day() -> None:
    """Where the reader took `100`, "at least 100" is shown; nothing that is stated is lost."""
    found = relation(
        "How many people have been killed in the strikes?",
        ("The strikes have killed [87 people].", THURSDAY),
        ("The strikes have killed at least [100] people.", LATER),
    )
    assert labels(found) == ["87 people", "at least 100"]
    found = relation(
        _QUESTION,
        ("The tanker was seized on [Wednesday], December 3.", THURSDAY),
        ("The tanker was seized on December [4].", THURSDAY),
    )
    assert labels(found)[1] == "Wednesday, December 3"


def test_of_what_only_grows_the_lesser_count_is_the_older() -> None:
    """A toll whose articles have no dates is a development, ordered by the count."""
    found = relation(
        "How many people have been killed in the strikes?",
        "The strikes on boats have killed [at least 100 people].",
        "The strikes on boats have resulted in [87 deaths].",
    )
    assert (found.relation, labels(found)) == ("development", ["87 deaths", "at least 100 people"])


def test_an_article_is_not_set_against_itself() -> None:
    """Of one article the best value counts, and what it says twice is no disagreement."""
    values = [told(_TUESDAY, "a.txt", score=0.9), told(_WEDNESDAY, "a.txt", score=0.8)]
    assert compare(_QUESTION, values, support).relation == "none"


def test_an_article_that_gives_both_values_does_not_oppose_either() -> None:
    """Where an article has the other's value too, the two are not in conflict."""
    values = [
        told(_TUESDAY, "a.txt", score=0.9),
        told(_WEDNESDAY, "b.txt", score=0.8),
        told(_TUESDAY, "b.txt", score=0.7),
    ]
    assert compare(_QUESTION, values, support).relation == "none"


def test_an_improbable_value_takes_no_part() -> None:
    """A value far less probable than the best is not compared; at the threshold it is."""
    best = told(_TUESDAY, "a.txt", score=0.9)
    for share, expected in ((TAKES_PART + 0.01, "conflict"), (TAKES_PART - 0.01, "none")):
        other = told(_WEDNESDAY, "b.txt", score=0.9 * share)
        assert compare(_QUESTION, [best, other], support).relation == expected


def test_the_model_can_refuse_a_disagreement() -> None:
    """Where a sentence supports the other's value as well as its own, nothing is reported."""
    values = [told(_TUESDAY, "a.txt"), told(_WEDNESDAY, "b.txt")]
    assert compare(_QUESTION, values, undecided).relation == "none"
    assert compare(_QUESTION, values, lambda _claim, _quote: 0.0).relation == "none"


def test_a_question_that_offers_two_answers_asks_for_one() -> None:
    """What names both sides at once answers something else; the sides are still compared."""
    question = "Did the seizure take place in the Pacific or in the Caribbean?"
    values = [
        told("Boats were hit in [the Pacific and the Caribbean].", "a.txt", score=0.9),
        told("The seizure of the tanker took place in [the Pacific].", "a.txt", score=0.3),
        told("The seizure of the tanker took place in [the Caribbean].", "b.txt", score=0.2),
    ]
    assert compare(question, values, support).relation == "conflict"


def test_an_article_is_heard_with_a_value_of_the_kind_asked_for() -> None:
    """A number answers "how many", though the reader gives the same article's noun more."""
    values = [
        told("The strikes on boats have resulted in [87 deaths].", "a.txt", score=0.27),
        told("The strikes on boats have killed [at least 100 people].", "b.txt", score=0.07),
        told("They spoke of [airstrikes] on boats.", "b.txt", score=0.08),
    ]
    found = compare("How many people have been killed in the strikes?", values, support)
    assert labels(found) == ["87 deaths", "at least 100 people"]


def test_an_improbable_value_does_not_disturb_agreement() -> None:
    """Where two articles agree, a value that nobody believes is not shown beside theirs."""
    values = [
        told(_TUESDAY, "a.txt", score=0.9),
        told(_TUESDAY, "b.txt", score=0.5),
        told("Nobody knows [why] it was seized.", "c.txt", score=0.2),
    ]
    found = compare(_QUESTION, values, support)
    assert (found.relation, len(found.groups)) == ("agreement", 1)


def test_half_a_sentence_is_shown_by_what_tells() -> None:
    """Of a value as long as a statement only the date, the number or the name is the label."""
    found = relation(
        _QUESTION,
        ("[On Wednesday the Navy boarded the tanker and seized it].", THURSDAY),
        ("The Navy seized the tanker on [Tuesday].", THURSDAY),
    )
    assert labels(found) == ["Tuesday [9 December 2025]", "Wednesday [10 December 2025]"]
    found = relation(
        "How many people died in the fire?",
        ("[More than 40 people died when the fire spread to the roof].", THURSDAY),
        ("The fire killed [61 people].", LATER),
    )
    assert labels(found) == ["More than 40 people", "61 people"]


def test_one_story_may_disagree_on_two_points() -> None:
    """Articles full of the same names may differ in day and sea at once; strangers may not."""
    story = "Putin and Maduro spoke, the Kremlin said, while Trump warned Caracas and Havana."
    one, other = "seized in the Pacific on [Wednesday].", "seized in the Caribbean on [Tuesday]."
    for around, expected in ((story, "conflict"), ("", "none")):
        values = [
            told(f"The oil tanker was {one}", "a.txt", around=around),
            told(f"The oil tanker was {other}", "b.txt", around=around),
        ]
        assert compare(_QUESTION, values, support).relation == expected


def test_three_articles_can_disagree() -> None:
    """Every group of a conflict stands against every other; a vaguer value joins one of them."""
    found = relation(
        "When was the football club founded?",
        "The football club was founded in [1904].",
        "The football club was founded in [1908].",
        "The football club was founded in [the 1900s].",
        "The football club was founded in [1911].",
    )
    assert (found.relation, labels(found)) == ("conflict", ["1904", "1908", "1911"])


def test_nothing_and_one_value_are_no_disagreement() -> None:
    """Without values there are no groups, and one article agrees with nobody."""
    assert compare(_QUESTION, [], support) == Comparison((), "none")
    assert compare(_QUESTION, [told(_TUESDAY)], support).relation == "none"


_DAYS = st.sampled_from(["Monday", "Tuesday", "Wednesday", "11 December", "December", "yesterday"])
_FIGURES = st.sampled_from(["87", "at least 100", "100", "nearly 90", "dozens of", "1,200", "two"])
_WHEN = st.sampled_from([None, THURSDAY, day("2025-12-12"), LATER])


@settings(deadline=None)  # the first analysis loads the stemmer
@given(st.lists(st.tuples(_DAYS, _WHEN), max_size=4))
def test_the_order_of_the_values_does_not_matter(rows: list[tuple[str, dt.date | None]]) -> None:
    """However the values are handed in, the comparison is the same."""
    values = [
        told(f"The tanker was seized on [{words}].", f"{n}.txt", date, score=0.9 - n / 50)
        for n, (words, date) in enumerate(rows)
    ]
    first = compare(_QUESTION, values, support)
    for order in list(permutations(values))[:6]:
        assert compare(_QUESTION, order, support) == first


@settings(deadline=None)  # the first analysis loads the stemmer
@given(_FIGURES, _WHEN, st.integers(min_value=2, max_value=4))
def test_a_value_never_disagrees_with_itself(words: str, date: dt.date | None, n: int) -> None:
    """Any number of articles of one day that say the same agree."""
    sentence = f"The strikes have killed [{words}] people."
    values = [told(sentence, f"{i}.txt", date) for i in range(n)]
    found = compare("How many people have the strikes killed?", values, support)
    assert (found.relation, len(found.groups)) == ("agreement", 1)


_ASKED = st.sampled_from(
    [
        "When was it?",
        "How many were killed?",
        "Where was it?",
        "Who is the mayor?",
        "What is it called?",
        "Was it in May or in June?",
    ]
)


@settings(deadline=None)  # the first analysis loads the stemmer
@given(_ASKED, st.lists(st.tuples(st.text(max_size=30), _WHEN), max_size=3))
def test_any_values_can_be_compared(
    question: str, rows: Sequence[tuple[str, dt.date | None]]
) -> None:
    """No text makes the comparison fail, and a disagreement has two sides at least."""
    texts = [(words.replace("[", "").replace("]", "") or "x", date) for words, date in rows]
    values = [
        told(f"In Varnes [{words}] was seen on Monday.", f"{n}.txt", date)
        for n, (words, date) in enumerate(texts)
    ]
    found = compare(question, values, support)
    assert len(found.groups) > 1 or found.relation in {"none", "agreement"}


def _cited(number: int) -> tuple[int, ...]:
    return (number,)


def test_a_disagreement_is_settled_into_positions() -> None:
    """Each group becomes a position with its citations and date, the oldest first."""
    found = relation(
        "How many people have been killed in the strikes?",
        ("The strikes have killed [at least 100 people].", LATER),
        ("The strikes have killed [87 people].", THURSDAY),
    )
    ids = {"0.txt": (3, 1), "1.txt": (2,)}
    (conflict,) = settle(found, lambda value: ids[value.quote.passage.article_id])
    assert conflict.kind == "development"
    assert [(p.value, p.citations, p.date) for p in conflict.positions] == [
        ("87 people", (2,), THURSDAY),
        ("at least 100 people", (1, 3), LATER),
    ]


def test_a_position_that_nothing_cites_is_left_out() -> None:
    """One position alone is no conflict, and agreement is none."""
    found = relation(_QUESTION, (_TUESDAY, THURSDAY), (_WEDNESDAY, THURSDAY))
    assert found.relation == "conflict"
    assert settle(found, lambda value: _cited(1) if "Tues" in value.quote.text else ()) == ()
    assert settle(Comparison(found.groups, "agreement"), lambda _value: _cited(1)) == ()
    assert settle(Comparison((), "conflict"), lambda _value: _cited(1)) == ()


def test_groups_are_frozen() -> None:
    """What was found cannot be changed afterwards."""
    with pytest.raises(AttributeError):
        Group("x", (), None).label = "y"  # type: ignore[misc]


@pytest.mark.parametrize(
    "sentence",
    [
        "The mayor denied it and said that the bridge was built in [1916].",
        "The mayor rejected what was told but the bridge was built in [1916].",
        "The mayor denied the claim, adding that the bridge was built in [1916].",
        "The mayor denied the claim, saying the bridge was built in [1916].",
        "The mayor denied the claim; instead the bridge was built in [1916].",
        "The mayor denied the claim that instead gives the bridge as built in [1916].",
    ],
)
def test_whoever_denies_a_thing_may_state_another(sentence: str) -> None:
    """What stands behind "and said" is told as right."""
    question = "When was the bridge built?"
    one = told("The bridge was built in [1921].", "a.txt", THURSDAY)
    other = told(sentence, "b.txt", LATER)
    assert compare(question, [one, other], support).relation == "conflict"


@pytest.mark.parametrize(
    "sentence",
    [
        "The inspector contradicted the mayor, who had said the bridge was built in [1921].",
        "The mayor denied the report that the bridge was built in [1921].",
        "The town disputes the claim that the bridge was built in [1921].",
        "The town rejected reports that the bridge was built in [1921].",
        "The archive refutes the statement that the bridge was built in [1921].",
        "The town was wrong to announce that the bridge was built in [1921].",
        "The press incorrectly reported that the bridge was built in [1921].",
        "The press falsely claimed that the bridge was built in [1921].",
        "Contrary to the account by which the bridge was built in [1921], it is older.",
        "The bridge was initially said to have been built in [1921].",
        "The bridge, at first reported as built in [1921], is older.",
        "The bridge had originally been stated to be built in [1921].",
        "The bridge was originally estimated to be built in [1921].",
    ],
)
def test_what_an_article_holds_to_be_wrong_stands_against_nothing(sentence: str) -> None:
    """Whatever the words by which it denies what others said, or what was said first."""
    question = "When was the bridge built?"
    right = told("The bridge was built in [1916].", "a.txt", THURSDAY)
    denied = told(sentence, "b.txt", LATER)
    assert compare(question, [right, denied], support).relation == "none"
    plain = told("The bridge was built in [1921].", "b.txt", LATER)
    assert compare(question, [right, plain], support).relation == "conflict"


def test_what_an_article_contradicts_is_not_its_own_value() -> None:
    """It reports the other's figure, and stands against it."""
    question = "When was the bridge built?"
    mayor = told("The bridge was built in [1921], the mayor said.", "a.txt", THURSDAY)
    text = "The inspector contradicted the mayor, who had said the bridge was built in [1921]."
    repeated = told(text, "b.txt", LATER, score=0.8)
    own = told("The bridge was built in [1916].", "b.txt", LATER, score=0.6)
    found = compare(question, [mayor, repeated, own], support)
    assert found.relation == "conflict"
    assert {group.label for group in found.groups} == {"1921", "1916"}
    assert compare(question, [mayor, repeated], support).relation == "none"
