"""A model's text is read as the lines it plainly means, whatever form it comes in."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.llm.lines import Line, Lines, about_the_passages, abstains, parse
from qa.llm.repeats import Repeats, period
from qa.llm.thoughts import Thoughts

SANK = "The ship sank."


def split(text: str, size: int, *, finished: bool = True) -> list[str]:
    """Feed a text in pieces of `size` and return its lines."""
    lines = Lines()
    found = [line for piece in pieces(text, size) for line in lines.feed(piece)]
    return [*found, *lines.end(finished=finished)]


def pieces(text: str, size: int) -> Iterable[str]:
    """Cut a text."""
    return (text[at : at + size] for at in range(0, len(text), size))


@pytest.mark.parametrize(
    ("said", "cited"),
    [
        ("The ship sank [1].", (1,)),
        ("The ship sank. [1]", (1,)),
        ("The ship sank[1].", (1,)),
        ("The ship sank [1]", (1,)),
        ("[1] The ship sank.", (1,)),
        ("The ship [1] sank [2].", (1, 2)),
        ("The ship sank [1, 2].", (1, 2)),
        ("The ship sank [1][2].", (1, 2)),
        ("The ship sank [1] [2].", (1, 2)),
        ("The ship sank [1; 3].", (1, 3)),
        ("The ship sank [1 and 2].", (1, 2)),
        ("The ship sank [1-3].", (1, 2, 3)),
        ("The ship sank [2][2].", (2,)),
        ("The ship sank [Passage 2].", (2,)),
        ("The ship sank (passage 2).", (2,)),
        ("The ship sank \u30102\u3011.", (2,)),
        ("The ship sank [^2].", (2,)),
        ("The ship sank [99].", ()),
        ("The ship sank [0].", ()),
        ("The ship sank [1][99].", (1,)),
        ("The ship sank.", ()),
        ("The ship sank", ()),
        ("- The ship sank [1].", (1,)),
        ("* The ship sank [1].", (1,)),
        ("• The ship sank [1].", (1,)),
        ("1. The ship sank [1].", (1,)),
        ("2) The ship sank [1].", (1,)),
        ("> The ship sank [1].", (1,)),
        ("### The ship sank [1].", (1,)),
        ("**The ship sank** [1].", (1,)),
        ("- **The *ship* sank.** [1]", (1,)),
        ("Answer: The ship sank [1].", (1,)),
        ("According to passage [2], the ship sank.", (2,)),
        ("According to passages [1] and [2], the ship sank.", (1, 2)),
        ("As reported in [3], the ship sank.", (3,)),
        ("Passage 2: The ship sank.", (2,)),
        ("Passage [2] states that the ship sank.", (2,)),
    ],
)
def test_slips_of_form_are_read_as_what_they_mean(said: str, cited: tuple[int, ...]) -> None:
    """The sentence comes out bare, with the numbers that belong to a passage."""
    (line,) = parse(said, 3)
    assert line.cited == cited
    assert line.text[:1].upper() + line.text[1:] == SANK


@pytest.mark.parametrize(
    ("said", "texts"),
    [
        ("According to Article 5, all must help [1].", "According to Article 5, all must help."),
        ("Article 5 says that all must help [1].", "Article 5 says that all must help."),
        ("It was built in [sic] 1912 [1].", "It was built in [sic] 1912."),
        ("The law [2025] holds [1].", "The law [2025] holds."),
        ("It cost 3.5 million, -5 % on 2024 [1].", "It cost 3.5 million, -5 % on 2024."),
        ("“It sank” [1]", "“It sank”"),
    ],
)
def test_what_only_looks_like_a_slip_stays(said: str, texts: str) -> None:
    """Numbers that are part of the sentence are not taken for marks."""
    assert parse(said, 3) == [Line(texts, (1,))]


def test_several_sentences_share_the_number_that_follows_them() -> None:
    """A number counts back to the last one; what comes after the last number has none."""
    said = "The ship sank. Ten people died [2]. It was dark [1]. Nobody knew."
    assert [line.cited for line in parse(said, 3)] == [(2,), (2,), (1,), ()]
    assert [line.cited for line in parse("It sank [99]. Ten died [2].", 3)] == [(), (2,)]


@pytest.mark.parametrize(
    "talk", ["Here is the answer:", "## Answer", "```", "---", "", "  ", "[1]", "[1].", "**"]
)
def test_talk_and_marks_alone_are_no_lines(talk: str) -> None:
    """An introduction, a fence or a lone number says nothing."""
    assert parse(talk, 3) == []


@pytest.mark.parametrize(
    "said",
    [
        "The passages do not mention the builder.",
        "The passages do not mention the builder [1].",
        "Unfortunately, the provided articles contain no information about it.",
        "I'm sorry, but the given text does not say who built it.",
        "There is no mention of the builder in the passages.",
        "None of the passages says who built it.",
        "I cannot answer this question.",
        "The article does not say who built it.",
    ],
)
def test_an_abstention_in_other_words_is_no_claim(said: str) -> None:
    """A model that says what is lacking has abstained."""
    (line,) = parse(said, 3)
    assert about_the_passages(line)


@pytest.mark.parametrize(
    "said",
    [
        "The passage of the bill did not surprise anyone [1].",
        "The passage through the strait is not safe [2].",
        "The leaked documents do not mention the minister [1].",
        "It is not known who built it [1].",
        "Nobody was hurt [3].",
        "No ship was allowed to leave [1].",
    ],
)
def test_a_claim_of_something_lacking_is_a_claim(said: str) -> None:
    """Negative sentences with a number are the articles' own."""
    (line,) = parse(said, 3)
    assert not about_the_passages(line)


