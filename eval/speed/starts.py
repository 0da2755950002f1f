"""How long starting takes, from the command to its end or to the first reply."""

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

from eval.speed.child import environment
from eval.speed.corpus import Corpus
from eval.speed.figures import Starts
from eval.speed.product import Place
from eval.speed.service import product


def measure(place: Place, repeats: int) -> Starts:
    """Start each so many times, by turns, and take the median."""
    questions = Corpus(place.seed).questions(place.count, repeats)
    commands = {
        "help": ["-m", "qa.cli", "--help"],
        "ask": ["-m", "qa.cli", "ask"],
        "sentence_transformers": ["-c", "import sentence_transformers"],
    }
    found: dict[str, list[float]] = {name: [] for name in (*commands, "healthz", "readyz")}
    for question in questions:
        for name, command in commands.items():
            found[name].append(_seconds([*command, question] if name == "ask" else command, place))
        with product(place) as server:
            found["healthz"].append(server.alive_s)
            found["readyz"].append(server.ready_s)
    return Starts(
        **{f"{name}_s": round(statistics.median(times), 3) for name, times in found.items()}
    )


def _seconds(arguments: Sequence[str], place: Place) -> float:
    began = time.perf_counter()
    subprocess.run(  # noqa: S603 -- our own commands
        [sys.executable, *arguments],
        env={**environment(), "QA_DATA_DIR": str(place.data)},
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - began
