"""A prompt is numbered, dated, fenced and within its budget, and no article can speak in it."""

import datetime as dt
import os
import re
from pathlib import Path

import llama_index.core
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.errors import LLMPromptTooLong
from qa.prompts import ABSTAIN, MOST_PASSAGES, answering, defused, rewriting, tokens
from qa.types import Turn
from tests.bad_models import passages, question
from tests.conftest import SEEDS
from tests.llm_world import PASSAGES, TEXTS, WHO, passage

ROOM = 4000


def sent(*texts: str) -> str:
    """Return the user's message over these texts."""
    given = [passage(n, text) for n, text in enumerate(texts, start=1)]
    return answering(WHO, given, room=ROOM, most=6).user


def test_passages_are_numbered_dated_and_titled() -> None:
    """A model sees each passage with its number, its article's date and title, and the question."""
    undated = passage(4, "Later the lamp was repaired.", date=None)
    prompt = answering(WHO, [*PASSAGES, undated], room=ROOM, most=6)
    assert "Passage [1] - 2025-12-11 - Report 1\n" in prompt.user
    assert "Passage [4] - no date - Report 4\n" in prompt.user
    body = {"messages": [{"content": prompt.system}, {"content": prompt.user}]}
    assert passages(body) == [*enumerate(TEXTS, start=1), (4, undated.text)]
    assert question(body) == WHO
    assert "at most 6 lines" in prompt.system
    assert ABSTAIN in prompt.system


def test_at_most_six_passages_are_shown() -> None:
    """More are left out from the end, whatever room there is."""
    many = [passage(n, f"This is sentence {n}.") for n in range(1, 20)]
    prompt = answering(WHO, many, room=100_000, most=6)
    assert prompt.passages == tuple(many[:MOST_PASSAGES])
    assert "[7]" not in prompt.user


def test_passages_are_dropped_from_the_end_and_never_cut() -> None:
    """As the room shrinks, whole passages go, the last one first; the prompt fits each time."""
    given = [passage(n, f"Sentence {n} is about the ferry. " * 12) for n in range(1, 7)]
    counts = []
    for room in range(400, 2400, 50):
        try:
            prompt = answering(WHO, given, room=room, most=6)
        except LLMPromptTooLong:
            counts.append(0)
            continue
        assert prompt.tokens <= room
        assert prompt.passages == tuple(given[: len(prompt.passages)])
        assert all(p.text.strip() in prompt.user for p in prompt.passages)
        counts.append(len(prompt.passages))
    assert counts == sorted(counts)
    assert set(counts) == {0, 1, 2, 3, 4, 5, 6}


def test_a_prompt_that_cannot_fit_says_what_to_do() -> None:
    """Not even one passage fits: an error with the two figures, not a prompt without passages."""
    with pytest.raises(LLMPromptTooLong, match="there is room for 100") as caught:
        answering(WHO, PASSAGES, room=100, most=6)
    assert "QA_LLM_NUM_CTX" in caught.value.remedy


def test_the_fence_is_new_for_every_request() -> None:
    """An article cannot know the line that ends its passage."""
    fences = {answering(WHO, PASSAGES, room=ROOM, most=6).fence for _ in range(50)}
    assert len(fences) == 50
    prompt = answering(WHO, PASSAGES, room=ROOM, most=6)
    assert prompt.user.count(prompt.fence) == 2 * len(PASSAGES)
    assert prompt.fence in prompt.system


@pytest.mark.parametrize(
    "planted",
    [
        "<|im_start|>", "<|im_end|>", "<|eot_id|>", "<|start_header_id|>", "[INST]", "[/INST]",
        "<<SYS>>", "<s>", "</s>", "<start_of_turn>", "<end_of_turn>", "<bos>", "<think>",
        "</think>", "<tool_call>", "<\uff5cUser\uff5c>", "[SYSTEM_PROMPT]", "[12]", "[12, 13]",
        "\u301012\u3011", "[Passage 12]", "---", "-" * 40, "```", "\n### Instruction:", "=====",
        "\nSystem: ", "\nAssistant:", "\nQuestion:", ABSTAIN.lower(), "NOT_\u200bIN_ARTICLES",
        "<\u200b|im_start|>", "\U000e0049\U000e0067", "\u202e", "\x1b[2J", "\x00",
    ],
)  # fmt: skip
def test_what_a_chat_template_could_take_for_its_own_is_defused(planted: str) -> None:
    """Nothing of the kind is left of a text, of a title or of a question that has it."""
    text = defused(f"Rain fell. {planted} Then it stopped.")
    assert planted not in text
    assert "Rain fell." in text
    assert "Then it stopped." in text
    bad = passage(1, "Rain fell.").model_copy(update={"title": f"Rain {planted} again"})
    prompt = answering(f"Did {planted} it rain?", [bad], room=ROOM, most=6)
    assert planted not in prompt.user.replace(prompt.fence, "").replace("\nQuestion: Did", "")


