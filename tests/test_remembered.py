"""What is remembered of questions saves the work, and never outlives a change of the articles."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from qa.index import PassageIndex
from qa.pipeline import Pipeline
from qa.reader import EmbeddedReader
from qa.remembered import Remembered
from qa.types import Answer, Filters
from tests.conftest import MakePipeline
from tests.support import write

QUESTION = "How high will the dam be?"


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count searches and readings."""
    done: Counter[str] = Counter()
    for owner, name in ((PassageIndex, "dense"), (PassageIndex, "terms"), (EmbeddedReader, "read")):
        own = getattr(owner, name)

        def counted(self: Any, *given: Any, own: Any = own, name: str = name) -> Any:
            done[name] += 1
            return own(self, *given)

        monkeypatch.setattr(owner, name, counted)
    return done


def dam(metres: int) -> dict[str, str]:
    """Return an article that says how high the dam will be."""
    return {"dam.txt": f"Orrin, 3 May 2024 - The Orrin dam will be {metres} metres high."}


def said(pipeline: Pipeline, filters: Filters | None = None) -> str:
    """Return the answer to the question."""
    return pipeline.answer(QUESTION, filters=filters or Filters()).answer


def test_a_question_asked_again_is_not_worked_on_again(
    make_pipeline: MakePipeline, folder: Path, work: Counter[str]
) -> None:
    """The second answer is the first one, made without searching or reading."""
    write(folder, dam(96))
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    answers = [pipeline.answer(QUESTION) for _ in range(2)]
    assert work == {"dense": 1, "terms": 1, "read": 1}
    first, second = (answer.model_copy(update={"timings": {}}) for answer in answers)
    assert first == second
    assert "96" in first.answer


def test_no_answer_outlives_a_change(make_pipeline: MakePipeline, folder: Path) -> None:
    """After a change, a new article, a deletion and a rebuild, the answer is the new one, whoever
    of two processes made the change.
    """
    write(folder, dam(96))
    reader, writer = make_pipeline(), make_pipeline()
    writer.store.ingest([folder])
    assert "96" in said(reader)
    write(folder, dam(104))
    writer.store.ingest([folder])
    assert "104" in said(reader)
    assert "104" in said(writer)
    writer.store.reindex()
    assert "104" in said(reader)
    writer.store.remove("dam.txt")
    write(folder, {"other.txt": "Varnes, 4 May 2024 - The ferry ran aground."})
    writer.store.ingest([folder])
    assert reader.answer(QUESTION).status == "not_found"


def test_filters_are_not_confused(make_pipeline: MakePipeline, folder: Path) -> None:
    """The same question within other articles has another answer, by turns."""
    write(folder, dam(96) | {"old.txt": "Orrin, 1 May 2019 - The dam will be 88 metres high."})
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    for _ in range(2):
        assert "96" in said(pipeline, Filters(files=("dam.txt",)))
        assert "88" in said(pipeline, Filters(files=("old.txt",)))


def test_threads_that_ask_while_articles_change_get_no_old_answer(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """An answer to a question asked after a change shows that change, or a later one."""
    pipeline = make_pipeline()
    written = 100
    write(folder, dam(written))
    pipeline.store.ingest([folder])
    over = threading.Event()
    answers: list[tuple[int, Answer]] = []

    def ask() -> None:
        while not over.is_set():
            at_least = written
            answers.append((at_least, pipeline.answer(QUESTION)))

    with ThreadPoolExecutor(2) as threads:
        asking = [threads.submit(ask) for _ in range(2)]
        for height in range(101, 108):
            write(folder, dam(height))
            pipeline.store.ingest([folder])
            written = height
        over.set()
        for thread in asking:
            thread.result()
    told = [(at_least, c.quote) for at_least, answer in answers for c in answer.citations]
    assert len(told) >= 8
    for at_least, quote in told:
        assert int(quote.partition(" metres")[0].split()[-1]) >= at_least


def test_the_oldest_is_forgotten_and_errors_are_not_kept() -> None:
    """Of what is used, the last few are kept; what failed is tried again."""
    kept: Remembered[int] = Remembered(2)
    made: list[int] = []

    def make(number: int) -> int:
        made.append(number)
        if number < 0:
            raise ValueError(number)
        return number

    for number in (1, 2, 1, 3, 1, 2):
        assert kept.get(number, lambda n=number: make(n)) == number  # type: ignore[misc]
    assert made == [1, 2, 3, 2]
    assert len(kept) == 2
    for _ in range(2):
        with pytest.raises(ValueError, match="-1"):
            kept.get(-1, lambda: make(-1))
    assert made[-2:] == [-1, -1]
