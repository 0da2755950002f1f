"""Each measurement in a process of its own, so that none finds what another has left in memory.

`python -m eval.speed.child module:function` reads what the function takes as JSON from stdin and
writes what it returns as JSON to stdout, on the last line.
"""

import os
import subprocess
import sys
from importlib import import_module
from typing import TypeVar

from pydantic import BaseModel

from eval.errors import BenchFailed

Found = TypeVar("Found", bound=BaseModel)
_TAIL = 2000


def measured(job: str, given: BaseModel, found: type[Found]) -> Found:
    """Run `job`, "module:function" below `eval.speed`, in a new process, and return its result."""
    done = subprocess.run(  # noqa: S603 -- our own module
        [sys.executable, "-m", "eval.speed.child", job],
        input=given.model_dump_json(),
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    if done.returncode != 0:
        raise BenchFailed(
            f"{job} ended with {done.returncode}: {done.stderr[-_TAIL:]}",
            "Try it with fewer passages (--sizes 200).",
        )
    return found.model_validate_json(done.stdout.splitlines()[-1])


def environment() -> dict[str, str]:
    """Return the environment of every process: answers are the embedded reader's."""
    return {**os.environ, "QA_LLM": "embedded", "HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore"}


def main() -> None:
    """Run one job."""
    module, _, function = sys.argv[1].partition(":")
    job = getattr(import_module(f"eval.speed.{module}"), function)
    given = job.__annotations__["given"].model_validate_json(sys.stdin.read())
    print(job(given).model_dump_json())  # noqa: T201 -- this is how it answers


if __name__ == "__main__":
    main()
