"""Readers' feedback as a gold set: the file that a service keeps is run like any other.

What was liked is expected again. What was disliked has nobody yet who said what is right, so no
answer counts as right there: `qa eval new` drafts lines from the file, for a person to fill in.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from eval.draft import DRAFT, drafts
from eval.gold import GoldQuestion, read_gold


def read_sets(paths: Sequence[Path]) -> tuple[GoldQuestion, ...]:
    """Read gold sets and files of feedback, in order. Raises BadGoldSet and BadOption."""
    questions: list[GoldQuestion] = []
    plain: list[Path] = []
    for path in paths:
        if is_feedback(path):
            questions += from_feedback(path)
        else:
            plain.append(path)
    return (*(read_gold(plain) if plain or not questions else ()), *questions)


def is_feedback(path: Path) -> bool:
    """Tell whether the first line of a file is somebody's opinion of an answer."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            first = json.loads(next(file, "null"))
    except (OSError, ValueError, RecursionError):
        return False  # whoever reads it as a gold set says what is wrong
    return isinstance(first, dict) and {"verdict", "answer"} <= first.keys()


def from_feedback(path: Path) -> tuple[GoldQuestion, ...]:
    """Return one gold question for each that was judged; of several opinions the last counts."""
    given = [GoldQuestion.model_validate_json(line) for line in drafts(path)]
    last = {gold.question: gold for gold in given}
    return tuple(
        gold.model_copy(
            update={
                "id": f"{path.stem}-{number:03}",
                "tags": tuple(tag for tag in gold.tags if tag != DRAFT),
            }
        )
        for number, gold in enumerate(last.values(), start=1)
    )
