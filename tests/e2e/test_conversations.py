"""Conversations: kept, found, renamed, deleted, exported, printed, linked, copied, judged."""

import json
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from eval.feedback import read_sets
from tests.e2e.acts import ask, replay
from tests.e2e.conftest import OpenPage
from tests.live import Live
from tests.recording import recorded

TITLE = "Who steers the Solveig?"


def conversation(page: Page) -> None:
    """Have a conversation of two answers."""
    replay(page, recorded("conflict"))
    ask(page, TITLE)
    replay(page, recorded("development"))
    ask(page, "How many were hurt?")
    expect(page.locator("#talk-title")).to_have_text(TITLE)


def in_menu(page: Page, name: str) -> None:
    """Choose an item of the conversation's menu."""
    page.locator("#talk").click()
    page.locator("#menu").get_by_role("button", name=name).click()


def test_a_conversation_survives_a_reload_with_its_sources(open_page: OpenPage) -> None:
    """After a reload the answers are there with all that belongs to them, and asking goes on."""
    page = open_page()
    conversation(page)
    before = page.locator(".turn").all_inner_texts()
    page.reload()
    expect(page.locator(".turn")).to_have_count(2)
    assert page.locator(".turn").all_inner_texts() == before
    page.locator(".turn").first.locator(".chip").first.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("tallmere-post.txt")
    replay(page, recorded("nothing"))
    with page.expect_request("**/api/ask") as sent:
        ask(page, "And then?")
    assert len(json.loads(sent.value.post_data or "")["history"]) == 2


def test_conversations_are_found_renamed_and_deleted(open_page: OpenPage) -> None:
    """They are listed by their titles, searched in full, renamed in place, deleted with undo."""
    page = open_page()
    conversation(page)
    page.get_by_role("button", name="New conversation").click()
    replay(page, recorded("nothing"))
    ask(page, "What is the capital of Mongolia?")
    page.get_by_role("button", name="Conversations").click()
    talks = page.locator(".talks > li")
    expect(talks).to_have_count(2)
    page.get_by_label("Search conversations").fill("oda BREKKE")
    expect(talks).to_have_count(1)
    expect(talks).to_contain_text(TITLE)
    talks.get_by_role("button", name="Rename").click()
    page.get_by_label("Title").fill("The captain")
    page.keyboard.press("Enter")
    expect(talks.locator(".source-title")).to_have_text("The captain")
    talks.locator(".source").click()
    expect(page.locator("#talk-title")).to_have_text("The captain")
    expect(page.locator(".turn")).to_have_count(2)
    talks.get_by_role("button", name="Delete").click()
    expect(page.locator(".talks")).to_contain_text("No conversation matches.")
    page.get_by_role("button", name="Undo").click()
    expect(talks).to_have_count(1)
    talks.get_by_role("button", name="Delete").click()
    expect(page.locator("#welcome")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Conversations").click()
    expect(talks).to_have_count(1)
    expect(talks).to_contain_text("Mongolia")


def test_the_menu_renames_and_deletes_what_is_open(open_page: OpenPage) -> None:
    """Renaming happens where the title stands; deleting can be undone at once."""
    page = open_page()
    conversation(page)
    in_menu(page, "Rename")
    page.get_by_label("Title").fill("Solveig")
    page.keyboard.press("Enter")
    expect(page.locator("#talk-title")).to_have_text("Solveig")
    expect(page.locator("#talk")).to_be_focused()
    in_menu(page, "Delete")
    expect(page.locator("#welcome")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".turn")).to_have_count(2)


def test_export_is_markdown_with_footnotes_counted_through(
    open_page: OpenPage, tmp_path: Path
) -> None:
    """Claims carry their footnotes, numbered through; each footnote has its file and quote."""
    page = open_page()
    conversation(page)
    with page.expect_download() as exported:
        in_menu(page, "Export")
    assert exported.value.suggested_filename == "Who-steers-the-Solveig.md"
    exported.value.save_as(tmp_path / "export.md")
    text = (tmp_path / "export.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {TITLE}\n\n## {TITLE}\n")
    answers = [recorded("conflict")[-1][1], recorded("development")[-1][1]]
    citations = [citation for answer in answers for citation in answer["citations"]]
    for number, citation in enumerate(citations, start=1):
        assert re.search(rf"[^\n]\[\^{number}\]", text)
        line = next(line for line in text.splitlines() if line.startswith(f"[^{number}]: "))
        assert f"“{citation['quote']}”" in line.replace("\\", "")
        assert citation["file"] in line
    assert "The articles disagree:" in text
    assert "asleep" in text


