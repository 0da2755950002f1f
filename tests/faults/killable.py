"""A process that forks ingests to be killed: run as a program, one job per line of stdin.

The model is loaded once and never run here, so that a fork costs milliseconds where a fresh
process would cost ten seconds. A job is a JSON object with `data_dir` and `folder`; the answer is
the child's pid at its start, and its exit status (negative: the signal) at its end.
"""

import json
import os
import sys
from pathlib import Path

import qa.index  # noqa: F401 -- loaded before the fork
from qa.embedding import Embedding
from qa.library import Library
from qa.lock import WriterLock
from qa.settings import Settings
from qa.store import Store


def run(job: dict[str, str], embedding: Embedding) -> None:
    """Ingest as `qa ingest` does: take the lock, recover, sync."""
    settings = Settings(data_dir=Path(job["data_dir"]), batch_passages=1)
    library = Library(settings.data_dir / "library.db")
    store = Store(settings, library, embedding, WriterLock(settings.data_dir))
    store.own()
    report = store.ingest([Path(job["folder"])])
    store.close()
    os._exit(1 if report.errors else 0)


def main() -> None:
    """Serve jobs until stdin ends."""
    embedding = Embedding()
    embedding.prepare()
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            run(json.loads(line), embedding)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
