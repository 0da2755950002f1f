"""What the page says of a language model: its state, and a footnote that was mended."""

from pathlib import Path

from playwright.sync_api import expect

from tests.bad_models import cites_99
from tests.e2e.conftest import OpenPage
from tests.e2e.test_page import ask
from tests.live import ingested, running
from tests.llm_pipeline import ARTICLES, DESIGNER, SOON, TINY
from tests.llm_world import WHO
from tests.ollama_server import ollama


def test_the_embedded_reader_is_named(open_page: OpenPage) -> None:
    """Without a language model the page says who answers, and needs nothing."""
    page = open_page()
    expect(page.locator("#model")).to_have_text("Answers by the embedded reader")


def test_the_model_and_a_mended_footnote_are_shown(open_page: OpenPage, tmp_path: Path) -> None:
    """The model by its name; a statement whose passage it named wrongly bears a mark."""
    settings = ingested(tmp_path / "articles", tmp_path / "data", ARTICLES)
    with ollama(cites_99) as owner:
        chosen = settings.model_copy(update={"llm": TINY, "ollama_url": owner.url, **SOON})
        with running(chosen) as server:
            server.wait_until_ready()
            page = open_page(server.url)
            ask(page, WHO)
            expect(page.locator("#model")).to_have_text(f"Answers by {TINY}")
            expect(page.locator(".claims")).to_contain_text(DESIGNER)
            expect(page.locator(".claims .tag")).to_have_text("re-attributed")
            expect(page.locator(".made summary")).to_contain_text(TINY)