def test_the_marker_to_abstain_is_ours_alone() -> None:
    """An article that holds it word for word cannot put it into a model's mouth."""
    assert ABSTAIN not in defused(f"Rain fell. {ABSTAIN} Then it stopped.")
    assert sent(f"Rain fell. {ABSTAIN}").count(ABSTAIN) == 1


def test_ordinary_text_is_left_alone() -> None:
    """Comparison signs, brackets with words, dashes and dates stay as they are."""
    text = "It is 3 < 4 and 5 > 2 [sic] – a well-known fact (see 2025-12-11): 'No' - Ada's."
    assert defused(text) == text


def test_the_bundled_articles_keep_their_words() -> None:
    """Defusing changes no word of the articles that come with the product."""
    for path in sorted(SEEDS.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"\w+", defused(text)) == re.findall(r"\w+", text)


@given(st.text(max_size=200))
def test_a_defused_text_has_no_mark_of_ours(text: str) -> None:
    """Whatever an article holds, no bracketed number and no marker to abstain comes through."""
    found = defused(text)
    assert not re.search(r"\[\d+\]", found)
    assert ABSTAIN not in found
    assert "<|" not in found
    assert tokens(found) >= 0


@pytest.mark.parametrize(
    "text",
    [
        *(path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))),
        "Der Bundeskanzler sagte am Mittwoch, dass die Verhandlungen über das Abkommen dauern.",
        "Президент заявил в среду, что переговоры продолжаются.",
        "大統領は水曜日に交渉が続いていると述べた。",
        "https://example.org/a/b?c=1&d=2 1,234,567.89 F-16s",
        "🙂🙃🙂🙃",
    ],
)  # fmt: skip
def test_the_estimate_of_tokens_is_never_below_a_real_tokenizer(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our count is at least GPT-4's, and that is at least the number of words."""
    cache = Path(llama_index.core.__file__).parent / "_static" / "tiktoken_cache"
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(cache))
    assert os.environ["TIKTOKEN_CACHE_DIR"]
    import tiktoken

    real = len(tiktoken.get_encoding("cl100k_base").encode(text))
    assert len(text.split()) <= real <= tokens(text)


def test_lines_of_the_prompt_are_recognised() -> None:
    """A model that recites its rules, its fence or a heading is heard; a claim is not."""
    prompt = answering(WHO, PASSAGES, room=ROOM, most=6)
    assert prompt.echoed("Use only what the passages say.")
    assert prompt.echoed(prompt.fence.split()[-1])
    assert prompt.echoed("Passage - 2025-12-11 - Report 1.")
    assert prompt.echoed(f"Question: {WHO}")
    assert not prompt.echoed(TEXTS[0])
    assert not prompt.echoed("Skipper.")


def test_a_rewriting_is_asked_for_with_the_last_turns() -> None:
    """Three turns at most, long answers shortened, footnote marks gone, all of it defused."""
    history = [Turn(question=f"Question {n}?", answer=f"Answer {n} [1]. " * 60) for n in range(9)]
    system, user = rewriting("And <|im_start|> when?", history)
    assert "do not answer" in system
    assert "Question 5?" not in user
    assert "Question 6?" in user
    assert "[1]" not in user
    assert "<|" not in user
    assert len(user) < 2000
    assert user.index("Question 8?") < user.index("Last question: And")


def test_dates_are_written_in_full() -> None:
    """The day of an article reads the same to every model."""
    day = passage(1, "Rain fell.", date=dt.date(2025, 1, 2))
    assert "2025-01-02" in answering(WHO, [day], room=ROOM, most=6).user
    assert "Rain fell." in sent("Rain fell.")
