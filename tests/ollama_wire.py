"""How the scripted Ollama speaks: requests and replies, byte for byte as Ollama writes them.

JSON for one reply, a line of JSON a piece when streamed, errors as `{"error": …}` with a status.
Under `/v1` it is server-sent events, as OpenAI-compatible servers write them.
"""

import json
import select
import socket
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.ollama_script import (
    Bytewise,
    Cut,
    Done,
    Fail,
    Json,
    Pause,
    Raw,
    Refused,
    Say,
    Stall,
    Step,
    Think,
    Until,
    prompt_tokens,
)
from tests.ollama_world import CREATED, OllamaServer


class Gone(Exception):
    """The client has closed the connection, or the test is over."""


class Handler(BaseHTTPRequestHandler):
    """Plays the steps of a reply. `owner` is the server that it belongs to."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # as Go does; else a small packet waits 40 ms for the last one
    owner: OllamaServer

    def handle(self) -> None:
        """Answer requests until the client goes, which it may do at any moment."""
        try:
            super().handle()
        except ConnectionError:
            self.owner.gone.set()

    def do_GET(self) -> None:
        """Answer a request without a body."""
        self._answer({})

    def do_POST(self) -> None:
        """Answer a request with a JSON body."""
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionAbortedError("the client died while it was asking")
        self._answer(json.loads(body))

    def _answer(self, body: Json) -> None:
        try:
            reply = self.owner.reply(self.path, body)
            if isinstance(reply, Mapping):
                self._send_json(HTTPStatus.OK, reply)
            elif body.get("stream", True):
                self._stream(reply, body)
            else:
                self._whole(reply, body)
        except Refused as error:
            self._send_json(error.status, self._error(str(error)))
        except Gone:
            self.owner.gone.set()
            self.close_connection = True

    @property
    def _openai(self) -> bool:
        return self.path.startswith("/v1/")

    def _error(self, said: str) -> Json:
        return {"error": {"message": said, "type": "error"} if self._openai else said}

    def _send_json(self, status: int, reply: Mapping[str, Any]) -> None:
        data = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _whole(self, reply: Sequence[Step | Json], body: Json) -> None:
        """Send a reply in one piece, once its steps are through."""
        text, end = "", self._piece(body, "") | {"done": False}
        for step in reply:
            match step:
                case Say(said):
                    text += said
                case Done():
                    end = self._end(step, body)
                case Pause() | Stall() | Until():
                    self._wait(step)
                case Cut():
                    self.connection.shutdown(socket.SHUT_RDWR)
                    raise Gone
                case _:
                    raise AssertionError(f"{step} has no meaning outside of a stream")
        self._send_json(HTTPStatus.OK, end | {"message": {"role": "assistant", "content": text}})

    # -- streams -----------------------------------------------------------------------------

    def _stream(self, reply: Sequence[Step | Json], body: Json) -> None:
        """Play the steps; the head is sent with the first bytes, as Ollama does."""
        begun = False
        for step in reply:
            if isinstance(step, Pause | Stall | Until):
                self._wait(step)
                continue
            if not begun:
                self._head()
                begun = True
            if isinstance(step, Cut):
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            for data in self._packets(step, body):
                self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
                self.wfile.flush()
        if not begun:
            self._head()
        self.wfile.write(b"0\r\n\r\n")

    def _head(self) -> None:
        self.send_response(HTTPStatus.OK)
        kind = "text/event-stream" if self._openai else "application/x-ndjson"
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _packets(self, step: Step | Json, body: Json) -> Sequence[bytes]:
        match step:
            case Raw(data):
                return [data]
            case Bytewise(inner):
                whole = self._line(inner, body)
                return [whole[at : at + 1] for at in range(len(whole))]
            case _:
                return [self._line(step, body)]

    def _line(self, step: Step | Json, body: Json) -> bytes:
        """Write a step as a line, in UTF-8 like Go does and not in escapes."""
        done = isinstance(step, Done)
        reply = self._openai_line(step, body) if self._openai else self._ollama_line(step, body)
        data = json.dumps(reply, ensure_ascii=False).encode()
        if not self._openai:
            return data + b"\n"
        return b"data: " + data + b"\n\n" + (b"data: [DONE]\n\n" if done else b"")

    def _ollama_line(self, step: Step | Json, body: Json) -> Json:
        match step:
            case Say(text):
                return self._piece(body, text) | {"done": False}
            case Think(text):
                piece = self._piece(body, "")
                piece["message"]["thinking"] = text
                return piece | {"done": False}
            case Fail(error):
                return self._error(error)
            case Done():
                return self._end(step, body)
            case Mapping():
                return dict(step)
        raise AssertionError(f"{step} is not a line")

    def _openai_line(self, step: Step | Json, body: Json) -> Json:
        head = {"id": "x", "object": "chat.completion.chunk", "model": body.get("model")}
        match step:
            case Say(text):
                delta, reason = {"content": text}, None
            case Think(text):
                delta, reason = {"reasoning_content": text}, None
            case Done():
                delta, reason = {}, step.reason
            case _:
                return self._error(step.error if isinstance(step, Fail) else str(step))
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        counts = {"prompt_tokens": self._count(step, body), "completion_tokens": 8}
        return head | {"choices": [choice]} | ({"usage": counts} if reason else {})

    def _piece(self, body: Json, text: str) -> Json:
        message = {"role": "assistant", "content": text}
        return {"model": body.get("model"), "created_at": CREATED, "message": message}

    def _end(self, step: Done, body: Json) -> Json:
        end = self._piece(body, "") | {"done": True, "done_reason": step.reason}
        if step.reason == "load":
            return end
        end |= {"total_duration": 2_000_000, "load_duration": 1_000, "prompt_eval_duration": 1_000,
                "eval_count": step.output, "eval_duration": 1_000}  # fmt: skip
        count = self._count(step, body)
        return end | ({} if count is None else {"prompt_eval_count": count})

    def _count(self, step: Step | Json, body: Json) -> int | None:
        told = step.prompt if isinstance(step, Done) else None
        return prompt_tokens(body) if told == -1 else told

    def _wait(self, step: Pause | Stall | Until) -> None:
        """Let time pass, but notice it when the client goes."""
        left = step.seconds if isinstance(step, Pause) else float("inf")
        while left > 0 and not (isinstance(step, Until) and step.met()):
            pause = min(left, 0.01)
            ready, _, _ = select.select([self.connection], [], [], pause)
            if self.owner.stopping.is_set() or (
                ready and not self.connection.recv(1, socket.MSG_PEEK)
            ):
                raise Gone
            left -= pause

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base's name
        """Say nothing."""
