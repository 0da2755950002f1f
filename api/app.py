"""The application: the parts put together, and `qa serve`."""

import errno
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.routing import BaseRoute, Route

from api import login, observe, pages, problems
from api.access import LOGIN, LOGOUT, Door
from api.described import complete
from api.guard import Guard
from api.head import Head
from api.mcp_entry import PATH, Endpoint
from api.observe import Observe, Watched
from api.observe_logs import logging_to_stderr
from api.observe_metrics import Metrics, State
from api.problems import CannotListen, PortInUse
from api.routes import articles, ask, feedback, health, ingest, openai, read, session
from api.service import Service
from qa import __version__, running
from qa.errors import QAError
from qa.otel import tracing_of_environment
from qa.settings import Settings
from qa.tracing import Tracing

_GRACE_SECONDS = 10
_ROUTES = (ask, feedback, articles, ingest, health, openai, read, session)
_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False, "metrics": False, "logs": False, "auto_configure": False
}  # fmt: skip
"""FastAPI's own tells addresses with their queries and what is wrong with a body; ours does not."""
_EVERYWHERE = {"0.0.0.0", "::", ""}  # noqa: S104 -- compared, not bound


def create_app(settings: Settings, tracing: Tracing | None = None) -> FastAPI:
    """Make the application; the pipeline is loaded in the background once it starts.

    `tracing` is told how long things take; without one, the collector that the environment names.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service = app.state.service = Service(settings, lambda built: Watched(built, metrics), told)
        service.start()
        yield
        await mcp.stop()
        await service.stop()

    mcp = Endpoint()
    door = Door(settings)
    metrics = Metrics()
    told = tracing or tracing_of_environment()
    app = _App(
        title="Footnote",
        version=__version__,
        summary="Answers from your own articles, every claim footnoted and checked.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        telemetry=_NO_TELEMETRY,
    )
    app.state.door = door
    app.add_middleware(Head)  # the first that is added is the nearest to the routes
    app.add_middleware(Guard, settings=settings, door=door)
    app.add_middleware(Observe, metrics=metrics, paths=_paths(), tracing=told)
    metrics.registry.register(State(lambda: app.state.service))
    for module in _ROUTES:
        app.include_router(module.router)
    app.router.routes.append(Route(PATH, mcp, name="mcp", include_in_schema=False))
    problems.install(app, _declared())
    pages.install(app)
    login.install(app, door)
    observe.install(app, metrics)
    return app


def _paths() -> list[str]:
    """Return every path that there is, as it is declared."""
    declared = [route.path for route in _declared() if isinstance(route, Route)]
    return [*declared, PATH, LOGIN, LOGOUT, "/", "/docs", "/openapi.json", "/metrics"]


def _declared() -> list[BaseRoute]:
    """Return the routes of the modules."""
    return [route for module in _ROUTES for route in module.router.routes]


class _App(FastAPI):
    """FastAPI, whose OpenAPI document says what streams, errors and keys look like as well."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            complete(super().openapi())
        return super().openapi()


def serve(settings: Settings, on_ready: Callable[[str], None]) -> None:
    """Serve until interrupted; `on_ready` gets the page's address once questions can be asked.

    Raises `OpenToAnyone`, `PortInUse` or `CannotListen` before anything is loaded, and the
    pipeline's own error when it cannot be built, after the server has been taken down again.
    """
    app = create_app(settings)
    app.state.door.check_start()
    listener = listen(settings.host, settings.port)
    config = uvicorn.Config(
        app,
        log_level="warning",
        log_config=None,  # logging_to_stderr says how
        access_log=False,
        server_header=False,
        http="h11",  # the other parser takes headers without end
        ws="none",
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = _Server(config, app, address(settings.host, listener), on_ready)
    try:
        with logging_to_stderr(settings):
            server.run(sockets=[listener])
    except KeyboardInterrupt:
        pass  # uvicorn raises it again once it has shut down in order: the user wanted that
    finally:
        listener.close()
    if server.failure is not None:
        raise server.failure


class _Server(uvicorn.Server):
    """Uvicorn that tells when the pipeline is loaded, and stops the ingest before it waits."""

    def __init__(
        self, config: uvicorn.Config, app: FastAPI, url: str, on_ready: Callable[[str], None]
    ) -> None:
        super().__init__(config)
        self.app = app
        self.url = url
        self.on_ready = on_ready
        self.failure: QAError | None = None
        self.told = False

    async def on_tick(self, counter: int) -> bool:
        service: Service = self.app.state.service
        if service.loaded.is_set() and not self.told:
            self.told = True
            self.failure = service.failure
            if self.failure is not None:
                self.should_exit = True
            else:
                token = self.app.state.door.token
                if not service.settings.replica:
                    running.announce(service.settings, self.url, service.instance, token)
                self.on_ready(self.url)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        service: Service = self.app.state.service
        running.withdraw(service.settings, service.instance)
        # Whoever watches a job would otherwise hold the server up until the job ended by itself.
        service.jobs.cancel()
        await super().shutdown(sockets)


def listen(host: str, port: int) -> socket.socket:
    """Open the listening socket, or say why that cannot be done."""
    try:
        family = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(
                f"Something else is listening on port {port} of {host}.",
                "Stop it, or choose another port with --port (or QA_PORT).",
            ) from error
        raise CannotListen(
            f"{host}:{port} cannot be listened on: {error.strerror}.",
            "Choose another --host or --port; 127.0.0.1 and a port above 1023 always work.",
        ) from error


def address(host: str, listener: socket.socket) -> str:
    """Return the address to open in a browser on this machine."""
    name = "localhost" if host in _EVERYWHERE or host.startswith("127.") else host
    if ":" in name:
        name = f"[{name}]"
    return f"http://{name}:{listener.getsockname()[1]}"
