"""The measuring half of SQuAD 2.0 as articles and gold questions, to be asked of the product.

`python -m qa.training.reading.half --data PATH --out half` writes `half.jsonl` and the folder
`half/`, which `qa eval half.jsonl --no-gate` takes. With `--limit N`, N of the questions,
answerable and unanswerable as they come.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from qa.training.data import Record, lines
from qa.training.reading.mixture import KEPT_HALF, seeded
from qa.training.reading.tables import say


def main() -> None:
    """Write the half."""
    parser = argparse.ArgumentParser(description="Write the measuring half of SQuAD 2.0.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--out", type=Path, required=True, help="name of the gold set, no suffix")
    parser.add_argument("--limit", type=int, help="keep so many questions; all articles stay")
    args = parser.parse_args()
    every = lines(args.data / "reading" / "squad2_dev.jsonl.xz")
    half = [record for record in every if KEPT_HALF.has(record["title"])]
    args.out.mkdir(parents=True, exist_ok=True)
    for title in {record["title"] for record in half}:
        text = "\n\n".join(r["context"] for r in half if r["title"] == title)
        headline = title.replace("_", " ")
        (args.out / f"{title}.txt").write_text(f"{headline}\n\n{text}\n", encoding="utf-8")
    asked = questions(half)
    if args.limit is not None and args.limit < len(asked):
        asked = seeded("half").sample(asked, args.limit)
    with args.out.with_suffix(".jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in asked)
    say(f"{len(asked)} questions over {len({r['title'] for r in half})} articles")


def questions(records: Sequence[Record]) -> list[dict[str, object]]:
    """Return the questions as lines of a gold set."""
    found: list[dict[str, object]] = []
    for record in records:
        for qa in record["qas"]:
            answers = list(dict.fromkeys(a["text"] for a in qa["answers"]))
            line = {"id": str(qa["id"]), "question": " ".join(qa["question"].split())}
            if qa["impossible"] or not answers:
                found.append({**line, "kind": "unanswerable"})
            else:
                found.append({**line, "answers": answers, "files": [f"{record['title']}.txt"]})
    return found


if __name__ == "__main__":
    main()
