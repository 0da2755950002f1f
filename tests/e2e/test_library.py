"""Articles: found, added by picking and dropping, removed with undo, synced, read, ten thousand."""

import json
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from tests.e2e.acts import PHONE, ask, open_articles, replay
from tests.e2e.conftest import OpenPage
from tests.recording import recorded

STORY = "The town of Ebbsand keeps eleven storks in its old water tower.\n"
DROP = """([files]) => {
    const data = new DataTransfer();
    for (const [name, text] of files) data.items.add(new File([text], name));
    for (const type of ["dragenter", "dragover", "drop"]) {
        const how = {dataTransfer: data, bubbles: true, cancelable: true};
        document.body.dispatchEvent(new DragEvent(type, how));
    }
}"""
SEEN = """() => {
    window.seen = [];
    const job = document.querySelector(".job");
    new MutationObserver(() => window.seen.push(job.textContent))
        .observe(job, {childList: true, subtree: true});
}"""
MANY = 10_000


def test_the_list_tells_title_date_file_and_passages(open_page: OpenPage) -> None:
    """Each article is a row with all of these; words and dates narrow the list."""
    page = open_page()
    rows = open_articles(page).locator("li")
    row = rows.filter(has_text="lighthouse.txt")
    for part in ("New lamp for the lighthouse", "12 March 2024", "1 passage"):
        expect(row).to_contain_text(part)
    expect(page.locator(".found .aside")).to_contain_text("4 articles")
    page.get_by_label("Find by title").fill("BRIDGE grimsfold")
    expect(rows).to_have_count(1)
    page.get_by_label("Find by title").fill("nothing like it")
    expect(page.locator(".found .aside")).to_have_text("No article matches.")
    page.get_by_label("Find by title").fill("")
    page.get_by_label("From this day").fill("2024-01-01")
    expect(rows).to_have_count(1)
    page.get_by_label("From this day").fill("")
    expect(rows).to_have_count(4)


def test_upload_ask_and_remove(open_page: OpenPage) -> None:
    """A file added on the page answers; removed, it is gone once the time for undo is over."""
    page = open_page()
    rows = open_articles(page).locator("li")
    page.get_by_label("Files to add").set_input_files(
        [
            FilePayload(name="storks.txt", mimeType="text/plain", buffer=STORY.encode()),
            FilePayload(name="empty.txt", mimeType="text/plain", buffer=b""),
        ]
    )
    expect(page.locator(".uploads")).to_contain_text("added, 1 passage")
    expect(page.locator(".uploads .problem .remedy")).not_to_be_empty()
    row = rows.filter(has_text="storks.txt")
    expect(row).to_be_visible()
    ask(page, "How many storks does the town of Ebbsand keep?")
    expect(page.locator(".claims")).to_contain_text("eleven storks")
    row.get_by_role("button", name="Remove").click()
    expect(row).to_contain_text("removed")
    page.get_by_role("button", name="Undo").click()
    expect(row.get_by_role("button", name="Remove")).to_be_visible()
    row.get_by_role("button", name="Remove").click()
    # Asking does not wait for the time to be over: what was removed answers no more.
    turn = ask(page, "How many storks does the town of Ebbsand keep?")
    expect(turn).not_to_contain_text("eleven storks")
    expect(row).to_have_count(0)


def test_removal_is_done_when_the_page_is_left(open_page: OpenPage) -> None:
    """Whoever leaves before the time is over has removed the article all the same."""
    page = open_page()
    rows = open_articles(page).locator("li")
    stork = FilePayload(name="left.txt", mimeType="text/plain", buffer=STORY.encode())
    page.get_by_label("Files to add").set_input_files([stork])
    row = rows.filter(has_text="left.txt")
    row.get_by_role("button", name="Remove").click()
    expect(row).to_contain_text("removed")
    page.reload()
    expect(page.locator("#count")).to_have_text("4")


def test_files_can_be_dropped_anywhere(open_page: OpenPage) -> None:
    """Several files dropped on the page are added one by one, and each error names its remedy."""
    page = open_page()
    expect(page.locator("#count")).to_have_text("4")
    sent: list[str] = []

    def answer(route: Route) -> None:
        if route.request.method != "POST":
            route.fallback()
            return
        name = (route.request.post_data or "").split('filename="')[1].split('"')[0]
        sent.append(name)
        good = {"id": name, "passages": 3}
        bad = {
            "type": "empty-article",
            "title": "Empty",
            "detail": "No text.",
            "remedy": "Fill it.",
        }
        result = {"article": None, "problem": bad} if name == "b.txt" else {"article": good}
        route.fulfill(status=201, json={"results": [result]})

    page.route("**/api/articles*", answer)
    page.evaluate(DROP, [[["a.txt", "one"], ["b.txt", ""], ["c.txt", "three"]]])
    expect(page.locator(".uploads li")).to_have_count(3)
    expect(page.locator(".uploads li").nth(2)).to_contain_text("added, 3 passages")
    expect(page.locator(".uploads li").nth(1)).to_contain_text("Fill it.")
    assert sent == ["a.txt", "b.txt", "c.txt"]
    expect(page.locator("body")).not_to_have_class("dropping")


