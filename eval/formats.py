"""Readers of public benchmark formats: BEIR's layout, SQuAD's and CLAPNQ's.

Files may be plain, or compressed with xz or gzip.
"""

import csv
import gzip
import io
import itertools
import json
import lzma
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from eval.errors import BadBenchmark
from eval.gold import GoldQuestion
from qa.types import whole

_COMPRESSED = {".xz": lzma.decompress, ".gz": gzip.decompress}
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME = 100


@dataclass(frozen=True)
class Query:
    """A search with judgements: how relevant each file is."""

    id: str
    text: str
    gains: Mapping[str, float]


@dataclass(frozen=True)
class Benchmark:
    """Articles by file name, with questions to be answered or queries to be ranked."""

    articles: Mapping[str, str]
    questions: Sequence[GoldQuestion] = ()
    queries: Sequence[Query] = ()

    def first(self, limit: int | None) -> Self:
        """Keep the first `limit` questions or queries, and every article: they distract."""
        return replace(self, questions=self.questions[:limit], queries=self.queries[:limit])


def read_beir(folder: Path) -> Benchmark:
    """Read BEIR's layout (Thakur et al. 2021): corpus, queries, and qrels (test) as TSV."""
    with _of_form(folder):
        return _beir(folder)


def _beir(folder: Path) -> Benchmark:
    articles: dict[str, str] = {}
    names: dict[str, str] = {}
    for entry in _lines(_find(folder, "corpus.jsonl")):
        name = names[str(entry["_id"])] = file_name(str(entry["_id"]), taken=articles)
        articles[name] = article(str(entry.get("title", "")), str(entry["text"]))
    gains: dict[str, dict[str, float]] = {}
    rows = csv.reader(io.StringIO(_text(_find(folder, "qrels/test.tsv", "qrels.tsv"))), "excel-tab")
    next(rows, None)
    for query, document, gain, *_ in rows:
        if document in names:
            gains.setdefault(query, {})[names[document]] = float(gain)
    queries = tuple(
        Query(str(entry["_id"]), str(entry["text"]), gains[str(entry["_id"])])
        for entry in _lines(_find(folder, "queries.jsonl"))
        if str(entry["_id"]) in gains
    )
    if not queries:
        raise BadBenchmark(f"{folder} has no judged query.", "Its qrels must name its queries.")
    return Benchmark(articles, queries=queries)


def read_squad(path: Path) -> Benchmark:
    """Read SQuAD 1.1 or 2.0 (Rajpurkar et al. 2016, 2018); every paragraph is an article.

    Both the published JSON and a JSON Lines form with one paragraph a line are read. A question
    that its paragraph does not answer is taken to be unanswerable in the whole collection.
    """
    with _of_form(path):
        return _squad(path)


def _squad(path: Path) -> Benchmark:
    articles: dict[str, str] = {}
    questions: list[GoldQuestion] = []
    for number, (title, paragraph) in enumerate(_paragraphs(path), start=1):
        name = file_name(f"{number:05}-{title}")
        articles[name] = article(title.replace("_", " "), paragraph["context"])
        for qa in paragraph["qas"]:
            answers = tuple(dict.fromkeys(answer["text"] for answer in qa["answers"]))
            missing = qa.get("is_impossible", qa.get("impossible", False)) or not answers
            questions.append(
                _question(str(qa["id"]), qa["question"], () if missing else answers, name)
            )
    return _answered(path, articles, questions)


def _paragraphs(path: Path) -> Iterator[tuple[str, Any]]:
    for entry in _parsed(path, _text(path)):
        paragraphs = [(entry["title"], entry)] if "context" in entry else _published(entry)
        yield from paragraphs


def _published(entry: Any) -> Iterator[tuple[str, Any]]:
    for subject in entry["data"]:
        yield from ((subject["title"], paragraph) for paragraph in subject["paragraphs"])


