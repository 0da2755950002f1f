"""Broken files of Chroma, tantivy and SQLite: noticed, said with a remedy, and the remedy works."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from qa import damage
from qa.doctor import Finding, _library
from qa.embedding import Embedding
from qa.errors import IndexDamaged, LibraryDamaged
from qa.library import Library
from qa.lock import WriterLock
from qa.settings import Settings
from qa.store import Store
from qa.types import Passage
from tests.conftest import MakePipeline
from tests.faults.breakage import BREAKAGES, emptied, scrambled, spoilt, truncated, zeroed
from tests.support import found, paragraph, write

LEFT_BEHIND = 1100
"""Passages enough for Chroma to write its graph to disk, as a crash may have left them."""
WORDS = {"a.txt": "albatross", "b.txt": "barnacle", "c.txt": "cormorant"}
GRAPH = ("header.bin", "data_level0.bin", "link_lists.bin")
SEGMENT = (".fast", ".fieldnorm", ".idx", ".pos", ".store", ".term")


@pytest.fixture(scope="module")
def sound(embedding: Embedding, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data directory with three articles, whose index is large enough to have a graph."""
    root = tmp_path_factory.mktemp("sound")
    write(root / "articles", {name: paragraph(word) for name, word in WORDS.items()})
    settings = Settings(data_dir=root / "data")
    library = Library(settings.data_dir / "library.db")
    store = Store(settings, library, embedding, WriterLock(settings.data_dir))
    store.ingest([root / "articles"])
    vectors = np.random.default_rng(1).normal(size=(LEFT_BEHIND, 384)).astype(np.float32)
    passages = [
        Passage(id=f"x#{n}-0", article_id="x", title="", text=f"w{n}", start=0, end=1)
        for n in range(LEFT_BEHIND)
    ]
    with store.searching() as index:
        index.add(passages, vectors)
    store.close()
    return root / "data"


@pytest.fixture
def copy(sound: Path, tmp_path: Path) -> Path:
    """Return a copy of the sound data directory, to be broken."""
    return Path(shutil.copytree(sound, tmp_path / "data"))


def one(data_dir: Path, name: str) -> Path:
    """Return the first file of a data directory whose name ends so."""
    return min(path for path in data_dir.rglob("*") if path.name.endswith(name))


def noticed(data_dir: Path) -> str:
    """Return what is found by looking at the files alone."""
    return damage.vectors(data_dir / "chroma" / "1") or damage.terms(data_dir / "lexical" / "1")


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_what_would_end_the_process_is_noticed_before_it_is_opened(
    copy: Path, sound: Path, breakage: str
) -> None:
    """Every way to break the graph's numbers and links, or a segment, is found in its files."""
    assert noticed(copy) == ""
    for name in (*GRAPH, *SEGMENT):
        path = one(copy, name)
        if not path.stat().st_size:
            continue
        BREAKAGES[breakage](path)
        assert noticed(copy), f"{path.name} {breakage}"
        shutil.copy(one(sound, name), path)
    assert noticed(copy) == ""


CASES = [
    ("data_level0.bin", "scrambled"),
    ("link_lists.bin", "zeroed"),
    ("index_metadata.pickle", "missing"),
    ("index_metadata.pickle", "spoilt"),
    ("chroma.sqlite3", "missing"),
    ("chroma.sqlite3", "emptied"),
    ("chroma.sqlite3", "truncated"),
    ("chroma.sqlite3", "zeroed"),
    (".idx", "spoilt"),
    (".pos", "missing"),
    ("meta.json", "missing"),
    ("meta.json", "scrambled"),
    (".managed.json", "truncated"),
]


