"""Where a model server is: one spelling for all the ways in which people write an address."""

import ipaddress
import os
from urllib.parse import urlsplit

from qa.errors import LLMWrongAddress
from qa.settings import Settings

OLLAMA_PORT = 11434
OLLAMA_DEFAULT = f"http://127.0.0.1:{OLLAMA_PORT}"
_UNSPECIFIED = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- compared, not bound
"""OLLAMA_HOST also tells the server where to listen; "everywhere" is no place to connect to."""


def ollama_url(settings: Settings) -> str:
    """Return Ollama's address: QA_OLLAMA_URL, else OLLAMA_HOST, else this machine."""
    if settings.ollama_url:
        return normalised(settings.ollama_url, "QA_OLLAMA_URL", OLLAMA_PORT)
    if host := os.environ.get("OLLAMA_HOST"):
        return normalised(host, "OLLAMA_HOST", OLLAMA_PORT)
    return OLLAMA_DEFAULT


def openai_url(settings: Settings) -> str:
    """Return the root of the OpenAI-compatible API; `/v1` is added where no path is given."""
    url = normalised(settings.llm_url or "", "QA_LLM_URL", None)
    return url if urlsplit(url).path else f"{url}/v1"


def normalised(given: str, setting: str, port: int | None) -> str:
    """Write an address as `scheme://host[:port][/path]`, or raise `LLMWrongAddress`.

    Without a scheme it is http. `port` is the one that a bare host means.
    """
    bare = given.strip()
    if "://" in bare:
        port = None
    else:
        bare = f"http://{bare}"
    try:
        parts = urlsplit(bare)
        host, found = parts.hostname or "", parts.port or port
    except ValueError as error:
        raise _wrong(given, setting, str(error)) from error
    if parts.scheme not in {"http", "https"}:
        raise _wrong(given, setting, f"{parts.scheme} is not a scheme of the web")
    if not host and not parts.port:
        raise _wrong(given, setting, "it names no machine")
    host = _UNSPECIFIED.get(host, host) or "127.0.0.1"
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}{f':{found}' if found else ''}{parts.path.rstrip('/')}"


def is_local(url: str) -> bool:
    """Tell whether an address is this machine's."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _wrong(given: str, setting: str, why: str) -> LLMWrongAddress:
    return LLMWrongAddress(
        f"{setting} is {given!r}: {why}.",
        f"Set {setting} to an address like {OLLAMA_DEFAULT}.",
    )
