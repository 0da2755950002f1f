"""The index and the pipeline where LlamaIndex takes a retriever or a query engine."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from llama_index.core.base.response.schema import Response
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import NodeWithScore, TextNode
from llama_index.core.tools import QueryEngineTool

from qa.embedding import Embedding
from qa.errors import BadQuestion, UnknownArticle
from qa.llamaindex import FootnoteIndex
from qa.reader import EmbeddedReader
from qa.types import Filters
from tests.live import ARTICLES, LIGHTHOUSE, ODD, ODD_ID, ingested
from tests.llm_pipeline import pipeline, stored
from tests.llm_world import FIRST, WHO
from tests.ollama_script import Json, Stall, Step
from tests.ollama_server import ollama

QUESTION = "Who designed the lighthouse at Cape Morrow?"
FOUNDER = "Who founded the fish market of Tallmere?"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FootnoteIndex]:
    """Return an index, opened as a user opens it, over four small articles."""
    root = tmp_path_factory.mktemp("llamaindex")
    settings = ingested(root / "articles", root / "data", ARTICLES)
    with FootnoteIndex.open(settings.data_dir) as opened:
        yield opened


def answered(index: FootnoteIndex, question: str, filters: Filters | None = None) -> Response:
    """Ask the query engine."""
    response = index.as_query_engine(filters or Filters()).query(question)
    assert isinstance(response, Response)
    return response


def text_of(found: NodeWithScore) -> TextNode:
    """Return the node as what it is."""
    assert isinstance(found.node, TextNode)
    return found.node


def test_three_lines_lead_to_passages(index: FootnoteIndex) -> None:
    """The retriever finds as many passages as asked for, each at its place in its article."""
    retriever = index.as_retriever(similarity_top_k=3)
    nodes = retriever.retrieve(QUESTION)
    assert len(nodes) == 3
    first = text_of(nodes[0])
    assert first.metadata["file"] == first.ref_doc_id == "lighthouse.txt"
    assert LIGHTHOUSE[first.start_char_idx : first.end_char_idx] == first.text
    scores = [node.score or 0 for node in nodes]
    assert scores == sorted(scores, reverse=True)
    assert asyncio.run(retriever.aretrieve(QUESTION)) == nodes


def test_the_retriever_feeds_llamaindexs_own_query_engine(index: FootnoteIndex) -> None:
    """LlamaIndex's engine writes from our passages, and returns them as its sources."""
    retriever = index.as_retriever(similarity_top_k=2)
    engine = RetrieverQueryEngine.from_args(retriever, llm=MockLLM())
    response = engine.query(QUESTION)
    assert "Ada Lindqvist" in str(response)
    assert [node.node_id for node in response.source_nodes] == [
        node.node_id for node in retriever.retrieve(QUESTION)
    ]


@pytest.mark.parametrize(("question", "file"), [(QUESTION, "lighthouse.txt"), (FOUNDER, ODD_ID)])
def test_an_answer_carries_its_footnotes_as_source_nodes(
    index: FootnoteIndex, question: str, file: str
) -> None:
    """Source node n is footnote [n]: the quote, verbatim at its code points, with its metadata."""
    response = answered(index, question)
    assert response.response is not None
    assert response.metadata is not None
    assert response.metadata["status"] == "answered"
    assert response.source_nodes
    for number, found in enumerate(response.source_nodes, start=1):
        node = text_of(found)
        about = node.metadata
        assert f"[{number}]" in response.response
        assert about["footnote"] == number
        assert ARTICLES[about["file"]][about["start"] : about["end"]] == node.text
        assert (node.start_char_idx, node.end_char_idx) == (about["start"], about["end"])
        assert node.ref_doc_id == about["file"]
        assert found.score is not None
        assert 0 < found.score <= 1
        assert response.metadata["citations"][number - 1]["sha256"] == about["sha256"]
    assert response.source_nodes[0].metadata["file"] == file


def test_offsets_are_code_points(index: FootnoteIndex) -> None:
    """Behind characters that take two UTF-16 units, the offsets still meet the quote."""
    about = answered(index, FOUNDER).source_nodes[0].metadata
    before = ODD[: about["start"]]
    assert len(before) < len(before.encode("utf-16-le")) // 2
    assert "Joost Haverkamp" in ODD[about["start"] : about["end"]]


