"""A real browser on a real server. Every page is watched: it may not complain or look elsewhere."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.live import ARTICLES, Live, ingested, running

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
# Chromium itself reports refusals and broken connections; these are provoked on purpose: asking
# whether the server is ready, uploading what cannot be an article, opening one that is gone, a key
# that is none, a server that is away. The page itself tells when the browser keeps nothing, or has
# not got all its scripts.
_EXPECTED = re.compile(
    r"Failed to load resource: (?:.* status of (?:401|409|422|503|507) "
    r"|.* status of 404 .*/api/articles/"
    r"|net::ERR_(?:FAILED|CONNECTION_REFUSED))"
    r"|Conversations are not kept: "
    r"|Failed to fetch dynamically imported module"
)
OpenPage = Callable[..., Page]
PATIENCE_MS = 30_000
"""What is waited for at most; a busy machine is slow."""


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Return Chromium; without one, these tests are skipped, except where CI promises one.

    It is closed after these tests: Playwright's event loop runs in the thread of the tests, where
    others want to run their own.
    """
    chromium = shutil.which("chromium")
    if chromium is None and os.environ.get("CI") == "true":
        pytest.fail("chromium is not installed")
    if chromium is None:
        pytest.skip("chromium is not installed")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Return a server over the articles of `tests.live`."""
    root = tmp_path_factory.mktemp("e2e")
    with running(ingested(root / "articles", root / "data", ARTICLES)) as server:
        server.wait_until_ready()
        yield server


@pytest.fixture
def open_page(browser: Browser, live: Live) -> Iterator[OpenPage]:
    """Return a maker of pages at the chat; afterwards each must have been silent and at home."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    hosts: set[str] = set()

    def make(url: str = live.url, **options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda said: complaints.append(f"{said.text} {said.location['url']}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        page.goto(url)
        # The modules are loaded once the page has been painted, and then their list goes.
        expect(page.locator("#modules")).to_have_count(0)
        return page

    yield make
    for context in contexts:
        context.close()
    assert [text for text in complaints if not _EXPECTED.search(text)] == []
    assert len(hosts) <= 1
