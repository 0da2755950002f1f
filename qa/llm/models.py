"""What an Ollama has: its version, its models and their state; and fetching one."""

import os
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from ollama import ProcessResponse, ProgressResponse
from pydantic import BaseModel, Field, ValidationError

from qa.errors import LLMError, LLMInterrupted
from qa.llm.address import is_local
from qa.llm.cancel import Cancel
from qa.llm.faults import Server, garbled, message
from qa.llm.wire import SMALL_S, Exchange, decoded, shown
from qa.types import Frozen

SETTING = "QA_OLLAMA_URL"
PULL_SILENCE_S = 120.0
"""Seconds without a word of a download; Ollama itself tries a stalled part again sooner."""
_LATEST = "latest"
Shape = TypeVar("Shape", bound=BaseModel)


def exchange(url: str, cancel: Cancel, model: str | None = None) -> Exchange:
    """Prepare an exchange with Ollama; a key is for one that stands behind a gateway."""
    key = os.environ.get("OLLAMA_API_KEY")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return Exchange(Server("Ollama", url, SETTING, model), cancel, headers=headers)


class Installed(Frozen):
    """A model that an Ollama has. `remote` ones run on somebody else's machine."""

    tag: str
    size: int = 0
    remote: bool = False


class About(Frozen):
    """What a model can do. `context` is the longest that it was made for, None when not said."""

    writes: bool
    thinks: bool
    context: int | None


class Survey(Frozen):
    """What an Ollama says of itself; sizes are bytes."""

    url: str
    version: str
    models: tuple[Installed, ...]
    loaded: tuple[str, ...]

    def find(self, tag: str) -> Installed | None:
        """Return a model by its tag, which without a version is `latest`."""
        return next((model for model in self.models if model.tag == full(tag)), None)


class Download(Frozen):
    """How far a model is fetched: what is being done, and the bytes of all parts known so far."""

    status: str
    done: int = 0
    total: int = 0


class _Tag(BaseModel):
    """An entry of /api/tags; the client package's own type leaves `remote_host` out."""

    model: str = ""
    name: str = ""
    size: int = 0
    remote_host: str | None = None

    @property
    def remote(self) -> bool:
        return bool(self.remote_host) or (self.model or self.name).endswith("cloud")


class _Tags(BaseModel):
    models: list[_Tag] = Field(default_factory=list)


class _Show(BaseModel):
    """The part of /api/show that matters; older servers have no `capabilities`."""

    capabilities: list[str] | None = None
    model_info: dict[str, object] = Field(default_factory=dict)


def full(tag: str) -> str:
    """Write a tag with its version."""
    return tag if ":" in tag.rpartition("/")[2] else f"{tag}:{_LATEST}"


def survey(url: str) -> Survey:
    """Ask an Ollama what it has. Raises `LLMError`."""
    with exchange(url, Cancel()) as wire:
        tags = _checked(_Tags, wire, "/api/tags")
        running = _checked(ProcessResponse, wire, "/api/ps")
        version = _ask(wire, "/api/version").get("version")
    return Survey(
        url=url,
        version=str(version or "unknown"),
        models=tuple(
            Installed(tag=full(t.model or t.name), size=t.size, remote=t.remote)
            for t in tags.models
        ),
        loaded=tuple(full(m.model or m.name or "") for m in running.models),
    )


def about(url: str, tag: str) -> About:
    """Ask what a model can do. Raises `LLMError`, among them `LLMMissing`."""
    with exchange(url, Cancel(), tag) as wire:
        found = _checked(_Show, wire, "/api/show", {"model": tag})
    lengths = [
        value
        for key, value in found.model_info.items()
        if key.endswith(".context_length") and isinstance(value, int)
    ]
    can = found.capabilities
    return About(
        writes=can is None or "completion" in can,
        thinks=can is not None and "thinking" in can,
        context=max(lengths, default=None),
    )


def pull(url: str, tag: str, cancel: Cancel | None = None) -> Generator[Download, None, None]:
    """Fetch a model and tell how far it is.

    Raises `LLMError` when it does not arrive whole, and `Cancelled`.

    Whatever has arrived is kept by Ollama, so a second attempt goes on from there.
    """
    with exchange(url, cancel or Cancel(), tag) as wire:
        late = wire.server.silent(PULL_SILENCE_S)
        body = {"model": tag, "stream": True}
        with (
            wire.open("/api/pull", body, seconds=PULL_SILENCE_S, late=late) as response,
            closing(wire.lines(response)) as lines,
        ):
            yield from _downloads(wire, lines, late)


def _downloads(wire: Exchange, lines: Iterator[bytes], late: LLMError) -> Iterator[Download]:
    parts: dict[str, tuple[int, int]] = {}
    while True:
        try:
            with wire.within(PULL_SILENCE_S, late):
                line = next(lines, None)
        except LLMInterrupted as error:
            raise wire.server.unfetched(error.detail.rstrip(".")) from error
        if line is None:
            raise wire.server.unfetched("it broke off")
        if not line:
            continue
        step = _step(line, wire.server)
        if step.digest:
            parts[step.digest] = step.completed or 0, step.total or 0
        yield Download(
            status=step.status or "",
            done=sum(done for done, _ in parts.values()),
            total=sum(total for _, total in parts.values()),
        )
        if step.status == "success":
            return


def _step(line: bytes, server: Server) -> ProgressResponse:
    part = decoded(line, server)
    if part.get("error"):
        raise server.unfetched(message(part))
    try:
        return ProgressResponse.model_validate(part)
    except ValidationError as error:
        raise garbled(server, shown(part)) from error


def _ask(wire: Exchange, path: str, body: dict[str, str] | None = None) -> dict[str, object]:
    return wire.json(path, body, seconds=SMALL_S, late=wire.server.silent(SMALL_S))


def _checked(
    shape: type[Shape], wire: Exchange, path: str, body: dict[str, str] | None = None
) -> Shape:
    found = _ask(wire, path, body)
    try:
        return shape.model_validate(found)
    except ValidationError as error:
        raise garbled(wire.server, f"{found!r}"[:200]) from error


def free_memory(url: str) -> int | None:
    """Return the bytes that a model could take, None where that cannot be told.

    Only of this machine, and only on Linux; what a graphics card has is not counted.
    """
    path = Path("/proc/meminfo")
    if not is_local(url) or not path.exists():
        return None
    for line in path.read_text(encoding="ascii").splitlines():
        name, _, rest = line.partition(":")
        if name == "MemAvailable":
            return int(rest.split()[0]) * 1024
    return None
