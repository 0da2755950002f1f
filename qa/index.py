"""Passages in Chroma (dense vectors) and in tantivy (terms), behind one class.

Neither index is trusted to know which passages may answer: both may hold passages of versions
that a crash left behind. The library decides that; here ids go in and ids come out.

Exactly one process may write to a Chroma path (a second one loses data silently), so a
`PassageIndex` that writes must only be made by the holder of the data directory's lock.
"""

import math
import shutil
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from qa import damage, lean
from qa.chroma import BATCH, ChromaServer, close, quiet
from qa.errors import IndexDamaged, QAError
from qa.snapshot import Copies
from qa.storage import failed, writing
from qa.types import Frozen, Passage

if TYPE_CHECKING:
    from tantivy import IndexWriter, Query

_CHROMA_BATCH = 2000
"""Passages per write; the most that Chroma takes is 5461."""
_COLLECTION = "passages"
_HNSW = {"space": "cosine", "max_neighbors": 32, "ef_construction": 200, "ef_search": 200}
"""With these, recall at 10 was .99 where Chroma's defaults gave .92."""
_TITLE_WEIGHT = 0.5
"""A term in the title says what the article is about, not that this passage is."""
_TERMS_HEAP = 50_000_000
_SPARE = 1.5
"""Times as many hits are asked for as should be needed, where others are then left out."""
_MOST = 1000
"""Hits that are asked for and then left out cost less than naming what is wanted up to here."""
_MORE = 4
"""Times as many are asked for again where too few of them were wanted."""

Vectors = npt.NDArray[np.float32]


class Hit(Frozen):
    """A passage's id with its score, higher is better, in the scale of the half it came from."""

    id: str
    score: float


class Within(Protocol):
    """What a search is restricted to: versions, by their keys."""

    @property
    def share(self) -> float:
        """Their part of all versions, in [0, 1]."""

    def among(self, versions: Collection[str], /) -> Collection[str]:
        """Return which of these versions are wanted."""

    def versions(self) -> Sequence[str]:
        """Return all that are wanted; called only where they are few."""

    def passages(self) -> Sequence[str]:
        """Return the ids of their passages; called only where they are few."""


Given = ParamSpec("Given")
Result = TypeVar("Result")


def _told(
    method: "Callable[Concatenate[PassageIndex, Given], Result]",
) -> "Callable[Concatenate[PassageIndex, Given], Result]":
    """Say in our own words what Chroma and tantivy raise: a full disk, a damaged file."""

    @wraps(method)
    def asked(self: "PassageIndex", /, *given: Given.args, **named: Given.kwargs) -> Result:
        from chromadb.errors import ChromaError

        try:
            return method(self, *given, **named)
        except (ChromaError, ValueError, RuntimeError, OSError) as error:
            self.failed = True
            raise _damaged(self.root, error) from error
        except BaseException as error:
            self.failed = True
            # Rust's panic, which no name can be imported for, is no Exception.
            if type(error).__name__ != "PanicException":
                raise
            raise _damaged(self.root, error) from error

    return asked


