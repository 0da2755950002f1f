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
        "- " + "\n- ".join(["a long item of many words"] * 60),
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
