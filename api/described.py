"""What the OpenAPI document says that FastAPI cannot know: streams, errors, scopes of keys."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from api.access import needed
from api.compatible.errors import PREFIX, ErrorBody
from api.problems import ProblemDetails
from qa.ingest import IngestReport, Progress
from qa.types import ClaimDrafted, ClaimVerified, Problem, Retrieved

_SCHEMAS = "#/components/schemas/"
_UNUSED = ("HTTPValidationError", "ValidationError")
_BESIDE: tuple[type[BaseModel], ...] = (
    Retrieved, ClaimDrafted, ClaimVerified, Progress, IngestReport, Problem, ProblemDetails,
    ErrorBody,
)  # fmt: skip
"""What only events and errors carry, so that no route declares it."""
_KEY = {
    "type": "http",
    "scheme": "bearer",
    "description": "Needed where the server has keys (`qa keys add NAME`), and beyond its machine.",
}


def event_stream(events: Mapping[str, type[BaseModel]]) -> dict[str, Any]:
    """Describe a stream of server-sent events by what the data of each event is."""
    return _stream({"oneOf": [_event(name, model) for name, model in events.items()]})


def text_stream() -> dict[str, Any]:
    """Describe a stream of another API's events, which that API describes."""
    data = {"data": {"type": "string"}}
    return _stream({"type": "object", "properties": data, "required": ["data"]})


def _stream(event: dict[str, Any]) -> dict[str, Any]:
    return {"text/event-stream": {"itemSchema": event}}


def _event(name: str, model: type[BaseModel]) -> dict[str, Any]:
    data = {
        "type": "string",
        "contentMediaType": "application/json",
        "contentSchema": {"$ref": _SCHEMAS + model.__name__},
    }
    return {
        "type": "object",
        "properties": {"event": {"const": name}, "data": data},
        "required": ["event", "data"],
    }


def complete(document: dict[str, Any]) -> None:
    """Add to FastAPI's document how operations fail, what streams carry, what a key allows."""
    components = document["components"]
    components["securitySchemes"] = {"key": _KEY}
    for unused in _UNUSED:
        components["schemas"].pop(unused, None)
    modes: list[tuple[type[BaseModel], JsonSchemaMode]] = [(m, "serialization") for m in _BESIDE]
    _, schemas = models_json_schema(modes, ref_template=_SCHEMAS + "{model}")
    components["schemas"] |= schemas["$defs"]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _complete(operation, method.upper(), path)


def _complete(operation: dict[str, Any], method: str, path: str) -> None:
    """Say of one operation what key it needs, and how it fails."""
    scopes = needed(method, path)
    operation["security"] = [{"key": sorted(scopes)}] if scopes else []
    responses = operation["responses"]
    if any(unused in str(responses.get("422")) for unused in _UNUSED):
        del responses["422"]
    failed = (
        _json("application/json", ErrorBody)
        if path.startswith(PREFIX)
        else _json("application/problem+json", ProblemDetails)
    )
    responses["default"] = {
        "description": "What went wrong, and what to do about it.",
        "content": failed,
    }
    if "422" in responses:  # it may also fail as every operation does
        responses["422"]["content"] |= failed


def _json(media_type: str, model: type[BaseModel]) -> dict[str, Any]:
    return {media_type: {"schema": {"$ref": _SCHEMAS + model.__name__}}}
