"""The whole flow: events, footnotes, filters, refusals, over the bundled articles."""

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.embedding import Embedding
from qa.errors import BadFilter, BadQuestion, NothingIndexed, UnknownArticle
from qa.library import Library
from qa.lock import WriterLock
from qa.pipeline import Pipeline
from qa.reader import EmbeddedReader
from qa.settings import Settings
from qa.store import Store
from qa.types import Answer, Answered, ClaimDrafted, ClaimVerified, Failed, Filters, Retrieved, Turn
from tests.conftest import SEEDS, MakePipeline
from tests.support import paragraph, write

ANSWERABLE = "Which countries remain closely aligned with Venezuela?"
ELSEWHERE = "What is the capital of Mongolia?"
ALLIES = "004_90d9e4a8317acd22.txt"


@pytest.fixture(scope="module")
def seeds(embedding: Embedding, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """Return a pipeline over the bundled articles."""
    chosen = Settings(data_dir=tmp_path_factory.mktemp("data"))
    library = Library(chosen.data_dir / "library.db")
    store = Store(chosen, library, embedding, WriterLock(chosen.data_dir))
    store.ingest([SEEDS])
    pipeline = Pipeline(store, EmbeddedReader(embedding))
    yield pipeline
    pipeline.close()


def check_footnotes(pipeline: Pipeline, answer: Answer) -> None:
    """Assert every rule that holds for any answer whatsoever."""
    numbers = [citation.id for citation in answer.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    for citation in answer.citations:
        article = pipeline.library.article(citation.file)
        assert article.text[citation.start : citation.end] == citation.quote
        assert (article.sha256, article.date, article.title) == (
            citation.sha256,
            citation.date,
            citation.title,
        )
        assert not any(a < citation.end and citation.start < b for a, b in article.furniture)
    used = [number for claim in answer.claims for number in claim.citations]
    assert set(used) == set(numbers)
    for claim in answer.claims:
        assert claim.verdict == "supported"
        assert claim.citations
    assert all(claim.verdict != "supported" for claim in answer.removed)
    assert (answer.status == "answered") == bool(answer.claims)
    for number in numbers:
        assert f"[{number}]" in answer.answer


def test_an_answer_cites_the_article_that_says_it(seeds: Pipeline) -> None:
    """The first citation is of the right file, and its quote holds the answer."""
    answer = seeds.answer(ANSWERABLE)
    check_footnotes(seeds, answer)
    assert answer.citations[0].file == ALLIES
    assert "Nicaragua" in answer.citations[0].quote
    assert "Cuba" in answer.citations[0].quote


def test_what_no_article_says_is_not_answered(seeds: Pipeline) -> None:
    """A question about something else is refused, with the nearest passages on record."""
    answer = seeds.answer(ELSEWHERE)
    assert (answer.status, answer.claims, answer.citations) == ("not_found", (), ())
    assert answer.passages


def test_a_broad_question_draws_on_several_articles(seeds: Pipeline) -> None:
    """A question that many articles bear on gets several claims from several files."""
    answer = seeds.answer("What did Russia do to support Venezuela?")
    check_footnotes(seeds, answer)
    assert len(answer.claims) >= 3
    assert len({citation.file for citation in answer.citations}) >= 3


def test_events_come_in_order_and_agree_with_the_answer(seeds: Pipeline) -> None:
    """Retrieved, then each claim drafted and verified, then the answer that they add up to."""
    events = list(seeds.ask(ANSWERABLE))
    retrieved, *claims, last = events
    assert isinstance(retrieved, Retrieved)
    assert isinstance(last, Answered)
    drafted = [event for event in claims[0::2] if isinstance(event, ClaimDrafted)]
    streamed = [event for event in claims[1::2] if isinstance(event, ClaimVerified)]
    assert len(drafted) + len(streamed) == len(claims)
    assert [e.n for e in drafted] == [e.n for e in streamed] == list(range(1, len(drafted) + 1))
    assert [e.text for e in drafted] == [e.claim.text for e in streamed]
    answer = last.answer
    assert tuple(e.claim for e in streamed if e.claim.verdict == "supported") == answer.claims
    assert tuple(c for e in streamed for c in e.citations) == answer.citations
    assert [p.id for p in retrieved.passages] == [p.id for p in answer.passages]


def test_the_same_question_gets_the_same_answer(seeds: Pipeline) -> None:
    """Two runs differ in nothing but their timings, in several threads as well."""
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(seeds.answer, [ANSWERABLE] * 8))
    assert len({a.model_copy(update={"timings": {}}).model_dump_json() for a in answers}) == 1


QUESTIONS = st.one_of(
    st.text(min_size=1, max_size=200),
    st.lists(
        st.sampled_from(
            [
                "who",
                "what",
                "when",
                "where",
                "why",
                "how",
                "many",
                "did",
                "was",
                "the",
                "tanker",
                "Putin",
                "Maduro",
                "seized",
                "killed",
                "87",
                "oil",
                "Skipper",
                "United",
                "Nations",
                "Cuba",
                "Iran",
                "blockade",
                "not",
                "in",
                "of",
                "?",
                "!",
                "[1]",
                "\u202e",
                "<b>",
                "🚢",
            ]
        ),
        min_size=1,
        max_size=12,
    ).map(" ".join),
)


@given(question=QUESTIONS)
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_any_question_keeps_the_rules(seeds: Pipeline, question: str) -> None:
    """Whatever is asked, quotes are verbatim, numbers agree, and nothing raises."""
    last = list(seeds.ask(question))[-1]
    if isinstance(last, Failed):
        assert last.problem.type == "bad-question"
    else:
        assert isinstance(last, Answered)
        check_footnotes(seeds, last.answer)


ARTICLES = st.dictionaries(
    st.sampled_from(["a.txt", "b.md", "c.txt"]),
    st.lists(
        st.one_of(
            st.sampled_from(
                [
                    "The tanker Skipper was seized on Tuesday. ",
                    "© 2025 Example Times.\n",
                    "# Harbour news\n\n",
                    "“No 🚢 moved”, Nicolás said.\r\n",
                    "It carried 1,800 tons of grain to Kraków. ",
                    "\u200b\ufeff",
                ]
            ),
            st.text(max_size=40),
        ),
        min_size=1,
        max_size=12,
    ).map("".join),
    min_size=1,
)


@given(articles=ARTICLES)
@settings(
    deadline=None,
    max_examples=10,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_article_is_quoted_verbatim(
    articles: dict[str, str],
    embedding: Embedding,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Whatever an article holds, each quote from it stands in it at its offsets."""
    root = tmp_path_factory.mktemp("any")
    write(root / "articles", articles)
    store = Store(
        Settings(data_dir=root / "data"),
        Library(root / "data" / "library.db"),
        embedding,
        WriterLock(root / "data"),
    )
    store.ingest([root / "articles"])
    pipeline = Pipeline(store, EmbeddedReader(embedding))
    try:
        for question in ("When was the tanker Skipper seized?", "What did Nicolás say?"):
            last = list(pipeline.ask(question))[-1]
            if isinstance(last, Failed):
                assert last.problem.type == "nothing-indexed"
            else:
                assert isinstance(last, Answered)
                check_footnotes(pipeline, last.answer)
    finally:
        pipeline.close()


def test_a_filter_by_file_keeps_others_out(seeds: Pipeline) -> None:
    """Only the files asked for are read."""
    answer = seeds.answer("Who supports Venezuela?", filters=Filters(files=(ALLIES,)))
    assert {passage.file for passage in answer.passages} == {ALLIES}


def test_a_filter_by_date_keeps_undated_articles_out(seeds: Pipeline) -> None:
    """A range of dates matches articles dated within it, and none without a date."""
    day = dt.date(2025, 12, 11)
    passages = seeds.search("Venezuela", 50, Filters(date_from=day, date_to=day))
    assert passages
    assert {passage.date for passage in passages} == {day}


def test_filters_that_let_nothing_pass_are_said(seeds: Pipeline) -> None:
    """That nothing was searched is told from that the articles have no answer, and why it was."""
    later = Filters(date_from=dt.date(2030, 1, 1))
    answer = seeds.answer(ANSWERABLE, filters=later)
    assert answer.status == "not_found"
    (notice,) = answer.notices
    assert "No article passes the filters" in notice
    assert "without a date (3 here)" in notice
    (notice,) = seeds.answer(ANSWERABLE, filters=Filters(files=())).notices
    assert "date" not in notice
    assert seeds.answer(ELSEWHERE, filters=Filters(files=(ALLIES,))).notices == ()


def test_filters_that_cannot_be_are_refused(seeds: Pipeline) -> None:
    """An unknown file and a reversed range are errors, not empty answers."""
    with pytest.raises(UnknownArticle, match=r"nowhere\.txt"):
        seeds.answer("Who?", filters=Filters(files=("nowhere.txt",)))
    reversed_range = Filters(date_from=dt.date(2025, 2, 1), date_to=dt.date(2025, 1, 1))
    with pytest.raises(BadFilter, match="later than"):
        seeds.answer("Who?", filters=reversed_range)


@pytest.mark.parametrize("question", ["", "   \n", "?!…", "x" * 2001])
def test_no_question_is_refused(seeds: Pipeline, question: str) -> None:
    """A question without words, or a very long one, is an error with a remedy."""
    with pytest.raises(BadQuestion):
        seeds.answer(question)
    last = list(seeds.ask(question))[-1]
    assert isinstance(last, Failed)
    assert last.problem.remedy


def test_asking_an_empty_index_says_so(make_pipeline: MakePipeline) -> None:
    """Before anything is ingested the remedy is to ingest."""
    with pytest.raises(NothingIndexed, match="qa ingest"):
        make_pipeline().answer("Who?")


def test_a_follow_up_is_rewritten_to_stand_alone(seeds: Pipeline) -> None:
    """What "it" was is put into words that stood in the conversation, and the event shows it."""
    history = [Turn(question="Which countries remain aligned with Venezuela?", answer="…")]
    first = next(iter(seeds.ask("When did Russia call it?", history=history)))
    assert isinstance(first, Retrieved)
    assert first.rewritten is not None
    assert "Venezuela" in first.rewritten
    alone = next(iter(seeds.ask("When did Russia call Venezuela?", history=history)))
    assert isinstance(alone, Retrieved)
    assert alone.rewritten is None


def test_an_article_that_changes_while_it_is_quoted_is_not_misquoted(
    make_pipeline: MakePipeline,
) -> None:
    """A quote that no longer stands in the article at the end of the answer is withheld."""
    pipeline = make_pipeline()
    folder = pipeline.settings.data_dir.parent / "moving"
    write(folder, {"a.txt": "The tanker Skipper was seized by the navy on Tuesday morning.\n"})
    pipeline.store.ingest([folder])
    events = pipeline.ask("When was the tanker Skipper seized?")
    assert isinstance(next(events), Retrieved)
    write(folder, {"a.txt": paragraph("albatross")})
    pipeline.store.ingest([folder])
    *_, last = events
    assert isinstance(last, Answered)
    assert last.answer.claims == ()
    assert [claim.verdict for claim in last.answer.removed] == ["unsupported"]
