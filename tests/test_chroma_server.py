"""The vectors in a real Chroma server instead of the data directory."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from qa.errors import ChromaUnreachable
from tests.conftest import MakePipeline
from tests.support import found, paragraph, write


@pytest.fixture
def chroma_url(tmp_path: Path) -> Iterator[str]:
    """Return the address of a Chroma server of our own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [Path(sys.executable).with_name("chroma"), "run", "--path", tmp_path / "chroma",
         "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/api/v2/heartbeat").is_success:
                break
        except httpx.TransportError:
            time.sleep(0.1)
    yield url
    server.terminate()
    server.wait(timeout=30)


def test_a_chroma_server_holds_the_vectors(
    chroma_url: str, make_pipeline: MakePipeline, folder: Path
) -> None:
    """Ingest, search, change, delete and reindex work alike, and no vector lies in `data_dir`."""
    write(folder, {"a.txt": paragraph("albatross"), "b.txt": paragraph("barnacle")})
    pipeline = make_pipeline(chroma_url=chroma_url)
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
