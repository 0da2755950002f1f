"""Cutting articles: exact offsets, whole sentences, no furniture."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.embedding import Embedding
from qa.passages import Splitter
from qa.sentences import sentences
from qa.types import Article, Span

WORDS = st.sampled_from(
    [
        "The",
        "tanker",
        "Mr.",
        "U.S.",
        "sailed",
        "4,500",
        "é",
        "🚢",
        "Kraków",
        "“no”",
        "e.g.",
        "\u200b",
    ]
)
ENDS = st.sampled_from([". ", "? ", "!\n", ".\n\n", "\r\n\r\n", " ", "\t", "...", ".” "])
TEXTS = st.lists(st.tuples(st.lists(WORDS, min_size=1, max_size=30), ENDS), max_size=40).map(
    lambda parts: "".join(" ".join(words) + end for words, end in parts)
)


def article(text: str, furniture: tuple[Span, ...] = ()) -> Article:
    """Return an article with this text."""
    return Article(id="a.txt", sha256="0" * 64, title="A", text=text, furniture=furniture)


@given(text=TEXTS | st.text(max_size=400))
@settings(deadline=None, max_examples=150)
def test_every_passage_is_an_exact_slice(embedding: Embedding, text: str) -> None:
    """For any text, `article.text[start:end]` is the passage, and passages go forward."""
    cut = Splitter(embedding.lengths, tokens=32, overlap=8).split(article(text), "v")
    for passage in cut:
        assert text[passage.start : passage.end] == passage.text
    starts = [passage.start for passage in cut]
    assert starts == sorted(set(starts))


@given(text=TEXTS)
@settings(deadline=None, max_examples=100)
def test_no_word_is_lost(embedding: Embedding, text: str) -> None:
    """Every letter and digit of the text lies in at least one passage."""
    covered = [False] * len(text)
    for passage in Splitter(embedding.lengths, tokens=32, overlap=8).split(article(text), "v"):
        covered[passage.start : passage.end] = [True] * (passage.end - passage.start)
    assert all(c for c, character in zip(covered, text, strict=True) if character.isalnum())


@given(text=TEXTS, data=st.data())
@settings(deadline=None, max_examples=100)
def test_furniture_is_in_no_passage(embedding: Embedding, text: str, data: st.DataObject) -> None:
    """No passage overlaps a span that was marked as furniture."""
    edge = st.integers(0, len(text))
    start, end = sorted((data.draw(edge), data.draw(edge)))
    cut = Splitter(embedding.lengths, tokens=32, overlap=8).split(
        article(text, ((start, end),)), "v"
    )
    assert all(p.end <= start or p.start >= end for p in cut if start < end)


def test_a_passage_keeps_to_the_limit_of_tokens(embedding: Embedding) -> None:
    """No passage is longer than asked for, so the model never cuts one."""
    text = "The harbour master wrote about the ship in his log. " * 200
    cut = Splitter(embedding.lengths, tokens=64, overlap=16).split(article(text), "v")
    assert max(embedding.lengths([passage.text for passage in cut])) <= 64


def test_passages_begin_and_end_with_sentences(embedding: Embedding) -> None:
    """Where sentences fit, none is cut."""
    text = "".join(f"Sentence number {n} is about the U.S. Navy and Mr. Smith. " for n in range(80))
    edges = {edge for span in sentences(text) for edge in span}
    cut = Splitter(embedding.lengths, tokens=96, overlap=0).split(article(text), "v")
    assert len(cut) > 5
    assert all(passage.start in edges and passage.end in edges for passage in cut)


def test_tables_and_lists_are_not_cut_apart(embedding: Embedding) -> None:
    """While they fit; with the heading above, and no overlap begins within. Others are cut."""
    prose = "The ferry was held in port for nine hours on Monday. " * 3
    table = "| Ship | Built |\n|---|---|\n| Ansel | 1987 |\n| Brig | 1990 |\n| Cora | 2001 |"
    listed = "You need:\n\n- a red torch\n- two gloves\n  of wool\n- a rope"
    text = f"{prose}\n\n## Ships\n\n{table}\n\n{prose}\n\n{listed}\n\n{prose}"
    cut = Splitter(embedding.lengths, tokens=64, overlap=16).split(article(text), "v")
    for whole, part in ((f"## Ships\n\n{table}", "Brig"), (listed, "gloves")):
        assert all(whole in passage.text for passage in cut if part in passage.text)
        assert any(whole in passage.text for passage in cut)
    long = "\n".join(["| Ship | Built |", "|---|---|", *(f"| Ship {n} | {n} |" for n in range(99))])
    parts = Splitter(embedding.lengths, tokens=64, overlap=16).split(article(long), "v")
    assert len(parts) > 3
    assert max(embedding.lengths([part.text for part in parts])) <= 64


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("| Ansel | 1987 |\n| Brig | 1990 |", True),
        ("## Ships\n\n| Ansel | 1987 |\n| Brig | 1990 |", True),
        ("## Tools\n\n- a torch\n- a rope", True),
        ("**You need:**\n\n- a torch\n- a rope", True),
        ("- a torch\n  It is red.\n  It is new.\n- a rope", True),
        ("| Ansel | 1987 |\n\n| Brig | 1990 |", False),
        ("You may come.\n\n- a torch\n- a rope", False),
        ("You may come.\n\n| Ansel | 1987 |\n| Brig | 1990 |", False),
        ("- a torch\n\nIt is red and new.", False),
        ("- a torch\n\n  It is red and new.", False),
        ("It is red | it is new.\n\nIt is old.", False),
    ],
)
def test_what_belongs_together_is_cut_nowhere(
    embedding: Embedding, part: str, *, whole: bool
) -> None:
    """Wherever a passage would end, and only that: what merely follows may be cut off."""
    splitter = Splitter(embedding.lengths, tokens=36, overlap=0)
    cuts = [
        splitter.split(article(f"The ferry sailed {'on ' * n}.\n\n{part}"), "v") for n in range(32)
    ]
    assert all(any(part in passage.text for passage in cut) for cut in cuts) == whole


def test_blank_lines_and_headings_end_sentences() -> None:
    """A heading without a full stop is not glued to the paragraph below it."""
    text = "Coordination at the United Nations\n" + "Lavrov said that both would coordinate. " * 8
    assert text[slice(*sentences(text)[0])] == "Coordination at the United Nations"


def test_hard_wrapped_lines_are_one_sentence() -> None:
    """A line end in a text wrapped at a fixed width is a space, not the end of a sentence."""
    text = (
        "The harbour master wrote about the ship in his log on the first\n"
        "morning of the year, and nobody else in the town had seen it at\n"
        "all. Few believed him.\n"
    )
    assert [text[a:b] for a, b in sentences(text)] == [
        text[: text.index("Few")].strip(),
        "Few believed him.",
    ]


@given(text=TEXTS | st.text(max_size=300))
@settings(deadline=None, max_examples=200)
def test_sentences_are_in_order_and_trimmed(text: str) -> None:
    """Sentences never overlap, never begin or end with white space, and cover every letter."""
    spans = sentences(text)
    assert all(a < b and text[a:b] == text[a:b].strip() for a, b in spans)
    assert all(b <= c for (_, b), (c, _) in pairwise(spans))
    inside = [False] * len(text)
    for a, b in spans:
        inside[a:b] = [True] * (b - a)
    assert all(i for i, character in zip(inside, text, strict=True) if character.isalnum())
