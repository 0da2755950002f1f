"""Ingest jobs: one at a time, watched by any number of clients, outliving all of them.

A watcher gets the newest state whenever it is ready for one. A slow watcher therefore skips
states instead of holding up the job or growing a queue.
"""

import asyncio
import datetime as dt
import threading
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Literal

from fastapi.sse import KEEPALIVE_COMMENT
from starlette.concurrency import run_in_threadpool

from api.problems import UnknownJob, unexpected
from api.stream import HEARTBEAT, encode
from qa.errors import JobRunning, QAError
from qa.ingest import IngestReport, Progress
from qa.pipeline import Pipeline
from qa.types import Frozen, Problem

_KEPT = 20
"""Finished jobs that can still be looked up."""


class JobState(Frozen):
    """An ingest at one moment: `report` once it ended, `problem` if it failed as a whole."""

    id: str
    state: Literal["running", "done", "cancelled", "failed"] = "running"
    started: dt.datetime
    finished: dt.datetime | None = None
    progress: Progress | None = None
    report: IngestReport | None = None
    problem: Problem | None = None


class Job:
    """A running or finished ingest. `update` belongs to the event loop's thread."""

    def __init__(self) -> None:
        self.state = JobState(id=uuid.uuid4().hex[:12], started=dt.datetime.now(dt.UTC))
        self.cancel = threading.Event()
        self._changed = asyncio.Event()

    def update(self, **changes: object) -> None:
        """Take on a new state and wake whoever watches."""
        self.state = self.state.model_copy(update=changes)
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def states(self) -> AsyncIterator[JobState | None]:
        """Yield the state now and after each change, None after a silence, and end with the job."""
        while True:
            changed, state = self._changed, self.state
            yield state
            if state.finished:
                return
            while not await _happens(changed):
                yield None

    async def events(self) -> AsyncGenerator[bytes, None]:
        """Write the job as `progress` events and a last `done` or `error`."""
        async for state in self.states():
            if state is None:
                yield KEEPALIVE_COMMENT
            elif state.report is not None:
                yield encode("done", state.report)
            elif state.problem is not None:
                yield encode("error", state.problem)
            elif state.progress is not None:
                yield encode("progress", state.progress)


async def _happens(event: asyncio.Event) -> bool:
    """Wait for an event, but no longer than a heartbeat."""
    try:
        await asyncio.wait_for(event.wait(), HEARTBEAT)
    except TimeoutError:
        return False
    return True


class Jobs:
    """The ingests of this server."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._running: tuple[Job, asyncio.Task[None]] | None = None

    @property
    def running(self) -> bool:
        """True while an ingest is under way."""
        return self._running is not None

    def start(self, pipeline: Pipeline) -> Job:
        """Bring every known folder in step, in a thread."""
        if self._running is not None:
            raise JobRunning(
                f"The ingest {self._running[0].state.id} has not ended.",
                f"Wait for it: /api/ingest/{self._running[0].state.id} tells how far it is.",
            )
        job = Job()
        self._jobs[job.state.id] = job
        for old in list(self._jobs)[:-_KEPT]:
            del self._jobs[old]
        self._running = job, asyncio.create_task(self._run(job, pipeline))
        return job

    def get(self, job_id: str) -> Job:
        """Look a job up."""
        try:
            return self._jobs[job_id]
        except KeyError:
            raise UnknownJob(
                f"No ingest of this server has the id {job_id!r}.",
                "GET /api/ingest lists them; those of an earlier run of the server are gone.",
            ) from None

    def states(self) -> list[JobState]:
        """Return every job's state, newest first."""
        return [job.state for job in reversed(self._jobs.values())]

    async def _run(self, job: Job, pipeline: Pipeline) -> None:
        loop = asyncio.get_running_loop()

        def progress(step: Progress) -> None:
            loop.call_soon_threadsafe(lambda: job.update(progress=step))

        changes: dict[str, object]
        try:
            report = await run_in_threadpool(
                pipeline.store.ingest, progress=progress, cancel=job.cancel
            )
            changes = {"state": "cancelled" if report.cancelled else "done", "report": report}
        except QAError as error:
            changes = {"state": "failed", "problem": error.problem}
        except Exception as error:  # noqa: BLE001 -- a thread's end: nobody above would see it
            changes = {"state": "failed", "problem": unexpected(error).problem}
        self._running = None
        job.update(finished=dt.datetime.now(dt.UTC), **changes)

    def cancel(self) -> None:
        """Ask the running job to stop where it can."""
        if self._running is not None:
            self._running[0].cancel.set()

    async def stop(self) -> None:
        """Cancel the running job and wait until it has."""
        self.cancel()
        if self._running is not None:
            await self._running[1]
