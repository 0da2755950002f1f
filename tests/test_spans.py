"""From logits to words: the best spans of a text."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qa.crossencoder import Read
from qa.spans import MOST_TOKENS, best_spans, within

TEXT = "The Aurelia (built in 1987) ran aground off Lindholm."


def read_of(text: str, start: dict[str, float], end: dict[str, float], null: float = 0.0) -> Read:
    """Return logits over the words of `text`: those named get theirs, all others -5."""
    offsets, at = [], 0
    for word in text.split():
        begin = text.index(word, at)
        at = begin + len(word)
        offsets.append((begin, at))
    words = [text[a:b] for a, b in offsets]
    return Read(
        start=np.array([start.get(w, -5.0) for w in words], dtype=np.float32),
        end=np.array([end.get(w, -5.0) for w in words], dtype=np.float32),
        null=null, offsets=np.array(offsets), answerable=0.0, relevant=0.0, supported=0.0,
    )  # fmt: skip


def test_a_short_form_keeps_its_full_stop() -> None:
    """It stands there wherever the word does."""
    text = "It was sold to Arvo Co. in May."
    read = read_of(text, {"Arvo": 4.0}, {"Co.": 4.0})
    assert [text[slice(*f.span)] for f in best_spans(read, text, 1)] == ["Arvo Co."]


def test_the_best_span_is_the_one_with_the_greatest_sum() -> None:
    """Start and end are chosen together, and the margin is their sum above no answer."""
    read = read_of(TEXT, {"Aurelia": 4.0}, {"Lindholm.": 3.0, "Aurelia": 1.0}, null=2.0)
    (found,) = best_spans(read, TEXT)
    assert TEXT[slice(*found.span)] == "Aurelia (built in 1987) ran aground off Lindholm"
    assert found.margin == 5.0


def test_punctuation_at_the_edges_is_left_out() -> None:
    """A bracket or full stop that clings to a word is no part of the answer."""
    read = read_of(TEXT, {"1987)": 4.0}, {"1987)": 4.0})
    assert TEXT[slice(*best_spans(read, TEXT)[0].span)] == "1987"
    text = "It sailed for the U.S. in May."
    read = read_of(text, {"U.S.": 4.0, "May.": 3.0}, {"U.S.": 4.0, "May.": 3.0})
    assert [text[slice(*f.span)] for f in best_spans(read, text, 2)] == ["U.S.", "May"]


def test_further_spans_do_not_overlap() -> None:
    """A second span is another answer, not the first one with a word more."""
    read = read_of(TEXT, {"Aurelia": 4.0, "1987)": 2.0}, {"Aurelia": 4.0, "1987)": 3.0})
    found = best_spans(read, TEXT, 3)
    for one, other in combinations(found, 2):
        assert one.span[1] <= other.span[0] or other.span[1] <= one.span[0]


def test_a_text_without_tokens_has_no_span() -> None:
    """Nothing to read gives nothing."""
    assert best_spans(read_of("", {}, {}), "") == []


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=1, max_size=20))
def test_the_margin_agrees_with_an_exhaustive_search(logits: list[tuple[float, float]]) -> None:
    """Over every start and end in reach, none scores more than the span that is returned."""
    text = " ".join(f"w{n}" for n in range(len(logits)))
    read = read_of(text, {}, {}, null=1.0)
    start = np.array([s for s, _ in logits], dtype=np.float32)
    end = np.array([e for _, e in logits], dtype=np.float32)
    read = Read(start, end, 1.0, read.offsets, 0.0, 0.0, 0.0)
    every = max(
        float(start[i] + end[j])
        for i in range(len(logits))
        for j in range(i, min(len(logits), i + MOST_TOKENS))
    )
    assert abs(best_spans(read, text)[0].margin - (every - 1.0)) < 1e-4
    assert abs(within(read, 0, len(text)) - (every - 1.0)) < 1e-4
