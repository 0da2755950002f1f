"""Folder -> library -> index: incremental, resumable, and told apart file by file.

`Ingest.run` brings the index in step with folders. A file whose digest is known costs a hash.
New and changed files go through in groups: written as pending, embedded, added to both indexes,
switched to in one transaction, and only then is what they replace removed. Whatever stops the
process between two of these steps, `recover` finishes it, at the start of the next run.
"""

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate, takewhile
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import numpy as np

from qa.articles import SUFFIXES, Part, holds_several, parts, read_bytes
from qa.embedding import Encoder
from qa.errors import (
    ArticleError,
    ArticleTooLarge,
    EmptyArticle,
    FolderNotFound,
    HiddenArticle,
    QAError,
    UnsupportedFormat,
)
from qa.index import PassageIndex, Vectors
from qa.library import Library, version_key
from qa.passages import Splitter, has_prose
from qa.relay import Behind, ahead, side_by_side
from qa.scan import Found, scan
from qa.stock import Stock
from qa.tracing import SILENT, UNSEEN, Timed, Tracing
from qa.types import Article, Frozen, Passage, Problem, Span

_OURS = (
    *("chroma", "lexical", "models", "uploads"),
    *("keys.txt", "feedback.jsonl", "writer.json", "server.json"),
)
"""What in the data directory could be taken for articles."""
_WRITTEN = 4
"""Batches that are written to the indexes together: a write costs more than what is written."""


class Progress(Frozen):
    """How far an ingest is: `done` of `total` files, and the passages embedded so far."""

    phase: Literal["scan", "read", "embed", "done"]
    done: int
    total: int
    passages: int = 0
    file: str = ""


class FileError(Frozen):
    """A file that was left out, and why. What an earlier version of it said still answers."""

    file: str
    problem: Problem


class IngestReport(Frozen):
    """What an ingest changed. Counts are articles; `passages` are those written.

    `recovered` counts articles that an interrupted run had left half done, `excluded` those that
    were deleted through the API, `other_formats` files of formats that are not read.
    """

    added: int = 0
    changed: int = 0
    renamed: int = 0
    deleted: int = 0
    unchanged: int = 0
    excluded: int = 0
    recovered: int = 0
    other_formats: int = 0
    passages: int = 0
    seconds: float = 0.0
    cancelled: bool = False
    errors: tuple[FileError, ...] = ()


@dataclass(frozen=True)
class Target:
    """A folder known to the library, and the part of it that is to be synced ("" is all)."""

    folder: Path
    within: str = ""

    @property
    def hidden(self) -> bool:
        """Tell whether what is meant is there, and passed over because its name begins with "."."""
        dotted = any(part.startswith(".") for part in PurePosixPath(self.within).parts)
        return dotted and os.path.lexists(self.folder / self.within)

    def covers(self, path: str) -> bool:
        """Tell whether a path relative to the folder is meant."""
        return not self.within or path == self.within or path.startswith(f"{self.within}/")

    def concerns(self, item: Found) -> bool:
        """Tell whether a file is meant, or a folder that what is meant may lie in, unseen."""
        around = item.path == "." or self.within.startswith(f"{item.path}/")
        return self.covers(item.path) or (item.below and around)

    def names(self, item: Found) -> bool:
        """Tell whether a file was asked for by name, and not as one of a folder."""
        return item.path == self.within or item.file == self.folder


@dataclass(frozen=True)
class Cut:
    """An article with its passages, and the id of the article that it replaces by a new name."""

    article: Article
    passages: Sequence[Passage]
    renames: str | None = None

    @property
    def key(self) -> str:
        """The key of this version in the library."""
        return version_key(self.article.id, self.article.sha256)

    @property
    def spans(self) -> list[tuple[str, Span]]:
        """The ids and spans of the passages, as the library keeps them."""
        return [(passage.id, (passage.start, passage.end)) for passage in self.passages]


