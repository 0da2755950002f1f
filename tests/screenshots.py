"""The pictures of the page in docs/, for the README.

    python -m tests.screenshots [FOLDER]

A real server over `seeds/`, a real browser; what Chromium draws depends on the fonts it finds.
"""

import argparse
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from tests.conftest import SEEDS
from tests.e2e.acts import ask, open_articles, replay
from tests.e2e.conftest import ARGUMENTS
from tests.live import ingested, running
from tests.recording import recorded

DOCS = Path(__file__).parent.parent / "docs"
WIDE: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
TABLET: dict[str, Any] = {"viewport": {"width": 820, "height": 1000}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 780}}
DARK = {"color_scheme": "dark"}
KILLED = "How many people were killed?"


def beginning(page: Page) -> None:
    """Show the first page with its suggestions."""
    expect(page.locator(".suggestion")).to_have_count(4)
    page.wait_for_timeout(600)


def source(page: Page) -> None:
    """Show an answer with the article open at the quote."""
    ask(page, KILLED)
    page.locator(".claims .chip").first.click()
    expect(page.locator(".text mark")).to_be_visible()


def disagreement(page: Page) -> None:
    """Show both sides of a disagreement."""
    replay(page, recorded("conflict"))
    ask(page, "Who is its captain?")


def development(page: Page) -> None:
    """Show a development, and a footnote's card."""
    replay(page, recorded("development"))
    ask(page, "How many people were injured on the ferry Solveig?")
    page.locator(".claims .chip").last.hover()
    expect(page.get_by_role("tooltip")).to_be_visible()


def articles(page: Page) -> None:
    """Show the list of articles."""
    ask(page, "What is the capital of Mongolia?")
    open_articles(page)
    expect(page.locator(".articles li").first).to_be_visible()


PICTURES: dict[str, tuple[Callable[[Page], None], dict[str, Any]]] = {
    "page-begin": (beginning, WIDE),
    "page-source": (source, WIDE),
    "page-disagreement": (disagreement, TABLET),
    "page-articles": (articles, {**WIDE, **DARK}),
    "page-phone": (development, {**PHONE, **DARK}),
}


def main(folder: Path) -> None:
    """Draw every picture."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))}
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        expect.set_options(timeout=120_000)
        root = Path(scratch)
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=ARGUMENTS
        )
        with running(ingested(root / "articles", root / "data", texts)) as live:
            live.wait_until_ready()
            for name, (show, options) in PICTURES.items():
                page = browser.new_context(reduced_motion="reduce", **options).new_page()
                page.goto(live.url)
                expect(page.locator("#send")).to_be_enabled()
                show(page)
                page.screenshot(path=folder / f"{name}.png")
                page.close()
        browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Draw the pictures of the page.")
    parser.add_argument("folder", type=Path, nargs="?", default=DOCS, help="where they go: docs/")
    main(parser.parse_args().folder)
