"""What the scripted Ollama has and what it replies to which request; how, is not its business."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from tests.ollama_script import Done, Json, Refused, Script, Step, steps

CREATED = "2025-12-11T09:00:00.123456Z"
DIGEST = "0" * 64
DETAILS = {"parent_model": "", "format": "gguf", "family": "llama", "families": ["llama"],
           "parameter_size": "1B", "quantization_level": "Q4_0"}  # fmt: skip
BUSY = "server busy, please try again.  maximum pending requests exceeded"
"""With two spaces, as on the wire."""
LAYER = "sha256:" + "a" * 64
PULLED: tuple[Json, ...] = (
    {"status": "pulling manifest"},
    {"status": f"pulling {LAYER[7:19]}", "digest": LAYER, "total": 2_000, "completed": 500},
    {"status": f"pulling {LAYER[7:19]}", "digest": LAYER, "total": 2_000, "completed": 2_000},
    {"status": "verifying sha256 digest"},
    {"status": "writing manifest"},
    {"status": "success"},
)


@dataclass
class OllamaServer:
    """A server that runs: its models, its script, and every request it was sent.

    `script` gets the body of a chat request and returns the words of the reply, or its steps;
    `on_load` does so for a request that only loads. `busy` is how many requests are refused with
    503 before one is taken. `gone` is set once a client has left in the middle of a reply.
    """

    script: Script
    models: Sequence[str] = ("tiny:latest",)
    url: str = ""
    chats: list[Json] = field(default_factory=list)
    loads: list[Json] = field(default_factory=list)
    version: str = "0.30.0"
    capabilities: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    remote: Sequence[str] = ()
    context: int = 8192
    loaded: list[str] = field(default_factory=list)
    on_load: Callable[[Json], Sequence[Step]] = lambda _: ()
    pulls: Sequence[Json | Step] = PULLED
    busy: int = 0
    gone: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)

    def reply(self, path: str, body: Json) -> Json | Sequence[Step | Json]:
        """Return the reply to a request: one object, or the steps of a stream."""
        routes: dict[str, Callable[[], Json | Sequence[Step | Json]]] = {
            "/api/version": lambda: {"version": self.version},
            "/api/tags": lambda: {"models": [self._tag(name) for name in self.models]},
            "/api/ps": lambda: {"models": [self._running(name) for name in self.loaded]},
            "/api/show": lambda: self._show(self._known(body)),
            "/api/pull": lambda: self._pull(body),
            "/api/chat": lambda: self._chat(body),
            "/v1/models": lambda: {"data": [{"id": name} for name in self.models]},
            "/v1/chat/completions": lambda: self._chat(body),
        }
        if path not in routes:
            raise Refused(HTTPStatus.NOT_FOUND, "404 page not found")
        return routes[path]()

    def _tag(self, name: str) -> Json:
        entry = {"name": name, "model": name, "modified_at": CREATED,
                 "size": self.sizes.get(name, 1), "digest": DIGEST, "details": DETAILS}  # fmt: skip
        if name in self.remote:
            entry |= {"remote_model": name, "remote_host": "https://ollama.com:443"}
        return entry

    def _running(self, name: str) -> Json:
        return {"name": name, "model": name, "size": self.sizes.get(name, 1), "digest": DIGEST,
                "details": DETAILS, "expires_at": CREATED, "size_vram": 0,
                "context_length": 4096}  # fmt: skip

    def _show(self, name: str) -> Json:
        return {"modelfile": "", "details": DETAILS, "modified_at": CREATED,
                "model_info": {"general.architecture": "llama",
                               "llama.context_length": self.context},
                "capabilities": list(self.capabilities.get(name, ["completion"]))}  # fmt: skip

    def _known(self, body: Json) -> str:
        """Return the model's full name; without a tag it is `latest`."""
        asked = str(body.get("model", ""))
        name = asked if ":" in asked else f"{asked}:latest"
        if name not in self.models:
            raise Refused(HTTPStatus.NOT_FOUND, f"model '{asked}' not found")
        return name

    def _pull(self, body: Json) -> Sequence[Step | Json]:
        if self.pulls and self.pulls[-1] == {"status": "success"}:
            asked = str(body["model"])
            self.models = [*self.models, asked if ":" in asked else f"{asked}:latest"]
        return self.pulls

    def _chat(self, body: Json) -> Json | Sequence[Step]:
        asked = body.get("messages", [])
        (self.chats if asked else self.loads).append(body)
        if self.busy:
            self.busy -= 1
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, BUSY)
        name = self._known(body)
        if asked:
            return steps(self.script(body))
        waits = self.on_load(body)
        self.loaded.append(name)
        return [*waits, Done("load")]
