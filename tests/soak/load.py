"""What the clients of a soak do, and what they check."""

import json
import random
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx

from tests.soak.record import Record
from tests.soak.world import World, dice

Act = Callable[[], None]
_CHAT = "/v1/chat/completions"
_REFUSED = (400, 404, 405, 409, 413, 415, 422)


class Client:
    """One client: it does one thing after the other until it is told to stop."""

    def __init__(self, world: World, record: Record, stop: threading.Event, number: int) -> None:
        self.world, self.record, self.stop = world, record, stop
        self.number = number
        self.dice: random.Random = dice(number)
        self.http = httpx.Client(base_url=world.url, timeout=120)
        self.kept: set[str] = set()
        """Uploads that the server has acknowledged."""
        self.unsure: set[str] = set()
        """Uploads and removals whose answer never came."""
        self._uploads = 0
        self._acts: dict[str, tuple[int, Act]] = {
            "ask": (30, self.ask), "stream": (20, self.stream), "leave": (10, self.leave),
            "search": (12, self.search), "read": (8, self.read), "upload": (6, self.upload),
            "remove": (4, self.remove), "bad request": (8, self.bad), "chat": (5, self.chat),
            "look": (3, self.look),
        }  # fmt: skip

    def run(self) -> None:
        """Act until the end."""
        names = list(self._acts)
        weights = [weight for weight, _ in self._acts.values()]
        while not self.stop.is_set():
            (name,) = self.dice.choices(names, weights)
            self.attempt(name, self._acts[name][1])
        self.http.close()

    def attempt(self, name: str, act: Act) -> None:
        """Do one thing; what fails counts as an error unless something was broken on purpose."""
        began = time.monotonic()
        try:
            act()
        except (httpx.HTTPError, Wrong, KeyError, ValueError) as error:
            if not self.record.excuse(began, name):
                self.record.error(f"{name}: {type(error).__name__}: {error}")
            else:
                time.sleep(0.5)  # do not knock at a closed door without a pause
        else:
            self.record.count(name)

    # -- questions -------------------------------------------------------------------------

    def ask(self) -> None:
        """Ask, and check the answer."""
        fact = self.dice.choice(self.world.facts)
        reply = self.http.post("/api/ask", json={"question": fact.question})
        self.right(expected(reply, 200).json(), fact.answer, fact.file)

    def stream(self) -> None:
        """Ask for a stream, read it to its end, and check the answer."""
        fact = self.dice.choice(self.world.facts)
        body = {"question": fact.question, "stream": True}
        events = []
        with self.http.stream("POST", "/api/ask", json=body) as reply:
            for line in reply.iter_lines():
                if line.startswith("event: "):
                    events.append(line.removeprefix("event: "))
                elif line.startswith("data: "):
                    data = line.removeprefix("data: ")
        if not events or events[-1] != "answer":
            raise Wrong(f"the stream ended with {events[-1:]}: {data[:200] if events else ''}")
        self.right(json.loads(data), fact.answer, fact.file)

    def leave(self) -> None:
        """Ask for a stream and go away in the middle of it."""
        body = {"question": self.dice.choice(self.world.facts).question, "stream": True}
        with self.http.stream("POST", "/api/ask", json=body) as reply:
            if reply.status_code != httpx.codes.OK:
                raise Wrong(f"a stream: {reply.status_code}")
            for number, _ in enumerate(reply.iter_lines()):
                if number >= self.dice.randrange(6):
                    break

    def chat(self) -> None:
        """Ask as a client of OpenAI's API does."""
        fact = self.dice.choice(self.world.facts)
        body = {"model": "footnote", "messages": [{"role": "user", "content": fact.question}]}
        reply = expected(self.http.post(_CHAT, json=body), 200).json()
        content = reply["choices"][0]["message"]["content"]
        if fact.answer not in content:
            raise Wrong(f"{fact.question} {content}")

    def right(self, answer: dict[str, Any], who: str, file: str) -> None:
        """Raise `Wrong` unless an answer is the right one, with a footnote that stands there."""
        cited = [c for c in answer["citations"] if c["file"] == file]
        good = answer["status"] in {"answered", "incomplete"} and who in answer["answer"] and cited
        if not good:
            raise Wrong(f"{answer['question']} {answer['status']}: {answer['answer']}")
        fact = next(f for f in self.world.facts if f.file == file)
        for citation in cited:
            if fact.text[citation["start"] : citation["end"]] != citation["quote"]:
                raise Wrong(f"the quote does not stand there: {citation}")
        self.record.check("answers", good=True)

    # -- articles --------------------------------------------------------------------------

    def search(self) -> None:
        """Search for an article that is there."""
        fact = self.dice.choice(self.world.facts)
        reply = self.http.get("/api/search", params={"q": fact.question, "k": 5})
        if fact.file not in {p["article_id"] for p in expected(reply, 200).json()["passages"]}:
            raise Wrong(f"{fact.file} was not found")

    def read(self) -> None:
        """Read an article."""
        fact = self.dice.choice(self.world.facts)
        if expected(self.http.get(f"/api/articles/{fact.file}"), 200).json()["text"] != fact.text:
            raise Wrong(f"{fact.file} has another text")

    def upload(self) -> None:
        """Upload an article; once it is acknowledged it must be there."""
        self._uploads += 1
        name = f"upload-{self.number}-{self._uploads % 30}.txt"
        text = f"The diary of upload {name}\n\nIt says {self._uploads} on its only page, twice.\n"
        self.unsure.add(name)
        reply = self.http.post("/api/articles", files={"files": (name, text.encode())})
        if reply.status_code == 422 and "disk-full" in reply.text:
            raise Wrong("the disk is full")
        expected(reply, 201)
        self.unsure.discard(name)
        self.kept.add(name)
        if expected(self.http.get(f"/api/articles/{name}"), 200).json()["text"] != text:
            raise Wrong(f"{name} has another text than was uploaded")

    def remove(self) -> None:
        """Remove an upload; once that is acknowledged it must be gone."""
        if not self.kept:
            self.upload()
        name = self.dice.choice(sorted(self.kept))
        self.kept.discard(name)
        self.unsure.add(name)
        expected(self.http.delete(f"/api/articles/{name}"), 204)
        expected(self.http.get(f"/api/articles/{name}"), 404)
        self.unsure.discard(name)

    # -- the rest --------------------------------------------------------------------------

    def bad(self) -> None:
        """Send what cannot be served; it is refused, and never breaks anything."""
        sends: list[Callable[[], httpx.Response]] = [
            lambda: self.http.post("/api/ask", content=b'{"question": '),
            lambda: self.http.post("/api/ask", json={"question": "x" * 50_000}),
            lambda: self.http.post("/api/ask", json={"question": ["?"], "stream": "often"}),
            lambda: self.http.get("/api/articles/no/such/article.txt"),
            lambda: self.http.get("/api/search", params={"q": "", "k": -1}),
            lambda: self.http.post("/api/articles", files={"files": ("a.exe", b"MZ\0\0")}),
            lambda: self.http.put("/api/ask", json={}),
            lambda: self.http.post(_CHAT, json={"messages": "none"}),
            lambda: self.http.delete("/api/articles/..%2f..%2fetc%2fpasswd"),
        ]
        expected(self.dice.choice(sends)(), *_REFUSED)

    def look(self) -> None:
        """Do as a monitor does."""
        expected(self.http.get("/healthz"), 200)
        expected(self.http.get("/metrics"), 200)
        expected(self.http.get("/api/articles"), 200)


class Wrong(Exception):
    """A reply that is not what it should be."""


def expected(reply: httpx.Response, *statuses: int) -> httpx.Response:
    """Return a reply that has one of these statuses; `Wrong` otherwise."""
    if reply.status_code not in statuses:
        told = f"{reply.request.method} {reply.request.url.path}: {reply.status_code}"
        raise Wrong(f"{told} {reply.text[:200]}")
    return reply
