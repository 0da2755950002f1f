"""The chat page, the API's reference page, and their files: all served from here, none elsewhere.

FastAPI's own /docs loads its code from a CDN; ours is a page that reads /openapi.json.
"""

from pathlib import Path

from fastapi import FastAPI, Request
from starlette.responses import Response

from api.assets import ROOT, Assets

STATIC = Path(__file__).parent / "static"


def install(app: FastAPI) -> None:
    """Serve `/`, `/docs` and `/static/`."""
    assets = Assets(STATIC)

    async def chat(request: Request) -> Response:
        return assets.page("index.html", request.headers)

    async def docs(request: Request) -> Response:
        return assets.page("docs.html", request.headers)

    async def file(request: Request) -> Response:
        return assets.file(request.path_params["path"], request.headers)

    app.add_route("/", chat, include_in_schema=False)
    app.add_route("/docs", docs, include_in_schema=False)
    app.add_route(ROOT + "{path:path}", file, include_in_schema=False)
