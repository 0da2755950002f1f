"""What the reading model is shown of a text, and where each character of it stands."""

import pytest

from qa.crossencoder import CrossEncoder
from qa.readable import shown

TABLE = """Before it.

| Occasion | Days |
|---|---:|
| Own **wedding** | 2 |
| Moving house | 1 |

After it."""


def test_rows_are_read_with_the_names_of_their_columns() -> None:
    """Every character that stands in the text keeps its place; what was put in has no width."""
    seen = shown(TABLE)
    assert "Occasion: Own   wedding; Days: 2." in seen.text
    assert "---" not in seen.text
    for n, char in enumerate(seen.text):
        start, end = seen.place(n, n + 1)
        assert end - start == 0 or TABLE[start:end] == char or TABLE[start] in "*_`"
    at = seen.text.index("2")
    assert TABLE[slice(*seen.place(at, at + 1))] == "2"
    at = seen.text.index("Days: 2")
    assert TABLE[slice(*seen.place(at, at + len("Days: 2")))] == "2"
    places = [seen.place(n, n + 1) for n in range(len(seen.text))]
    assert places == sorted(places)


def test_what_is_crossed_out_is_not_read() -> None:
    """Nor are tags and emphasis; all else stays where it is."""
    text = "The fee is ~~20~~ **25** <b>euros</b>."
    seen = shown(text)
    assert seen.text.split() == ["The", "fee", "is", "25", "euros", "."]
    assert seen.text.index("25") == text.index("25")


@pytest.mark.parametrize(
    "text", ["", "No table.", "One | stroke", "a || b", "| |", "|---|---|", "|", "x\n|\ny"]
)
def test_a_text_without_rows_stays_as_it_is(text: str) -> None:
    """A stroke makes no table."""
    seen = shown(text)
    assert "".join(seen.text.split()) in ("".join(text.split()), "")
    assert all(end - start == 1 for start, end in (seen.edges or ()))


def test_the_tokens_of_a_row_lie_in_it() -> None:
    """The model's tokens are those of the words shown; their places are those of the text."""
    model = CrossEncoder()
    places = model.places(TABLE)
    assert "wedding" in {TABLE[a:b] for a, b in places}
    read = model.read([("How many days for one's own wedding?", TABLE)])[0]
    assert [tuple(place) for place in read.offsets.tolist()] == places
    assert all(0 <= a <= b <= len(TABLE) for a, b in places)
