"""The benchmark: its articles are what they promise, and its figures are complete and coherent."""

import json
import math
import re
import statistics
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from xml.etree import ElementTree as ET

import chromadb
import numpy as np
import pytest
from chromadb.config import Settings

from eval.errors import BenchFailed
from eval.speed import cli, product, raw, report
from eval.speed.child import measured
from eval.speed.command import Options, Outcome, added, run
from eval.speed.corpus import Corpus
from eval.speed.figures import (
    Cranfield,
    Ingested,
    Plain,
    Rate,
    Run,
    Starts,
    Times,
    Turn,
    Turns,
    Vectors,
)
from eval.speed.product import Place
from eval.speed.standin import WordVectors
from eval.speed.targets import targets
from qa.articles import parse
from qa.embedding import Embedding
from qa.errors import QAError

CORPUS = Corpus(seed=7)
MADE = [CORPUS.article(number) for number in range(300)]
PASSAGES, PART = 60, 20


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Return a run, small, without what needs many starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
        yield run(
            Options(
                sizes=(PASSAGES,), part=PART, turns=2, questions=3, asks=1, askers=3, seconds=0.5,
                skip=("starts", "vectors"), at_once=2, seed=7,
                work=tmp_path_factory.mktemp("bench"), command="qa bench --seed 7",
            )
        )  # fmt: skip


# -- the articles ----------------------------------------------------------------------------


def test_an_article_depends_on_the_seed_and_its_number_alone() -> None:
    """Another corpus of the same seed makes the same article at once; another seed, another."""
    assert Corpus(seed=7).article(299) == MADE[299]
    assert Corpus(seed=8).article(299).text != MADE[299].text
    assert len({made.text for made in MADE}) == len(MADE)


def test_words_follow_zipfs_law() -> None:
    """Over three decades of ranks, the logarithms of rank and frequency fall by about one."""
    words = Counter(word for made in MADE for word in re.findall(r"[a-z]+", made.text))
    counts = np.array(sorted(words.values(), reverse=True)[:2000], dtype=float)
    ranks = np.arange(1, len(counts) + 1)
    slope = np.polyfit(np.log(ranks[5:]), np.log(counts[5:]), 1)[0]
    assert -1.2 < slope < -0.7
    assert words.most_common(1)[0][0] == "the"


def test_lengths_and_dates_are_those_of_news() -> None:
    """Sentences of about 21 words, articles of 380, both skewed, and dates over ten years."""
    sentences = [
        len(words)
        for made in MADE
        for sentence in re.split(r"(?<=[.?])\s", made.text.partition(" - ")[2])
        if len(words := sentence.split()) > 7
    ]
    assert 18 <= statistics.median(sentences) <= 25
    articles = [len(made.text.split()) for made in MADE]
    assert 300 <= statistics.median(articles) <= 460
    assert statistics.mean(articles) > 1.1 * statistics.median(articles)
    years = Counter(made.date.year for made in MADE)
    assert set(years) == set(range(2015, 2025))


def test_articles_of_a_topic_lie_near_each_other() -> None:
    """Stand-in vectors of one topic are closer than those of two, and have length one."""
    vectors = WordVectors().encode([made.text for made in MADE])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    close = vectors @ vectors.T
    same = np.array([[a.topic == b.topic and a is not b for b in MADE] for a in MADE])
    other = np.array([[a.topic != b.topic for b in MADE] for a in MADE])
    assert close[same].mean() > close[other].mean() + 0.1


def test_the_product_reads_the_dates_of_the_articles() -> None:
    """The dateline is one, and the title is the first line."""
    for made in MADE[:40]:
        article = parse(made.path, made.text.encode())
        assert article.date == made.date
        assert article.title == made.text.partition("\n")[0]


def test_questions_differ_and_are_answered() -> None:
    """Each belongs to a sentence of an article, and a later call begins where one has ended."""
    asked = CORPUS.questions(len(MADE), 60)
    answers = {fact.question: made for made in MADE for fact in made.facts}
    assert len(set(asked)) == 60
    assert all(question in answers for question in asked)
    assert CORPUS.questions(len(MADE), 20, first=40) == asked[40:]
    made = answers[asked[0]]
    assert all(fact.sentence in made.text for fact in made.facts)
    many = CORPUS.questions(2, 20)
    assert len(set(many)) == 20


