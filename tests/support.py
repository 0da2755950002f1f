"""Small things that several tests need."""

from pathlib import Path

from qa.pipeline import Pipeline


def write(folder: Path, articles: dict[str, str]) -> None:
    """Write articles into a folder, by relative path."""
    for name, text in articles.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def paragraph(word: str) -> str:
    """Return a short article in which `word` stands once, and which no other word repeats."""
    return (
        f"The harbour master wrote about the {word} in his log on the first morning.\n"
        "Nobody else in the town had seen anything of the kind, and few believed him.\n"
    )


def found(pipeline: Pipeline, word: str) -> set[str]:
    """Return the ids of the articles whose passages hold `word`, as a search finds them."""
    hits = pipeline.search(word, k=50)
    return {passage.article_id for passage in hits if word in passage.text}
