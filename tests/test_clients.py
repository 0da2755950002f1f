"""`docs/clients.md`: what it shows works as it stands."""

import asyncio
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from importlib.metadata import version

import pytest
from mcp import Client, StdioServerParameters

from tests.conftest import SEEDS
from tests.live import Live, running, settings_of
from tests.test_cli import QA
from tests.test_readme import ROOT

CLIENTS = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the code blocks in this language."""
    return re.findall(rf"^```{language}\n(.*?)^```", CLIENTS, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Return a server over the bundled articles."""
    with running(settings_of(data_dir=tmp_path_factory.mktemp("clients") / "data")) as server:
        server.wait_until_ready()
        server.service.pipeline.store.ingest([SEEDS])
        yield server


def execute(package: str, server: Live) -> None:
    """Run the Python block that is about a package, at a server of ours."""
    (block,) = [block for block in blocks("python") if f"from {package} import" in block]
    local = block.replace("http://localhost:8000", server.url)
    exec(compile(local, "clients.md", "exec"), {})  # noqa: S102 -- our own documentation


def test_the_openai_example_works(seeded: Live, capsys: pytest.CaptureFixture[str]) -> None:
    """It prints the answer, and for each mark in it the article with a link."""
    execute("openai", seeded)
    answer, first, *_ = capsys.readouterr().out.splitlines()
    assert "Nicaragua" in answer
    assert first.startswith("[1] ")
    assert f"{seeded.url}/read/004_90d9e4a8317acd22.txt?" in first


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
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


def test_the_mcp_example_works(seeded: Live, capsys: pytest.CaptureFixture[str]) -> None:
    """It prints the answer and where its quotes stand."""
    execute("mcp", seeded)
    answer, first, *_ = capsys.readouterr().out.splitlines()
    assert "Nicaragua" in answer
    assert first.startswith("1 004_90d9e4a8317acd22.txt ")


def test_the_hosts_configuration_works(seeded: Live) -> None:
    """With the two paths filled in, the command of the configuration offers the tools."""
    (block,) = blocks("json")
    data = str(seeded.service.settings.data_dir)
    local = block.replace("/path/to/.venv/bin/qa", QA).replace("/path/to/data", data)
    server = StdioServerParameters(**json.loads(local)["mcpServers"]["footnote"])

    async def names() -> list[str]:
        async with Client(server) as client:
            return [tool.name for tool in (await client.list_tools()).tools]

    assert asyncio.run(names()) == ["ask", "search", "read_article"]


def test_the_llamaindex_example_works(
    seeded: Live, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tool prints the answer and the place of its first quote."""
    monkeypatch.chdir(seeded.service.settings.data_dir.parent)
    execute("llama_index.core.tools", seeded)
    answer, about = capsys.readouterr().out.splitlines()
    assert "Nicaragua" in answer
    assert "004_90d9e4a8317acd22.txt" in about


def test_the_versions_are_those_that_are_installed() -> None:
    """The table of what was tried names the versions that the tests run."""
    rows = re.findall(r"^\| `([\w-]+)` \| (\d[\d.]+) \|", CLIENTS, re.MULTILINE)
    assert len(rows) == 4
    assert rows == [(name, version(name)) for name, _ in rows]
