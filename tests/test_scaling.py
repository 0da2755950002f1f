"""Several servers over one index: one writes, the others follow; whichever of them dies."""

import re
import shlex
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count, dropwhile, takewhile
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from qa.errors import QAError
from qa.settings import Settings
from tests.live import BRIDGE, LIGHTHOUSE
from tests.processes import Chroma, Server, chroma, wait_until
from tests.test_deploy import BIN, compose, parses, services

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
OVERRIDE = ROOT / "docker-compose.replicas.yml"
ENGINEER = "Who designed the lighthouse at Cape Morrow?"
MAYOR = "Who opened the new bridge of Grimsfold?"


@dataclass
class Cluster:
    """A Chroma server, the server that writes, and two replicas over the same data directory."""

    chroma: Chroma
    data_dir: Path
    writer: Server
    replicas: list[Server]

    @property
    def servers(self) -> list[Server]:
        """Every server that answers questions."""
        return [self.writer, *self.replicas]

    def serve(self, *words: str) -> Server:
        """Start one more server over the data directory."""
        return Server(self.data_dir, *words, QA_CHROMA_URL=self.chroma.url)


def commands(program: str) -> list[list[str]]:
    """Return the guide's lines that call a program, in words, without the settings before it."""
    blocks = re.findall(r"^```bash\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
    found = [shlex.split(line) for block in blocks for line in block.splitlines()]
    bare = [list(dropwhile(lambda word: "=" in word, words)) for words in found]
    return [words for words in bare if words[:1] == [program]]


def served() -> list[tuple[str, list[str]]]:
    """Return the port and the other options of each server that the guide starts."""
    lines = [words for words in commands("qa") if words[:3] == ["qa", "serve", "--port"]]
    return [(port, rest) for _, _, _, port, *rest in lines]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Return the four processes that the guide starts, over one article; the tests share them."""
    root = tmp_path_factory.mktemp("cluster")
    (_, alone), *others = served()
    with chroma(root / "vectors") as vectors, ExitStack() as stack:
        writer = Server(root / "data", *alone, QA_CHROMA_URL=vectors.url)
        made = Cluster(vectors, root / "data", writer, [])
        stack.callback(lambda: [server.stop() for server in made.servers])
        assert upload(writer, "bridge.txt", BRIDGE).status_code == 201
        made.replicas = [made.serve(*words) for _, words in others]
        yield made


def asked(server: Server, question: str) -> httpx.Response:
    """Ask a server a question."""
    with server.client() as client:
        return client.post("/api/ask", json={"question": question})


def upload(server: Server, name: str, text: str) -> httpx.Response:
    """Give a server an article."""
    with server.client() as client:
        return client.post("/api/articles", files={"files": (name, text.encode())})


def cited(server: Server, question: str) -> set[str]:
    """Return the files that a server's answer cites."""
    answer = asked(server, question).raise_for_status().json()
    return {citation["file"] for citation in answer["citations"]}


class Askers:
    """Clients that ask some servers one question over and over, and keep what they get.

    It ends each time in other marks, so that no server remembers it.
    """

    def __init__(self, servers: list[Server], question: str) -> None:
        self._stop = threading.Event()
        self._question = question
        self.replies: list[httpx.Response] = []
        self._threads = [threading.Thread(target=self._ask, args=[s]) for s in servers]

    def _ask(self, server: Server) -> None:
        with server.client() as client:
            for number in takewhile(lambda _: not self._stop.is_set(), count()):
                marks = f"{number:b}".translate({ord("0"): "?", ord("1"): "!"})
                body = {"question": self._question + marks}
                self.replies.append(client.post("/api/ask", json=body))

    def more(self, status: int) -> None:
        """Wait until each has had some more replies, the newest of them with this status."""
        seen, wanted = len(self.replies), 3 * len(self._threads)

        def enough() -> bool:
            return [reply.status_code for reply in self.replies[seen:]].count(status) >= wanted

        wait_until(enough, f"replies with {status}")

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def test_an_article_added_through_one_is_found_through_all(cluster: Cluster) -> None:
    """The first question after the upload finds it, at every server; so it does its removal."""
    for server in cluster.servers:
        assert cited(server, ENGINEER) == set()
    assert upload(cluster.writer, "lighthouse.txt", LIGHTHOUSE).status_code == 201
    for server in cluster.servers:
        assert cited(server, ENGINEER) == {"lighthouse.txt"}
    with cluster.writer.client() as client:
        assert client.delete("/api/articles/lighthouse.txt").status_code == 204
    for server in cluster.servers:
        assert cited(server, ENGINEER) == set()
        assert cited(server, MAYOR) == {"bridge.txt"}


def test_a_replica_refuses_changes_and_names_the_writer(cluster: Cluster) -> None:
    """Upload, removal and ingest are problems whose remedy is the writer's address."""
    port = cluster.writer.url.rpartition(":")[2]
    with cluster.replicas[0].client() as client:
        refused = [
            upload(cluster.replicas[0], "lighthouse.txt", LIGHTHOUSE),
            client.delete("/api/articles/bridge.txt"),
            client.post("/api/ingest"),
        ]
    for reply in refused:
        assert (reply.status_code, reply.json()["type"]) == (409, "replica-only")
        assert f"http://localhost:{port}" in reply.json()["remedy"]
    assert cited(cluster.writer, MAYOR) == {"bridge.txt"}
    assert not (cluster.data_dir / "uploads" / "lighthouse.txt").exists()


def test_nobody_notices_when_a_replica_is_killed(cluster: Cluster) -> None:
    """While one dies, every question to the others is answered, and an upload is found."""
    victim, other = cluster.replicas
    with Askers([cluster.writer, other], MAYOR) as askers:
        askers.more(200)
        victim.stop(signal.SIGKILL)
        assert upload(cluster.writer, "lighthouse.txt", LIGHTHOUSE).status_code == 201
        askers.more(200)
    assert {reply.status_code for reply in askers.replies} == {200}
    assert all(reply.json()["citations"] for reply in askers.replies)
    assert cited(other, ENGINEER) == {"lighthouse.txt"}
    cluster.replicas.remove(victim)


def test_replicas_answer_while_chroma_is_away_and_come_back_by_themselves(
    cluster: Cluster,
) -> None:
    """Under load its death is a problem that says so and when to try again; its return ends it."""
    with Askers(cluster.servers, MAYOR) as askers:
        askers.more(200)
        cluster.chroma.kill()
        askers.more(503)
        cluster.chroma.start()
        askers.more(200)
    failed = [reply for reply in askers.replies if reply.status_code != 200]
    assert {(reply.status_code, reply.json()["type"]) for reply in failed} == {
        (503, "chroma-unreachable")
    }
    for reply in failed:
        assert reply.headers["Retry-After"] == "1"
        assert cluster.chroma.url in reply.json()["detail"]
    for server in cluster.servers:
        assert cited(server, MAYOR) == {"bridge.txt"}


def test_replicas_go_on_without_a_writer_and_follow_a_new_one(cluster: Cluster) -> None:
    """When the writer is killed its replica answers all; what a new writer takes in, it finds."""
    replica = cluster.replicas[-1]
    with Askers([replica], MAYOR) as askers:
        askers.more(200)
        cluster.writer.stop(signal.SIGKILL)
        askers.more(200)
        cluster.writer = cluster.serve()
        corrected = LIGHTHOUSE.replace("Ada Lindqvist", "Ida Ekström")
        assert upload(cluster.writer, "lighthouse.txt", corrected).status_code == 201
        askers.more(200)
    assert {reply.status_code for reply in askers.replies} == {200}
    assert asked(replica, ENGINEER).json()["short_answer"] == "Ida Ekström"
    refused = upload(replica, "more.txt", LIGHTHOUSE).json()
    assert f"http://localhost:{cluster.writer.url.rpartition(':')[2]}" in refused["remedy"]


# -- docs/scaling.md, and what it names ----------------------------------------------------


def test_the_guide_s_commands_and_settings_exist() -> None:
    """Each `qa` line parses, each setting and error is one, and proxies know the servers' ports."""
    lines = commands("qa")
    assert len(lines) > 6
    for words in lines:
        parses(words[1:])
    names = {name.lower() for name in re.findall(r"\bQA_([A-Z_]+)\b", GUIDE)}
    assert names <= set(Settings.model_fields)
    slugs = {kind.slug for kind in kinds(QAError)}
    named = set(re.findall(r"(?:409, |503 |\(|is )`([a-z]+-[a-z]+)`", GUIDE))
    assert named <= slugs
    assert {"replica-only", "chroma-unreachable", "index-locked", "chroma-refused"} <= named
    ports = [port for port, _ in served()]
    assert len(ports) == 3
    for language in ("nginx", "caddy"):
        (block,) = re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
        assert set(re.findall(r"127\.0\.0\.1:(\d+)", block)) == set(ports)


def kinds(kind: type[QAError]) -> Iterator[type[QAError]]:
    """Yield a kind of error and all below it."""
    yield kind
    for below in kind.__subclasses__():
        yield from kinds(below)


def test_the_replicas_of_compose_are_confined_as_the_writer_is() -> None:
    """The specification accepts the file; only the articles, the ports and the command differ."""
    checked = subprocess.run(
        [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", OVERRIDE],
        text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout
    (replica,) = compose(OVERRIDE.name)["services"].values()
    writer = services()["api"]
    differing = {"build", "command", "depends_on", "ports", "volumes"}
    assert without(replica, differing) == without(writer, differing)
    assert replica["volumes"] == [v for v in writer["volumes"] if isinstance(v, str)]
    assert replica["ports"] == ["${BIND:-127.0.0.1}:8001-8016:8000"]
    assert replica["command"][0] == "qa"
    parses(replica["command"][1:])


def without(service: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """Return what a service says of all other things."""
    return {name: value for name, value in service.items() if name not in names}
