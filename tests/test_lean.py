"""Packages that are imported when they are first needed, by whichever thread that is."""

import subprocess
import sys

TOGETHER = """
import threading
from qa.facts.words import stem
from qa.sentences import sentences

THREADS = 8
begin, failed = threading.Barrier(THREADS), []


def use(number):
    begin.wait()
    try:
        found = stem("sailing") if number % 2 else sentences("It rained. It stopped.")
    except Exception as error:
        failed.append(error)
    else:
        assert len(found) in (2, 4), found


threads = [threading.Thread(target=use, args=(n,)) for n in range(THREADS)]
[t.start() for t in threads]
[t.join() for t in threads]
print(len(failed), "failed", failed[:1])
"""


def test_the_first_questions_may_come_together() -> None:
    """Eight threads that need NLTK at the same moment, before it was imported, all get it whole."""
    done = subprocess.run(
        [sys.executable, "-c", TOGETHER], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("0 failed"), done.stdout
