"""Telling English from other languages, in doubt for English."""

import subprocess
import sys

import pytest

from qa.language import foreign


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wie heißt der Tanker?", "German"),
        ("Quel est le nom du pétrolier ?", "French"),
        ("¿Cómo se llama el petrolero?", "Spanish"),
        ("Come si chiama la nave?", "Italian"),
        ("Hoe heet het schip?", "Dutch"),
        ("Как называется танкер?", "Russian"),
        ("油轮叫什么名字", "Chinese"),
        ("Die Fähre lief am Dienstag vor der Insel auf eine Sandbank.", "German"),
    ],
)
def test_other_languages_are_named(text: str, language: str) -> None:
    """A question or sentence that is plainly not English is told apart, by name."""
    assert foreign(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "What is the tanker believed to be called?",
        "how tall is burj khalifa",
        "tanker seizure date",
        "Skipper crew nationality",
        "Maduro Venezuela Nicaragua",
        "Where was Kim Jong Un born?",
        "When did Zhu Shijie die?",
        "who won",
        "12345",
        "",
        "The treaty of Guadalupe Hidalgo was signed by Nicholas Trist and Luis Gonzaga Cuevas.",
    ],
)
def test_english_and_bare_terms_count_as_english(text: str) -> None:
    """Names, terms and short questions have no other language."""
    assert foreign(text) is None


def test_plain_english_does_not_load_the_identifier() -> None:
    """The usual question costs nothing: its function words tell."""
    code = (
        "import sys; from qa.language import foreign;"
        "foreign('What is the name of the ship that was taken?');"
        "print('py3langid' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
