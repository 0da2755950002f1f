"""Answers: drafted and settled, footnotes and their cards, the source, and what is no answer."""

import pytest
from playwright.sync_api import expect

from tests.e2e.acts import PHONE, QUESTION, ask, marked, open_articles, replay, send
from tests.e2e.conftest import OpenPage
from tests.e2e.stepwise import stepwise
from tests.live import ARTICLES, ODD, ODD_ID, Live
from tests.recording import Recorded, recorded


def test_footnote_leads_to_the_highlighted_quote(open_page: OpenPage, live: Live) -> None:
    """Ask, see a footnoted answer, click the footnote: the article opens at the quote."""
    page = open_page()
    ask(page, QUESTION)
    expect(page.locator(".claims")).to_contain_text("Ada Lindqvist")
    expect(page.locator(".short")).to_contain_text("Ada Lindqvist")
    expect(page.locator(".claim.draft")).to_have_count(0)
    note = page.locator(".footnotes li").first
    expect(note).to_contain_text("lighthouse.txt")
    expect(note).to_contain_text("12 March 2024")
    page.locator(".chip").first.click()
    with live.client() as client:
        answer = client.post("/api/ask", json={"question": QUESTION}).json()
    assert marked(page) == answer["citations"][0]["quote"]
    expect(page.locator(".text mark .key")).to_contain_text(["Ada Lindqvist"])
    assert page.locator(".article .text").text_content() == ARTICLES["lighthouse.txt"]
    chat, article = page.locator("#log").bounding_box(), page.locator("#panel").bounding_box()
    assert chat
    assert article
    assert chat["x"] + chat["width"] <= article["x"] + 1


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


def test_claims_are_drafted_dimmed_and_settle(open_page: OpenPage) -> None:
    """A claim is there, dimmed, before its verdict; then it settles with its footnote, or goes."""
    page = open_page()
    events = recorded("conflict")
    with stepwise(page, events) as until:
        send(page, "q")
        until("claim")
        draft = page.locator(".claim.draft")
        expect(draft).to_have_text(events[1][1]["text"])
        expect(draft.locator(".chip")).to_have_count(0)
        expect(page.locator(".turn .answer")).to_have_attribute("aria-busy", "true")
        until("verdict")
        expect(page.locator(".claim:not(.draft) .chip")).to_have_text("1")
        until("verdict")
        expect(page.locator(".progress-note")).to_contain_text("1 statement removed")
        expect(page.locator(".claim")).to_have_count(1)
        until("answer")
        expect(page.locator(".turn [aria-busy]")).to_have_count(0)
    expect(page.locator(".rewritten")).to_contain_text("captain of the Solveig")


@pytest.mark.parametrize("by", ["pointer", "focus"])
def test_a_footnotes_card_shows_what_it_quotes(open_page: OpenPage, by: str) -> None:
    """Pointing at a chip or focusing it shows file, title, date and quote, the value set off.

    Escape puts the card away and leaves the focus where it is.
    """
    page = open_page()
    replay(page, recorded("development"))
    ask(page, "q")
    chip = page.locator(".claims .chip").last
    if by == "pointer":
        chip.hover()
    else:
        page.get_by_label("Your question").focus()
        for _ in range(30):
            page.keyboard.press("Shift+Tab")
            if chip.evaluate("node => node === document.activeElement"):
                break
    card = page.get_by_role("tooltip")
    expect(card).to_be_visible()
    citation = recorded("development")[-1][1]["citations"][1]
    for part in (citation["title"], citation["file"], citation["quote"], "6 March 2024"):
        expect(card).to_contain_text(part)
    expect(card.locator(".key")).to_have_text("19")
    expect(chip).to_have_attribute("aria-describedby", "card")
    if by == "pointer":
        card.hover()
        expect(card).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).not_to_be_visible()
    if by == "focus":
        expect(chip).to_be_focused()


def test_previous_and_next_footnote(open_page: OpenPage) -> None:
    """From one quote to the next, by button and by arrow key; at either end there is no further.

    The number of the one that is open is set off in the answer.
    """
    page = open_page()
    name, answer = recorded("development")[-1]
    quotes = ["The lighthouse at Cape Morrow was designed", "The harbour authority paid"]
    text = ARTICLES["lighthouse.txt"]
    citations = [
        {**citation, "file": "lighthouse.txt", "quote": quote, "start": text.index(quote),
         "end": text.index(quote) + len(quote)}
        for citation, quote in zip(answer["citations"], quotes, strict=True)
    ]  # fmt: skip
    replay(page, [(name, {**answer, "citations": citations})])
    ask(page, "q")
    page.locator(".footnotes .source").first.click()
    assert marked(page) == quotes[0]
    expect(page.locator(".claims .chip[aria-current]")).to_have_text("1")
    expect(page.get_by_role("button", name="Previous footnote")).to_be_disabled()
    page.get_by_role("button", name="Next footnote").click()
    expect(page.locator(".panel-label")).to_contain_text("Footnote 2")
    assert marked(page) == quotes[1]
    expect(page.locator(".claims .chip[aria-current]")).to_have_text("2")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".panel-label")).to_contain_text("Footnote 1")
    page.keyboard.press("Escape")
    expect(page.locator("[aria-current]")).to_have_count(0)


