"""Questions in other words, by a WordNet of a few words in WordNet's own format."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from qa.training.data import Asked, Group
from qa.training.reading.calibrate import reworded
from qa.training.reading.thesaurus import Thesaurus

_HEAD = "  1 This file begins, as WordNet's do, with lines that begin with blanks.\n"
_CHAIN = [f"{n:08}" for n in range(1, 11)]
"""From the widest thing to a ship, and one narrower."""


def _noun(offset: str, words: str, wider: str = "") -> str:
    own = " ".join(f"{word} 0" for word in words.split())
    pointers = f"001 @ {wider} n 0000" if wider else "000"
    return f"{offset} 06 n {len(words.split()):02x} {own} {pointers} | said of it  \n"


def write_wordnet(folder: Path) -> None:
    """Write a small WordNet."""
    names = [*(f"thing{n}" for n in range(8)), "ship watercraft", "tanker"]
    nouns = [_noun(o, w, _CHAIN[n - 1] if n else "") for n, (o, w) in
             enumerate(zip(_CHAIN, names, strict=True))]  # fmt: skip
    nouns += [_noun("00000020", "firm house"), _noun("00000021", "house home")]
    files = {
        "data.noun": "".join(nouns),
        "data.verb": "00000030 30 v 02 occur 0 happen 0 000 | it is so  \n"
        "00000031 30 v 02 stop 0 halt 0 000 | no further  \n"
        "00000032 30 v 02 wander 0 go 0 000 | about  \n"
        "00000033 36 v 02 build 0 construct 0 000 | and there it is  \n",
        "data.adj": "00000040 00 a 02 initial(a) 0 primary 0 000 | at the head  \n",
        "index.noun": "ship n 1 1 @ 1 1 00000009  \nwatercraft n 1 1 @ 1 0 00000009  \n"
        "tanker n 1 1 @ 1 1 00000010  \nfirm n 1 0 1 1 00000020  \n"
        "house n 2 0 2 2 00000021 00000020  \nhome n 1 0 1 1 00000021  \n",
        "index.verb": "occur v 1 0 1 1 00000030  \nhappen v 1 0 1 1 00000030  \n"
        "stop v 1 0 1 1 00000031  \nhalt v 1 0 1 1 00000031  \n"
        "wander v 1 0 1 1 00000032  \ngo v 1 0 1 1 00000032  \n"
        "build v 1 0 1 1 00000033  \nconstruct v 1 0 1 1 00000033  \n",
        "index.adj": "initial a 1 0 1 1 00000040  \nprimary a 1 0 1 1 00000040  \n",
        "noun.exc": "", "adj.exc": "", "data.adv": "", "index.adv": "",
        "verb.exc": "stopped stop\nwent go\ngone go\nbuilt build\n",
        "cntlist.rev": "ship%1:06:00:: 1 40\nthing7%1:03:00:: 1 40\n"
        "tanker%1:06:00:: 1 4\nfirm%1:14:00:: 1 9\n"
        "house%1:06:00:: 1 30\nhouse%1:14:00:: 2 30\nhome%1:06:00:: 1 30\n"
        "occur%2:30:00:: 1 9\nhappen%2:30:00:: 1 9\nstop%2:30:00:: 1 9\nhalt%2:30:00:: 1 9\n"
        "wander%2:30:00:: 1 9\ngo%2:30:00:: 1 99\ninitial%3:00:00:: 1 9\n"
        "primary%3:00:00:: 1 2\nbuild%2:36:00:: 1 9\nconstruct%2:36:00:: 1 9\n",
    }  # fmt: skip
    for name, text in files.items():
        (folder / name).write_text(_HEAD + text, "ascii")


@pytest.fixture
def wordnet(tmp_path: Path) -> Path:
    """Return the folder of a small WordNet."""
    write_wordnet(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("When did it occur?", "When did it happen?"),
        ("When was it halted?", "When was it stopped?"),  # its own past form, from the exceptions
        ("Who built it?", "Who constructed it?"),
        ("Which firms?", "Which houses?"),
        ("Which tanker?", "Which ship?"),  # for the narrower thing the wider one
        ("Which ship?", "Which ship?"),  # "watercraft" is too rare, "thing7" too wide
        ("Which house?", "Which house?"),  # two senses, neither of which leads
        ("Who wandered off?", "Who wandered off?"),  # of "went" and "gone" it is not known which
        ("The initial one?", "The initial one?"),  # "primary" is too rare
        ("Was Firm the firm-holder?", "Was Firm the firm-holder?"),  # names, parts of words
        ("What year was it called?", "What year was it called?"),
    ],
)
def test_a_word_is_exchanged_only_for_one_that_says_the_same(
    wordnet: Path, question: str, other: str
) -> None:
    """Of its first sense, in the same form, and a word that is in use."""
    assert Thesaurus(wordnet).reworded(question, random.Random(1)) == other  # noqa: S311


def test_no_more_words_are_exchanged_than_asked_for(wordnet: Path) -> None:
    """One at least."""
    known, question = Thesaurus(wordnet), "Which firms stop when tankers occur"
    changed = {
        sum(a != b for a, b in zip(question.split(), new.split(), strict=True))
        for new in (known.reworded(question, random.Random(n)) for n in range(30))  # noqa: S311
    }
    assert changed == {1, 2}


def test_a_folder_without_wordnet_is_named(tmp_path: Path) -> None:
    """The error says which file is missed."""
    with pytest.raises(FileNotFoundError, match=r"index\.noun"):
        Thesaurus(tmp_path)


def test_a_calibration_puts_some_of_its_questions_in_other_words(wordnet: Path) -> None:
    """The question alone, of some; where its answer stands is the same, in every run as well."""
    asked = tuple(
        Asked(question=f"Who built house {n}?", home=f"a#{n}", gold=((n, n + 1),), answers=("Ida",))
        for n in range(100)
    )
    group = Group("built", (), asked)
    (first,), (second,) = (reworded([group], Thesaurus(wordnet)) for _ in range(2))
    assert first == second
    changed = [(a, b) for a, b in zip(asked, first.asked, strict=True) if a != b]
    assert 20 < len(changed) < 60
    for old, new in changed:
        assert new.question == old.question.replace("built", "constructed")
        assert replace(new, question=old.question) == old
