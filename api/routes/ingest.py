"""Ingest: bring the known folders in step, as a job that can be watched."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response

from api.described import event_stream
from api.jobs import JobState
from api.schemas import JobList
from api.service import ServiceDep, WriterDep
from api.stream import EventStream
from qa.ingest import IngestReport, Progress
from qa.types import Problem

router = APIRouter(prefix="/api/ingest", tags=["ingest"])
_EVENTS: dict[str, Any] = {
    "description": "The events `progress`, and last `done` (the report) or `error` (a problem).",
    "content": event_stream({"progress": Progress, "done": IngestReport, "error": Problem}),
}


@router.post("", status_code=HTTPStatus.ACCEPTED, response_model=JobState, responses={202: _EVENTS})
async def start(
    request: Request, response: Response, service: ServiceDep, pipeline: WriterDep
) -> JobState | Response:
    """Start a job; one can run at a time.

    A client that accepts `text/event-stream` gets the job's events. Leaving does not stop it.
    """
    job = service.jobs.start(pipeline)
    location = f"/api/ingest/{job.state.id}"
    if "text/event-stream" in request.headers.get("accept", ""):
        return EventStream(job.events(), HTTPStatus.ACCEPTED, {"Location": location})
    response.headers["Location"] = location
    return job.state


@router.get("")
async def jobs(service: ServiceDep) -> JobList:
    """List the jobs of this server, newest first."""
    return JobList(jobs=tuple(service.jobs.states()))


@router.get("/{job_id}")
async def job(job_id: str, service: ServiceDep) -> JobState:
    """Say how far a job is, or how it ended."""
    return service.jobs.get(job_id).state


@router.get("/{job_id}/events", response_class=Response, responses={200: _EVENTS})
async def events(job_id: str, service: ServiceDep) -> Response:
    """Watch a job."""
    return EventStream(service.jobs.get(job_id).events())