def read_clapnq(path: Path) -> Benchmark:
    """Read CLAPNQ (Rosenthal et al. 2024): a folder of `answerable` and `unanswerable` files.

    Its answers are long and free, so they are no strings to look for: a question counts as
    answered by its facts when a sentence that the annotators selected is quoted.
    """
    with _of_form(path):
        return _clapnq(path)


def _clapnq(path: Path) -> Benchmark:
    articles: dict[str, str] = {}
    questions: list[GoldQuestion] = []
    files = sorted(path.glob("*.jsonl*")) if path.is_dir() else [path]
    for file in files:
        for entry in _lines(file):
            name = file_name(f"{entry['id']}")
            passage = entry["passages"][0]
            articles[name] = article(str(passage["title"]), str(passage["text"]))
            selected = [s for output in entry["output"] for s in output["selected_sentences"]]
            quotes = tuple(dict.fromkeys(s for s in selected if s.strip()))
            question = _question(str(entry["id"]), str(entry["input"]), quotes, name)
            kept = tuple(q for q in quotes if q in passage["text"])
            questions.append(question.model_copy(update={"quotes": kept}))
    return _answered(path, articles, questions)


@contextmanager
def _of_form(path: Path) -> Iterator[None]:
    """Say of a file whose values are others than the format's that it is none."""
    try:
        yield
    except (KeyError, IndexError, TypeError, AttributeError, ValueError, csv.Error) as error:
        raise BadBenchmark(
            f"{path} has another form than the benchmark: {error!r}.", "Give its published files."
        ) from error


def _answered(
    path: Path, articles: Mapping[str, str], questions: Sequence[GoldQuestion]
) -> Benchmark:
    if not questions:
        raise BadBenchmark(f"{path} has no question.", "Give the benchmark's folder or file.")
    return Benchmark(articles, questions)


def _question(name: str, question: str, answers: Sequence[str], file: str) -> GoldQuestion:
    asked = " ".join(question.split()) or "?"
    if not answers:
        return GoldQuestion(id=name, question=asked, kind="unanswerable")
    return GoldQuestion(id=name, question=asked, answers=tuple(answers), files=(file,))


def article(title: str, text: str) -> str:
    """Lay out an article as a text file: its title, a blank line, its text."""
    heading, body = " ".join(whole(title).split()), whole(text).strip()
    return f"{heading}\n\n{body}\n" if heading else f"{body}\n"


def file_name(name: str, taken: Container[str] = ()) -> str:
    """Make a name that every file system takes, and that is not taken."""
    safe = _UNSAFE.sub("_", name)[:_LONGEST_NAME].strip(".")
    names = (
        f"{safe}{ending}.txt"
        for ending in itertools.chain([""], (f"-{n}" for n in itertools.count(2)))
    )
    return next(candidate for candidate in names if candidate not in taken)


def _find(folder: Path, *names: str) -> Path:
    for name in names:
        for ending in ("", *_COMPRESSED):
            if (path := folder / f"{name}{ending}").is_file():
                return path
    raise BadBenchmark(f"{folder} has no {' or '.join(names)}.", "Give the benchmark's folder.")


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        return _COMPRESSED.get(path.suffix, bytes)(data).decode("utf-8")
    except (OSError, ValueError, lzma.LZMAError) as error:
        raise BadBenchmark(f"{path} cannot be read: {error}.", "Check the path.") from error


def _lines(path: Path) -> Iterator[Any]:
    return _parsed(path, _text(path))


def _parsed(path: Path, text: str) -> Iterator[Any]:
    """Parse a file that is one JSON value, however it is laid out, or one value a line."""
    try:
        whole = [json.loads(text)]
    except (ValueError, RecursionError):
        whole = []
    yield from whole or _parsed_lines(path, text)


def _parsed_lines(path: Path, text: str) -> Iterator[Any]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield json.loads(line)
            except (ValueError, RecursionError) as error:
                raise BadBenchmark(f"{path}:{number}: {error}.", "Write JSON Lines.") from error
