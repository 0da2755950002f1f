"""Run a soak: `python -m tests.soak [--minutes 20]`. Exit status 1 when something is wrong."""

import argparse
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx

from tests.soak.load import Client, Wrong, expected
from tests.soak.record import Record, Size
from tests.soak.world import World

CLIENTS = 4
FAULTS = ("ollama gone", "disk full", "server killed")
_GONE_S = 3.0
_FULL_S = 2.0
_WARM_S = 60.0
"""Until then caches fill."""
_GROWTH, _SLACK_MB, _SLACK_FILES = 1.10, 40.0, 12
_LOST = ("Traceback", "unexpected error", "ERROR")


class Soak:
    """One soak, from its start to its judgement."""

    def __init__(self, world: World, seconds: float, kills: int) -> None:
        self.world, self.seconds, self.kills = world, seconds, kills
        self.record = Record()
        self.stop = threading.Event()
        self.clients = [Client(world, self.record, self.stop, n) for n in range(CLIENTS)]
        self.first: Size | None = None
        self.last: Size | None = None
        self.born = 0.0
        self.ledger = 0

    def run(self) -> bool:
        """Run it; return whether all is well."""
        self.world.prepare()
        self._start()
        threads = [threading.Thread(target=client.run) for client in self.clients]
        for thread in threads:
            thread.start()
        began = time.monotonic()
        try:
            self._throw(began)
        finally:
            self.stop.set()
            for thread in threads:
                thread.join(180)
        self.last = Size.of(self.world.pid)
        self._check_kept()
        self.record.check("clean stop", good=self.world.stop() == 0, detail="another exit status")
        self._check_log()
        lived = time.monotonic() - self.born
        self._report(time.monotonic() - began, lived)
        return not self.record.failed

    def _start(self) -> None:
        self.world.start()
        self.born = time.monotonic()
        self.first = None

    # -- faults ----------------------------------------------------------------------------

    def _throw(self, began: float) -> None:
        """Break one thing after the other; kill the server in the first half only, so that the
        memory of the last one can be watched for the second.
        """
        pause = max(2.0, min(60.0, self.seconds / 12))
        number = 0
        while (left := began + self.seconds - time.monotonic()) > 0:
            self._sleep(min(pause, left))
            fault = FAULTS[number % len(FAULTS)]
            number += 1
            early = time.monotonic() - began < self.seconds / 2
            if time.monotonic() + _GONE_S > began + self.seconds:
                continue
            if fault == "ollama gone":
                self._without_ollama()
            elif fault == "disk full" and self.world.can_fill:
                self._full_disk()
            elif fault == "server killed" and early and self.kills:
                self.kills -= 1
                self._killed()
            self._ingest()

    def _sleep(self, seconds: float) -> None:
        """Wait, and look at the server once its caches are full."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            warm = min(_WARM_S, self.seconds / 4)
            if self.first is None and time.monotonic() - self.born > warm:
                self.first = Size.of(self.world.pid)
            time.sleep(0.2)

    def _without_ollama(self) -> None:
        """No request may fail for it, so none is excused."""
        self.record.faults["ollama gone"] += 1
        self.world.ollama.stop()
        time.sleep(_GONE_S)
        self.world.ollama.start()

    def _full_disk(self) -> None:
        with self.record.broken("disk full"), self.world.full():
            time.sleep(_FULL_S)

    def _killed(self) -> None:
        with self.record.broken("server killed"):
            self.world.kill()
            self._start()
        self._check_kept()

    # -- checks ----------------------------------------------------------------------------

    def _ingest(self) -> None:
        """Change an article, sync, and check that the new text answers."""
        self.ledger += 1
        self.world.change(self.ledger)
        began = time.monotonic()
        try:
            text = self._synced()
        except (httpx.HTTPError, Wrong, KeyError) as error:
            if not self.record.excuse(began, "ingest"):
                self.record.error(f"ingest: {error}")
        else:
            newest = f"Number{self.ledger}." in text
            self.record.check("syncs", good=newest, detail=f"{self.ledger} is not in {text}")
            self.record.count("ingest")

    def _synced(self) -> str:
        """Sync, and return the text of the article that changes."""
        with httpx.Client(base_url=self.world.url, timeout=120) as http:
            job = expected(http.post("/api/ingest"), 202).json()
            while not (state := http.get(f"/api/ingest/{job['id']}").json())["finished"]:
                time.sleep(0.05)
            if state["state"] != "done" or state["report"]["errors"]:
                raise Wrong(str(state)[:300])
            return str(http.get("/api/articles/changing.txt").json()["text"])

    def _check_kept(self) -> None:
        """Check that whatever was acknowledged before is there, and nothing that was removed."""
        with httpx.Client(base_url=self.world.url, timeout=120) as http:
            listed = {a["id"] for a in http.get("/api/articles").json()["articles"]}
        files = {fact.file for fact in self.world.facts}
        lost = files - listed
        for client in self.clients:
            unsure = set(client.unsure)
            lost |= set(client.kept) - listed - unsure
        if self.stop.is_set():
            known = files | {"changing.txt"}
            for client in self.clients:
                known |= client.kept | client.unsure
            lost |= listed - known
        self.record.check("nothing lost", good=not lost, detail=f"lost, or come back: {lost}")

    def _check_log(self) -> None:
        text = self.world.log.read_text("utf-8", errors="replace")
        lines = [line for line in text.splitlines() if any(word in line for word in _LOST)]
        self.record.check("log", good=not lines, detail="; ".join(lines[:5]))

    def _report(self, seconds: float, lived: float) -> None:
        record, first, last = self.record, self.first, self.last
        print(f"soak of {seconds / 60:.1f} min, {CLIENTS} clients")
        print(f"requests: {record.done.total():,} {dict(record.done)}")
        print(f"checked: {dict(record.checked)}")
        print(f"faults: {record.faults.total()} {dict(record.faults)}")
        print(f"requests that failed while something was broken: {dict(record.excused)}")
        if first is not None and last is not None:
            print(f"the server, warm: {first}; after {lived / 60:.1f} min: {last}")
            grown = last.megabytes > first.megabytes * _GROWTH + _SLACK_MB
            more = last.files > first.files + _SLACK_FILES
            flat = not grown and not more
            record.check("flat", good=flat, detail=f"from {first} to {last}")
        print(f"unexpected errors: {record.failed}")
        for error in record.errors:
            print(f"  {error}")


def free_port() -> int:
    """Return a port of this machine that is free."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def main() -> int:
    """Run one and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--kills", type=int, default=3, help="how often the server is killed")
    given = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="soak"))
    world = World(root, free_port())
    good = False
    try:
        good = Soak(world, given.minutes * 60, given.kills).run()
    finally:
        world.close(keep=not good)
    if not good:
        print(f"the server's log: {world.log}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
