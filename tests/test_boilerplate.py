"""Captions, credits and notices: no line that has the form of one is passed over unseen."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.boilerplate import (
    _CAPTIONS,
    _CREDITS,
    _NOTICES,
    _OWNED,
    is_caption,
    is_notice,
    is_worth_a_look,
)

FORMS = [*_CAPTIONS, *_CREDITS, *_NOTICES, _OWNED]
ASCII = st.characters(min_codepoint=32, max_codepoint=126)


@pytest.mark.parametrize("form", FORMS, ids=[f"{n}" for n in range(len(FORMS))])
@given(data=st.data())
@settings(
    max_examples=25, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
def test_what_has_a_form_is_worth_a_look(form: re.Pattern[str], data: st.DataObject) -> None:
    """The quick look may let prose through, and nothing that the slow one would find."""
    line = data.draw(st.from_regex(form, alphabet=ASCII))
    assert is_worth_a_look(line)


@pytest.mark.parametrize(
    "line",
    [
        "The quay in the morning. (Ada Quill/AFP)", "[AFP]", "[Ada Quill/BBC]", "Ada Quill/NASA",
        "The quay in the morning. Unsplash", "The quay in the morning. Wikimedia Commons",
        "(File: the quay in 2019)",
    ],
)  # fmt: skip
def test_a_caption_is_seen(line: str) -> None:
    """By its credit alone, whoever the agency is."""
    assert is_worth_a_look(line)
    assert is_caption(line)


@pytest.mark.parametrize(
    "line",
    [
        "Please do not copy.", "This story first ran in The Gazette.", "Continues below",
        "Continue after this ad", "This material may not be rewritten.",
    ],
)  # fmt: skip
def test_a_notice_is_seen(line: str) -> None:
    """Whatever it asks for."""
    assert is_worth_a_look(line)
    assert is_notice(line)


def test_prose_is_done_with_at_once() -> None:
    """Most lines have nothing of a caption or a notice."""
    assert not is_worth_a_look(
        "The harbour was closed on Thursday, and the ferries waited outside."
    )
