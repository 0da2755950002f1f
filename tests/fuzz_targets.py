"""What is fuzzed: every parser of something from outside, and what it may do with any bytes.

A target takes bytes and returns what became of them, in few words; it may raise nothing. What it
returns tells the fuzzer which inputs lead to something new.
"""

import json
import os
import tempfile
import warnings
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from api.access import given
from api.compatible.requests import ChatRequest, understood
from api.compatible.responses import ResponsesRequest, understood_input
from api.guard import Hosts
from api.problems import KeyRefused
from api.schemas import AskRequest
from eval.baseline import read_baseline
from eval.draft import drafts
from eval.feedback import from_feedback, is_feedback
from eval.formats import read_beir, read_clapnq, read_squad
from eval.gate import read_thresholds
from eval.gold import read_gold
from qa.cli import _settings
from qa.datelines import byline, dateline, filename_date, stated_date
from qa.errors import ArticleError, LLMError, QAError
from qa.facts import facts, mismatches, question_kind
from qa.feedback import Feedback
from qa.headings import header
from qa.keys import Keys
from qa.llm import ollama, openai
from qa.llm.faults import Server, message
from qa.llm.lines import Lines, about_the_passages, abstains, parse
from qa.llm.thoughts import Thoughts
from qa.sentences import sentences
from qa.settings import Settings
from tests.test_formats_fuzz import CORPUS, read

ROOT = Path(__file__).parent.parent
PASSAGES = 6
LONGEST = 3000
"""Characters of a model's text: it is cut off at about twice as many."""
SERVER = Server("Ollama", "http://127.0.0.1:1", "QA_OLLAMA_URL", "small")


@dataclass(frozen=True)
class Target:
    """A parser: what it does with bytes, words that mean something to it, and bytes to begin with
    that are not kept in tests/data/fuzz.
    """

    run: Callable[[bytes], Hashable]
    words: tuple[bytes, ...] = ()
    seeds: tuple[bytes, ...] = ()


def told(error: Exception) -> str:
    """Say how an input was refused."""
    return type(error).__name__


def text_of(data: bytes) -> str:
    """Return the text of an article that has these bytes."""
    return data.decode("utf-8", "replace")


# -- texts ----------------------------------------------------------------------------------


def front_matter(data: bytes) -> Hashable:
    """Read what stands above a text."""
    text = text_of(data)
    found = header(text)
    assert 0 <= found.end <= len(text)
    stated = found.stated
    return (found.end > 0, stated.title is None, stated.date is None, stated.source is None)


def dates(data: bytes) -> Hashable:
    """Read a line as a date, a byline, a dateline, and a name of a file."""
    line = text_of(data)
    opening = dateline(line)
    assert opening is None or 0 <= opening.end <= len(line)
    found = (stated_date(line), byline(line), filename_date(line))
    return (opening is None, *(one is None for one in found))


