"""A small made-up world for the tests of the evaluation: articles, gold questions, right replies.

The replies are written down, not computed by a pipeline, so that a test can damage them in one
known way and see which metric notices.
"""

from collections.abc import Callable, Sequence

from eval.gold import GoldQuestion
from eval.results import Outcome, Result
from eval.run import rejudged
from qa.sentences import sentences
from qa.types import Answer, Citation, Claim, PassageRef

PLACES = ("Arden", "Brill", "Corin", "Dover", "Esher", "Fleet")
TEXTS = {
    f"{place.lower()}.txt": (
        f"The mayor of {place} is called {place}son. The town has {i + 2}00 houses.\n\n"
        f"In {place} the market opens on 1{i} May 2024."
    )
    for i, place in enumerate(PLACES)
}


def questions() -> list[GoldQuestion]:
    """Return twelve questions with an answer and six without."""
    asked: list[GoldQuestion] = []
    for i, place in enumerate(PLACES):
        file = f"{place.lower()}.txt"
        name, houses = (
            f"The mayor of {place} is called {place}son.",
            f"The town has {i + 2}00 houses.",
        )
        asked += [
            GoldQuestion(
                id=f"n{i}", question=f"Who is mayor of {place}?", answers=(f"{place}son",),
                files=(file,), quotes=(name,), tags=("names",),
            ),
            GoldQuestion.model_validate({
                "id": f"b{i}", "question": f"Who leads {place} and how many houses has it?",
                "all_of": [[f"{place}son"], [{"number": (i + 2) * 100}]],
                "files": [file], "quotes": [name, houses], "tags": ["numbers"],
            }),
            GoldQuestion(id=f"u{i}", question=f"Who built {place}?", kind="unanswerable"),
        ]  # fmt: skip
    return asked


def right(gold: GoldQuestion) -> Answer:
    """Return the reply that has nothing wrong with it."""
    if not gold.answerable:
        return Answer(question=gold.question, status="not_found", answer="Not said.", model="test")
    (file,) = gold.files
    spans = sentences(TEXTS[file])[: len(gold.quotes)]
    return answer_of(gold, [(file, span) for span in spans])


def answer_of(gold: GoldQuestion, spans: Sequence[tuple[str, tuple[int, int]]]) -> Answer:
    """Return an answer that claims and cites these sentences, one claim each."""
    citations = tuple(
        Citation(id=n, file=file, title=file, quote=TEXTS[file][a:b], start=a, end=b, sha256="0")
        for n, (file, (a, b)) in enumerate(spans, start=1)
    )
    files = sorted(TEXTS, key=lambda file: file != spans[0][0])
    return Answer(
        question=gold.question,
        status="answered",
        answer=" ".join(f"{c.quote} [{c.id}]" for c in citations),
        short_answer=citations[0].quote.split()[-1].strip("."),
        claims=tuple(
            Claim(text=c.quote, citations=(c.id,), verdict="supported", score=0.9)
            for c in citations
        ),
        citations=citations,
        passages=tuple(
            PassageRef(id=file, file=file, start=0, end=len(TEXTS[file]), score=1.0 / n)
            for n, file in enumerate(files, start=1)
        ),
        model="test",
    )


def results(damage: Callable[[GoldQuestion, Answer], Answer] = lambda _, a: a) -> list[Result]:
    """Judge the right replies after `damage` has been done to each."""
    return [
        rejudged(gold, Outcome(answer=damage(gold, right(gold)), wall_ms=1.0), TEXTS)
        for gold in questions()
    ]


def other(gold: GoldQuestion) -> GoldQuestion:
    """Return another question of the same kind, about another place."""
    asked = questions()
    return asked[(asked.index(gold) + 3) % len(asked)]


def cites_another_article(gold: GoldQuestion, answer: Answer) -> Answer:
    """Shuffle the citations among the answers."""
    if not answer.citations:
        return answer
    return answer.model_copy(update={"citations": right(other(gold)).citations})


def cites_another_claims_quote(_: GoldQuestion, answer: Answer) -> Answer:
    """Shuffle the citations among the claims of an answer."""
    ids = [claim.citations for claim in answer.claims]
    moved = zip(answer.claims, reversed(ids), strict=True)
    claims = tuple(claim.model_copy(update={"citations": own}) for claim, own in moved)
    return answer.model_copy(update={"claims": claims})


def answers_everything(gold: GoldQuestion, answer: Answer) -> Answer:
    """Answer what cannot be answered with the nearest sentence."""
    file = f"{gold.question.split()[-1].strip('?').lower()}.txt"
    return answer if gold.answerable else answer_of(gold, [(file, (0, TEXTS[file].index(".") + 1))])


def refuses_everything(gold: GoldQuestion, _: Answer) -> Answer:
    """Refuse, whatever was asked."""
    return right(gold.model_copy(update={"kind": "unanswerable"}))


def cuts_quotes(_: GoldQuestion, answer: Answer) -> Answer:
    """Cut the last character off every quote and leave its offsets."""
    cut = (c.model_copy(update={"quote": c.quote[:-1]}) for c in answer.citations)
    return answer.model_copy(update={"citations": tuple(cut)})


def cuts_quotes_and_offsets(_: GoldQuestion, answer: Answer) -> Answer:
    """Cut the last character off every quote and move its offset along."""
    cut = (c.model_copy(update={"quote": c.quote[:-1], "end": c.end - 1}) for c in answer.citations)
    return answer.model_copy(update={"citations": tuple(cut)})


def cuts_the_beginning(_: GoldQuestion, answer: Answer) -> Answer:
    """Cut the first character off every quote and move its offset along."""
    cut = (
        c.model_copy(update={"quote": c.quote[1:], "start": c.start + 1}) for c in answer.citations
    )
    return answer.model_copy(update={"citations": tuple(cut)})


def ranks_backwards(_: GoldQuestion, answer: Answer) -> Answer:
    """Turn the ranking of the passages round."""
    return answer.model_copy(update={"passages": tuple(reversed(answer.passages))})


def loses_a_claim(_: GoldQuestion, answer: Answer) -> Answer:
    """Leave out all claims but the first, with their citations."""
    return answer.model_copy(
        update={"claims": answer.claims[:1], "citations": answer.citations[:1],
                "answer": answer.answer.split("]")[0] + "]"}
    )  # fmt: skip


def cites_a_copy(_: GoldQuestion, answer: Answer) -> Answer:
    """Cite the right words from a file that is not accepted."""
    moved = (c.model_copy(update={"file": "copy.txt"}) for c in answer.citations)
    return answer.model_copy(update={"citations": tuple(moved)})


def cites_nothing(_: GoldQuestion, answer: Answer) -> Answer:
    """Leave all citations out."""
    return answer.model_copy(update={"citations": ()})
