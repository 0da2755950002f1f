"""Whatever an article or a model brings along is text: markup, handlers, directions, long lines."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.acts import ask, open_articles, replay, send
from tests.e2e.conftest import OpenPage
from tests.live import HOSTILE, Live
from tests.recording import recorded

LONG = "x" * 100_000
LINKED = (
    "Notes [click](javascript:window.hacked=6) ![i](x) "
    f"\u202e{HOSTILE}\u2066\n\n{LONG} <b>end</b>\n"
)
FOREIGN = ("body script", "body img", "body a", "body b", "body [onclick]", "body [onerror]")
PLACES = (
    ".question", ".rewritten", ".short", ".claim", ".notice", ".conflict .value", ".footnotes q",
    ".footnotes .source-title", ".removed li", ".made summary",
)  # fmt: skip
FITS = "document.documentElement.scrollWidth <= innerWidth"


def assert_all_is_text(page: Page) -> None:
    """Check that nothing that an article brought along became part of the page or ran."""
    assert page.evaluate("window.hacked") is None
    for foreign in FOREIGN:
        expect(page.locator(foreign)).to_have_count(0)
    assert page.evaluate(FITS)


def test_hostile_article_is_shown_as_text(open_page: OpenPage) -> None:
    """Markup, handlers, script links and bidi characters of an article stay plain text."""
    page = open_page()
    open_articles(page).locator(".source", has_text="hostile.txt").click()
    text = page.locator(".article .text")
    expect(text).to_contain_text("The captain of the ferry")
    assert text.text_content() == HOSTILE
    assert_all_is_text(page)


def test_hostile_upload_with_a_huge_line_is_shown_as_text(open_page: OpenPage, live: Live) -> None:
    """A line of 100 KB and Markdown are shown as they are, and nothing grows wider for them."""
    with live.client() as client:
        client.post("/api/articles", files={"files": ("linked.txt", LINKED)}).raise_for_status()
    try:
        page = open_page()
        open_articles(page).locator(".source", has_text="linked.txt").click()
        text = page.locator(".article .text")
        expect(text).to_contain_text("[click](javascript:window.hacked=6)")
        assert text.text_content() == LINKED
        assert_all_is_text(page)
    finally:
        with live.client() as client:
            client.delete("/api/articles/linked.txt").raise_for_status()


def test_hostile_answer_is_shown_as_text(open_page: OpenPage) -> None:
    """Whatever field of an answer carries markup, it is shown as it is written."""
    page = open_page()
    stream = recorded("conflict")
    citation = {
        **stream[-1][1]["citations"][0],
        "file": HOSTILE,
        "title": HOSTILE,
        "quote": HOSTILE,
    }
    claim = {**stream[-1][1]["claims"][0], "text": HOSTILE, "citations": [1]}
    side = {"value": HOSTILE, "citations": [1], "date": None}
    answer = {
        **stream[-1][1], "rewritten": HOSTILE, "short_answer": HOSTILE, "citations": [citation],
        "claims": [claim], "removed": [{**claim, "verdict": "unsupported"}], "model": HOSTILE,
        "notices": [HOSTILE], "conflicts": [{"kind": "conflict", "positions": [side, side]}],
    }  # fmt: skip
    passage = {
        **stream[0][1]["passages"][0],
        "article_id": HOSTILE,
        "title": HOSTILE,
        "text": HOSTILE,
    }
    retrieved = {"question": HOSTILE, "rewritten": HOSTILE, "passages": [passage]}
    replay(
        page, [("retrieved", retrieved), ("claim", {"n": 1, "text": HOSTILE}), ("answer", answer)]
    )
    ask(page, HOSTILE)
    written = HOSTILE.strip()
    for place in PLACES:
        assert written in (page.locator(place).first.text_content() or ""), place
    # Titles are isolated, so that what is written in one cannot turn the text around it.
    assert page.locator(".footnotes .source-title").evaluate("e => e.tagName") == "BDI"
    page.locator(".claims .chip").hover()
    assert written in (page.get_by_role("tooltip").text_content() or "")
    page.get_by_role("button", name="Conversations").click()
    expect(page.locator(".talks")).to_contain_text(re.compile("Report on the ferry"))
    not_found = {**answer, "status": "not_found", "claims": [], "citations": [], "conflicts": []}
    replay(page, [("retrieved", retrieved), ("answer", not_found)])
    ask(page, HOSTILE)
    assert written in (page.locator(".nearest").text_content() or "")
    replay(page, [("error", dict.fromkeys(("type", "title", "detail", "remedy"), HOSTILE))])
    send(page, HOSTILE)
    expect(page.locator(".problem")).to_contain_text("Report on the ferry")
    assert written in (page.locator(".problem").text_content() or "")
    assert_all_is_text(page)
