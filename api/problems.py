"""Errors as `application/problem+json` (RFC 9457), each with a remedy.

The pipeline's own errors (`qa.errors`) know their status and remedy; those that only a server can
meet are defined here. Whatever happens, a client gets this one shape, and OpenAI's below /v1/.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Route

from api.compatible.errors import PREFIX, openai_response
from qa.errors import ChromaUnreachable, QAError, UsageError
from qa.types import Problem

log = logging.getLogger("api")
_MOST_ERRORS_NAMED = 5
_REMEDIES = {
    HTTPStatus.NOT_FOUND: "The routes are listed at /docs.",
    HTTPStatus.REQUEST_TIMEOUT: "Send the whole request without pauses.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "Send fewer or shorter headers and cookies.",
    HTTPStatus.METHOD_NOT_ALLOWED: "The methods of each route are listed at /docs.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        "Send less at once; QA_MAX_FILE_MB raises the limit of uploads."
    ),
}


class ProblemDetails(Problem):
    """A problem with the HTTP status that it came with."""

    status: int


class NotReady(QAError):
    """The index or the model is still being loaded."""

    slug = "not-ready"
    title = "Still starting"
    status = 503


class HostRefused(QAError):
    """The Host header names another machine: what DNS rebinding looks like."""

    slug = "host-refused"
    title = "This server does not answer to that name"
    status = 403


class OriginRefused(QAError):
    """A page of another site tries to change something here."""

    slug = "origin-refused"
    title = "Another site may not do this"
    status = 403


class Refused(QAError):
    """A request that is not served now, or not for this client; `headers` say more."""

    def __init__(self, detail: str, remedy: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail, remedy)
        self.headers = headers


class KeyNeeded(Refused):
    """The request has no key, and this server wants one."""

    slug = "api-key-needed"
    title = "A key is needed"
    status = 401


class KeyRefused(Refused):
    """The request has a key that this server does not know."""

    slug = "invalid-api-key"
    title = "The key is not known"
    status = 401


class ScopeMissing(Refused):
    """The request has a key that was not made for this."""

    slug = "scope-missing"
    title = "The key does not allow this"
    status = 403


class TooManyRequests(Refused):
    """The client asks more often, or more at once, than it may."""

    slug = "too-many-requests"
    title = "Too many requests"
    status = 429


class OpenToAnyone(UsageError):
    """The server would be open to every machine that reaches it."""

    slug = "open-to-anyone"
    title = "The server would answer anyone"


class UnknownJob(UsageError):
    """No ingest of this server has this id."""

    slug = "unknown-job"
    title = "There is no such ingest"
    status = 404


class AnswerTooSlow(QAError):
    """An answer took longer than a whole one may take."""

    slug = "answer-too-slow"
    title = "The answer took too long"
    status = 504


class FeedbackNotKept(QAError):
    """The file for feedback cannot be written."""

    slug = "feedback-not-kept"
    title = "The feedback could not be kept"
    status = 507


class CannotListen(UsageError):
    """The address to serve on cannot be used."""

    slug = "cannot-listen"
    title = "The server cannot listen there"


class PortInUse(CannotListen):
    """Something else is already listening on the port."""

    slug = "port-in-use"
    title = "The port is in use"


class Unexpected(QAError):
    """An error that nobody foresaw. What it was is for the log, not for the client."""

    slug = "internal"
    title = "Something went wrong in the server"
    status = 500


def unexpected(error: BaseException) -> Unexpected:
    """Log an error that nobody foresaw, and return what a client may know of it."""
    log.error("unexpected error", exc_info=error)
    return Unexpected(
        "The server met an error that it did not expect.",
        "Try again; if it happens again, the server's log says where.",
    )


def problem_response(
    problem: Problem, status: int, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Make the response for a problem."""
    return JSONResponse(
        {**problem.model_dump(), "status": status},
        status,
        headers=dict(headers or {}),
        media_type="application/problem+json",
    )


def error_response(error: Exception, path: str = "") -> JSONResponse:
    """Make the response for any error at all, in the shape that clients of `path` read."""
    problem, status, headers = _told(error)
    if path.startswith(PREFIX):
        return openai_response(problem, status, headers, error)
    return problem_response(problem, status, headers)


def _told(error: Exception) -> tuple[Problem, int, Mapping[str, str] | None]:
    """Return what is told of an error, with its status and headers."""
    if isinstance(error, Refused):
        return error.problem, error.status, error.headers
    if isinstance(error, QAError):
        passing = isinstance(error, NotReady | ChromaUnreachable)
        headers = {"Retry-After": "1"} if passing else None
        return error.problem, error.status, headers
    if isinstance(error, RequestValidationError):
        return _invalid(error), HTTPStatus.UNPROCESSABLE_ENTITY, None
    if isinstance(error, HTTPException):
        return _http(error), error.status_code, error.headers
    return _told(unexpected(error))


def _invalid(error: RequestValidationError) -> Problem:
    """Name each field at fault and what is wrong with it."""
    found = error.errors()
    parts = [_fault(e) for e in found[:_MOST_ERRORS_NAMED]]
    if len(found) > _MOST_ERRORS_NAMED:
        parts.append(f"and {len(found) - _MOST_ERRORS_NAMED} more")
    return Problem(
        type="invalid-request",
        title="The request does not have the expected form",
        detail="; ".join(parts) + ".",
        remedy="Correct what is named and send it again; /docs describes every field.",
    )


def _fault(error: Mapping[str, Any]) -> str:
    """Say what is wrong with one field, or where the body stops being JSON."""
    if error["type"] == "json_invalid":
        _, position = error["loc"]
        return (
            f"the request's body is not JSON from character {position + 1} on: "
            f"{error['ctx']['error']}"
        )
    if error["loc"] == ("body",) and error["type"] != "missing":
        return (
            "the request's body was not taken for a JSON object: send one, with the header "
            "`content-type: application/json`"
        )
    return f"{_field(error['loc'])}: {error['msg']}"


def _field(loc: tuple[int | str, ...]) -> str:
    """Write `("body", "history", 0, "question")` as `history.0.question`."""
    inner = [str(part) for part in loc if part not in {"body", "query", "path"}]
    return ".".join(inner) or "the request's body"


def _http(error: HTTPException) -> Problem:
    status = HTTPStatus(error.status_code)
    return Problem(
        type=status.phrase.lower().replace(" ", "-"),
        title=status.phrase,
        detail=str(error.detail) if error.detail != status.phrase else status.description + ".",
        remedy=_REMEDIES.get(status, "Compare the request with its description at /docs."),
    )


def install(app: FastAPI, routes: Sequence[BaseRoute]) -> None:
    """Answer every foreseen error with a problem; `Guard` does so for the others.

    `routes` are those of included routers, which the application itself does not list.
    """

    async def handle(request: Request, error: Exception) -> JSONResponse:
        response = error_response(error, request.url.path)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            known = _methods((*routes, *app.routes), request)
            if known:
                response.headers["Allow"] = ", ".join(known)
        return response

    for kind in (QAError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, handle)


def _methods(routes: Iterable[BaseRoute], request: Request) -> list[str]:
    """Return the methods of a path, of all its routes: each one alone knows only its own."""
    found: set[str] = set()
    for route in routes:
        if isinstance(route, Route) and route.matches(request.scope)[0] != Match.NONE:
            found |= route.methods or set()
    if "GET" in found:
        found.add("HEAD")
    return sorted(found)
