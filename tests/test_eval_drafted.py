"""The measurement of drafted sentences: its pairs are sound, and its table counts what it says."""

from collections import Counter

from eval.drafted import SQUAD, Judged, judge, pairs, table
from qa.embedding import Embedding
from qa.pipeline import Pipeline
from qa.reader import EmbeddedReader
from tests.conftest import SEEDS, MakePipeline

KINDS = {"number", "name", "date", "place", "negation", "attribution", "merged"}


def test_the_pairs_are_two_hundred_different_sentences() -> None:
    """A hundred true, a hundred false, half over each source, every error a dozen times."""
    given = pairs()
    kinds = Counter(pair.kind for pair in given)
    assert set(kinds) == KINDS
    assert min(kinds.values()) >= 12
    assert Counter(pair.over for pair in given) == {"seeds": 50, "squad": 50}
    assert len({text for pair in given for text in (pair.true, pair.false)}) == 200


def test_true_sentences_are_not_copies() -> None:
    """A model words things its own way; a copy would pass without being judged."""
    articles = " ".join(
        " ".join(path.read_text(encoding="utf-8").split())
        for folder in (SEEDS, SQUAD)
        for path in folder.glob("*.txt")
    )
    assert not [pair.true for pair in pairs() if pair.true in articles]


def test_sentences_are_judged_as_a_models_lines_are(
    make_pipeline: MakePipeline, embedding: Embedding, reader: EmbeddedReader
) -> None:
    """A few pairs against the real models: each sentence has a verdict and a time."""
    del embedding, reader
    pipeline: Pipeline = make_pipeline()
    pipeline.store.ingest([SEEDS, SQUAD])
    judged = list(judge(pipeline, [*pairs()[:2], *pairs()[-1:]]))
    assert [one.true for one in judged] == [True, False] * 3
    assert {one.over for one in judged} == {"seeds", "squad"}
    assert all(one.took > 0 for one in judged)
    assert not any(one.supported for one in judged if not one.true)


def test_the_table_counts_by_kind_and_names_the_errors() -> None:
    """What is false and shown, and what is true and removed, by kind and by articles."""
    judged = [
        Judged("seeds", "name", "Right.", true=True, supported=True, reason="", took=1.0),
        Judged("squad", "name", "Wrong.", true=False, supported=True, reason="", took=3.0),
        Judged("seeds", "date", "Lost.", true=True, supported=False, reason="why", took=2.0),
        Judged("squad", "date", "Caught.", true=False, supported=False, reason="x", took=2.0),
    ]
    said = table(judged)
    assert "| name | 1 | 1 | 1 | 0 |" in said
    assert "| date | 1 | 0 | 1 | 1 |" in said
    assert "| seeds | 0 | 0 | 2 | 1 |" in said
    assert "| squad | 2 | 1 | 0 | 0 |" in said
    assert "| all | 2 | 1 | 2 | 1 |" in said
    assert "* Wrong." in said
    assert "* Lost. (why)" in said
    assert "Caught" not in said
    assert "2.0 ms" in said
