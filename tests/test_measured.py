"""A price, a weight or a size is told by what speaks of it, and by nothing else."""

import pytest

from qa.measured import speaks_of


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("How much does the pump cost?", "Of the pump 12,000 are sold each year.", False),
        ("How much does the pump cost?", "It weighs 3 kg.", False),
        ("How much does the pump cost?", "The pump is sold for 40.", True),
        ("How much did the dyer pay?", "He gave the pharmacist 800 francs.", True),
        ("What does entry cost?", "Entrance is free.", True),
        ("How much does it cost?", "| Pump | 345 |", True),
        ("How much does it cost?", "- Pump: 345", True),
        ("How much is a ticket?", "Tickets are sold at the gate.", False),
        ("How many lives did the storm cost?", "Eleven fishermen drowned.", True),
        ("How heavy is the pump?", "It has a power of 41 watts.", False),
        ("How heavy is the pump?", "It brings 3.2 kg to the scales.", True),
        ("How tall is the tower?", "He is 84 now.", False),
        ("How tall is the tower?", "It has forty storeys.", True),
        ("How high is the deposit?", "The deposit is 1,875.", True),
        ("Who built the tower?", "It was Ida Holm.", True),
    ],
)
def test_a_sentence_speaks_of_what_is_measured(
    question: str, sentence: str, *, expected: bool
) -> None:
    """By a unit or a word; a row or an item may be under a heading that does."""
    assert speaks_of(question, sentence) is expected