# -- a run -----------------------------------------------------------------------------------


def test_the_figures_of_a_run_are_complete_and_coherent(figures: Run) -> None:
    """There are about as many passages as wanted, and every measurement has its number."""
    (size,) = figures.sizes
    assert 0.6 * PASSAGES <= size.passages <= 1.5 * PASSAGES
    assert size.ingested.own_vectors
    assert size.ingested.encoder is not None
    assert size.ingested.encoder.passages == PART
    assert size.ingested.articles > 5
    assert size.ingested.peak_mb >= size.ingested.before_mb > 50
    assert set(size.ingested.disk_mb) == {"library", "chroma", "lexical"}
    assert all(part > 0 for part in size.ingested.disk_mb.values())
    assert sum(size.asked.statuses.values()) == 1
    assert {"retrieve", "answer", "total"} <= set(size.asked.answers)
    assert size.raw is not None
    times = [*size.asked.stages.values(), size.raw.dense, size.raw.vectors, size.raw.terms]
    assert all(found.n == 3 for found in times)
    assert all(0 < found.p50 <= found.p95 <= found.p99 for found in times)
    assert size.raw.dense.p99 >= size.raw.vectors.p50


def test_stand_in_vectors_fill_an_index_that_is_searched(tmp_path: Path) -> None:
    """Without the model's vectors everything else is measured, and no raw encoder."""
    place = _place(tmp_path, 40, own_vectors=False)
    found = product.ingest(place)
    assert (found.own_vectors, found.encoder) == (False, None)
    assert found.articles == place.count
    assert Options(sizes=(5000, 200), embed_up_to=100, part=50).all_sizes == [50, 200, 5000]
    assert Options(sizes=(5000, 100), embed_up_to=100, part=50).all_sizes == [100, 5000]


def test_askers_are_answered_by_the_real_server(figures: Run) -> None:
    """Every asker gets an answer, none an error; memory is looked at from begin to end."""
    assert figures.service is not None
    load = figures.service.load
    assert load.askers == 3
    assert load.answered >= 3
    assert load.errors == 0
    assert load.times is not None
    assert load.times.n == load.answered
    assert len(load.memory_mb) >= 2
    assert min(load.memory_mb) > 100
    assert figures.service.bare_load.answered > load.answered


def test_a_plain_pipeline_is_measured_over_a_part(figures: Run) -> None:
    """It embeds the part, fills up with stand-ins, and searches all of it."""
    plain = figures.sizes[0].plain
    assert plain is not None
    assert plain.rate is not None
    assert plain.rate.passages == plain.own_vectors
    assert PART <= plain.own_vectors < plain.passages
    assert plain.search.n == 3
    assert plain.disk_mb > 0


def test_the_turns_of_ingest_are_over_the_same_articles(figures: Run) -> None:
    """Product, raw encoder and plain LlamaIndex get one part each turn, and another the next."""
    assert figures.turns is not None
    first, second = figures.turns.turns
    for turn in (first, second):
        assert turn.plain is not None
        assert turn.product.passages == turn.encoder.passages >= PART
        assert turn.product.characters == turn.plain.characters
        assert turn.plain.passages >= PART
    assert first.product.characters != second.product.characters


def _place(root: Path, passages: int, *, own_vectors: bool) -> Place:
    count = CORPUS.write(root / "articles", passages)
    return Place(
        articles=root / "articles", data=root / "data", own_vectors=own_vectors, seed=7,
        count=count, part=10, questions=2, asks=1,
    )  # fmt: skip


# -- what is written -------------------------------------------------------------------------


