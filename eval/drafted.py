"""How well the check tells true sentences of a language model from false ones, and how fast.

    python -m eval.drafted [--json]

Pairs of sentences (drafted.json), half of them over `seeds/` and half over passages of SQuAD whose
articles the reading model is not trained on (gold/drafted/, under the licence beside it), worded as
a model would: one is true, the other false in one detail. They measure: nothing is tuned to them.
Each is put before the check as a model's line is: the passages that a search for it finds, the
first of them cited. Printed are, by kind of error, the false ones that would reach a reader and the
true ones that would be removed, and the time from line to verdict.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from qa.pipeline import Pipeline, build
from qa.quoting import Written, locate
from qa.settings import Settings
from qa.types import Frozen

PAIRS = Path(__file__).with_suffix(".json")
SEEDS = Path(__file__).parent.parent / "seeds"
SQUAD = Path(__file__).parent / "gold" / "drafted"
SHOWN = 6
"""Passages that a model is shown."""


class Pair(Frozen):
    """A true sentence over these articles, and the same with one error of this kind."""

    over: Literal["seeds", "squad"]
    kind: str
    true: str
    false: str


@dataclass(frozen=True)
class Judged:
    """A sentence, whether it is true, what the check said, and the time it took in ms."""

    over: str
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
            yield Judged(pair.over, pair.kind, text, true, passed, found.reason, took)


def table(judged: Sequence[Judged]) -> str:
    """Write the counts by kind and by articles as Markdown, the errors by name, the median time."""
    lines = ["| kind | false | shown | true | removed |", "|---|---|---|---|---|"]
    for name in dict.fromkeys([*(j.kind for j in judged), *(j.over for j in judged), "all"]):
        own = [j for j in judged if name in {j.kind, j.over, "all"}]
        false, true = [j for j in own if not j.true], [j for j in own if j.true]
        shown, removed = sum(j.supported for j in false), sum(not j.supported for j in true)
        lines.append(f"| {name} | {len(false)} | {shown} | {len(true)} | {removed} |")
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
            pipeline.store.ingest([SEEDS, SQUAD])
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