@pytest.mark.parametrize(
    "said", ["NOT_IN_ARTICLES", "NOT_IN_ARTICLES.", "**NOT_IN_ARTICLES** [1]", "- NOT IN ARTICLES"]
)
def test_the_marker_is_known_in_any_dress(said: str) -> None:
    """Stops, bold type, numbers and lost underlines do not hide it."""
    assert abstains(said)
    assert not abstains("It is not in articles that one learns to sail [1].")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_lines_are_the_same_however_the_stream_is_cut(size: int) -> None:
    """Pieces of any length give the same lines, with any line ends."""
    text = "The ship sank [1].\r\n\n\nTen people died [2]\n- It was dark [3]."
    assert split(text, size) == ["The ship sank [1].", "Ten people died [2]", "- It was dark [3]."]


def test_a_sentence_in_a_paragraph_is_given_as_soon_as_the_next_begins() -> None:
    """A model that writes no line ends still has its first sentence checked first."""
    lines = Lines()
    assert list(lines.feed("The ship sank [1]. T")) == ["The ship sank [1]."]
    assert list(lines.feed("en people died [2].")) == []
    assert list(lines.end(finished=True)) == ["Ten people died [2]."]


def test_an_unfinished_line_counts_only_with_its_number() -> None:
    """What was cut off in the middle of a sentence is not what the model wanted to say."""
    assert split("The ship sank [1].\nThe captain did not", 4, finished=False) == [
        "The ship sank [1]."
    ]
    assert split("The ship sank [1].\nTen died [2]", 4, finished=False)[-1] == "Ten died [2]"
    assert split("The captain did not", 4) == ["The captain did not"]


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_thoughts_are_taken_out_however_the_stream_is_cut(size: int) -> None:
    """Tags may be cut anywhere, and stand anywhere; one that is never closed hides the rest."""
    thoughts = Thoughts()
    text = "<think>Passage 1 < 2? </thi</think>The <b>ship sank [1].<Thinking>Hm.</thinking> Ten"
    said = "".join(map(thoughts.feed, pieces(text, size))) + thoughts.end()
    assert said == "The <b>ship sank [1]. Ten"
    thoughts = Thoughts()
    said = "".join(map(thoughts.feed, pieces("Yes.<think>But then", size))) + thoughts.end()
    assert said == "Yes."


def test_a_closing_tag_alone_ends_thoughts_too() -> None:
    """Some templates open the thoughts themselves, so that only their end is in the text."""
    assert split("So passage 1 it is.</think>The ship sank [1].", 3) == ["The ship sank [1]."]


@given(st.text(alphabet="ab<>/think \n[]1.", max_size=60), st.integers(1, 7))
def test_cutting_never_changes_what_is_read(text: str, size: int) -> None:
    """Thoughts come out the same in one piece and in many."""
    whole, cut = Thoughts(), Thoughts()
    expected = whole.feed(text) + whole.end()
    assert "".join(map(cut.feed, pieces(text, size))) + cut.end() == expected


@given(st.text(max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    """Whatever a model writes, a line has a word and cites only passages that there are."""
    for line in parse(text, 3):
        assert any(character.isalnum() for character in line.text)
        assert set(line.cited) <= {1, 2, 3}


@given(st.text(alphabet="abc", min_size=1, max_size=8), st.integers(2, 6))
def test_the_period_of_a_repeated_text_divides_it(unit: str, times: int) -> None:
    """The least period is never longer than the unit, and the text repeats at it."""
    text = unit * times
    found = period(text)
    assert found <= len(unit)
    assert all(text[i] == text[i + found] for i in range(len(text) - found))


def test_going_round_in_circles_is_noticed() -> None:
    """Endless words and endless lines are; a long text that goes on is not."""
    circles = Repeats()
    for _ in range(60):
        circles.text("and then he said ")
    assert circles.found
    lines = Repeats()
    given_lines = ["A.", "B.", "A.", "B.", "a", "C."]
    assert [lines.line(text) for text in given_lines] == [True, True, False, False, False, True]
    assert lines.found
    long = Repeats()
    for n in range(400):
        long.text(f"Ship number {n} sank in the year {1000 + 7 * n}. ")
    assert not long.found
