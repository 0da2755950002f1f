"""Benchmarks in public formats become articles and questions."""

import gzip
import json
import lzma
from pathlib import Path
from typing import Any

import pytest

from eval.bench import write_articles
from eval.errors import BadBenchmark
from eval.formats import file_name, read_beir, read_clapnq, read_squad

PARAGRAPH = {
    "context": "Ada wrote notes. She lived in London.",
    "qas": [
        {"id": "1", "question": "Who wrote?", "answers": [{"text": "Ada", "answer_start": 0}] * 2},
        {"id": "2", "question": "Who sang?", "answers": [], "is_impossible": True},
    ],
}


def lines(*values: Any) -> str:
    """Write JSON Lines."""
    return "".join(json.dumps(value) + "\n" for value in values)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"version": "2", "data": [{"title": "Ada_L", "paragraphs": [PARAGRAPH]}]}),
        json.dumps({"data": [{"title": "Ada_L", "paragraphs": [PARAGRAPH]}]}, indent=1),
        lines({"title": "Ada_L", **PARAGRAPH}, {"title": "Ada_L", **PARAGRAPH, "qas": []}),
    ],
)
def test_squad_is_read_as_published_and_line_by_line(tmp_path: Path, text: str) -> None:
    """Paragraphs are articles under their title; impossible questions are unanswerable."""
    path = tmp_path / "squad.json"
    path.write_text(text, encoding="utf-8")
    benchmark = read_squad(path)
    assert benchmark.articles["00001-Ada_L.txt"].startswith("Ada L\n\nAda wrote notes.")
    asked, missing = benchmark.questions
    assert (asked.answers, asked.files) == (("Ada",), ("00001-Ada_L.txt",))
    assert (missing.kind, missing.answers) == ("unanswerable", ())


def test_beirs_layout_is_read_compressed_or_not(tmp_path: Path) -> None:
    """Corpus, queries and judgements meet by id; queries without judgements are left out."""
    (tmp_path / "corpus.jsonl.xz").write_bytes(
        lzma.compress(
            lines(
                {"_id": "a/1", "title": "T", "text": "x"},
                {"_id": "b", "text": "y"},
                {"_id": "a_1", "text": "z"},
            ).encode()
        )
    )
    (tmp_path / "queries.jsonl.gz").write_bytes(
        gzip.compress(lines({"_id": "q", "text": "find x"}, {"_id": "r", "text": "?"}).encode())
    )
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\ta/1\t2\nq\tb\t0\n")
    benchmark = read_beir(tmp_path)
    assert benchmark.articles == {"a_1.txt": "T\n\nx\n", "b.txt": "y\n", "a_1-2.txt": "z\n"}
    (query,) = benchmark.queries
    assert (query.text, query.gains) == ("find x", {"a_1.txt": 2.0, "b.txt": 0.0})


def test_clapnq_is_read_with_its_selected_sentences(tmp_path: Path) -> None:
    """A selected sentence is an accepted answer and the quote to cite; none is unanswerable."""
    passage = {"title": "Ada", "text": "Ada wrote notes . She sang ."}
    yes = {"id": "1", "input": "who wrote", "passages": [passage],
           "output": [{"answer": "Ada.", "selected_sentences": ["Ada wrote notes ."]}]}  # fmt: skip
    no = {**yes, "id": "2", "output": [{"answer": "", "selected_sentences": []}]}
    (tmp_path / "answerable.jsonl").write_text(lines(yes), encoding="utf-8")
    (tmp_path / "unanswerable.jsonl").write_text(lines(no), encoding="utf-8")
    benchmark = read_clapnq(tmp_path)
    answered, missing = benchmark.questions
    assert answered.quotes == ("Ada wrote notes .",)
    assert missing.kind == "unanswerable"
    assert list(benchmark.first(1).questions) == [answered]
    assert benchmark.first(1).articles == benchmark.articles


def test_what_is_no_benchmark_is_refused(tmp_path: Path) -> None:
    """Missing files, broken lines and files without questions are wrong usage."""
    with pytest.raises(BadBenchmark, match=r"corpus\.jsonl"):
        read_beir(tmp_path)
    broken = tmp_path / "squad.jsonl"
    broken.write_text('{"title": "x"\n', encoding="utf-8")
    with pytest.raises(BadBenchmark, match=r"squad\.jsonl:1"):
        read_squad(broken)
    broken.write_text('{"data": []}', encoding="utf-8")
    with pytest.raises(BadBenchmark, match="no question"):
        read_squad(broken)


def test_articles_are_written_once_and_strays_removed(tmp_path: Path) -> None:
    """Unchanged files keep their time, so that an index of them stays valid; others go."""
    folder = write_articles({"a.txt": "x", "b.txt": "y"}, tmp_path / "articles")
    before = (folder / "a.txt").stat().st_mtime_ns
    write_articles({"a.txt": "x"}, folder)
    assert (folder / "a.txt").stat().st_mtime_ns == before
    assert not (folder / "b.txt").exists()
    assert file_name("../a b/ü" + "x" * 300) == f"_a_b_{'x' * 93}.txt"