def test_markdown_of_a_hostile_answer_is_inert(open_page: OpenPage) -> None:
    """Nothing that stands in an article becomes markup in what is exported."""
    page = open_page()
    hostile = "<script>x</script> [link](javascript:x) ![i](y) `c` *b* # h | &lt; \n\n1. one"
    escaped = page.evaluate(
        "async (text) => (await import('/static/markdown.js')).escaped(text)", hostile
    )
    assert escaped == (
        "\\<script\\>x\\</script\\> \\[link\\](javascript:x) \\!\\[i\\](y) \\`c\\` \\*b\\* "
        "\\# h \\| \\&lt; 1. one"
    )


def test_one_answer_is_copied_with_its_footnotes(open_page: OpenPage) -> None:
    """The clipboard gets question, claims with marks, and the footnotes of this answer only."""
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    conversation(page)
    page.locator(".turn").last.get_by_role("button", name="Copy answer").click()
    expect(page.locator(".toast")).to_contain_text("Copied")
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("## How many were hurt?")
    assert "said.[^1]" in text
    assert text.count("\n[^") == 2


def test_a_link_leads_to_one_answer(open_page: OpenPage) -> None:
    """It opens that answer here; in a browser that has not got it, the question can be asked."""
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    conversation(page)
    page.locator(".turn").first.get_by_role("button", name="Copy link").click()
    link = page.evaluate("navigator.clipboard.readText()")
    page.get_by_role("button", name="New conversation").click()
    page.goto(link)
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".question").first).to_be_focused()
    other = open_page(link)
    expect(other.locator(".toast")).to_contain_text("another browser")
    expect(other.get_by_label("Your question")).to_have_value(TITLE)


def test_a_link_that_was_cut_is_survived(open_page: OpenPage, live: Live) -> None:
    """A link that ends in the middle of a character still gives what is left of the question."""
    page = open_page(f"{live.url}/#/c/1/2/Who%20is%20%E0")
    expect(page.locator(".toast")).to_contain_text("another browser")
    expect(page.get_by_label("Your question")).not_to_have_value("")


def test_what_cannot_be_read_any_more_does_not_break_the_page(open_page: OpenPage) -> None:
    """Half a conversation, or one of another version, is passed over in the list and by link."""
    page = open_page()
    conversation(page)
    page.evaluate(
        """() => new Promise((done) => {
            const opening = indexedDB.open("footnote");
            opening.onsuccess = () => {
                const work = opening.result.transaction("conversations", "readwrite");
                const store = work.objectStore("conversations");
                store.put({ id: "half" });
                const turns = [{ id: "a", question: "Old?", answer: { answer: "Yes." } }];
                store.put({ id: "old", title: "Old", updated: "2020-01-01", turns });
                work.oncomplete = done;
            };
        })"""
    )
    page.get_by_role("button", name="Conversations").click()
    expect(page.locator(".talks .source-title")).to_have_text([TITLE])
    page.evaluate("location.hash = '#/c/old'")
    expect(page.locator(".toast")).to_contain_text("not kept")
    replay(page, recorded("nothing"))
    ask(page, "And now?")
    expect(page.locator("#talk-title")).to_have_text("And now?")


def test_back_and_forward_go_between_conversations(open_page: OpenPage) -> None:
    """Each conversation has its address, and Back does not leave the page for a look at another."""
    page = open_page()
    replay(page, recorded("nothing"))
    title = page.locator("#talk-title")
    ask(page, "First?")
    page.get_by_role("button", name="New conversation").click()
    ask(page, "Second?")
    page.get_by_role("button", name="Conversations").click()
    page.locator(".talks .source", has_text="First?").click()
    expect(title).to_have_text("First?")
    page.go_back()
    expect(title).to_have_text("Second?")
    page.go_back()
    expect(title).to_have_text("First?")
    page.go_forward()
    expect(title).to_have_text("Second?")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#welcome")).to_be_visible()
    page.go_back()
    expect(title).to_have_text("Second?")
    page.go_forward()
    expect(page.locator("#welcome")).to_be_visible()


