"""Which claims a quote supports, and what happens to a draft."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.facts import mismatches
from qa.sentences import sentences
from qa.types import Draft, Passage, Quote
from qa.verify import SUPPORTED, check, verify

_SEEDS = Path(__file__).parent.parent / "seeds"
_SHIPS = (
    "The two frigates, carrying approximately 4,500 sailors, including 2,000 cadets, left Lisbon "
    "for Brazil on Dec 11, 2025."
)


def sure(_claim: str, _quote: str) -> float:
    """Stand for a model that believes everything: only the gates can refuse."""
    return 1.0


def never(_claim: str, _quote: str) -> float:
    """Stand for a model that believes nothing."""
    return 0.0


def _quote(text: str, words: str, date: dt.date | None = None) -> Quote:
    """Quote `words` out of a passage whose text is `text`."""
    passage = Passage(
        id="p", article_id="a", title="t", date=date, text=text, start=100, end=100 + len(text)
    )
    start = 100 + text.index(words)
    return Quote(passage=passage, start=start, end=start + len(words))


@pytest.mark.parametrize(
    "claim",
    [
        "Two frigates left Lisbon for Brazil on 11 December 2025.",
        "About 4500 sailors, two thousand cadets among them, left Lisbon.",
        "More than 4,000 sailors left for Brazil.",
        "The Brazilian voyage began in Lisbon in December.",
    ],
)
def test_a_paraphrase_passes_the_gates(claim: str) -> None:
    """Other spellings of the same facts are left to the model, whose word then counts."""
    assert check(claim, _SHIPS, sure).verdict == "supported"
    refused = check(claim, _SHIPS, never)
    assert (refused.verdict, refused.score) == ("unsupported", 0.0)
    assert refused.reason


@pytest.mark.parametrize(
    ("claim", "quote", "verdict", "word"),
    [
        ("Some 4,600 sailors left Lisbon.", _SHIPS, "contradicted", "4,600"),
        ("2,000 sailors left, including 4,500 cadets.", _SHIPS, "contradicted", "4,500"),
        ("The frigates left on 12 December.", _SHIPS, "contradicted", "12 December"),
        ("The frigates left on a Monday.", _SHIPS, "unsupported", "Monday"),
        ("The frigates left Porto for Brazil.", _SHIPS, "contradicted", "Porto"),
        ("Admiral Costa led the cadets.", _SHIPS, "unsupported", "Costa"),
        ("The frigates did not leave Lisbon.", _SHIPS, "contradicted", "not"),
        ("It is 5 miles long.", "It is 5 km long.", "contradicted", "unit"),
        ("It cost €5 million.", "It cost $5m.", "contradicted", "unit"),
        ("Fewer than 100 died.", "More than 100 died.", "contradicted", "100"),
        ("The plan was approved.", "The plan was not approved.", "contradicted", "not"),
        ("Ana would rule it out.", "Ana would not rule it out.", "contradicted", "not"),
        ("Peru thanked Chile.", "Chile thanked Peru.", "contradicted", "other way"),
        ("Apple was bought by Beats.", "Apple bought Beats.", "contradicted", "other way"),
        (
            "Ana sailed to Lagos in spring, Rui sailed to Lagos in autumn.",
            "Ana sailed to Natal in spring, Rui sailed to Lagos in autumn.",
            "contradicted",
            "Natal",
        ),
        (
            "In spring the Lopes boat of Natal narrowly beat the Reis boat of Faro.",
            "In spring the Reis boat of Faro narrowly beat the Lopes boat of Natal.",
            "contradicted",
            "other way",
        ),
        (
            "It opened in 1984 and closed in 1984 for good.",
            "It opened in 1982 and closed in 1984 for good.",
            "contradicted",
            "1982",
        ),
        ("The ship was not only late.", "The ship was only late.", "contradicted", "not"),
        ("Ana said it rained.", "Rui said it rained, and Ana left.", "contradicted", "someone"),
    ],
)
def test_a_fact_that_the_quote_does_not_bear_out_decides(
    claim: str, quote: str, verdict: str, word: str
) -> None:
    """Whatever the model believes, a wrong fact is refused, with a reason that names it."""
    result = check(claim, quote, sure)
    assert (result.verdict, result.score) == (verdict, 0.0)
    assert word in result.reason


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("100 were killed.", "At least 100 were killed."),
        ("At least 100 were killed.", "100 were killed."),
        ("Chile was thanked by Peru.", "Peru thanked Chile."),
        ("Peru and Chile agreed.", "Chile and Peru agreed."),
        (
            "The plan saves money and creates jobs.",
            "It not only saves money but also creates jobs.",
        ),
        ("The firm did not comment.", "The firm declined to comment."),
        ("Police have not arrested anyone.", "Police said no arrests had been made."),
        ("Smith never married.", "Smith remained unmarried all his life."),
        ("Rui denies leading the gang.", "Rui is accused of leading the gang, which he denies."),
        ("Rui led the gang.", "Rui is said to have led the gang."),
        ("About half of them agreed.", "Some 50 percent of them agreed."),
        ("It closed for good on 11 Dec 2025.", "It closed for good on 11 December 2025."),
        ("Thousands marched.", "Some 4,500 people marched."),
        ("He was ill.", "He did not attend, because he was ill."),
    ],
)
def test_what_only_looks_wrong_is_left_to_the_model(claim: str, quote: str) -> None:
    """Bounds, passives, other negations and attributions are no reason to refuse a claim."""
    assert check(claim, quote, sure).verdict == "supported"


@pytest.mark.parametrize(
    "claim",
    [
        _SHIPS,
        _SHIPS.replace("frigates, ", "frigates,\n  "),
        _SHIPS.replace("Lisbon", "Lísbon").rstrip("."),
    ],
)
def test_a_sentence_of_the_quote_needs_no_model(claim: str) -> None:
    """A claim that is a whole sentence of the quote is supported for certain."""
    assert check(claim, f"It rained. {_SHIPS} It rained.", never).score == 1.0


def test_half_a_sentence_is_not_verbatim() -> None:
    """Words taken out of what denies them are not taken for a quotation."""
    quote = "It is not true that the frigates left Lisbon."
    assert check("The frigates left Lisbon.", quote, never).verdict == "unsupported"


def test_the_threshold_belongs_to_the_supported() -> None:
    """A score of exactly the threshold supports; the score is handed on."""
    claim = "Frigates left Lisbon."
    assert check(claim, _SHIPS, lambda _c, _q: SUPPORTED).verdict == "supported"
    below = check(claim, _SHIPS, lambda _c, _q: SUPPORTED - 0.01)
    assert (below.verdict, below.score) == ("unsupported", SUPPORTED - 0.01)


def test_real_sentences_support_themselves() -> None:
    """Every sentence of the bundled articles is borne out by itself, by the gates as well."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(_SEEDS.glob("*.txt"))]
    assert texts
    for text in texts:
        for start, end in sentences(text):
            sentence = text[start:end]
            assert mismatches(sentence, sentence) == ()
            assert check(sentence, sentence, never).score == 1.0


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_claim_can_be_checked(claim: str, quote: str) -> None:
    """No text makes the check fail, and its score is a probability."""
    result = check(claim, quote, sure)
    assert 0.0 <= result.score <= 1.0
    assert (result.reason == "") is (result.verdict == "supported")


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "unit", ["1,", "A", "not ", "U.", "Aa ", "said Bob ", "1990-", "“", "May "]
)
def test_odd_text_is_checked_in_bounded_time(unit: str) -> None:
    """Long repetitions, as a broken model writes them, do not stall the check."""
    check(unit * (1900 // len(unit)), unit * (9000 // len(unit)), sure)
    assert check(unit * 100_000, unit, sure).verdict == "unsupported"


def test_a_draft_keeps_only_the_quotes_that_support_it() -> None:
    """The best quote gives the verdict; the ones that do not support are dropped."""
    good = _quote("Rain fell. Ten boats left Porto.", "Ten boats left Porto.")
    bad = _quote("Nine boats left Porto.", "Nine boats left Porto.")
    result = verify(Draft(text="10 boats left Porto.", quotes=(bad, good)), sure)
    assert (result.verdict, result.reason, result.quotes) == ("supported", "", (good,))


def test_a_draft_that_no_quote_supports_says_why() -> None:
    """Its verdict is that of the quote that comes nearest, with the reason; none is kept."""
    wrong = _quote("Nine boats left Porto.", "Nine boats left Porto.")
    result = verify(Draft(text="Ten boats left Porto.", quotes=(wrong,)), sure)
    assert (result.verdict, result.quotes) == ("contradicted", ())
    assert "Ten" in result.reason
    assert verify(Draft(text="Ten boats left.", quotes=()), sure).verdict == "unsupported"


def test_two_quotes_may_support_a_claim_together() -> None:
    """A claim that draws on two sentences keeps both, when neither is enough alone."""
    text = "Ana Reis took the helm. She sailed to Natal."
    quotes = (_quote(text, "Ana Reis took the helm."), _quote(text, "She sailed to Natal."))
    draft = Draft(text="Ana Reis sailed to Natal.", quotes=quotes)
    assert verify(draft, sure).quotes == quotes
    assert verify(draft, never).verdict == "unsupported"


def test_the_passage_completes_a_name_and_its_date_a_weekday() -> None:
    """`Reis` in the quote is `Ana Reis` by the passage; `Wednesday` is a day by its date."""
    text = "Ana Reis took the helm. Reis left on Wednesday. She was glad."
    draft = Draft(
        text="Ana Reis left on 10 December 2025.",
        quotes=(_quote(text, "Reis left on Wednesday.", dt.date(2025, 12, 11)),),
    )
    assert verify(draft, sure).verdict == "supported"
    glad = Draft(text="Ana Reis was glad.", quotes=(_quote(text, "She was glad."),))
    assert verify(glad, sure).verdict == "unsupported"
