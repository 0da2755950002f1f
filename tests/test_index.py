"""Both halves of the index, and their fusion."""

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.index import Hit, PassageIndex, version_of
from qa.retrieve import RRF_K, fuse
from qa.types import Passage


def passage(number: int, text: str, article: str = "a b/ü#1.txt") -> Passage:
    """Return a passage of an article whose id is as awkward as a file name may be."""
    return Passage(
        id=f"{article}#abc-{number}", article_id=article, title="Ships", text=text, start=0, end=9
    )


@pytest.fixture
def index(tmp_path: Path) -> PassageIndex:
    """Return an index of four passages with orthogonal vectors."""
    made = PassageIndex(tmp_path, 1)
    texts = ["Nicolás Maduro spoke", "The ships were sailing", "Tankers (seized)", "no way"]
    passages = [passage(n, text) for n, text in enumerate(texts[:3])]
    passages.append(passage(0, texts[3], "other.txt"))
    made.add(passages, np.eye(4, 8, dtype=np.float32))
    return made


def test_dense_scores_are_cosines(index: PassageIndex) -> None:
    """The score is the cosine similarity, whatever the store makes of distances."""
    vector = np.zeros(8, dtype=np.float32)
    vector[0], vector[1] = 0.6, 0.8
    scores = {hit.id.rpartition("#")[2]: hit.score for hit in index.dense(vector, 2)}
    assert scores == pytest.approx({"abc-1": 0.8, "abc-0": 0.6}, abs=1e-5)


@pytest.mark.parametrize(
    ("question", "number"),
    [("NICOLAS?", 0), ("where did the ship sail", 1), ("seizing a tanker: why?", 2)],
)
def test_terms_match_by_stem_case_and_accent(
    index: PassageIndex, question: str, number: int
) -> None:
    """Inflection, capitals, accents and punctuation do not matter."""
    assert index.terms(question, 1)[0].id.endswith(f"abc-{number}")


@given(question=st.text(max_size=60))
def test_any_question_can_be_searched(question: str) -> None:
    """Query syntax in a question is no syntax: nothing raises."""
    shared.terms(question, 3)


@pytest.fixture(scope="module", autouse=True)
def shared_index(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Make one index for the property test, which may not take a fresh one per example."""
    global shared  # noqa: PLW0603 -- hypothesis takes no function-scoped fixture
    shared = PassageIndex(tmp_path_factory.mktemp("shared"), 1)
    shared.add([passage(0, "The ships were sailing")], np.eye(1, 8, dtype=np.float32))


shared: PassageIndex


class Named:
    """A restriction to the versions of these passages."""

    def __init__(self, ids: list[str], share: float) -> None:
        self.share = share
        self._ids = ids

    def among(self, versions: Collection[str]) -> set[str]:
        """Return which of these are wanted."""
        return {version_of(name) for name in self._ids} & set(versions)

    def versions(self) -> list[str]:
        """Return all that are wanted."""
        return sorted({version_of(name) for name in self._ids})

    def passages(self) -> list[str]:
        """Return their passages."""
        return self._ids


class Unnamed(Named):
    """A restriction that is too long to be listed."""

    def versions(self) -> list[str]:
        """List nothing: it would take too long."""
        raise AssertionError

    passages = versions


@pytest.mark.parametrize("share", [0.25, 1e-9])
def test_a_search_can_be_restricted_to_versions(index: PassageIndex, share: float) -> None:
    """Both halves return only passages of the versions asked for, and none for none, whether
    others are left out of what was found, or what is wanted is named.
    """
    vector = np.ones(8, dtype=np.float32) / np.sqrt(8, dtype=np.float32)
    wanted = passage(0, "", "other.txt").id
    only = Named([wanted], share)
    assert [hit.id for hit in index.dense(vector, 9, only)] == [wanted]
    assert [hit.id for hit in index.terms("no way ships", 9, only)] == [wanted]
    none = Named([], 0.0)
    assert index.dense(vector, 9, none) == []
    assert index.terms("ships", 9, none) == []


def test_what_lies_far_is_found_within_a_restriction(tmp_path: Path) -> None:
    """Where the nearest of all are of other versions, those asked for are found nevertheless."""
    made = PassageIndex(tmp_path, 1)
    rng = np.random.default_rng(0)
    near = np.eye(1, 8, dtype=np.float32) + 0.01 * rng.standard_normal((400, 8), dtype=np.float32)
    far = -near[:100]
    passages = [passage(n, "The ships sailed.", "near.txt") for n in range(400)]
    others = [passage(n, "A ship.", "far.txt") for n in range(100)]
    made.add([*passages, *others], np.concatenate([near, far]))
    ids = [p.id for p in others]
    only = Named(ids, 0.2)
    assert len(made.dense(near[0], 20, only)) == 20
    assert {version_of(hit.id) for hit in made.dense(near[0], 20, only)} == {version_of(ids[0])}
    found = made.terms("ship sailed", 20, only)
    assert {version_of(hit.id) for hit in found} == {version_of(ids[0])}
    made.remove(ids[:60])  # as another thread may between looking up and searching
    assert len(made.dense(near[0], 50, only)) == 40
    made.close()


def test_few_of_many_are_found_without_naming_them(tmp_path: Path) -> None:
    """Where too few of the nearest are wanted more are asked for, before all wanted are named."""
    made = PassageIndex(tmp_path, 1)
    rng = np.random.default_rng(0)
    near = np.eye(1, 8, dtype=np.float32) + 0.01 * rng.standard_normal((90, 8), dtype=np.float32)
    passages = [passage(n, "The ships sailed to ships.", "near.txt") for n in range(90)]
    others = [passage(n, "A ship of another line.", "far.txt") for n in range(60)]
    made.add([*passages, *others], np.concatenate([near, 0.5 - near[:60]]))
    only = Unnamed([p.id for p in others], 0.4)
    for found in (made.dense(near[0], 10, only), made.terms("ships", 10, only)):
        assert [version_of(hit.id) for hit in found] == [version_of(others[0].id)] * 10
    made.close()


def test_removed_passages_are_in_neither_half(index: PassageIndex) -> None:
    """Removing is by id, in both halves, and removing again is harmless."""
    gone = passage(1, "").id
    index.remove([gone])
    index.remove([gone])
    assert index.count() == (3, 3)
    assert gone not in {hit.id for hit in index.terms("ships sailing", 9)}
    assert gone not in {hit.id for hit in index.dense(np.eye(4, 8, dtype=np.float32)[1], 9)}


def test_what_was_added_is_there_after_reopening(index: PassageIndex, tmp_path: Path) -> None:
    """Closing and opening again loses nothing."""
    index.close()
    again = PassageIndex(tmp_path, 1)
    assert again.count() == (4, 4)
    assert again.terms("tankers", 1)[0].id.endswith("abc-2")
    again.close()


IDS = st.lists(st.sampled_from("abcdefgh"), unique=True)


@given(first=IDS, second=IDS)
def test_fusion_is_reciprocal_rank_fusion(first: list[str], second: list[str]) -> None:
    """The fused score is the sum of 1 / (60 + rank), ranks counted from 1, ties by id."""
    fused = fuse([[Hit(id=x, score=0) for x in first], [Hit(id=x, score=0) for x in second]])
    expected = {
        x: sum(1 / (RRF_K + ranking.index(x) + 1) for ranking in (first, second) if x in ranking)
        for x in {*first, *second}
    }
    assert [hit.id for hit in fused] == sorted(expected, key=lambda x: (-expected[x], x))
    assert {hit.id: hit.score for hit in fused} == pytest.approx(expected)
