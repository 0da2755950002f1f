"""Asking: the composer, suggestions, stopping, follow-ups, and of which articles is asked."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from api.suggest import questions
from qa.articles import parse
from tests.e2e.acts import PHONE, QUESTION, ask, open_articles, replay, send
from tests.e2e.conftest import OpenPage
from tests.live import ARTICLES
from tests.recording import recorded

HEIGHT = "document.getElementById('question').offsetHeight"


def asked(page: Page, question: str) -> dict[str, object]:
    """Ask a question, and return what the page sent."""
    with page.expect_request("**/api/ask") as sent:
        ask(page, question)
    body: dict[str, object] = json.loads(sent.value.post_data or "")
    return body


def test_the_composer_grows_and_shift_enter_starts_a_line(open_page: OpenPage) -> None:
    """Shift and Enter add a line, and the box grows with it; Enter asks, and it shrinks again."""
    page = open_page()
    replay(page, recorded("nothing"))
    box = page.get_by_label("Your question")
    expect(box).to_be_focused()
    expect(page.locator("#send")).to_be_enabled()
    low = page.evaluate(HEIGHT)
    page.keyboard.type("Two")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("lines")
    assert page.evaluate(HEIGHT) > low
    page.keyboard.press("Enter")
    expect(page.locator(".question")).to_have_text("Two\nlines")
    expect(box).to_have_value("")
    assert page.evaluate(HEIGHT) == low


def test_enter_that_ends_a_composition_does_not_ask(open_page: OpenPage) -> None:
    """While an input method composes, Enter is its own: nothing is asked."""
    page = open_page()
    expect(page.locator("#send")).to_be_enabled()
    page.get_by_label("Your question").fill("にほん")
    page.evaluate(
        "document.getElementById('question').dispatchEvent(new KeyboardEvent('keydown',"
        " {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    expect(page.get_by_label("Your question")).to_have_value("にほん")
    expect(page.locator(".turn")).to_have_count(0)


def test_suggestions_are_drawn_from_the_articles_and_answered(open_page: OpenPage) -> None:
    """An empty page offers questions of the indexed articles; a press asks, and it is answered."""
    page = open_page()
    offered = page.locator(".suggestion")
    expect(offered.first).to_be_visible(timeout=60_000)
    question = offered.first.text_content() or ""
    words = set(re.findall(r"\w+", question)[2:])
    assert any(words <= set(re.findall(r"\w+", text)) for text in ARTICLES.values())
    offered.first.click()
    expect(page.locator(".question")).to_have_text(question)
    expect(page.locator(".turn .chip").first).to_be_visible(timeout=60_000)


def test_suggestions_do_not_move_what_is_below_them(open_page: OpenPage) -> None:
    """Their place is kept while they are looked for, and given up where there are none."""
    page = open_page()
    found: dict[str, object] = {"complete": False, "suggestions": []}
    page.route("**/api/suggestions", lambda route: route.fulfill(json=found))
    page.reload()
    expect(page.locator("#suggestions")).to_contain_text("Looking for questions")
    before = page.locator("#shelf").bounding_box()
    one = {"file": "bridge.txt", "title": "Bridge"}
    found["suggestions"] = [{**one, "question": f"Who is the mayor of {n}?"} for n in range(4)]
    expect(page.locator(".suggestion")).to_have_count(4)
    assert page.locator("#shelf").bounding_box() == before
    found.update(suggestions=[], complete=True)
    page.reload()
    expect(page.locator(".shelf li").first).to_be_visible()
    expect(page.locator("#suggestions")).not_to_be_visible()


def test_suggestions_are_only_of_sentences_that_say_it() -> None:
    """What was announced or declared must follow: before it, the question would miss the point."""
    told = (
        "Talks\n\nThe blockade that President Ada Lindqvist has announced begins. All is well, "
        "President Oda Brekke has declared, after a quiet day. Joost Haverkamp told reporters on "
        "Thursday that he did not rule out a strike. The agreement took effect in November.\n"
    )
    assert list(questions(parse("a.txt", told.encode()))) == [
        "What did Joost Haverkamp tell reporters?", "When did the agreement take effect?",
    ]  # fmt: skip


def test_stop_ends_the_answer(open_page: OpenPage) -> None:
    """Stop appears while an answer is on its way, and ends it; so does Escape."""
    page = open_page()
    page.route("**/api/ask", lambda _route: None)
    for by_key in (False, True):
        send(page, QUESTION)
        expect(page.get_by_role("button", name="Stop")).to_be_visible()
        if by_key:
            page.keyboard.press("Escape")
        else:
            page.get_by_role("button", name="Stop").click()
        expect(page.locator(".turn").last.locator(".notice")).to_contain_text("Stopped.")
        expect(page.get_by_label("Your question")).to_be_focused()
        expect(page.get_by_role("button", name="Stop")).not_to_be_visible()


def test_enter_pressed_twice_asks_once(open_page: OpenPage) -> None:
    """Enter is only heard where there is a question, and once for each."""
    page = open_page()
    page.route("**/api/ask", lambda _route: None)
    send(page, QUESTION)
    for _ in range(3):
        page.keyboard.press("Enter")
    page.get_by_label("Your question").fill("What comes next?")
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.get_by_label("Your question")).to_have_value("What comes next?")
    page.keyboard.press("Escape")
    replay(page, recorded("nothing"))
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_count(2)


def test_what_was_being_asked_is_there_after_a_reload(open_page: OpenPage) -> None:
    """A question on its way, or only begun, stands in the box when the page is back."""
    page = open_page()
    page.route("**/api/ask", lambda _route: None)
    send(page, QUESTION)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.reload()
    box = page.get_by_label("Your question")
    expect(box).to_have_value(QUESTION)
    box.fill("Half a quest")
    page.reload()
    expect(box).to_have_value("Half a quest")
    expect(page.locator(".turn")).to_have_count(0)


def test_a_refused_question_is_put_back_to_be_changed(open_page: OpenPage) -> None:
    """What cannot be asked, such as a pasted page, is not lost: it can be changed and asked."""
    page = open_page()
    pasted = "Lighthouse " * 300
    send(page, pasted)
    expect(page.locator(".problem")).to_contain_text("at most 2,000")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Change the question").click()
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.get_by_label("Your question")).to_be_focused()
    expect(page.get_by_label("Your question")).to_have_value(pasted.strip())


def test_follow_up_sends_the_conversation_and_shows_how_it_is_understood(
    open_page: OpenPage,
) -> None:
    """A second question carries the first and its answer; a new conversation carries none."""
    page = open_page()
    ask(page, QUESTION)
    body = asked(page, "How far can its beam be seen?")
    assert [turn["question"] for turn in body["history"]] == [QUESTION]  # type: ignore[attr-defined]
    assert "Ada Lindqvist" in body["history"][0]["answer"]  # type: ignore[index]
    last = page.locator(".turn").last
    expect(last.locator(".rewritten")).to_contain_text("Cape Morrow")
    above = last.locator(".rewritten").bounding_box()
    below = last.locator(".answer").bounding_box()
    assert above
    assert below
    assert above["y"] < below["y"]
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".turn")).to_have_count(0)
    assert asked(page, QUESTION)["history"] == []


def test_only_the_chosen_articles_are_asked(open_page: OpenPage) -> None:
    """What is ticked, or found, or open, is asked alone; the page says so until all are again."""
    page = open_page()
    replay(page, recorded("nothing"))
    open_articles(page)
    page.get_by_label("Choose Bridge of Grimsfold opened").check()
    page.get_by_role("button", name="Ask only this one").click()
    expect(page.locator("#scope")).to_contain_text("Bridge of Grimsfold opened")
    assert asked(page, QUESTION)["filters"] == {"files": ["bridge.txt"]}
    expect(page.locator(".turn .rewritten")).to_contain_text("Bridge of Grimsfold")
    page.get_by_role("button", name="Ask all again").click()
    expect(page.locator("#scope")).not_to_be_visible()
    assert asked(page, QUESTION)["filters"] is None
    page.get_by_role("button", name="Choose none").click()
    page.get_by_label("From this day").fill("2024-01-01")
    page.get_by_role("button", name="Ask only this one").click()
    assert asked(page, QUESTION)["filters"] == {"date_from": "2024-01-01", "date_to": None}
    page.get_by_label("Find by title").fill("lighthouse")
    expect(page.locator(".articles li")).to_have_count(1)
    page.get_by_role("button", name="Ask only this one").click()
    assert asked(page, QUESTION)["filters"] == {"files": ["lighthouse.txt"]}
    page.locator(".articles .source").click()
    page.get_by_role("button", name="Ask only this article").click()
    expect(page.locator("#scope")).to_contain_text("New lamp")


@pytest.mark.parametrize("options", [{}, PHONE], ids=["wide", "phone"])
def test_a_long_question_leaves_room_for_its_answer(
    open_page: OpenPage, options: dict[str, Any]
) -> None:
    """Its first lines show, and the rest at a press; so it is with what it was understood as.

    On paper, where nothing can be pressed, all of it stands.
    """
    page = open_page(**options)
    question = ("Some two hundred people were on board as it ran aground. " * 28) + "Who sailed it?"
    events = recorded("conflict")
    first = {**events[0][1], "rewritten": f"{question} Of the ferry?"}
    last = {**events[-1][1], "rewritten": f"{question} Of the ferry?"}
    replay(page, [(events[0][0], first), *events[1:-1], (events[-1][0], last)])
    turn = ask(page, question)
    expect(turn.locator(".claims .chip").first).to_be_in_viewport()
    more = turn.get_by_role("button", name="Show all")
    expect(more).to_have_count(2)
    expect(more.first).to_have_attribute("aria-expanded", "false")
    expect(turn.locator("h2")).to_have_text(question)
    low = turn.locator("h2").evaluate("node => node.clientHeight")
    page.emulate_media(media="print")
    whole = turn.locator("h2").evaluate("node => node.clientHeight")
    assert whole > 2 * low
    expect(more).to_have_count(0)
    page.emulate_media(media="screen")
    more.first.focus()
    page.keyboard.press("Enter")
    less = turn.get_by_role("button", name="Show less")
    expect(less).to_be_focused()
    expect(less).to_have_attribute("aria-expanded", "true")
    assert turn.locator("h2").evaluate("node => node.scrollHeight - node.clientHeight") == 0
    less.click()
    assert turn.locator("h2").evaluate("node => node.clientHeight") == low
    # What fits has nothing to unfold.
    replay(page, recorded("conflict"))
    turn = ask(page, "Who sailed it?")
    expect(turn.get_by_role("button", name="Show")).to_have_count(0)
