"""The reading model's samples, training and figures, on a small made-up world."""

import hashlib
import json
import lzma
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.crossencoder import LONGEST, LONGEST_QUERY, CrossEncoder, Pair, Read
from qa.facts import facts, mismatches
from qa.overlap import words
from qa.sentences import sentences
from qa.training.data import Part, part_of
from qa.training.reading import claims, export, judging, questions, refusing
from qa.training.reading.answering import Asked, Outcome, ask, windows
from qa.training.reading.checkpoint import Checkpoint
from qa.training.reading.corruptions import KINDS, corrupted
from qa.training.reading.fit import Course, Trainer, batches, passes_of, rate_at
from qa.training.reading.measure import report
from qa.training.reading.mining import mined
from qa.training.reading.mixture import Corpus, kept, mixture, seeded, trained
from qa.training.reading.network import collate, encode, tokenizer
from qa.training.reading.questions import Item, items
from qa.training.reading.rewording import reworded
from qa.training.reading.samples import Sample, cut
from qa.training.reading.scores import (
    balance_gains,
    best_f1,
    best_threshold,
    exact,
    f1,
    held_out,
    logistic,
    logits,
)
from qa.training.reading.shipped import mean_of, weights_of
from qa.training.reading.thesaurus import Thesaurus
from qa.types import Span
from tests.test_thesaurus import write_wordnet

_PASSAGE = (
    "{name} is a harbour town in northern Norland. Its mayor Ida Holm said that the Orrin bridge "
    "was opened on 4 May 1987 after a long dispute. The bridge was built by 240 workers, and it "
    "cost the town 12 million crowns. Many of the older residents moved to Varnes because the "
    "largest mill of {name} was closed in 1999. The mill has not been sold, although Tomas Brandt "
    "offered 3 million crowns for it."
)
_OTHER = (
    "The railway from {name} to Ostrava was finished in 1874 by the engineer Pavel Reiss. It has "
    "carried timber and 500 passengers a day since 2003. Lotte Anders claimed that the line will "
    "be extended to Kestral before 2031."
)
_ASKED = (
    ("How many workers built the bridge of {name}?", "240"),
    ("When was the Orrin bridge opened?", "4 May 1987"),
    ("To which town did many residents of {name} move?", "Varnes"),
    ("Who offered money for the largest mill?", "Tomas Brandt"),
)
_IMPOSSIBLE = ("Who designed the Orrin bridge?", "Which company bought the mill of {name}?")
_NAMES = [f"{a}{b}" for a in ("Lind", "Brell", "Sand", "Kors", "Fal", "Hel") for b in
          ("holm", "stad", "vik", "berg", "dal", "mark")]  # fmt: skip


def _record(name: str, text: str, asked: Sequence[tuple[str, str]]) -> dict[str, object]:
    text = text.format(name=name)
    qas = [
        {
            "id": f"{name}-{n}",
            "question": question.format(name=name),
            "answers": [{"text": answer, "start": text.index(answer)}] if answer else [],
            "impossible": not answer,
        }
        for n, (question, answer) in enumerate(asked)
    ]
    return {"title": name, "context": text, "qas": qas}


