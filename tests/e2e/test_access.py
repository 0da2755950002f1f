"""Within everyone's reach: by keyboard, by screen reader, light and dark, small and wide."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.acts import QUESTION, ask, open_articles, replay, send
from tests.e2e.conftest import OpenPage
from tests.e2e.stepwise import stepwise
from tests.recording import recorded

SIZES = {"phone": {"width": 390, "height": 844}, "wide": {"width": 1440, "height": 900}}
FOCUSED = "document.activeElement"


def welcome(page: Page) -> None:
    """Show the empty page."""
    expect(page.locator(".shelf li").first).to_be_visible()


def answers(page: Page) -> None:
    """Show answers of every kind, unfolded."""
    for name in ("conflict", "development", "nothing"):
        replay(page, recorded(name))
        ask(page, name)
    for fold in page.locator("summary").all():
        fold.click()
    page.get_by_role("button", name="Bad answer").first.click()
    expect(page.get_by_label("Note (optional)")).to_be_visible()


def article(page: Page) -> None:
    """Show an article at a quote."""
    ask(page, QUESTION)
    page.locator(".chip").first.click()
    expect(page.locator(".text mark")).to_be_visible()


def articles(page: Page) -> None:
    """Show the list of articles, one of them chosen and one just removed."""
    rows = open_articles(page)
    rows.get_by_label("Choose").first.check()
    rows.get_by_role("button", name="Remove").last.click()
    expect(page.locator(".toast")).to_be_visible()


def conversations(page: Page) -> None:
    """Show the list of conversations."""
    replay(page, recorded("nothing"))
    ask(page, "q")
    page.get_by_role("button", name="Conversations").click()
    expect(page.locator(".talks .source")).to_be_visible()


def problem(page: Page) -> None:
    """Show an error."""
    send(page, "?!")
    expect(page.locator(".problem")).to_be_visible()


def card(page: Page) -> None:
    """Show a footnote's card and the conversation's menu."""
    replay(page, recorded("development"))
    ask(page, "q")
    page.locator("#talk").click()
    page.locator(".claims .chip").first.hover()
    expect(page.get_by_role("tooltip")).to_be_visible()


def keys(page: Page) -> None:
    """Show the keys."""
    page.get_by_role("button", name="Keyboard").click()
    expect(page.locator("#keys")).to_be_visible()


STATES = (welcome, answers, article, articles, conversations, problem, card, keys)


@pytest.mark.parametrize("show", STATES, ids=lambda show: show.__name__)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_no_violation(
    open_page: OpenPage, show: Callable[[Page], None], scheme: str, size: str
) -> None:
    """Every main state passes every rule of axe-core, in light and dark, narrow and wide."""
    page = open_page(
        color_scheme=scheme, reduced_motion="reduce", viewport=SIZES[size], bypass_csp=True
    )
    show(page)
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    if show is articles:
        page.get_by_role("button", name="Undo").click()


def test_everything_is_within_reach_of_the_keyboard(open_page: OpenPage) -> None:
    """Tab to a footnote, Enter opens it, Escape closes it and the focus is back on it."""
    page = open_page()
    expect(page.get_by_label("Your question")).to_be_focused()
    expect(page.locator("#send")).to_be_enabled()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(".footnotes")).to_be_visible()
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if page.evaluate(f"{FOCUSED}.matches('.claims .chip')"):
            break
    chip = page.locator(".chip:focus")
    number = chip.text_content()
    assert page.evaluate(f"getComputedStyle({FOCUSED}).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator(".text mark")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).not_to_be_visible()
    expect(chip).to_have_text(number or "")


def test_single_keys_act_and_can_be_switched_off(open_page: OpenPage) -> None:
    """`?` lists the keys; they act, but not in a field, and not when they are switched off."""
    page = open_page()
    replay(page, recorded("nothing"))
    for question in ("one", "two"):
        ask(page, question)
    page.locator("#log").focus()
    page.keyboard.press("k")
    expect(page.locator(".question").first).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator(".question").last).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator("#panel h2")).to_have_text("Articles")
    page.keyboard.press("c")
    expect(page.locator("#panel h2")).to_have_text("Conversations")
    page.keyboard.press("/")
    expect(page.get_by_label("Your question")).to_be_focused()
    page.keyboard.press("a")
    expect(page.get_by_label("Your question")).to_have_value("a")
    page.keyboard.press("Backspace")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.get_by_label("Use the keys").uncheck()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).not_to_be_visible()
    page.locator("#log").focus()
    page.keyboard.press("n")
    expect(page.locator(".turn")).to_have_count(2)
    page.reload()
    page.get_by_role("button", name="Keyboard").click()
    page.get_by_label("Use the keys").check()
    page.get_by_role("button", name="Close").last.click()
    page.locator("#log").focus()
    page.keyboard.press("n")
    expect(page.locator("#welcome")).to_be_visible()


def test_an_answer_is_announced_at_its_start_and_its_end_only(open_page: OpenPage) -> None:
    """The log is a log and busy while it grows; what is spoken is one sentence before and after."""
    page = open_page()
    spoken = """() => {
        window.spoken = [];
        const place = document.getElementById("announcer");
        new MutationObserver(() => window.spoken.push(place.textContent))
            .observe(place, {childList: true});
    }"""
    page.evaluate(spoken)
    events = recorded("conflict")
    with stepwise(page, events) as until:
        send(page, "q")
        until("verdict")
        expect(page.locator(".turn .answer")).to_have_attribute("aria-busy", "true")
        until("answer")
        expect(page.locator(".turn [aria-busy]")).to_have_count(0)
    expect(page.get_by_role("log")).to_have_attribute("aria-live", "off")
    expect(page.locator("#stop")).to_be_hidden()
    assert page.evaluate("window.spoken") == [
        "Reading your articles.", "Answered: 2 statements, 2 footnotes.",
    ]  # fmt: skip


def test_reduced_motion_is_respected(open_page: OpenPage) -> None:
    """Whoever asks for less motion gets none."""
    page = open_page(reduced_motion="reduce")
    events = recorded("conflict")
    with stepwise(page, events) as until:
        send(page, "q")
        until("claim")
        draft = page.locator(".claim.draft")
        expect(draft).to_be_visible()
        assert draft.evaluate("node => getComputedStyle(node).animationName") == "none"
        assert draft.evaluate("node => getComputedStyle(node).transitionDuration") == "0s"


def test_the_focus_is_never_lost(open_page: OpenPage) -> None:
    """Whatever takes a pressed button away, the focus is on something that is there."""
    page = open_page()
    replay(page, recorded("nothing"))
    ask(page, "q")
    there = f"{FOCUSED} !== document.body && {FOCUSED}.isConnected"
    page.locator("#open-library").click()
    page.get_by_role("button", name="Remove New lamp").click()
    assert page.evaluate(there)
    page.get_by_role("button", name="Undo").click()
    assert page.evaluate(there)
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#open-library")).to_be_focused()
    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_label("Your question")).to_be_focused()


@pytest.mark.parametrize("width", [320, 390, 820, 1440])
def test_nothing_is_wider_than_the_screen(open_page: OpenPage, width: int) -> None:
    """From 320 pixels (400 % zoom) on, nothing has to be scrolled sideways."""
    page = open_page(viewport={"width": width, "height": 800})
    fits = "document.documentElement.scrollWidth <= innerWidth"
    answers(page)
    assert page.evaluate(fits)
    open_articles(page)
    assert page.evaluate(fits)
    assert page.locator(".panel-body").evaluate("node => node.scrollWidth <= node.clientWidth")
