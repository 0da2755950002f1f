"""The chat page in a real browser, against the real pipeline."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from tests.e2e.conftest import OpenPage
from tests.live import ARTICLES, HOSTILE, ODD, ODD_ID, Live, running, settings_of

QUESTION = "Who designed the lighthouse at Cape Morrow?"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def ask(page: Page, question: str) -> None:
    """Type a question, press Enter, and wait until its answer is complete."""
    before = page.locator(".turn").count()
    page.get_by_label("Your question").fill(question)
    expect(page.locator("#send")).to_be_enabled()
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_count(before + 1)
    expect(page.locator("[aria-busy]")).to_have_count(0)


def marked(page: Page) -> str:
    """Return the highlighted words of the open article."""
    expect(page.locator("mark").first).to_be_in_viewport()
    return "".join(page.locator("mark").all_text_contents())


def test_footnote_leads_to_the_highlighted_quote(open_page: OpenPage, live: Live) -> None:
    """Ask, see a footnoted answer, click the footnote: the article opens at the quote."""
    page = open_page()
    ask(page, QUESTION)
    expect(page.locator(".claims")).to_contain_text("Ada Lindqvist")
    expect(page.locator(".claim.draft")).to_have_count(0)
    note = page.locator(".footnotes li").first
    expect(note).to_contain_text("lighthouse.txt")
    expect(note).to_contain_text("12 March 2024")
    page.locator(".chip").first.click()
    with live.client() as client:
        answer = client.post("/api/ask", json={"question": QUESTION}).json()
    assert marked(page) == answer["citations"][0]["quote"]
    text = page.locator(".article .text")
    assert text.text_content() == ARTICLES["lighthouse.txt"]


def test_quote_is_found_behind_characters_of_two_units(open_page: OpenPage) -> None:
    """Emoji before the quote do not shift the highlight, and odd file names can be opened."""
    page = open_page()
    ask(page, "Who founded the fish market of Tallmere?")
    note = page.locator(".footnotes li", has_text="Joost Haverkamp").first
    expect(note).to_contain_text(ODD_ID)
    quote = note.locator("q").text_content()
    note.locator("button").click()
    assert marked(page) == quote
    assert quote in ODD


def test_what_the_articles_do_not_say(open_page: OpenPage) -> None:
    """`not_found` is said plainly; the nearest passages are marked as no answer and can be read."""
    page = open_page()
    ask(page, "What is the capital of Mongolia?")
    turn = page.locator(".turn")
    expect(turn).to_contain_text("Your articles do not answer this.")
    expect(turn.locator(".nearest h3")).to_contain_text("not an answer")
    expect(turn.locator(".chip, .claim, .footnotes")).to_have_count(0)
    turn.locator(".nearest button").first.click()
    expect(page.locator(".article .notice")).to_contain_text("not an answer")
    marked(page)
    for paragraph in page.locator("mark").all_text_contents():
        assert paragraph in "".join(ARTICLES.values())


def assert_all_is_text(page: Page) -> None:
    """Check that nothing that an article brought along became part of the page or ran."""
    assert page.evaluate("window.hacked") is None
    for foreign in ("script", "img", "a", "b", "[onclick]", "[onerror]"):
        expect(page.locator(f"body {foreign}")).to_have_count(0)


def test_hostile_article_is_shown_as_text(open_page: OpenPage) -> None:
    """Markup, handlers, script links and bidi characters of an article stay plain text."""
    page = open_page()
    page.get_by_role("button", name=re.compile("^Articles")).click()
    page.locator(".articles .source", has_text="hostile.txt").click()
    text = page.locator(".article .text")
    expect(text).to_contain_text("The captain of the ferry")
    assert text.text_content() == HOSTILE
    assert_all_is_text(page)


def test_hostile_answer_is_shown_as_text(open_page: OpenPage) -> None:
    """Whatever field of an answer carries markup, it is shown as it is written."""
    page = open_page()
    passage = {
        "id": "p", "article_id": HOSTILE, "title": HOSTILE, "date": None,
        "text": HOSTILE, "start": 0, "end": 9, "score": 1.0,
    }  # fmt: skip
    citation = {**CITATION, "file": HOSTILE, "title": HOSTILE, "quote": HOSTILE}
    claim = {"text": HOSTILE, "citations": [1], "verdict": "supported", "score": 1.0}
    answer = {
        **ANSWER, "rewritten": HOSTILE, "short_answer": HOSTILE, "citations": [citation],
        "claims": [claim], "removed": [{**claim, "verdict": "unsupported"}], "model": HOSTILE,
        "conflicts": [{"positions": [{"value": HOSTILE, "citations": [1], "date": None}]}],
    }  # fmt: skip
    retrieved = {"question": HOSTILE, "rewritten": HOSTILE, "passages": [passage]}
    replay(
        page, [("retrieved", retrieved), ("claim", {"n": 1, "text": HOSTILE}), ("answer", answer)]
    )
    ask(page, HOSTILE)
    written = HOSTILE.strip()
    for place in (".question", ".rewritten", ".short", ".claim", ".footnotes .source-title",
                  ".footnotes q", ".removed li", ".conflicts .value", ".made summary"):  # fmt: skip
        assert written in (page.locator(place).first.text_content() or ""), place
    # Titles are isolated, so that what is written in one cannot turn the text around it.
    assert page.locator(".footnotes .source-title").evaluate("e => e.tagName") == "BDI"
    not_found = {**answer, "status": "not_found", "claims": [], "citations": [], "conflicts": []}
    page.unroute("**/api/ask")
    replay(page, [("retrieved", retrieved), ("answer", not_found)])
    ask(page, HOSTILE)
    assert written in (page.locator(".nearest").text_content() or "")
    page.unroute("**/api/ask")
    problem = dict.fromkeys(("type", "title", "detail", "remedy"), HOSTILE)
    replay(page, [("error", problem)])
    ask(page, HOSTILE)
    assert written in (page.locator(".problem").text_content() or "")
    assert_all_is_text(page)


def test_follow_up_sends_the_conversation(open_page: OpenPage) -> None:
    """A second question carries the first and its answer; a new conversation carries none."""
    page = open_page()
    ask(page, QUESTION)
    with page.expect_request("**/api/ask") as second:
        ask(page, "How far can its beam be seen?")
    history = json.loads(second.value.post_data or "")["history"]
    assert [turn["question"] for turn in history] == [QUESTION]
    assert "Ada Lindqvist" in history[0]["answer"]
    expect(page.locator(".turn").last.locator(".rewritten")).to_contain_text("Cape Morrow")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".turn")).to_have_count(0)
    with page.expect_request("**/api/ask") as third:
        ask(page, QUESTION)
    assert json.loads(third.value.post_data or "")["history"] == []


def test_everything_is_within_reach_of_the_keyboard(open_page: OpenPage) -> None:
    """Tab to a footnote, Enter opens it, Escape closes it and the focus is back on it."""
    page = open_page()
    expect(page.get_by_label("Your question")).to_be_focused()
    expect(page.locator("#send")).to_be_enabled()
    page.keyboard.type("Who designed")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("the lighthouse at Cape Morrow?")
    page.keyboard.press("Enter")
    expect(page.locator(".footnotes")).to_be_visible()
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('.chip')"):
            break
    chip = page.locator(".chip:focus")
    number = chip.text_content()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("mark")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).not_to_be_visible()
    expect(chip).to_have_text(number or "")


def test_phone_opens_the_article_over_the_chat(open_page: OpenPage) -> None:
    """On a phone nothing is wider than the screen, and the source is a modal sheet."""
    page = open_page(**PHONE)
    ask(page, QUESTION)
    fits = "document.documentElement.scrollWidth <= innerWidth"
    assert page.evaluate(fits)
    page.locator(".chip").first.tap()
    assert "Ada Lindqvist" in marked(page)
    assert page.evaluate("document.querySelector('dialog').matches(':modal')")
    assert page.evaluate(fits)
    page.get_by_role("button", name="Close").tap()
    expect(page.locator("dialog")).not_to_be_visible()


def test_upload_ask_and_remove(open_page: OpenPage) -> None:
    """A file added on the page answers, a bad one names its remedy, and both can be left again."""
    page = open_page()
    page.get_by_role("button", name=re.compile("^Articles")).click()
    story = b"The town of Ebbsand keeps eleven storks in its old water tower.\n"
    page.get_by_label("Files to add").set_input_files(
        [
            FilePayload(name="storks.txt", mimeType="text/plain", buffer=story),
            FilePayload(name="empty.txt", mimeType="text/plain", buffer=b""),
        ]
    )
    expect(page.locator(".uploads")).to_contain_text("added, 1 passage")
    expect(page.locator(".uploads .problem .remedy")).not_to_be_empty()
    row = page.locator(".articles li", has_text="storks.txt")
    expect(row).to_be_visible()
    ask(page, "How many storks does the town of Ebbsand keep?")
    expect(page.locator(".claims")).to_contain_text("eleven storks")
    row.get_by_role("button", name="Remove").click()
    expect(row).to_be_visible()
    row.get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)


def test_sync_reports_what_it_did(open_page: OpenPage) -> None:
    """Re-sync shows its outcome on the page."""
    page = open_page()
    page.get_by_role("button", name=re.compile("^Articles")).click()
    page.get_by_role("button", name="Re-sync folders").click()
    expect(page.locator(".job")).to_contain_text("in step")


def test_error_shows_its_remedy_and_can_be_tried_again(open_page: OpenPage) -> None:
    """A question that fails says what to do, and asking again replaces it."""
    page = open_page()
    ask(page, "?!")
    expect(page.locator(".problem .remedy")).not_to_be_empty()
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".problem")).to_have_count(1)
    expect(page.locator(".turn")).to_have_count(1)


def test_empty_library_says_what_to_do(open_page: OpenPage, tmp_path: Path) -> None:
    """Without articles the page offers to add some."""
    with running(settings_of(data_dir=tmp_path)) as empty:
        page = open_page(empty.url)
        expect(page.locator("#shelf")).to_contain_text("There are no articles yet")
        page.get_by_role("button", name="Add articles").click()
        expect(page.locator(".library")).to_contain_text("No articles yet")


RECORDED = [
    ("retrieved", {"question": "q", "rewritten": None, "passages": []}),
    ("claim", {"n": 1, "text": "Drafted, not yet checked."}),
]
CITATION = {
    "id": 1, "file": "bridge.txt", "title": "Bridge", "date": "2021-05-04", "quote": "gone",
    "start": 0, "end": 4, "sha256": "0",
}  # fmt: skip
ANSWER = {
    "question": "q", "rewritten": "The question in full", "status": "answered",
    "answer": "It opened [1].", "short_answer": "4 May 2021",
    "claims": [{"text": "It opened.", "citations": [1], "verdict": "supported", "score": 0.9}],
    "removed": [
        {"text": "It fell down.", "citations": [], "verdict": "contradicted", "score": 0.1},
        {"text": "It is blue.", "citations": [], "verdict": "unsupported", "score": 0.2},
    ],
    "citations": [CITATION],
    "conflicts": [{"positions": [
        {"value": "Tuesday", "citations": [1], "date": "2021-05-04"},
        {"value": "Wednesday", "citations": [1], "date": None},
    ]}],
    "passages": [], "model": "embedded", "timings": {"retrieve_ms": 9.0, "total_ms": 1500.0},
}  # fmt: skip


def replay(page: Page, events: list[tuple[str, object]]) -> None:
    """Answer the next questions with a recorded stream, to show states that are rare."""
    body = "".join(
        f": ping\n\nevent: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events
    )

    def fulfil(route: Route) -> None:
        route.fulfill(content_type="text/event-stream; charset=utf-8", body=body)

    page.route("**/api/ask", fulfil)


def test_removed_claims_conflicts_and_changed_articles(open_page: OpenPage) -> None:
    """Removed claims are folded, both sides of a conflict shown, a lost quote is admitted."""
    page = open_page()
    replay(page, [*RECORDED, ("answer", ANSWER)])
    ask(page, "When did it open?")
    expect(page.locator(".rewritten")).to_contain_text("The question in full")
    expect(page.locator(".short")).to_have_text("4 May 2021")
    expect(page.get_by_text("Drafted, not yet checked.")).to_have_count(0)
    folded = page.locator(".removed")
    expect(folded.locator("summary")).to_contain_text("2 statements were removed")
    expect(folded.locator("li").first).not_to_be_visible()
    folded.locator("summary").click()
    expect(folded.locator("li").first).to_contain_text("It fell down.")
    expect(page.locator(".conflicts li")).to_contain_text(["Tuesday", "Wednesday"])
    page.locator(".claims .chip").click()
    expect(page.locator(".article .notice")).to_contain_text("no longer contains the quote")


@pytest.mark.parametrize("ending", [[], [("error", {
    "type": "x", "title": "Gone", "detail": "It left.", "remedy": "Call it back.",
})]])  # fmt: skip
def test_broken_stream_leaves_nothing_unchecked(
    open_page: OpenPage, ending: list[tuple[str, object]]
) -> None:
    """A stream that fails or just ends takes unchecked drafts away and says what to do."""
    page = open_page()
    replay(page, [*RECORDED, *ending])
    ask(page, "When did it open?")
    expect(page.locator(".claim")).to_have_count(0)
    expect(page.locator(".problem .remedy")).not_to_be_empty()


def test_stop_ends_the_answer(open_page: OpenPage) -> None:
    """Stop appears while an answer is on its way, and ends it."""
    page = open_page()
    page.route("**/api/ask", lambda _route: None)
    page.get_by_label("Your question").fill(QUESTION)
    expect(page.locator("#send")).to_be_enabled()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".turn .notice")).to_contain_text("Stopped.")
    expect(page.get_by_label("Your question")).to_be_focused()
    expect(page.get_by_role("button", name="Stop")).not_to_be_visible()


def test_event_parser_survives_any_cut(open_page: OpenPage) -> None:
    """Events are read right wherever the bytes are cut, with every line end and comment."""
    page = open_page()
    script = """async (text) => {
        const { events } = await import("/static/sse.js");
        const bytes = new TextEncoder().encode(text);
        const found = new Set();
        for (let cut = 1; cut < bytes.length; cut += 1) {
            const read = [];
            const chunks = [bytes.slice(0, cut), bytes.slice(cut)];
            const source = (async function* () { yield* chunks; })();
            for await (const { name, data } of events(source)) read.push([name, data]);
            found.add(JSON.stringify(read));
        }
        return [...found];
    }"""
    text = (
        ": hello\n\nevent: claim\ndata: one\ndata: twö 🐟\n\n"
        "event: a\r\ndata:x\r\nid: 4\r\n\r\ndata: y\r\rdata: end\n\n"
    )
    (found,) = page.evaluate(script, text)
    assert json.loads(found) == [
        ["claim", "one\ntwö 🐟"], ["a", "x"], ["message", "y"], ["message", "end"],
    ]  # fmt: skip


def test_reference_page_describes_every_route(open_page: OpenPage, live: Live) -> None:
    """/docs lists the routes, loading nothing from elsewhere."""
    page = open_page(f"{live.url}/docs")
    expect(page.locator("summary", has_text="/api/ask")).to_be_visible()
    page.locator("summary", has_text="/api/ask").click()
    page.get_by_role("link", name="AskRequest").click()
    expect(page.locator("#AskRequest")).to_contain_text("history")
