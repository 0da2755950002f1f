"""The bundled gold sets: the gate holds, twice alike, and is closed by each of five damages.

Citations shuffled, everything answered, everything refused, quotes cut: done to the replies. One
half of retrieval dropped: done to the pipeline, which is built with an index that finds nothing
in that half.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from eval.baseline import compare
from eval.cli import main
from eval.command import SEEDS_SET, SEEDS_THRESHOLDS, Options, articles_of, thresholds_of
from eval.gate import check, read_thresholds
from eval.gold import GoldQuestion, read_gold
from eval.match import states
from eval.report import read_results
from eval.results import Case, Outcome, Result
from eval.run import rejudged, run
from eval.sources import PipelineSource
from eval.summary import scorecard
from qa.embedding import Embedding
from qa.index import Hit, PassageIndex, Within
from qa.library import Library
from qa.lock import WriterLock
from qa.pipeline import Pipeline
from qa.reader import EmbeddedReader
from qa.settings import Settings
from qa.store import Store
from qa.types import Answer

SEEDS = Path(__file__).parent.parent / "seeds"
RETRIEVAL_SET = SEEDS_SET.with_name("retrieval.jsonl")


class WithoutTerms(PassageIndex):
    """An index whose lexical half finds nothing."""

    def terms(self, question: str, k: int, within: Within | None = None) -> list[Hit]:  # noqa: ARG002 -- the interface's
        """Find nothing."""
        return []


class WithoutVectors(PassageIndex):
    """An index whose dense half finds nothing."""

    def dense(self, vector: Any, k: int, within: Within | None = None) -> list[Hit]:  # noqa: ARG002 -- the interface's
        """Find nothing."""
        return []


@contextmanager
def opened(
    data_dir: Path, embedding: Embedding, index: type[PassageIndex] = PassageIndex
) -> Iterator[Pipeline]:
    """Give a pipeline over a data directory, searched through this kind of index."""

    class ChosenStore(Store):
        def _build(self, number: int, *, create: bool = True) -> PassageIndex:
            return index(self.settings.data_dir, number, create=create)

    settings = Settings.model_validate({"data_dir": data_dir})
    data_dir.mkdir(exist_ok=True)
    library = Library(data_dir / "library.db")
    store = ChosenStore(settings, library, embedding, WriterLock(data_dir))
    pipeline = Pipeline(store, EmbeddedReader(embedding))
    try:
        yield pipeline
    finally:
        pipeline.close()


@dataclass(frozen=True)
class Run:
    """What came of a bundled set, its limits, the texts it is judged by, and where its index is."""

    gold: Path
    limits: Path
    results: tuple[Result, ...]
    texts: Mapping[str, str]
    data_dir: Path

    def missed(self, results: Sequence[Result]) -> set[str]:
        """Return the metrics that miss their bundled thresholds."""
        verdicts = check(results, read_thresholds(self.limits))
        return {verdict.metric for verdict in verdicts if not verdict.passed}

    def missed_after(self, damage: "Damage") -> set[str]:
        """Return the metrics that miss when every reply is damaged."""
        return self.missed([
            rejudged(r.gold, Outcome(answer=damage(r, self), wall_ms=1.0), self.texts)
            for r in self.results
        ])  # fmt: skip

    def without(self, index: type[PassageIndex], embedding: Embedding) -> tuple[Result, ...]:
        """Run the set again with a damaged index."""
        with opened(self.data_dir, embedding, index) as pipeline:
            return run(read_gold([self.gold]), PipelineSource(pipeline))


Damage = Callable[[Result, Run], Answer]


def ran(gold: Path, articles: Path, limits: Path, data_dir: Path, embedding: Embedding) -> Run:
    """Index the articles of a bundled set and ask its questions."""
    with opened(data_dir, embedding) as pipeline:
        report = pipeline.store.ingest([articles])
        assert not report.errors
        results = run(read_gold([gold]), PipelineSource(pipeline))
        library = pipeline.library
        texts = {info.id: library.article(info.id).text for info in library.articles()}
    return Run(gold, limits, results, texts, data_dir)


@pytest.fixture(scope="module")
def seeds(embedding: Embedding, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Ask the questions about the seeds once."""
    data_dir = tmp_path_factory.mktemp("seeds") / "data"
    return ran(SEEDS_SET, SEEDS, SEEDS_THRESHOLDS, data_dir, embedding)


