"""What the page shows when something is missing or under way, and that it recovers by itself."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.bad_models import cites_99
from tests.e2e.acts import QUESTION, ask, open_articles, replay, send
from tests.e2e.conftest import OpenPage
from tests.live import LIGHTHOUSE, Live, ingested, running, settings_of
from tests.llm_pipeline import ARTICLES, DESIGNER, SOON, TINY
from tests.llm_world import FIRST, WHO
from tests.ollama_script import Cut, Json, Say, Step
from tests.ollama_server import ollama
from tests.recording import recorded
from tests.support import write

LOADING = {"type": "not-ready", "title": "Still starting", "detail": "Loading.", "remedy": "Wait."}
MODEL = {"model": "ollama/tiny", "detail": "It is elsewhere.", "remedy": "Start it."}


def look(page: Page) -> None:
    """Have the page look after the server now, as it does when it is turned to again."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_the_embedded_reader_is_named(open_page: OpenPage) -> None:
    """Without a language model the page says who answers, and needs nothing."""
    page = open_page()
    expect(page.locator("#model")).to_have_text("Answers by the embedded reader")


@pytest.mark.parametrize(
    ("state", "answers", "says"),
    [
        ("absent", "embedded", "the embedded reader; ollama/tiny is not there yet"),
        ("unreachable", "embedded", "the embedded reader, no language model"),
        ("unreachable", "ollama/tiny", "ollama/tiny cannot be reached"),
        ("idle", "ollama/tiny", "will be loaded by the first question"),
        ("loading", "ollama/tiny", "is being loaded; the first answer takes longer"),
    ],
)
def test_the_models_state_is_told_until_it_is_ready(
    open_page: OpenPage, state: str, answers: str, says: str
) -> None:
    """Each state of the model has its line, and at a press what to do about it.

    It changes by itself once the model is ready.
    """
    page = open_page()
    expect(page.locator("#model")).to_be_visible()
    found = {**MODEL, "state": state, "answers": answers}
    page.route("**/api/model", lambda route: route.fulfill(json=found))
    look(page)
    expect(page.locator("#model")).to_contain_text(says)
    page.locator("#model").click()
    expect(page.locator("#model-about")).to_contain_text("Start it.")
    page.keyboard.press("Escape")
    expect(page.locator("#model-about")).not_to_be_visible()
    found.update(state="ready", answers="ollama/tiny")
    look(page)
    expect(page.locator("#model")).to_have_text("Answers by ollama/tiny")


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


def test_a_model_that_breaks_off_leaves_what_was_checked(
    open_page: OpenPage, tmp_path: Path
) -> None:
    """Ollama gone in mid-answer: the answer is marked incomplete, says why, and can be repeated."""
    settings = ingested(tmp_path / "articles", tmp_path / "data", ARTICLES)
    whole: list[bool] = []

    def breaks(_: Json) -> str | Sequence[Step]:
        return FIRST.text if whole else [FIRST, Say("The harbour "), Cut()]

    with ollama(breaks) as owner:
        chosen = settings.model_copy(update={"llm": TINY, "ollama_url": owner.url, **SOON})
        with running(chosen) as server:
            server.wait_until_ready()
            page = open_page(server.url)
            turn = ask(page, WHO)
            expect(turn.locator(".claims")).to_contain_text(DESIGNER)
            expect(turn.locator(".notice").first).to_contain_text("broke off")
            assert turn.locator(".notice").count() > 1
            whole.append(True)
            turn.get_by_role("button", name="Ask again").click()
            expect(page.locator(".after")).to_have_count(1)
            expect(page.locator(".turn .notice")).to_have_count(0)


def test_while_the_server_starts_it_is_said_and_then_goes_on(open_page: OpenPage) -> None:
    """Until the models are loaded the page says so and asks nothing; then it can be asked."""
    page = open_page()
    page.route("**/readyz", lambda route: route.fulfill(status=503, json=LOADING))
    page.reload()
    expect(page.locator("#banner")).to_have_text("Loading the index and the model…")
    expect(page.locator("#send")).to_be_disabled()
    page.unroute("**/readyz")
    expect(page.locator("#send")).to_be_enabled()
    expect(page.locator("#banner")).not_to_be_visible()
    expect(page.locator(".shelf li").first).to_be_visible()


