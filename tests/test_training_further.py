"""Further training data: whose passage a question gets, what is left out, what is drawn."""

import csv
import hashlib
import json
import lzma
import random
from collections.abc import Iterable
from pathlib import Path

import pytest

from qa.training.data import Part, Record, part_of
from qa.training.reading import further
from qa.training.reading.gather import unanswerable
from qa.training.reading.judged import claims
from qa.training.reading.questions import Item

_BRIDGE = "The Orrin bridge at Lindholm was opened in May 1987 and built by 240 workers."
_MILL = "The mill of Brellvik was closed in 1999, and Tomas Brandt offered three million for it."
_LINE = "A railway from Sandberg to Ostrava was finished by the engineer Pavel Reiss in 1874."
_TWINS = {
    "Bridge": (_BRIDGE, "Who opened the Orrin bridge at Lindholm?", "How many built it?"),
    "Mill": (_MILL, "When was the mill of Brellvik closed?", "Who owned it?"),
    "Line": (_LINE, "Who finished the railway from Sandberg?", "How long is it?"),
}
_DRAW = {name: f"{n}" * 18 for n, name in enumerate(("Bridge", "Mill", "Line", "Dev", "Else"), 1)}


def _key(draw: str, n: int) -> str:
    return f"{_DRAW[draw]}{n:06d}"


