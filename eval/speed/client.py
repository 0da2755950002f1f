"""A client over plain sockets, thin enough that the server is what is measured."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from urllib.parse import quote

_TIMEOUT_S = 300
_MEMORY_EVERY_S = 1.0
_OK = 200


class Client:
    """One connection to a server on this machine, kept open."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)

    def get(self, path: str) -> bool:
        """Return whether the path answers with 200."""
        return self._answered("GET", path)

    def ask(self, question: str) -> bool:
        """Ask a question, and return whether the answer came."""
        return self._answered("POST", "/api/ask", json.dumps({"question": question}))

    def search(self, question: str, k: int) -> bool:
        """Search, and return whether passages came."""
        return self.get(f"/api/search?k={k}&q={quote(question)}")

    def _answered(self, method: str, path: str, body: str | None = None) -> bool:
        self._connection.request(method, path, body, {"Content-Type": "application/json"})
        reply = self._connection.getresponse()
        reply.read()
        return reply.status == _OK

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def timed(call: Callable[[], bool]) -> float:
    """Return the seconds of a call, which must succeed."""
    began = time.perf_counter()
    if not call():
        raise ConnectionError("the server answered with an error")
    return time.perf_counter() - began


class Askers:
    """Threads that ask one question after the other until time is up."""

    def __init__(self, port: int, questions: Iterator[str]) -> None:
        self._port = port
        self._questions = questions
        self._lock = threading.Lock()
        self.seconds: list[float] = []
        self.errors = 0
        self.lasted = 0.0

    def run(self, askers: int, seconds: float, watch: Callable[[], None]) -> None:
        """Let so many ask for so long, and call `watch` now and then; wait for the last answers."""
        began = time.perf_counter()
        end = began + seconds
        threads = [threading.Thread(target=self._ask, args=(end,)) for _ in range(askers)]
        for thread in threads:
            thread.start()
        watch()
        while any(thread.is_alive() for thread in threads):
            time.sleep(min(_MEMORY_EVERY_S, seconds))
            watch()
        self.lasted = time.perf_counter() - began

    def _ask(self, end: float) -> None:
        with closing(Client(self._port)) as client:
            while time.perf_counter() < end:
                with self._lock:
                    question = next(self._questions)
                began = time.perf_counter()
                try:
                    answered = client.ask(question)
                except (OSError, HTTPException):
                    answered = False
                    client.close()
                with self._lock:
                    if answered:
                        self.seconds.append(time.perf_counter() - began)
                    else:
                        self.errors += 1
