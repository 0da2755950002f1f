"""What the tests of language models share: passages of their own, and a model with short waits."""

import datetime as dt
from contextlib import closing
from typing import Any

from qa.llm.cancel import Cancel, Turns
from qa.llm.lines import Line
from qa.llm.ollama import OllamaLLM
from qa.llm.wire import Limits
from qa.llm.write import Outcome, Writer
from qa.types import Passage
from tests.ollama_script import Say
from tests.ollama_server import OllamaServer

TEXTS = (
    "The lighthouse of Vell was designed by Ada Lindqvist. It was lit on 4 May 1912.",
    "The harbour of Vell paid 420,000 crowns for the new lamp. The old lamp went to a museum.",
    "Rough seas kept the ferry in port for three days. Nobody was hurt.",
)
WHO = "Who designed the lighthouse of Vell?"
FIRST = Say("The lighthouse was designed by Ada Lindqvist [1].\n")
LINE = Line("The lighthouse was designed by Ada Lindqvist.", (1,))
"""What a scripted model often says first, and how it is read."""
SOON = Limits(load_s=5, first_token_s=5, next_token_s=5, retries=2, retry_s=0.01)
"""Long enough for a busy machine; tests of a limit set theirs."""


def passage(number: int, text: str, date: dt.date | None = dt.date(2025, 12, 11)) -> Passage:
    """Make a passage that is an article of its own."""
    name = f"{number}.txt"
    return Passage(
        id=name, article_id=name, title=f"Report {number}", date=date, text=text, start=0,
        end=len(text),
    )  # fmt: skip


PASSAGES = tuple(passage(n, text) for n, text in enumerate(TEXTS, start=1))


def model(server: OllamaServer, limits: Limits = SOON, **fields: Any) -> OllamaLLM:
    """Make a model at a scripted server."""
    given = {"model": "tiny", "context_window": 4096, "max_tokens": 256, **fields}
    turns = given.pop("turns", None) or Turns(1, 5)
    return OllamaLLM(url=server.url, limits=limits, turns=turns, **given)


def written(
    llm: Any, asked: str = WHO, passages: tuple[Passage, ...] = PASSAGES,
    cancel: Cancel | None = None,
) -> tuple[list[Line], Outcome]:  # fmt: skip
    """Have an answer written to its end."""
    with closing(Writer(llm).write(asked, passages, cancel=cancel)) as writing:
        lines = list(writing)
    return lines, writing.outcome
