"""The articles with their indexes, and everything that changes them, under one lock.

Whoever writes holds the data directory's lock while it does; `own` takes it for as long as the
store lives, as a server must. A store that only reads shows what another process has changed from
the next search on; that of a replica never changes anything.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from qa import running
from qa.chroma import ChromaServer
from qa.cluster import Workers
from qa.embedding import Embedding
from qa.errors import (
    CollectionGone,
    FolderNotFound,
    IndexDamaged,
    IndexMismatch,
    ReplicaOnly,
    ReplicaUnready,
    UnreadableArticle,
)
from qa.index import PassageIndex, remove_builds
from qa.ingest import Ingest, IngestReport, Progress, Target, rebuild
from qa.library import ArticleInfo, Library
from qa.lock import Gate, WriterLock
from qa.passages import SPLIT_VERSION, Splitter
from qa.settings import Settings
from qa.storage import check_room, writing
from qa.tracing import SILENT, Tracing

_LONGEST_NAME = 255
"""Bytes of a file's name, where most file systems end."""
Tell = Callable[[Progress], None]
Found = TypeVar("Found")


def _silent(_: Progress) -> None:
    """Tell nobody."""


class Store:
    """What questions are answered from. Safe to use from several threads."""

    def __init__(
        self,
        settings: Settings,
        library: Library,
        embedding: Embedding,
        lock: WriterLock,
        tracing: Tracing = SILENT,
    ) -> None:
        self.settings = settings
        self.tracing = tracing
        self.library = library
        self.embedding = embedding
        self._lock = lock
        self._writing = threading.RLock()
        self._gate = Gate()
        self._index: PassageIndex | None = None
        self._opened_at = -1

    # -- the index -------------------------------------------------------------------------

    @property
    def fingerprint(self) -> str:
        """What an index must have been made with to be searched by this pipeline."""
        chosen = self.settings
        return (
            f"{self.embedding.fingerprint}, passages of {chosen.chunk_tokens} tokens"
            f" overlapping by {chosen.chunk_overlap}, splitter {SPLIT_VERSION}"
        )

    @contextmanager
    def searching(self) -> Iterator[PassageIndex]:
        """Hand out the index for a search; it is not closed before the search ends."""
        while True:
            if self._outdated:
                with self._gate.alone():
                    self._open()
            with self._gate.together():
                # Another thread may have closed it in between, to open it anew.
                if self._index is not None:
                    yield self._index
                    return

    def search(self, run: Callable[[PassageIndex], Found]) -> Found:
        """Run a search, and again if another process replaces the vectors in the middle of it."""
        lost = False
        while True:
            build = self.library.build
            try:
                with self.searching() as index:
                    found = run(index)
            except CollectionGone:
                if lost and build == self.library.build:
                    raise
                lost = True
                self._let_go()
            else:
                if build == self.library.build:
                    return found

    def _let_go(self) -> None:
        """Close the index, so that the next search opens it anew."""
        with self._gate.alone():
            if self._index is not None:
                self._index.close()
                self._index = None

    @property
    def _outdated(self) -> bool:
        """True when there is no open index, or another process has changed what lies on disk."""
        foreign = not self._lock.held and self.library.generation != self._opened_at
        return self._index is None or foreign

    def _drop(self) -> None:
        """Close the index, which is then opened anew."""
        if self._index is not None:
            self._index.close()
            self._index = None

    def _open(self) -> PassageIndex:
        """Open the index unless what is open is as new as what lies on disk; be alone for it."""
        generation = self.library.generation
        if self._index is not None and self._index.failed:
            # While there is no room to open it again, what is open goes on answering.
            check_room(self.settings.data_dir)
            self._drop()
        elif self._index is not None and generation != self._opened_at:
            if self._index.build == self.library.build and self._index.refresh():
                self._opened_at = generation
            else:
                self._drop()
        if self._index is None:
            self._check_fingerprint()
            # Vectors that a server has lost must not be taken for an index that is still empty.
            create = self.settings.chroma_url is None or self.library.empty
            self._index = self._build(
                self.library.build, create=create and not self.settings.replica
            )
            self._check_whole(self._index)
            self._opened_at = generation
        return self._index

    def _build(self, number: int, *, create: bool = True) -> PassageIndex:
        server = ChromaServer.of(self.settings)
        return PassageIndex(self.settings.data_dir, number, server, create=create)

    def _check_whole(self, index: PassageIndex) -> None:
        """Raise `IndexDamaged` for an index that lacks passages which the library says it has.

        More than those it may have, of versions that answer no more.
        """
        before = self.library.generation
        needed = self.library.counts()[1]
        held = index.count()
        if min(held) >= needed or self.library.generation != before:
            return
        index.close()
        self._index = None
        raise IndexDamaged(
            f"The index lacks passages: of {needed:,}, Chroma has {held[0]:,} and tantivy "
            f"{held[1]:,}.",
            "Stop the server, if one runs, and rebuild it from the library, which is safe: "
            "qa reindex",
        )

    def _check_fingerprint(self) -> None:
        made_with = self.library.meta("fingerprint")
        if made_with is None and self._lock.held:
            if self.library.empty:
                # What lies there belonged to a library that is gone.
                remove_builds(self.settings.data_dir, keep=0)
            self.library.set_meta("fingerprint", self.fingerprint)
        elif made_with not in {None, self.fingerprint}:
            raise IndexMismatch(
                f"The index was made with: {made_with}. The settings now say: {self.fingerprint}.",
                "Rebuild it from the library with `qa reindex`, or set QA_EMBEDDING_MODEL, "
                "QA_CHUNK_TOKENS and QA_CHUNK_OVERLAP back.",
            )

    def index_counts(self) -> tuple[int, int]:
        """Return how many passages Chroma and tantivy hold, answering or not."""
        with self.searching() as index:
            return index.count()

    # -- changing --------------------------------------------------------------------------

    def own(self) -> None:
        """Take the lock for good, finish what a crash left, and load everything."""
        self._lock.acquire()
        with self._writer() as ingest:
            ingest.recover()
        self.embedding.load()

    def follow(self) -> None:
        """Load everything, to answer from what another process writes."""
        if self.settings.chroma_url is None:
            raise ReplicaUnready(
                "A replica needs a Chroma server: of vectors in the data directory, each process "
                "keeps a copy of its own, and two of them lose data.",
                "Start one (chroma run), name it to the writer and to every replica by "
                "QA_CHROMA_URL, and let the writer build the index there: qa reindex",
            )
        with self.searching():
            self.embedding.load()

    def check_writable(self) -> None:
        """Raise `ReplicaOnly`, with the address of the writer if it is known, for a replica."""
        if self.settings.replica:
            url = running.address(self.settings)
            where = f", last seen at {url}" if url else ""
            raise ReplicaOnly(
                "This is a replica: it answers from an index that another process writes.",
                f"Send it to the server that writes{where}; docs/scaling.md says how a proxy "
                "does that by itself.",
            )

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """Keep every other writer out, of this process and of others."""
        self.check_writable()
        with self._writing:
            taken = not self._lock.held
            if taken:
                self._lock.acquire()
            try:
                yield
            finally:
                self._opened_at = self.library.generation
                if taken:
                    if self._index is not None:
                        self._index.rest()
                    self._lock.release()

    @contextmanager
    def _writer(self, workers: Workers | None = None) -> Iterator[Ingest]:
        with self._exclusive():
            with self._gate.alone():
                if self.library.meta("fingerprint") is None:
                    # Opened before there was a lock, it is not marked with what it is made with.
                    self._drop()
                index = self._open()
            yield self._ingest(index, workers)

    def _ingest(self, index: PassageIndex, workers: Workers | None = None) -> Ingest:
        return Ingest(
            self.library,
            index,
            workers or self.embedding,
            self._splitter(),
            max_file_bytes=int(self.settings.max_file_mb * 1_000_000),
            batch=self._batch(workers),
            tracing=self.tracing,
        )

    def _batch(self, workers: Workers | None) -> int:
        """Return how many passages are embedded together: as many for each worker."""
        return self.settings.batch_passages * (workers.count if workers else 1)

    def _splitter(self) -> Splitter:
        chosen = self.settings
        return Splitter(
            self.embedding.lengths, tokens=chosen.chunk_tokens, overlap=chosen.chunk_overlap
        )

    def ingest(
        self,
        folders: Sequence[Path] | None = None,
        *,
        progress: Tell = _silent,
        cancel: threading.Event | None = None,
        workers: Workers | None = None,
    ) -> IngestReport:
        """Bring the index in step with `folders` (or single files); None means all known ones.

        With `workers` they embed the passages, instead of the model of this process.
        `FolderNotFound` before anything is done when a path does not exist.
        """
        paths = self.library.folders() if folders is None else [f.absolute() for f in folders]
        for path in paths if folders is not None else []:
            # Not Path.exists, which raises where a folder above may not be entered.
            if not os.path.exists(path) and path not in self.library.folders():  # noqa: PTH110
                raise FolderNotFound(
                    f"{path} does not exist, or may not be looked at.", "Check the path."
                )
        with self._writer(workers) as ingest:
            targets = dict.fromkeys(self._target(path) for path in paths)
            return ingest.run([*targets], progress=progress, stop=cancel)

    def _target(self, path: Path) -> Target:
        """Find the known folder that `path` lies in, or make it known."""
        path = self._as_known(path)
        folder = self._around(path)
        if folder is None:
            self.library.add_folder(path)
            return Target(path)
        below = _real(path).relative_to(_real(folder)).as_posix()
        within = "" if below == "." else below
        is_file = path.is_file()
        name = within or (folder.name if is_file else "")
        for entry in self.library.known(folder):
            # The articles of a file that holds several lie below its path.
            if name and (entry.path == name or (is_file and entry.path.startswith(f"{name}/"))):
                self.library.include(entry.id)
        return Target(folder, within)

    def _as_known(self, path: Path) -> Path:
        """Return a folder as the library spells it: one may be reached by several paths."""
        folders = self.library.folders()
        if path in folders:
            return path
        same = next((folder for folder in folders if _same(folder, path)), None)
        return same or (path.resolve() if ".." in path.parts else path)

    def _around(self, path: Path) -> Path | None:
        """Return the innermost known folder that `path` lies in, None when there is none.

        No folder around the data directory holds what lies in that: a sync passes it over.
        """
        real, data_dir = _real(path), self.settings.data_dir.resolve()
        around = [folder for folder in self.library.folders() if real.is_relative_to(_real(folder))]
        if real.is_relative_to(data_dir):
            around = [folder for folder in around if _real(folder).is_relative_to(data_dir)]
        return max(around, key=lambda folder: len(_real(folder).parts), default=None)

    @property
    def uploads(self) -> Path:
        """The folder that holds uploaded articles."""
        return (self.settings.data_dir / "uploads").absolute()

    def add_upload(self, name: str, data: bytes) -> ArticleInfo:
        """Store `data` as an article under `data_dir/uploads` and index it.

        An upload of the same name is replaced. Of a file that holds several articles the first
        is returned. `ArticleError` when it cannot be an article, in which case nothing is stored.
        """
        given = Path(name.replace("\\", "/")).name
        safe = given.lstrip(".") or "article"
        if len(os.fsencode(safe)) > _LONGEST_NAME:
            raise UnreadableArticle(
                f"The name of {safe[:40]}… has more than {_LONGEST_NAME} bytes.",
                "Give the file a shorter name.",
            )
        with self._writer() as ingest:
            # What is wrong with it is said of the name that it was sent under.
            ingest.check(given if Path(given).suffix == Path(safe).suffix else safe, data)
            self.library.add_folder(self.uploads)
            self._store(safe, data)
            report = ingest.run([self._target(self.uploads / safe)])
            stored = self._stored(safe)
            if report.errors and (stored is None or stored.path == safe):
                failed = report.errors[0].problem
                raise UnreadableArticle(failed.detail, failed.remedy)
            return stored or self.library.info(self.library.claim_id(self.uploads, safe))

    def _store(self, name: str, data: bytes) -> None:
        """Write an uploaded file, whole or not at all."""
        incoming = self.uploads / f".{uuid4().hex}.part"
        with writing(self.uploads):
            self.uploads.mkdir(exist_ok=True)
            try:
                incoming.write_bytes(data)
                incoming.replace(self.uploads / name)
            finally:
                incoming.unlink(missing_ok=True)

    def _stored(self, name: str) -> ArticleInfo | None:
        """Return the first article of an uploaded file, by path."""
        for entry in self.library.known(self.uploads):
            if entry.sha256 and (entry.path == name or entry.path.startswith(f"{name}/")):
                return self.library.info(entry.id)
        return None

    def remove(self, article_id: str) -> None:
        """Remove an article. An upload is deleted; a folder's file stays, and sync skips it.

        So does a file that holds other articles, too.

        `UnknownArticle` when there is none. `ingest` of that very file brings it back.
        """
        info = self.library.info(article_id)
        with self._writer() as ingest:
            upload = self.uploads / info.path
            if Path(info.folder) == self.uploads and upload.is_file():
                upload.unlink()
            else:
                self.library.exclude(article_id)
            ingest.retire([article_id])

    def forget(self, folder: Path) -> int:
        """Remove a folder's articles from library and index; return how many there were."""
        known = self.library.folders()
        path = self._as_known(folder.absolute())
        if path not in known:
            listed = ", ".join(str(name) for name in known) or "none"
            raise FolderNotFound(f"{path} was never ingested.", f"Known folders: {listed}.")
        with self._writer() as ingest:
            entries = [entry.id for entry in self.library.known(path) if entry.sha256]
            ingest.retire(entries)
            self.library.drop_folder(path)
            return len(entries)

    def reindex(self, progress: Tell = _silent, workers: Workers | None = None) -> int:
        """Build both indexes anew from the library; return the number of passages.

        The old build answers until the new one is complete; a crash leaves the old one in place.
        """
        chroma = ChromaServer.of(self.settings)
        with self._exclusive():
            number = self.library.build + 1
            remove_builds(self.settings.data_dir, self.library.build, chroma)
            fresh = self._build(number)
            rebuild(
                self.library,
                fresh,
                workers or self.embedding,
                self._splitter(),
                build=number,
                batch=self._batch(workers),
                progress=progress,
            )
            with self._gate.alone():
                self.library.adopt_build(number, self.fingerprint)
                if self._index is not None:
                    self._index.close()
                self._index = fresh
            remove_builds(self.settings.data_dir, number, chroma)
            self._ingest(fresh).recover()
            return self.library.counts()[1]

    def close(self) -> None:
        """Close index and library, and give the lock back."""
        self._let_go()
        self.library.close()
        self._lock.release()


def _real(path: Path) -> Path:
    """Return a path without links to folders; a link to a file is a file of its own."""
    return path.resolve() if path.is_dir() else path.parent.resolve() / path.name


def _same(one: Path, other: Path) -> bool:
    """Tell whether two paths lead to one folder or file."""
    try:
        return _real(one) == _real(other) or (one.is_dir() and one.samefile(other))
    except OSError:
        return False  # one of them is gone
