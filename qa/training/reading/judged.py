"""Claims that people judged or falsified, from other data sets, in one form.

VitaminC (Schuster et al. 2021), FM2 (Eisenschlos et al. 2021), sentence pairs of Falke et al.
(2019), BUMP (Ma et al. 2023), FRANK (Pagnoni et al. 2021) and QAGS (Wang et al. 2020), each as its
authors publish it, in a folder of its name; FRANK's judgements with the documents they are about
(`frank_joined_*.jsonl`: `claim`, `premise`, `supported`).
"""

import json
from collections.abc import Iterator
from pathlib import Path

from qa.training.data import Record, lines

_SHORTEST_CLAIM, _SHORTEST_PREMISE = 15, 30
_BROKEN = "\ufffd"

Judged = tuple[str, str, bool]
"""A claim, what it is held against, and whether that supports it."""


def claims(folder: Path) -> Iterator[Record]:
    """Yield all claims, each once: `source`, `claim`, `premise`, `supported`."""
    seen = set()
    for source, read in _SETS.items():
        for told, held, supported in read(folder / source):
            claim, premise = " ".join(told.split()), " ".join(held.replace(_BROKEN, " ").split())
            long = len(claim) > _SHORTEST_CLAIM and len(premise) > _SHORTEST_PREMISE
            if long and _BROKEN not in claim and (claim, premise) not in seen:
                seen.add((claim, premise))
                yield {"source": source, "claim": claim, "premise": premise, "supported": supported}


def _vitaminc(folder: Path) -> Iterator[Judged]:
    for row in lines(folder / "vitaminc_real" / "test.jsonl.xz"):
        yield row["claim"], row["evidence"], row["label"] == "SUPPORTS"


def _fm2(folder: Path) -> Iterator[Judged]:
    for part in ("dev", "test"):
        for row in _jsonl(folder / f"dataset_{part}.jsonl"):
            premise = " ".join(piece["text"] for piece in row["gold_evidence"])
            yield row["text"], premise, row["label"] == "SUPPORTS"


def _falke(folder: Path) -> Iterator[Judged]:
    for row in json.loads((folder / "val_sentence_pairs.json").read_text("utf-8")):
        yield row["correct_sent"], row["article_sent"], True
        yield row["incorrect_sent"], row["article_sent"], False


def _bump(folder: Path) -> Iterator[Judged]:
    for task in ("task1", "task2"):
        for row in json.loads((folder / f"data_{task}_dataset.json").read_text("utf-8")):
            yield row["reference_summary"], row["article"], True
            yield row["edited_summary"], row["article"], False


def _frank(folder: Path) -> Iterator[Judged]:
    for path in sorted(folder.glob("frank_joined_*")):
        for row in lines(path) if path.suffix == ".xz" else _jsonl(path):
            if row.get("supported") is not None:
                yield row["claim"], row["premise"], bool(row["supported"])


def _qags(folder: Path) -> Iterator[Judged]:
    """Yield the sentences whose judges all agree."""
    for name in ("cnndm", "xsum"):
        for row in _jsonl(folder / f"data_mturk_{name}.jsonl"):
            for sentence in row["summary_sentences"]:
                votes = {vote["response"] == "yes" for vote in sentence["responses"]}
                if len(votes) == 1:
                    yield sentence["sentence"], row["article"], votes.pop()


_SETS = {
    "vitaminc": _vitaminc, "fm2": _fm2, "falke": _falke, "bump": _bump, "frank": _frank,
    "qags": _qags,
}  # fmt: skip


def _jsonl(path: Path) -> Iterator[Record]:
    return (json.loads(line) for line in path.read_text("utf-8").split("\n") if line)
