"""Errors in the shape that OpenAI's clients read: `{"error": {message, type, param, code}}`.

They raise on the status: 400 is what they expect for any fault of the request, 422 included.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from qa.errors import UsageError
from qa.types import Frozen, Problem

PREFIX = "/v1/"
"""Every path below it answers in this shape."""
_TYPES = {
    HTTPStatus.UNAUTHORIZED: "authentication_error",
    HTTPStatus.FORBIDDEN: "permission_error",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_error",
}


class NotOffered(UsageError):
    """The request asks for something of the protocol that Footnote does not do."""

    slug = "unsupported-value"
    title = "This is not offered"

    def __init__(self, param: str, detail: str, remedy: str) -> None:
        super().__init__(detail, remedy)
        self.param = param


class UnknownModel(UsageError):
    """The request names a model that is not here."""

    slug = "model-not-found"
    title = "There is no such model"
    status = 404
    param = "model"


class ErrorDetails(Frozen):
    """What went wrong and what to do; `param` is the field at fault, `code` the kind of error."""

    message: str
    type: str
    param: str | None
    code: str


class ErrorBody(Frozen):
    """An error as OpenAI's API sends it."""

    error: ErrorDetails


def error_body(problem: Problem, status: int, param: str | None = None) -> ErrorBody:
    """Say a problem in OpenAI's words."""
    fault = (
        "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
    )
    return ErrorBody(
        error=ErrorDetails(
            message=f"{problem.detail} {problem.remedy}",
            type=_TYPES.get(HTTPStatus(status), fault),
            param=param,
            code=problem.type.replace("-", "_"),
        )
    )


def openai_response(
    problem: Problem, status: int, headers: Mapping[str, str] | None, error: Exception
) -> JSONResponse:
    """Make the response for an error of a path below `PREFIX`."""
    told = dict(headers or {})
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        status = HTTPStatus.BAD_REQUEST
    if status == HTTPStatus.CONFLICT:
        # The client would ask twice more; here a conflict is mended by a person.
        told["x-should-retry"] = "false"
    body = error_body(problem, status, _param(error))
    return JSONResponse(body.model_dump(), status, headers=told)


def _param(error: Exception) -> str | None:
    """Name the field at fault as OpenAI does: `messages[0].role`."""
    if isinstance(error, RequestValidationError):
        return _path(error.errors()[0]["loc"])
    param: str | None = getattr(error, "param", None)
    return param


def _path(loc: Sequence[int | str]) -> str | None:
    named = [part for part in loc if part not in {"body", "query", "path"}]
    if not named or isinstance(named[0], int):
        return None  # the body as a whole, or a place in it that could not be read
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in named]
    return "".join(parts).removeprefix(".")
