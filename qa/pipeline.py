"""From a question to a footnoted answer: `Pipeline.ask` shows the whole flow.

`build` makes the parts and hands them to each other; nothing else does. A pipeline may be used
from several threads.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from qa.about import about_the_named
from qa.columns import on_asked_rows
from qa.compose import EMBEDDED, Footnotes, Stopwatch, compose
from qa.conflicts import Comparison, compare, settle
from qa.crossencoder import CrossEncoder
from qa.drafting import Drafting, Matter, verified
from qa.embedding import BUNDLED, Embedding
from qa.errors import BadQuestion, LLMError, NothingIndexed, QAError
from qa.facts import question_kind
from qa.index import PassageIndex
from qa.library import Library
from qa.llm.cancel import Cancel, Cancelled
from qa.llm.choose import Choice, Chooser
from qa.lock import WriterLock
from qa.otel import tracing_of_environment
from qa.outline import short_answer
from qa.reader import EmbeddedReader
from qa.reading import READY, Reader, Reading
from qa.remembered import Remembered
from qa.retrieve import Halves, Retriever, reranked
from qa.settings import Settings
from qa.storage import writing
from qa.store import Store
from qa.tracing import Timed, Tracing
from qa.types import (
    Answer,
    Answered,
    ClaimDrafted,
    ClaimVerified,
    Event,
    Failed,
    Filters,
    Passage,
    Retrieved,
    Turn,
    whole,
)

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

EVERYTHING = Filters()
_ATTEMPTS = 3
"""Searches for one question, while articles change in the middle of each."""
_REMEMBERED = 128
"""Questions of which is remembered what was found; each takes some 100 kB at most."""


def build(
    settings: Settings,
    *,
    writer: bool = False,
    llm: "LLM | None" = None,
    tracing: Tracing | None = None,
) -> "Pipeline":
    """Make a pipeline from settings, with any LlamaIndex `llm` in the place of `settings.llm`.

    `tracing` is told how long its parts take; without one, the collector that the environment
    names.

    With `writer`, the data directory's lock is taken (`IndexLocked` when another process has
    it), what a crash left half done is finished, and models and indexes are loaded at once. A
    replica loads them as well, but takes no lock and finishes nothing.
    """
    if not settings.replica:
        with writing(settings.data_dir):
            settings.data_dir.mkdir(parents=True, exist_ok=True)
    embedding = Embedding(settings.embedding_model, settings.cache_dir)
    library = Library(settings.data_dir / "library.db", replica=settings.replica)
    tracing = tracing or tracing_of_environment()
    store = Store(settings, library, embedding, WriterLock(settings.data_dir), tracing)
    # The reader was trained on the bundled model's vectors, whichever model the index is made with.
    known = (
        embedding if settings.embedding_model == BUNDLED else Embedding(BUNDLED, settings.cache_dir)
    )
    reader = EmbeddedReader(known, CrossEncoder(cache=settings.cache_dir))
    if writer:
        try:
            # The models are loaded by native code, while Python imports what the index needs.
            with ThreadPoolExecutor(max_workers=2) as threads:
                loading = [threads.submit(embedding.load), threads.submit(reader.load)]
                if settings.replica:
                    store.follow()
                else:
                    store.own()
                for model in loading:
                    model.result()
        except BaseException:
            store.close()
            raise
    return Pipeline(store, reader, Chooser(settings, llm))


class Pipeline:
    """Questions in, events or answers out. `store` holds what they are answered from.

    `chooser` says which model writes; without one it is chosen by the store's settings.
    """

    def __init__(self, store: Store, reader: Reader, chooser: Chooser | None = None) -> None:
        self.store = store
        self.settings = store.settings
        self.library = store.library
        self.reader = reader
        self.chooser = chooser or Chooser(store.settings)
        self._found: Remembered[tuple[Passage, ...]] = Remembered(_REMEMBERED)
        self._read: Remembered[Reading] = Remembered(_REMEMBERED)
        self._compared: Remembered[Comparison] = Remembered(_REMEMBERED)
        self.tracing = store.tracing

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters = EVERYTHING,
        cancel: Cancel | None = None,
    ) -> Iterator[Event]:
        """Answer a question as events: Retrieved, (ClaimDrafted, ClaimVerified)*, Answered.

        Anything that a user can mend ends the stream with `Failed` instead of an exception. With
        `cancel` another thread can end it at any moment; then it just stops.
        """
        try:
            yield from self.steps(question, history=history, filters=filters, cancel=cancel)
        except QAError as error:
            yield Failed(problem=error.problem)
        except Cancelled:
            return

    def answer(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters = EVERYTHING,
        cancel: Cancel | None = None,
    ) -> Answer:
        """Answer a question in one piece.

        Raises the `QAError` that `ask` would report, and `Cancelled`.
        """
        for event in self.steps(question, history=history, filters=filters, cancel=cancel):
            if isinstance(event, Answered):
                return event.answer
        raise AssertionError("a question ends in an answer or an error")

    def steps(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters = EVERYTHING,
        cancel: Cancel | None = None,
    ) -> Iterator[Event]:
        """Answer a question as `ask` does, but raise the `QAError` where `ask` ends with it."""
        told = question if self.settings.log_questions else None
        with self.tracing.work("question", {"question": told}) as span:
            yield from self._flow(question, history, filters, cancel or Cancel(), span)

    def _flow(
        self,
        question: str,
        history: Sequence[Turn],
        filters: Filters,
        cancel: Cancel,
        span: Timed,
    ) -> Iterator[Event]:
        watch = Stopwatch(span)
        asked = self._checked(question)

        with watch("retrieve"):
            drafting = self._drafting(cancel)
            rewritten = drafting.standalone(asked, history)
            search = rewritten or asked
            near = self._retrieve(search, filters, self.settings.retrieve_k)
        with watch("answer", "read"):
            reading = self._reading(search, near)
        passages = reranked(near, reading.relevance) if self.settings.rerank else near
        retrieved = Retrieved(question=asked, rewritten=rewritten, passages=tuple(passages))
        yield retrieved

        with watch("answer", "compare"):
            compared = self._comparison(search, near, reading)

        footnotes = Footnotes(self.library, days=question_kind(search) == "date")
        matter = Matter(search, passages, reading, compared)
        with closing(drafting.drafts(matter, footnotes)) as drafts:
            for n, drafted in enumerate(watch.each("answer", drafts, "draft"), start=1):
                yield ClaimDrafted(n=n, text=drafted.text)
                with watch("verify"):
                    found = verified(drafted, self.reader.support)
                    claim, cited = footnotes.cite(drafting.confirmed(drafted, found))
                yield ClaimVerified(n=n, claim=claim, citations=cited)

        answer = compose(
            retrieved,
            footnotes,
            replace(
                drafting.ending,
                notices=(*self._kept_out(filters, near), *drafting.ending.notices),
            ),
            confidence=reading.answerable,
            short_answer=short_answer(
                search, reading.values, compared, footnotes.citing, footnotes.claims
            ),
            conflicts=settle(compared, footnotes.citing),
            timings=watch.timings,
        )
        span.note(
            {
                "status": answer.status,
                "model": answer.model,
                "passages": len(answer.passages),
                "claims": len(answer.claims),
                "removed": len(answer.removed),
            }
        )
        yield Answered(answer=answer)

    def _kept_out(self, filters: Filters, near: Sequence[Passage]) -> list[str]:
        """Say that nothing was found because nothing was searched, where filters keep all out."""
        if near or filters.empty:
            return []
        said = "No article passes the filters, so none was searched."
        undated = self.library.undated() if filters.date_from or filters.date_to else 0
        if undated:
            said += f" Articles without a date ({undated:,} here) pass no filter by date."
        return [said]

    def _drafting(self, cancel: Cancel) -> Drafting:
        """Choose who drafts. A server that is named by no address leaves the embedded reader."""
        problem: LLMError | None = None
        try:
            choice = self.chooser.choose()
        except LLMError as error:
            choice, problem = Choice(None, EMBEDDED, error.detail), error
        most = self.settings.max_claims
        return Drafting(
            choice, self.reader, most=most, cancel=cancel, problem=problem,
            checker=self.chooser.checker() if choice.llm is not None else None,
        )  # fmt: skip

    @contextmanager
    def warming(self) -> Iterator[None]:
        """Load the models meanwhile, for a question that is asked at once.

        What goes wrong here goes wrong again where a model is used, and is told then.
        """
        with ThreadPoolExecutor(max_workers=2) as threads:
            threads.submit(self.store.embedding.load)
            threads.submit(self.reader.read, *READY)
            yield

    def load_ahead(self, cancel: Cancel) -> None:
        """Have Ollama load the model that will write, so that the first question does not wait.

        What goes wrong here goes wrong again with the first question, and is told then.
        """
        with suppress(LLMError, Cancelled):
            llm = self.chooser.choose().llm
            if llm is None:
                return
            from qa.llm.ollama import OllamaLLM

            if isinstance(llm, OllamaLLM):
                llm.load(cancel)

    def search(
        self, query: str, k: int = 10, filters: Filters = EVERYTHING, halves: Halves = "fused"
    ) -> list[Passage]:
        """Return the `k` passages nearest to `query`, best first."""
        return list(self._retrieve(self._checked(query), filters, k, halves))

    def rerank(self, query: str, passages: Sequence[Passage]) -> list[Passage]:
        """Read the first `retrieve_k` of the passages, and order them by what they say."""
        reading = self.reader.read(query, passages[: self.settings.retrieve_k])
        return reranked(passages, reading.relevance)

    def _checked(self, question: str) -> str:
        asked = " ".join(whole(question).split())
        limit = self.settings.max_question_chars
        if len(asked) > limit:
            raise BadQuestion(
                f"The question has {len(asked)} characters, at most {limit} are taken.",
                "Shorten it, or raise QA_MAX_QUESTION_CHARS.",
            )
        if not any(character.isalnum() for character in asked):
            raise BadQuestion("The question has no words.", "Ask something.")
        if self.library.empty:
            raise NothingIndexed(
                f"No article is indexed in {self.settings.data_dir.absolute()}.",
                NothingIndexed.command,
            )
        return asked

    def _retrieve(
        self, question: str, filters: Filters, k: int, halves: Halves = "fused"
    ) -> tuple[Passage, ...]:
        def run(index: PassageIndex) -> tuple[Passage, ...]:
            retriever = Retriever(self.library, index, self.store.embedding, k=k)
            return tuple(retriever.passages(question, filters=filters, halves=halves))

        for _ in range(_ATTEMPTS):
            generation = self.library.generation
            found = self._found.get(
                (generation, question, filters, k, halves), lambda: self.store.search(run)
            )
            # What was found in the middle of a change may be of neither version of an article.
            if generation == self.library.generation:
                break
        return found

    def _reading(self, question: str, passages: tuple[Passage, ...]) -> Reading:
        # A passage's id tells the version of its article: beside the reader nothing else decides.
        key = (id(self.reader), question, passages)
        return self._read.get(key, lambda: self._read_closely(question, passages))

    def _read_closely(self, question: str, passages: tuple[Passage, ...]) -> Reading:
        reading = on_asked_rows(question, self.reader.read(question, passages))
        return about_the_named(question, reading, passages, self._told)

    def _told(self, article: str, start: int, end: int) -> str:
        found = self.library.excerpt(article, start, end)
        return found[0] if found is not None else ""

    def _comparison(
        self, question: str, passages: tuple[Passage, ...], reading: Reading
    ) -> Comparison:
        key = (id(self.reader), question, passages)
        support = self.reader.support
        return self._compared.get(key, lambda: compare(question, reading.values, support))

    def close(self) -> None:
        """Close the store, and give its lock back."""
        self.store.close()
        self.tracing.close()
