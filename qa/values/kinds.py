"""What the parts of this package share: the relation of two values, and tables of words."""

from typing import Literal

Relation = Literal["same", "apart", "differ", "unlike"]
"""`same`: one meaning, as precise or vaguer. `apart`: two meanings that can both be right.

`differ`: two that cannot both be right of one thing. `unlike`: cannot be compared.
"""


def word_set(table: str) -> frozenset[str]:
    """Return the words of a table."""
    return frozenset(table.split())
