"""`python -m qa.training.reading --data PATH --work PATH`: train the reading model.

Reads the reading and claims data sets under PATH. Resumes from the checkpoint in `--work`, where
the samples are kept as well: making them takes minutes.
"""

import argparse
import os
import pickle
from collections import Counter
from pathlib import Path

from qa.training.reading.fit import Ending, train
from qa.training.reading.mixture import mixture, trained
from qa.training.reading.network import Encoded, encode, tokenizer
from qa.training.reading.tables import say


def main() -> None:
    """Make the mixture and train."""
    parser = argparse.ArgumentParser(description="Train the reading model.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--work", type=Path, default=Path(".scratch/reading"))
    parser.add_argument("--scale", type=float, default=1.0, help="share of the mixture")
    parser.add_argument("--turn", type=int, default=1, help="other samples for another training")
    parser.add_argument(
        "--start-from", type=Path, help="a checkpoint or model.onnx to train further"
    )
    parser.add_argument(
        "--ending", type=int, nargs=2, metavar=("TURN", "LAST"),
        help="cut the pass short: from step TURN the rate falls to nothing at step LAST",
    )  # fmt: skip
    args = parser.parse_args()
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    rows = _rows(args.data, args.scale, args.turn, args.work)
    ending = Ending(*args.ending) if args.ending else None
    train(rows, args.work / "checkpoint.pt", start_from=args.start_from, ending=ending)


def _rows(data: Path, scale: float, turn: int, work: Path) -> list[Encoded]:
    remembered = work / f"rows-{turn}-{scale}.pickle"
    if remembered.exists():
        found: list[Encoded] = pickle.loads(remembered.read_bytes())  # noqa: S301 -- written below
        return found
    samples = mixture(trained(data), scale, turn)
    say(f"{dict(Counter(s.kind for s in samples))} {len(samples)}")
    rows = encode(samples, tokenizer())
    mean = sum(len(row.ids) for row in rows) / len(rows)
    say(f"tokens a sample: {mean:.0f}")
    work.mkdir(parents=True, exist_ok=True)
    partial = remembered.with_suffix(".new")
    partial.write_bytes(pickle.dumps(rows))
    partial.replace(remembered)
    return rows


if __name__ == "__main__":
    main()