@pytest.fixture
def passages() -> list[Record]:
    """Return three passages with two questions each that have an answer."""
    return [
        {
            "title": title, "context": text,
            "qas": [{"question": q, "impossible": False, "answers": []} for q in asked],
        }
        for title, (text, *asked) in _TWINS.items()
    ]  # fmt: skip


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Write the lists: pairs of one passage, and the wordings of all questions."""
    pairs = {
        "train": [
            ("who opened the orrin bridge at lindholm ?", "who designed it ?", _key("Bridge", 1)),
            ("how many built it ?", "how many own it ?", _key("Bridge", 2)),
            ("when was the mill of brellvik closed ?", "when was it built ?", _key("Dev", 2)),
        ],
        "dev": [("nobody asked this .", "who asked ?", _key("Bridge", 3))],
    }
    for part, rows in pairs.items():
        answerable = "\n".join(f"x\t{twin}\t0\t0" for twin, _, _ in rows)
        other = "\n".join(f"{key}\t{asked}\t0\t0" for _, asked, key in rows)
        (tmp_path / f"unansq-{part}-answerable-questions.txt").write_text(answerable)
        (tmp_path / f"unansq-{part}-unanswerable-questions.txt").write_text(other)
    (tmp_path / "unansq-test-unanswerable-questions.txt").write_text(f"{_key('Dev', 1)}\tq\t0\t0")
    wordings = {
        "extended": [
            (_key("Bridge", 1), "Who designed the Orrin bridge ?"),
            (_key("Bridge", 2), "How many own it ?"),
            (_key("Bridge", 4), "Did n't the workers leave ?"),
            (_key("Mill", 1), "Which mill of Brellvik did Tomas Brandt close ?"),
            (_key("Mill", 2), "Why was n't he paid ?"),
            (_key("Line", 1), "Who finished the railway from Sandberg ?"),
            (_key("Dev", 2), "Who drew the plan of the Orrin bridge at Lindholm ?"),
            (_key("Else", 1), "Which colour do bananas have ?"),
        ],
        "gold_train": [],
        "gold_test": [],
    }
    (tmp_path / "rationales").mkdir()
    for name, found in wordings.items():
        with (tmp_path / "rationales" / f"word_att_{name}.tsv").open("w", newline="") as file:
            table = csv.writer(file, delimiter="\t")
            table.writerows([("qid", "question", "word_att"), *((*row, "0") for row in found)])
    return tmp_path


def _asked(records: Iterable[Record]) -> dict[str, str]:
    return {record["question"]: record["title"] for record in records}


def test_a_question_gets_the_passage_of_its_pair_its_draw_or_its_words(
    passages: list[Record], sources: Path
) -> None:
    """And its words are put together; what was drawn for the measured part is left out."""
    found = unanswerable(passages, set(), sources, sources)
    assert _asked(found) == {
        "Who designed the Orrin bridge?": "Bridge",
        "How many own it?": "Bridge",
        "Didn't the workers leave?": "Bridge",
        "Which mill of Brellvik did Tomas Brandt close?": "Mill",
        "Why wasn't he paid?": "Mill",
    }
    twins = {r["question"]: r["answerable_twin"] for r in found if "answerable_twin" in r}
    assert twins == {
        "Who designed the Orrin bridge?": "Who opened the Orrin bridge at Lindholm?",
        "How many own it?": "How many built it?",
    }
    digests = {hashlib.sha1(p["context"].encode()).hexdigest()[:12] for p in passages[:2]}  # noqa: S324
    assert {record["context_sha1"] for record in found} == digests


def test_a_question_that_is_measured_takes_its_whole_draw_out(
    passages: list[Record], sources: Path
) -> None:
    """One such question shows that the others are of the same article."""
    found = unanswerable(passages, {"whywasnthepaid"}, sources, sources)
    assert set(_asked(found).values()) == {"Bridge"}


def _folder(tmp_path: Path, questions: list[Record], judged: list[Record]) -> Path:
    for name, records in (("unanswerable", questions), ("claims", judged)):
        with lzma.open(tmp_path / f"{name}.jsonl.xz", "wt") as file:
            file.writelines(json.dumps(record) + "\n" for record in records)
    return tmp_path


def test_questions_of_other_articles_are_left_out_and_twins_are_found(
    passages: list[Record], sources: Path
) -> None:
    """By the part of the documents, and by the exact passage."""
    questions = unanswerable(passages, set(), sources, sources)
    folder = _folder(sources, questions, [])
    squad = [
        Item("squad", title, asked, text, (0, 3), [text])
        for title, (text, *wordings) in _TWINS.items() for asked in wordings
    ]  # fmt: skip
    found = further.pools(folder, squad, Part(0, 1))
    assert {item.article for item in found["people"]} == {"Bridge", "Mill"}
    assert all(item.answer is None for item in found["people"])
    assert {item.question for item in found["twins"]} == set(_TWINS["Bridge"][1:])
    low, high = sorted((part_of("Bridge"), part_of("Mill")))
    first = "Bridge" if low == part_of("Bridge") else "Mill"
    found = further.pools(folder, squad, Part(0, (low + high) / 2))
    assert {item.article for item in found["people"]} == {first}


def test_claims_are_contrasts_or_judged_and_hold_their_evidence(tmp_path: Path) -> None:
    """Tokens are put together, and a long premise is cut to what the claim is about."""
    long = " ".join(f"The town of Varnes had {n} boats in its harbour." for n in range(80))
    judged = [
        {
            "source": "vitaminc",
            "claim": "It had 5 .",
            "premise": "It had 4 .",
            "supported": 0,
        },
        {"source": "bump", "claim": "Ida fled.", "premise": f"{long} Ida fled.", "supported": True},
    ]
    folder = _folder(tmp_path, [], judged)

    def drawn(kind: str) -> list[tuple[str, bool | None]]:
        made = list(further.claims(folder, kind, Part(0, 1), random.Random(1)))  # noqa: S311
        assert all(len(sample.text) < len(long) / 2 for sample in made)
        return [(sample.query, sample.supported) for sample in made]

    assert drawn("contrasts") == [("It had 5.", False)]
    assert drawn("judged") == [("Ida fled.", True)]
    (sample,) = further.claims(folder, "judged", Part(0, 1), random.Random(1))  # noqa: S311
    assert "Ida fled." in sample.text


def test_every_claim_is_gathered_once_with_its_verdict(tmp_path: Path) -> None:
    """From each of the sets, in its own form; where judges disagree, not at all."""
    claim, premise = "The mill was sold in spring.", "The mill of Brellvik was sold in spring 1999."

    def put(path: str, records: object, *, by_line: bool) -> None:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        lines = map(json.dumps, records) if by_line else [json.dumps(records)]  # type: ignore[call-overload]
        text = "\n".join(lines) + "\n"
        if file.suffix == ".xz":
            file.write_bytes(lzma.compress(text.encode()))
        else:
            file.write_text(text)

    both = [
        {"claim": claim, "evidence": premise, "label": "SUPPORTS"},
        {"claim": claim, "evidence": premise, "label": "SUPPORTS"},
        {"claim": f"Not that {claim}", "evidence": premise, "label": "NOT ENOUGH INFO"},
        {"claim": f"broken \ufffd {claim}", "evidence": premise, "label": "REFUTES"},
    ]
    put("vitaminc/vitaminc_real/test.jsonl.xz", both, by_line=True)
    told = {"text": f"FM2: {claim}", "gold_evidence": [{"text": premise}], "label": "REFUTES"}
    put("fm2/dataset_dev.jsonl", [told], by_line=True)
    put("fm2/dataset_test.jsonl", [], by_line=True)
    falke = {"correct_sent": f"A {claim}", "incorrect_sent": f"B {claim}", "article_sent": premise}
    put("falke/val_sentence_pairs.json", [falke], by_line=False)
    bump = {"reference_summary": f"C {claim}", "edited_summary": f"D {claim}", "article": premise}
    put("bump/data_task1_dataset.json", [bump], by_line=False)
    put("bump/data_task2_dataset.json", [], by_line=False)
    frank = {"claim": f"F {claim}", "premise": premise, "supported": 0}
    put("frank/frank_joined_bbc.jsonl", [frank], by_line=True)
    votes = {"agreed": ["no", "no"], "split": ["yes", "no"]}
    judged = [
        {"sentence": f"{name} {claim}", "responses": [{"response": vote} for vote in own]}
        for name, own in votes.items()
    ]
    put("qags/data_mturk_cnndm.jsonl", [], by_line=True)
    put(
        "qags/data_mturk_xsum.jsonl",
        [{"article": premise, "summary_sentences": judged}],
        by_line=True,
    )
    found = [
        (r["source"], r["claim"].removesuffix(claim), r["supported"]) for r in claims(tmp_path)
    ]
    assert found == [
        ("vitaminc", "", True), ("vitaminc", "Not that ", False), ("fm2", "FM2: ", False),
        ("falke", "A ", True), ("falke", "B ", False), ("bump", "C ", True), ("bump", "D ", False),
        ("frank", "F ", False), ("qags", "agreed ", False),
    ]  # fmt: skip
