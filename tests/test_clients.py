"""`docs/clients.md`: what it shows works as it stands."""

import json
import re
import shlex
import subprocess
from collections.abc import Iterator

import pytest

from tests.conftest import SEEDS
from tests.live import Live, running, settings_of
from tests.test_readme import ROOT

CLIENTS = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the code blocks in this language."""
    return re.findall(rf"^```{language}\n(.*?)^```", CLIENTS, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Return a server over the bundled articles."""
    with running(settings_of(data_dir=tmp_path_factory.mktemp("data"))) as server:
        server.wait_until_ready()
        server.service.pipeline.store.ingest([SEEDS])
        yield server


def test_the_openai_example_works(seeded: Live, capsys: pytest.CaptureFixture[str]) -> None:
    """It prints the answer, and for each mark in it the article with a link."""
    (block,) = [block for block in blocks("python") if "openai" in block]
    local = block.replace("http://localhost:8000", seeded.url)
    exec(compile(local, "clients.md", "exec"), {})  # noqa: S102 -- our own documentation
    answer, first, *_ = capsys.readouterr().out.splitlines()
    assert "Nicaragua" in answer
    assert first.startswith("[1] ")
    assert f"{seeded.url}/read/004_90d9e4a8317acd22.txt?" in first


def test_the_curl_example_works(seeded: Live) -> None:
    """The command as it stands prints the stream, from the role to the end."""
    (command,) = [block for block in blocks("sh") if block.startswith("curl")]
    words = shlex.split(command.replace("localhost:8000", seeded.url).replace("\\\n", " "))
    out = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout
    *chunks, done = [line.removeprefix("data: ") for line in out.splitlines() if line]
    assert done == "[DONE]"
    read = [json.loads(chunk) for chunk in chunks]
    assert "Nicaragua" in "".join(c["delta"].get("content", "") for d in read for c in d["choices"])
    assert read[-2]["search_results"]
    assert read[-1]["usage"] is not None
