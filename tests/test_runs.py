"""Which sentences are held against a claim together, and which are not."""

import datetime as dt

import pytest

from qa.anchors import refers
from qa.quoting import Written, locate
from qa.types import Passage
from qa.verify import Verified


def sure(_claim: str, _quote: str) -> float:
    """Stand for a model that believes everything: only the choice and the gates can refuse."""
    return 1.0


def passage(text: str, title: str = "Report", name: str = "a") -> Passage:
    """Make a passage that is an article of its own."""
    return Passage(
        id=name, article_id=name, title=title, date=dt.date(2025, 12, 11), text=text, start=0,
        end=len(text),
    )  # fmt: skip


def found(claim: str, *cited: Passage, others: tuple[Passage, ...] = ()) -> Verified:
    """Look for the quote of a claim with a model that believes everything."""
    return locate(Written(claim, cited, others), sure)


def quotes(verified: Verified) -> list[str]:
    """Return what is quoted."""
    return [quote.text for quote in verified.quotes]


REIS = passage(
    "Ana Reis, the mayor of Vell, spoke on the quay. She praised the fishermen. "
    "“No boat will be sold,” she declared. Otto Brandt, a banker, left early. "
    "He called the plan a folly."
)


def test_whom_a_pronoun_means_is_quoted_with_it() -> None:
    """The sentence that names the speaker becomes a second quote; what lies between does not."""
    verified = found("Ana Reis declared that no boat would be sold.", REIS)
    assert verified.verdict == "supported"
    assert quotes(verified) == [
        "Ana Reis, the mayor of Vell, spoke on the quay.",
        "“No boat will be sold,” she declared.",
    ]


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("Ana Reis called the plan a folly.", "folly"),
        ("Otto Brandt declared that no boat would be sold.", "sold"),
        ("Vell Harbour called the plan a folly.", "folly"),
    ],
)
def test_a_name_that_others_come_after_is_not_meant(claim: str, said: str) -> None:
    """A pronoun means whoever was named last before it, not any name of the article."""
    written = Written(claim, (REIS,), ())
    assert locate(written, lambda _, quote: float(said in quote)).verdict != "supported"


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        (
            "Otto Brandt boasted of the largest fleet in the north. Ana Reis smiled.",
            "Ana Reis boasted of the largest fleet in the north.",
        ),
        (
            "Ana Reis smiled. Otto Brandt boasted of the largest fleet in the north.",
            "Ana Reis boasted of the largest fleet in the north.",
        ),
    ],
)
def test_a_neighbour_lends_no_name(text: str, claim: str) -> None:
    """A sentence that says by itself whom it speaks of is not completed by the one beside it."""
    assert found(claim, passage(text)).verdict != "supported"


def test_the_title_names_what_the_article_is_about() -> None:
    """Where no sentence does, the article's title may say who "he" is; nobody else is taken."""
    text = passage("He was born in Natal in 1902. He moved to Lagos as a boy.", title="Otto Brandt")
    verified = found("Otto Brandt was born in Natal in 1902.", text)
    assert quotes(verified) == ["He was born in Natal in 1902."]
    assert found("Karl Brandt was born in Natal in 1902.", text).verdict != "supported"


def test_an_article_is_about_its_title() -> None:
    """Where the title is a name alone, sentences need not repeat it; a headline gives no names."""
    text = "Players were made in Natal until 2001. Discs were cheap."
    claim = "LaserDisc players were made in Natal until 2001."
    assert found(claim, passage(text, title="LaserDisc")).verdict == "supported"
    headline = passage(text, title="LaserDisc beats the tape in Lagos")
    assert found(claim, headline).verdict != "supported"


def test_whom_a_pronoun_means_may_stand_in_the_passage_before() -> None:
    """Passages overlap: where one begins with "She", the one before it tells who that is."""
    text = "Ana Reis came to Natal. She bought a boat. She sold it in Lagos in May."
    whole = passage(text)
    cut = text.index("She bought")
    end = text.index("She sold")
    before = whole.model_copy(update={"id": "1", "text": text[:end], "end": end})
    after = whole.model_copy(update={"id": "2", "text": text[cut:], "start": cut})
    verified = found("Ana Reis sold the boat in Lagos in May.", after, others=(before,))
    assert quotes(verified) == ["Ana Reis came to Natal.", "She sold it in Lagos in May."]
    far = before.model_copy(update={"text": text[: cut - 5], "end": cut - 5})
    apart = found("Ana Reis sold the boat in Lagos in May.", after, others=(far,))
    assert apart.verdict != "supported"


def test_two_names_may_stand_in_two_earlier_sentences() -> None:
    """Each sentence back to the one that names its subject may name a part; all are one quote."""
    text = passage(
        "Otto Brandt served on the Skua. He fought in the battle of Lagos. "
        "He did not sail again, because he was ill."
    )
    verified = found("After Lagos, Otto Brandt did not sail again.", text)
    assert quotes(verified) == [text.text]


def test_the_title_is_not_asked_where_the_text_names_another() -> None:
    """Under "Otto Brandt" too, "she" is the woman who was named last."""
    text = passage("Ana Reis grew up there. She sold her boat in Lagos.", title="Otto Brandt")
    assert found("Otto Brandt sold a boat in Lagos.", text).verdict != "supported"


def test_facts_of_one_passage_may_be_joined_across_other_sentences() -> None:
    """A claim that draws on two places of a passage quotes both, in the order of the text."""
    text = passage(
        "The ferry Skua carries 300 passengers. It rained all week. The harbour has two piers. "
        "Repairs to the ferry Skua cost 40,000 crowns last winter."
    )
    verified = found(
        "The ferry Skua carries 300 passengers and its repairs cost 40,000 crowns.", text
    )
    assert quotes(verified) == [
        "The ferry Skua carries 300 passengers.",
        "Repairs to the ferry Skua cost 40,000 crowns last winter.",
    ]


def test_a_distant_likeness_does_not_stand_in_for_the_sentence_that_denies_it() -> None:
    """Where one sentence has most of a claim, others with a word or two are not evidence for it."""
    near = passage("The owner has not given a name for the captured ferry.")
    far = passage("The owner of the harbour inn has given a dinner.", name="b")
    claim = "The owner has given a name for the captured ferry."
    assert found(claim, near, others=(far,)).verdict == "contradicted"


@pytest.mark.parametrize(
    ("sentence", "open_end"),
    [
        ("She signed it.", True),
        ("“We sail,” he said.", True),
        ("In 1912, after her father died, Ana Reis moved.", True),
        ("The agreement took effect in May.", True),
        ("According to Ana Reis, the two governments agreed.", True),
        ("Ana Reis said that she would sail.", False),
        ("Boats left Natal in May.", False),
    ],
)
def test_a_reference_is_open_where_nothing_before_it_is_named(
    sentence: str,
    open_end: bool,  # noqa: FBT001 -- a column
) -> None:
    """A pronoun after a name means that name; before it, or without one, somebody else."""
    assert refers(sentence) is open_end
