"""Passages in Chroma (dense vectors) and in tantivy (terms), behind one class.

Neither index is trusted to know which passages may answer: both may hold passages of versions
that a crash left behind. The library decides that; here ids go in and ids come out.

Exactly one process may write to a Chroma path (a second one loses data silently), so a
`PassageIndex` that writes must only be made by the holder of the data directory's lock.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt

from qa import damage
from qa.errors import ChromaUnreachable, IndexDamaged, QAError
from qa.storage import failed, writing
from qa.types import Frozen, Passage

if TYPE_CHECKING:
    from tantivy import IndexWriter

_CHROMA_BATCH = 2000
"""Passages per write; the most that Chroma takes is 5461."""
_COLLECTION = "passages"
_HNSW = {"space": "cosine", "max_neighbors": 32, "ef_construction": 200, "ef_search": 200}
"""With these, recall at 10 was .99 where Chroma's defaults gave .92."""
_TITLE_WEIGHT = 0.5
"""A term in the title says what the article is about, not that this passage is."""
_TERMS_HEAP = 50_000_000

Vectors = npt.NDArray[np.float32]


class Hit(Frozen):
    """A passage's id with its score, higher is better, in the scale of the half it came from."""

    id: str
    score: float


Given = ParamSpec("Given")
Result = TypeVar("Result")


def _told(
    method: "Callable[Concatenate[PassageIndex, Given], Result]",
) -> "Callable[Concatenate[PassageIndex, Given], Result]":
    """Say in our own words what Chroma and tantivy raise: a full disk, a damaged file.

    What was being written is given up, so that the next one to write begins anew.
    """

    @wraps(method)
    def asked(self: "PassageIndex", /, *given: Given.args, **named: Given.kwargs) -> Result:
        from chromadb.errors import ChromaError

        try:
            return method(self, *given, **named)
        except (ChromaError, ValueError, RuntimeError, OSError) as error:
            self.give_up(method.__name__)
            raise _damaged(self.root, error) from error
        except BaseException as error:
            self.give_up(method.__name__)
            # Rust's panic, which no name can be imported for, is no Exception.
            if type(error).__name__ != "PanicException":
                raise
            raise _damaged(self.root, error) from error

    return asked


