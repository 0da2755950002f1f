"""Feedback as a gold set: what was liked is expected, the last opinion counts."""

from pathlib import Path

import pytest

from eval.command import Options, chosen
from eval.errors import BadGoldSet
from eval.feedback import read_sets
from qa.feedback import Feedback, FeedbackLog
from qa.types import Answer, Citation, Claim

CITATION = Citation(
    id=1, file="a.txt", title="A", quote="Ada built it.", start=0, end=13, sha256="0"
)
ANSWER = Answer(
    question="Who built it?", status="answered", answer="Ada built it [1].", short_answer="Ada",
    claims=(Claim(text="Ada built it.", citations=(1,), verdict="supported", score=0.9),),
    citations=(CITATION,), model="embedded",
)  # fmt: skip
GOLD = '{"id": "plain", "question": "Who?", "answers": ["Ada"]}\n'


def opinion(question: str, verdict: str, note: str = "") -> Feedback:
    """Make an opinion on an answer to a question."""
    answer = ANSWER.model_copy(update={"question": question})
    return Feedback.model_validate(
        {"question": question, "answer": answer, "verdict": verdict, "note": note}
    )


def test_what_was_liked_is_expected_and_the_last_opinion_counts(tmp_path: Path) -> None:
    """A liked answer is the expectation; a later dislike of it leaves nothing that is right."""
    log = FeedbackLog(tmp_path / "feedback.jsonl")
    log.append(opinion("Who built it?", "down"))
    log.append(opinion("Who broke it?", "up"))
    log.append(opinion("Who built it?", "up", "Yes."))
    log.append(opinion("Who broke it?", "down", "It was Bo."))
    built, broke = chosen(Options(sets=(log.path,)))
    assert (built.id, built.tags, built.note) == ("feedback-001", ("feedback-up",), "Yes.")
    assert (built.answers, built.files, built.quotes) == (("Ada",), ("a.txt",), ("Ada built it.",))
    assert (broke.answers, broke.tags) == (("…",), ("feedback-down",))
    assert "It was Bo." in broke.note


def test_feedback_and_gold_sets_are_read_together(tmp_path: Path) -> None:
    """Both kinds of file can be named in one run; one that is neither says what is wrong."""
    log = FeedbackLog(tmp_path / "feedback.jsonl")
    log.append(opinion("Who built it?", "up"))
    plain = tmp_path / "gold.jsonl"
    plain.write_text(GOLD, encoding="utf-8")
    assert [gold.id for gold in read_sets([log.path, plain])] == ["plain", "feedback-001"]
    broken = tmp_path / "broken.jsonl"
    broken.write_text("not JSON\n", encoding="utf-8")
    with pytest.raises(BadGoldSet, match=r"broken\.jsonl:1"):
        read_sets([broken])
    with pytest.raises(BadGoldSet, match="cannot be read"):
        read_sets([tmp_path / "missing.jsonl"])
