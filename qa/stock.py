"""What a sync compares: the files found in a folder, and the articles that the library has of it.

Most files hold one article, at their own path. The articles of a feed or an archive have paths
below that of their file, as if it were a folder; they belong to it, live as long as it does, and
are looked at again only when it has changed. What lies in a folder that cannot be listed may be
there or not, and stays as it is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from qa.articles import holds_several
from qa.library import Contents, Known
from qa.scan import Found


class Stock:
    """The known articles of one folder by the file that they belong to, and what became of them."""

    def __init__(
        self, found: Sequence[Found], known: Iterable[Known], contents: Mapping[str, Contents]
    ) -> None:
        self._there = {item.path for item in found}
        self._veiled = {item.path for item in found if item.below}
        self._known = {entry.path: entry for entry in known}
        self._contents = contents
        self._of: dict[str, list[Known]] = {}
        self._missing: dict[str, list[Known]] = {}
        self._left_out: dict[str, list[Known]] = {}
        self._dropped: list[Known] = []
        self.noted: dict[str, Contents | None] = {
            path: None
            for path in contents
            if path not in self._there and not self._out_of_sight(path)
        }
        for entry in self._known.values():
            if self._out_of_sight(entry.path):
                continue
            file = self._file_of(entry.path)
            if file is not None:
                self._of.setdefault(file, []).append(entry)
            elif entry.sha256 is not None:
                self._missing.setdefault(entry.sha256, []).append(entry)
            elif entry.removed is not None:
                self._left_out.setdefault(entry.removed, []).append(entry)

    def at(self, path: str) -> Known | None:
        """Return what is known of the article at `path`."""
        return self._known.get(path)

    def of(self, path: str) -> Sequence[Known]:
        """Return what is known of the articles of the file at `path`."""
        return self._of.get(path, [])

    def unchanged(self, path: str, digest: str) -> bool:
        """Tell whether all that a file with this digest holds is known and answers already."""
        if not holds_several(path):
            entry = self.at(path)
            return entry is not None and entry.sha256 == digest
        settled = all(entry.sha256 is not None or entry.excluded for entry in self.of(path))
        return settled and self._contents.get(path) == Contents(
            sha256=digest, articles=len(self.of(path))
        )

    def read(self, path: str, digest: str, articles: set[str], *, complete: bool) -> None:
        """Note that a file was read: the paths of its articles, and whether all went well."""
        self._dropped += [
            entry
            for entry in self.of(path)
            if entry.path not in articles and entry.sha256 is not None
        ]
        if holds_several(path) and complete:
            self.noted[path] = Contents(sha256=digest, articles=len(articles))

    def renamed(self, digest: str) -> str | None:
        """Return the id of an article of this content whose file is gone; it is claimed thereby."""
        entries = self._missing.get(digest)
        return entries.pop().id if entries else None

    def left_out(self, digest: str) -> str | None:
        """Return the id of an excluded article of this content, as `renamed` does.

        None where one that answers has lost its file as well: then the file is that one's.
        """
        entries = self._left_out.get(digest)
        return entries.pop().id if entries and not self._missing.get(digest) else None

    @staticmethod
    def files(known: Iterable[Known]) -> set[str]:
        """Return the files in which the articles that answer were found."""
        return {
            next(
                (file for file in reversed([*_above(entry.path)]) if holds_several(file)),
                entry.path,
            )
            for entry in known
            if entry.sha256 is not None
        }

    def gone(self) -> list[str]:
        """Return the ids of the articles that are in no file any more."""
        missing = [entry for entries in self._missing.values() for entry in entries]
        return [entry.id for entry in (*missing, *self._dropped)]

    def _file_of(self, path: str) -> str | None:
        """Return the file that an article belongs to, None when it is gone."""
        if path in self._there:
            return path
        above = _above(path)
        return next((file for file in above if file in self._there and holds_several(file)), None)

    def _out_of_sight(self, path: str) -> bool:
        """Tell whether an article lies in a folder that cannot be listed."""
        return not self._veiled.isdisjoint(_above(path))


def _above(path: str) -> Iterator[str]:
    """Yield the folders and files that `path` may lie in, the innermost first, "." at last."""
    return map(str, PurePosixPath(path).parents)
