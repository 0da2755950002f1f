"""A process that forks ingests to be killed: run as a program, one job per line of stdin.

The model is loaded once and never run here, so that a fork costs milliseconds where a fresh
process would cost ten seconds. A job is a JSON object with `data_dir` and `folder`; the answer is
the child's pid at its start, and its exit status (negative: the signal) at its end. With `record`
the steps that reach the disk are written there, and with `last` the child dies before that one.
"""

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import llama_index.vector_stores.chroma  # noqa: F401 -- loaded before the fork

import qa.index  # noqa: F401 -- loaded before the fork
from qa.embedding import Embedding
from qa.errors import UnknownArticle
from qa.library import Library
from qa.lock import WriterLock
from qa.settings import Settings
from qa.store import Store

UPLOAD = "The harbour master wrote about the upload in his log on the first morning.\n"


def run(job: dict[str, Any], embedding: Embedding) -> None:
    """Ingest as `qa ingest` does: take the lock, recover, sync. Then what else the job names."""
    stages = None
    if "record" in job:
        from tests.faults.stages import Stages

        stages = Stages(job.get("last"), Path(job["record"]))
    settings = Settings(data_dir=Path(job["data_dir"]), batch_passages=1)
    library = Library(settings.data_dir / "library.db")
    store = Store(settings, library, embedding, WriterLock(settings.data_dir))
    store.own()
    report = store.ingest([Path(job["folder"])])
    if job.get("more"):
        store.add_upload("upload.txt", UPLOAD.encode())
        with suppress(UnknownArticle):  # the run before got that far
            store.remove(job["more"])
        store.reindex()
    store.close()
    if stages is not None:
        stages.keep()
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
