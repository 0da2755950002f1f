"""What is drafted beside a model's own lines: the sides of a disagreement that it left out."""

from contextlib import closing
from pathlib import Path
from typing import Literal

from qa.compose import Footnotes
from qa.conflicts import Comparison, Group, settle
from qa.drafting import Drafting, Matter, verified
from qa.embedding import Embedding
from qa.llm.cancel import Cancel
from qa.llm.choose import Choice
from qa.reader import EmbeddedReader
from qa.reading import Candidate, Reading
from qa.store import Store
from qa.types import Passage, Quote, Value
from tests.llm_pipeline import stored
from tests.llm_world import model
from tests.ollama_script import Say, Script, Stall
from tests.ollama_server import ollama, plays, says

ASKED = "On which day was the tanker Grey seized?"
SEIZED = "The tanker Grey was seized off Vell on {day}, the navy said."
TOLD = {f"{day}.txt": f"Tanker\n\n{SEIZED.format(day=day)}\n" for day in ("Tuesday", "Friday")}


def value(store: Store, day: str) -> Value:
    """Return the value of one article, as a reader would find it."""
    article = store.library.article(f"{day}.txt")
    whole = Passage(id=article.id, article_id=article.id, title=article.title, text=article.text,
                    start=0, end=len(article.text))  # fmt: skip
    sentence, at = article.text.index("The tanker"), article.text.index(day)
    return Value(
        quote=Quote(passage=whole, start=at, end=at + len(day)),
        sentence=Quote(passage=whole, start=sentence, end=len(article.text.rstrip())),
        score=0.9,
    )


def answered(
    store: Store,
    reader: EmbeddedReader,
    script: Script,
    *,
    most: int = 6,
    relation: Literal["conflict", "none"] = "conflict",
) -> tuple[Footnotes, Matter]:
    """Draft and check an answer to which two articles give two days."""
    values = tuple(value(store, day) for day in ("Friday", "Tuesday"))
    reading = Reading(tuple(Candidate(v.sentence, 0.9) for v in values), 0.9, values)
    groups = tuple(Group(v.quote.text, (v,), None) for v in values)
    compared = Comparison(groups, relation)
    matter = Matter(ASKED, [v.quote.passage for v in values], reading, compared)
    footnotes = Footnotes(store.library)
    with ollama(script) as server:
        drafting = Drafting(Choice(model(server), "tiny", ""), reader, most=most, cancel=Cancel())
        with closing(drafting.drafts(matter, footnotes)) as drafts:
            for drafted in drafts:
                footnotes.cite(verified(drafted, reader.support))
    return footnotes, matter


def test_the_side_that_a_model_left_out_is_heard(
    embedding: Embedding, reader: EmbeddedReader, tmp_path: Path
) -> None:
    """It mentions one day; the other one gets a claim and a footnote, and both are positions."""
    with stored(tmp_path, embedding, TOLD) as store:
        said = says(f"{SEIZED.format(day='Tuesday')} [2]")
        footnotes, matter = answered(store, reader, said)
        assert {citation.file for citation in footnotes.citations} == set(TOLD)
        (conflict,) = settle(matter.compared, footnotes.citing)
        assert {position.value for position in conflict.positions} == {"Friday", "Tuesday"}


def test_sides_that_a_model_mentioned_are_not_repeated(
    embedding: Embedding, reader: EmbeddedReader, tmp_path: Path
) -> None:
    """Two lines for two days are two claims."""
    with stored(tmp_path, embedding, TOLD) as store:
        days = [SEIZED.format(day=day) for day in ("Friday", "Tuesday")]
        footnotes, _ = answered(store, reader, says(f"{days[0]} [1]\n{days[1]} [2]"))
        assert [claim.text for claim in footnotes.claims] == days


def test_a_model_is_stopped_once_there_are_enough_claims(
    embedding: Embedding, reader: EmbeddedReader, tmp_path: Path
) -> None:
    """What is removed does not count; the request is closed, and nothing is missing."""
    lines = [
        "The tanker Grey was seized off Vell on Sunday, the navy said. [1]",
        *(f"{SEIZED.format(day=day)} [1]" for day in ("Friday", "Tuesday")),
    ]
    with stored(tmp_path, embedding, TOLD) as store:
        script = plays(*(Say(f"{line}\n") for line in lines), Stall())
        footnotes, _ = answered(store, reader, script, most=1, relation="none")
        assert [claim.text for claim in footnotes.claims] == [SEIZED.format(day="Friday")]
        assert len(footnotes.removed) == 1