def _whole(figures: Run) -> Run:
    """Return the run with the parts that the fixture leaves out."""
    times = Times(n=2, p50=30.0, p95=40.0, p99=41.0)
    (size,) = figures.sizes
    rate = Rate(passages=10, seconds=1.0, characters=6000)
    plain = Plain(
        rate=rate, search=times, passages=30, own_vectors=10, load_s=9.0, peak_mb=700.0, disk_mb=2.0
    )
    larger = size.ingested.model_copy(
        update={
            "own_vectors": False, "encoder": None, "peak_mb": 2 * size.ingested.peak_mb,
            "rate": Rate(passages=10 * size.passages, seconds=9.0),
        }
    )  # fmt: skip
    sizes = [
        size.model_copy(update={"plain": plain}),
        size.model_copy(
            update={"ingested": larger, "plain": plain.model_copy(update={"rate": None})}
        ),
    ]
    return figures.model_copy(
        update={
            "sizes": sizes,
            "turns": Turns(
                turns=[
                    Turn(product=_rate(2.0), encoder=_rate(2.5), plain=_rate(1.0)),
                    Turn(product=_rate(3.0), encoder=_rate(3.0), plain=_rate(1.0)),
                    Turn(product=_rate(2.4), encoder=_rate(3.0), plain=_rate(1.0)),
                ]
            ),
            "starts": Starts(
                help_s=0.2, ask_s=2.0, healthz_s=1.0, readyz_s=2.5, sentence_transformers_s=8.0
            ),
            "vectors": Vectors(texts=100, least_cosine=0.99995),
            "cranfield": Cranfield(
                queries=225, product={"vectors": 0.4, "fused": 0.41},
                reference={"vectors": 0.4001, "fused": 0.413},
            ),
        }
    )  # fmt: skip


def _rate(each_second: float) -> Rate:
    return Rate(passages=60, seconds=60 / each_second, characters=6000)


def test_every_target_is_judged_by_the_ratio_it_names(figures: Run) -> None:
    """What is within its limit is held, what is not is missed, and the rest is only shown."""
    found = {target.name: target for target in targets(_whole(figures))}
    assert found["Least cosine to sentence-transformers' own vectors"].held is True
    assert found["Cranfield, difference of nDCG@10"].value == pytest.approx(0.003)
    assert found["Cranfield, difference of nDCG@10"].held is False
    assert found["`qa serve` until ready / import sentence_transformers"].held is None
    plain = found["Ingest / plain LlamaIndex, passages a second, median of 3 turns"]
    assert plain.value == pytest.approx(2.4)
    assert plain.held is True
    encoder = found["Ingest / raw encoder, passages a second, median of 3 turns"]
    assert encoder.value == pytest.approx(0.8)
    assert encoder.held is False
    memory = found["Memory of ingest: exponent of its growth (1 is linear)"]
    assert memory.value == pytest.approx(math.log10(2))


def test_json_markdown_and_plots_are_written(figures: Run, tmp_path: Path) -> None:
    """The JSON gives the run back, the Markdown links plots that are there and are XML."""
    whole = _whole(figures)
    report.write(whole, tmp_path / "out")
    text = (tmp_path / "out" / "speed.json").read_text("utf-8")
    assert Run.model_validate(json.loads(text)) == Run.model_validate_json(whole.model_dump_json())
    (tmp_path / "performance.md").write_text("old\n\n## Notes\n\nkept\n")
    report.document(whole, tmp_path / "performance.md")
    assert (tmp_path / "performance.md").read_text("utf-8").endswith("\n\n## Notes\n\nkept\n")
    markdown = (tmp_path / "performance.md").read_text("utf-8")
    for part in ("qa bench --seed 7", whole.machine.processor, "**missed**", "stand-ins"):
        assert part in markdown
    linked = re.findall(r"\]\((.+?\.svg)\)", markdown)
    assert linked == [f"performance/{name}.svg" for name in ("latency", "memory", "disk")]
    for link in linked:
        drawing = ET.fromstring((tmp_path / link).read_text("utf-8"))  # noqa: S314 -- our own
        assert drawing.findall("{*}polyline")
    tables = [block.splitlines() for block in re.findall(r"(?:^\|.*\n)+", markdown, re.MULTILINE)]
    assert all(len({row.count("|") for row in table}) == 1 for table in tables)
    assert "nan" not in markdown.lower().replace("finance", "")


