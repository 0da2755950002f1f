"""Findings that are read again: which stretches, for which findings, and what is made of them."""

from collections.abc import Sequence

import pytest

from qa.closer import Closer, look_closer
from qa.crossencoder import CrossEncoder, Pair, Read
from qa.signals import FAR, Finding, Pool, Window
from qa.spans import Found
from qa.types import Passage

QUESTION = "Who ordered the inquiry?"
SENTENCES = (
    "The ferry left Varnes at noon.",
    "It struck a sandbank an hour later.",
    "Nobody was hurt.",
    "The minister, Ida Holm, ordered an inquiry.",
    "It will take three weeks.",
    "The captain, Tomas Brandt, will be heard.",
)
TEXT = " ".join(SENTENCES)


class Noting(CrossEncoder):
    """The shipped model, which notes what it is given to read."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[list[Pair]] = []

    def read(self, pairs: Sequence[Pair]) -> list[Read]:
        """Note the pairs and read them."""
        self.calls.append(list(pairs))
        return super().read(pairs)


@pytest.fixture(scope="module")
def model() -> Noting:
    """Return the model, loaded once."""
    return Noting()


def pool_of(model: CrossEncoder, text: str, *answers: str) -> Pool:
    """Return a pool of one passage in which `answers` were found, the best first."""
    passage = Passage(id="a", article_id="a", title="", text=text, start=0, end=len(text))
    (read,) = CrossEncoder.read(model, [(QUESTION, text)])
    window = Window(0, text, read)
    findings = []
    for place, answer in enumerate(answers):
        start = text.index(answer)
        span = (start, start + len(answer))
        findings.append(Finding(0, span, Found(span, -float(place), -1.0), window))
    return Pool((passage,), ((window,),), tuple(findings))


def test_the_best_is_read_alone_among_its_neighbours_and_with_what_leads_to_it(
    model: Noting,
) -> None:
    """One call reads the claim, the best finding's three stretches, and those of the sentences."""
    model.calls.clear()
    closer = look_closer(model, QUESTION, pool_of(model, TEXT, "Ida Holm", "Tomas Brandt"))
    (pairs,) = model.calls
    assert pairs[0] == (f"{QUESTION} Ida Holm", TEXT)
    assert {question for question, _ in pairs[1:]} == {QUESTION}
    assert [text for _, text in pairs[1:]] == [
        SENTENCES[3],
        " ".join(SENTENCES[2:5]),
        " ".join(SENTENCES[1:4]),
        " ".join(SENTENCES[1:4]),
        " ".join(SENTENCES[3:6]),
    ]
    assert set(closer.signals) == {
        "support",
        *(f"{view}_{of}" for view in ("alone", "among", "led") for of in ("margin", "answerable")),
    }
    assert closer.signals["alone_margin"] > 0 > closer.led[1].margin


def test_findings_of_a_sentence_share_its_reading_and_have_margins_of_their_own(
    model: Noting,
) -> None:
    """The sentence is read once; the span that answers stays ahead of the one that does not."""
    model.calls.clear()
    closer = look_closer(model, QUESTION, pool_of(model, TEXT, "Ida Holm", "inquiry"))
    assert len(model.calls[0]) == 5
    assert closer.led[0].answerable == closer.led[1].answerable
    assert closer.led[0].margin > closer.led[1].margin + 1


def test_only_the_three_best_sentences_are_read_again(model: Noting) -> None:
    """What comes after them has no opinion, and is not taken for one that was refused."""
    answers = ("Ida Holm", "Tomas Brandt", "Varnes", "three weeks", "sandbank")
    closer = look_closer(model, QUESTION, pool_of(model, TEXT, *answers))
    assert set(closer.led) == {0, 1, 2}


def test_where_there_is_no_room_the_finding_stays(model: Noting) -> None:
    """Sentences that lead to it are left out, the farthest first, so that its own is read whole."""
    long = "The ferry and the tug and the barge and the pilot's boat " + "went on and " * 40 + "on."
    text = f"{long} {long} {SENTENCES[3]}"
    model.calls.clear()
    closer = look_closer(model, QUESTION, pool_of(model, text, "Ida Holm"))
    stretch = model.calls[0][-1][1]
    assert stretch == f"{long} {SENTENCES[3]}"
    assert len(model.places(stretch)) <= model.room(QUESTION)
    assert closer.led[0].margin > FAR


def test_where_nothing_was_found_nothing_is_read(model: Noting) -> None:
    """Every signal then says that there is no answer."""
    model.calls.clear()
    closer = look_closer(model, QUESTION, pool_of(model, TEXT))
    assert closer == Closer()
    assert set(closer.signals.values()) == {FAR}
    assert model.calls == []
