"""How well the check tells true sentences of a language model from false ones, and how fast.

    python -m eval.drafted [--json]

Pairs of sentences over `seeds/` (drafted.json), as a model would write them: one is true, the
other false in one detail. Each is put before the check as a model's line is: the passages that a
search for it finds, the first of them cited. Printed are, by kind of error, the false ones that
would reach a reader and the true ones that would be removed, and the time from line to verdict.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.pipeline import Pipeline, build
from qa.quoting import Written, locate
from qa.settings import Settings
from qa.types import Frozen

PAIRS = Path(__file__).with_suffix(".json")
SEEDS = Path(__file__).parent.parent / "seeds"
SHOWN = 6
"""Passages that a model is shown."""


class Pair(Frozen):
    """A true sentence, and the same with one error of this kind."""

    kind: str
    true: str
    false: str


@dataclass(frozen=True)
class Judged:
    """A sentence, whether it is true, what the check said, and the time it took in ms."""

    kind: str
    text: str
    true: bool
    supported: bool
    reason: str
    took: float


def pairs() -> list[Pair]:
    """Read the pairs."""
    return [Pair.model_validate(row) for row in json.loads(PAIRS.read_text(encoding="utf-8"))]


def judge(pipeline: Pipeline, given: Sequence[Pair]) -> Iterator[Judged]:
    """Have every sentence checked."""
    for pair in given:
        for text, true in ((pair.true, True), (pair.false, False)):
            passages = tuple(pipeline.search(text, SHOWN))
            began = time.perf_counter()
            found = locate(Written(text, passages[:1], passages[1:]), pipeline.reader.support)
            took = 1000 * (time.perf_counter() - began)
            passed = found.verdict == "supported"
            yield Judged(pair.kind, text, true, passed, found.reason, took)


def table(judged: Sequence[Judged]) -> str:
    """Write the counts by kind as Markdown, the errors by name, and the median time."""
    lines = ["| kind | false | shown | true | removed |", "|---|---|---|---|---|"]
    kinds = [*dict.fromkeys(j.kind for j in judged), "all"]
    for kind in kinds:
        own = [j for j in judged if kind in {j.kind, "all"}]
        false, true = [j for j in own if not j.true], [j for j in own if j.true]
        shown, removed = sum(j.supported for j in false), sum(not j.supported for j in true)
        lines.append(f"| {kind} | {len(false)} | {shown} | {len(true)} | {removed} |")
    lines += ["", "False and shown:", *(f"* {j.text}" for j in judged if j.supported > j.true)]
    lines += ["", "True and removed:"]
    lines += [f"* {j.text} ({j.reason})" for j in judged if j.true > j.supported]
    median = statistics.median(j.took for j in judged)
    return "\n".join([*lines, "", f"From line to verdict: {median:.1f} ms (median)"])


def main(words: Sequence[str]) -> int:
    """Measure, and print."""
    with tempfile.TemporaryDirectory() as data:
        pipeline = build(Settings(data_dir=Path(data), llm="embedded"), writer=True)
        try:
            pipeline.store.ingest([SEEDS])
            judged = list(judge(pipeline, pairs()))
        finally:
            pipeline.close()
    if "--json" in words:
        print(json.dumps([vars(one) for one in judged], ensure_ascii=False))  # noqa: T201 -- its output
    else:
        print(table(judged))  # noqa: T201 -- its output
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
