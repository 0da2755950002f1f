"""Lists, tables and labelled lines: what they say is quoted, what only names it is not."""

import pytest

from qa.answer import draft, plain
from qa.candidates import gather, usable_of
from qa.layout import says_something
from qa.marks import unmarked
from qa.reader import EmbeddedReader
from qa.sentences import sentences
from qa.tables import stated, statements
from qa.types import Draft, Passage, Quote
from qa.verify import check, verify

POLICY = """## 3. Special leave

| Occasion | Days | Proof required |
|:---|---:|---|
| Own wedding | 2 | Marriage certificate |
| Birth of a child (partner) | 10 | Birth certificate |
| Moving house | 1 | **New** lease or registration |

Special leave cannot be carried over. Requests go through the portal:

- one or two days: your team lead approves
- more than ten days: HR must agree as well
1. Ask your team lead first.
2. Sign off:
* [ ] hand in the old key card
"""
DRILL = """Technical data

Feature | HX-200 | HX-200 Pro
Max. torque | 65 Nm | 82 Nm
Price | $149.00 | $199.00
"""


def _passage(text: str) -> Passage:
    return Passage(id="p", article_id="a.md", title="A", text=text, start=0, end=len(text))


def _said(text: str) -> list[str]:
    spans = sentences(text)
    usable = usable_of(text)
    return [text[a:b] for (a, b), says in zip(spans, usable, strict=True) if says]


def test_items_and_rows_may_be_quoted_and_heads_may_not() -> None:
    """A head, a rule and a heading state nothing."""
    assert _said(POLICY) == [
        "| Own wedding | 2 | Marriage certificate |",
        "| Birth of a child (partner) | 10 | Birth certificate |",
        "| Moving house | 1 | **New** lease or registration |",
        "Special leave cannot be carried over.",
        "Requests go through the portal:",
        "- one or two days: your team lead approves",
        "- more than ten days: HR must agree as well",
        "1. Ask your team lead first.",
        "* [ ] hand in the old key card",
    ]
    assert _said(DRILL) == ["Max. torque | 65 Nm | 82 Nm", "Price | $149.00 | $199.00"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Place: Clubhouse, Room 2\nPresent: Carla Mendes, Joe Barker", True),
        ("Venezuela: US seizes tanker\n\nThe tanker was seized on Wednesday.", False),
        ("Chapter 3: The storm\n\nSources: see below", False),
        ("Date: Friday\nAgenda:", False),
    ],
)
def test_labelled_lines_count_in_blocks_only(text: str, *, expected: bool) -> None:
    """One alone is as likely a heading."""
    spans = sentences(text)
    assert says_something(text, spans)[0] is expected


PROGRAMME = """Open day

08:30 Helpers meet in the canteen
09:00 Gates open
9.30 – 10.15: Tour of the station, for all who have booked by Friday
2 pm Concert of the brass band in the yard, or in the main hall
"""


def test_the_entries_of_a_programme_may_be_quoted() -> None:
    """Each by itself, even where they are as long as lines of a wrapped text."""
    assert _said(PROGRAMME) == PROGRAMME.splitlines()[2:]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Held on Monday, in room B12\nPresent: Carla Mendes\nApologies: Joe Barker", True),
        ("Minutes of the committee\nPresent: Carla Mendes\nApologies: Joe Barker", False),
        ("The war of 1643 in brief\n\nPresent: Carla Mendes\nApologies: Joe Barker", False),
        ("Minutes, 3 May\nPresent: Carla Mendes\nApologies: Joe Barker", False),
        ("10:00 A bad morning\n\nThe pump failed.", False),
    ],
)
def test_a_line_beside_labels_counts_where_it_tells_something(text: str, *, expected: bool) -> None:
    """A day or a number; a heading has none, or stands apart, as an hour alone may be one."""
    assert says_something(text, sentences(text))[0] is expected


def test_labelled_lines_as_long_as_wrapped_ones_stand_alone() -> None:
    """Who was there and who was not is not one sentence."""
    lines = [
        "Present: Carla Mendes, Joe Barker, Ida Holm",
        "Apologies: Oda Brandt, Mette Lindqvist",
    ]
    text = "\n".join(lines)
    assert [text[a:b] for a, b in sentences(text)] == lines


@pytest.mark.parametrize(
    "line", ["# A heading of words", "- Notes", "- What now?", "- as follows:", "---", "|", "a | "]
)
def test_what_names_or_asks_says_nothing(line: str) -> None:
    """Marks alone make no statement."""
    assert not any(says_something(line, sentences(line)))


