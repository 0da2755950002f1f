"""A server that speaks the part of Ollama's protocol that the product uses, with scripted words.

It listens on a real socket, so that what is tested is the real client. What it says is up to the
test; how it says it follows Ollama's API: JSON for one reply, a line of JSON a piece when
streamed, errors as `{"error": …}` with a status.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
CREATED = "2025-12-11T09:00:00Z"
DETAILS = {"format": "gguf", "family": "llama", "families": ["llama"],
           "parameter_size": "1B", "quantization_level": "Q4_0"}  # fmt: skip


class Refused(Exception):
    """Raised by a script to make the server reply with an error."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status


@dataclass
class OllamaServer:
    """A server that runs: its models, its script, and every chat request it was sent.

    `script` gets the body of a chat request and returns the words of the reply.
    """

    script: Callable[[Json], str]
    models: Sequence[str] = ("tiny:latest",)
    url: str = ""
    chats: list[Json] = field(default_factory=list)

    def reply(self, path: str, body: Json) -> Json | list[Json]:
        """Return the reply to a request: one object, or the pieces of a stream."""
        match path:
            case "/api/version":
                return {"version": "0.12.0"}
            case "/api/tags":
                return {"models": [self._model(name) for name in self.models]}
            case "/api/show":
                self._known(body)
                return {"modelfile": "", "details": DETAILS, "model_info": {},
                        "capabilities": ["completion"], "modified_at": CREATED}  # fmt: skip
            case "/api/chat":
                return self._chat(body)
        raise Refused(HTTPStatus.NOT_FOUND, "404 page not found")

    def _model(self, name: str) -> Json:
        return {"name": name, "model": name, "modified_at": CREATED, "size": 1, "digest": "0" * 64,
                "details": DETAILS}  # fmt: skip

    def _known(self, body: Json) -> str:
        """Return the model's full name; without a tag it is `latest`."""
        asked = str(body.get("model", ""))
        name = asked if ":" in asked else f"{asked}:latest"
        if name not in self.models:
            raise Refused(HTTPStatus.NOT_FOUND, f"model '{asked}' not found")
        return asked

    def _chat(self, body: Json) -> Json | list[Json]:
        self.chats.append(body)
        model = self._known(body)
        words = self.script(body)
        head = {"model": model, "created_at": CREATED}
        prompt = sum(len(str(m.get("content", "")).split()) for m in body.get("messages", []))
        end = {"done": True, "done_reason": "stop", "total_duration": 2_000_000,
               "load_duration": 1_000, "prompt_eval_count": prompt, "prompt_eval_duration": 1_000,
               "eval_count": len(words.split()), "eval_duration": 1_000}  # fmt: skip
        if not body.get("stream", True):
            return {**head, "message": {"role": "assistant", "content": words}, **end}
        pieces = [f"{word} " for word in words.split(" ")]
        pieces[-1] = pieces[-1].removesuffix(" ")
        said = [
            {**head, "message": {"role": "assistant", "content": piece}, "done": False}
            for piece in pieces
        ]
        return [*said, {**head, "message": {"role": "assistant", "content": ""}, **end}]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: OllamaServer

    def do_GET(self) -> None:
        """Answer a request without a body."""
        self._answer({})

    def do_POST(self) -> None:
        """Answer a request with a JSON body."""
        self._answer(json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0)))))

    def _answer(self, body: Json) -> None:
        try:
            reply = self.owner.reply(self.path, body)
        except Refused as error:
            self._send_json(error.status, {"error": str(error)})
            return
        if isinstance(reply, list):
            self._stream(reply)
        else:
            self._send_json(HTTPStatus.OK, reply)

    def _send_json(self, status: int, reply: Mapping[str, Any]) -> None:
        data = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, pieces: Sequence[Json]) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in pieces:
            line = json.dumps(piece).encode() + b"\n"
            self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base's name
        """Say nothing."""


@contextmanager
def ollama(script: Callable[[Json], str], *models: str) -> Iterator[OllamaServer]:
    """Run a server for as long as the block lasts."""
    owner = OllamaServer(script, models or ("tiny:latest",))
    handler = type("Handler", (_Handler,), {"owner": owner})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    owner.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield owner
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
