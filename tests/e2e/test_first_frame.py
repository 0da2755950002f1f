"""The first frame: there before any script, and nothing that is done with it is lost."""

import re

from playwright.sync_api import Route, expect

from tests.e2e.conftest import OpenPage

ROUND = "getComputedStyle(document.querySelector('.field')).borderRadius"


def test_the_first_frame_needs_no_script_and_counts(open_page: OpenPage) -> None:
    """While the scripts are on their way the page stands, in its style, and has asked nothing.

    What is written and pressed then has its effect once they are there.
    """
    page = open_page()
    page.wait_for_load_state("networkidle")  # nothing of before the reload is still on its way
    held: list[Route] = []
    asked: list[str] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/main.js", hold)
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_request("**/main.js"):
        page.reload()
    expect(page.get_by_role("heading", name="Ask your articles.")).to_be_visible()
    assert page.evaluate(ROUND) == "18px"
    assert [url for url in asked if "/api/" in url or url.endswith("/readyz")] == []
    page.get_by_label("Your question").fill("Early?")
    page.get_by_role("button", name=re.compile("^Articles")).click()
    expect(page.locator("#panel")).not_to_be_visible()
    held[0].continue_()
    expect(page.locator(".panel-bar h2")).to_have_text("Articles")
    expect(page.get_by_label("Your question")).to_have_value("Early?")


def test_a_reload_asks_for_the_page_alone(open_page: OpenPage) -> None:
    """All files are kept under their edition: the second time only the page itself is asked for."""
    page = open_page()
    page.reload()
    expect(page.locator("#send")).to_be_enabled()
    sent = page.evaluate(
        "performance.getEntriesByType('resource')"
        ".filter(({ name, transferSize }) => name.includes('/static/') && transferSize > 0)"
        ".map(({ name }) => name)"
    )
    assert sent == []


def test_scripts_that_do_not_come_are_said_to_be_missing(open_page: OpenPage) -> None:
    """Where the page cannot be loaded whole it says so, and a reload mends it."""
    page = open_page()
    page.route("**/main.js", lambda route: route.abort())
    page.reload()
    expect(page.locator("#banner")).to_contain_text("Reload it")
    page.unroute("**/main.js")
    page.reload()
    expect(page.locator("#send")).to_be_enabled()
    expect(page.locator("#banner")).not_to_be_visible()
