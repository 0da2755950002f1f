"""The articles, their versions and their index state, in one SQLite file: the source of truth.

A *version* is one content of one article, keyed by the article's id and the file's digest. It is
`pending` while its passages are on their way into the indexes, `indexed` while it answers, and
`stale` once another version (or nothing) has taken its place but its passages may still lie in
the indexes. `switch` moves versions between these states in one transaction, and `passages`
returns those of `indexed` versions only. So at any moment of a crash an article answers either
in its old version or in its new one, whatever the indexes hold.

A *build* is one generation of both indexes. `qa reindex` fills a new build beside the one in use
and `adopt_build` changes over, again in one transaction.
"""

import datetime as dt
import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Protocol

from qa.errors import BadFilter, IndexDamaged, NotWritable, ReplicaUnready, UnknownArticle
from qa.selection import Selection
from qa.snapshot import shut
from qa.storage import Connection, damaged, open_database, writing
from qa.types import Article, Filters, Frozen, Passage, Span

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE folders (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
CREATE TABLE articles (
    id TEXT PRIMARY KEY,
    folder INTEGER NOT NULL REFERENCES folders(id),
    path TEXT NOT NULL,
    excluded INTEGER NOT NULL DEFAULT 0,
    UNIQUE (folder, path)
);
CREATE TABLE versions (
    key TEXT PRIMARY KEY,
    article TEXT NOT NULL REFERENCES articles(id),
    sha256 TEXT NOT NULL,
    title TEXT NOT NULL,
    date TEXT,
    source TEXT,
    text TEXT NOT NULL,
    furniture TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'indexed', 'stale')),
    replaces TEXT,
    added TEXT NOT NULL
);
CREATE UNIQUE INDEX one_answers ON versions (article) WHERE state = 'indexed';
CREATE INDEX versions_of ON versions (article, state);
CREATE TABLE passages (
    id TEXT NOT NULL,
    build INTEGER NOT NULL,
    version TEXT NOT NULL REFERENCES versions(key) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    PRIMARY KEY (id, build)
) WITHOUT ROWID;
CREATE INDEX passages_of ON passages (version, build);
"""
LOOK_UP = """
SELECT p.id, v.article, v.title, v.date, substr(v.text, p.start + 1, p."end" - p.start),
       p.start, p."end"
