"""Public benchmarks through the product's own index and pipeline.

A benchmark becomes a folder of articles and gold questions (or, for retrieval, judged queries);
from there on it is an evaluation like any other. Index and results stay in the work folder, so
an interrupted run goes on where it stopped.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval import metrics
from eval.command import PASSED, ask_all_resumed, conclude, indexing
from eval.formats import Query, read_beir, read_clapnq, read_squad
from eval.metrics import Score, Undefined
from eval.report import Report, number
from eval.run import scratch_pipeline
from eval.sources import PipelineSource
from eval.stats import estimate_mean

if TYPE_CHECKING:
    from qa.pipeline import Pipeline

_DEPTH = 100
"""Passages retrieved for a judged query; files come out fewer, since a file has several."""
_READERS = {"squad": read_squad, "clapnq": read_clapnq}


def run_bench(
    kind: str, path: Path, limit: int | None, work: Path, settings: Mapping[str, str]
) -> int:
    """Run one benchmark and print its figures."""
    benchmark = read_beir(path) if kind == "beir" else _READERS[kind](path)
    benchmark = benchmark.first(limit)
    folder = work / kind
    articles = write_articles(benchmark.articles, folder / "articles")
    with (
        indexing() as show,
        scratch_pipeline(articles, settings, work=folder / "data", progress=show) as (pipe, _),
    ):
        if benchmark.queries:
            _print_rankings(path, judge_rankings(pipe, benchmark.queries), len(benchmark.queries))
            return PASSED
        results = ask_all_resumed(
            benchmark.questions, PipelineSource(pipe), folder / "results.jsonl"
        )
    return conclude(Report(f"{kind} {path}: {len(results)} questions", results), folder)


def write_articles(articles: Mapping[str, str], folder: Path) -> Path:
    """Write the articles as files; one that is there already with the same text is left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in articles.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for path in folder.iterdir():
        if path.name not in articles:
            path.unlink()
    return folder


def judge_rankings(
    pipeline: "Pipeline", queries: Sequence[Query]
) -> dict[str, dict[str, list[float]]]:
    """Search every query in each way, and return each way's metrics with their values.

    Terms alone, vectors alone, both fused, and fused and reranked by the reader.
    """
    values: dict[str, dict[str, list[float]]] = {}
    for query in queries:
        fused = pipeline.search(query.text, k=_DEPTH)
        found = {
            "terms": pipeline.search(query.text, k=_DEPTH, halves="terms"),
            "vectors": pipeline.search(query.text, k=_DEPTH, halves="vectors"),
            "fused": fused,
            "reranked": pipeline.rerank(query.text, fused),
        }
        for way, passages in found.items():
            ranking = metrics.distinct(passage.article_id for passage in passages)
            for name, score in _scores(ranking, query).items():
                if not isinstance(score, Undefined):
                    values.setdefault(way, {}).setdefault(name, []).append(score)
    return values


def _scores(ranking: Sequence[str], query: Query) -> dict[str, Score]:
    relevant = {name for name, gain in query.gains.items() if gain > 0}
    return {
        "ndcg_at_10": metrics.ndcg_at(ranking, query.gains, 10),
        "recall_at_10": metrics.recall_at(ranking, relevant, 10),
        "recall_at_100": metrics.recall_at(ranking, relevant, 100),
        "mrr": metrics.reciprocal_rank(ranking, relevant),
        "map": metrics.average_precision(ranking, relevant),
    }


def _print_rankings(
    path: Path, values: Mapping[str, Mapping[str, Sequence[float]]], asked: int
) -> None:
    table = Table(title=Text(f"{path}: {asked} queries"), title_justify="left")
    for heading in ("ranking", "metric", "value", "95 %", "n"):
        table.add_column(heading)
    for way, samples in values.items():
        for name, sample in samples.items():
            estimate = estimate_mean(sample)
            low, high = number(estimate.low), number(estimate.high)
            row = (number(estimate.value), f"{low} to {high}", str(estimate.n))
            table.add_row(way, name, *row)
        table.add_section()
    Console(highlight=False).print(table)