def test_a_run_may_be_made_in_parts(figures: Run) -> None:
    """A later run replaces what it measures, and keeps the rest of the earlier one."""
    whole = _whole(figures)
    later = figures.model_copy(
        update={"sizes": [whole.sizes[0].model_copy(update={"wanted": 9})], "command": "later"}
    )
    both = added(later.model_copy(update={"service": None}), whole)
    assert [size.wanted for size in both.sizes] == [9, PASSAGES]
    assert (both.starts, both.service) == (whole.starts, whole.service)
    assert both.turns == later.turns != whole.turns
    assert both.command == "qa bench --seed 7; later"


# -- the command -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meant"), [("200", 200), ("1k", 1_000), ("10K", 10_000), ("1M", 1_000_000)]
)
def test_sizes_may_be_written_short(text: str, meant: int) -> None:
    """A number, thousands, or millions of passages."""
    assert cli.number(text) == meant


def test_nothing_but_turns_may_be_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No size makes no index, and the report has what is left."""
    options = ["--sizes", "none", "--turns", "0", "--skip", "vectors", "--out", str(tmp_path)]
    assert cli.main(options) == 0
    assert "## Targets" in capsys.readouterr().out
    assert json.loads((tmp_path / "speed.json").read_text("utf-8"))["sizes"] == []


@pytest.mark.parametrize(
    "arguments", [["--sizes", "few"], ["--sizes", "0"], ["--skip", "lunch"], ["--sizes", "1x"]]
)
def test_what_makes_no_sense_is_wrong_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2, and the message says what would do."""
    assert cli.main(arguments) == cli.USAGE
    assert capsys.readouterr().err


def test_what_breaks_off_costs_itself_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Everything else is written, with the reason; the status is 1, and the reason is said."""
    (tmp_path / "cranfield").mkdir()
    out = tmp_path / "out"
    arguments = ["--sizes", "none", "--skip", "turns,service,starts", "--out", str(out)]
    status = cli.main([*arguments, "--cranfield", str(tmp_path / "cranfield")])
    found = report.read(out)
    assert status == cli.FAILED
    assert found.vectors is not None
    assert found.cranfield is None
    (reason,) = found.failed
    assert reason.startswith("reference:cranfield ended with 1")
    written = (out / "speed.md").read_text("utf-8")
    broke_off = "## Broke off\n\n* reference:cranfield ended with 1: eval.errors.BadBenchmark: "
    assert broke_off in written
    assert "reference:cranfield ended with 1" in capsys.readouterr().err


def test_a_size_without_its_limits_is_shown_and_one_without_questions_is_not(figures: Run) -> None:
    """What is missing costs its own lines; each reason is told once."""
    (size,) = figures.sizes
    bare = figures.model_copy(update={"sizes": [size.model_copy(update={"raw": None})]})
    assert "limit: Chroma alone" in report.markdown(figures)
    assert "limit: Chroma alone" not in report.markdown(bare)
    assert "| search |" in report.markdown(bare)
    assert not [target for target in targets(bare) if "recall" in target.name]
    good, broken = Future[int](), Future[int]()
    good.set_result(3)
    broken.set_exception(BenchFailed("product:ask ended with 1", ""))
    outcome = Outcome()
    assert (outcome.of(good), outcome.of(None), outcome.of(broken)) == (3, None, None)
    assert outcome.of(broken) is None
    assert outcome.failed == ["product:ask ended with 1"]


def test_a_filter_that_chroma_cannot_take_is_left_out(tmp_path: Path) -> None:
    """A million passages may have more articles than SQLite takes values."""
    client = chromadb.PersistentClient(str(tmp_path), Settings(anonymized_telemetry=False))
    collection = client.create_collection("passages", embedding_function=None)
    vector = np.ones((1, 384), dtype=np.float32)
    collection.add(ids=["a"], embeddings=vector, metadatas=[{"version": "v1"}])
    few, many = ({"version": {"$in": [f"v{n}" for n in range(count)]}} for count in (9, 40_000))
    asked = ["Who owns the ferry?"]
    assert raw.filtered(Embedding(), collection, asked, few) is not None
    assert raw.filtered(Embedding(), collection, asked, many) is None


def test_a_measurement_that_breaks_off_says_why(tmp_path: Path) -> None:
    """What the process wrote to stderr is part of the error."""
    with pytest.raises(QAError, match="has no attribute 'nothing'"):
        measured("memory:nothing", _place(tmp_path, 10, own_vectors=True), Ingested)
