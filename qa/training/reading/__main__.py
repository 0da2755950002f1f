"""`python -m qa.training.reading --data PATH --work PATH`: train the reading model.

Reads the reading and claims data sets under PATH. Resumes from the checkpoint in `--work`.
"""

import argparse
import os
from collections import Counter
from pathlib import Path

from qa.training.reading.fit import Ending, train
from qa.training.reading.mixture import mixture, trained
from qa.training.reading.network import encode, tokenizer
from qa.training.reading.tables import say


def main() -> None:
    """Make the mixture and train."""
    parser = argparse.ArgumentParser(description="Train the reading model.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--work", type=Path, default=Path(".scratch/reading"))
    parser.add_argument("--scale", type=float, default=1.0, help="share of the mixture")
    parser.add_argument(
        "--start-from", type=Path, help="a checkpoint or model.onnx to train further"
    )
    parser.add_argument(
        "--ending", type=int, nargs=2, metavar=("TURN", "LAST"),
        help="cut the pass short: from step TURN the rate falls to nothing at step LAST",
    )  # fmt: skip
    args = parser.parse_args()
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    samples = mixture(trained(args.data), args.scale)
    say(f"{dict(Counter(s.kind for s in samples))} {len(samples)}")
    rows = encode(samples, tokenizer())
    mean = sum(len(row.ids) for row in rows) / len(rows)
    say(f"tokens a sample: {mean:.0f}")
    ending = Ending(*args.ending) if args.ending else None
    train(rows, args.work / "checkpoint.pt", start_from=args.start_from, ending=ending)


if __name__ == "__main__":
    main()
