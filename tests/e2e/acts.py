"""What the tests do on the page again and again."""

import re

from playwright.sync_api import Locator, Page, Route, expect

from tests.recording import Recorded, as_sent

QUESTION = "Who designed the lighthouse at Cape Morrow?"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def send(page: Page, question: str) -> None:
    """Type a question and press Enter, where nothing lies over the page that would get the keys."""
    expect(page.locator("dialog:modal")).to_have_count(0)
    page.get_by_label("Your question").fill(question)
    expect(page.locator("#send")).to_be_enabled()
    page.keyboard.press("Enter")


def ask(page: Page, question: str) -> Locator:
    """Ask a question, wait until its answer is complete and kept, and return that turn."""
    before = page.locator(".turn").count()
    send(page, question)
    expect(page.locator(".turn")).to_have_count(before + 1)
    expect(page.locator(".turn [aria-busy]")).to_have_count(0)
    expect(page.locator("#stop")).to_be_hidden()
    return page.locator(".turn").last


def replay(page: Page, events: Recorded) -> None:
    """Answer the next questions with a recorded stream."""

    def fulfil(route: Route) -> None:
        route.fulfill(content_type="text/event-stream; charset=utf-8", body=as_sent(events))

    page.unroute("**/api/ask")
    page.route("**/api/ask", fulfil)


def marked(page: Page) -> str:
    """Return the highlighted words of the open article, once they are in sight."""
    expect(page.locator(".text mark").first).to_be_in_viewport()
    return "".join(page.locator(".text mark").all_text_contents())


def open_articles(page: Page) -> Locator:
    """Open the list of articles, and return it."""
    page.get_by_role("button", name=re.compile("^Articles")).click()
    expect(page.locator(".panel-bar h2")).to_have_text("Articles")
    return page.locator(".articles")
