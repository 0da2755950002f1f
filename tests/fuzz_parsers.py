"""Mutated input for every parser, led by what is new: `python -m tests.fuzz_parsers --seconds 120`.

It begins with samples and with what is kept in tests/data/fuzz; an input that leads to something
that no other did is mutated further. What a parser raises is a finding: its input is written to
tests/data/fuzz, where the tests try it from then on.
"""

import argparse
import hashlib
import random
import sys
import time
import traceback
from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz_targets import TARGETS, Target

KEPT = Path(__file__).parent / "data" / "fuzz"
SECONDS = 300
_DEEP = 3000
"""Deeper than Python's stack."""
_RARELY = 0.02
_LARGEST = 200_000
_ODD = (
    b"\0",
    b"\xff",
    b"\xed\xa0\x80",
    b"\r",
    "٣".encode(),
    b"-",
    b"\xe2\x80\xa8",
    b"\xef\xbb\xbf",
)
_MOST_FINDINGS = 5


@dataclass
class Tried:
    """What became of one target's inputs."""

    inputs: int = 0
    outcomes: set[Hashable] = field(default_factory=set)
    slowest: float = 0.0
    findings: dict[str, bytes] = field(default_factory=dict)


def kept(name: str) -> list[bytes]:
    """Return the inputs that are kept for a target."""
    return [path.read_bytes() for path in sorted((KEPT / name).glob("*"))]


@dataclass(frozen=True)
class Change:
    """A place in some bytes, a word to put there, and other bytes to take from."""

    at: int
    size: int
    word: bytes
    other: bytes
    chance: random.Random

    def made(self, out: bytearray) -> None:
        """Make the change, of any kind."""
        at, size, chance = self.at, self.size, self.chance
        start = chance.randrange(len(self.other) or 1)
        digits = b"9" * chance.choice((3, 20, 400, 5000))
        # Rarely nested deep, as that leaves little of the rest.
        repeated = self.word * (_DEEP if chance.random() < _RARELY else chance.randint(1, 3))
        length, new = chance.choice(
            (
                (1, bytes([chance.randrange(256)])),
                (size, b""),
                (0, bytes(out[at : at + size]) * chance.randint(1, 3)),
                (0, self.word),
                (chance.randint(0, 8), repeated),
                (size, self.other[start : start + chance.randint(1, 80)]),
                (0, chance.choice(_ODD)),
                (0, digits),
            )
        )
        out[at : at + length] = new


def mutated(data: bytes, other: bytes, words: tuple[bytes, ...], chance: random.Random) -> bytes:
    """Change `data` in a few places: bits, bytes, words, parts of itself and of `other`."""
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        word = chance.choice(words) if words else bytes([chance.randrange(256)])
        at = chance.randrange(len(out) + 1)
        Change(at, chance.randint(1, 40), word, other, chance).made(out)
    return bytes(out[:_LARGEST])


def attempt(target: Target, data: bytes, tried: Tried) -> bool:
    """Try one input; return whether what came of it is new."""
    began = time.perf_counter()
    try:
        outcome = target.run(data)
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is what is looked for
        place = traceback.extract_tb(error.__traceback__)[-1]
        tried.findings.setdefault(f"{error!r:.200} at {place.filename}:{place.lineno}", data)
        return False
    finally:
        tried.inputs += 1
        tried.slowest = max(tried.slowest, time.perf_counter() - began)
    new = outcome not in tried.outcomes
    tried.outcomes.add(outcome)
    return new


def fuzz(name: str, *, seed: int, inputs: int | None = None, seconds: float | None = None) -> Tried:
    """Fuzz one target for so many inputs, or seconds."""
    target, tried = TARGETS[name], Tried()
    chance = random.Random(f"{name} {seed}")  # noqa: S311 -- not for secrets
    pool = [*target.seeds, *kept(name)]
    for data in pool:
        attempt(target, data, tried)
    until = None if seconds is None else time.monotonic() + seconds
    while len(tried.findings) < _MOST_FINDINGS:
        if (inputs is not None and tried.inputs >= inputs) or (until and time.monotonic() > until):
            break
        data = mutated(chance.choice(pool), chance.choice(pool), target.words, chance)
        if attempt(target, data, tried):
            pool.append(data)
    return tried


def keep(name: str, data: bytes) -> Path:
    """Keep the input of a finding."""
    path = KEPT / name / hashlib.sha256(data).hexdigest()[:12]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def main() -> int:
    """Fuzz all targets, or those named; 1 when something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], help="none: all")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="in all")
    parser.add_argument("--seed", type=int, help="the same inputs as another run; else new ones")
    wanted = parser.parse_args()
    names = wanted.targets or list(TARGETS)
    seed = random.randrange(2**32) if wanted.seed is None else wanted.seed  # noqa: S311
    print(
        f"seed {seed}\n\n| parser | inputs | outcomes | slowest ms | findings |\n"
        "|---|---|---|---|---|"
    )
    total, found = 0, 0
    for name in names:
        tried = fuzz(name, seed=seed, seconds=wanted.seconds / len(names))
        slowest = round(1000 * tried.slowest)
        print(f"| {name} | {tried.inputs:,} | {len(tried.outcomes)} | {slowest:,} "
              f"| {len(tried.findings)} |", flush=True)  # fmt: skip
        for what, data in tried.findings.items():
            print(f"  {what}\n  kept in {keep(name, data)}")
        total, found = total + tried.inputs, found + len(tried.findings)
    print(f"\n{total:,} inputs to {len(names)} parsers, {found} findings")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
