"""What the training and its figures print."""

from collections.abc import Sequence


def say(line: str = "") -> None:
    """Print a line at once: the training's log and the report are read while they grow."""
    print(line, flush=True)  # noqa: T201 -- printing is what these scripts are for


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a Markdown table, with an empty line before it."""
    say()
    for row in (heads, ["---"] * len(heads), *rows):
        say("| " + " | ".join(row) + " |")


def share(part: float, of: float = 1.0) -> str:
    """Return a share in per cent with one decimal; "none" of nothing."""
    return f"{100 * part / of:.1f}" if of else "none"
