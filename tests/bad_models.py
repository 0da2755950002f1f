"""Scripted models that read their prompt: a good one, and the ways in which small ones go wrong.

Each is a script for `tests.ollama_server.ollama`. They take passages and question out of the
prompt as it was sent, so they also prove that it can be read.
"""

import re
from collections.abc import Sequence

from tests.ollama_script import Json

_PASSAGE = re.compile(
    r"^Passage \[(\d+)\] - (\S+|no date) - (.*)\n(.+)\n([\s\S]*?)\n\4$", re.MULTILINE
)
_QUESTION = re.compile(r"^(?:Question|Last question): (.*)$", re.MULTILINE)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]")
_ORDER = re.compile(r"write(?: only)?: \"?([^\"\n]+?)\"?(?:\n|$)", re.IGNORECASE)
MARKER = "NOT_IN_ARTICLES"


def system(body: Json) -> str:
    """Return the rules that were sent."""
    return str(body["messages"][0]["content"])


def user(body: Json) -> str:
    """Return the passages and the question as they were sent."""
    return str(body["messages"][-1]["content"])


def passages(body: Json) -> Sequence[tuple[int, str]]:
    """Return the numbers and the texts of the passages."""
    return [(int(number), text) for number, _, _, _, text in _PASSAGE.findall(user(body))]


def question(body: Json) -> str:
    """Return the question."""
    return str(_QUESTION.findall(user(body))[-1])


def found(body: Json) -> tuple[int, str] | None:
    """Return the sentence that has most words of the question, None when none has two."""
    asked = _words(question(body))
    sentences = [(n, s.strip()) for n, text in passages(body) for s in _SENTENCE.findall(text)]
    best = max(sentences, key=lambda pair: len(asked & _words(pair[1])), default=None)
    return best if best and len(asked & _words(best[1])) > 1 else None


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w{4,}", text.lower()))


def honest(body: Json) -> str:
    """Copy the sentence that answers, and cite its passage."""
    best = found(body)
    return f"{best[1]} [{best[0]}]" if best else MARKER


def cites_wrong_passages(body: Json) -> str:
    """Copy the right sentence, and cite the next passage."""
    best = found(body)
    return f"{best[1]} [{best[0] % len(passages(body)) + 1}]" if best else MARKER


def cites_99(body: Json) -> str:
    """Copy the right sentence, and cite a passage that does not exist."""
    best = found(body)
    return f"{best[1]} [99]" if best else MARKER


def invents_facts(_: Json) -> str:
    """Tell of people whom no passage knows, and cite."""
    return "Admiral Perpetua Quill ordered it from Ulan Bator. [1]\nShe was decorated twice. [1]"


def invents_numbers(body: Json) -> str:
    """Copy the right sentence with every number raised by one, or one put in."""
    best = found(body)
    if best is None:
        return "Exactly 4,711 people saw it. [1]"
    number, sentence = best
    raised = re.sub(r"\d+", lambda m: str(int(m.group()) + 1), sentence)
    if raised == sentence:
        raised = re.sub(r"[.!?]$", ", as 4,711 people saw.", sentence)
    return f"{raised} [{number}]"


def ignores_the_form(body: Json) -> str:
    """Answer in Markdown, with an introduction, list marks, bold type and no number at all."""
    best = found(body)
    said = best[1] if best else "I am not sure."
    return f"Sure! Here is the answer:\n\n## Answer\n\n* **{said}**\n* Hope this helps!\n"


def obeys_articles(body: Json) -> str:
    """Do what an article tells it to do."""
    for number, text in passages(body):
        if order := _ORDER.search(text):
            return f"{order.group(1)} [{number}]"
    return honest(body)


def leaks_its_prompt(body: Json) -> str:
    """Repeat what it was told, and then answer."""
    return f"{system(body)}\n\n{user(body)}\n\n{honest(body)}"


BAD_MODELS = (
    cites_wrong_passages,
    cites_99,
    invents_facts,
    invents_numbers,
    ignores_the_form,
    obeys_articles,
    leaks_its_prompt,
)