def test_a_row_is_put_into_words_with_its_head() -> None:
    """The head is quoted along, so that the words stand in the quote."""
    at = POLICY.index("| Moving")
    end = POLICY.index("\n", at)
    found = stated(POLICY, at, end)
    assert found is not None
    ((start, stop),), words = found
    assert words == "Occasion: Moving house; Days: 1; Proof required: New lease or registration."
    assert POLICY[start:stop].startswith("| Occasion")
    assert stop == end
    assert words in statements(POLICY[start:stop])
    price = DRILL.index("Price")
    assert stated(DRILL, price, len(DRILL) - 1) == (
        ((DRILL.index("Feature"), len(DRILL) - 1),),
        "Feature: Price; HX-200: $149.00; HX-200 Pro: $199.00.",
    )


def test_a_row_far_below_its_head_is_quoted_with_it() -> None:
    """What lies between is not quoted, and the two together bear the claim out."""
    rows = [f"| Station number {n} of the line | {n} minutes | {n + 3} km |" for n in range(40)]
    table = "\n".join(["| Station | Time | Way |", "|---|---|---|", *rows])
    at = table.index(rows[-1])
    found = stated(table, at, len(table))
    assert found is not None
    (head, row), words = found
    assert (table[slice(*head)], table[slice(*row)]) == ("| Station | Time | Way |", rows[-1])
    assert words == "Station: Station number 39 of the line; Time: 39 minutes; Way: 42 km."
    passage = _passage(table)
    quotes = tuple(Quote(passage=passage, start=a, end=b) for a, b in (head, row))
    checked = verify(Draft(text=words, quotes=quotes), lambda *_: 0.0)
    assert (checked.verdict, checked.quotes) == ("supported", quotes)
    wrong = Draft(text=words.replace("42", "43"), quotes=quotes)
    assert verify(wrong, lambda *_: 1.0).verdict != "supported"


def test_a_table_that_was_cut_has_no_head() -> None:
    """A passage may begin within a table: its first row is a row like any other."""
    for table in (
        "| 18 V | $149.00 | yes |\n| 20 V | $199.00 | no |",
        "Voltage | $149.00 | $199.00\nWeight | 1.4 kg | 1.6 kg",
    ):
        second = table.index("\n") + 1
        found = stated(table, second, len(table))
        assert found is not None
        assert found[0] == ((second, len(table)),)
        assert says_something(table, sentences(table)) == [True, True]


def test_prose_is_no_row() -> None:
    """A stroke in a sentence, a line of links, or a block of lines make no table."""
    assert stated("He said yes. " * 30 + "| no", 0, 394) is None
    assert stated("a | b\nc | d", 0, 11) is None
    assert stated("Nothing here.", 0, 13) is None
    assert stated("Home | About us | Contact", 0, 25) is None
    assert stated("Jo Fox | Sales\nPhone 12 | Room 3 | jo@fox.example", 0, 14) is None
    prose = "We met. The door | it was green | stood open. Nobody came."
    assert len(sentences(prose)) == 3


@pytest.mark.parametrize(
    ("claim", "supported"),
    [
        ("Occasion: Own wedding; Days: 2; Proof required: Marriage certificate.", True),
        ("Own wedding; 2; Marriage certificate.", True),
        ("Occasion: Own wedding; Days: 10; Proof required: Marriage certificate.", False),
        ("Occasion: Own wedding; Days: 2; Proof required: Birth certificate.", False),
    ],
)
def test_a_row_in_words_is_checked_cell_by_cell(claim: str, *, supported: bool) -> None:
    """The words are those of the row; another row's cell is another statement."""
    quote = POLICY[POLICY.index("| Occasion") : POLICY.index("\n| Birth")]
    assert (check(claim, quote, lambda *_: 0.0).verdict == "supported") is supported


@pytest.mark.parametrize(
    ("quote", "claim"),
    [
        ("Every employee has **27 days** of leave.", "Every employee has 27 days of leave."),
        (
            "- _never_ after `10 p.m.` in [the hall](http://x.example)",
            "never after 10 p.m. in the hall",
        ),
        ("The fee is ~~20~~ 25 euros.[^2]", "The fee is 25 euros."),
        ("The fee is <del>20</del> 25 euros.", "The fee is 25 euros."),
        ("> Note: interns are ***not*** covered.", "Note: interns are not covered."),
    ],
)
def test_marks_do_not_count_when_a_claim_is_checked(quote: str, claim: str) -> None:
    """What is shown without its marks is the same statement."""
    assert plain(quote) == claim
    assert check(claim, quote, lambda *_: 0.0).verdict == "supported"


