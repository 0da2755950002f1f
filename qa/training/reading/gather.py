"""`python -m qa.training.reading.gather`: make the folder of `--further` from other data sets.

Questions that people wrote to have no answer for the passages of SQuAD's training part come without
their passages: UnAnsQ (Zhu et al. 2019) pairs 17,000 with a question that has an answer, and
SQuAD2-CR (Lee et al. 2020) lists the wording of all. A question's passage is that of its pair; or
of another question whose id was drawn together with its own; or the one that shares most words with
all questions of that draw. Questions of SQuAD 2.0's development part, which is measured on, are
left out, with all that were drawn together with them. Claims: see `qa.training.reading.judged`.
"""

import argparse
import csv
import hashlib
import json
import lzma
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.training.data import Record, detokenized, lines
from qa.training.reading.judged import claims
from qa.training.reading.tables import say

_DRAWN = 18
"""Hexadecimal digits of an id that questions share which were written at one sitting."""
_STEM = 6
_COMMON = 1500
"""Passages from which on a word tells nothing."""
_COVERED, _AHEAD = 0.5, 0.1
"""The share of the words' weight that a passage must have, and by how much the next has less."""
_LETTERS = re.compile(r"[\W_]+")
_WORD = re.compile(r"[a-z0-9]+")
_RULES = (
    (re.compile(r"(\w) n't\b"), r"\1n't"),
    (re.compile(r"(\ws) ' "), r"\1' "),
    (re.compile(r" '(s|re|ve|ll|d|m)\b"), r"'\1"),
    (re.compile(r"`` (.*?) ''"), r'"\1"'),
    (re.compile(r'" (.*?) "'), r'"\1"'),
    (re.compile(r"([$£€#]) (\d)"), r"\1\2"),
    (re.compile(r"(\w) ([-/–]) (\w)"), r"\1\2\3"),
    (re.compile(r"\b([Cc]an) not\b"), r"\1not"),
)


def main() -> None:
    """Write `unanswerable.jsonl.xz` and `claims.jsonl.xz`."""
    parser = argparse.ArgumentParser(description="Gather further training data.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--unansq", type=Path, required=True, help="UnAnsQ's questions")
    parser.add_argument("--cr", type=Path, required=True, help="SQuAD2-CR's folder")
    parser.add_argument(
        "--claims", type=Path, required=True, help="folder of the claims' data sets"
    )
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    reading = args.data / "reading"
    passages = list(lines(reading / "squad_train.jsonl.xz"))
    measured = {
        _plain(qa["question"])
        for record in lines(reading / "squad2_dev.jsonl.xz") for qa in record["qas"]
    }  # fmt: skip
    _write(
        args.out / "unanswerable.jsonl.xz", unanswerable(passages, measured, args.unansq, args.cr)
    )
    _write(args.out / "claims.jsonl.xz", list(claims(args.claims)))


@dataclass(frozen=True)
class _Pair:
    """An unanswerable question's id, and the one with an answer that it was written from."""

    key: str
    twin: str


def unanswerable(
    passages: Sequence[Record], measured: set[str], unansq: Path, cr: Path
) -> list[Record]:
    """Return the questions whose passage is known, with its title and digest.

    `measured`: questions that are not to be among them, letters and digits only.
    """
    homes: dict[str, set[int]] = defaultdict(set)
    answerable: list[dict[str, str]] = [{} for _ in passages]
    for n, passage in enumerate(passages):
        for qa in passage["qas"]:
            homes[_plain(qa["question"])].add(n)
            answerable[n][_plain(qa["question"])] = qa["question"]
    pairs = {pair.key: pair for part in ("train", "dev") for pair in _pairs(unansq, part)}
    certain = {
        key: next(iter(homes[_plain(pair.twin)]))
        for key, pair in pairs.items() if len(homes.get(_plain(pair.twin), ())) == 1
    }  # fmt: skip
    wordings = dict(_wordings(cr / "rationales"))
    gone = {key[:_DRAWN] for key in _held_out(unansq, cr)}
    gone |= {key[:_DRAWN] for key, wording in wordings.items() if _plain(wording) in measured}
    drawn = _drawn(certain, wordings, gone, passages)
    found = []
    for key, wording in wordings.items():
        home = certain.get(key, drawn.get(key[:_DRAWN]))
        if home is None or key[:_DRAWN] in gone or _plain(wording) in answerable[home]:
            continue
        passage = passages[home]
        record = {
            "id": key,
            "title": passage["title"],
            "context_sha1": _digest(passage["context"]),
            "question": _readable(wording),
        }
        twin = answerable[home].get(_plain(pairs[key].twin)) if key in certain else None
        found.append(record | ({"answerable_twin": twin} if twin else {}))
    return found


