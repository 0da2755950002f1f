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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from qa.articles import SUFFIXES, parse, read_bytes
from qa.embedding import Embedding
from qa.errors import (
    ArticleTooLarge,
    EmptyArticle,
    FolderNotFound,
    QAError,
    UnsupportedFormat,
)
from qa.index import PassageIndex
from qa.library import Known, Library, version_key
from qa.passages import Splitter, has_prose
from qa.scan import Found, scan
from qa.types import Article, Frozen, Passage, Problem, Span


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

    def covers(self, path: str) -> bool:
        """Tell whether a path relative to the folder is meant."""
        return not self.within or path == self.within or path.startswith(f"{self.within}/")


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
    counts: dict[str, int] = field(default_factory=dict)
    errors: list[FileError] = field(default_factory=list)
    done: int = 0
    total: int = 0

    def add(self, what: str, number: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + number

    def tell(self, phase: Literal["scan", "read", "embed", "done"], file: str = "") -> None:
        passages = self.counts.get("passages", 0)
        self.progress(
            Progress(phase=phase, done=self.done, total=self.total, passages=passages, file=file)
        )


class Ingest:
    """The one writer of library and index; made by whoever holds the data directory's lock."""

    def __init__(
        self,
        library: Library,
        index: PassageIndex,
        embedding: Embedding,
        splitter: Splitter,
        *,
        max_file_bytes: int,
        batch: int,
    ) -> None:
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

        Setting `stop` ends the run at the next batch; the next run goes on from there.
        """
        began = time.monotonic()
        run = _Run(progress, stop or threading.Event())
        self._recover(run)
        for target in targets:
            if run.stop.is_set():
                break
            try:
                self._sync(target, run)
            except FolderNotFound as error:
                run.errors.append(FileError(file=str(target.folder), problem=error.problem))
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
        pending = self._library.pending()
        for article in pending:
            key = version_key(article.id, article.sha256)
            self._index.remove(self._library.passage_ids(key))
        for group in grouped((self._cut(article) for article in pending), self._batch):
            if not self._write(group, run):
                return
            run.add("recovered", len(group))

    # -- one folder ------------------------------------------------------------------------

    def _sync(self, target: Target, run: _Run) -> None:
        run.tell("scan", str(target.folder))
        found = self._scan(target, run)
        run.done, run.total = 0, len(found)
        known = {k.path: k for k in self._library.known(target.folder) if target.covers(k.path)}
        missing = _missing(known, found)
        fresh = (
            self._cut(article, renames)
            for article, renames in self._read(target.folder, found, known, missing, run)
        )
        for group in grouped(fresh, self._batch):
            if not self._write(group, run):
                return
        gone = [entry.id for entries in missing.values() for entry in entries]
        if gone:
            self.retire(gone)
            run.add("deleted", len(gone))
        run.tell("done")

    def _scan(self, target: Target, run: _Run) -> list[Found]:
        if not os.path.lexists(target.folder):
            raise FolderNotFound(
                f"{target.folder} does not exist any more.",
                f"Bring it back, or remove its articles: qa forget {target.folder}",
            )
        others = set(self._library.folders()) - {target.folder}
        found = []
        for item in scan(target.folder, without=others):
            named = item.path == target.within or item.file == target.folder
            if item.error is None and not named and not _readable(item.path):
                run.add("other_formats")
            elif target.covers(item.path):
                found.append(item)
        return found

    def _read(
        self,
        folder: Path,
        found: Sequence[Found],
        known: Mapping[str, Known],
        missing: Mapping[str, list[Known]],
        run: _Run,
    ) -> Iterator[tuple[Article, str | None]]:
        """Yield the new and changed articles, with the id that a renamed one had before."""
        for item in found:
            run.tell("read", item.path)
            run.done += 1
            before = known.get(item.path)
            if before is not None and before.excluded:
                run.add("excluded")
                continue
            try:
                article = self._changed(item, before)
                if article is None:
                    run.add("unchanged")
                    continue
                article_id = self._library.claim_id(folder, item.path)
            except QAError as error:
                run.errors.append(FileError(file=str(item.file), problem=error.problem))
                continue
            old = None
            if before is not None and before.sha256 is not None:
                run.add("changed")
            elif missing.get(article.sha256):
                old = missing[article.sha256].pop().id
                run.add("renamed")
            else:
                run.add("added")
            yield article.model_copy(update={"id": article_id}), old

    def _changed(self, item: Found, before: Known | None) -> Article | None:
        """Read one file; None when it is the version that answers already."""
        if item.error is not None:
            raise item.error
        data = read_bytes(item.file, max_bytes=self._max_bytes)
        if before is not None and before.sha256 == hashlib.sha256(data).hexdigest():
            return None
        return self.check(item.path, data)

    def check(self, name: str, data: bytes) -> Article:
        """Read `data` as the article `name`; `ArticleError` when it cannot be one."""
        if not _readable(name):
            raise UnsupportedFormat(
                f"{name} is none of {', '.join(sorted(SUFFIXES))}.", "Convert it to one of these."
            )
        if len(data) > self._max_bytes:
            raise ArticleTooLarge(
                f"{name} has {len(data):,} bytes, at most {self._max_bytes:,} are taken.",
                "Split it, or raise QA_MAX_FILE_MB.",
            )
        article = parse(name, data)
        if not has_prose(article):
            raise EmptyArticle(
                f"{name} holds only captions, credits or marks, and no text to answer from.",
                "Check the file; remove it if it is not an article.",
            )
        return article

    # -- one group -------------------------------------------------------------------------

    def _cut(self, article: Article, renames: str | None = None) -> Cut:
        key = version_key(article.id, article.sha256)
        return Cut(article, self._splitter.split(article, key), renames)

    def _write(self, group: Sequence[Cut], run: _Run) -> bool:
        """Take a group through all its states; False when it was stopped and remains pending."""
        for cut in group:
            self._library.begin(cut.article, cut.spans, cut.renames)
        for batch in _batches(group, self._batch):
            if run.stop.is_set():
                return False
            self._index.add(batch, self._embedding.encode([embedded(p) for p in batch]))
            run.add("passages", len(batch))
            run.tell("embed", batch[-1].article_id)
        self._library.switch([cut.key for cut in group])
        self._sweep()
        return True

    def _sweep(self) -> int:
        """Remove the passages of stale versions from the indexes, then the versions."""
        stale = self._library.stale()
        self._index.remove([name for key in stale for name in self._library.passage_ids(key)])
        self._library.drop(stale)
        return len(stale)


def rebuild(
    library: Library,
    index: PassageIndex,
    embedding: Embedding,
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
    for group in grouped(cuts, batch):
        for passages in _batches(group, batch):
            index.add(passages, embedding.encode([embedded(p) for p in passages]))
            run.add("passages", len(passages))
        for cut in group:
            library.add_passages(cut.key, cut.spans, build)
        run.done += len(group)
        run.tell("embed", group[-1].article.id)
    return run.counts.get("passages", 0)


def embedded(passage: Passage) -> str:
    """Return the text that is embedded for a passage: its title says what "it" is about."""
    return f"{passage.title}\n{passage.text}"


def grouped(cuts: Iterable[Cut], size: int) -> Iterator[list[Cut]]:
    """Collect articles until they have `size` passages or more; nothing is read ahead."""
    group: list[Cut] = []
    passages = 0
    for cut in cuts:
        group.append(cut)
        passages += len(cut.passages)
        if passages >= size:
            yield group
            group, passages = [], 0
    if group:
        yield group


def _batches(group: Sequence[Cut], size: int) -> Iterator[Sequence[Passage]]:
    passages = [passage for cut in group for passage in cut.passages]
    for first in range(0, len(passages), size):
        yield passages[first : first + size]


def _readable(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() in SUFFIXES


def _missing(known: Mapping[str, Known], found: Sequence[Found]) -> dict[str, list[Known]]:
    """Return the known articles whose files are gone, by the digest of their content."""
    there = {item.path for item in found}
    missing: dict[str, list[Known]] = {}
    for path, entry in known.items():
        if path not in there and entry.sha256 is not None:
            missing.setdefault(entry.sha256, []).append(entry)
    return missing
