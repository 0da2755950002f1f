"""Packages that are imported when they are first needed, by whichever thread that is."""

import subprocess
import sys

TOGETHER = """
import threading
from qa import lean
from qa.facts.words import stem
from qa.llm.choose import Chooser
from qa.passages import Splitter
from qa.sentences import sentences
from qa.settings import Settings

THREADS = 10
begin, failed = threading.Barrier(THREADS), []
USES = (
    lambda: stem("sailing"),
    lambda: sentences("It rained. It stopped."),
    lambda: list(Splitter(len, tokens=9, overlap=0)._merge([5, 5])),
    lambda: Chooser(Settings(llm="ollama/tiny", ollama_url="http://127.0.0.1:9")).choose().llm.model,
    lambda: lean.chromadb().PersistentClient,
)


def use(number):
    begin.wait()
    try:
        found = USES[number % len(USES)]()
    except Exception as error:
        failed.append(error)
    else:
        assert found


threads = [threading.Thread(target=use, args=(n,)) for n in range(THREADS)]
[t.start() for t in threads]
[t.join() for t in threads]
print(len(failed), "failed", failed[:1])
"""


def test_the_first_questions_may_come_together() -> None:
    """Threads that need NLTK, LlamaIndex and Chroma at the same moment, before any of them was
    imported, all get them whole.
    """
    done = subprocess.run(
        [sys.executable, "-c", TOGETHER], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("0 failed"), done.stdout