def _drawn(
    certain: Mapping[str, int],
    wordings: Mapping[str, str],
    gone: set[str],
    passages: Sequence[Record],
) -> dict[str, int]:
    """Return the passage of each draw: that of its pairs, or the one with most of its words."""
    homes: dict[str, set[int]] = defaultdict(set)
    for key, home in certain.items():
        homes[key[:_DRAWN]].add(home)
    found = {draw: next(iter(own)) for draw, own in homes.items() if len(own) == 1}
    others: dict[str, list[str]] = defaultdict(list)
    for key, wording in wordings.items():
        if key[:_DRAWN] not in homes and key[:_DRAWN] not in gone:
            others[key[:_DRAWN]].append(wording)
    nearest = _Nearest(passages)
    for draw, questions in others.items():
        if (place := nearest(questions)) is not None:
            found[draw] = place
    return found


class _Nearest:
    """Which passage shares most words with some questions, each the more the rarer it is."""

    def __init__(self, passages: Sequence[Record]) -> None:
        self._places: dict[str, list[int]] = defaultdict(list)
        for n, passage in enumerate(passages):
            for stem in {*_stems(passage["context"]), *_stems(passage["title"])}:
                self._places[stem].append(n)
        self._count = len(passages)

    def __call__(self, questions: Sequence[str]) -> int | None:
        """Return the passage's number; None where it is not clear."""
        told = Counter(stem for question in questions for stem in set(_stems(question)))
        scores: dict[int, float] = defaultdict(float)
        total = 0.0
        for stem, times in told.items():
            places = self._places.get(stem, [])
            if not 0 < len(places) < _COMMON:
                continue
            weight = math.log((self._count + 1) / (len(places) + 0.5)) * (1 + math.log(times))
            total += weight
            for place in places:
                scores[place] += weight
        best = sorted(scores, key=lambda n: -scores[n])[:2]
        if not best or scores[best[0]] < _COVERED * total:
            return None
        next_best = scores[best[1]] if len(best) > 1 else 0.0
        return best[0] if scores[best[0]] - next_best >= _AHEAD * scores[best[0]] else None


def _pairs(folder: Path, part: str) -> Iterator[_Pair]:
    for (_, twin), (key, _) in zip(
        _table(folder / f"unansq-{part}-answerable-questions.txt"),
        _table(folder / f"unansq-{part}-unanswerable-questions.txt"),
        strict=True,
    ):
        yield _Pair(key, twin)


def _table(path: Path) -> Iterator[tuple[str, str]]:
    for line in _lines(path):
        key, wording = line.split("\t")[:2]
        yield key, wording


def _wordings(folder: Path) -> Iterator[tuple[str, str]]:
    for name in ("extended", "gold_train", "gold_test"):
        with (folder / f"word_att_{name}.tsv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                yield row["qid"], row["question"]


def _held_out(unansq: Path, cr: Path) -> Iterator[str]:
    """Yield the ids that both data sets took from SQuAD 2.0's development part."""
    for key, _ in _table(unansq / "unansq-test-unanswerable-questions.txt"):
        yield key
    with (cr / "rationales" / "word_att_gold_test.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield row["qid"]


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").split("\n") if line]


def _write(path: Path, records: Sequence[Record]) -> None:
    with lzma.open(path, "wt", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    say(f"{path.name}: {len(records)}")


def _readable(text: str) -> str:
    """Undo a tokenizer's spaces and the quotes of a table."""
    text = text.strip()
    if len(text) > 1 and text.startswith('"') and text.endswith('"'):
        text = text[1:-1].replace('""', '"')
    for pattern, put in _RULES:
        text = pattern.sub(put, text)
    return detokenized(text)


def _plain(text: str) -> str:
    return _LETTERS.sub("", text.lower())


def _stems(text: str) -> list[str]:
    return [word if word.isdigit() else word[:_STEM] for word in _WORD.findall(text.lower())]


def _digest(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:12]


if __name__ == "__main__":
    main()
