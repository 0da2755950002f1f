"""The embedded reader: few words, the right sentence, honest refusals, support."""

import math
import subprocess
import sys
from collections.abc import Sequence

import pytest

from qa.embedding import Embedding
from qa.reader import ANSWERABLE, EmbeddedReader
from qa.types import Passage
from tests.reading_world import pool

ANSWERED = (
    ("How many people were aboard the ferry?", "214"),
    ("When was the ferry towed to Varnes?", "Thursday"),
    ("Who ordered an inquiry into the accident?", "Ida Holm"),
    ("Who is the captain of the ferry?", "Tomas Brandt"),
    ("How high will the Orrin dam be?", "96 metres"),
    ("How many homes will the dam supply with power?", "400,000"),
    ("How many cheeses did the jury taste?", "340"),
    ("Which company owns the ferry?", "Norsund Lines"),
    ("Who made the cheese that won?", "Lotte Anders"),
    ("What is the ferry called?", "Aurelia"),
    ("When did work on the dam begin?", "3 May"),
    ("Which town was promised new land nearby?", "Ostrava Mills"),
)
LEFT_OPEN = (
    "Who is the mayor of Varnes?",
    "How old is Captain Brandt?",
    "Who designed the Orrin dam?",
    "How much did the salvage ship cost?",
    "When will the Orrin dam be finished?",
    "How many goats does Lotte Anders own?",
    "Who is the director of the Orrin dam?",
    "In which year was the Aurelia built?",
)
ELSEWHERE = (
    "What is the capital of Mongolia?",
    "Who won the 2018 World Cup?",
    "How do I reset my password?",
    "How tall is the Eiffel tower?",
)


def passage(text: str, article: str = "a") -> Passage:
    """Return a text as a passage of its own article."""
    return Passage(id=article, article_id=article, title="", text=text, start=0, end=len(text))


def test_the_words_that_answer_are_found(reader: EmbeddedReader, embedding: Embedding) -> None:
    """Of a dozen questions over four articles, ten or more have the right words as best value."""
    missed = []
    for question, expected in ANSWERED:
        values = reader.read(question, pool(embedding, question)).values
        if not values or expected not in values[0].quote.text:
            missed.append((question, [v.quote.text for v in values[:2]]))
    assert len(missed) <= 2, missed


def test_every_passage_gets_its_rank_from_what_it_says(
    reader: EmbeddedReader, embedding: Embedding
) -> None:
    """There is a logit for each passage, and no candidate is likelier than its passage."""
    for question, _ in ANSWERED[:4]:
        passages = pool(embedding, question)
        reading = reader.read(question, passages)
        assert len(reading.relevance) == len(passages)
        chances = {
            p.id: 1 / (1 + math.exp(-r)) for p, r in zip(passages, reading.relevance, strict=True)
        }
        for candidate in reading.candidates:
            assert candidate.score <= chances[candidate.quote.passage.id] + 1e-6
        assert reading.candidates[0].score > min(chances.values())


def test_a_value_stands_in_its_sentence(reader: EmbeddedReader, embedding: Embedding) -> None:
    """Each value lies inside the sentence that is quoted for it, both verbatim in the article."""
    for question, _ in ANSWERED:
        for value in reader.read(question, pool(embedding, question)).values:
            assert value.quote.passage.article_id == value.sentence.passage.article_id
            assert value.sentence.start <= value.quote.start
            assert value.quote.end <= value.sentence.end
            assert value.quote.text in value.sentence.text
            assert 0.0 <= value.score <= 1.0


def test_questions_about_something_else_are_refused(
    reader: EmbeddedReader, embedding: Embedding
) -> None:
    """What no article has anything to do with falls below the threshold every time."""
    for question in ELSEWHERE:
        assert reader.read(question, pool(embedding, question)).answerable < ANSWERABLE, question


