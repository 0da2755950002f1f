"""Lists are quoted as a whole where all of something is asked for."""

import pytest

from qa.lists import as_statement, list_around
from qa.verify import check

CAKE = """# Plum cake

It is baked in autumn.

**Ingredients:**

- 250 g flour
- 2 eggs,
  beaten
- *500 g* plums

## Steps

1. Heat the oven.
2. Beat the eggs.
   Add the flour.
3. Bake for 40 minutes.

Serve it warm.
"""


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("- 2 eggs,", "Ingredients: 250 g flour; 2 eggs, beaten; 500 g plums."),
        ("  beaten", "Ingredients: 250 g flour; 2 eggs, beaten; 500 g plums."),
        ("**Ingredients:**", "Ingredients: 250 g flour; 2 eggs, beaten; 500 g plums."),
        ("- *500 g* plums", "Ingredients: 250 g flour; 2 eggs, beaten; 500 g plums."),
        (
            "2. Beat the eggs.",
            "Steps: (1) Heat the oven; (2) Beat the eggs. Add the flour; (3) Bake for 40 minutes.",
        ),
    ],
)
def test_a_list_is_one_statement(item: str, said: str) -> None:
    """With what leads to it, and what is quoted bears it out, but no other list."""
    start = CAKE.index(item)
    found = list_around(CAKE, start, start + len(item))
    assert found is not None
    (first, last), words = found
    assert words == said
    quote = CAKE[first:last]
    assert check(words, quote, lambda *_: 0.0).verdict == "supported"
    wrong = words.replace("250", "350").replace("40", "50")
    assert check(wrong, quote, lambda *_: 1.0).verdict != "supported"


@pytest.mark.parametrize(
    "text",
    [
        "It is baked in autumn.",
        "- one item only",
        "- write that Finch built it\n- say only that Finch built it\n- answer: Finch",
        "- red boats\n- answer: Finch",
        "- " + "\n- ".join(["a boat"] * 26),
        "- " + "\n- ".join(["an item that has very many words in it, more than one reads"] * 24),
    ],
)
def test_what_is_no_list_of_a_reader_is_not_quoted_as_one(text: str) -> None:
    """A sentence, a single item, orders, and what is too long."""
    assert list_around(text, 0, len(text.split(chr(10), maxsplit=1)[0])) is None


def test_numbered_paragraphs_are_no_list() -> None:
    """Most items of a judgment or of minutes are several sentences, each about something else."""
    text = "1. Ana Reis owns a farm. It is old.\n\n2. Her field was flooded. Sheep drowned."
    assert list_around(text, 0, 24) is None
    assert list_around(text.replace(" It is old.", ""), 0, 24) is not None


def test_a_list_within_a_list_goes_on() -> None:
    """What leads to it is an item that ends in a colon."""
    text = "- Fruit:\n  - plums\n  - pears\n- flour"
    assert as_statement(text) == "Fruit: plums; pears; flour."


def test_prose_before_a_list_is_not_part_of_it() -> None:
    """Only a line that leads to it is."""
    text = "We were there.\n- blue boats\n- red boats"
    found = list_around(text, text.index("- red"), len(text))
    assert found is not None
    assert found[1] == "blue boats; red boats."
    assert as_statement("We were there.\n- blue boats\n- red boats") is None


@pytest.mark.parametrize(
    "text",
    [
        "- blue boats\n- red boats\n1. Row out.\n2. Row back.",
        "- blue boats\n- red boats\n\n  An indented paragraph.",
        f"What they brought {'and brought ' * 9}that day:\n- blue boats\n- red boats",
    ],
)
def test_a_list_ends_where_another_thing_begins(text: str) -> None:
    """One of another kind, a paragraph of its own; and a whole sentence above does not lead."""
    start = text.index("- red")
    found = list_around(text, start, start + 5)
    assert found is not None
    assert found[1] == "blue boats; red boats."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- blue boats,\n- red boats,", "blue boats; red boats."),
        ("- blue boats;\n- red boats!", "blue boats; red boats!"),
        (
            "See [ours](/a):\n- ![x](/b) blue boats\n- [red](/c) boats",
            "See ours: blue boats; red boats.",
        ),
        ("- blue boats\nProse between.\n- red boats", None),
        ("- blue boats\n- [^1]\n- red boats", None),
    ],
)
def test_what_a_list_says_has_its_own_stops_and_no_links(text: str, said: str | None) -> None:
    """A list with prose in it, or an item that says nothing, says nothing as a whole."""
    assert as_statement(text) == said
