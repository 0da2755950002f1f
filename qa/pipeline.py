"""From a question to a footnoted answer: `Pipeline.ask` shows the whole flow.

`build` makes the parts and hands them to each other; nothing else does. A pipeline may be used
from several threads.
"""

from collections.abc import Iterator, Sequence

from qa.answer import draft
from qa.compose import Footnotes, Stopwatch, compose
from qa.conflicts import compare, settle
from qa.embedding import BUNDLED, Embedding
from qa.errors import BadQuestion, NothingIndexed, QAError
from qa.facts import question_kind
from qa.followup import standalone
from qa.library import Library
from qa.lock import WriterLock
from qa.outline import short_answer, sides
from qa.reader import EmbeddedReader
from qa.reading import Reader
from qa.retrieve import Retriever
from qa.settings import Settings
from qa.store import Store
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
)
from qa.verify import verify

EVERYTHING = Filters()


def build(settings: Settings, *, writer: bool = False) -> "Pipeline":
    """Make a pipeline from settings.

    With `writer`, the data directory's lock is taken (`IndexLocked` when another process has
    it), what a crash left half done is finished, and models and indexes are loaded at once.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    embedding = Embedding(settings.embedding_model)
    library = Library(settings.data_dir / "library.db")
    store = Store(settings, library, embedding, WriterLock(settings.data_dir))
    # The reader was trained on the bundled model's vectors, whichever model the index is made with.
    known = embedding if settings.embedding_model == BUNDLED else Embedding(BUNDLED)
    reader = EmbeddedReader(known)
    if writer:
        try:
            store.own()
            reader.load()
        except BaseException:
            store.close()
            raise
    return Pipeline(store, reader)


class Pipeline:
    """Questions in, events or answers out. `store` holds what they are answered from."""

    def __init__(self, store: Store, reader: Reader) -> None:
        self.store = store
        self.settings = store.settings
        self.library = store.library
        self.reader = reader

    def ask(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters = EVERYTHING
    ) -> Iterator[Event]:
        """Answer a question as events: Retrieved, (ClaimDrafted, ClaimVerified)*, Answered.

        Anything that a user can mend ends the stream with `Failed` instead of an exception.
        """
        try:
            yield from self.steps(question, history=history, filters=filters)
        except QAError as error:
            yield Failed(problem=error.problem)

    def answer(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters = EVERYTHING
    ) -> Answer:
        """Answer a question in one piece; raises the `QAError` that `ask` would report."""
        for event in self.steps(question, history=history, filters=filters):
            if isinstance(event, Answered):
                return event.answer
        raise AssertionError("a question ends in an answer or an error")

    def steps(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters = EVERYTHING
    ) -> Iterator[Event]:
        """Answer a question as `ask` does, but raise the `QAError` where `ask` ends with it."""
        watch = Stopwatch()
        asked = self._checked(question)
        rewritten = standalone(asked, history)
        search = rewritten or asked

        with watch("retrieve"):
            passages = self._retrieve(search, filters, self.settings.retrieve_k)
        retrieved = Retrieved(question=asked, rewritten=rewritten, passages=tuple(passages))
        yield retrieved

        with watch("answer"):
            reading = self.reader.read(search, passages)
            compared = compare(search, reading.values, self.reader.support)
            drafts = draft(
                search,
                reading,
                passages,
                self.reader,
                max_claims=self.settings.max_claims,
                sides=sides(compared),
            )

        footnotes = Footnotes(self.library, days=question_kind(search) == "date")
        for n, drafted in enumerate(drafts, start=1):
            yield ClaimDrafted(n=n, text=drafted.text)
            with watch("verify"):
                verified = verify(drafted, self.reader.support)
                claim, cited = footnotes.cite(verified)
            yield ClaimVerified(n=n, claim=claim, citations=cited)

        yield Answered(
            answer=compose(
                retrieved,
                reading,
                footnotes,
                short_answer=short_answer(search, reading.values, compared, footnotes.citing),
                conflicts=settle(compared, footnotes.citing),
                model="embedded",
                timings=watch.timings,
            )
        )

    def search(self, query: str, k: int = 10, filters: Filters = EVERYTHING) -> list[Passage]:
        """Return the `k` passages nearest to `query`, best first."""
        return self._retrieve(self._checked(query), filters, k)

    def _checked(self, question: str) -> str:
        asked = " ".join(question.split())
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
                "Index a folder of articles: qa ingest PATH",
            )
        return asked

    def _retrieve(self, question: str, filters: Filters, k: int) -> list[Passage]:
        with self.store.searching() as index:
            retriever = Retriever(self.library, index, self.store.embedding, k=k)
            return retriever.passages(question, filters=filters)

    def close(self) -> None:
        """Close the store, and give its lock back."""
        self.store.close()