@dataclass
class _Run:
    """One run while it lasts: what has been counted, who is told, and whether to stop."""

    progress: Callable[[Progress], None]
    stop: threading.Event
    span: Timed = UNSEEN
    counts: dict[str, int] = field(default_factory=dict)
    errors: list[FileError] = field(default_factory=list)
    done: int = 0
    total: int = 0
    telling: threading.Lock = field(default_factory=threading.Lock)

    def add(self, what: str, number: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + number

    def fail(self, file: str, error: QAError) -> None:
        self.errors.append(FileError(file=file, problem=error.problem))

    def tell(self, phase: Literal["scan", "read", "embed", "done"], file: str = "") -> None:
        with self.telling:  # reading and embedding tell by turns, and never of an earlier state
            passages = self.counts.get("passages", 0)
            self.progress(
                Progress(
                    phase=phase, done=self.done, total=self.total, passages=passages, file=file
                )
            )


class Ingest:
    """The one writer of library and index; made by whoever holds the data directory's lock."""

    def __init__(
        self,
        library: Library,
        index: PassageIndex,
        embedding: Encoder,
        splitter: Splitter,
        *,
        max_file_bytes: int,
        batch: int,
        tracing: Tracing = SILENT,
    ) -> None:
        self._tracing = tracing
        self._library = library
        self._index = index
        self._embedding = embedding
        self._splitter = splitter
        self._max_bytes = max_file_bytes
        self._batch = batch

    def run(
        self,
        targets: Sequence[Target],
        *,
        progress: Callable[[Progress], None] = lambda _: None,
        stop: threading.Event | None = None,
    ) -> IngestReport:
        """Sync `targets`, one after the other, and report what changed.

        Setting `stop` ends the run after the batches that are under way; the next run goes on
        from there.
        """
        began = time.monotonic()
        with self._tracing.work("ingest") as span:
            run = _Run(progress, stop or threading.Event(), span)
            self._recover(run)
            for target in targets:
                if run.stop.is_set():
                    break
                try:
                    self._sync(target, run)
                except FolderNotFound as error:
                    run.fail(str(target.folder), error)
            span.note({**run.counts, "errors": len(run.errors)})
        counts: dict[str, Any] = run.counts
        return IngestReport(
            **counts,
            errors=tuple(run.errors),
            seconds=round(time.monotonic() - began, 3),
            cancelled=run.stop.is_set(),
        )

    def recover(self) -> int:
        """Finish what a crash left half done; return how many articles that concerned."""
        run = _Run(lambda _: None, threading.Event())
        self._recover(run)
        return run.counts.get("recovered", 0)

    def retire(self, article_ids: Sequence[str]) -> None:
        """Let articles answer no more, and remove their passages."""
        self._library.switch([], article_ids)
        self._sweep()

    def _recover(self, run: _Run) -> None:
        run.add("recovered", self._sweep())
        self._library.drop_bare()
        pending = self._library.pending()
        for article in pending:
            key = version_key(article.id, article.sha256)
            self._index.remove(self._library.passage_ids(key))
        recovered = self._write((self._cut(article) for article in pending), run)
        run.add("recovered", recovered)

    # -- one folder ------------------------------------------------------------------------

    def _sync(self, target: Target, run: _Run) -> None:
        run.tell("scan", str(target.folder))
        found = self._scan(target, run)
        run.done, run.total = 0, len(found)
        stock = self._stock(target, found)
        fresh = (
            self._cut(article, renames)
            for article, renames in self._read(target, found, stock, run)
        )
        self._write(fresh, run)
        if run.stop.is_set():
            return
        gone = stock.gone()
        if gone:
            self.retire(gone)
            run.add("deleted", len(gone))
        # Last, so that what a crash leaves undone is looked at again.
        self._library.note_contents(target.folder, stock.noted)
        run.tell("done")

    def _scan(self, target: Target, run: _Run) -> list[Found]:
        if not os.path.lexists(target.folder):
            raise FolderNotFound(
                f"{target.folder} does not exist any more.",
                f"Bring it back, or remove its articles: qa forget {target.folder}",
            )
        others = set(self._library.folders()) - {target.folder}
        there = scan(target.folder, without=others | self._ours(target.folder))
        if not there:
            self._check_emptied(target.folder)
        found = []
        for item in there:
            if item.error is None and not target.names(item) and not _readable(item.path):
                run.add("other_formats")
            elif target.concerns(item):
                found.append(item)
        if not found and target.hidden:
            named = str(target.folder / target.within)
            run.fail(named, _hidden(named))
        return found

    def _ours(self, folder: Path) -> set[Path]:
        """Return what of the data directory is passed over in a folder: all but the uploads.

        Where a folder of articles is the data directory, only what is ours in it.
        """
        data_dir, real = self._library.path.parent.resolve(), folder.resolve()
        if real == data_dir:
            return {data_dir / name for name in _OURS}
        return set() if real.is_relative_to(data_dir) else {data_dir}

    def _check_emptied(self, folder: Path) -> None:
        """Raise `FolderNotFound` for a folder that is empty because its disk is not there.

        A disk leaves an empty folder behind where it was mounted. Whoever deletes the files of a
        folder one by one leaves one before none.
        """
        if len(Stock.files(self._library.known(folder))) > 1:
            raise FolderNotFound(
                f"{folder} is empty now; its articles are kept.",
                f"Bring its files back, or mount its disk; if that is meant: qa forget {folder}",
            )

    def _stock(self, target: Target, found: Sequence[Found]) -> Stock:
        known = [k for k in self._library.known(target.folder) if target.covers(k.path)]
        contents = self._library.contents(target.folder)
        covered = {path: held for path, held in contents.items() if target.covers(path)}
        return Stock(found, known, covered)

    def _read(
        self, target: Target, found: Sequence[Found], stock: Stock, run: _Run
    ) -> Iterator[tuple[Article, str | None]]:
        """Yield the new and changed articles, with the id that a renamed one had before."""
        for item in found:
            if run.stop.is_set():
                return
            run.tell("read", item.path)
            run.done += 1
            try:
                yield from self._file(target.folder, item, stock, run)
            except UnsupportedFormat as error:
                # An XML or JSON file need not be a feed, unless somebody says that it is.
                if target.names(item) or stock.of(item.path):
                    run.fail(str(item.file), error)
                else:
                    run.add("other_formats")
            except QAError as error:
                run.fail(str(item.file), error)

    def _file(
        self, folder: Path, item: Found, stock: Stock, run: _Run
    ) -> Iterator[tuple[Article, str | None]]:
        """Yield what is new in one file, which is read only if it has changed."""
        known = stock.of(item.path)
        excluded = sum(entry.excluded for entry in known)
        if excluded and not holds_several(item.path):
            run.add("excluded")
            return
        if item.error is not None:
            raise item.error
        data = read_bytes(item.file, max_bytes=self._max_bytes)
        digest = hashlib.sha256(data).hexdigest()
        if stock.unchanged(item.path, digest):
            run.add("excluded", excluded)
            run.add("unchanged", len(known) - excluded)
            return
        seen: set[str] = set()
        failures = len(run.errors)
        for part in parts(item.path, data, max_bytes=self._max_bytes):
            seen.add(part.path)
            try:
                fresh = self._part(folder, part, stock, run)
            except QAError as error:
                run.fail(f"{item.file}{part.path.removeprefix(item.path)}", error)
            else:
                if fresh is not None:
                    yield fresh
        stock.read(item.path, digest, seen, complete=len(run.errors) == failures)

    def _part(
        self, folder: Path, part: Part, stock: Stock, run: _Run
    ) -> tuple[Article, str | None] | None:
        """Read one article of a file; None when it answers already, or is excluded."""
        before = stock.at(part.path)
        if before is not None and before.excluded:
            run.add("excluded")
            return None
        if before is not None and before.sha256 == part.digest:
            run.add("unchanged")
            return None
        if before is None and (gone := stock.left_out(part.digest)) is not None:
            self._library.exclude_instead(self._library.claim_id(folder, part.path), gone)
            run.add("excluded")
            return None
        article = self._article(part)
        article_id = self._library.claim_id(folder, part.path)
        old = None
        if before is not None and before.sha256 is not None:
            run.add("changed")
        else:
            old = stock.renamed(article.sha256)
            run.add("added" if old is None else "renamed")
        return article.model_copy(update={"id": article_id}), old

    def check(self, name: str, data: bytes) -> Article:
        """Read `data` as the file `name` and return its first article.

        `ArticleError` when there is none that can be read.
        """
        if not _readable(name):
            raise UnsupportedFormat(
                f"{name} is none of {', '.join(sorted(SUFFIXES))}.", "Convert it to one of these."
            )
        if len(data) > self._max_bytes:
            raise ArticleTooLarge(
                f"{name} has {len(data):,} bytes, at most {self._max_bytes:,} are taken.",
                "Split it, or raise QA_MAX_FILE_MB.",
            )
        failed: ArticleError | None = None
        for part in parts(name, data, max_bytes=self._max_bytes):
            try:
                return self._article(part)
            except ArticleError as error:
                failed = failed or error
        raise failed or EmptyArticle(f"{name} holds no article.", "Check the file.")

    @staticmethod
    def _article(part: Part) -> Article:
        article = part.make()
        if not has_prose(article):
            raise EmptyArticle(
                f"{part.path} holds only captions, credits or marks, and no text to answer from.",
                "Check the file; remove it if it is not an article.",
            )
        return article

    # -- one group -------------------------------------------------------------------------

    def _cut(self, article: Article, renames: str | None = None) -> Cut:
        key = version_key(article.id, article.sha256)
        return Cut(article, self._splitter.split(article, key), renames)

    def _write(self, cuts: Iterable[Cut], run: _Run) -> int:
        """Take articles through all their states; return how many got there.

        While a batch is embedded, what comes next is read and cut, and what came before is written
        to the indexes, each by a thread of its own. Where the run is stopped, what has begun and
        is not embedded remains pending.
        """
        done = 0
        release = self._library.release
        groups = ahead(grouped(cuts, _WRITTEN * self._batch), release)
        with closing(groups), Behind(release) as behind:
            for group in groups:
                self._library.begin(group)
                ready = 0
                for block in _batches(group, _WRITTEN * self._batch):
                    vectors = _vectors(self._embedding, block, self._batch, run)
                    ready += len(vectors)
                    behind(partial(self._add, block[: len(vectors)], vectors, run.span))
                    if run.stop.is_set():
                        break
                whole = _first(group, ready)
                behind(partial(self._finish, whole))
                done += len(whole)
                if run.stop.is_set():
                    break
        return done

    def _add(self, batch: Sequence[Passage], vectors: Vectors, span: Timed) -> None:
        with span.stage("index", {"passages": len(batch)}):
            self._index.add(batch, vectors)

    def _finish(self, group: Sequence[Cut]) -> None:
        self._library.switch([cut.key for cut in group])
        self._sweep()

    def _sweep(self) -> int:
        """Remove the passages of stale versions from the indexes, then the versions."""
        stale = self._library.stale()
        self._index.remove([name for key in stale for name in self._library.passage_ids(key)])
        self._library.drop(stale)
        return len(stale)


def rebuild(
    library: Library,
    index: PassageIndex,
    embedding: Encoder,
    splitter: Splitter,
    *,
    build: int,
    batch: int,
    progress: Callable[[Progress], None] = lambda _: None,
) -> int:
    """Fill `index`, an empty new build, from the library; return how many passages it has.

    The build in use goes on answering; the caller adopts the new one when this returns.
    """
    run = _Run(progress, threading.Event(), total=library.counts()[0])
    cuts = (
        Cut(article, splitter.split(article, version_key(article.id, article.sha256)))
        for article in library.live()
    )
    groups = ahead(grouped(cuts, _WRITTEN * batch), library.release)
    with closing(groups), Behind(library.release) as behind:
        for group in groups:
            for block in _batches(group, _WRITTEN * batch):
                vectors = _vectors(embedding, block, batch, run)
                behind(partial(index.add, block, vectors))
            behind(partial(_note, library, group, build))
            run.done += len(group)
            run.tell("embed", group[-1].article.id)
    return run.counts.get("passages", 0)


def _note(library: Library, group: Sequence[Cut], build: int) -> None:
    for cut in group:
        library.add_passages(cut.key, cut.spans, build)


def _vectors(embedding: Encoder, passages: Sequence[Passage], size: int, run: _Run) -> Vectors:
    """Embed passages, `size` at a time; only the first ones where the run is stopped meanwhile."""

    def encode(batch: Sequence[Passage]) -> tuple[Sequence[Passage], Vectors]:
        with run.span.stage("embed", {"passages": len(batch)}):
            return batch, embedding.encode([embedded(passage) for passage in batch])

    batches = (passages[first : first + size] for first in range(0, len(passages), size))
    going_on = takewhile(lambda _: not run.stop.is_set(), batches)
    made: list[Vectors] = []
    for batch, vectors in side_by_side(encode, going_on):
        made.append(vectors)
        run.add("passages", len(batch))
        run.tell("embed", batch[-1].article_id)
    return np.concatenate(made) if made else np.empty((0, 0), np.float32)


def _first(group: Sequence[Cut], passages: int) -> Sequence[Cut]:
    """Return the first articles of a group, as many as have all of the first so many passages."""
    sums = accumulate(len(cut.passages) for cut in group)
    return group[: sum(total <= passages for total in sums)]


def embedded(passage: Passage) -> str:
    """Return the text that is embedded for a passage: its title says what "it" is about."""
    return f"{passage.title}\n{passage.text}"


def grouped(cuts: Iterable[Cut], size: int) -> Iterator[list[Cut]]:
    """Collect articles until they have `size` passages or more; nothing is read ahead.

    The first group is small and each twice the one before, so that embedding starts at once.
    """
    group: list[Cut] = []
    passages = 0
    wanted = -(-size // _WRITTEN)
    for cut in cuts:
        group.append(cut)
        passages += len(cut.passages)
        if passages >= wanted:
            yield group
            group, passages, wanted = [], 0, min(2 * wanted, size)
    if group:
        yield group


def _batches(group: Sequence[Cut], size: int) -> Iterator[Sequence[Passage]]:
    passages = [passage for cut in group for passage in cut.passages]
    for first in range(0, len(passages), size):
        yield passages[first : first + size]


def _hidden(path: str) -> QAError:
    return HiddenArticle(
        f"{path} is hidden, and what is hidden in a known folder is passed over.",
        "Give it a name without a dot in front, or copy it out of the folder and ingest it there.",
    )


def _readable(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() in SUFFIXES
