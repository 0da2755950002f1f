"""The chat page, the API's reference page, and their files: all served from here, none elsewhere.

FastAPI's own /docs loads its code from a CDN; ours is a page that reads /openapi.json.
"""

import mimetypes
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
# What a system's own table says of these is not to be relied on, and browsers insist.
for _type, _suffix in (
    ("text/javascript", ".js"),
    ("text/css", ".css"),
    ("image/svg+xml", ".svg"),
):
    mimetypes.add_type(_type, _suffix)


class _Files(StaticFiles):
    """Files that a browser keeps but asks after each time, so that an update is seen at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


def install(app: FastAPI) -> None:
    """Serve `/`, `/docs` and `/static/`."""
    files = _Files(directory=STATIC)
    app.mount("/static", files)

    async def chat(request: Request) -> Response:
        return await files.get_response("index.html", request.scope)

    async def docs(request: Request) -> Response:
        return await files.get_response("docs.html", request.scope)

    app.add_route("/", chat, include_in_schema=False)
    app.add_route("/docs", docs, include_in_schema=False)
