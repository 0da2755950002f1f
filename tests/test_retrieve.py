"""Ranking: rank fusion, each half alone, and the reader's opinion as a third ranking."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.embedding import Embedding
from qa.index import Hit
from qa.library import Library
from qa.lock import WriterLock
from qa.pipeline import Pipeline
from qa.reader import EmbeddedReader
from qa.retrieve import fuse, reranked
from qa.settings import Settings
from qa.store import Store
from qa.types import Passage
from tests.support import write

ARTICLES = {
    "ferry.txt": "The ferry Aurelia ran aground off Varnes. The captain called for help at dawn.",
    "dam.txt": "The Orrin dam will be 96 metres high. Work on the dam began on 3 May.",
    "cheese.txt": "Lotte Anders made the cheese that won. The jury tasted 340 cheeses in a day.",
}


@pytest.fixture(scope="module")
def pipeline(embedding: Embedding, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """Return a pipeline over three short articles."""
    root = tmp_path_factory.mktemp("ranking")
    write(root / "articles", ARTICLES)
    chosen = Settings(data_dir=root / "data", llm="embedded")
    chosen.data_dir.mkdir()
    store = Store(chosen, Library(chosen.data_dir / "library.db"), embedding,
                  WriterLock(chosen.data_dir))  # fmt: skip
    store.ingest([root / "articles"])
    found = Pipeline(store, EmbeddedReader(embedding))
    yield found
    found.close()


def passages(count: int) -> list[Passage]:
    """Return so many passages, by number."""
    return [
        Passage(id=f"p{n}", article_id="a", title="", text=f"text {n}", start=0, end=6)
        for n in range(count)
    ]


def test_what_both_halves_found_comes_before_what_one_found_first() -> None:
    """Second in both rankings beats first in one; equals go by id, so that runs repeat."""
    dense = [Hit(id="a", score=0.9), Hit(id="b", score=0.8)]
    lexical = [Hit(id="c", score=7.0), Hit(id="b", score=6.0)]
    assert [hit.id for hit in fuse([dense, lexical])] == ["b", "a", "c"]


@given(st.lists(st.floats(-20, 20), max_size=12), st.integers(0, 5))
def test_reranking_loses_nothing_and_moves_only_what_was_read(
    relevance: list[float], behind: int
) -> None:
    """The same passages come out; those behind the ones that were read stay where they are."""
    given_in = passages(len(relevance) + behind)
    found = reranked(given_in, relevance)
    assert sorted(p.id for p in found) == sorted(p.id for p in given_in)
    assert found[len(relevance) :] == given_in[len(relevance) :]


@given(st.lists(st.floats(-20, 20), min_size=2, max_size=12, unique=True))
def test_the_reader_moves_up_what_it_thinks_better_of(relevance: list[float]) -> None:
    """No passage that was found earlier and is thought better of comes behind the other."""
    given_in = passages(len(relevance))
    place = {p.id: n for n, p in enumerate(reranked(given_in, relevance))}
    for n in range(len(relevance)):
        for m in range(n + 1, len(relevance)):
            if relevance[n] > relevance[m]:
                assert place[f"p{n}"] < place[f"p{m}"]


def test_a_reader_is_heard_as_far_as_it_is_sure() -> None:
    """Found last and thought best of, a passage rises to the top; not where all seem poor."""
    sure = reranked(passages(5), [0.1, 0.2, 0.3, 0.4, 5.0])
    assert sure[0].id == "p4"
    unsure = reranked(passages(5), [-9.4, -9.3, -9.2, -9.1, -9.0])
    assert [p.id for p in unsure] == ["p0", "p1", "p2", "p3", "p4"]


def test_each_half_can_be_asked_alone(pipeline: Pipeline) -> None:
    """Terms find what shares a word and nothing else; vectors rank every passage."""
    terms = pipeline.search("Aurelia", halves="terms")
    assert [p.article_id for p in terms] == ["ferry.txt"]
    vectors = pipeline.search("a shipping accident", halves="vectors")
    assert vectors[0].article_id == "ferry.txt"
    assert len(vectors) == len(ARTICLES)


def test_the_answer_lists_passages_as_the_reader_ranks_them(pipeline: Pipeline) -> None:
    """What was read is ranked by it, unless the setting says to leave the order of the search."""
    question = "How many did they taste?"
    found = pipeline.search(question)
    answer = pipeline.answer(question)
    assert [p.id for p in answer.passages] == [p.id for p in pipeline.rerank(question, found)]
    assert answer.passages[0].file == "cheese.txt"
    plain = Pipeline(pipeline.store, pipeline.reader)
    plain.settings = pipeline.settings.model_copy(update={"rerank": False})
    assert [p.id for p in plain.answer(question).passages] == [p.id for p in found]
