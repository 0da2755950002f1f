"""Gold sets: what is read, what is refused and where, and that the published schema is true."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import eval as evaluation
from eval.errors import BadGoldSet
from eval.gold import GoldQuestion, read_gold, schema_text

# Comes with chromadb, and has no types.
jsonschema: Any = pytest.importorskip("jsonschema")
HERE = Path(evaluation.__file__).parent
RIGHT: dict[str, Any] = {"id": "q1", "question": "Who?", "answers": ["Ada"], "kind": "answerable"}


def write(folder: Path, *lines: object) -> Path:
    """Write a gold set; a string is a line as it is, anything else is put into JSON."""
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path = folder / "gold.jsonl"
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def test_every_form_of_answer_is_read(tmp_path: Path) -> None:
    """Words, numbers, dates and expressions are accepted answers, alone and in all_of."""
    forms = ["Ada", {"number": 45, "tolerance": 0.1}, {"date": "2025-12"}, {"regex": "b+"}]
    path = write(tmp_path, {**RIGHT, "answers": forms, "all_of": [["x", forms[1]], [forms[3]]]})
    (gold,) = read_gold([path])
    assert len(gold.facts) == 3
    assert [type(form).__name__ for form in gold.answers] == [
        "str",
        "NumberAnswer",
        "DateAnswer",
        "RegexAnswer",
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"answers": [{"regex": "("}]}, "not a regular expression"),
        ({"answers": [{"number": "many"}]}, "answers.0.number.number"),
        ({"answers": [{"number": 1, "tolerance": 2}]}, "tolerance"),
        ({"answers": [{"date": "2025-13-01"}]}, "month must be in 1..12"),
        ({"answers": [{"date": "11 December"}]}, "date"),
        ({"answers": []}, "needs answers or all_of"),
        ({"answers": [], "all_of": [[]]}, "all_of.0"),
        ({"answers": ["  "]}, "answers.0"),
        ({"kind": "unanswerable"}, "has no answers"),
        ({"kind": "follow_up"}, "needs its history"),
        ({"kind": "easy"}, "kind"),
        ({"tags": ["all"]}, "is taken"),
        ({"answer": ["Ada"]}, "answer: Extra inputs"),
        ({"id": ""}, "id"),
    ],
)
def test_a_faulty_line_is_named_with_its_number_and_fault(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    """A line that breaks a rule is refused by file, line number and the rule that it breaks."""
    path = write(tmp_path, {**RIGHT, "id": "q0"}, "", {**RIGHT, **change})
    with pytest.raises(BadGoldSet) as refused:
        read_gold([path])
    assert f"{path}:3: " in refused.value.detail
    assert said in refused.value.detail


def test_all_faults_are_listed_at_once(tmp_path: Path) -> None:
    """Broken JSON, a repeated id and a missing field are reported together, each with its line."""
    path = write(tmp_path, RIGHT, "{broken", RIGHT, {"id": "q3"})
    with pytest.raises(BadGoldSet) as refused:
        read_gold([path])
    detail = refused.value.detail
    assert all(f"{path}:{number}: " in detail for number in (2, 3, 4))
    assert f"id 'q1' is already at {path}:1" in detail


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xff\xfe{}", None])
def test_a_set_without_questions_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """An empty, undecodable or missing file is refused with a remedy, not run as zero questions."""
    path = tmp_path / "gold.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadGoldSet) as refused:
        read_gold([path])
    assert str(path) in refused.value.detail
    assert refused.value.remedy


def test_a_line_separator_inside_a_string_does_not_end_the_line(tmp_path: Path) -> None:
    """U+2028 in a question is part of it, as JSON allows, and not the end of a line."""
    path = tmp_path / "gold.jsonl"
    path.write_text(
        json.dumps({**RIGHT, "question": "Who\u2028else?"}, ensure_ascii=False), encoding="utf-8"
    )
    assert read_gold([path])[0].question == "Who\u2028else?"


def test_the_published_schema_is_the_models_own() -> None:
    """gold.schema.json is what the model says; `qa eval schema` writes it anew."""
    assert (HERE / "gold.schema.json").read_text(encoding="utf-8") == schema_text()


names = st.text("abcxyz 0123", min_size=1).filter(lambda text: bool(text.strip()))
forms = st.one_of(
    names,
    st.builds(lambda n: {"number": n}, st.floats(allow_nan=False, allow_infinity=False)),
    st.builds(lambda d: {"date": d.isoformat()}, st.dates()),
    st.builds(lambda r: {"regex": r}, st.just("a+b")),
)


@given(
    st.fixed_dictionaries({"id": names, "question": names, "answers": st.lists(forms, min_size=1)})
)
def test_what_the_model_takes_the_schema_takes(line: dict[str, Any]) -> None:
    """Any question of the documented shape is valid by the model and by the schema alike."""
    jsonschema.Draft202012Validator(json.loads(schema_text())).validate(line)
    gold = GoldQuestion.model_validate(line)
    assert GoldQuestion.model_validate_json(gold.model_dump_json()) == gold


def test_the_bundled_sets_are_gold_sets() -> None:
    """Every bundled set can be read, and by the schema as well."""
    validator = jsonschema.Draft202012Validator(json.loads(schema_text()))
    paths = sorted((HERE / "gold").glob("*.jsonl"))
    assert paths
    for path in paths:
        assert read_gold([path])
        for line in path.read_text(encoding="utf-8").splitlines():
            validator.validate(json.loads(line))