@pytest.mark.parametrize(("name", "breakage"), CASES)
def test_a_broken_index_is_said_and_rebuilt_with_nothing_lost(
    copy: Path, make_pipeline: MakePipeline, name: str, breakage: str
) -> None:
    """A search says that the index is damaged and names `qa reindex`, after which each article
    is found again, in both halves, without its file.
    """
    BREAKAGES[breakage](one(copy, name))
    pipeline = make_pipeline(copy)
    with pytest.raises(IndexDamaged) as told:
        pipeline.search("albatross")
    assert "qa reindex" in told.value.remedy
    with pytest.raises(IndexDamaged):
        pipeline.store.own()
    assert pipeline.store.reindex() == len(WORDS)
    check_all_found(make_pipeline(copy))


def check_all_found(pipeline: object) -> None:
    """Assert that each article is found by its word, and that both halves hold them all."""
    from qa.pipeline import Pipeline

    assert isinstance(pipeline, Pipeline)
    for name, word in WORDS.items():
        assert found(pipeline, word) == {name}
    assert pipeline.store.index_counts() == (len(WORDS), len(WORDS))


@pytest.mark.parametrize("half", ["chroma", "lexical"])
def test_a_lost_half_is_said_and_rebuilt(
    copy: Path, make_pipeline: MakePipeline, half: str
) -> None:
    """An index whose one folder is gone is not taken for a new one."""
    shutil.rmtree(copy / half)
    pipeline = make_pipeline(copy)
    with pytest.raises(IndexDamaged, match="lacks passages"):
        pipeline.search("albatross")
    pipeline.store.reindex()
    check_all_found(make_pipeline(copy))


def test_files_broken_under_an_open_index_are_said(copy: Path, make_pipeline: MakePipeline) -> None:
    """What breaks while a server runs is an error with a remedy, too: when it is next written."""
    pipeline = make_pipeline(copy)
    assert found(pipeline, "albatross") == {"a.txt"}
    for path in (copy / "lexical" / "1").glob("*.store"):
        truncated(path)
    zeroed(copy / "chroma" / "1" / "chroma.sqlite3")
    with pytest.raises(IndexDamaged) as told:
        pipeline.store.add_upload("d.txt", paragraph("dolphin").encode())
    assert "qa reindex" in told.value.remedy
    pipeline.close()
    again = make_pipeline(copy)
    again.store.reindex()
    assert found(again, "albatross") == {"a.txt"}
    assert again.store.add_upload("d.txt", paragraph("dolphin").encode()).state == "indexed"


@pytest.mark.parametrize("breakage", [emptied, truncated, zeroed, scrambled])
def test_a_broken_library_is_said_and_made_anew_from_the_files(
    copy: Path, sound: Path, make_pipeline: MakePipeline, breakage: object
) -> None:
    """The library is the one thing that cannot be rebuilt; what is said leads back all the same,
    and what the old index holds does not stand in the way.
    """
    assert callable(breakage)
    breakage(copy / "library.db")
    with pytest.raises(LibraryDamaged) as told:
        make_pipeline(copy).search("albatross")
    assert "ingest" in told.value.remedy
    assert "away" in told.value.remedy
    aside = copy.parent / "aside"
    aside.mkdir()
    for path in copy.glob("library.db*"):
        path.rename(aside / path.name)
    pipeline = make_pipeline(copy)
    assert not pipeline.store.ingest([sound.parent / "articles"]).errors
    check_all_found(pipeline)


def test_a_page_of_the_library_that_broke_is_found_by_the_doctor(
    copy: Path, make_pipeline: MakePipeline
) -> None:
    """SQLite reads only what it needs; the doctor has it read everything."""
    sound: list[Finding] = list(_library(make_pipeline(copy)))
    assert [finding.state for finding in sound] == ["ok"]
    spoilt(copy / "library.db")
    assert "ingest" in told(copy, make_pipeline)


def told(data_dir: Path, make_pipeline: MakePipeline) -> str:
    """Return the remedy, told when the library is opened or, for most pages, by the doctor."""
    try:
        (broken,) = _library(make_pipeline(data_dir))
    except LibraryDamaged as damaged:
        return damaged.remedy
    return broken.remedy