def hard_facts(data: bytes) -> Hashable:
    """Find the facts of a text, compare it with half of it, and tell which question it would be."""
    text = text_of(data)
    found = facts(text)
    spans = [fact.span for fact in found.dates] + [fact.span for fact in found.numbers]
    for start, end in [*spans, *(name.span for name in found.names)]:
        assert 0 <= start <= end <= len(text)
    mismatches(text, text[: len(text) // 2])
    return (len(found.dates), len(found.numbers), len(found.names), question_kind(text))


def sentence_spans(data: bytes) -> Hashable:
    """Cut a text into sentences: they lie one after another, and hold all of its words."""
    text, at = text_of(data), 0
    spans = sentences(text)
    for start, end in spans:
        assert at <= start < end <= len(text)
        assert not text[at:start].strip()
        at = end
    return min(len(spans), 20)


# -- what a model's server sends ------------------------------------------------------------


def model_lines(data: bytes) -> Hashable:
    """Read a model's text: the same lines however it arrives, and only passages that there are."""
    text = text_of(data)[:LONGEST]
    said = _lines([text])
    for size in (3, 7):
        assert said == _lines([text[n : n + size] for n in range(0, len(text), size)])
    read_lines = [line for one in said for line in parse(one, PASSAGES)]
    for line in read_lines:
        assert set(line.cited) <= set(range(1, PASSAGES + 1))
        assert any(map(str.isalnum, line.text))
    return (
        len(read_lines),
        any(map(abstains, said)),
        any(map(about_the_passages, read_lines)),
        sum(len(line.cited) for line in read_lines),
    )


def _lines(pieces: list[str]) -> list[str]:
    thoughts, lines = Thoughts(), Lines()
    found = [line for piece in pieces for line in lines.feed(thoughts.feed(piece))]
    return [*found, *lines.feed(thoughts.end()), *lines.end(finished=True)]


def stream(pieces: Callable[..., Iterator[Any]], data: bytes) -> Hashable:
    """Read a stream of a model's server, line by line."""
    lines = (line.rstrip(b"\r") for line in data.split(b"\n"))
    count = 0
    try:
        for piece in pieces(lines, SERVER):
            assert isinstance(piece.text, str)
            count += 1
    except LLMError as error:
        return (told(error), min(count, 5))
    return ("ended", min(count, 5))


def server_error(data: bytes) -> Hashable:
    """Find the words of an error."""
    return bool(message(data))


# -- what a person writes -------------------------------------------------------------------


def file_of(suffix: str, use: Callable[[Path], Hashable], data: bytes) -> Hashable:
    """Write the bytes to a file and have it read; a fault of it is a `QAError`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"input{suffix}"
        path.write_bytes(data)
        try:
            return use(path)
        except QAError as error:
            return told(error)


def gold_set(path: Path) -> Hashable:
    """Read gold questions, or readers' opinions."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of odd sets in a regular expression
        found = from_feedback(path) if is_feedback(path) else read_gold([path])
    return (len(found), found[0].kind if found else "")


def beir(path: Path) -> Hashable:
    """Read a collection in BEIR's layout whose three files are parted by a line of `%%`."""
    corpus, _, rest = path.read_bytes().partition(b"\n%%\n")
    queries, _, qrels = rest.partition(b"\n%%\n")
    for name, data in (("corpus.jsonl", corpus), ("queries.jsonl", queries), ("qrels.tsv", qrels)):
        path.with_name(name).write_bytes(data)
    return len(read_beir(path.parent).queries)


def settings_file(path: Path) -> Hashable:
    """Read qa.toml as every command does."""
    with environment({"QA_CONFIG": str(path)}):
        _settings()
    return "read"


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables for a while, and take away those of ours."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("QA_")]:
        del os.environ[name]
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


# -- what a client sends --------------------------------------------------------------------


def body(model: type[BaseModel], use: Callable[[Any], object], data: bytes) -> Hashable:
    """Read a request's body as FastAPI does; what is in it is as asked for, or refused."""
    try:
        sent = json.loads(data)
    except (ValueError, RecursionError):
        return "no JSON"
    try:
        asked = use(model.model_validate(sent))
    except ValidationError as error:
        return ("form", error.errors()[0]["type"], len(error.errors()[0]["loc"]))
    except QAError as error:
        error.problem.model_dump_json()
        return told(error)
    return ("taken", len(getattr(asked, "history", ())))


def kept(sent: BaseModel) -> BaseModel:
    """Write what was sent, as it is kept or sent back."""
    sent.model_dump_json().encode()
    return sent


def identity(header_name: bytes, data: bytes) -> Hashable:
    """Read the header that carries a key."""
    try:
        return given([(header_name, data)]) is None
    except KeyRefused as error:
        return told(error)


def entries(data: bytes) -> Hashable:
    """Read QA_API_KEYS."""
    try:
        return len(Keys(Settings(data_dir=Path("nowhere"), api_keys=text_of(data))).all())
    except QAError as error:
        return told(error)


def host(data: bytes) -> Hashable:
    """Read a Host header."""
    return Hosts("127.0.0.1").allow(data.decode("latin-1"))


def article(name: str, data: bytes) -> Hashable:
    """Read a file of articles; nothing but an ArticleError may come of it."""
    with suppress(ArticleError):
        return read(name, data)
    return "refused"


# -- all of them ----------------------------------------------------------------------------


NEWS = tuple(path.read_bytes()[:1500] for path in sorted((ROOT / "seeds").glob("*.txt")))
JSON = (b"{", b"}", b"[", b"]", b'"', b":", b",", b"null", b"true", b"1e999", b"-1", b"\\ud800")
TOML = (b"=", b"[", b"]", b"{", b'"', b"#", b"\n", b"1979-05-27")

TARGETS: dict[str, Target] = {
    "front-matter": Target(front_matter, (b"---\n", b": ", b"&a ", b"*a", b"title", b"date")),
    "dates": Target(dates, (b" - ", b"Feb 30", b"0001-01-01", b"99:99", b"(AP)")),
    "facts": Target(
        hard_facts, (b"%", b"1,000", b"not ", b"-", b"1e9", b"St. ", b"/", b"th"), NEWS
    ),
    "sentences": Target(sentence_spans, (b". ", b"\n\n", b"Mr. ", b'"', b"...", b"\r"), NEWS),
    "model-lines": Target(
        model_lines, (b"[1]", b"[99]", b"<think>", b"</think>", b"NO_ANSWER", b"**", b"\n")
    ),
    "ollama-stream": Target(partial(stream, ollama._pieces), JSON),
    "openai-stream": Target(partial(stream, openai._pieces), (*JSON, b"data:", b"[DONE]")),
    "server-errors": Target(server_error, JSON),
    "gold-sets": Target(partial(file_of, ".jsonl", gold_set), JSON),
    "drafts": Target(partial(file_of, ".jsonl", lambda path: len([*drafts(path)])), JSON),
    "baselines": Target(partial(file_of, ".jsonl", lambda path: len(read_baseline(path))), JSON),
    "thresholds": Target(
        partial(file_of, ".toml", lambda path: len(read_thresholds(path).root)), TOML
    ),
    "squad": Target(partial(file_of, ".json", lambda path: len(read_squad(path).questions)), JSON),
    "clapnq": Target(
        partial(file_of, ".jsonl", lambda path: len(read_clapnq(path).questions)), JSON
    ),
    "beir": Target(partial(file_of, "", beir), (*JSON, b"\t", b"\n%%\n", b"nan")),
    "settings": Target(partial(file_of, ".toml", settings_file), TOML),
    "keys": Target(entries, (b":", b"+", b",", b"local")),
    "hosts": Target(host, (b"[", b"]", b":", b"%", b"@", b".")),
    "requests": Target(partial(body, AskRequest, kept), JSON),
    "opinions": Target(partial(body, Feedback, kept), JSON),
    "chat-requests": Target(partial(body, ChatRequest, understood), JSON),
    "responses-requests": Target(partial(body, ResponsesRequest, understood_input), JSON),
    "authorization": Target(partial(identity, b"authorization"), (b" ", b"Bearer", b"\xff")),
    "cookies": Target(partial(identity, b"cookie"), (b";", b"=", b'"', b"\\", b"footnote_key")),
    **{
        f"articles-{name}": Target(partial(article, name), seeds=(data,))
        for name, data in CORPUS.items()
    },
}
