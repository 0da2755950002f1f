"""Zip containers (archives and office documents), read within bounds.

Nothing is ever written to disk, so no name in an archive can lead anywhere. Sizes are those that
the directory of the archive declares; zipfile never returns more bytes than that for a member.
"""

import io
import stat
import zipfile
from dataclasses import dataclass, field

from qa.errors import ArticleTooLarge, LockedArticle
from qa.formats.parts import guarded, too_large

MOST_BYTES = 200_000_000
"""What all members of one file may expand to, those of archives in it included."""
MOST_MEMBERS = 10_000
MOST_RATIO = 200
"""Text shrinks to a fifth, a repetitive table to a hundredth; only bombs shrink to less."""
_SMALL = 1_000_000
"""A member of fewer bytes may shrink as much as it likes."""
_ENCRYPTED = 0x1


@dataclass
class Budget:
    """What is left of the bounds while one file is being read."""

    bytes_left: int = field(default_factory=lambda: MOST_BYTES)
    members_left: int = field(default_factory=lambda: MOST_MEMBERS)


class Packed:
    """An open zip file. `name` is what messages call it."""

    def __init__(self, data: bytes, name: str, kind: str, budget: Budget | None = None) -> None:
        self.name = name
        self._kind = kind
        self._budget = budget or Budget()
        with guarded(name, kind):
            self._file = zipfile.ZipFile(io.BytesIO(data))
        self.members = self._file.infolist()
        self._budget.members_left -= len(self.members)
        if self._budget.members_left < 0:
            raise too_large(name, f"holds more than {MOST_MEMBERS:,} files")
        self._names = {member.filename: member for member in self.members}

    def __contains__(self, member: str) -> bool:
        return member in self._names

    def read(self, member: str | zipfile.ZipInfo) -> bytes:
        """Return one member's bytes; an ArticleError when it is missing, locked or a bomb."""
        with guarded(self.name, self._kind):
            info = self._names[member] if isinstance(member, str) else member
        label = f"{info.filename} in {self.name}"
        if info.flag_bits & _ENCRYPTED:
            raise locked(label)
        self._spend(info, label)
        with guarded(label, "a packed file"):
            return self._file.read(info)

    def _spend(self, info: zipfile.ZipInfo, label: str) -> None:
        size = info.file_size
        if size > _SMALL and size > MOST_RATIO * max(1, info.compress_size):
            raise too_large(label, f"would expand more than {MOST_RATIO}-fold")
        self._budget.bytes_left -= size
        if self._budget.bytes_left < 0:
            raise ArticleTooLarge(
                f"{self.name} would expand to more than {MOST_BYTES / 1e6:.0f} MB.",
                "Split it, or unpack it into the folder.",
            )


def is_link(info: zipfile.ZipInfo) -> bool:
    """Tell whether a member is a symbolic link; those are never followed."""
    return stat.S_ISLNK(info.external_attr >> 16)


def locked(label: str) -> LockedArticle:
    """Make the error for what only a password opens."""
    return LockedArticle(
        f"{label} is encrypted; without its password it cannot be read.",
        "Save it without a password.",
    )