def test_removed_claims_are_folded(open_page: OpenPage) -> None:
    """Under the answer it says how many statements were removed; unfolding shows them."""
    page = open_page()
    name, answer = recorded("conflict")[-1]
    twice = {**answer, "removed": [*answer["removed"], {**answer["removed"][0], "text": "Two."}]}
    replay(page, [*recorded("conflict")[:-1], (name, twice)])
    ask(page, "q")
    folded = page.locator(".removed")
    expect(folded.locator("summary")).to_have_text(
        "2 statements were removed: your articles do not support them"
    )
    expect(folded.locator("li").first).not_to_be_visible()
    folded.locator("summary").click()
    expect(folded.locator("li").first).to_contain_text("asleep")


def test_both_sides_of_a_disagreement_with_their_dates(open_page: OpenPage) -> None:
    """Sides stand beside each other, each with its value, its article's date and its footnote."""
    page = open_page()
    replay(page, recorded("conflict"))
    turn = ask(page, "q")
    (conflict,) = recorded("conflict")[-1][1]["conflicts"]
    box = turn.locator(".conflict")
    expect(box.locator("h3")).to_have_text("Your articles disagree")
    expect(box.locator(".value")).to_have_text([p["value"] for p in conflict["positions"]])
    expect(box.locator(".when")).to_have_text(["4 March 2024", "4 March 2024"])
    expect(box.locator(".chip")).to_have_text(
        [str(n) for side in conflict["positions"] for n in side["citations"]]
    )
    boxes = [side.bounding_box() for side in box.locator("li").all()]
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["y"] == boxes[1]["y"]


def test_a_development_is_a_timeline(open_page: OpenPage) -> None:
    """What changed is an ordered list by date, with the latest marked."""
    page = open_page()
    replay(page, recorded("development"))
    turn = ask(page, "q")
    steps = turn.locator(".development ol > li")
    expect(steps.locator(".value")).to_have_text(["At least 12", "19"])
    expect(steps.last).to_contain_text("latest")
    expect(steps.first).not_to_contain_text("latest")


def test_what_the_articles_do_not_say(open_page: OpenPage) -> None:
    """`not_found` is said plainly; the nearest passages are marked as no answer and can be read."""
    page = open_page()
    turn = ask(page, "What is the capital of Mongolia?")
    expect(turn.locator(".nothing")).to_have_text("Your articles do not answer this.")
    expect(turn.locator(".nearest h3")).to_contain_text("not an answer")
    expect(turn.locator(".chip, .claim, .footnotes")).to_have_count(0)
    turn.locator(".nearest button").first.click()
    expect(page.locator(".article .notice")).to_contain_text("not an answer")
    marked(page)
    for paragraph in page.locator(".text mark").all_text_contents():
        assert paragraph in "".join(ARTICLES.values())


def test_a_refusal_speaks_only_of_the_articles_that_were_asked(open_page: OpenPage) -> None:
    """Of articles that nobody asked nothing is said, whether one was chosen, some, or all."""
    page = open_page()
    replay(page, recorded("nothing"))
    rows = open_articles(page)
    rows.get_by_label("Choose Bridge of Grimsfold opened").check()
    page.get_by_role("button", name="Ask only this one").click()
    turn = ask(page, "q")
    expect(turn.locator(".nothing")).to_have_text(
        "The article that was asked does not answer this."
    )
    expect(turn.locator(".nothing + .aside")).to_contain_text("Nothing in it")
    expect(turn.locator(".nothing + .aside")).to_contain_text("No other was asked")
    rows.get_by_label("Choose New lamp").check()
    page.get_by_role("button", name="Ask only these 2").click()
    expect(ask(page, "q").locator(".nothing")).to_have_text(
        "The articles that were asked do not answer this."
    )
    page.get_by_role("button", name="Choose none").click()
    page.get_by_label("From this day").fill("2024-01-01")
    page.get_by_role("button", name="Ask only this one").click()
    expect(ask(page, "q").locator(".nothing")).to_contain_text("The article that was asked")
    # One press asks all of them the same, and what is asked next.
    before = page.locator(".turn").count()
    with page.expect_request("**/api/ask") as asked:
        page.get_by_role("button", name="Ask all articles").last.click()
    sent = asked.value.post_data_json
    assert sent is not None
    assert sent["filters"] is None
    expect(page.locator(".turn")).to_have_count(before + 1)
    last = page.locator(".turn").last
    expect(last.locator(".nothing")).to_have_text("Your articles do not answer this.")
    expect(last.get_by_role("button", name="Ask all articles")).to_have_count(0)
    expect(page.locator("#scope")).to_be_hidden()
    page.reload()
    expect(page.locator(".nothing").first).to_contain_text("The article that was asked")


