"""A server that speaks the part of Ollama's protocol that the product uses, with scripted words.

It listens on a real socket, so that what is tested is the real client. What it says is up to the
test (tests/ollama_script.py), what it has and replies is in tests/ollama_world.py, and the bytes
are those of Ollama (tests/ollama_wire.py).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from typing import Any

from tests.ollama_script import Json, Refused, Script, Step
from tests.ollama_wire import Handler
from tests.ollama_world import OllamaServer

__all__ = ["Json", "OllamaServer", "Refused", "ollama", "plays", "says"]


@contextmanager
def ollama(script: Script, *models: str, **more: Any) -> Iterator[OllamaServer]:
    """Run a server for as long as the block lasts; `more` are fields of `OllamaServer`.

    With `port` it listens there, as one does that comes back.
    """
    port: int = more.pop("port", 0)
    owner = OllamaServer(script, models or ("tiny:latest",), **more)
    handler = type("Handler", (Handler,), {"owner": owner})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    owner.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield owner
    finally:
        owner.stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()


def says(text: str) -> Script:
    """Return a script that always replies with the same words."""
    return lambda _: text


def plays(*said: Step) -> Script:
    """Return a script that always plays the same steps."""
    return lambda _: said