class PassageIndex:
    """Both halves of one build, under `root/chroma/<build>` and `root/lexical/<build>`.

    With `chroma_url` the vectors lie in that Chroma server instead, one collection per build.
    """

    def __init__(self, root: Path, build: int, chroma_url: str | None = None) -> None:
        self.root = root
        self._terms_path = root / "lexical" / str(build)
        if chroma_url is None:
            self._open_chroma(root / "chroma" / str(build))
        else:
            self._connect_chroma(chroma_url, build)
        self._open_terms()

    # -- opening and closing ---------------------------------------------------------------

    def _open_chroma(self, path: Path) -> None:
        import chromadb
        from chromadb.errors import ChromaError

        with writing(path):
            path.mkdir(parents=True, exist_ok=True)
        _check(damage.vectors, path)
        try:
            client = chromadb.PersistentClient(str(path), _quiet())
            self._use(client, _COLLECTION)
        # An attribute is missing where a first attempt failed: Chroma keeps what came of it.
        except (ChromaError, ValueError, RuntimeError, OSError, AttributeError) as error:
            raise _damaged(path, error) from error

    def _connect_chroma(self, url: str, build: int) -> None:
        import httpx
        from chromadb.errors import ChromaError

        try:
            self._use(_chroma_client(url), f"{_COLLECTION}-{build}")
        except (ChromaError, ValueError, OSError, httpx.HTTPError) as error:
            raise ChromaUnreachable(
                f"No Chroma server answers at {url}: {error}.",
                "Start it (chroma run), or correct QA_CHROMA_URL; unset it to keep vectors in "
                "the data directory.",
            ) from error

    def _use(self, client: Any, name: str) -> None:
        from llama_index.vector_stores.chroma import ChromaVectorStore

        # Typed as Any: close() is missing from the published interface.
        self._client: Any = client
        collection = client.get_or_create_collection(
            name, configuration={"hnsw": _HNSW}, embedding_function=None
        )
        self._collection: Any = collection
        self._size: Callable[[], int] = collection.count
        self._size()
        self._dense = ChromaVectorStore(chroma_collection=collection)

    def _open_terms(self) -> None:
        import tantivy

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
        _close(self._client)

    def rest(self) -> None:
        """Let another process write: tantivy's writer holds a lock of its own while it lives."""
        if self._terms_writer is not None:
            self._terms_writer.wait_merging_threads()
            self._terms_writer = None

    def give_up(self, what: str) -> None:
        """Let go of a writer that failed; a search that failed has none."""
        if what in {"add", "remove"}:
            self._terms_writer = None

    # -- writing ---------------------------------------------------------------------------

    @_told
    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Add passages with their vectors, shape (n, dimensions); ids must not be there yet."""
        from llama_index.core.schema import BaseNode, TextNode

        nodes: list[BaseNode] = [
            TextNode(
                id_=passage.id,
                text=passage.text,
                embedding=[float(x) for x in vector],
                metadata={
                    "file": passage.article_id,
                    "title": passage.title,
                    "date": passage.date.isoformat() if passage.date else "",
                    "version": version_of(passage.id),
                    "start": passage.start,
                    "end": passage.end,
                },
            )
            for passage, vector in zip(passages, vectors, strict=True)
        ]
        for first in range(0, len(nodes), _CHROMA_BATCH):
            self._dense.add(nodes[first : first + _CHROMA_BATCH])
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
        for first in range(0, len(ids), _CHROMA_BATCH):
            self._dense.delete_nodes(list(ids[first : first + _CHROMA_BATCH]))
        if not ids:
            return
        writer = self._writer()
        for name in ids:
            writer.delete_documents_by_term("id", name)
        writer.commit()
        self._terms.reload()

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
        return self._size(), int(self._terms.searcher().num_docs)

    @_told
    def dense(self, vector: Vectors, k: int, versions: Sequence[str] | None = None) -> list[Hit]:
        """Return the `k` nearest passages by cosine similarity, shape of `vector` (dimensions,).

        `versions` restricts the search to these versions.
        """
        size = self._size()
        if size == 0 or (versions is not None and not versions):
            return []
        # The store's own query fetches every text and builds nodes; ids and distances suffice.
        found = self._collection.query(
            query_embeddings=[vector],
            n_results=min(k, size),
            where=None if versions is None else {"version": {"$in": list(versions)}},
            include=["distances"],
        )
        # The distance is 1 - cosine.
        return [
            Hit(id=name, score=1.0 - distance)
            for name, distance in zip(found["ids"][0], found["distances"][0], strict=True)
        ]

    @_told
    def terms(self, question: str, k: int, versions: Sequence[str] | None = None) -> list[Hit]:
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
        if versions is not None:
            accepted = tantivy.Query.term_set_query(schema, "version", list(versions))
            query = tantivy.Query.boolean_query(
                [
                    (tantivy.Occur.Must, query),
                    (tantivy.Occur.Must, tantivy.Query.const_score_query(accepted, 0.0)),
                ]
            )
        searcher = self._terms.searcher()
        result: Any = searcher.search(query, k)
        return [
            Hit(id=str(searcher.doc(address)["id"][0]), score=float(score))
            for score, address in result.hits
        ]


def version_of(passage_id: str) -> str:
    """Return the key of the version that a passage belongs to."""
    return passage_id.rpartition("-")[0]


def _quiet() -> Any:
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)


def _chroma_client(url: str) -> Any:
    from urllib.parse import urlsplit

    import chromadb

    parts = urlsplit(url)
    secure = parts.scheme == "https"
    if parts.hostname is None:
        raise ValueError(f"{url!r} is not an address like http://localhost:8001")
    port = parts.port or (443 if secure else 80)
    return chromadb.HttpClient(parts.hostname, port, ssl=secure, settings=_quiet())


@contextmanager
def _connected(url: str) -> Iterator[Any]:
    client = _chroma_client(url)
    try:
        yield client
    finally:
        _close(client)


def _close(client: Any) -> None:
    # Chroma's HTTP client and the admin client inside it leave their connections open.
    servers = [getattr(part, "_server", None) for part in (client, client._admin_client)]  # noqa: SLF001
    client.close()
    for server in servers:
        session = getattr(server, "_session", None)
        if session is not None:
            session.close()


def remove_builds(root: Path, keep: int, chroma_url: str | None = None) -> None:
    """Delete every build but `keep`; what is in use elsewhere is left behind."""
    if chroma_url is not None:
        with _connected(chroma_url) as client:
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