FROM passages p CROSS JOIN versions v ON v.key = p.version
WHERE v.state = 'indexed' AND p.build = ? AND p.id IN ({marks})
"""
"""A cross join, for SQLite, is one whose order it keeps: by itself it goes through all versions
that answer rather than through a few dozen ids.
"""
_CONTENTS = """
CREATE TABLE contents (
    folder INTEGER NOT NULL REFERENCES folders(id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    articles INTEGER NOT NULL,
    PRIMARY KEY (folder, path)
) WITHOUT ROWID;
"""
_DATED = """
CREATE INDEX versions_dated ON versions (state, date, article, key);
"""
"""Dates are looked up here, beside everything that a filter asks for: the texts lie elsewhere."""
_REMOVED = """
ALTER TABLE articles ADD COLUMN removed TEXT;
"""
"""The digest of what an excluded article said, by which its file is known under a new name."""
_MIGRATIONS = (_SCHEMA, _CONTENTS, _DATED, _REMOVED)
"""What leads from each version of the schema to the next; the first begins with an empty file."""
SCHEMA_VERSION = len(_MIGRATIONS)
_BATCH = 500
"""Ids per query, below SQLite's limit on variables."""


class ArticleInfo(Frozen):
    """What is known of an article, without its text. `added` is UTC."""

    id: str
    title: str
    date: dt.date | None
    source: str | None
    sha256: str
    folder: str
    path: str
    characters: int
    passages: int
    state: Literal["indexed", "pending"]
    added: dt.datetime


class Known(Frozen):
    """An article as sync sees it: where it lies, and the digest of the version that answers.

    `removed` is the digest of what an excluded article said when it was removed.
    """

    id: str
    path: str
    excluded: bool
    sha256: str | None
    removed: str | None


class Contents(Frozen):
    """What a file of several articles held when it was read: its digest, and how many."""

    sha256: str
    articles: int


def version_key(article_id: str, sha256: str) -> str:
    """Name the version of an article that has this digest."""
    return f"{article_id}#{sha256[:16]}"


_BARE = (
    "DELETE FROM articles WHERE NOT excluded"
    " AND NOT EXISTS (SELECT 1 FROM versions WHERE article = articles.id)"
)


class Pending(Protocol):
    """A version of an article that is to be written."""

    @property
    def key(self) -> str:
        """Its key."""

    @property
    def article(self) -> Article:
        """The article."""

    @property
    def spans(self) -> Sequence[tuple[str, Span]]:
        """Its passages, as id and span."""

    @property
    def renames(self) -> str | None:
        """The id that the article had before it was renamed."""


class Library:
    """The SQLite file. Safe to use from several threads: each has a connection of its own.

    A `replica` reads what another process writes, and sees each change at its next call; so it does
    when the file is replaced by another one.
    """

    def __init__(self, path: Path, *, replica: bool = False) -> None:
        self.path = path
        self._replica = replica
        if replica:
            self._check_there()
        else:
            with writing(path.parent):
                path.parent.mkdir(parents=True, exist_ok=True)
        self._local = threading.local()
        self._connections: dict[Connection, threading.Thread] = {}
        self._guard = threading.Lock()
        self._counted = (-1, 0)
        self._check_not_emptied()
        self._migrate()

    def _check_not_emptied(self) -> None:
        """Raise `LibraryDamaged` for an empty file beside an index, which SQLite takes for new."""
        indexes = (self.path.parent / "chroma", self.path.parent / "lexical")
        if self.path.is_file() and not self.path.stat().st_size and any(map(Path.is_dir, indexes)):
            raise damaged(self.path, "it is empty")

    def problems(self) -> Sequence[str]:
        """Return what SQLite finds wrong with the file; reads all of it."""
        return self._db.problems()

    def _migrate(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version < SCHEMA_VERSION and self._replica:
            raise ReplicaUnready(
                f"{self.path} was written by an older version (schema {version}).",
                "Start the server that writes in this version first: it brings it up to date.",
            )
        if version < SCHEMA_VERSION and shut(self.path.parent):
            raise NotWritable(
                f"{self.path} was written by an older version (schema {version}), and may only be "
                "read here.",
                "Run qa status once as a user who may write it: that brings it up to date. Or copy "
                "the data directory, and name the copy by QA_DATA_DIR.",
            )
        if version < SCHEMA_VERSION:
            self._upgrade()
        if version > SCHEMA_VERSION:
            raise IndexDamaged(
                f"{self.path} was written by a newer version (schema {version}).",
                "Install that version, or use another QA_DATA_DIR.",
            )

    def _upgrade(self) -> None:
        """Bring the schema up to date, at once or not at all; what is stored stays."""
        with self._transaction() as db:
            # Read again, now that no other process can be doing the same.
            version = db.execute("PRAGMA user_version").fetchone()[0]
            for script in _MIGRATIONS[version:]:
                for statement in script.split(";\n"):
                    db.execute(statement)
            db.execute(f"PRAGMA user_version = {max(version, SCHEMA_VERSION)}")

    def _check_there(self) -> None:
        if not self.path.exists():
            raise ReplicaUnready(
                f"There is no library at {self.path.absolute()}.",
                "Start the server that writes first, or wait for the copy to be complete; "
                "QA_DATA_DIR says where a replica looks.",
            )

    @property
    def _db(self) -> Connection:
        if self._replica and getattr(self._local, "file", None) != self._file():
            self.release()
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            self._local.file = self._file()
            connection = self._connect()
            self._local.connection = connection
            self._keep(connection)
        return connection

    def _keep(self, connection: Connection) -> None:
        """Note a connection of this thread, and close those of threads that have ended.

        A server's threads come and go with its load, and nobody tells when one goes.
        """
        with self._guard:
            over = [old for old, thread in self._connections.items() if not thread.is_alive()]
            for old in over:
                del self._connections[old]
                old.close()
            self._connections[connection] = threading.current_thread()

    def _file(self) -> tuple[int, int] | None:
        """Return what tells a replica's file from one that takes its place."""
        if not self._replica:
            return None
        self._check_there()
        found = self.path.stat()
        return found.st_dev, found.st_ino

    def _connect(self) -> Connection:
        closed = shut(self.path.parent)
        only_read = self._replica or closed
        mode = "ro" if only_read else "rwc"
        log = self.path.with_name(f"{self.path.name}-wal")
        # What a replica reads is being written.
        if closed and not self._replica and not log.exists():
            # To read even a log without entries, SQLite would have to make its file.
            mode += "&immutable=1"
        target = f"{self.path.absolute().as_uri()}?mode={mode}"
        connection = open_database(target, self.path, uri=True)
        if only_read:
            return connection
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            # The index forgets a version only after the library did, so no commit may be lost.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
            db.execute("COMMIT")
        except BaseException:
            # A full disk may have ended it already, or have kept the commit from ending it.
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise

    @contextmanager
    def _hurried(self) -> Iterator[None]:
        """Let what is written meanwhile reach the disk only with the next change that has to."""
        self._db.execute("PRAGMA synchronous = NORMAL")
        try:
            yield
        finally:
            self._db.execute("PRAGMA synchronous = FULL")

    def release(self) -> None:
        """Close this thread's connection, if it has one; another call opens a new one."""
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            del self._local.connection
            with self._guard:
                self._connections.pop(connection, None)
            connection.close()

    def close(self) -> None:
        """Close every thread's connection; the library cannot be used afterwards."""
        with self._guard:
            for connection in self._connections:
                connection.close()
            self._connections.clear()

    # -- what is known ---------------------------------------------------------------------

    def meta(self, key: str) -> str | None:
        """Return a value kept about the library itself, None when it was never set."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    @property
    def build(self) -> int:
        """The generation of the indexes that is in use."""
        return int(self.meta("build") or 1)

    @property
    def generation(self) -> int:
        """A counter that grows whenever the set of answering versions changes."""
        return int(self.meta("generation") or 0)

    def folders(self) -> list[Path]:
        """Return every folder (or single file) that has been ingested, sorted."""
        rows = self._db.execute("SELECT path FROM folders ORDER BY path")
        return [Path(path) for (path,) in rows]

    @property
    def empty(self) -> bool:
        """True when no article can answer; unlike `counts`, as quick with a million passages."""
        found = self._db.execute("SELECT EXISTS (SELECT 1 FROM versions WHERE state = 'indexed')")
        return not found.fetchone()[0]

    def counts(self) -> tuple[int, int]:
        """Return how many articles and how many passages can answer now."""
        articles = self._db.execute("SELECT count(*) FROM versions WHERE state = 'indexed'")
        passages = self._db.execute(
            "SELECT count(*) FROM passages p JOIN versions v ON v.key = p.version"
            " WHERE v.state = 'indexed' AND p.build = ?",
            (self.build,),
        )
        return int(articles.fetchone()[0]), int(passages.fetchone()[0])

    def articles(self) -> list[ArticleInfo]:
        """Return what is known of every article, sorted by id."""
        return self._infos("", ())

    def info(self, article_id: str) -> ArticleInfo:
        """Return what is known of one article; `UnknownArticle` when there is none."""
        found = self._infos("WHERE a.id = ?", (article_id,))
        if not found:
            raise _unknown(article_id)
        return found[0]

    def _infos(self, where: str, values: tuple[str, ...]) -> list[ArticleInfo]:
        rows = self._db.execute(
            "SELECT a.id, v.title, v.date, v.source, v.sha256, f.path, a.path, length(v.text),"  # noqa: S608 -- `where` is one of two literals above
            " (SELECT count(*) FROM passages p WHERE p.version = v.key AND p.build = ?),"
            " min(v.state), v.added"
            " FROM articles a JOIN folders f ON f.id = a.folder"
            " JOIN versions v ON v.article = a.id AND v.state IN ('indexed', 'pending')"
            f" {where} GROUP BY a.id ORDER BY a.id",
            (self.build, *values),
        )
        fields = list(ArticleInfo.model_fields)
        return [ArticleInfo.model_validate(dict(zip(fields, row, strict=True))) for row in rows]

    def article(self, article_id: str) -> Article:
        """Return the version of an article that answers; `UnknownArticle` when there is none."""
        articles = self._versions("v.article = ? AND v.state = 'indexed'", (article_id,))
        if not articles:
            raise _unknown(article_id)
        return articles[0]

    def pending(self) -> list[Article]:
        """Return the versions whose indexing was begun and not finished."""
        return self._versions("v.state = 'pending'", ())

    def live(self) -> Iterator[Article]:
        """Yield every article that answers, one at a time, in order of id."""
        rows = self._db.execute("SELECT article FROM versions WHERE state = 'indexed' ORDER BY 1")
        for (article_id,) in rows.fetchall():
            yield self.article(article_id)

    def _versions(self, where: str, values: tuple[str, ...]) -> list[Article]:
        rows = self._db.execute(
            "SELECT v.article, v.sha256, v.title, v.date, v.source, v.text, v.furniture"  # noqa: S608 -- `where` is one of the literals in this class
            f" FROM versions v WHERE {where} ORDER BY v.article",
            values,
        )
        return [
            Article(
                id=article, sha256=sha256, title=title, date=_date(date), source=source,
                text=text, furniture=tuple((a, b) for a, b in json.loads(furniture)),
            )
            for article, sha256, title, date, source, text, furniture in rows
        ]  # fmt: skip

    def passages(self, ids: Sequence[str]) -> dict[str, Passage]:
        """Return the passages with these ids that may answer now, by id; others are left out."""
        found: dict[str, Passage] = {}
        build = self.build
        for batch in _batches(ids):
            rows = self._db.execute(LOOK_UP.format(marks=_marks(batch)), (build, *batch))
            for key, article, title, date, text, start, end in rows:
                found[key] = Passage(
                    id=key, article_id=article, title=title, date=_date(date),
                    text=text, start=start, end=end,
                )  # fmt: skip
        return found

    def excerpt(self, article_id: str, start: int, end: int) -> tuple[str, str] | None:
        """Return (`text[start:end]`, sha256) of the answering version, None when there is none."""
        row = self._db.execute(
            "SELECT substr(text, ? + 1, ? - ?), sha256 FROM versions"
            " WHERE article = ? AND state = 'indexed'",
            (start, end, start, article_id),
        ).fetchone()
        return None if row is None else (str(row[0]), str(row[1]))

    def page(self, article_id: str, start: int) -> int | None:
        """Return the page, from 1, of the character at `start`; None where there are no pages.

        The pages of a PDF are divided by form feeds in its text.
        """
        if not article_id.lower().endswith(".pdf"):
            return None
        row = self._db.execute(
            "SELECT 1 + length(head) - length(replace(head, char(12), '')) FROM"
            " (SELECT substr(text, 1, ?) AS head FROM versions"
            " WHERE article = ? AND state = 'indexed')",
            (start, article_id),
        ).fetchone()
        return None if row is None else int(row[0])

    def matching(self, filters: Filters) -> Selection | None:
        """Return what passes `filters`; None when nothing is restricted.

        `BadFilter` when a file is not in the library, or the range of dates is empty.
        """
        if filters.empty:
            return None
        if filters.date_from and filters.date_to and filters.date_from > filters.date_to:
            raise BadFilter(
                f"date_from {filters.date_from} is later than date_to {filters.date_to}.",
                "Exchange the two dates.",
            )
        for name in filters.files or ():
            self.info(name)
        asked = "v.state = 'indexed'"
        values: list[Any] = []
        for bound, day in (("v.date >= ?", filters.date_from), ("v.date <= ?", filters.date_to)):
            if day is not None:
                asked += f" AND {bound}"
                values.append(_iso(day))
        if filters.files is not None:
            asked += " AND v.article IN (SELECT value FROM json_each(?))"
            values.append(json.dumps(filters.files))
        return Selection(self._select, asked, values, of=self._answering(), build=self.build)

    def _select(self, what: str, values: Sequence[Any]) -> list[Any]:
        return [first for first, *_ in self._db.execute(f"SELECT {what}", tuple(values))]

    def _answering(self) -> int:
        """Return how many articles can answer, counted once a generation."""
        generation = self.generation
        known, count = self._counted
        if known != generation:
            (count,) = self._select("count(*) FROM versions WHERE state = 'indexed'", ())
            self._counted = generation, count
        return count

    def undated(self) -> int:
        """Return how many articles that answer have no date, and pass no filter by date."""
        found = self._db.execute(
            "SELECT count(*) FROM versions WHERE state = 'indexed' AND date IS NULL"
        )
        return int(found.fetchone()[0])

    # -- what changes ----------------------------------------------------------------------

    def set_meta(self, key: str, value: str) -> None:
        """Keep a value about the library itself."""
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def known(self, folder: Path) -> list[Known]:
        """Return the articles of one folder as sync needs them."""
        rows = self._db.execute(
            "SELECT a.id, a.path, a.excluded, v.sha256, a.removed FROM articles a"
            " JOIN folders f ON f.id = a.folder"
            " LEFT JOIN versions v ON v.article = a.id AND v.state = 'indexed'"
            " WHERE f.path = ? ORDER BY a.path",
            (str(folder),),
        )
        return [
            Known(id=name, path=path, excluded=bool(excluded), sha256=sha256, removed=removed)
            for name, path, excluded, sha256, removed in rows
        ]

    def contents(self, folder: Path) -> dict[str, Contents]:
        """Return the files of several articles in a folder that were read completely, by path."""
        rows = self._db.execute(
            "SELECT c.path, c.sha256, c.articles FROM contents c"
            " JOIN folders f ON f.id = c.folder WHERE f.path = ?",
            (str(folder),),
        )
        return {path: Contents(sha256=sha256, articles=count) for path, sha256, count in rows}

    def note_contents(self, folder: Path, read: Mapping[str, Contents | None]) -> None:
        """Note which files of several articles were read; None forgets one that is gone."""
        with self._transaction() as db:
            (number,) = db.execute(
                "SELECT id FROM folders WHERE path = ?", (str(folder),)
            ).fetchone()
            for path, held in read.items():
                db.execute("DELETE FROM contents WHERE folder = ? AND path = ?", (number, path))
                if held is not None:
                    db.execute(
                        "INSERT INTO contents VALUES (?, ?, ?, ?)",
                        (number, path, held.sha256, held.articles),
                    )

    def add_folder(self, folder: Path) -> None:
        """Make a folder known; nothing happens when it is already."""
        with self._transaction() as db:
            db.execute("INSERT OR IGNORE INTO folders (path) VALUES (?)", (str(folder),))

    def claim_id(self, folder: Path, path: str) -> str:
        """Return the id of the article at `path` in `folder`, giving it one if it is new.

        The id is the relative path. Where another folder's article has it already, the folder's
        name is put before it, with a number if that is taken as well. An id is never changed.
        """
        # An id without a version is forgotten at the next start, so it may be lost as well.
        with self._hurried(), self._transaction() as db:
            (number,) = db.execute(
                "SELECT id FROM folders WHERE path = ?", (str(folder),)
            ).fetchone()
            row = db.execute(
                "SELECT id FROM articles WHERE folder = ? AND path = ?", (number, path)
            ).fetchone()
            if row is not None:
                return str(row[0])
            for name in _names(folder.name, path):
                if not db.execute("SELECT 1 FROM articles WHERE id = ?", (name,)).fetchone():
                    db.execute(
                        "INSERT INTO articles (id, folder, path) VALUES (?, ?, ?)",
                        (name, number, path),
                    )
                    return name
        raise AssertionError("the names never end")

    def exclude(self, article_id: str) -> None:
        """Mark an article as one that sync leaves out, under a new name of its file as well."""
        with self._transaction() as db:
            db.execute(
                "UPDATE articles SET excluded = 1, removed = (SELECT sha256 FROM versions"
                " WHERE article = articles.id AND state = 'indexed') WHERE id = ?",
                (article_id,),
            )

    def include(self, article_id: str) -> None:
        """Let sync take an article that it left out."""
        with self._transaction() as db:
            db.execute(
                "UPDATE articles SET excluded = 0, removed = NULL WHERE id = ?", (article_id,)
            )

    def exclude_instead(self, article_id: str, old: str) -> None:
        """Leave an article out in the place of `old`, whose file has its name now."""
        with self._transaction() as db:
            db.execute(
                "UPDATE articles SET excluded = 1, removed = (SELECT removed FROM articles"
                " WHERE id = ?) WHERE id = ?",
                (old, article_id),
            )
            db.execute("UPDATE articles SET excluded = 0, removed = NULL WHERE id = ?", (old,))
            db.execute(f"{_BARE} AND id = ?", (old,))

    def begin(self, versions: Iterable[Pending]) -> None:
        """Write versions as pending, with their passages, all of them or none."""
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        with self._transaction() as db:
            for version in versions:
                article = version.article
                db.execute(
                    "INSERT OR REPLACE INTO versions"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?)",
                    (
                        version.key, article.id, article.sha256, article.title,
                        _iso(article.date), article.source, article.text,
                        json.dumps(article.furniture), version.renames, now,
                    ),
                )  # fmt: skip
                self._write_passages(db, version.key, version.spans, self.build)

    def add_passages(self, key: str, spans: Sequence[tuple[str, Span]], build: int) -> None:
        """Write the passages that a version has in another build."""
        with self._transaction() as db:
            self._write_passages(db, key, spans, build)

    @staticmethod
    def _write_passages(
        db: Connection, key: str, spans: Sequence[tuple[str, Span]], build: int
    ) -> None:
        db.executemany(
            "INSERT OR REPLACE INTO passages VALUES (?, ?, ?, ?, ?)",
            [(name, build, key, start, end) for name, (start, end) in spans],
        )

    def switch(self, fresh: Sequence[str], retired: Sequence[str] = ()) -> None:
        """Let the versions `fresh` (keys) answer from now on, and the articles `retired` no more.

        What the fresh versions replace, under the same name or an older one, becomes stale, all
        in one transaction.
        """
        with self._transaction() as db:
            for key in fresh:
                db.execute(
                    "UPDATE versions SET state = 'stale' WHERE state = 'indexed'"
                    " AND article IN (SELECT article FROM versions WHERE key = ?"
                    " UNION SELECT replaces FROM versions WHERE key = ?)",
                    (key, key),
                )
                db.execute("UPDATE versions SET state = 'indexed' WHERE key = ?", (key,))
            for article in retired:
                db.execute(
                    "UPDATE versions SET state = 'stale' WHERE article = ? AND state = 'indexed'",
                    (article,),
                )
            _count_up(db)

    def stale(self) -> list[str]:
        """Return the keys of the versions that answer no more but may still be in the indexes."""
        rows = self._db.execute("SELECT key FROM versions WHERE state = 'stale' ORDER BY key")
        return [key for (key,) in rows]

    def passage_ids(self, key: str) -> list[str]:
        """Return the ids of a version's passages, in the build in use."""
        rows = self._db.execute(
            "SELECT id FROM passages WHERE version = ? AND build = ?", (key, self.build)
        )
        return [name for (name,) in rows]

    def drop(self, keys: Sequence[str]) -> None:
        """Forget versions for good, and those of their articles that have no other version."""
        if not keys:
            return
        with self._transaction() as db:
            for key in keys:
                row = db.execute("SELECT article FROM versions WHERE key = ?", (key,)).fetchone()
                db.execute("DELETE FROM versions WHERE key = ?", (key,))
                db.execute(f"{_BARE} AND id = ?", row or ("",))

    def drop_bare(self) -> None:
        """Forget articles that have an id and no version: a crash came between the two."""
        with self._transaction() as db:
            db.execute(_BARE)

    def drop_folder(self, folder: Path) -> None:
        """Forget a folder and its exclusions; its versions must have been dropped before."""
        with self._transaction() as db:
            db.execute(
                "DELETE FROM articles WHERE folder IN (SELECT id FROM folders WHERE path = ?)"
                " AND id NOT IN (SELECT article FROM versions)",
                (str(folder),),
            )
            db.execute("DELETE FROM folders WHERE path = ?", (str(folder),))

    def adopt_build(self, build: int, fingerprint: str) -> None:
        """Make `build` the one in use, and forget the passages of every other."""
        with self._transaction() as db:
            db.execute("DELETE FROM passages WHERE build != ?", (build,))
            db.execute("INSERT OR REPLACE INTO meta VALUES ('build', ?)", (str(build),))
            db.execute("INSERT OR REPLACE INTO meta VALUES ('fingerprint', ?)", (fingerprint,))
            _count_up(db)


def _count_up(db: Connection) -> None:
    db.execute(
        "INSERT INTO meta VALUES ('generation', '1')"
        " ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1"
    )


def _names(folder: str, path: str) -> Iterator[str]:
    yield path
    yield f"{folder}/{path}"
    number = 2
    while True:
        yield f"{folder}~{number}/{path}"
        number += 1


def _unknown(article_id: str) -> UnknownArticle:
    return UnknownArticle(f"No article has the id {article_id!r}.", UnknownArticle.command)


def _date(value: str | None) -> dt.date | None:
    return None if value is None else dt.date.fromisoformat(value)


def _iso(value: dt.date | None) -> str | None:
    return None if value is None else value.isoformat()


def _marks(values: Sequence[Any]) -> str:
    return ",".join("?" * len(values))


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(ids), _BATCH):
        yield ids[first : first + _BATCH]
