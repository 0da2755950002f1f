"""Schemathesis over the whole OpenAPI document of a real server that wants keys.

`python -m tests.fuzz_api --seconds 300`, or `make fuzz`, sends cases for so long and says how many
they were. `tests/schemathesis.toml` says what each operation may answer.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from qa.keys import Scope, new
from tests.live import ARTICLES, ingested, running

CONFIG = Path(__file__).with_name("schemathesis.toml")
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
SECONDS = 300
_NO_LIMITS = {"rate_per_minute": 0, "parallel_requests": 0}


@dataclass(frozen=True)
class Server:
    """Where the server is, and a key that allows everything there."""

    url: str
    key: str


@contextmanager
def server(root: Path) -> Iterator[Server]:
    """Run the real application over a few articles below `root`, with a key and no limits."""
    secret, key = new("fuzz", get_args(Scope))
    settings = ingested(root / "articles", root / "data", ARTICLES)
    with running(settings.model_copy(update={"api_keys": key.line, **_NO_LIMITS})) as live:
        live.wait_until_ready()
        yield Server(live.url, secret)


def schemathesis(at: Server, folder: Path, *options: str) -> tuple[dict[str, Any], str]:
    """Run Schemathesis, and return its report and what it printed. It writes into `folder` only."""
    report = folder / "report.json"
    run = subprocess.run(
        [
            SCHEMATHESIS, "--config-file", CONFIG, "--no-color", "run", f"{at.url}/openapi.json",
            "--header", f"Authorization: Bearer {at.key}", "--report-json-path", report, *options,
        ],
        cwd=folder, text=True, capture_output=True, check=False,
    )  # fmt: skip
    printed = run.stdout + run.stderr
    if not report.is_file():
        raise RuntimeError(f"Schemathesis did not run:\n{printed}")
    return json.loads(report.read_text(encoding="utf-8")), printed


def main() -> int:
    """Send cases for as long as is asked; 0 when every answer was as documented."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=SECONDS, help="how long, in all")
    parser.add_argument("--seed", type=int, help="the same cases as another run; else new ones")
    wanted = parser.parse_args()
    seed = () if wanted.seed is None else ("--seed", str(wanted.seed))
    os.environ["QA_LLM"] = "embedded"
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as at:
        time = ("--max-time", str(wanted.seconds))
        report, printed = schemathesis(at, Path(folder), *time, *seed)
    print(printed)
    cases = report["test_cases"]
    print(f"{cases['generated']:,} requests to {report['operations']['tested']} operations, "
          f"{cases['unique_failures']} failures")  # fmt: skip
    return int(report["exit_code"])


if __name__ == "__main__":
    sys.exit(main())