def test_asking_in_a_coroutine_gives_the_same(index: FootnoteIndex) -> None:
    """The asynchronous answer equals the other, and the loop goes on meanwhile."""
    fresh = QUESTION.replace("?", " today?")  # what was asked before is answered in no time

    async def both() -> tuple[object, int]:
        turns = 0
        asking = asyncio.ensure_future(index.as_query_engine().aquery(fresh))
        while not asking.done():
            turns += 1
            await asyncio.sleep(0.001)
        return asking.result(), turns

    response, turns = asyncio.run(both())
    assert isinstance(response, Response)
    plain = answered(index, fresh)
    assert (response.response, response.source_nodes) == (plain.response, plain.source_nodes)
    assert turns > 1


def test_what_the_articles_do_not_say_has_no_sources(index: FootnoteIndex) -> None:
    """Nothing is cited by similarity alone."""
    response = answered(index, "What is the capital of Mongolia?")
    assert response.response == "The articles do not answer this question."
    assert response.source_nodes == []
    assert response.metadata is not None
    assert response.metadata["status"] == "not_found"


def test_filters_restrict_both(index: FootnoteIndex) -> None:
    """With a filter, neither passages nor footnotes come from elsewhere; an unknown file fails."""
    only = Filters(files=("bridge.txt",))
    found = index.as_retriever(filters=only).retrieve(QUESTION)
    assert {node.metadata["file"] for node in found} == {"bridge.txt"}
    sources = answered(index, "How long is the new bridge of Grimsfold?", only).source_nodes
    assert {node.metadata["file"] for node in sources} == {"bridge.txt"}
    with pytest.raises(UnknownArticle):
        answered(index, QUESTION, Filters(files=("nowhere.txt",)))


def test_a_question_without_words_is_an_error(index: FootnoteIndex) -> None:
    """Both raise the pipeline's own error, in a coroutine, too."""
    with pytest.raises(BadQuestion):
        index.as_retriever().retrieve("?!")
    with pytest.raises(BadQuestion):
        answered(index, "?!")
    with pytest.raises(BadQuestion):
        asyncio.run(index.as_query_engine().aquery("?!"))


def test_the_engine_is_a_tool_of_an_agent(index: FootnoteIndex) -> None:
    """LlamaIndex's tool over the engine returns the answer, called in both ways."""
    tool = QueryEngineTool.from_defaults(index.as_query_engine(), name="articles")
    for output in (tool.call(QUESTION), asyncio.run(tool.acall(QUESTION))):
        assert "Ada Lindqvist" in output.content
        assert isinstance(output.raw_output, Response)
        assert output.raw_output.source_nodes


def test_the_index_sees_what_is_ingested_while_it_is_open(tmp_path: Path) -> None:
    """An article that another pipeline adds is found without opening anything again."""
    bridge = {"bridge.txt": ARTICLES["bridge.txt"]}
    settings = ingested(tmp_path / "articles", tmp_path / "data", bridge)
    with FootnoteIndex.open(str(settings.data_dir)) as index:
        retriever = index.as_retriever(similarity_top_k=1)
        assert retriever.retrieve(QUESTION)[0].metadata["file"] == "bridge.txt"
        ingested(tmp_path / "articles", tmp_path / "data", {"lighthouse.txt": LIGHTHOUSE})
        assert retriever.retrieve(QUESTION)[0].metadata["file"] == "lighthouse.txt"


@pytest.mark.parametrize("first", [[], [FIRST]], ids=["before a word", "between two lines"])
def test_cancelling_the_task_stops_the_language_model(
    embedding: Embedding, reader: EmbeddedReader, tmp_path: Path, first: list[Step]
) -> None:
    """A coroutine that is cancelled while the model writes closes the request to the model."""
    waiting = threading.Event()

    def stall(_: Json) -> list[Step | Stall]:
        waiting.set()
        return [*first, Stall()]

    async def leave(index: FootnoteIndex) -> None:
        asking = asyncio.ensure_future(index.as_query_engine().aquery(WHO))
        await asyncio.to_thread(waiting.wait, 30)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    articles = {"lighthouse.txt": LIGHTHOUSE}
    with stored(tmp_path, embedding, articles) as store, ollama(stall) as server:
        asyncio.run(leave(FootnoteIndex(pipeline(store, reader, server.url))))
        assert server.gone.wait(5)
