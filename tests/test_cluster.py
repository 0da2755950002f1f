"""Embedding by workers of a Ray cluster: the same passages, the same vectors."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from qa.cluster import SHARE
from qa.ingest import embedded
from tests.conftest import MakePipeline
from tests.support import found, paragraph, write
from tests.test_cli import ROOT, environment

_INGEST = """
import sys
from qa.cli import app
app(sys.argv[1:], standalone_mode=False)
from ray._common.usage.usage_lib import usage_stats_enabled
print("reports" if usage_stats_enabled() else "quiet")
"""
WORDS = ("albatross", "barnacle", "cormorant", "dolphin", "eel", "flounder")


def test_workers_embed_as_one_process_does(
    make_pipeline: MakePipeline, folder: Path, tmp_path: Path
) -> None:
    """Two local workers share the passages; each gets the vector that this process gives it.

    Ray reports nothing to its makers.
    """
    write(folder, {f"{word}.txt": paragraph(word) for word in WORDS})
    data_dir = tmp_path / "data"
    done = subprocess.run(
        [sys.executable, "-c", _INGEST, "ingest", str(folder), "--workers", "2"],
        env=environment(data_dir), cwd=ROOT, text=True, capture_output=True, check=False,
        timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("6 added; 6 passages")
    assert done.stdout.splitlines()[-1] == "quiet"
    shares = [
        int(n) for n in re.findall(r"^(\d+) passages embedded on ", done.stderr, re.MULTILINE)
    ]
    assert sum(shares) == 6 <= SHARE
    assert min(shares) > 0

    pipeline = make_pipeline(data_dir)
    assert found(pipeline, "dolphin") == {"dolphin.txt"}
    for word in WORDS:
        (passage,) = [p for p in pipeline.search(word, k=1) if word in p.text]
        (own,) = pipeline.store.embedding.encode([embedded(passage)])
        with pipeline.store.searching() as index:
            (best,) = index.dense(own, 1)
        assert best.id == passage.id
        assert best.score == pytest.approx(1.0, abs=1e-4)


def test_ray_is_not_needed(tmp_path: Path) -> None:
    """Nothing imports it at start; where it is missing, the remedy of --workers is the extra."""
    program = (
        "import sys; sys.modules['ray'] = None\n"
        "import api.app, qa.pipeline\nfrom qa.cli import main\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "ingest", "--workers", "2"],
        env=environment(tmp_path), cwd=ROOT, text=True, capture_output=True, check=False,
        timeout=240,
    )  # fmt: skip
    assert done.returncode == 2
    assert "pip install 'footnote-qa[cluster]'" in done.stderr
