"""Where MCP hosts come in: `qa mcp` over stdin and stdout, and `/mcp` over streamable HTTP.

The protocol's package is an optional extra, imported with the first use.
"""

import asyncio
import importlib
from types import ModuleType
from typing import TYPE_CHECKING

import anyio
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from qa.errors import UsageError
from qa.pipeline import build
from qa.settings import Settings

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    from api.service import Service

PATH = "/mcp"


class MCPMissing(UsageError):
    """The package that speaks MCP is not installed."""

    slug = "mcp-missing"
    title = "MCP is not installed"
    status = 501


def load() -> ModuleType:
    """Import what speaks the protocol; `MCPMissing` when its package is not there."""
    try:
        return importlib.import_module("api.mcp_server")
    except ModuleNotFoundError as error:
        raise MCPMissing(
            f"The package {error.name!r} is needed for MCP, and is not installed.",
            "Install it with: pip install 'footnote-qa[mcp]'",
        ) from error


def stdio(settings: Settings) -> None:
    """Serve one host over stdin and stdout; stdout carries nothing but the protocol.

    Nothing is locked: a server or an ingest may run at the same time.
    """
    server = load()
    pipeline = build(settings)
    try:
        anyio.run(server.serve_stdio, lambda: pipeline)
    finally:
        pipeline.close()


class Endpoint:
    """The ASGI application at `/mcp`. Each POST is served by itself; nothing is kept between."""

    def __init__(self) -> None:
        self._starting = asyncio.Lock()
        self._leaving = asyncio.Event()
        self._manager: StreamableHTTPSessionManager | None = None
        self._running: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["method"] != "POST":
            # There are no sessions: no stream to listen to (GET), none to end (DELETE).
            await Response(status_code=405, headers={"Allow": "POST"})(scope, receive, send)
            return
        manager = await self._started(scope["app"].state.service)
        await manager.handle_request(scope, receive, send)

    async def _started(self, service: "Service") -> "StreamableHTTPSessionManager":
        async with self._starting:
            if self._manager is None:
                server = await asyncio.to_thread(load)
                manager = server.make_manager(lambda: service.pipeline)
                ready = asyncio.Event()
                self._running = asyncio.create_task(self._run(manager, ready))
                await ready.wait()
                self._manager = manager
        return self._manager

    async def _run(self, manager: "StreamableHTTPSessionManager", ready: asyncio.Event) -> None:
        """Keep the manager's tasks within one task, as they must be."""
        async with manager.run():
            ready.set()
            await self._leaving.wait()

    async def stop(self) -> None:
        """End what is still being served."""
        self._leaving.set()
        if self._running is not None:
            await self._running
