"""A real server on a real socket, in a thread, for the tests of the API and of the page."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import uvicorn
from fastapi import FastAPI

from api.app import address, create_app, listen
from api.service import Service
from qa.pipeline import build
from qa.settings import Settings
from tests.support import write

LIGHTHOUSE = (
    "New lamp for the lighthouse at Cape Morrow\n\n"
    "CAPE MORROW, 12 March 2024 - The lighthouse at Cape Morrow has been given a new lamp. "
    "The lighthouse at Cape Morrow was designed by the engineer Ada Lindqvist in 1887. "
    "Its beam can be seen from a distance of 31 kilometres.\n\n"
    "The harbour authority paid 420,000 crowns for the work. "
    "Fishermen had complained for years that the old lamp went out in storms.\n"
)
BRIDGE = (
    "Bridge of Grimsfold opened\n\n"
    "The mayor Oda Brekke opened the new bridge of Grimsfold on 4 May 2021. "
    "The new bridge of Grimsfold is 212 metres long and carries trams.\n\n"
    "Some 3,000 people came to the opening, although it rained all day.\n"
)
# Every character here is legal in a file name and means something in a URL; the text has
# characters beyond the basic plane before its one fact, so that offsets in code points and in
# UTF-16 units differ.
ODD_ID = "sub dir/übersicht #1 100% & more?.txt"
ODD = (
    "Notes \U0001f30a from the \U0001f41f market\n\n"
    "\U0001f41f\U0001f41f\U0001f41f The fish market of Tallmere is open on Thursdays only. "
    "The fish market of Tallmere was founded by Joost Haverkamp \U0001f3db\ufe0f in 1911.\n"
)
HOSTILE = (
    '<img src="x" onerror="window.hacked = 1"> Report on the ferry\n\n'
    "<script>window.hacked = 2</script> The ferry to Sund island leaves at 06:45 each morning. "
    "\u202eThis sentence about the ferry is written backwards.\u202c "
    'The captain of the ferry to Sund island is <img src="y" onerror="window.hacked=3"> '
    '<a href="javascript:window.hacked=4" onclick="window.hacked=5">Mette Rask</a>, \u202eas the '
    "<b>ferry</b> company says\u202c.\n"
)
ARTICLES = {
    "lighthouse.txt": LIGHTHOUSE,
    "bridge.txt": BRIDGE,
    ODD_ID: ODD,
    "hostile.txt": HOSTILE,
}


@dataclass
class Live:
    """A server that runs: where it is, and the application inside."""

    url: str
    app: FastAPI
    server: uvicorn.Server

    @property
    def service(self) -> Service:
        """What the application holds."""
        service: Service = self.app.state.service
        return service

    def wait_until_ready(self) -> None:
        """Return once the pipeline is loaded (or has failed to)."""
        deadline = time.monotonic() + 120
        while not self.service.loaded.is_set():
            assert time.monotonic() < deadline, "the pipeline was never loaded"
            time.sleep(0.02)

    def client(self, **options: object) -> httpx.Client:
        """Return a client of this server."""
        return httpx.Client(base_url=self.url, timeout=60, **options)  # type: ignore[arg-type]


@contextmanager
def running(settings: Settings, app: FastAPI | None = None) -> Iterator[Live]:
    """Run a server for as long as the block lasts, and shut it down in order."""
    app = app or create_app(settings)
    listener = listen("127.0.0.1", 0)
    config = uvicorn.Config(
        app, http="h11", log_level="warning", ws="none", timeout_graceful_shutdown=10
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.005)
        yield Live(address("127.0.0.1", listener), app, server)
    finally:
        server.should_exit = True
        thread.join(60)
        listener.close()
        assert not thread.is_alive(), "the server did not stop"


def settings_of(**values: object) -> Settings:
    """Return settings with these values and otherwise the defaults."""
    return Settings.model_validate(values)


def ingested(folder: Path, data_dir: Path, articles: dict[str, str]) -> Settings:
    """Write articles into a folder, ingest it, and return the settings to serve it with."""
    write(folder, articles)
    settings = settings_of(data_dir=data_dir, max_file_mb=0.5)
    pipeline = build(settings, writer=True)
    try:
        report = pipeline.store.ingest([folder])
    finally:
        pipeline.close()
    assert not report.errors
    return settings
