"""`python -m qa.training.reading --data PATH --work PATH`: train the reading model.

Reads the reading and claims data sets under PATH. Resumes from the checkpoint in `--work`, where
the samples are kept as well: making them takes minutes.
"""

import argparse
import os
import pickle
from collections import Counter
from pathlib import Path

from qa.crossencoder import CrossEncoder
from qa.training.reading.fit import Course, Ending, passes_of, train
from qa.training.reading.mixture import mixture, trained
from qa.training.reading.network import Encoded, encode, tokenizer
from qa.training.reading.tables import say
from qa.training.reading.thesaurus import Thesaurus


def main() -> None:
    """Make the mixture and train."""
    parser = argparse.ArgumentParser(description="Train the reading model.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--work", type=Path, default=Path(".scratch/reading"))
    parser.add_argument("--scale", type=float, default=1.0, help="share of the mixture")
    parser.add_argument("--turn", type=int, default=1, help="other samples for another training")
    parser.add_argument(
        "--turns", type=int, default=1, help="passes, each over the samples of the next turn"
    )
    parser.add_argument(
        "--passed", type=int, default=0, help="passes of the course that --start-from has behind it"
    )
    parser.add_argument(
        "--passes", type=int, help="passes of the whole course, where more are to follow"
    )
    parser.add_argument(
        "--miner",
        type=Path,
        help="an exported model; passages that mislead it are among the samples",
    )
    parser.add_argument(
        "--wordnet", type=Path, help="WordNet's files: questions are put in other words"
    )
    parser.add_argument(
        "--further", type=Path, help="folder of more questions and claims that people judged"
    )
    parser.add_argument("--only-samples", action="store_true", help="make them, and do not train")
    parser.add_argument(
        "--start-from", type=Path, help="a checkpoint or model.onnx to train further"
    )
    parser.add_argument(
        "--ending", type=int, nargs=2, metavar=("TURN", "LAST"),
        help="cut the last pass short: from step TURN the rate falls to nothing at step LAST",
    )  # fmt: skip
    args = parser.parse_args()
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    checkpoint = args.work / "checkpoint.pt"
    for done in range(args.turns):
        last = done + 1 == args.turns
        rows = _rows(args, args.turn + done)
        if args.only_samples or passes_of(checkpoint) > args.passed + done:
            continue
        course = Course(args.passed + done, args.passes or args.passed + args.turns)
        ending = Ending(*args.ending) if args.ending and last else None
        if not train(rows, checkpoint, start_from=args.start_from, ending=ending, course=course):
            return


def _rows(args: argparse.Namespace, turn: int) -> list[Encoded]:
    remembered: Path = args.work / f"rows-{turn}-{args.scale}.pickle"
    if remembered.exists():
        found: list[Encoded] = pickle.loads(remembered.read_bytes())  # noqa: S301 -- written below
        return found
    samples = mixture(
        trained(args.data, args.further),
        args.scale,
        turn,
        miner=CrossEncoder(args.miner) if args.miner else None,
        thesaurus=Thesaurus(args.wordnet) if args.wordnet else None,
    )
    say(f"{dict(Counter(s.kind for s in samples))} {len(samples)}")
    rows = encode(samples, tokenizer())
    mean = sum(len(row.ids) for row in rows) / len(rows)
    say(f"tokens a sample: {mean:.0f}")
    remembered.parent.mkdir(parents=True, exist_ok=True)
    partial = remembered.with_suffix(".new")
    partial.write_bytes(pickle.dumps(rows))
    partial.replace(remembered)
    return rows


if __name__ == "__main__":
    main()
