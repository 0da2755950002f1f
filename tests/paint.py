"""How soon the chat page paints, beside an almost empty page of the same server.

    python -m tests.paint [LOADS]

A real Chromium loads both pages in turn: cold (a fresh browser context, nothing cached) and warm
(the same page once more). Printed are medians in milliseconds from the navigation to the first
contentful paint, to the end of the load, and until a question can be asked; and how many requests
and bytes went over the wire.
"""

import shutil
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect, sync_playwright
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.app import create_app
from tests.conftest import SEEDS
from tests.e2e.conftest import ARGUMENTS
from tests.live import ingested, running

LOADS = 20
EMPTY = "/empty"
_TIMES = """() => new Promise((done) => {
    const tell = () => {
        const [paint] = performance.getEntriesByName("first-contentful-paint");
        const [page] = performance.getEntriesByType("navigation");
        if (!paint || !page.loadEventEnd) return setTimeout(tell, 20);
        const files = performance.getEntriesByType("resource");
        const over = [page, ...files].filter(({ transferSize }) => transferSize > 0);
        done({ "first byte": page.responseStart, "first contentful paint": paint.startTime,
            "load": page.loadEventEnd, "requests": over.length,
            "kilobytes": over.reduce((sum, { transferSize }) => sum + transferSize, 0) / 1000 });
    };
    tell();
})"""
_READY = "() => performance.now()"
Measured = dict[str, list[float]]


def with_empty(app: FastAPI) -> FastAPI:
    """Add the almost empty page."""

    async def empty(_: Request) -> HTMLResponse:
        return HTMLResponse("<!doctype html><title>Empty</title><p>Almost empty.")

    app.add_route(EMPTY, empty)
    return app


def note(page: Page, into: Measured, *, chat: bool) -> None:
    """Add what the loaded page tells of its times."""
    if chat:
        expect(page.locator("#send")).to_be_enabled()
        into["ready to ask"].append(page.evaluate(_READY))
    for name, value in page.evaluate(_TIMES).items():
        into[name].append(value)


def load(browser: Browser, url: str, found: dict[str, Measured], *, chat: bool) -> None:
    """Load a page twice in a fresh context, and note both times."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(url)
    note(page, found["cold"], chat=chat)
    page.goto("about:blank")
    page.goto(url)
    note(page, found["warm"], chat=chat)
    context.close()


def line(name: str, values: Sequence[float]) -> str:
    """Return the median of some values, and between which nine in ten of them lie."""
    ranked = sorted(values)
    least, most = ranked[int(0.05 * len(ranked))], ranked[int(0.95 * (len(ranked) - 1))]
    return f"  {name:24}{statistics.median(ranked):8.1f}   ({least:.0f} to {most:.0f})"


def main(loads: int) -> None:
    """Measure, and print."""
    chromium = shutil.which("chromium")
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))}
    pages: dict[str, dict[str, Measured]] = {
        name: {"cold": defaultdict(list), "warm": defaultdict(list)} for name in ("/", EMPTY)
    }
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        expect.set_options(timeout=120_000)
        root = Path(scratch)
        settings = ingested(root / "articles", root / "data", texts)
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        with running(settings, with_empty(create_app(settings))) as live:
            live.wait_until_ready()
            for _ in range(loads + 1):
                for path, found in pages.items():
                    load(browser, live.url + path, found, chat=path == "/")
        browser.close()
    for path, found in pages.items():
        for kind, measured in found.items():
            print(f"{path}, {kind}, {loads} loads")
            for name, values in measured.items():
                print(line(name, values[1:]))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LOADS)
