"""Drafted claims: which sentences, from how many articles, and made to stand alone."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa import answer
from qa.answer import is_broad, plain, points_back
from qa.candidates import gather
from qa.embedding import Embedding
from qa.reader import ANSWERABLE, EmbeddedReader
from qa.reading import Candidate, Reader, Reading
from qa.sentences import sentences
from qa.types import Draft, Passage
from qa.verify import check, verify
from tests.reading_world import articles, pool


class Fixed:
    """A reader that gives the sentences of the passages the scores it was told, in their order.

    It stands at the seam where any reader stands, so that choosing is tested apart from scoring.
    """

    def __init__(self, scores: Sequence[float], *, answerable: float = 0.9) -> None:
        self.lenient = False
        self._scores = scores
        self._answerable = answerable

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        """Return the sentences, best first."""
        del question
        found = [s.quote(passages) for s in gather(passages) if s.whole]
        pairs = sorted(zip(self._scores, found, strict=True), key=lambda p: -p[0])
        return Reading(tuple(Candidate(q, s) for s, q in pairs), self._answerable)

    def support(self, claim: str, quote: str) -> float:
        """Return 1 for claims whose words are all in the quote, and when lenient for all."""
        return float(self.lenient or set(claim.lower().split()) <= set(quote.lower().split()))


def draft(
    question: str, passages: Sequence[Passage], reader: Reader, *, max_claims: int
) -> tuple[Draft, ...]:
    """Read the passages and draft from what was read, as the pipeline does."""
    reading = reader.read(question, passages)
    return answer.draft(question, reading, passages, reader, max_claims=max_claims)


def passage(text: str, *, article: str = "a", start: int = 0, key: str = "") -> Passage:
    """Return a passage of an article."""
    return Passage(
        id=key or article, article_id=article, title="", text=text, start=start,
        end=start + len(text),
    )  # fmt: skip


def texts(drafts: Sequence[Draft]) -> list[str]:
    """Return what the drafts say."""
    return [d.text for d in drafts]


def test_a_narrow_question_gets_its_sentence_first_and_at_most_two(
    reader: EmbeddedReader, embedding: Embedding
) -> None:
    """Who, when and how many are answered by one or two claims, the right one first."""
    for question, expected in (
        ("How many people were aboard the ferry?", "214"),
        ("When was the ferry towed to Varnes?", "Thursday"),
        ("How high will the Orrin dam be?", "96 metres"),
    ):
        drafts = draft(question, pool(embedding, question), reader, max_claims=6)
        assert 1 <= len(drafts) <= 2, question
        assert expected in drafts[0].text


def test_a_question_about_something_else_gets_nothing(
    reader: EmbeddedReader, embedding: Embedding
) -> None:
    """What no article speaks of is not answered."""
    for question in ("What is the capital of Mongolia?", "Who won the 2018 World Cup?"):
        assert draft(question, pool(embedding, question), reader, max_claims=6) == ()


def test_no_passages_give_nothing(reader: EmbeddedReader) -> None:
    """Nothing retrieved is nothing answered."""
    assert draft("Who owns the Aurelia?", [], reader, max_claims=6) == ()


def test_below_the_threshold_nothing_is_drafted() -> None:
    """The judgement of the whole pool decides, however sure a single sentence looks."""
    pool_ = [passage("The Aurelia belongs to Norsund Lines.")]
    just = Fixed([0.9], answerable=ANSWERABLE)
    under = Fixed([0.9], answerable=ANSWERABLE - 0.001)
    assert len(draft("Who owns it?", pool_, just, max_claims=6)) == 1
    assert draft("Who owns it?", pool_, under, max_claims=6) == ()


def test_a_broad_question_draws_on_every_article_that_contributes(
    reader: EmbeddedReader, embedding: Embedding
) -> None:
    """What several articles have to say about a broad question is drafted from each of them."""
    question = "What happened to the passengers of the ferry Aurelia?"
    drafts = draft(question, pool(embedding, question), reader, max_claims=6)
    sources = {quote.passage.article_id for d in drafts for quote in d.quotes}
    assert {"ferry.txt", "owner.md"} <= sources


def test_a_further_article_is_preferred_to_more_of_the_same() -> None:
    """Between nearly equal sentences, one from an article not yet quoted comes first."""
    passages = [
        passage("Oslo sent forty doctors. Oslo gave tents and blankets.", article="a"),
        passage("Riga offered two cargo planes.", article="b"),
    ]
    drafts = draft("How did others help?", passages, Fixed([0.9, 0.7, 0.6]), max_claims=2)
    assert texts(drafts) == ["Oslo sent forty doctors.", "Riga offered two cargo planes."]


def test_the_number_of_claims_is_bounded() -> None:
    """Never more than `max_claims`, broad or narrow."""
    many = [passage(f"Town {n} sent {n + 2} boats.", article=str(n)) for n in range(9)]
    scores = [0.9] * 9
    assert len(draft("How did the towns help?", many, Fixed(scores), max_claims=4)) == 4
    assert len(draft("Who sent 2 boats?", many, Fixed(scores), max_claims=4)) == 2
    assert len(draft("Who sent 2 boats?", many, Fixed(scores), max_claims=1)) == 1


def test_two_articles_saying_the_same_make_one_claim_with_two_quotes(
    reader: EmbeddedReader, embedding: Embedding
) -> None:
    """Near-identical sentences are merged, and each quote comes from its own article."""
    question = "How many passengers were treated for bruises in Varnes?"
    first = draft(question, pool(embedding, question), reader, max_claims=6)[0]
    assert "Eleven passengers" in first.text
    assert {q.passage.article_id for q in first.quotes} == {"ferry.txt", "owner.md"}


def test_a_different_number_is_not_merged() -> None:
    """Sentences alike but for a figure are never merged, though the model finds them the same."""
    passages = [
        passage("Officials said 87 people were killed in the floods.", article="a"),
        passage("Officials said 103 people were killed in the floods.", article="b"),
    ]
    lenient = Fixed([0.9, 0.9])
    lenient.lenient = True
    claims = draft("How many people were killed in the floods?", passages, lenient, max_claims=6)
    assert all(len(claim.quotes) == 1 for claim in claims)


def test_a_sentence_that_points_back_takes_its_predecessor_along() -> None:
    """A sentence with "She" is quoted together with the one that names her, in one stretch."""
    text = "Ida Holm ordered an inquiry. She asked the navy for help. Rain fell."
    drafts = draft("Whom was the navy asked by?", [passage(text)], Fixed([0.1, 0.9]), max_claims=1)
    assert texts(drafts) == ["Ida Holm ordered an inquiry. She asked the navy for help."]
    assert drafts[0].quotes[0].text == drafts[0].text


def test_the_predecessor_may_lie_in_an_overlapping_passage() -> None:
    """Where a passage begins with "She ...", another passage of the article supplies the name."""
    text = "Ida Holm ordered an inquiry. She asked the navy for help."
    at = text.index("She")
    passages = [passage(text[at:], start=at, key="late"), passage(text, key="early")]
    (only,) = draft("Who asked the navy?", passages, Fixed([0.9, 0.1]), max_claims=1)
    assert only.text == text


def test_a_reply_takes_its_question_along() -> None:
    """A yes alone says nothing; the labels are not shown."""
    text = (
        "Q: Can I carry over leave?\nA: Yes, up to three days.\n\n"
        "Q: Who pays for the course?\nA: Corvin Works pays the fee."
    )
    (only,) = draft("Is leave lost?", [passage(text)], Fixed([0.9, 0.1]), max_claims=1)
    assert only.text == "Can I carry over leave? Yes, up to three days."
    assert check(only.text, only.quotes[0].text, lambda *_: 0.0).verdict == "supported"
    plain = "May dogs come along? No, they may not. Cats stay at home."
    (only,) = draft("Are dogs allowed?", [passage(plain)], Fixed([0.9, 0.1]), max_claims=1)
    assert only.text == "May dogs come along? No, they may not."


def test_a_claim_is_widened_to_a_sentence_that_stands_alone() -> None:
    """Where the one before points back as well, the next one is taken along, if within reach."""
    text = "Ida Holm led the navy. She was born in Varnes. In 1938 she became a captain."
    (only,) = draft("When did Holm rise?", [passage(text)], Fixed([0.1, 0.2, 0.9]), max_claims=1)
    assert only.text == text
    far = f"Ida Holm led the navy{' of the north' * 30}. She was born there. She became a captain."
    (only,) = draft("When did Holm rise?", [passage(far)], Fixed([0.1, 0.2, 0.9]), max_claims=1)
    assert only.text == "She became a captain."


def test_what_stands_in_another_paragraph_explains_no_noun() -> None:
    """It does explain a pronoun."""
    text = "It serves 300 lunches a day.\n\nThe union opposed the plan."
    (only,) = draft("Who opposed it?", [passage(text)], Fixed([0.1, 0.9]), max_claims=1)
    assert only.text == "The union opposed the plan."


def test_a_claim_contained_in_a_widened_one_is_not_repeated() -> None:
    """When the predecessor would be a claim itself, the widened claim stands for both."""
    text = "Ida Holm ordered an inquiry. She asked the navy for help."
    drafts = draft("How did Ida Holm respond?", [passage(text)], Fixed([0.8, 0.9]), max_claims=5)
    assert texts(drafts) == [text]


@pytest.mark.parametrize(
    ("sentence", "question", "expected"),
    [
        ("He resigned in May.", "When did the director resign?", True),
        ("In 1938 she became a captain.", "When did Holm rise?", True),
        ("In Paris Ana Reis met her sister.", "Whom did Reis meet?", False),
        ("No one was hurt.", "Was anyone hurt?", False),
        ("However, they found nothing.", "What was found?", True),
        ("The vessel was towed away.", "What became of the ferry?", True),
        ("The vessel was towed away.", "What became of the vessel?", False),
        ("The vessel Aurelia was towed.", "What became of the ferry?", False),
        ("The captain of the vessel resigned.", "What became of the ferry?", False),
        ("It is believed that the ship is the Skua.", "Which ship is it?", False),
        ("It was sold in 1999.", "When was it sold?", True),
        ("This week the strait was closed.", "When was the strait closed?", False),
        ("Maren Eklund resigned.", "Who resigned?", False),
        ('"We are sorry," she said.', "Who is sorry?", True),
    ],
)
def test_sentences_that_cannot_stand_alone_are_recognised(
    sentence: str, question: str, *, expected: bool
) -> None:
    """Pronouns and bare definite nouns point back, unless the question says what is meant."""
    assert points_back(sentence, question) is expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What did Russia do to support Venezuela?", True),
        ("Why was the strait closed?", True),
        ("How did the government respond?", True),
        ("Describe the accident", True),
        ("Which countries sent help?", True),
        ("Who is the captain?", False),
        ("When did it happen?", False),
        ("How many people were aboard?", False),
        ("What is the ferry called?", False),
        ("What does the dam cost?", False),
        ("tanker name", False),
    ],
)
def test_broad_questions_are_told_from_narrow_ones(question: str, *, expected: bool) -> None:
    """Questions for reasons, lists and accounts are broad; those for one value are not."""
    assert is_broad(question) is expected


@pytest.mark.parametrize(
    ("quote", "claim"),
    [
        ("- The **salvage ship** Grip\narrived.", "The salvage ship Grip arrived."),
        ("1. The _old_ mill  burned.", "The old mill burned."),
        ("See [the report](https://example.org/r) of May.", "See the report of May."),
        ("It costs 5 * 3 * 2 crowns.", "It costs 5 * 3 * 2 crowns."),
        ("The file data_set_one is lost.", "The file data_set_one is lost."),
        ("2029. was a dry year.", "2029. was a dry year."),
    ],
)
def test_claims_drop_light_markup_only(quote: str, claim: str) -> None:
    """List markers, emphasis, links and line ends go; all words stay."""
    assert plain(quote) == claim


def test_drafts_are_the_same_every_time(reader: EmbeddedReader, embedding: Embedding) -> None:
    """A question over the same passages gives equal drafts, with a fresh reader too."""
    question = "How did the authorities react to the accident of the ferry?"
    passages = pool(embedding, question)
    first = draft(question, passages, reader, max_claims=6)
    assert first == draft(question, passages, EmbeddedReader(embedding), max_claims=6)


def test_every_quote_of_every_draft_is_verbatim(
    reader: EmbeddedReader, embedding: Embedding
) -> None:
    """Claims are made of whole sentences of the article, at the offsets that their quotes give."""
    known = articles()
    for question in ("What happened to the ferry?", "Why do farmers oppose the dam?", "prize"):
        for drafted in draft(question, pool(embedding, question), reader, max_claims=6):
            for quote in drafted.quotes:
                text = known[quote.passage.article_id].text
                assert text[quote.start : quote.end] == quote.text
                assert quote.start in {start for start, _ in sentences(text)}
            assert drafted.text == plain(drafted.quotes[0].text)


PIECES = [
    "He said so. ", "## Head\n", "The ship sank. ", "\n\n", "“", "**B** c. ", "Is it? ",
    "Ein Satz. ", "日本。", "1. Two boats left.\n",
]  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    question=st.sampled_from(["Who?", "Why did he say so?", "¿Qué?", "\u202e*", "what are they"]),
    parts=st.lists(st.sampled_from(PIECES), max_size=9),
)
def test_any_text_can_be_drafted_from(
    embedding: Embedding, question: str, parts: list[str]
) -> None:
    """Odd text never fails, and quotes stay inside their passage."""
    text = "".join(parts)
    passages, reader = [passage(text, start=3)], EmbeddedReader(embedding)
    for drafted in draft(question, passages, reader, max_claims=3):
        for quote in drafted.quotes:
            assert 3 <= quote.start < quote.end <= 3 + len(text)
            assert quote.text == text[quote.start - 3 : quote.end - 3]


def test_a_question_that_an_article_answers_is_quoted_with_the_whole_answer() -> None:
    """What is said of something else belongs to the "No."."""
    text = "## May a friend use my card?\n\nNo. A card is personal, and misuse costs 15 euros.\n"
    (only,) = draft("Can I lend my card?", [passage(text)], Fixed([0.9]), max_claims=1)
    assert only.text == (
        "May a friend use my card? No. A card is personal, and misuse costs 15 euros."
    )
    assert check(only.text, only.quotes[0].text, lambda *_: 0.0).verdict == "supported"


def test_where_nothing_is_likely_nothing_is_drafted() -> None:
    """However poor the rest, a first claim needs some chance of its own."""
    text = "Ida Holm led the navy. Rain fell in Varnes."
    assert draft("Who led?", [passage(text)], Fixed([0.05, 0.04]), max_claims=2) == ()
    assert len(draft("Who led?", [passage(text)], Fixed([0.07, 0.01]), max_claims=2)) == 1


def test_a_list_is_quoted_where_its_lead_says_what_is_asked() -> None:
    """An item alone would answer for all."""
    text = "The following may not work remotely:\n- laboratory staff\n- drivers of vans\n"
    drafts = draft(
        "Who may not work remotely?", [passage(text)], Fixed([0.1, 0.9, 0.2]), max_claims=1
    )
    assert texts(drafts) == [
        "The following may not work remotely: laboratory staff; drivers of vans."
    ]
    drafts = draft("Do drivers stay?", [passage(text)], Fixed([0.1, 0.2, 0.9]), max_claims=1)
    assert texts(drafts) == ["drivers of vans"]


def test_a_list_without_a_lead_is_not_its_own_lead() -> None:
    """A question for one thing is answered by its item, whatever the others say."""
    text = "It needs care.\n\n1. Fill the tank with water.\n2. Wait 25 minutes.\n"
    asked = "How long must one wait with the water in the tank?"
    drafts = draft(asked, [passage(text)], Fixed([0.1, 0.2, 0.9]), max_claims=1)
    assert texts(drafts) == ["Wait 25 minutes."]


def test_what_agrees_with_a_row_stays_beside_it() -> None:
    """A sentence of another article that says the same is a second quote."""
    table = passage("Fees\n\n| Course | Fee |\n|---|---|\n| Sailing | 90 euros |", article="a")
    told = passage("The sailing course costs 90 euros.", article="b")
    row = next(s.quote([table]) for s in gather([table]) if s.whole)
    other = next(s.quote([told]) for s in gather([told]) if s.whole)
    reading = Reading((Candidate(row, 0.9), Candidate(other, 0.8)), 0.9)
    reader = Fixed([])
    (only,) = answer.draft(
        "What does the sailing course cost?", reading, [table, told], reader, max_claims=1,
        sides=[[row, other]],
    )  # fmt: skip
    assert only.text == "Course: Sailing; Fee: 90 euros."
    assert [quote.passage.article_id for quote in only.quotes] == ["a", "b"]


@pytest.mark.parametrize("gap", ["", "More follows.\n"])
def test_a_row_finds_the_head_of_its_table_in_a_passage_before(gap: str) -> None:
    """Where nothing else lies between; both are quoted, and the claim is what they say."""
    parts = [
        "Codes\n\n| Code | Meaning |\n|---|---|\n| E01 | Lid open |\n",
        "| E02 | Tank empty |\n| E03 | Fan fault |\n",
        f"{gap}| E04 | Tray full |\n| E05 | Hopper full |",
    ]
    starts = [sum(len(part) for part in parts[:n]) for n in range(3)]
    passages = [passage(p, start=s, key=str(s)) for p, s in zip(parts, starts, strict=True)]
    row = next(s.quote(passages) for s in gather(passages) if "E05" in s.text)
    reading = Reading((Candidate(row, 0.9),), 0.9)
    (only,) = answer.draft("What is E05?", reading, passages, Fixed([]), max_claims=1)
    if gap:
        assert only.text == "E05: Hopper full."
        return
    assert only.text == "Code: E05; Meaning: Hopper full."
    assert [quote.text for quote in only.quotes] == ["| Code | Meaning |", row.text]
    assert verify(only, lambda *_: 0.0).verdict == "supported"


def test_a_reason_is_not_followed_by_what_has_little_to_do_with_it() -> None:
    """Another broad question takes more."""
    passages = [
        passage("The dam broke in heavy rain."),
        passage("Varnes has a new mayor.", article="b"),
    ]
    found = draft("Why did the dam break?", passages, Fixed([0.9, 0.3]), max_claims=5)
    assert texts(found) == ["The dam broke in heavy rain."]
    found = draft("How did the dam break?", passages, Fixed([0.9, 0.3]), max_claims=5)
    assert len(found) == 2


def test_beside_a_whole_list_more_is_needed() -> None:
    """It holds most of what was asked for, and its items are not claims of their own."""
    text = "Tools:\n- a red spanner\n- a torch\n\nThe lamp turns red."
    drafts = draft(
        "Which tools are needed?", [passage(text)], Fixed([0.2, 0.9, 0.8, 0.3]), max_claims=5
    )
    assert texts(drafts) == ["Tools: a red spanner; a torch."]


@pytest.mark.parametrize(
    ("first", "drafted"),
    [("Of the pump 12,000 are sold each year.", 0), ("The pump costs 12,000 kroner.", 1)],
)
def test_no_price_is_answered_by_what_tells_none(first: str, drafted: int) -> None:
    """However likely the sentence, and whatever else of little worth speaks of money."""
    text = f"{first} A mill was sold for 200 euros."
    found = draft("How much does the pump cost?", [passage(text)], Fixed([0.9, 0.2]), max_claims=2)
    assert len(found) == drafted


@pytest.mark.parametrize(
    ("question", "text", "drafted"),
    [
        (
            "At what time did it fall?",
            "It fell on 11 June. It fell at 6:40 p.m.",
            "It fell at 6:40 p.m.",
        ),
        ("What time of year is it?", "It is on 11 June. It is at 6:40 p.m.", "It is on 11 June."),
        (
            "How high is it?",
            "A bridge has number 14. The bridge is 70 m high.",
            "The bridge is 70 m high.",
        ),
        ("How many came?", "They met at Gate 4. Of them 90 came.", "Of them 90 came."),
        (
            "How many acres burned?",
            "Fire took 41 homes. Fire took 9 hectares.",
            "Fire took 9 hectares.",
        ),
        (
            "How many miles is it?",
            "Some 12 men walked it. Hall walked a mile.",
            "Hall walked a mile.",
        ),
        ("How many foot soldiers came?", "Of them 12 came. He walked a mile.", "Of them 12 came."),
        ("How many pounds was it?", "The fare was £2. He walked a mile.", "The fare was £2."),
        (
            "How much does Hall earn?",
            "Hall has 12 aides. Hall gets $9 a day.",
            "Hall gets $9 a day.",
        ),
    ],
)
def test_a_sentence_that_cannot_tell_what_is_measured_gives_way(
    question: str, text: str, drafted: str
) -> None:
    """A date is no hour, the number of a thing no size, and homes are no acres."""
    found = draft(question, [passage(text)], Fixed([0.6, 0.5]), max_claims=1)
    assert texts(found) == [drafted]