@pytest.mark.parametrize("options", [{}, PHONE], ids=["wide", "phone"])
def test_many_refused_files_leave_the_articles_in_sight(
    open_page: OpenPage, options: dict[str, Any]
) -> None:
    """They scroll by themselves, by keys as well, and each can be read to its remedy."""
    page = open_page(**options)
    rows = open_articles(page).locator("li")
    page.get_by_label("Files to add").set_input_files(
        [FilePayload(name=f"{n}.txt", mimeType="text/plain", buffer=b"") for n in range(20)]
    )
    expect(page.locator(".uploads .remedy")).to_have_count(20)
    expect(rows.first).to_be_in_viewport()
    expect(page.locator(".adding .actions").first).to_contain_text("20 files could not be added")
    box = page.get_by_role("region", name="Files on their way in")
    box.focus()
    page.keyboard.press("End")
    expect(box.locator(".remedy").last).to_be_in_viewport()
    expect(rows.first).to_be_in_viewport()
    page.get_by_role("button", name="Dismiss all").click()
    expect(page.locator(".uploads li")).to_have_count(0)
    expect(page.get_by_role("button", name="Dismiss all")).to_have_count(0)


def test_a_hidden_file_is_told_under_the_name_that_it_is_found_by(open_page: OpenPage) -> None:
    """Added, it is named as the list names it; refused, as it was sent."""
    page = open_page()
    rows = open_articles(page).locator("li")
    page.get_by_label("Files to add").set_input_files(
        [
            FilePayload(name=".storks.txt", mimeType="text/plain", buffer=STORY.encode()),
            FilePayload(name=".empty.txt", mimeType="text/plain", buffer=b""),
        ]
    )
    expect(page.locator(".uploads li").first).to_have_text(
        ".storks.txt added as storks.txt, 1 passage"
    )
    expect(page.locator(".uploads .problem")).to_contain_text(".empty.txt has no bytes.")
    rows.filter(has_text="storks.txt").get_by_role("button", name="Remove").click()
    replay(page, recorded("nothing"))
    ask(page, "q")
    expect(page.locator("#count")).to_have_text("4")


def test_a_dropped_folder_is_told_from_a_file(open_page: OpenPage) -> None:
    """A folder has nothing to send: it is named with what to do, and the files are added."""
    page = open_page()
    page.evaluate(
        "() => { DataTransferItem.prototype.webkitGetAsEntry = function () {"
        " const { name } = this.getAsFile();"
        " return { name, isDirectory: !name.includes('.') }; }; }"
    )
    page.evaluate(DROP, [[["reports", ""], ["empty.txt", ""]]])
    rows = page.locator(".uploads li")
    expect(rows.first).to_contain_text("qa ingest")
    expect(rows.last).to_contain_text("no text")
    # What is wrong with a file stays wrong: it can be dismissed, not tried again.
    expect(page.locator(".uploads").get_by_role("button", name="Try again")).to_have_count(0)
    page.get_by_role("button", name="Dismiss empty.txt").click()
    expect(rows).to_have_count(1)
    expect(page.locator("#panel .panel-body")).to_be_focused()


def test_choosing_does_not_move_the_list(open_page: OpenPage) -> None:
    """The first tick brings the button to ask with, and no row moves away from the pointer."""
    page = open_page()
    rows = open_articles(page).locator("li")
    before = rows.last.bounding_box()
    rows.last.get_by_label("Choose").check()
    expect(page.get_by_role("button", name="Ask only this one")).to_be_visible()
    assert rows.last.bounding_box() == before


def test_the_focus_stays_when_the_list_is_read_anew(open_page: OpenPage) -> None:
    """While files come in, whoever stands on a row stays there."""
    page = open_page()
    rows = open_articles(page).locator("li")
    rows.nth(1).locator(".source").focus()
    with page.expect_response("**/api/articles?*order=newest&offset=0&limit=100"):
        page.evaluate("document.querySelector('.filters').dispatchEvent(new Event('input'))")
    page.wait_for_function("() => document.activeElement.matches('.articles .source')")
    assert rows.nth(1).locator(".source").evaluate("node => node === document.activeElement")