def test_two_windows_go_on_with_one_conversation(open_page: OpenPage) -> None:
    """What is asked in one window shows in the other, and neither overwrites the other's answers.

    What was removed in one to be asked again does not come back from the other.
    """
    page = open_page()
    replay(page, recorded("nothing"))
    ask(page, "First?")
    other = page.context.new_page()
    other.goto(page.url)
    questions = other.locator(".question")
    expect(questions).to_have_text(["First?"])
    ask(page, "Second?")
    expect(questions).to_have_text(["First?", "Second?"])
    name, answer = recorded("nothing")[-1]
    replay(other, [(name, {**answer, "status": "incomplete"})])
    ask(other, "Third?")
    expect(page.locator(".question")).to_have_text(["First?", "Second?", "Third?"])
    replay(other, recorded("nothing"))
    other.get_by_role("button", name="Ask again").click()
    expect(other.locator(".nothing")).to_have_count(3)
    other.reload()
    expect(questions).to_have_text(["First?", "Second?", "Third?"])


def test_the_focus_stays_in_the_list_of_conversations(open_page: OpenPage) -> None:
    """Deleting one takes its button away; the focus is then on the list, not lost."""
    page = open_page()
    conversation(page)
    page.get_by_role("button", name="Conversations").click()
    page.locator(".talks").get_by_role("button", name="Delete").click()
    expect(page.locator(".talks > li")).to_contain_text("There are none yet")
    expect(page.locator("#panel .panel-body")).to_be_focused()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".talks .source")).to_have_count(1)


def test_printed_it_is_the_conversation_alone(open_page: OpenPage) -> None:
    """On paper there are title, questions, answers and whole footnotes, and nothing to press."""
    page = open_page()
    conversation(page)
    page.emulate_media(media="print")
    for gone in ("#composer", ".bar-actions", ".tools", "#panel"):
        expect(page.locator(gone).first).not_to_be_visible()
    for kept in ("#talk-title", ".question", ".claim", ".footnotes q", ".conflict"):
        expect(page.locator(kept).first).to_be_visible()
    assert page.locator(".log").evaluate("node => node.scrollHeight <= node.clientHeight + 1")


def test_printed_quotes_are_whole(open_page: OpenPage) -> None:
    """What a list on the screen leaves out of a long quote is on paper, where nothing opens it."""
    page = open_page()
    events = recorded("conflict")
    _, answer = events[-1]
    cited = answer["conflicts"][0]["positions"][0]["citations"][0]
    (citation,) = [one for one in answer["citations"] if one["id"] == cited]
    citation["quote"] = f"{'This was said before. ' * 10}{citation['quote']}"
    replay(page, events)
    ask(page, TITLE)
    quote = page.locator(f".footnotes [data-id='{cited}'] q")
    assert quote.inner_text().startswith("… ")
    page.emulate_media(media="print")
    assert quote.inner_text() == citation["quote"]


def test_feedback_is_kept_by_the_server_and_is_a_gold_set(open_page: OpenPage, live: Live) -> None:
    """Up or down at a press, then a note: the server's file is a gold set, the last counts."""
    page = open_page()
    replay(page, recorded("conflict"))
    turn = ask(page, TITLE)
    turn.get_by_role("button", name="Good answer").click()
    expect(turn.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true")
    turn.get_by_role("button", name="Bad answer").click()
    expect(turn.get_by_role("button", name="Good answer")).to_have_attribute(
        "aria-pressed", "false"
    )
    turn.get_by_label("Note (optional)").fill("It is Mette Rask.")
    page.keyboard.press("Enter")
    expect(turn.locator(".note-place")).to_contain_text("Kept")
    page.reload()
    expect(page.get_by_role("button", name="Bad answer")).to_have_attribute("aria-pressed", "true")
    read = read_sets([live.service.settings.data_dir / "feedback.jsonl"])
    (gold,) = [one for one in read if one.tags == ("feedback-down",)]
    assert "It is Mette Rask." in gold.note
