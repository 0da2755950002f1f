"""A Chroma server that holds the vectors: how it is reached, and what is said when it is not.

Any server that speaks Chroma's protocol will do: `chroma run`, its distributed deployment, or
Chroma Cloud, which wants a tenant, a database and a key.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from qa import lean
from qa.errors import ChromaRefused, ChromaUnreachable, CollectionGone
from qa.settings import Settings

BATCH = 300
"""Passages per request: the most that Chroma Cloud takes."""
_CONNECT_S, _SILENT_S = 5.0, 60.0
"""Chroma's own client waits for ever, as for a machine that has lost its network."""
_TOKEN = "x-chroma-token"  # noqa: S105 -- a header's name
_HERE = "Start it (chroma run), or correct QA_CHROMA_URL"


@dataclass(frozen=True)
class ChromaServer:
    """Where the server is, and whose vectors are meant. `token` is shown to nobody."""

    url: str
    tenant: str
    database: str
    token: str | None = None

    @classmethod
    def of(cls, settings: Settings) -> "ChromaServer | None":
        """Return the server that the settings name; None when vectors lie in the data directory."""
        if settings.chroma_url is None:
            return None
        key = settings.chroma_api_key
        token = key.get_secret_value() if key else None
        return cls(settings.chroma_url, settings.chroma_tenant, settings.chroma_database, token)

    def connect(self) -> Any:
        """Return a client of the server, which has been asked for tenant and database.

        `ChromaUnreachable` when nothing answers there. Close it with `close`.
        """
        import httpx

        chromadb = lean.chromadb()
        from chromadb.errors import ChromaError

        parts = urlsplit(self.url)
        secure = parts.scheme == "https"
        try:
            self._probe()
            client = chromadb.HttpClient(
                parts.hostname or "",
                parts.port or (443 if secure else 80),
                ssl=secure,
                headers=self._headers,
                settings=quiet(),
                tenant=self.tenant,
                database=self.database,
            )
        except (ChromaError, ValueError, OSError, httpx.HTTPError) as error:
            raise ChromaUnreachable(
                f"No Chroma server answers at {self.url}: {error}.",
                f"{_HERE}; unset it to keep vectors in the data directory. A server that wants a "
                "key needs QA_CHROMA_API_KEY; tenant and database must exist there "
                f"(QA_CHROMA_TENANT is {self.tenant!r}, QA_CHROMA_DATABASE {self.database!r}).",
            ) from error
        session = _session(client)
        session.timeout = httpx.Timeout(_SILENT_S, connect=_CONNECT_S)
        session.event_hooks["response"].append(_told)
        return client

    def _probe(self) -> None:
        """Ask for the database. Chroma's client would wait for ever, and keep what failed open."""
        import httpx

        path = f"tenants/{quote(self.tenant, safe='')}/databases/{quote(self.database, safe='')}"
        with httpx.Client(timeout=_CONNECT_S, headers=self._headers) as probe:
            probe.get(f"{self.url.rstrip('/')}/api/v2/{path}").raise_for_status()

    @property
    def _headers(self) -> dict[str, str] | None:
        return {_TOKEN: self.token} if self.token else None

    @contextmanager
    def connected(self) -> Iterator[Any]:
        """Hand out a client, and close it."""
        client = self.connect()
        try:
            yield client
        finally:
            close(client)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Say in our own words what goes wrong with the server while the block runs."""
        import httpx
        from chromadb.errors import ChromaError, NotFoundError

        try:
            yield
        except NotFoundError as error:
            raise CollectionGone(
                f"The Chroma server at {self.url} does not have the vectors: {_said(error)}.",
                "Bring back the server's data, or build the index anew from the library: "
                "qa reindex",
            ) from error
        except (httpx.HTTPError, OSError) as error:
            what = str(error) or type(error).__name__
            raise ChromaUnreachable(
                f"The Chroma server at {self.url} does not answer: {what}.",
                f"Try again in a moment; it is asked anew each time. {_HERE}.",
            ) from error
        except ChromaError as error:
            raise ChromaRefused(
                f"The Chroma server at {self.url} reports: {_said(error)}.",
                "Its own log says more. It may want another key (QA_CHROMA_API_KEY), or have "
                "reached a quota.",
            ) from error


def _told(response: Any) -> None:
    """Raise what is no answer of Chroma's own, such as the page of a proxy before it.

    Chroma's client would raise a bare `Exception` for it.
    """
    if response.is_error and "json" not in response.headers.get("content-type", ""):
        response.raise_for_status()


def _said(error: Exception) -> str:
    return str(error).rstrip(".")


def quiet() -> Any:
    """Return settings with which Chroma's client reports its use to nobody."""
    from chromadb.config import Settings as ChromaSettings

    return ChromaSettings(anonymized_telemetry=False)


def close(client: Any) -> None:
    """Close a client with its connections: Chroma's HTTP client leaves them open."""
    sessions = [_session(client), _session(client._admin_client)]  # noqa: SLF001 -- not public
    client.close()
    for session in sessions:
        if session is not None:
            session.close()


def _session(client: Any) -> Any:
    """Return the HTTP session of a client; None for one that has none."""
    with suppress(AttributeError):
        return client._server._session  # noqa: SLF001 -- not public
    return None
