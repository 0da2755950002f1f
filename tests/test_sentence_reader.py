"""The embedded reader: which sentences answer, and whether any does."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.candidates import gather, previous, whole
from qa.embedding import Embedding
from qa.features import measure, table
from qa.net import Net
from qa.overlap import Overlap
from qa.sentence_reader import SHORTLIST, WEIGHTS, SentenceReader, load_weights
from qa.slips import mend
from qa.types import Passage
from tests.reading_world import articles, pool


@pytest.fixture(scope="module")
def reader(embedding: Embedding) -> SentenceReader:
    """Return a reader over the real model."""
    return SentenceReader(embedding)


def passage(text: str, *, start: int = 0, article: str = "a", key: str = "p") -> Passage:
    """Return a passage that lies at `start` in its article."""
    return Passage(
        id=key, article_id=article, title="", text=text, start=start, end=start + len(text)
    )


FIRST = (
    ("How many people were aboard the ferry?", "214 people aboard"),
    ("When was the ferry towed to Varnes?", "on Thursday"),
    ("Why did the harbour authority close the strait?", "fuel might leak"),
    ("Who ordered an inquiry into the accident?", "Ida Holm"),
    ("How high will the Orrin dam be?", "96 metres"),
    ("Why do the farmers oppose the dam?", "will be flooded"),
    ("Which cheese won the first prize?", "goat cheese"),
    ("How many cheeses did the jury taste?", "340"),
    ("how many visitors cheese fair", "12,000"),
    ("What did Captain Brandt tell investigators?", "steering had failed"),
    ("Who complained about the crew of the Aurelia?", "no instructions"),
    ("salvage ship arrival", "arrived on Friday"),
)


def test_the_right_sentence_is_first_for_most_questions(
    reader: SentenceReader, embedding: Embedding
) -> None:
    """Of a dozen questions over four articles, at least ten have the right sentence first."""
    missed = []
    for question, expected in FIRST:
        best = reader.read(question, pool(embedding, question)).candidates[0]
        if expected not in best.quote.text:
            missed.append((question, best.quote.text))
    assert len(missed) <= 2, missed


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of Mongolia?",
        "Who won the 2018 World Cup?",
        "How do I reset my password?",
        "How tall is the Eiffel tower?",
        "recipe for lentil soup",
    ],
)
def test_a_question_about_something_else_is_judged_unanswerable(
    reader: SentenceReader, embedding: Embedding, question: str
) -> None:
    """A question that no article has anything to do with gets a probability under one tenth."""
    assert reader.read(question, pool(embedding, question)).answerable < 0.1


def test_answered_questions_are_judged_likelier_than_near_misses(
    reader: SentenceReader, embedding: Embedding
) -> None:
    """Questions that the articles leave open score less, on average, than those they answer."""

    def mean(questions: Sequence[str]) -> float:
        found = [reader.read(q, pool(embedding, q)).answerable for q in questions]
        return float(np.mean(found))

    near = ["Who is the mayor of Varnes?", "What colour is the ferry?", "Who built the Aurelia?"]
    assert mean([question for question, _ in FIRST]) > mean(near) + 0.15


def test_no_passages_or_no_sentences_give_nothing(reader: SentenceReader) -> None:
    """Without anything to read there is no candidate, and no chance of an answer."""
    for passages in ([], [passage("")], [passage(" \n\n ")]):
        reading = reader.read("Who said so?", passages)
        assert reading.candidates == ()
        assert reading.answerable == 0.0


def test_headings_and_questions_are_never_offered(
    reader: SentenceReader, embedding: Embedding
) -> None:
    """Text that only heads or asks is not a candidate, though it resembles the question most."""
    question = "What happens next after the ferry ran aground off Lindholm?"
    offered = [c.quote.text for c in reader.read(question, pool(embedding, question)).candidates]
    assert offered
    assert "What happens next?" not in offered
    assert "Ferry runs aground off Lindholm" not in offered


def test_overlapping_passages_offer_each_sentence_once(reader: SentenceReader) -> None:
    """The words that two passages share are offered once, and a cut sentence in its whole form."""
    text = "The mill of Anders Berg burned down in May. It was built in 1820. Nobody was hurt."
    cut = text.index("Berg")
    first = passage(text[: text.index("Nobody") - 1], key="p1")
    second = passage(text[cut:], start=cut, key="p2")
    for order in ([first, second], [second, first]):
        offered = reader.read("When was the mill built?", order).candidates
        spans = sorted((c.quote.start, c.quote.end) for c in offered)
        assert [text[a:b] for a, b in spans] == [
            "The mill of Anders Berg burned down in May.",
            "It was built in 1820.",
            "Nobody was hurt.",
        ]


def test_equal_text_of_two_articles_is_offered_for_both(reader: SentenceReader) -> None:
    """A sentence that two articles share stays citable from each."""
    text = "The mill burned down in May."
    both = [passage(text, article="a", key="a1"), passage(text, article="b", key="b1")]
    offered = reader.read("When did the mill burn down?", both).candidates
    assert {c.quote.passage.article_id for c in offered} == {"a", "b"}


def test_a_larger_pool_never_encodes_more_than_the_shortlist(embedding: Embedding) -> None:
    """However many sentences there are, only question, titles and shortlist are encoded."""
    seen: list[str] = []

    class Counting:
        def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
            seen.extend(texts)
            return embedding.encode(texts)

    text = " ".join(f"Village {n} has a well, a mill and {n + 3} houses." for n in range(150))
    SentenceReader(Counting()).read("How many houses has village 7?", [passage(text)])
    assert 1 < len(seen) <= SHORTLIST + 2


def test_reading_twice_encodes_once(embedding: Embedding) -> None:
    """The second reading of the same passages asks nothing of the encoder and agrees exactly."""
    batches: list[int] = []

    class Counting:
        def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
            batches.append(len(texts))
            return embedding.encode(texts)

    reader = SentenceReader(Counting())
    question = FIRST[0][0]
    passages = pool(embedding, question)
    assert reader.read(question, passages) == reader.read(question, passages)
    assert len(batches) == 1


def test_support_accepts_nearly_the_same_words_only(reader: SentenceReader) -> None:
    """Support passes a sentence and a light rewording, not a neighbour nor another statement."""
    quote = "The transport minister, Ida Holm, ordered an inquiry and suspended the licence."
    assert reader.support(quote, quote) >= 0.5
    assert reader.support("Transport minister Ida Holm ordered an inquiry.", quote) >= 0.5
    assert reader.support("Ida Holm has been transport minister for six years.", quote) < 0.5
    assert reader.support("Farmers oppose the dam.", quote) < 0.5
    assert reader.support("", quote) == 0.0


@pytest.mark.parametrize(
    ("text", "claimable"),
    [
        ("The ferry ran aground.", True),
        ('"We do not know," he said.', True),
        ("Was it sabotage?", False),
        ("What happens next", False),
        ("## The dam is high.", False),
        ("THE DAM", False),
        ("and was towed to Varnes on Thursday.", False),
        ("Yes.", False),
        ("", False),
    ],
)
def test_only_statements_are_whole(text: str, *, claimable: bool) -> None:
    """Headings, questions and fragments are told from statements."""
    assert whole(text) is claimable


def test_previous_finds_the_sentence_before() -> None:
    """Within a passage the sentence before is found by offset; before the first there is none."""
    text = "Maren Eklund spoke. She was brief. Why so? She was tired."
    inside = passage(text, start=100)
    assert previous(inside, 100 + text.index("She was brief")) == 100
    assert previous(inside, 100) is None
    assert previous(inside, 100 + text.index("She was tired")) is None  # a question comes before


def test_every_feature_that_the_weights_use_is_measured(embedding: Embedding) -> None:
    """The names in the weights exist, and no feature is NaN, even for a question without stems."""
    weights = load_weights()
    for question in ("Who owns the ferry?", "what is it", "?"):
        passages = pool(embedding, question)
        overlap = Overlap(question, gather(passages), passages, weights.background)
        reader = SentenceReader(embedding)
        columns = measure(question, overlap, reader._see(question, overlap))
        rows = table(columns, weights.ranking_names)
        assert rows.shape == (len(overlap.sentences), len(weights.ranking_names))
        assert np.isfinite(rows).all()


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("Who runs Venezeula?", "Who runs Venezuela?"),
        ("who runs venezuella", "who runs venezuela"),
        ("Who runs Venezuela?", "Who runs Venezuela?"),
        ("Who runs Iran?", "Who runs Iran?"),
        ("Which capitol is it?", "Which capitol is it?"),
        ("Who lives in Zambia?", "Who lives in Zambia?"),
    ],
)
def test_slips_are_mended_by_the_words_of_the_passages(typed: str, mended: str) -> None:
    """One wrong letter in a long word is mended; short and ordinary words are left alone."""
    texts = ["Venezuela has troubles. The capital is far from Iraq, and from Gambia."]
    assert mend(typed, texts, {"capitol"}) == mended


def test_a_slip_does_not_change_what_is_found(reader: SentenceReader, embedding: Embedding) -> None:
    """A question with a mistyped name reads as it would without."""
    right = "Who complained about the crew of the Aurelia?"
    passages = pool(embedding, right)
    wrong = right.replace("Aurelia", "Aurleia")
    assert reader.read(wrong, passages) == reader.read(right, passages)


def test_a_net_computes_what_its_layers_say() -> None:
    """One hidden unit with known weights gives the value worked out by hand."""
    net = Net(
        mean=np.array([1.0], dtype=np.float32),
        scale=np.array([2.0], dtype=np.float32),
        layers=(
            (np.array([[1.0]], dtype=np.float32), np.array([0.0], dtype=np.float32)),
            (np.array([[3.0]], dtype=np.float32), np.array([0.5], dtype=np.float32)),
        ),
    )
    # (3 - 1) / 2 = 1; GELU(1) = 0.8412; 3 * 0.8412 + 0.5
    assert net(np.array([[3.0]], dtype=np.float32))[0] == pytest.approx(3.0236, abs=1e-3)


def test_weights_are_plain_json_of_modest_size() -> None:
    """The weights are JSON, under half a megabyte, and come with a card."""
    assert set(json.loads(WEIGHTS.read_text(encoding="utf-8"))) >= {"ranking", "answerable"}
    assert WEIGHTS.stat().st_size < 500_000
    assert "Licence" in (WEIGHTS.parent / "README.md").read_text(encoding="utf-8")


def test_importing_the_reader_loads_no_training_library() -> None:
    """The run-time module imports neither torch nor sentence-transformers nor LlamaIndex."""
    heavy = "{'torch', 'sentence_transformers', 'llama_index', 'transformers'}"
    code = f"import sys, qa.sentence_reader, qa.answer; print({heavy} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    assert done.stdout.strip() == "set()"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(question=st.text(min_size=1, max_size=80), texts=st.lists(st.text(max_size=300), max_size=4))
def test_any_text_can_be_read(embedding: Embedding, question: str, texts: list[str]) -> None:
    """Odd questions and texts never fail; scores are probabilities, in order; quotes are exact."""
    passages = [passage(t, start=7, article=str(n), key=str(n)) for n, t in enumerate(texts)]
    reading = SentenceReader(embedding).read(question, passages)
    scores = [c.score for c in reading.candidates]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in (*scores, reading.answerable))
    for candidate in reading.candidates:
        quote = candidate.quote
        assert quote.text
        assert texts[int(quote.passage.article_id)][quote.start - 7 : quote.end - 7] == quote.text


def test_quotes_are_verbatim_in_the_article(reader: SentenceReader, embedding: Embedding) -> None:
    """Every candidate's offsets cut its own words out of its article."""
    known = articles()
    for question, _ in FIRST:
        for candidate in reader.read(question, pool(embedding, question)).candidates:
            quote = candidate.quote
            assert known[quote.passage.article_id].text[quote.start : quote.end] == quote.text
