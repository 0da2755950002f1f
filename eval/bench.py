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
from eval.metrics import Undefined
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
            _print_ranking(path, judge_ranking(pipe, benchmark.queries), len(benchmark.queries))
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


def judge_ranking(pipeline: "Pipeline", queries: Sequence[Query]) -> dict[str, list[float]]:
    """Search every query and return each metric's values."""
    values: dict[str, list[float]] = {}
    for query in queries:
        passages = pipeline.search(query.text, k=_DEPTH)
        ranking = metrics.distinct(passage.article_id for passage in passages)
        relevant = {name for name, gain in query.gains.items() if gain > 0}
        scores = {
            "ndcg_at_10": metrics.ndcg_at(ranking, query.gains, 10),
            "recall_at_10": metrics.recall_at(ranking, relevant, 10),
            "recall_at_100": metrics.recall_at(ranking, relevant, 100),
            "mrr": metrics.reciprocal_rank(ranking, relevant),
            "map": metrics.average_precision(ranking, relevant),
        }
        for name, score in scores.items():
            if not isinstance(score, Undefined):
                values.setdefault(name, []).append(score)
    return values


def _print_ranking(path: Path, values: Mapping[str, Sequence[float]], asked: int) -> None:
    table = Table(title=Text(f"{path}: {asked} queries"), title_justify="left")
    for heading in ("metric", "value", "95 %", "n"):
        table.add_column(heading)
    for name, sample in values.items():
        estimate = estimate_mean(sample)
        low, high = number(estimate.low), number(estimate.high)
        table.add_row(name, number(estimate.value), f"{low} to {high}", str(estimate.n))
    Console(highlight=False).print(table)