def test_a_server_that_goes_is_noticed_and_the_question_asked_again(open_page: OpenPage) -> None:
    """The server away: the page says so, keeps what it has, and asks again once it is back."""
    page = open_page()
    expect(page.locator("#send")).to_be_enabled()
    away = ("**/readyz", "**/api/ask")
    asked: list[Route] = []

    def lost(route: Route) -> None:
        asked.append(route)
        route.abort()

    # Had the page noticed before it is asked, it would not let the question be sent at all.
    page.route("**/readyz", lambda route: route.abort() if asked else route.continue_())
    page.route("**/api/ask", lost)
    send(page, QUESTION)
    expect(page.locator(".problem")).to_contain_text("cannot be reached")
    expect(page.locator("#banner")).to_contain_text("qa serve")
    expect(page.locator("#send")).to_be_disabled()
    for path in away:
        page.unroute(path)
    expect(page.locator(".turn .chip").first).to_be_visible()
    expect(page.locator(".problem, #banner:not([hidden])")).to_have_count(0)
    expect(page.locator(".turn")).to_have_count(1)


def test_a_server_that_goes_while_nothing_is_asked(open_page: OpenPage) -> None:
    """Whoever turns to the page again sees at once that the server has gone, or is back."""
    page = open_page()
    expect(page.locator("#send")).to_be_enabled()
    page.route("**/readyz", lambda route: route.abort())
    look(page)
    expect(page.locator("#banner")).to_contain_text("cannot be reached")
    page.unroute("**/readyz")
    expect(page.locator("#banner")).not_to_be_visible()
    expect(page.locator("#send")).to_be_enabled()


def test_an_answer_that_is_not_the_servers_is_survived(open_page: OpenPage) -> None:
    """A page for logging in where the server should be is said to be unreadable, until it ends."""
    page = open_page()
    expect(page.locator("#send")).to_be_enabled()
    page.route("**/readyz", lambda route: route.fulfill(body="<p>Log in"))
    look(page)
    expect(page.locator("#banner")).to_contain_text("could not be read")
    page.unroute("**/readyz")
    expect(page.locator("#send")).to_be_enabled()
    expect(page.locator("#banner")).not_to_be_visible()


def test_error_shows_its_remedy_and_can_be_tried_again(open_page: OpenPage) -> None:
    """A question that fails says what to do, and asking again replaces it."""
    page = open_page()
    slow = {"type": "llm-too-slow", "title": "Slow", "detail": "It is.", "remedy": "Be patient."}
    replay(page, [("error", slow)])
    send(page, QUESTION)
    expect(page.locator(".problem .remedy")).to_have_text("Be patient.")
    page.unroute("**/api/ask")
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".turn .chip").first).to_be_visible()
    expect(page.locator(".problem")).to_have_count(0)
    expect(page.locator(".turn")).to_have_count(1)


def test_empty_library_says_what_to_do_and_fills(open_page: OpenPage, tmp_path: Path) -> None:
    """Without articles the page offers to add some; once there is one, it is on the shelf."""
    with running(settings_of(data_dir=tmp_path)) as empty:
        empty.wait_until_ready()
        page = open_page(empty.url)
        expect(page.locator("#shelf")).to_contain_text("There are no articles yet")
        expect(page.locator("#shelf .aside")).to_contain_text(re.compile("^Add some files"))
        send(page, QUESTION)
        expect(page.locator(".problem")).to_contain_text("Nothing is indexed")
        # Who reads this has the page, and perhaps neither routes nor a command line.
        expect(page.locator(".problem .remedy")).to_have_text(
            "Add some here, or run qa ingest with their folder."
        )
        page.locator(".problem").get_by_role("button", name="Add articles").click()
        expect(page.locator(".library")).to_contain_text("No articles yet")
        page.get_by_role("button", name="Re-sync folders").click()
        expect(page.locator(".job")).to_have_text(
            "There is nothing in any folder to bring in step."
        )
        with empty.client() as client:
            files = {"files": ("lamp.txt", LIGHTHOUSE)}
            client.post("/api/articles", files=files).raise_for_status()
        look(page)
        expect(page.locator("#count")).to_have_text("1")
        page.get_by_role("button", name="New conversation").click()
        expect(page.locator(".shelf li")).to_contain_text("New lamp")


