"""What the product adds to a model's own time until the first checked statement is there.

    python -m tests.overhead

The model is a script that replies at once, so all the time that passes is the product's (and the
sockets'): the search, the reading, the prompt, the parsing, the check. Printed are medians in
milliseconds over questions about `seeds/`, each asked once before it counts.
"""

import statistics
import tempfile
import time
from pathlib import Path

from qa.pipeline import Pipeline, build
from qa.settings import Settings
from qa.types import Answered, ClaimDrafted, ClaimVerified, Retrieved
from tests.bad_models import honest
from tests.conftest import SEEDS
from tests.ollama_server import ollama

QUESTIONS = (
    "Which countries remain closely aligned with Venezuela?",
    "When did Putin and Maduro speak?",
    "How many people were killed in the operations against vessels?",
    "Who thanked Russia for its support?",
    "What did Lavrov and the Venezuelan minister talk about?",
    "Which ships were ordered to sail to waters off Venezuela?",
    "When was the tanker placed under sanctions?",
    "What did Karoline Leavitt tell reporters?",
    "What does Trump want back before he lifts the blockade?",
    "Who offered Venezuela help against piracy?",
)


def times(pipeline: Pipeline, question: str) -> dict[str, float]:
    """Ask, and return when each of the first events came, in ms since the question."""
    began = time.perf_counter()
    found: dict[str, float] = {}
    names = {Retrieved: "retrieved", ClaimDrafted: "first line", ClaimVerified: "first verdict"}
    for event in pipeline.steps(question):
        name = names.get(type(event))
        if name:
            found.setdefault(name, 1000 * (time.perf_counter() - began))
        elif isinstance(event, Answered):
            found["answer"] = 1000 * (time.perf_counter() - began)
    return found


def main() -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory() as data, ollama(honest) as server:
        settings = Settings(data_dir=Path(data), llm="ollama/tiny", ollama_url=server.url)
        pipeline = build(settings, writer=True)
        try:
            pipeline.store.ingest([SEEDS])
            for question in QUESTIONS:
                times(pipeline, question)
            measured = [times(pipeline, question) for question in QUESTIONS * 3]
        finally:
            pipeline.close()
    for name in ("retrieved", "first line", "first verdict", "answer"):
        own = [found[name] for found in measured if name in found]
        print(f"{name:14} {statistics.median(own):7.1f} ms (median of {len(own)})")


if __name__ == "__main__":
    main()