def test_an_upload_shows_how_far_it_is(open_page: OpenPage) -> None:
    """While a file is on its way there is a bar with a name, and then what became of it."""
    page = open_page()
    open_articles(page)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/articles", hold)
    big = FilePayload(name="big.txt", mimeType="text/plain", buffer=b"word " * 10)
    page.get_by_label("Files to add").set_input_files([big])
    expect(page.get_by_label("Upload of big.txt")).to_be_visible()
    held[0].abort()
    expect(page.locator(".uploads .problem")).to_contain_text("cannot be reached")
    page.unroute("**/api/articles")
    page.locator(".uploads").get_by_role("button", name="Try again").click()
    expect(page.locator(".uploads")).to_contain_text("added")
    page.locator(".articles li", has_text="big.txt").get_by_role("button", name="Remove").click()
    replay(page, recorded("nothing"))
    ask(page, "q")
    expect(page.locator("#count")).to_have_text("4")


def test_sync_shows_progress_and_report(open_page: OpenPage) -> None:
    """Re-sync shows how far it is, what it did, and which file could not be read and why."""
    page = open_page()
    open_articles(page)
    page.get_by_role("button", name="Re-sync folders").click()
    expect(page.locator(".job")).to_contain_text("in step")
    steps = [
        ("progress", {"phase": "read", "done": 7, "total": 30, "passages": 9, "file": "x.txt"}),
        ("done", {"added": 30, "cancelled": False, "errors": [{"file": "y.txt", "problem": {
            "type": "t", "title": "Bad", "detail": "It is bad.", "remedy": "Mend it."}}]}),
    ]  # fmt: skip
    body = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in steps)
    page.evaluate(SEEN)

    def answer(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(content_type="text/event-stream", body=body)
        else:
            route.fallback()

    page.route("**/api/ingest", answer)
    page.get_by_role("button", name="Re-sync folders").click()
    expect(page.locator(".job")).to_contain_text("In step: 30 added.")
    expect(page.locator(".job .problem")).to_contain_text("Mend it.")
    assert any("7 of 30 articles" in text for text in page.evaluate("window.seen"))


def many(page: Page) -> list[tuple[int, int]]:
    """Serve a library of ten thousand articles, and return what of it is asked for."""
    asked: list[tuple[int, int]] = []

    def answer(route: Route) -> None:
        query = dict(pair.split("=") for pair in route.request.url.split("?")[1].split("&"))
        offset, limit = int(query.get("offset", 0)), int(query["limit"])
        asked.append((offset, limit))
        rows = [
            {"id": f"{n:05}.txt", "title": f"Report number {n}", "date": None, "passages": 3,
             "state": "indexed"}
            for n in range(offset, min(offset + limit, MANY))
        ]  # fmt: skip
        route.fulfill(json={"count": MANY, "passages": 3 * MANY, "articles": rows})

    page.route("**/api/articles?*", answer)
    return asked


def test_ten_thousand_articles_take_few_rows_and_pages(open_page: OpenPage) -> None:
    """Only rows in sight exist, the bar is as long as the list, the end is one jump away."""
    page = open_page()
    asked = many(page)
    rows = open_articles(page).locator("li")
    expect(page.locator(".found .aside")).to_contain_text("10,000 articles")
    expect(rows.first).to_contain_text("Report number 0")
    assert rows.count() < 50
    page.locator(".panel-body").evaluate("node => node.scrollTo(0, node.scrollHeight)")
    expect(rows.last).to_contain_text(f"Report number {MANY - 1}")
    expect(rows.last).to_have_attribute("aria-posinset", str(MANY))
    assert rows.count() < 50
    assert len([part for part in asked if part[1] > 5]) <= 4
    assert page.locator(".articles").evaluate("node => node.offsetHeight") > MANY * 60


def test_the_focus_stays_in_a_long_list(open_page: OpenPage) -> None:
    """A row that has the focus is not taken away when it scrolls out of sight."""
    page = open_page()
    many(page)
    open_articles(page)
    page.locator(".articles .source", has_text="Report number 2").first.focus()
    page.locator(".panel-body").evaluate("node => node.scrollTo(0, 200000)")
    expect(page.locator(".articles li", has_text="Report number 2500")).to_be_visible()
    expect(page.locator(".articles .source:focus")).to_contain_text("Report number 2")


def test_an_article_is_read_and_left(open_page: OpenPage) -> None:
    """From the list to an article and back to the list."""
    page = open_page()
    open_articles(page).locator(".source", has_text="bridge.txt").click()
    expect(page.locator(".article .text")).to_contain_text("Oda Brekke")
    page.get_by_role("button", name="All articles").click()
    expect(page.locator(".articles li")).to_have_count(4)
