"""Questions to begin with, drawn from the articles that are really indexed.

Sentences of a few common forms are turned around ("X was designed by …": "Who designed X?"), and
each question is asked before it is offered: one that the articles do not answer never shows.
"""

import itertools
import re
import threading
from collections.abc import Iterator, Sequence

from api.schemas import Suggestion, Suggestions
from qa.library import ArticleInfo
from qa.llm.choose import EMBEDDED, Chooser
from qa.pipeline import Pipeline
from qa.sentences import sentences
from qa.types import Article

WANTED = 4
_TRIES = 12
"""Questions that are asked in vain or not, at most."""
_ARTICLES = 8
"""Articles that are read for them: the newest."""
_LONGEST = 90
_NAME = r"[A-Z][\w’'-]+(?: (?:de |van |von |al-)?[A-Z][\w’'-]+){1,3}"
_MADE = "designed|founded|built|written|invented|discovered|seized|destroyed|opened|elected|led"
_BASE = {
    "designed": "design", "founded": "found", "opened": "open", "promised": "promise",
    "announced": "announce", "condemned": "condemn", "confirmed": "confirm", "said": "say",
    "declared": "declare", "criticized": "criticize", "criticised": "criticise",
    "demanded": "demand", "proposed": "propose", "discovered": "discover", "won": "win",
}  # fmt: skip
_PASSIVE = re.compile(rf"^(The [^,.;:]{{4,60}}?|{_NAME}) (?:was|were) ({_MADE}) by\b")
_KILLED = re.compile(
    r"\b(?:killed|injured) (?:at least |about |more than |some )?[\d,]+ people"
    r"|\b[\d,]+ people (?:were|have been|had been) (killed|injured|arrested|evacuated|rescued)"
)
_LONG = re.compile(r"^(The [^,.;:]{4,60}?) is [\d.,]+ (?:metres|meters|kilometres|feet|miles) long")
_DID = re.compile(
    rf"({_NAME})(?:, [^,.;]{{3,60}},)? (?:has |had )?({'|'.join(_BASE)}) "
    r"(?!(?:on|in|at|after|before|by|for|to|as|during)\b)"
)
_BEFORE = re.compile(r"\b(?:that|which|whom)(?: [A-Z][\w’'-]+)* $")
"""In "the blockade that X has announced", what was announced stands before."""
_TOLD = re.compile(rf"({_NAME}) told ((?:the )?[a-z]+)(?: on [A-Z][a-z]+day)? that\b")
_WHEN = re.compile(
    r"^(The [^,.;:]{4,60}?) (took effect|came into force|began|ended|opened|closed)"
    r" (?:in|on) (?:\d|[A-Z][a-z]+)"
)
_THEN = {
    "took effect": "take effect", "came into force": "come into force", "began": "begin",
    "ended": "end", "opened": "open", "closed": "close",
}  # fmt: skip
_QUOTES = str.maketrans("“”", '""')
_IS = re.compile(rf"({_NAME}), (?:(?:the|a|an) [a-z]|[A-Z]\w+[’']s [a-z])[^,.;]{{3,60}},")
_OPEN = re.compile(r"^(The [^,.;:]{4,60}?) is open on\b")


def questions(article: Article) -> Iterator[str]:
    """Yield questions that sentences of an article look like answers to, in its own words."""
    for start, end in sentences(article.text):
        sentence = " ".join(article.text[start:end].split())
        yield from (q for q in _turned(sentence) if len(q) <= _LONGEST)


def _turned(sentence: str) -> Iterator[str]:
    """Turn one sentence around, in every form that it has."""
    if match := _PASSIVE.search(sentence):
        yield f"Who {match[2]} {_inner(match[1])}?"
    if match := _KILLED.search(sentence):
        yield f"How many people were {match[1] or match[0].split()[0]}?"
    if match := _LONG.search(sentence):
        yield f"How long is {_inner(match[1])}?"
    if match := _OPEN.search(sentence):
        yield f"When is {_inner(match[1])} open?"
    if match := _WHEN.search(sentence):
        yield f"When did {_inner(match[1])} {_THEN[match[2]]}?"
    if match := _IS.search(sentence):
        yield f"Who is {match[1]}?"
    if match := _TOLD.search(sentence):
        yield f"What did {match[1]} tell {match[2]}?"
    if (match := _DID.search(sentence)) and not _BEFORE.search(sentence[: match.start()]):
        yield f"What did {match[1]} {_BASE[match[2]]}?"


def _inner(subject: str) -> str:
    """Write a subject as it stands within a sentence."""
    return subject[0].lower() + subject[1:] if subject.startswith("The ") else subject


class Suggester:
    """Finds suggestions one at a time, when asked: nothing is worked on that nobody waits for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._generation = -1
        self._left: Iterator[tuple[ArticleInfo, str]] = iter(())
        self._found: list[Suggestion] = []
        self._done = False

    def next(self, pipeline: Pipeline) -> Suggestions:
        """Try one more question, and return all that turned out to be answered.

        `complete` once there are enough, or no more to try. Anything indexed begins it anew.
        """
        with self._lock:
            generation = pipeline.library.generation
            if generation != self._generation:
                self._generation, self._found, self._done = generation, [], False
                self._left = itertools.islice(_candidates(pipeline), _TRIES)
            self._try(pipeline)
            return Suggestions(complete=self._done, suggestions=tuple(self._found))

    def _try(self, pipeline: Pipeline) -> None:
        tried = None if self._done else next(self._left, None)
        if tried is not None:
            info, question = tried
            if _answers(pipeline, question, info.id):
                self._found.append(Suggestion(question=question, file=info.id, title=info.title))
        self._done = tried is None or len(self._found) >= WANTED


def _answers(pipeline: Pipeline, question: str, file: str) -> bool:
    """Ask by the embedded reader, whatever model writes: this must cost little."""
    quick = pipeline.settings.model_copy(update={"llm": EMBEDDED})
    answer = Pipeline(pipeline.store, pipeline.reader, Chooser(quick)).answer(question)
    # A short answer that was cut in the middle of a quotation is no way to begin.
    whole = (answer.short_answer or "").translate(_QUOTES).count('"') % 2 == 0
    return answer.status == "answered" and answer.citations[0].file == file and whole


def _candidates(pipeline: Pipeline) -> Iterator[tuple[ArticleInfo, str]]:
    """Yield questions, the first of every article before the second of any, none twice."""
    infos = sorted(pipeline.library.articles(), key=_recent)[:_ARTICLES]
    texts = [pipeline.library.article(info.id) for info in infos if info.state == "indexed"]
    rows: Sequence[Iterator[str]] = [questions(article) for article in texts]
    by_id = {info.id: info for info in infos}
    seen: set[str] = set()
    for column in itertools.zip_longest(*rows):
        for article, question in zip(texts, column, strict=True):
            if question and question not in seen:
                seen.add(question)
                yield by_id[article.id], question


def _recent(info: ArticleInfo) -> tuple[int, str]:
    return (-info.date.toordinal() if info.date else 0, info.id)
