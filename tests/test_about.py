"""Sentences that tell of others than the question names are left out."""

import pytest

from qa.about import about_the_named
from qa.reading import Candidate, Reading
from qa.sentences import sentences
from qa.types import Passage, Quote, Value

STRIKE = """The banks disagree

The strike cost the country 340 million crowns. It was the longest in years. Ports were shut.
Corvus Bank put the damage at 120 million crowns. Nobody else counts.
"""
TRIAL = """A verdict

A former treasurer stole 486,000 crowns from the hospice. Declan Hall, 58, was found guilty.
Hall wrote 212 cheques.
"""


def _read(text: str, scores: list[float]) -> tuple[Reading, list[Passage]]:
    """Return a reading of the statements of an article below its title, and its one passage."""
    title = text.split("\n", 1)[0]
    passage = Passage(id="p", article_id="a.txt", title=title, text=text, start=0, end=len(text))
    spans = [span for span in sentences(text) if text[slice(*span)].endswith(".")]
    quotes = [Quote(passage=passage, start=a, end=b) for a, b in spans]
    pairs = list(zip(quotes, scores, strict=True))
    rows = sorted((Candidate(q, score) for q, score in pairs), key=lambda c: -c.score)
    values = [Value(quote=q, sentence=q, score=score) for q, score in pairs]
    ranked = sorted(values, key=lambda value: -value.score)
    return Reading(tuple(rows), 0.9, values=tuple(ranked)), [passage]


def _left(question: str, text: str, scores: list[float]) -> Reading:
    reading, passages = _read(text, scores)
    return about_the_named(question, reading, passages, lambda _, a, b: text[a:b])


def test_what_stands_ahead_of_the_name_asked_for_tells_of_others() -> None:
    """The figure of the bank that is named counts, and is then as likely as the best was."""
    question = "How much did the strike cost according to Corvus Bank?"
    found = _left(question, STRIKE, [0.9, 0.02, 0.02, 0.09, 0.02])
    assert found.candidates[0].quote.text.startswith("Corvus Bank put")
    assert found.candidates[0].score == pytest.approx(0.9)
    assert found.values[0].quote == found.candidates[0].quote


def test_where_nothing_likely_is_left_nothing_answers() -> None:
    """What the country lost is no answer to what one bank lost."""
    found = _left("How much did Corvus Bank lose?", STRIKE, [0.5, 0.02, 0.02, 0.02, 0.02])
    assert (found.candidates, found.values, found.answerable) == ((), (), 0.0)


@pytest.mark.parametrize(
    "question",
    [
        "How much did Declan Hall steal?",
        "How much did Hall steal?",
        "How much did Rosa Quint steal?",
        "How much was stolen?",
    ],
)
def test_a_name_in_the_next_sentence_or_in_no_article_leaves_all(question: str) -> None:
    """Reports begin with "a former treasurer" and then name him; and a name may be misspelt."""
    reading, passages = _read(TRIAL, [0.9, 0.3, 0.1])
    assert about_the_named(question, reading, passages, lambda _, a, b: TRIAL[a:b]) == reading


def test_the_names_of_the_last_turn_are_not_asked_for() -> None:
    """They stand behind a follow-up to be searched for, and it may mean none of them."""
    reading, passages = _read(STRIKE, [0.9, 0.02, 0.02, 0.09, 0.02])
    question = "How much did the strike cost? (Corvus Bank)"
    assert about_the_named(question, reading, passages, lambda _, a, b: STRIKE[a:b]) == reading


def test_a_name_may_stand_in_an_earlier_passage() -> None:
    """The article is known up to the sentence, not only the passage that was read."""
    text = f"Declan Hall was tried.\n\n{'More was said. ' * 40}\nHe stole 486,000 crowns."
    start = text.index("He stole")
    own = Passage(
        id="p", article_id="a.txt", title="A", text=text[start:], start=start, end=len(text)
    )
    other = own.model_copy(update={"id": "q", "text": text[:40], "start": 0, "end": 40})
    quote = Quote(passage=own, start=start, end=len(text))
    reading = Reading((Candidate(quote, 0.9),), 0.9)
    question = "How much did Declan Hall steal?"
    found = about_the_named(question, reading, [own, other], lambda _, a, b: text[a:b])
    assert found == reading
