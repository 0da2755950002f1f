"""Several servers over one index: one writes, the others follow; whichever of them dies."""

import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import httpx
import pytest

from tests.live import BRIDGE, LIGHTHOUSE
from tests.processes import Chroma, Server, chroma, wait_until

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


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Return four processes over one article, which the tests share in order."""
    root = tmp_path_factory.mktemp("cluster")
    with chroma(root / "vectors") as vectors, ExitStack() as stack:
        writer = Server(root / "data", QA_CHROMA_URL=vectors.url)
        made = Cluster(vectors, root / "data", writer, [])
        stack.callback(lambda: [server.stop() for server in made.servers])
        assert upload(writer, "bridge.txt", BRIDGE).status_code == 201
        made.replicas = [made.serve("--replica") for _ in range(2)]
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
    """Clients that ask some servers one question over and over, and keep what they get."""

    def __init__(self, servers: list[Server], question: str) -> None:
        self._stop = threading.Event()
        self._question = question
        self.replies: list[httpx.Response] = []
        self._threads = [threading.Thread(target=self._ask, args=[s]) for s in servers]

    def _ask(self, server: Server) -> None:
        with server.client() as client:
            while not self._stop.is_set():
                body = {"question": self._question}
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
    (replica,) = cluster.replicas
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