def test_names_and_sums_keep_their_signs() -> None:
    """Only pairs of marks around words are emphasis."""
    for text in ("2*3*4 is 24", "the file a_b_c.txt", "5 * 6 * 7", "C** and D"):
        assert unmarked(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Nitrate fell by a third, i.e. from 9.6 to 6.4 micromol.",
        "It was paid for by the fund (grant no. NCF-2018-114) in full.",
        "Light was logged every 15 min. at a depth of three feet.",
        "Call payroll, ext. 4417, about balances.",
        "Sandy sites recovered faster (approx. 2.1 times, cf. fig. 3).",
        "1. Preheat the oven.",
        "(2) Upgrade the plant by 2028.",
    ],
)
def test_abbreviations_and_numbers_end_no_sentence(text: str) -> None:
    """They did, and what was shown was half a statement."""
    assert sentences(text) == [(0, len(text))]


@pytest.mark.parametrize(
    "first", ["He was asked and said no.", "It took 15 min.", "We had tea etc."]
)
def test_some_abbreviations_end_sentences_too(first: str) -> None:
    """Where the next word has a capital."""
    text = f"{first} Then he left."
    assert [text[a:b] for a, b in sentences(text)] == [first, "Then he left."]


def test_a_row_answers(reader: EmbeddedReader) -> None:
    """The number is in a table and nowhere else."""
    passage = _passage(POLICY)
    question = "How many days of special leave are there for the birth of a child?"
    reading = reader.read(question, [passage])
    drafts = draft(question, reading, [passage], reader, max_claims=2)
    assert "Days: 10" in drafts[0].text
    assert (
        drafts[0].quotes[0].text.endswith("| Birth of a child (partner) | 10 | Birth certificate |")
    )
    assert check(drafts[0].text, drafts[0].quotes[0].text, lambda *_: 0.0).verdict == "supported"
    rows = {s.text for s in gather([passage]) if s.whole}
    assert "| Occasion | Days | Proof required |" not in rows


FAQ = """Q: Can I carry over leave?
A: Yes, up to three days. Ask your team lead.

Q: Who pays for the course?
A: Corvin Works pays the fee in advance.
"""


def test_questions_with_their_answers_are_quoted() -> None:
    """A list of them is for readers."""
    assert _said(FAQ) == [
        "A: Yes, up to three days.",
        "Ask your team lead.",
        "A: Corvin Works pays the fee in advance.",
    ]


def test_one_question_with_its_answer_may_be_planted() -> None:
    """It is what an order looks like that pretends to be settled."""
    alone = FAQ[: FAQ.index("Ask")]
    assert not any(usable_of(alone))


def test_what_a_page_hides_before_a_sentence_does_not_count() -> None:
    """Marks of direction and tags."""
    text = "\u202eIt is short.\u202c <b>The captain</b> is Mette Rask."
    assert len(_said(text)) == len(sentences(text))


def test_what_is_written_without_capitals_is_quoted() -> None:
    """In notes and messages; elsewhere what begins small is the end of something."""
    notes = "the boiler was changed in may. it cost 900 euros. the old one is in the shed."
    assert _said(notes) == notes.replace(". ", ".|").split("|")
    cut = "was changed in May. The new one cost 900 euros. It was put in by Ann. All went well."
    assert _said(cut)[0] == "The new one cost 900 euros."
    assert (
        _said("iPhone sales rose by a third. The rest fell.")[0] == "iPhone sales rose by a third."
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**Getting there.** The train runs.", ["**Getting there.**", "The train runs."]),
        ("*It is small.* Take it.", ["*It is small.*", "Take it."]),
        ("We met Gov. Ann Reed and Lt. Fox there.", ["We met Gov. Ann Reed and Lt. Fox there."]),
        ("They met at the inn. and left.", ["They met at the inn. and left."]),
        ("it was cold. they left.", ["it was cold.", "they left."]),
    ],
)
def test_what_belongs_to_a_sentence_stays_with_it(text: str, expected: list[str]) -> None:
    """Marks that close an emphasis, names behind titles, and what goes on in small letters."""
    assert [text[a:b] for a, b in sentences(text)] == expected


def test_half_an_emphasis_is_not_shown() -> None:
    """The other half is in another sentence."""
    assert plain("**Getting there. The train runs.") == "Getting there. The train runs."


def test_an_initial_is_no_label() -> None:
    """An A with a full stop may be a name's; with a colon it is a label."""
    assert plain("A. Smith resigned in May.") == "A. Smith resigned in May."
    assert plain("A: Smith resigned in May.") == "Smith resigned in May."
    assert plain("A12: Smith resigned in May.") == "Smith resigned in May."


def test_what_is_crossed_out_supports_nothing() -> None:
    """It stands in the quote, and its author no longer says it."""
    quote = "The fee is ~~20~~ 25 euros."
    assert check("The fee is 25 euros.", quote, lambda *_: 0.0).verdict == "supported"
    assert check("They ask for 20 euros.", quote, lambda *_: 1.0).verdict != "supported"
    assert check("They ask for 25 euros.", quote, lambda *_: 1.0).verdict == "supported"
