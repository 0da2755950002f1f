"""The vectors in a real Chroma server instead of the data directory."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from qa.errors import ChromaUnreachable, CollectionGone
from tests.conftest import MakePipeline
from tests.processes import Chroma, chroma
from tests.support import found, paragraph, write

MakeDatabase = Callable[[], dict[str, str]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chroma]:
    """Return a Chroma server that the tests share."""
    with chroma(tmp_path_factory.mktemp("chroma")) as running:
        yield running


@pytest.fixture
def make_database(server: Chroma) -> MakeDatabase:
    """Return a maker of empty databases in the server, as the settings that name them."""
    tenant = f"{server.url}/api/v2/tenants/default_tenant"

    def make() -> dict[str, str]:
        known = httpx.get(f"{tenant}/databases").raise_for_status().json()
        name = f"database-{len(known)}"
        httpx.post(f"{tenant}/databases", json={"name": name}).raise_for_status()
        return {"chroma_url": server.url, "chroma_database": name}

    return make


@contextmanager
def guarded(server: Chroma, token: str) -> Iterator[str]:
    """Put a gate before a Chroma server that wants a key and answers as a proxy does, in HTML."""

    class Gate(BaseHTTPRequestHandler):
        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if self.headers["x-chroma-token"] == token:
                asked = httpx.request(
                    self.command, f"{server.url}{self.path}", content=body,
                    headers={"content-type": "application/json"},
                )  # fmt: skip
                status, kind, content = asked.status_code, "application/json", asked.content
            else:
                status, kind, content = 401, "text/html", b"<h1>Who are you?</h1>"
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = do_PUT = _pass  # noqa: N815 -- the library's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Gate) as gate:
        thread = threading.Thread(target=gate.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{gate.server_port}"
        finally:
            gate.shutdown()
            thread.join()


def test_a_chroma_server_holds_the_vectors(
    make_database: MakeDatabase, make_pipeline: MakePipeline, folder: Path
) -> None:
    """Ingest, search, change, delete and reindex work alike, and no vector lies in `data_dir`."""
    write(folder, {"a.txt": paragraph("albatross"), "b.txt": paragraph("barnacle")})
    pipeline = make_pipeline(**make_database())
    pipeline.store.ingest([folder])
    assert found(pipeline, "albatross") == {"a.txt"}
    write(folder, {"a.txt": paragraph("cormorant")})
    (folder / "b.txt").unlink()
    pipeline.store.ingest([folder])
    assert found(pipeline, "albatross") == set()
    assert found(pipeline, "cormorant") == {"a.txt"}
    assert pipeline.store.reindex() == 1
    assert pipeline.store.index_counts() == (1, 1)
    assert not (pipeline.settings.data_dir / "chroma").exists()


def test_a_server_that_does_not_answer_is_said(make_pipeline: MakePipeline, folder: Path) -> None:
    """The address and the remedy are named; nothing is lost from the library."""
    write(folder, {"a.txt": paragraph("albatross")})
    pipeline = make_pipeline(chroma_url="http://127.0.0.1:9")
    with pytest.raises(ChromaUnreachable, match=r"http://127\.0\.0\.1:9"):
        pipeline.store.ingest([folder])


def test_databases_of_one_server_are_kept_apart(
    make_database: MakeDatabase, make_pipeline: MakePipeline, folder: Path, tmp_path: Path
) -> None:
    """Two indexes in one server see and remove nothing of each other."""
    one = make_pipeline(tmp_path / "one", **make_database())
    two = make_pipeline(tmp_path / "two", **make_database())
    write(folder, {"a.txt": paragraph("albatross")})
    one.store.ingest([folder])
    two.store.ingest([folder])
    assert two.store.reindex() == 1
    assert one.store.index_counts() == two.store.index_counts() == (1, 1)


def test_a_database_that_is_missing_is_said(
    server: Chroma, make_pipeline: MakePipeline, folder: Path
) -> None:
    """The settings that name it are in the remedy."""
    pipeline = make_pipeline(chroma_url=server.url, chroma_database="nowhere")
    with pytest.raises(ChromaUnreachable, match="QA_CHROMA_DATABASE 'nowhere'"):
        pipeline.store.ingest([folder])


def test_the_key_is_sent_with_every_request(
    server: Chroma, make_database: MakeDatabase, make_pipeline: MakePipeline, folder: Path
) -> None:
    """At a gate as Chroma Cloud's all works with the key; without it the remedy names it."""
    write(folder, {"a.txt": paragraph("albatross")})
    with guarded(server, "secret") as url:
        known = {**make_database(), "chroma_url": url}
        pipeline = make_pipeline(**known, chroma_api_key="secret")
        pipeline.store.ingest([folder])
        assert found(pipeline, "albatross") == {"a.txt"}
        stranger = make_pipeline(folder.parent / "other", **known)
        with pytest.raises(ChromaUnreachable, match="QA_CHROMA_API_KEY"):
            stranger.store.ingest([folder])
        pipeline.close()
        stranger.close()


def test_vectors_that_a_server_has_lost_are_missed(
    make_database: MakeDatabase, make_pipeline: MakePipeline, folder: Path
) -> None:
    """A question is a problem that names the remedy, before and after a restart; it then helps."""
    write(folder, {"a.txt": paragraph("albatross")})
    known = make_database()
    pipeline = make_pipeline(**known)
    pipeline.store.ingest([folder])
    database = f"/api/v2/tenants/default_tenant/databases/{known['chroma_database']}"
    httpx.delete(f"{known['chroma_url']}{database}/collections/passages-1").raise_for_status()
    restarted = make_pipeline(pipeline.settings.data_dir, **known)
    for asked in (pipeline, restarted):
        with pytest.raises(CollectionGone, match="qa reindex"):
            asked.search("albatross")
    assert pipeline.store.reindex() == 1
    assert found(pipeline, "albatross") == {"a.txt"}