def _write(path: Path, records: Iterable[object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with lzma.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """Let torch use one core: these batches are too small for two, and others run beside them."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write small data sets under the names of the real ones."""
    folder = tmp_path_factory.mktemp("data")
    ordinary = [_record(name, text, asked) for name in _NAMES
                for text, asked in ((_PASSAGE, _ASKED), (_OTHER, ()))]  # fmt: skip
    both = [_record(n, _PASSAGE, (*_ASKED, *((q, "") for q in _IMPOSSIBLE))) for n in _NAMES]
    for name in ("squad_train", "qed_train", "policyqa_train"):
        _write(folder / "reading" / f"{name}.jsonl.xz", ordinary)
    _write(folder / "reading" / "squad2_dev.jsonl.xz", both)
    for name in ("fever_train", "wice_dev", "summedits_not_news"):
        lines = [
            {"premise": _PASSAGE.format(name=n), "claim": claim.format(name=n), "supported": true}
            for n in _NAMES
            for claim, true in (
                ("The bridge cost {name} 12 million crowns.", 1),
                ("The bridge cost {name} 19 million crowns.", 0),
            )
        ]
        _write(folder / "claims" / f"{name}.jsonl.xz", lines)
    for name in ("answerable", "unanswerable"):
        lines = [
            {
                "id": town,
                "input": f"who offered to buy the mill of {town}",
                "passages": [{"title": town, "text": _PASSAGE.format(name=town)}],
                "output": [{"selected_sentences": [_PASSAGE.format(name=town).split(". ")[4]]}],
            }
            for town in _NAMES[:6]
        ]
        _write(folder / "benchmarks" / "clapnq" / f"{name}.jsonl.xz", lines)
    return folder


@pytest.fixture(scope="module")
def corpus(data: Path) -> Corpus:
    """Return what is trained on."""
    return trained(data)


SAMPLES = (
    Sample("answered", "Who wrote it?", "Ann Berg wrote it in May.", (0, 8), answerable=True),
    Sample("removed", "Who sang it?", "Ann Berg wrote it in May.", answerable=False),
    Sample(
        "answered", "When was it written?", "Ann Berg wrote it in May.", (21, 24), answerable=True
    ),
    Sample("true", "It was written by Ann.", "Ann Berg wrote it in May.", supported=True),
    Sample("false", "It was written in June.", "Ann Berg wrote it in May.", supported=False),
    Sample("other", "Who wrote it?", "The mill was closed.", answerable=False, relevant=False),
)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the checkpoint of three steps without interruption."""
    path = tmp_path_factory.mktemp("whole") / "checkpoint.pt"
    Trainer(encode(SAMPLES, tokenizer()), path, size=2).run()
    return path


# Windows


@given(st.integers(0, 10**6), st.sampled_from([answer for _, answer in _ASKED]))
@settings(deadline=None, max_examples=40)
def test_a_window_is_cut_verbatim_from_sentence_to_sentence_and_holds_the_answer(
    seed: int, answer: str
) -> None:
    """Whatever is drawn, a window is a stretch of whole sentences with the answer in its place."""
    text = _PASSAGE.format(name="Lindholm")
    at = text.index(answer)
    found, span = cut(text, (at, at + len(answer)), seeded(f"{seed}"))
    assert found in text
    assert found[slice(*span)] == answer
    begin = text.index(found)
    spans = sentences(text)
    assert begin in {start for start, _ in spans}
    assert begin + len(found) in {end for _, end in spans}


@given(st.lists(st.integers(1, 60), min_size=1, max_size=12), st.integers(5, 40))
@settings(deadline=None)
def test_the_windows_of_a_long_passage_fit_and_leave_no_word_out(
    lengths: list[int], room: int
) -> None:
    """Every window has at most as many tokens as fit, and every word is in one of them."""
    text = " ".join("Then " + "word " * n + "ended." for n in lengths)
    places = [match.span() for match in re.finditer(r"\w+|\.", text)]
    found = windows(text, places, room)
    for start, end in found:
        assert sum(start <= a and b <= end for a, b in places) <= room
    assert all(any(start <= a and b <= end for start, end in found) for a, b in places)


# Questions


def _pool(corpus: Corpus, kind: str) -> list[Item]:
    return corpus.pools["squad2" if kind == "written" else "squad"]


@pytest.mark.parametrize("kind", ["answered", "disturbed", *questions.UNANSWERED])
def test_every_kind_of_question_is_made_and_says_whether_its_text_answers(
    corpus: Corpus, kind: str
) -> None:
    """Each kind yields samples; only an answered one has a span, and it is not empty."""
    rng = seeded("1")
    made = list(islice(questions.stream(_pool(corpus, kind), kind, rng, _pool(corpus, kind)), 60))
    assert made
    for sample in made:
        assert sample.kind == kind
        holds = kind in {"answered", "disturbed"}
        assert sample.answerable is holds
        assert bool(sample.span and sample.text[slice(*sample.span)]) is holds


def test_a_text_with_the_answer_removed_lacks_it_everywhere(corpus: Corpus) -> None:
    """Neither the rest of the passage nor another passage of the article has the answer's words."""
    count = 0
    for seed in range(4):
        for item in corpus.pools["squad"]:
            for make in (questions.removed, questions.other_passage):
                sample = make(item, seeded(f"{seed}"))
                if sample is not None:
                    count += 1
                    assert item.wording.casefold() not in sample.text.casefold()
    assert count > 20


def test_a_changed_question_is_another_question_of_the_same_text(corpus: Corpus) -> None:
    """Swapped and turned questions differ from their own; their window still held the answer."""
    for item in corpus.pools["squad"][:20]:
        for make in (questions.swapped, questions.turned):
            sample = make(item, seeded("3"))
            if sample is not None:
                assert sample.query.rstrip("?") != item.question.rstrip("?")
                assert sample.text in item.text
                assert item.wording in sample.text


def test_an_altered_text_no_longer_says_what_is_asked_and_a_disturbed_one_still_does(
    corpus: Corpus,
) -> None:
    """Only outside the answer is the text changed: in a word of the question's, or in none."""
    counts = {"altered": 0, "disturbed": 0}
    for item in corpus.pools["squad"]:
        for make in (questions.altered, questions.disturbed):
            sample = make(item, seeded("5"))
            if sample is None:
                continue
            counts[sample.kind] += 1
            assert sample.text not in item.text
            assert item.wording in sample.text
            asked, own = words(item.question).known, words(item.text).known
            lost = (asked & own) - words(sample.text).known
            if sample.kind == "disturbed":
                assert not lost
                assert sample.span is not None
                assert sample.text[slice(*sample.span)] == item.wording
            else:
                assert sample.query.rstrip("?").casefold() == item.question.rstrip("?").casefold()
                assert sample.text.casefold() != item.text.casefold()
    assert min(counts.values()) > 5, counts


def test_what_a_tokenizer_took_apart_is_put_together() -> None:
    """Natural questions come with spaces around punctuation; their answers are found anyway."""
    record = {
        "title": "Orrin",
        "context": "The dam ( begun in 2031 ) cost 1.2 billion , said Reiss 's office .",
        "qas": [{"question": "who said so", "impossible": False,
                 "answers": [{"text": "Reiss 's office", "start": 50}]}],
    }  # fmt: skip
    (item,) = items("natural", [record])
    assert item.text == "The dam (begun in 2031) cost 1.2 billion, said Reiss's office."
    assert item.wording == "Reiss's office"


# Tokens


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=40)
def test_the_target_tokens_are_those_of_the_answer(seed: int) -> None:
    """After tokenizing, start and end enclose the answer: no word of it is lost, none is added."""
    rng = seeded(f"{seed}")
    text = _PASSAGE.format(name="Lindholm")
    answer = rng.choice(_ASKED)[1]
    at = text.index(answer)
    shown, span = cut(text, (at, at + len(answer)), rng)
    query = "Which one? " * rng.choice((1, 3, 40))
    tokens = tokenizer()
    (row,) = encode([Sample("answered", query, shown, span, answerable=True)], tokens)
    assert row.query <= LONGEST_QUERY
    places = tokens.encode(shown, add_special_tokens=False).offsets
    first, last = places[row.start - row.query], places[row.end - row.query]
    assert (first[0], last[1]) == span
    assert row.heads == (1.0, -1.0, -1.0)


def test_an_answer_behind_the_limit_is_no_answer() -> None:
    """Where the model cannot see the answer it is told that there is none."""
    text = "word " * 300 + "Varnes."
    sample = Sample("answered", "Where?", text, (1500, 1506), answerable=True)
    (row,) = encode([sample], tokenizer())
    assert len(row.ids) == LONGEST
    assert (row.start, row.end, row.heads[0]) == (0, 0, 0.0)


def test_a_sample_trains_only_what_it_tells() -> None:
    """A claim has no span, an unanswerable question points at the first token."""
    rows = encode(SAMPLES, tokenizer())
    assert [(r.start < 0, r.heads) for r in rows[3:5]] == [
        (True, (-1.0, -1.0, 1.0)),
        (True, (-1.0, -1.0, 0.0)),
    ]
    assert (rows[1].start, rows[1].end, rows[1].heads) == (0, 0, (0.0, -1.0, -1.0))


# Claims

_SENTENCE = {
    "number": "The bridge was built by 240 workers from the valley.",
    "date": "The bridge was opened to all traffic on 4 May 1987.",
    "name": "The old mill was later offered to Tomas Brandt.",
    "place": "Most of the residents moved away to Varnes in spring.",
    "sides": "Ida Holm warned Tomas Brandt of the coming storm.",
    "negation": "The mill has been sold to the fishermen of the town.",
    "opposite": "The largest mill of the town stood by the harbour.",
    "qualifier": "The strait may be closed to ships for two days.",
    "merged": "The old mill of the town was sold to a fisherman of Varnes.",
    "attribution": "Ida Holm said that the bridge would be repaired.",
}


def _values(text: str, kind: str) -> list[object]:
    found = facts(text)
    if kind == "number":
        return [number.value for number in found.numbers]
    if kind == "date":
        return [date.readings for date in found.dates]
    return [name.keys for name in found.names]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


_CHANGED: dict[str, Callable[[str, str], bool]] = {
    "number": lambda old, new: _values(old, "number") != _values(new, "number"),
    "date": lambda old, new: _values(old, "date") != _values(new, "date"),
    "name": lambda old, new: _values(old, "name") != _values(new, "name"),
    "place": lambda old, new: "Varnes" not in new and _words(old)[:5] == _words(new)[:5],
    "sides": lambda _, new: new.startswith("Tomas Brandt warned Ida Holm"),
    "negation": lambda _, new: bool(re.search(r"\b(not|never)\b", new)),
    "opposite": lambda _, new: "smallest" in new or "old" in new,
    "qualifier": lambda _, new: "must be closed" in new,
    "merged": lambda _, new: new.startswith("The old mill of the town ") and "sold" not in new,
    "attribution": lambda _, new: "Holm said" not in new and "would be repaired" in new,
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_corruption_changes_the_detail_that_it_is_named_for(kind: str) -> None:
    """Each kind applies to a sentence that has such a detail, and changes that, every time."""
    text, other = (t.format(name="Brellvik") for t in (_PASSAGE, _OTHER))
    applied = 0
    for seed in range(50):
        made = corrupted(_SENTENCE[kind], kind, text, other, seeded(f"{seed}"))
        if made is not None:
            applied += 1
            assert _CHANGED[kind](_SENTENCE[kind], made), made
    assert applied > 25


@given(st.integers(0, 10**6), st.sampled_from(KINDS))
@settings(deadline=None)
def test_no_corruption_leaves_a_sentence_as_it_was(seed: int, kind: str) -> None:
    """Of any sentence, a corruption makes another or nothing at all."""
    rng = seeded(f"{seed}")
    text, other = (t.format(name=rng.choice(_NAMES)) for t in (_PASSAGE, _OTHER))
    for source in (text, other):
        sentence = source[slice(*rng.choice(sentences(source)))]
        made = corrupted(sentence, kind, text, other, rng)
        assert made is None or _words(made) != _words(sentence)


def test_rewording_keeps_every_hard_fact() -> None:
    """A true sentence in other words states no number, date, name or negation of its own."""
    said = [*(_PASSAGE.format(name="Sandvik"), _OTHER.format(name="Sandvik"))]
    ways = set()
    for text in said:
        for start, end in sentences(text):
            for seed in range(30):
                made, way = reworded(text[start:end], seeded(f"{seed}"))
                ways.add(way)
                assert not mismatches(made, text), made
    assert {"verbatim", "synonyms", "halved"} <= ways


def test_a_false_claim_is_nowhere_in_its_text_and_a_true_one_nearly_is(corpus: Corpus) -> None:
    """Sentences made here are labelled by how they were made."""
    pool = corpus.pools["squad"]
    made = list(islice(claims.made(pool, seeded("4"), true=0.5), 200))
    assert {bool(s.supported) for s in made} == {True, False}
    for sample in made:
        assert sample.kind.startswith("true" if sample.supported else "false")
        if not sample.supported:
            assert sample.query not in sample.text
        if sample.kind == "true: verbatim":
            assert sample.query in sample.text


def test_of_edited_summaries_only_the_edited_sentence_is_false() -> None:
    """A sentence that a true summary has too is true; with two candidates nobody can tell."""
    true = "The dam is high. The state pays half."
    record = {"premise": "p", "claim": true, "supported": 1}
    one = {"premise": "p", "claim": "The dam is low. The state pays half.", "supported": 0}
    two = {"premise": "p", "claim": "The dam is low. The state pays all.", "supported": 0}
    found = list(claims._judged_sentences([record, one, two]))
    assert found == [
        ("The dam is high.", True),
        ("The state pays half.", True),
        ("The dam is low.", False),
    ]


def test_evidence_is_the_part_of_a_long_premise_that_is_about_the_claim() -> None:
    """Sentences are chosen by shared words, kept in order, and within the length asked for."""
    filler = "The weather on the coast was mild and grey that week. "
    premise = filler * 20 + "Lotte Anders keeps goats near Brell. " + filler * 20
    found = claims.evidence("Lotte Anders has goats.", premise, 200)
    assert "Lotte Anders keeps goats near Brell." in found
    assert len(found) <= 200 + 5
    texts = judging.views("Lotte Anders has goats.", premise)
    assert len(texts) == judging.VIEWS
    assert all("Lotte Anders keeps goats" in text for text in texts[:2])


# The mixture


def test_documents_are_trained_on_or_measured_on_never_both(data: Path) -> None:
    """No article and no premise is in both parts, and together they are all there are."""
    parts = trained(data), kept(data)
    for source in ("squad", "natural", "policy", "squad2"):
        one, other = ({item.article for item in p.pools[source]} for p in parts)
        assert one
        assert other
        assert one.isdisjoint(other)
        assert one | other == set(_NAMES)
    for make in (claims.fever, claims.wice, claims.summedits):
        own, rest = ({s.text for s in make(p.folder / "claims", p.claims_part)} for p in parts)
        assert own
        assert rest
        assert own.isdisjoint(rest)


def test_the_mixture_is_the_same_every_time(data: Path) -> None:
    """Seeded by name: a training that is resumed sees the samples it would have seen."""
    first, second = (mixture(trained(data), 0.002) for _ in range(2))
    assert first == second
    assert first != mixture(trained(data), 0.002, turn=2)
    assert {"answered", "removed", "fever", "wice", "summedits"} <= {s.kind for s in first}


def test_questions_are_put_in_other_words_and_claims_are_not(data: Path, tmp_path: Path) -> None:
    """Words of the question alone: the text, the answer in it, and what is told stay."""
    write_wordnet(tmp_path)
    plain = mixture(trained(data), 0.01)
    other = mixture(trained(data), 0.01, thesaurus=Thesaurus(tmp_path))
    assert [(s.kind, s.text, s.span) for s in plain] == [(s.kind, s.text, s.span) for s in other]
    pairs = [(a.query, b) for a, b in zip(plain, other, strict=True) if a.query != b.query]
    assert pairs
    for query, sample in pairs:
        assert sample.supported is None
        assert sample.query == query.replace("built", "constructed")


def test_further_questions_and_claims_are_added_unscaled_of_trained_documents_only(
    data: Path, tmp_path: Path
) -> None:
    """They are few beside the rest otherwise; what is measured on stays apart."""
    asked = "Who sold the mill of {name}?"
    questions = [
        {
            "title": name, "question": asked.format(name=name), "answerable_twin": _ASKED[1][0],
            "context_sha1": hashlib.sha1(_PASSAGE.format(name=name).encode()).hexdigest()[:12],  # noqa: S324
        }
        for name in _NAMES
    ]  # fmt: skip
    judged = [
        {"source": source, "claim": "It is.", "premise": f"{name} fell: {source}.", "supported": 1}
        for source in ("vitaminc", "fm2") for name in _NAMES
    ]  # fmt: skip
    _write(tmp_path / "unanswerable.jsonl.xz", questions)
    _write(tmp_path / "claims.jsonl.xz", judged)
    plain, more = trained(data), trained(data, tmp_path)
    made = mixture(more, 0.002)
    assert len(made) > 2 * len(mixture(plain, 0.002))
    own = {item.article for item in more.pools["squad"]}
    written = {s.query.rstrip("?").lower() for s in made if s.kind == "written"}
    expected = {asked.format(name=name).rstrip("?").lower() for name in _NAMES if name in own}
    assert {query for query in written if "sold" in query} == expected
    assert {item.question for item in more.pools["twins"]} == {_ASKED[1][0]}
    for kind, source in (("contrasts", "vitaminc"), ("judged", "fm2")):
        own = {str(record["premise"]) for record in judged if record["source"] == source}
        texts = {s.text for s in made if s.kind == kind}
        assert texts == {text for text in own if part_of(text) < 0.7}


def test_what_is_mined_does_not_answer_and_mostly_misleads(data: Path) -> None:
    """The text is another of the article, without the answer; few that do not mislead stay."""
    pool = trained(data).pools["squad"]
    misled = list(mined(pool, seeded("mined"), Marked(null=-9)))
    assert len(misled) > len(pool) / 2
    for sample in misled:
        asked = sample.query.rstrip("?").casefold()
        own = [i for i in pool if i.question.rstrip("?").casefold() == asked]
        assert own
        assert sample.answerable is False
        assert not any(i.wording.casefold() in sample.text.casefold() for i in own)
        assert not any(sample.text in i.text for i in own)
    assert len(list(mined(pool, seeded("mined"), Marked(null=9)))) < len(misled) / 4


# Training


def test_batches_hold_every_row_once_with_rows_of_like_length() -> None:
    """Sorting by length within a pool wastes little, and drops nothing."""
    rows = encode([Sample("x", "word " * (n % 30 + 1), "text") for n in range(100)], tokenizer())
    found = batches(rows, size=8)
    assert sorted(n for batch in found for n in batch) == list(range(100))
    spread = [max(len(rows[n].ids) for n in b) - min(len(rows[n].ids) for n in b) for b in found]
    assert max(spread) <= 4


def test_the_rate_rises_shortly_and_falls_to_nothing() -> None:
    """The full rate is reached once, early, and the last step is the smallest."""
    shares = [rate_at(step, 200) for step in range(201)]
    assert shares[0] == 0.0
    assert max(shares) == shares[8] == 1.0
    assert all(a > b for a, b in pairwise(shares[8:]))
    assert shares[-1] == 0.0


def test_the_rate_of_a_course_falls_over_all_of_its_passes() -> None:
    """A pass goes on where the one before ended, and only the last one comes to nothing."""
    parts = [[rate_at(s, 100, course=Course(done, 3)) for s in range(101)] for done in range(3)]
    assert [p[-1] for p in parts[:2]] == [p[0] for p in parts[1:]]
    assert parts[0][50] == rate_at(50, 300)
    assert parts[2][-1] == 0.0


def test_the_next_pass_of_a_course_keeps_what_was_learnt(checkpoint: Path, tmp_path: Path) -> None:
    """It has the weights and moments of the last one, and begins with its own first step."""
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(checkpoint.read_bytes())
    rows = encode(SAMPLES, tokenizer())
    second = Trainer(rows, path, size=2, course=Course(1, 2))
    assert (second.step, passes_of(path)) == (0, 0)
    learnt = torch.load(checkpoint, weights_only=True)["network"]
    torch.testing.assert_close(dict(second.network.state_dict()), dict(learnt))
    second.run(stop=lambda: True)
    assert passes_of(path) == 1
    assert Trainer(rows, path, size=2, course=Course(1, 2)).step == 1


def test_a_resumed_training_ends_like_one_that_was_not_interrupted(
    checkpoint: Path, tmp_path: Path
) -> None:
    """Stopped after the first step and started again, it has the same weights and moments."""
    rows = encode(SAMPLES, tokenizer())
    path = tmp_path / "checkpoint.pt"
    first = Trainer(rows, path, size=2)
    first.run(stop=lambda: True)
    assert first.step == 1
    second = Trainer(rows, path, size=2)
    assert second.step == 1
    second.run()
    whole, parts = (torch.load(p, weights_only=True) for p in (checkpoint, path))
    assert whole["step"] == parts["step"] == 3
    torch.testing.assert_close(parts["network"], whole["network"])
    torch.testing.assert_close(parts["optimizer"]["state"], whole["optimizer"]["state"])
    assert not list(tmp_path.glob("*.new"))


def test_training_further_starts_from_the_weights_of_another_run(
    checkpoint: Path, tmp_path: Path
) -> None:
    """`start_from` takes the network, not the step; the word embeddings are never changed."""
    rows = encode(SAMPLES, tokenizer())
    further = Trainer(rows, tmp_path / "new.pt", start_from=checkpoint, size=2)
    plain = Trainer(rows, tmp_path / "none.pt", size=2)
    state = torch.load(checkpoint, weights_only=True)["network"]
    assert further.step == 0
    torch.testing.assert_close(dict(further.network.state_dict()), dict(state))
    embeddings = "encoder.embeddings.word_embeddings.weight"
    assert torch.equal(plain.network.state_dict()[embeddings], state[embeddings])
    assert not torch.equal(plain.network.state_dict()["spans.weight"], state["spans.weight"])


# Figures


def test_a_checkpoint_reads_as_the_network_was_trained(checkpoint: Path) -> None:
    """Behind the product's interface it gives the logits of the tokens that it was trained on."""
    model = Checkpoint(checkpoint)
    longest = "Ann Berg wrote it in May. " * 60
    pairs = [("Who wrote it?", SAMPLES[0].text), ("Who? " * 50, longest), ("Where", longest)]
    network = Trainer(encode(SAMPLES, tokenizer()), checkpoint, size=2).network.eval()
    for pair, read in zip(pairs, model.read(pairs), strict=True):
        (row,) = encode([Sample("x", *pair)], tokenizer())
        batch = collate([row])
        with torch.inference_mode():
            start, end, heads = network(batch.input_ids, batch.attention_mask, batch.token_type_ids)
        own = slice(row.query, len(row.ids) - 1)
        np.testing.assert_allclose(read.start, start[0, own].numpy(), atol=1e-4)
        np.testing.assert_allclose(read.end, end[0, own].numpy(), atol=1e-4)
        assert read.null == pytest.approx(float(start[0, 0] + end[0, 0]), abs=1e-4)
        said = (read.answerable, read.relevant, read.supported)
        np.testing.assert_allclose(said, heads[0].numpy(), atol=1e-4)


@pytest.mark.parametrize(
    ("prediction", "references", "same", "shared"),
    [
        ("the Skipper", ("Skipper",), 1.0, 1.0),
        ("U.S.", ("US",), 1.0, 1.0),
        ("4 May 1987", ("May 1987", "1987"), 0.0, 0.8),
        ("240 workers", ("workers",), 0.0, 2 / 3),
        ("a b c d", ("d e",), 0.0, 2 / 5),
        ("red red boat", ("red boat boat",), 0.0, 2 / 3),
        ("", (), 1.0, 1.0),
        ("Varnes", (), 0.0, 0.0),
        ("", ("Varnes",), 0.0, 0.0),
        ("the", ("Varnes",), 0.0, 0.0),
    ],
)
def test_agreement_of_words_is_as_computed_by_hand(
    prediction: str, references: tuple[str, ...], same: float, shared: float
) -> None:
    """SQuAD's normalisation and the best reference; without a reference only silence is right."""
    assert exact(prediction, references) == same
    assert best_f1(prediction, references) == pytest.approx(shared)
    if len(references) == 1:
        assert f1(prediction, references[0]) == f1(references[0], prediction)


@given(
    st.lists(
        st.tuples(st.integers(-3, 3), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=12
    )
)
def test_no_threshold_gains_more_than_the_best_one(rows: list[tuple[int, float, float]]) -> None:
    """The threshold found equals a search through all places between scores."""
    scores, above, below = (
        np.array(column, dtype=np.float64) for column in zip(*rows, strict=True)
    )

    def gain(threshold: float) -> float:
        return float(np.where(scores >= threshold, above, below).sum())

    best = max(gain(t) for t in np.arange(-4.5, 5.0))
    assert gain(best_threshold(scores, above, below)) == pytest.approx(best)


def test_a_threshold_for_balanced_accuracy_weighs_both_classes_alike() -> None:
    """Nine false rows do not outvote a true one."""
    scores = np.array([2.0, 3.0, *[0.0] * 8])
    truth = np.array([True, *[False] * 9])
    threshold = best_threshold(scores, *balance_gains(truth))
    assert 0.0 < threshold <= 2.0


def test_a_group_is_judged_by_the_others_only() -> None:
    """Cross-fitting never shows a fit the rows that it judges, and judges each row once."""
    groups = ["a", "b", "a", "c"]
    folds = list(held_out(groups))
    assert len(folds) == 3
    for others, own in folds:
        assert not (others & own).any()
        assert len({g for g, m in zip(groups, own, strict=True) if m}) == 1
    assert np.sum([own for _, own in folds], axis=0).tolist() == [1, 1, 1, 1]
    with pytest.raises(ValueError, match="at least two groups"):
        list(held_out(["a", "a"]))


def test_the_logistic_regression_finds_the_weights_that_made_the_data() -> None:
    """With enough rows it comes near the true weights; separable rows have a finite answer."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(20_000, 2))
    truth = rng.random(20_000) < 1 / (1 + np.exp(-(2 * rows[:, 0] - rows[:, 1] + 0.5)))
    np.testing.assert_allclose(logistic(rows, truth), [2, -1, 0.5], atol=0.1)
    line = np.array([[-1.0], [1.0]])
    apart = logits(line, logistic(line, np.array([False, True])))
    assert np.isfinite(apart).all()
    assert apart[0] < 0 < apart[1]


class Marked:
    """A model that answers with the word in capitals; the more letters, the surer it is.

    `null` is what speaks for no answer.
    """

    def __init__(self, null: float = 4.0) -> None:
        self._null = null

    def read(self, pairs: Sequence[Pair]) -> list[Read]:
        """Give the word in capitals its length as a logit, and all others none."""
        return [self._read(text) for _, text in pairs]

    def room(self, _query: str) -> int:
        """Return room for eight words."""
        return 8

    def places(self, text: str) -> Sequence[Span]:
        """Return the words."""
        return [match.span() for match in re.finditer(r"\w+|\.", text)]

    def _read(self, text: str) -> Read:
        places = self.places(text)
        sizes = [float(b - a) if text[a:b].isupper() else 0.0 for a, b in places]
        logit = np.array(sizes, dtype=np.float32)
        return Read(logit, logit, self._null, np.array(places), 1.0, 0.0, 0.0)


def test_of_all_windows_the_greatest_margin_answers() -> None:
    """A passage that does not fit is read in parts; the answer is placed in the whole passage."""
    text = "It was old HAT that he had. Then came the GREAT ones again. They all left soon."
    asked = [Asked("a", "What?", text, ("great",)), Asked("a", "What?", "Nothing here.", ())]
    first, second = ask(Marked(), asked)
    assert first.words == "GREAT"
    assert first.margin == 6.0
    assert (first.exact, first.f1) == (1.0, 1.0)
    assert second.margin == -4.0
    assert second.f1 == 0.0


def test_refusal_counts_as_right_where_there_is_no_answer() -> None:
    """The figures agree with a hand count of four questions, two answered, two refused."""
    text = "one two three"
    found = [
        Outcome(Asked("a", "?", text, ("one",)), (0, 3), 2.0, 1.0),
        Outcome(Asked("a", "?", text, ("two three",)), (4, 7), -2.0, -1.0),
        Outcome(Asked("b", "?", text, ()), (0, 3), 1.0, 1.0),
        Outcome(Asked("b", "?", text, ()), (0, 3), -3.0, -1.0),
    ]
    rule = refusing.Rule(0.0)
    row = refusing.figures(found, rule.answers(found))
    assert row == ["50.0", "50.0", "50.0", "50.0", "50.0", "50.0"]
    fit = refusing.fitted(found, mixed=False)
    assert refusing.figures(found, fit.answers(found))[0] == "75.0"


def test_the_whole_report_is_printed_for_a_checkpoint(
    data: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every figure of the card has its table, whatever the model is worth."""
    report(Checkpoint(checkpoint), data, limit=6)
    printed = capsys.readouterr().out
    for heading in (
        "## SQuAD 2.0, measuring half",
        "## Always answering",
        "## Questions made as for training",
        "## CLAPNQ",
        "## Support: balanced accuracy",
        "## Sentences changed here",
    ):
        assert heading in printed
    assert "nan" not in printed
    for kind in KINDS:
        assert f"| false: {kind} |" in printed


def test_documents_are_numbered_evenly_and_for_good() -> None:
    """A document's number depends on its name alone, so that its part never changes."""
    assert part_of("Rhine") == pytest.approx(0.57, abs=0.005)
    assert Part(0.5, 1).has("Rhine")
    assert not Part(0, 0.5).has("Rhine")


def test_what_is_exported_reads_as_the_network_that_was_trained(
    checkpoint: Path, tmp_path: Path
) -> None:
    """Run by ONNX Runtime from 16 bits, each pair gets nearly the logits that torch computes."""
    full = tmp_path / "full.onnx"
    export.trace(checkpoint, full)
    export.halves(full, tmp_path / "model.onnx")
    export.note(tmp_path)
    pairs = [(sample.query, sample.text) for sample in SAMPLES]
    shipped, trained_on = CrossEncoder(tmp_path).read(pairs), Checkpoint(checkpoint).read(pairs)
    for one, other in zip(shipped, trained_on, strict=True):
        np.testing.assert_allclose(one.start, other.start, atol=0.05)
        np.testing.assert_allclose(one.end, other.end, atol=0.05)
        np.testing.assert_allclose(
            [one.null, one.answerable, one.relevant, one.supported],
            [other.null, other.answerable, other.relevant, other.supported],
            atol=0.05,
        )


def test_training_goes_on_from_what_was_exported(checkpoint: Path, tmp_path: Path) -> None:
    """Every weight is read back under its name, as near as 16 bits are."""
    full = tmp_path / "full.onnx"
    export.trace(checkpoint, full)
    export.halves(full, tmp_path / "model.onnx")
    found = weights_of(tmp_path / "model.onnx")
    known = torch.load(checkpoint, weights_only=True)["network"]
    assert found.keys() == known.keys()
    for name, weight in known.items():
        torch.testing.assert_close(found[name], weight, atol=2e-3, rtol=1e-3)


def test_the_mean_of_networks_is_exported(checkpoint: Path, tmp_path: Path) -> None:
    """Of a checkpoint and a copy that was changed, halfway; the vectors of words stay."""
    known = torch.load(checkpoint, weights_only=True)["network"]
    vectors = "encoder.embeddings.word_embeddings.weight"
    other = {name: weight if name == vectors else weight + 1 for name, weight in known.items()}
    torch.save({"network": other}, tmp_path / "other.pt")
    mean = mean_of([checkpoint, tmp_path / "other.pt"])
    assert mean.keys() == known.keys()
    assert torch.equal(mean.pop(vectors), known[vectors])
    for name, weight in mean.items():
        torch.testing.assert_close(weight, known[name] + 0.5)