def test_near_misses_score_less_than_answers(reader: EmbeddedReader, embedding: Embedding) -> None:
    """What the articles say is answered; details that they leave out score far less on average."""

    def chances(questions: Sequence[str]) -> list[float]:
        return [reader.read(q, pool(embedding, q)).answerable for q in questions]

    said, left = chances([question for question, _ in ANSWERED]), chances(LEFT_OPEN)
    assert sum(chance >= ANSWERABLE for chance in said) >= 10
    assert sum(said) / len(said) > sum(left) / len(left) + 0.25
    assert any(chance < ANSWERABLE for chance in left)


@pytest.mark.parametrize(
    "claim",
    [
        "The captain of the Aurelia is Tomas Brandt.",
        "In 2031 the Aurelia hit a sandbank.",
    ],
)
def test_a_claim_is_supported_by_what_says_it(reader: EmbeddedReader, claim: str) -> None:
    """Other words for the same thing are supported; an unrelated sentence supports nothing."""
    quote = "Tomas Brandt, the captain of the Aurelia, ran the ferry onto a sandbank in 2031."
    assert reader.support(claim, quote) > reader.support(claim, "The fair drew 12,000 visitors.")


def test_nothing_supports_or_is_supported_by_nothing(reader: EmbeddedReader) -> None:
    """An empty claim or quote has no support."""
    assert reader.support("", "The dam is high.") == 0.0
    assert reader.support("The dam is high.", " ") == 0.0


def test_a_long_quote_is_read_to_its_end(reader: EmbeddedReader) -> None:
    """What stands behind the model's limit is read in a further window."""
    filler = "The committee met again and discussed the schedule of the coming year at length. "
    claim = "The bridge at Varnes was opened in 1932."
    far = filler * 60 + claim
    assert reader.support(claim, far) == pytest.approx(
        max(reader.support(claim, claim), reader.support(claim, far)), abs=0.2
    )
    found = reader.read("When was the bridge at Varnes opened?", [passage(far)])
    assert found.values[0].quote.text == "1932"


def test_a_question_in_another_language_is_said_so(
    reader: EmbeddedReader, embedding: Embedding
) -> None:
    """It is answered by choosing sentences, without a value, and the reading says why."""
    question = "Wie viele Menschen waren an Bord der Fähre?"
    reading = reader.read(question, pool(embedding, question))
    assert "German" in reading.notices[0]
    assert reading.values == ()


def test_passages_in_another_language_are_not_guessed_from(reader: EmbeddedReader) -> None:
    """The reading model gives no value from a text that it cannot read; English ones count."""
    german = passage("Die Fähre Aurelia lief am Dienstag mit 214 Menschen an Bord auf Grund.", "de")
    english = passage("The ferry Aurelia ran aground on Tuesday with 214 people aboard.", "en")
    alone = reader.read("How many people were aboard the Aurelia?", [german])
    assert alone.values == ()
    assert "German" in alone.notices[0]
    both = reader.read("How many people were aboard the Aurelia?", [german, english])
    assert {v.quote.passage.article_id for v in both.values} == {"en"}
    assert both.notices


def test_reading_is_the_same_every_time(reader: EmbeddedReader, embedding: Embedding) -> None:
    """Two readings of one question are equal."""
    question, _ = ANSWERED[0]
    passages = pool(embedding, question)
    assert reader.read(question, passages) == reader.read(question, passages)


def test_no_passages_give_nothing(reader: EmbeddedReader) -> None:
    """Without anything to read there is neither candidate nor value nor chance."""
    for passages in ([], [passage(" \n ")]):
        reading = reader.read("Who said so?", passages)
        assert (reading.candidates, reading.values, reading.answerable) == ((), (), 0.0)


def test_torch_is_not_imported() -> None:
    """The reading model runs without torch, transformers or sentence_transformers."""
    code = (
        "import sys; from qa.crossencoder import CrossEncoder; CrossEncoder().load();"
        "print({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
