"""What can go wrong with a model server, as errors that say what to do about it."""

import json
import re
import socket
from dataclasses import dataclass

import httpx

from qa.errors import (
    LLMBusy,
    LLMError,
    LLMGarbled,
    LLMInterrupted,
    LLMLoading,
    LLMMissing,
    LLMOutOfMemory,
    LLMPromptTooLong,
    LLMRefused,
    LLMTooSlow,
    LLMUnreachable,
    LLMWrongAddress,
)

_MEMORY = re.compile(
    r"more system memory|(?:out of|insufficient|not enough)(?: \w+)? memory|failed to allocate"
    r"|unable to allocate|allocation failed|(?:cuda|hip)Malloc|signal: killed|OutOfMemory",
    re.IGNORECASE,
)
"""As Ollama, llama.cpp and vLLM say it; "signal: killed" is the kernel's doing."""
_TOO_LONG = re.compile(
    r"longer than the context|exceeds? the (?:available |maximum )?context|context length"
    r"|context size|prompt is too long",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(r"model.{0,200}(?:not found|does not exist|not exist)", re.IGNORECASE)
_UNKNOWN = re.compile(r"file does not exist|model not found|manifest unknown", re.IGNORECASE)
_SLOW_START = re.compile(r"timed out waiting for llama|load(?:ing)? timed? ?out", re.IGNORECASE)
_NOT_HERE = frozenset(
    {httpx.codes.NOT_FOUND, httpx.codes.METHOD_NOT_ALLOWED, httpx.codes.NOT_IMPLEMENTED}
)
"""What a server of another kind says to our requests."""
_MOST_SAID = 300


@dataclass(frozen=True)
class Server:
    """A model server and the model that is asked for there.

    `setting` names what holds its address, `model` is None for questions about the server.
    """

    name: str
    url: str
    setting: str
    model: str | None = None

    @property
    def is_ollama(self) -> bool:
        """True for Ollama, whose models can be fetched."""
        return self.name == "Ollama"

    def wrong(self, why: str) -> LLMWrongAddress:
        """Report that the address leads to something else."""
        return LLMWrongAddress(
            f"What answers at {self.url} is not {self.name}: {why}.",
            f"Set {self.setting} to the address of {self.name}.",
        )

    def missing(self) -> LLMMissing:
        """Report that the model is not there."""
        get = (
            f"Fetch it: qa pull {self.model}"
            if self.is_ollama
            else "Name one that the server lists, by QA_LLM."
        )
        return LLMMissing(f"{self.name} at {self.url} has no model {self.model!r}.", get)

    def loading(self, seconds: float) -> LLMLoading:
        """Report that the model was not loaded in time."""
        return LLMLoading(
            f"{self.model} was not loaded within {seconds:g} s.",
            "Ask again: it may be loaded by then. Otherwise take a smaller model, or raise "
            "QA_LLM_LOAD_S.",
        )

    def no_first(self, seconds: float) -> LLMTooSlow:
        """Report that no word came."""
        return LLMTooSlow(
            f"{self.model} wrote nothing for {seconds:g} s.",
            "Take a smaller model, or raise QA_LLM_FIRST_TOKEN_S.",
        )

    def no_next(self, seconds: float) -> LLMTooSlow:
        """Report that the next word did not come."""
        return LLMTooSlow(
            f"{self.model} stopped writing for {seconds:g} s.",
            "Ask again, or raise QA_LLM_NEXT_TOKEN_S.",
        )

    def silent(self, seconds: float) -> LLMUnreachable:
        """Report that the server takes a connection and says nothing."""
        return LLMUnreachable(
            f"{self.name} at {self.url} does not reply within {seconds:g} s.",
            f"Restart {self.name}, or correct {self.setting}.",
        )

    def unfinished(self) -> LLMInterrupted:
        """Report a text without an end."""
        return LLMInterrupted(
            f"{self.name} ended the text of {self.model} without saying that it is complete.",
            "Ask again. It happens to a model that repeats itself; another one may do better.",
        )

    def unfetched(self, why: str) -> LLMError:
        """Report that a model could not be fetched."""
        if _UNKNOWN.search(why):
            return LLMMissing(
                f"There is no model {self.model!r} to be fetched: {why}",
                "Look for its name at https://ollama.com/library.",
            )
        return LLMInterrupted(
            f"{self.model} was not fetched whole: {why[:_MOST_SAID]}.",
            "Fetch it again; what has arrived is kept. Look whether the network and the disk do.",
        )


def broken(error: httpx.HTTPError, server: Server) -> LLMError:
    """Say what a broken connection means."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return _not_there(error, server)
    if isinstance(error, httpx.UnsupportedProtocol) or "illegal" in str(error):
        return server.wrong(str(error) or type(error).__name__)
    return LLMInterrupted(
        f"The connection to {server.name} at {server.url} broke off "
        f"({str(error) or type(error).__name__}).",
        f"Ask again, and look whether {server.name} has crashed or was restarted.",
    )


def _not_there(error: httpx.HTTPError, server: Server) -> LLMError:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, socket.gaierror):
            return LLMWrongAddress(
                f"{server.url} names a machine that is not known ({error}).",
                f"Correct {server.setting}.",
            )
        cause = cause.__cause__ or cause.__context__
    start = "Start it (ollama serve)" if server.is_ollama else "Start it"
    return LLMUnreachable(
        f"{server.name} does not answer at {server.url} ({error}).",
        f"{start}, or correct {server.setting}. QA_LLM=embedded does without.",
    )


def refused(response: httpx.Response, body: bytes, server: Server) -> LLMError:
    """Say what a status other than 200 means."""
    status, said = response.status_code, message(body)
    if response.is_redirect:
        return server.wrong(f"it redirects to {response.headers.get('location')}")
    if status == httpx.codes.NOT_FOUND and server.model and _NO_MODEL.search(said):
        return server.missing()
    if status in _NOT_HERE:
        return server.wrong(f"it answers {status} {said}".strip())
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return LLMRefused(
            f"{server.name} at {server.url} refuses access: {status} {said}".strip() + ".",
            "Check the key: OLLAMA_API_KEY." if server.is_ollama else "Check QA_LLM_API_KEY.",
        )
    return failed(f"{status} {said}".strip(), server)


def busy(body: bytes, times: int, server: Server) -> LLMError:
    """Say what "service unavailable" means after so many attempts."""
    said = message(body)
    if "loading" in said.lower():  # llama.cpp, until its model is there
        return LLMLoading(
            f"{server.name} at {server.url} is still loading: {said[:_MOST_SAID]}",
            "Ask again in a minute.",
        )
    return LLMBusy(
        f"{server.name} is busy; it was asked {times} times.",
        "Ask again later, or raise QA_LLM_RETRIES.",
    )


def failed(said: str, server: Server, *, writing: bool = False) -> LLMError:
    """Say what an error in the server's own words means; `writing`: in the middle of a text."""
    if _MEMORY.search(said):
        return LLMOutOfMemory(
            f"{server.name} cannot hold {server.model} in memory: {said[:_MOST_SAID]}",
            "Take a smaller model, lower QA_LLM_NUM_CTX, or close other programs.",
        )
    if _TOO_LONG.search(said):
        return LLMPromptTooLong(
            f"{server.name} finds the prompt too long: {said[:_MOST_SAID]}",
            "Set QA_LLM_NUM_CTX to the context that the server gives to the model.",
        )
    if _SLOW_START.search(said):
        return LLMLoading(
            f"{server.name} gave up loading {server.model}: {said[:_MOST_SAID]}",
            "Take a smaller model, or raise the server's own limit (OLLAMA_LOAD_TIMEOUT).",
        )
    if writing:
        return LLMInterrupted(
            f"{server.model} failed while it was writing: {said[:_MOST_SAID]}",
            f"Ask again; if it stays, look into the log of {server.name}.",
        )
    return LLMRefused(
        f"{server.name} at {server.url} says: {said[:_MOST_SAID]}",
        f"Look into the log of {server.name}, or try another model.",
    )


def garbled(server: Server, found: str) -> LLMGarbled:
    """Report what is not of the protocol."""
    return LLMGarbled(
        f"{server.name} at {server.url} sent something else than its protocol says: {found}.",
        f"Look whether {server.setting} is right and the server is up to date.",
    )


def message(body: bytes | object) -> str:
    """Return the words of an error: `{"error": "…"}`, `{"error": {"message": "…"}}`, or text."""
    found: object = body
    if isinstance(body, bytes):
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            return " ".join(body.decode(errors="replace").split())[:_MOST_SAID]
    while isinstance(found, dict):
        found = found.get("error") or found.get("message") or found.get("detail") or ""
    return found if isinstance(found, str) else json.dumps(found)