@pytest.fixture(scope="module")
def retrieval(embedding: Embedding, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Ask the questions about retrieval once."""
    data_dir = tmp_path_factory.mktemp("retrieval") / "data"
    articles, limits = RETRIEVAL_SET.with_suffix(""), RETRIEVAL_SET.with_suffix(".toml")
    return ran(RETRIEVAL_SET, articles, limits, data_dir, embedding)


def replies(results: Sequence[Result]) -> list[str]:
    """Return everything about the replies but timings."""
    dumped = [result.model_dump(mode="json") for result in results]
    for reply in dumped:
        del reply["outcome"]["wall_ms"], reply["outcome"]["answer"]["timings"]
    return [json.dumps(reply) for reply in dumped]


@pytest.mark.timeout(900)  # 228 questions, on whatever processor; a second each on a slow one
def test_the_seeds_hold_their_thresholds_twice_alike(
    seeds: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`qa eval` passes its gate; asked four at a time over another index, every reply is the
    same, and so is every figure and interval, to the last digit.

    The user's own data directory is not even made.
    """
    monkeypatch.setenv("QA_DATA_DIR", str(tmp_path / "own"))
    monkeypatch.chdir(SEEDS.parent)
    status = main(["--concurrency", "4", "--out", str(tmp_path / "out")])
    assert status == 0, capsys.readouterr().out
    results = read_results(tmp_path / "out" / "results.jsonl")
    assert [result.gold for result in results] == list(read_gold([SEEDS_SET]))
    assert replies(results) == replies(seeds.results)
    assert scorecard(results) == scorecard(seeds.results)
    assert not (tmp_path / "own").exists()


def test_the_retrieval_set_brings_its_articles_and_thresholds(retrieval: Run) -> None:
    """Named alone, a set is run over the folder and held against the limits beside it, and holds.

    Only a part of it, or other articles, are not held against them.
    """
    options = Options(sets=(RETRIEVAL_SET,))
    assert articles_of(options) == RETRIEVAL_SET.with_suffix("")
    assert thresholds_of(options) == retrieval.limits
    for other in ({"limit": 1}, {"only": "paraphrase"}, {"articles": SEEDS}, {"gate": False}):
        assert thresholds_of(replace(options, **other)) is None
    both = Options(sets=(RETRIEVAL_SET, SEEDS_SET))
    assert (articles_of(both).name, thresholds_of(both)) == ("seeds", None)
    assert retrieval.missed(retrieval.results) == set()


def test_the_bundled_questions_are_of_every_sort_and_true_to_the_articles(seeds: Run) -> None:
    """Enough questions of every sort, and each expectation stands in the files it names."""
    asked = [result.gold for result in seeds.results]
    assert len(asked) >= 85
    scopes = [scope for gold in asked for scope in gold.scopes]
    for scope, least in (("near-miss", 20), ("off-topic", 5), ("conflict", 5), ("follow_up", 5),
                         ("several-facts", 8), ("several-files", 8), ("who-said-what", 15),
                         ("typos", 5), ("accents-missing", 5), ("paraphrase", 10),
                         ("numbers", 10), ("dates", 8), ("names", 10)):  # fmt: skip
        assert scopes.count(scope) >= least, scope
    for path in (SEEDS_SET, RETRIEVAL_SET):
        folder = SEEDS if path == SEEDS_SET else path.with_suffix("")
        texts = {p.name: p.read_text(encoding="utf-8") for p in folder.glob("*.txt")}
        for gold in read_gold([path]):
            assert gold_faults(gold, texts) == [], gold.id


def gold_faults(gold: GoldQuestion, texts: Mapping[str, str]) -> list[str]:
    """Return the quotes and answers that no named file has, and named files without a quote."""
    case = Case(gold, Outcome(), texts)
    quoted = {file for quote in gold.quotes for file, _ in case.places(quote)}
    faults = [quote for quote in gold.quotes if not case.places(quote)]
    faults += [file for file in gold.files if file not in quoted]
    faults += [
        str(form)
        for form in (form for fact in gold.facts for form in fact)
        if not any(states(texts[file], form) for file in gold.files)
    ]
    return faults if gold.answerable else []


def unharmed(result: Result, _: Run) -> Answer:
    """Return the reply as it was."""
    assert result.outcome.answer is not None
    return result.outcome.answer


def shuffled_citations(result: Result, whole: Run) -> Answer:
    """Give every answer the citations of the next answer that has any."""
    answer = unharmed(result, whole)
    given = [unharmed(r, whole) for r in whole.results if unharmed(r, whole).citations]
    if answer not in given:
        return answer
    following = given[(given.index(answer) + 1) % len(given)]
    return answer.model_copy(update={"citations": following.citations})


def everything_answered(result: Result, whole: Run) -> Answer:
    """Answer whatever was refused with another question's answer."""
    answer = unharmed(result, whole)
    if answer.status == "answered":
        return answer
    return next(a for r in whole.results if (a := unharmed(r, whole)).status == "answered")


def everything_refused(result: Result, whole: Run) -> Answer:
    """Refuse whatever was answered."""
    return unharmed(result, whole).model_copy(
        update={"status": "not_found", "claims": (), "citations": (), "short_answer": None}
    )


def cut_quotes(result: Result, whole: Run) -> Answer:
    """Cut one character off every quote."""
    answer = unharmed(result, whole)
    cut = tuple(c.model_copy(update={"quote": c.quote[:-1]}) for c in answer.citations)
    return answer.model_copy(update={"citations": cut})


@pytest.mark.parametrize(
    ("damage", "caught_by"),
    [
        (unharmed, set()),
        (shuffled_citations, {"citation_precision", "cited_answer", "quote_recall"}),
        (everything_answered, {"true_refusal"}),
        (everything_refused, {"false_refusal", "correct", "cited_answer"}),
        (cut_quotes, {"verbatim"}),
    ],
)
def test_damage_to_real_replies_closes_the_bundled_gate(
    seeds: Run, damage: Damage, caught_by: set[str]
) -> None:
    """The bundled thresholds are close enough to what is reached for each damage to be noticed."""
    missed = seeds.missed_after(damage)
    assert caught_by <= missed
    assert bool(caught_by) == bool(missed), missed


def test_dropping_the_lexical_half_closes_the_gate_over_the_seeds(
    seeds: Run, embedding: Embedding
) -> None:
    """Although every file of five is found without it, the right passage comes later."""
    missed = seeds.missed(seeds.without(WithoutTerms, embedding))
    assert "passage_mrr" in missed
    assert "recall_at_5" not in missed


@pytest.mark.parametrize(
    ("half", "scope"), [(WithoutTerms, "exact-term"), (WithoutVectors, "paraphrase")]
)
def test_dropping_half_of_retrieval_is_a_regression_beyond_chance(
    retrieval: Run, embedding: Embedding, half: type[PassageIndex], scope: str
) -> None:
    """The set about retrieval misses limits for the questions that need the lost half, and the
    paired test against the undamaged run finds passages lost.
    """
    damaged = retrieval.without(half, embedding)
    verdicts = check(damaged, read_thresholds(retrieval.limits))
    assert (scope, "passage_mrr") in {(v.scope, v.metric) for v in verdicts if not v.passed}
    before = {(r.gold.id, r.gold.question): r.scores for r in retrieval.results}
    assert "passage_mrr" in {change.metric for change in compare(before, damaged).regressions}
    assert compare(before, retrieval.results).regressions == ()


def test_limits_are_moved_to_what_a_run_has_reached(
    seeds: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`qa eval thresholds` prints limits that this run holds by a question, and a worse one not."""
    record = tmp_path / "results.jsonl"
    record.write_text("".join(result.model_dump_json() + "\n" for result in seeds.results))
    assert main(["thresholds", str(record)]) == 0
    limits = tmp_path / "limits.toml"
    limits.write_text(capsys.readouterr().out, encoding="utf-8")
    assert all(verdict.passed for verdict in check(seeds.results, read_thresholds(limits)))
    lost = [r for r in seeds.results if r.gold.answerable and r.verdict == "right"][:2]
    worse = [
        rejudged(r.gold, Outcome(answer=everything_refused(r, seeds)), seeds.texts)
        if r in lost else r for r in seeds.results
    ]  # fmt: skip
    missed = {v.metric for v in check(worse, read_thresholds(limits)) if not v.passed}
    assert {"correct", "fact_recall", "false_refusal"} <= missed


def test_the_short_table_is_markdown_with_the_figures_of_the_run(
    seeds: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`qa eval table` prints a row a figure, with the value that the results have."""
    record = tmp_path / "results.jsonl"
    record.write_text("".join(result.model_dump_json() + "\n" for result in seeds.results))
    assert main(["table", str(record)]) == 0
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines()]
    figures = {row[0].strip("| `"): row[1] for row in rows}
    right = sum(result.verdict == "right" for result in seeds.results)
    assert figures["correct"] == f"{right / len(seeds.results):.3f}"
    assert {"verbatim", "true_refusal", "passage_mrr"} <= figures.keys()
