"""Answers as they came over the wire, recorded once: the page's tests replay them.

    python -m tests.recording        records anew

A real server over a few articles, with a scripted language model, is asked three questions whose
answers between them have everything: a follow-up that is rewritten, a statement that is removed,
one whose footnote is mended, a disagreement, a development, and nothing found.
"""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.bad_models import MARKER, passages
from tests.live import ingested, running
from tests.llm_pipeline import SOON, TINY
from tests.ollama_script import Json
from tests.ollama_server import ollama

FILE = Path(__file__).parent / "data" / "stream.jsonl"
ARTICLES = {
    "tallmere-post.txt": "Ferry runs aground off Tallmere\n\nTALLMERE, 4 March 2024 - The ferry "
    "Solveig ran aground off Tallmere on Sunday, the coast guard said. The captain of the Solveig "
    "is Mette Rask. At least 12 people were injured, the hospital said on Monday.\n",
    "sund-herald.txt": "Questions after the grounding of the Solveig\n\nSUND, 4 March 2024 - The "
    "ferry Solveig lies off Tallmere still. The captain of the Solveig is Oda Brekke, the owner "
    "said.\n",
    "hospital.txt": "More injured on the ferry Solveig\n\nTALLMERE, 6 March 2024 - The number of "
    "people injured on the ferry Solveig has risen to 19, the hospital said on Wednesday.\n",
    "harbour.txt": "A new lamp for the harbour of Tallmere\n\nTALLMERE, 9 May 2023 - The harbour "
    "of Tallmere has been given a new lamp. It can be seen from 31 kilometres away.\n",
}
FIRST = {"question": "What happened to the ferry Solveig?", "answer": "The ferry ran aground."}
ASKED: dict[str, dict[str, Any]] = {
    "conflict": {"question": "Who is its captain?", "history": [FIRST]},
    "development": {"question": "How many people were injured on the ferry Solveig?"},
    "nothing": {"question": "What is the capital of Mongolia?"},
}
REWRITTEN = "Who is the captain of the Solveig?"

Recorded = list[tuple[str, Any]]


def script(body: Json) -> str:
    """Write as a small model does: mostly right, once with a wrong number, once invented."""
    if "rewrite" in body["messages"][0]["content"]:
        return REWRITTEN
    where = {
        key: number
        for number, text in passages(body)
        for key in ("Mette Rask", "At least 12", "risen to 19")
        if key in text
    }
    if "Mongolia" in body["messages"][-1]["content"]:
        return MARKER
    if "injured" in body["messages"][-1]["content"].rsplit("Question", 1)[-1]:
        return (
            f"At least 12 people were injured, the hospital said [{where['At least 12']}].\n"
            "The number of people injured on the ferry Solveig has risen to 19 "
            f"[{where['risen to 19']}].\n"
        )
    return (
        f"The captain of the Solveig is Mette Rask [{where['Mette Rask']}].\n"
        "The captain of the Solveig was asleep at 19:45 [1].\n"
        "The captain of the Solveig is Oda Brekke [9].\n"
    )


@contextmanager
def recorded_server() -> Iterator[httpx.Client]:
    """Run the server that is recorded, and give a client of it."""
    with tempfile.TemporaryDirectory() as folder, ollama(script) as owner:
        root = Path(folder)
        settings = ingested(root / "articles", root / "data", ARTICLES)
        chosen = settings.model_copy(update={"llm": TINY, "ollama_url": owner.url, **SOON})
        with running(chosen) as live, live.client() as client:
            live.wait_until_ready()
            yield client


def streamed(client: httpx.Client, body: dict[str, Any]) -> Recorded:
    """Ask, and read the stream as (name, data) pairs."""
    text = client.post("/api/ask", json={**body, "stream": True}).text
    blocks = [block.split("\n") for block in text.strip().split("\n\n")]
    fields = [dict(line.split(": ", 1) for line in block if line[0] != ":") for block in blocks]
    return [(one["event"], json.loads(one["data"])) for one in fields if one]


def recorded(name: str) -> Recorded:
    """Return one of the recorded streams."""
    lines = map(json.loads, FILE.read_text(encoding="utf-8").splitlines())
    return [(line["event"], line["data"]) for line in lines if line["stream"] == name]


def as_sent(events: Recorded) -> str:
    """Write events as the server sends them, with a heartbeat before each."""
    return "".join(
        f": ping\n\nevent: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events
    )


def main(write: Callable[[str], object]) -> None:
    """Record every stream, one event a line."""
    with recorded_server() as client:
        for stream, body in ASKED.items():
            for event, data in streamed(client, body):
                line = {"stream": stream, "event": event, "data": data}
                write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    with FILE.open("w", encoding="utf-8") as file:
        main(file.write)
