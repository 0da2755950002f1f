"""A FastAPI application that does nothing, as the limit of what the service can be.

`python -m eval.speed.bare PORT` serves it.
"""

import sys
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

_PASSAGES = [{"id": f"{n}", "file": f"{n}.txt", "text": "word " * 120} for n in range(20)]
_ANSWER = {"status": "answered", "answer": "word " * 20, "passages": _PASSAGES}
"""About as long as an answer of the product."""


class Question(BaseModel):
    """The body of a question."""

    question: str


app = FastAPI()


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    """Say that the process runs."""
    return {"status": "alive"}


@app.post("/api/ask")
def ask(body: Question) -> dict[str, Any]:
    """Return the same answer each time, from a thread as the product does."""
    return {"question": body.question, **_ANSWER}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