def test_model_and_timings_on_demand(open_page: OpenPage) -> None:
    """Which model answered is one line; unfolded, it tells how long each step took."""
    page = open_page()
    replay(page, recorded("conflict"))
    turn = ask(page, "q")
    expect(turn.locator(".made summary")).to_contain_text("ollama/tiny")
    expect(turn.locator(".made dl")).not_to_be_visible()
    turn.locator(".made summary").click()
    for step in ("Searching", "Reading and writing", "Checking", "Altogether", "Tokens, prompt"):
        expect(turn.locator(".made dl")).to_contain_text(step)


def test_an_article_that_changed_since_is_admitted(open_page: OpenPage) -> None:
    """A quote that its article no longer holds is said to be gone, and shown in the notice."""
    page = open_page()
    name, answer = recorded("conflict")[-1]
    citations = [{**citation, "file": "bridge.txt"} for citation in answer["citations"]]
    replay(page, [(name, {**answer, "citations": citations})])
    turn = ask(page, "q")
    turn.locator(".claims .chip").first.click()
    expect(page.locator(".article .notice")).to_contain_text("no longer contains the quote")
    expect(page.locator(".article .notice")).to_contain_text(citations[0]["quote"])


def test_a_quote_that_goes_on_overleaf(open_page: OpenPage) -> None:
    """The footnote names the page; in the article pages are parted, and both halves are marked."""
    page = open_page()
    text = "A long report\n\nThe captain of the\fSolveig is Mette Rask.\n\n\fThe end.\n"
    quote = "The captain of the\fSolveig is Mette Rask."
    name, answer = recorded("conflict")[-1]
    citation = {**answer["citations"][0], "file": "r.pdf", "quote": quote, "start": 15, "page": 1}
    cited = {**citation, "end": 15 + len(quote)}
    whole = {**answer, "conflicts": [], "citations": [cited], "claims": answer["claims"][:1]}
    article = {"id": "r.pdf", "title": "A long report", "date": None, "text": text, "sha256": "0"}
    page.route("**/api/articles/r.pdf", lambda route: route.fulfill(json=article))
    replay(page, [(name, whole)])
    note = ask(page, "q").locator(".footnotes li")
    expect(note).to_contain_text("page 1")
    expect(note.locator("q")).to_have_text(quote.replace("\f", " "))
    note.locator("button").click()
    expect(page.locator(".text mark")).to_have_text(quote.split("\f"))
    expect(page.locator(".text [role=separator]")).to_have_count(2)
    assert page.locator(".text").text_content() == text


def test_an_article_that_was_removed_since_leaves_its_quote(open_page: OpenPage) -> None:
    """A footnote to an article that is gone says so, and shows what the answer quoted from it."""
    page = open_page()
    replay(page, recorded("conflict"))
    turn = ask(page, "q")
    turn.locator(".claims .chip").first.click()
    expect(page.locator(".article .notice")).to_contain_text("has been removed since")
    citation = recorded("conflict")[-1][1]["citations"][0]
    assert marked(page) == citation["quote"]
    for part in (citation["title"], citation["file"], "4 March 2024"):
        expect(page.locator(".article")).to_contain_text(part)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".panel-label")).to_contain_text("Footnote 2")


@pytest.mark.parametrize(
    ("short", "shown"), [("at least 100", "At least 100"), ("iPhone, 2007", "iPhone, 2007")]
)
def test_a_short_answer_begins_with_a_capital(open_page: OpenPage, short: str, shown: str) -> None:
    """It is often cut from within a sentence; a name with its own way of writing keeps it."""
    page = open_page()
    name, answer = recorded("development")[-1]
    replay(page, [(name, {**answer, "short_answer": short})])
    expect(ask(page, "q").locator(".short")).to_have_text(shown)


ENDINGS: list[Recorded] = [
    [],
    [("error", {"type": "x", "title": "Gone", "detail": "It left.", "remedy": "Call it back."})],
]


@pytest.mark.parametrize("ending", ENDINGS, ids=["cut off", "an error"])
def test_broken_stream_leaves_nothing_unchecked(open_page: OpenPage, ending: Recorded) -> None:
    """A stream that fails or just ends takes unchecked drafts away and says what to do."""
    page = open_page()
    replay(page, [*recorded("conflict")[:2], *ending])
    send(page, "q")
    expect(page.locator(".problem .remedy")).not_to_be_empty()
    expect(page.locator(".claim")).to_have_count(0)


def test_phone_opens_the_article_over_the_chat(open_page: OpenPage) -> None:
    """On a phone nothing is wider than the screen, and the source is a modal sheet."""
    page = open_page(**PHONE)
    replay(page, recorded("conflict"))
    fits = "document.documentElement.scrollWidth <= innerWidth"
    assert page.evaluate(fits)
    ask(page, "q")
    assert page.evaluate(fits)
    page.unroute("**/api/ask")
    turn = ask(page, QUESTION)
    turn.locator(".chip").first.tap()
    assert "Ada Lindqvist" in marked(page)
    assert page.evaluate("document.querySelector('#panel').matches(':modal')")
    assert page.evaluate(fits)
    page.get_by_role("button", name="Close").tap()
    expect(page.locator("#panel")).not_to_be_visible()