def test_an_ingest_under_way_is_shown_wherever_it_was_started(
    open_page: OpenPage, tmp_path: Path
) -> None:
    """A job that another window started is followed: how far it is, and what came of it."""
    folder = tmp_path / "articles"
    settings = ingested(folder, tmp_path / "data", {"lamp.txt": LIGHTHOUSE})
    write(folder, {f"{n}.txt": LIGHTHOUSE.replace("1887", f"1{n}") for n in range(100, 1000)})
    slowly = settings.model_copy(update={"batch_passages": 1})
    with running(slowly) as live:
        live.wait_until_ready()
        with live.client() as client:
            client.post("/api/ingest").raise_for_status()
        page = open_page(live.url)
        expect(page.locator("#indexing")).to_contain_text("Indexing: ")
        open_articles(page)
        expect(page.locator(".job progress")).to_be_visible()
        expect(page.locator(".job")).to_contain_text("In step: 900 added.", timeout=120_000)
        expect(page.locator("#indexing")).not_to_be_visible()
        expect(page.locator("#count")).to_have_text("901")


def test_conversations_that_cannot_be_kept_are_said_to_be_lost(open_page: OpenPage) -> None:
    """In a browser that keeps nothing, asking works all the same, and the page says so."""
    page = open_page()
    page.add_init_script(
        "Object.defineProperty(window, 'indexedDB', {value: {open() { throw 1 }}})"
    )
    page.reload()
    replay(page, recorded("nothing"))
    ask(page, "q")
    expect(page.locator(".toast")).to_contain_text("until the page is closed")
    page.get_by_role("button", name="Conversations").click()
    expect(page.locator(".talks > li")).to_have_count(1)
    expect(page.locator(".library .aside").first).to_contain_text("keeps nothing")


@pytest.mark.parametrize("storage", ["full", "forbidden"])
def test_the_page_works_without_storage(open_page: OpenPage, storage: str) -> None:
    """Where nothing can be stored, asking, keys and the list of this page's answers work."""
    page = open_page()
    refuse = "throw new DOMException('', 'QuotaExceededError')"
    page.add_init_script(
        f"IDBObjectStore.prototype.put = Storage.prototype.setItem = () => {{ {refuse} }};"
        if storage == "full"
        else "for (const name of ['localStorage', 'sessionStorage'])"
        "    Object.defineProperty(window, name, {get() { throw new DOMException('', 'No') }});"
    )
    page.reload()
    replay(page, recorded("nothing"))
    ask(page, "q")
    page.locator("#log").focus()
    page.keyboard.press("?")
    page.get_by_label("Use the keys").uncheck()
    page.get_by_role("button", name="Close").last.click()
    page.locator("#log").focus()
    page.keyboard.press("n")
    expect(page.locator(".turn")).to_have_count(1)
    page.get_by_role("button", name="Conversations").click()
    expect(page.locator(".talks .source")).to_have_count(1)


def test_feedback_that_is_not_kept_says_so(open_page: OpenPage, live: Live) -> None:
    """When the server cannot keep an opinion, the press is not shown as if it had."""
    del live
    page = open_page()
    replay(page, recorded("nothing"))
    turn = ask(page, "q")
    full = {"type": "feedback-not-kept", "title": "Full", "detail": "No space.", "remedy": "Tidy."}

    def refuse(route: Route) -> None:
        route.fulfill(status=507, content_type="application/problem+json", body=json.dumps(full))

    page.route("**/api/feedback", refuse)
    turn.get_by_role("button", name="Good answer").click()
    expect(turn.locator(".note-place .remedy")).to_have_text("Tidy.")
    expect(turn.get_by_role("button", name="Good answer")).to_have_attribute(
        "aria-pressed", "false"
    )
    page.unroute("**/api/feedback")
    turn.get_by_role("button", name="Try again").click()
    expect(turn.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true")