class PassageIndex:
    """Both halves of one build, under `root/chroma/<build>` and `root/lexical/<build>`.

    With a `server` the vectors lie there instead, one collection per build. What is missing is made
    anew, unless `create` is False: then that is an error, `CollectionGone` or `IndexDamaged`. Where
    nothing can be written, temporary copies are searched.
    """

    def __init__(
        self,
        root: Path,
        build: int,
        server: ChromaServer | None = None,
        *,
        create: bool = True,
    ) -> None:
        self.root = root
        self.build = build
        self.failed = False
        """True after an error: then it is to be opened anew. Chroma keeps the lock of a transaction
        that a full disk broke off, and whoever writes next would wait for it for a long time."""
        self._server = server
        self._create = create
        self._copies = Copies()
        try:
            if server is None:
                self._open_chroma(self._copies.of(root / "chroma" / str(build)))
            else:
                self._connect_chroma(server)
            self._terms_path = self._copies.of(root / "lexical" / str(build))
            self._open_terms()
        except BaseException:
            self._copies.close()
            raise

    # -- opening and closing ---------------------------------------------------------------

    def _open_chroma(self, path: Path) -> None:
        chromadb = lean.chromadb()
        from chromadb.errors import ChromaError

        with writing(path):
            path.mkdir(parents=True, exist_ok=True)
        _check(damage.vectors, path)
        try:
            client = chromadb.PersistentClient(str(path), quiet())
            self._use(client, _COLLECTION)
        # An attribute is missing where a first attempt failed: Chroma keeps what came of it.
        except (ChromaError, ValueError, RuntimeError, OSError, AttributeError) as error:
            raise _damaged(path, error) from error

    def _connect_chroma(self, server: ChromaServer) -> None:
        client = server.connect()
        try:
            with server.answering():
                self._use(client, f"{_COLLECTION}-{self.build}")
        except BaseException:
            close(client)
            raise

    def _use(self, client: Any, name: str) -> None:
        # Typed as Any: close() is missing from the published interface.
        self._client: Any = client
        if self._create:
            collection = client.get_or_create_collection(
                name, configuration={"hnsw": _HNSW}, embedding_function=None
            )
        else:
            collection = client.get_collection(name, embedding_function=None)
        self._collection: Any = collection
        self._size: Callable[[], int] = collection.count
        self._size()

    def _asking(self) -> AbstractContextManager[None]:
        """Say in our own words what a server does not do."""
        return nullcontext() if self._server is None else self._server.answering()

    def _open_terms(self) -> None:
        import tantivy

        if not self._create and not (self._terms_path / "meta.json").exists():
            raise IndexDamaged(
                f"{self._terms_path} holds no index.",
                "Wait for the copy, if it is one; else rebuild it from the library: qa reindex",
            )
        with writing(self._terms_path):
            self._terms_path.mkdir(parents=True, exist_ok=True)
        _check(damage.terms, self._terms_path)
        self._analyzer = (
            tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
            .filter(tantivy.Filter.remove_long(60))
            .filter(tantivy.Filter.lowercase())
            .filter(tantivy.Filter.ascii_fold())
            .filter(tantivy.Filter.stopword("english"))
            .filter(tantivy.Filter.stemmer("english"))
            .build()
        )
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw")
        builder.add_text_field("version", tokenizer_name="raw")
        builder.add_text_field("title", tokenizer_name="footnote")
        builder.add_text_field("text", tokenizer_name="footnote")
        try:
            self._terms = tantivy.Index(builder.build(), path=str(self._terms_path))
        except (ValueError, OSError) as error:
            raise _damaged(self._terms_path, error) from error
        self._terms.register_tokenizer("footnote", self._analyzer)
        self._terms_writer: IndexWriter | None = None

    def close(self) -> None:
        """Finish what is being written and release the files."""
        self.rest()
        close(self._client)
        self._copies.close()

    def refresh(self) -> bool:
        """Show what another process has written; False when the index must be opened anew.

        A Chroma server shows it by itself; of vectors in the data directory, Chroma keeps a copy
        in this process.
        """
        if self._server is None or self._copies:
            return False
        try:
            self._terms.reload()
        except (ValueError, OSError) as error:
            raise _damaged(self._terms_path, error) from error
        return True

    def rest(self) -> None:
        """Let another process write: tantivy's writer holds a lock of its own while it lives."""
        if self._terms_writer is not None:
            self._terms_writer.wait_merging_threads()
            self._terms_writer = None

    # -- writing ---------------------------------------------------------------------------

    @_told
    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Add passages with their vectors, shape (n, dimensions); ids must not be there yet."""
        # Ids and vectors suffice: texts lie in the library, and beside the vectors they would cost
        # five times the time and the room of these.
        with self._asking():
            for first in range(0, len(passages), self._batch):
                part = passages[first : first + self._batch]
                self._collection.add(
                    ids=[passage.id for passage in part],
                    embeddings=vectors[first : first + self._batch],
                    metadatas=[{"version": version_of(passage.id)} for passage in part],
                )
        self._add_terms(passages)

    def _add_terms(self, passages: Sequence[Passage]) -> None:
        import tantivy

        writer = self._writer()
        for passage in passages:
            writer.add_document(
                tantivy.Document(
                    id=passage.id,
                    version=version_of(passage.id),
                    title=passage.title,
                    text=passage.text,
                )
            )
        writer.commit()
        self._terms.reload()

    @_told
    def remove(self, ids: Sequence[str]) -> None:
        """Remove passages by id; ids that are not there are no error."""
        with self._asking():
            for first in range(0, len(ids), self._batch):
                self._collection.delete(ids=list(ids[first : first + self._batch]))
        if not ids:
            return
        writer = self._writer()
        for name in ids:
            writer.delete_documents_by_term("id", name)
        writer.commit()
        self._terms.reload()

    @property
    def _batch(self) -> int:
        return _CHROMA_BATCH if self._server is None else BATCH

    def _writer(self) -> "IndexWriter":
        if self._terms_writer is None:
            try:
                self._terms_writer = self._terms.writer(_TERMS_HEAP, num_threads=1)
            except ValueError as error:
                raise _damaged(self._terms_path, error) from error
        return self._terms_writer

    # -- searching -------------------------------------------------------------------------

    @_told
    def count(self) -> tuple[int, int]:
        """Return how many passages the dense and the lexical half hold."""
        with self._asking():
            return self._size(), int(self._terms.searcher().num_docs)

    @_told
    def dense(self, vector: Vectors, k: int, within: Within | None = None) -> list[Hit]:
        """Return the `k` nearest passages by cosine similarity, shape of `vector` (dimensions,).

        Chroma's own filter by metadata takes longer than the search, so `within` is made without
        it: where it holds many passages the nearest of all are asked for, as many as should have
        `k` of them; where it holds few, they are named.
        """
        if within is None:
            return self._nearest(vector, k)
        found = _restricted(lambda most: self._nearest(vector, most), k, within)
        return self._nearest(vector, k, list(within.passages())) if found is None else found

    def _nearest(self, vector: Vectors, k: int, ids: list[str] | None = None) -> list[Hit]:
        if ids is not None and not ids:
            return []
        with self._asking():
            try:
                found = self._collection.query(
                    query_embeddings=[vector], n_results=k, ids=ids, include=["distances"]
                )
            except lean.chromadb().errors.InternalError:
                # Chroma fails where one of the ids has been removed since they were looked up.
                left = [] if ids is None else self._collection.get(ids=ids, include=[])["ids"]
                if ids is None or len(left) == len(ids):
                    raise
                return self._nearest(vector, k, left)
        # The distance is 1 - cosine.
        return [
            Hit(id=name, score=1.0 - distance)
            for name, distance in zip(found["ids"][0], found["distances"][0], strict=True)
        ]

    @_told
    def terms(self, question: str, k: int, within: Within | None = None) -> list[Hit]:
        """Return the `k` best passages by BM25 over the stemmed terms of `question`."""
        import tantivy

        schema = self._terms.schema
        words = list(dict.fromkeys(self._analyzer.analyze(question)))
        if not words:
            return []
        should = []
        for word in words:
            should.append((tantivy.Occur.Should, tantivy.Query.term_query(schema, "text", word)))
            title = tantivy.Query.term_query(schema, "title", word)
            boosted = tantivy.Query.boost_query(title, _TITLE_WEIGHT)
            should.append((tantivy.Occur.Should, boosted))
        query = tantivy.Query.boolean_query(should)
        if within is None:
            return self._best(query, k)
        found = _restricted(lambda most: self._best(query, most), k, within)
        if found is not None:
            return found
        accepted = tantivy.Query.term_set_query(schema, "version", list(within.versions()))
        only = tantivy.Query.const_score_query(accepted, 0.0)
        both = [(tantivy.Occur.Must, query), (tantivy.Occur.Must, only)]
        return self._best(tantivy.Query.boolean_query(both), k)

    def _best(self, query: "Query", k: int) -> list[Hit]:
        searcher = self._terms.searcher()
        result: Any = searcher.search(query, k)
        return [
            Hit(id=str(searcher.doc(address)["id"][0]), score=float(score))
            for score, address in result.hits
        ]


def _restricted(search: Callable[[int], list[Hit]], k: int, within: Within) -> list[Hit] | None:
    """Return the best `k` that are wanted among the best of all, None where naming is quicker.

    What is wanted may lie behind what is not, as where a question is about another year: then once
    more is asked for, and more of it.
    """
    if not within.share:
        return []
    likely = math.ceil(_SPARE * k / within.share)
    if likely > _MOST:
        return None
    for most in (likely, _MORE * likely):
        best = search(most)
        wanted = within.among({version_of(hit.id) for hit in best})
        found = [hit for hit in best if version_of(hit.id) in wanted]
        if len(found) >= k or len(best) < most:
            return found[:k]
    return None


def version_of(passage_id: str) -> str:
    """Return the key of the version that a passage belongs to."""
    return passage_id.rpartition("-")[0]


def remove_builds(root: Path, keep: int, server: ChromaServer | None = None) -> None:
    """Delete every build but `keep`; what is in use elsewhere is left behind."""
    if server is not None:
        with server.connected() as client, server.answering():
            for collection in client.list_collections():
                name = collection.name
                if name.startswith(f"{_COLLECTION}-") and name != f"{_COLLECTION}-{keep}":
                    client.delete_collection(name)
    for half in ("chroma", "lexical"):
        folder = root / half
        if folder.is_dir():
            for build in folder.iterdir():
                if build.name != str(keep):
                    with suppress(OSError):
                        shutil.rmtree(build)


def _check(check: Callable[[Path], str], path: Path) -> None:
    wrong = damage.found(check, path)
    if wrong:
        raise _damaged(path, ValueError(wrong))


def _damaged(path: Path, error: BaseException) -> QAError:
    return failed(path, error) or IndexDamaged(
        f"{path} cannot be used: {error}.",
        "Stop the server, if one runs, and rebuild it from the library, which is safe: qa reindex",
    )
