"""What goes over the wire to the page: the parser of events, the files, the reference page."""

import gzip
import json
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage
from tests.live import Live

MOST_GZIP_BYTES = 150_000


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


def test_the_page_is_light_and_every_module_is_announced(open_page: OpenPage, live: Live) -> None:
    """All files together stay under the limit, and none is found only after another was read."""
    page = open_page()
    expect(page.locator("#send")).to_be_enabled()
    script = "performance.getEntriesByType('resource').map(one => one.name)"
    files = {url for url in page.evaluate(script) if urlsplit(url).path.startswith("/static/")}
    announced = set(
        page.locator("link[href], script[src]").evaluate_all(
            "nodes => nodes.map(node => node.href ?? node.src)"
        )
    )
    assert files == announced
    with live.client() as client:
        sizes = [len(gzip.compress(client.get(url).content)) for url in (live.url, *files)]
    assert sum(sizes) < MOST_GZIP_BYTES


def test_the_words_that_matter_are_found(open_page: OpenPage) -> None:
    """The value where the quote holds it, else shared words, else the question's; names whole."""
    page = open_page()
    script = """async ([quote, about]) => {
        const { matter } = await import("/static/words.js");
        return matter(quote, about).map(([start, end]) => quote.slice(start, end));
    }"""
    quote = "The Harbour authority of Vell paid 420,000 crowns for the lamp."
    for about, words in (
        ({"values": ["420,000 crowns"]}, ["420,000 crowns"]),
        ({"values": ["harbour  AUTHORITY (of Vell)"]}, ["Harbour authority"]),
        ({"values": ["nobody"], "claims": ["Vell paid for it."]}, ["Vell paid"]),
        ({"claims": [quote], "question": "What did the lamp cost?"}, ["lamp"]),
        ({"claims": [quote], "question": "Why?"}, []),
    ):
        assert page.evaluate(script, [quote, about]) == words, about


def test_an_excerpt_begins_where_the_words_that_matter_are_in_sight(open_page: OpenPage) -> None:
    """A quote whose words come late is shown from shortly before them, at the start of a word."""
    page = open_page()
    script = """async ([quote, word]) => {
        const { excerpt } = await import("/static/text.js");
        const at = quote.indexOf(word);
        const parts = excerpt(quote, [[at, at + word.length]]);
        return parts.map((part) => part.outerHTML ?? part);
    }"""
    late = "word " * 40
    cut, head, *shown = page.evaluate(script, [f"{late}100 people. {late}", "100 people"])
    before, key, after = shown
    assert cut == '<span class="cut">… </span>'
    assert head == f'<span class="head">{"word " * 32}</span>'
    assert key == '<em class="key">100 people</em>'
    assert before == "word " * 8
    assert after == f". {late}"
    assert page.evaluate(script, [f"word 100 {late}", "100"])[0] == "word "
    assert page.evaluate(script, ["x" * 200, "x" * 200]) == [f'<em class="key">{"x" * 200}</em>']


def test_reference_page_describes_every_route(open_page: OpenPage, live: Live) -> None:
    """/docs lists the routes, loading nothing from elsewhere."""
    page = open_page(f"{live.url}/docs")
    expect(page.locator("summary", has_text="/api/ask")).to_be_visible()
    expect(page.locator("summary", has_text="/api/feedback")).to_be_visible()
    asking = page.locator("summary", has_text="/api/ask")
    # What each is for is told before it is opened, and nothing lies over anything else.
    expect(asking).to_contain_text("Answer a question from the articles")
    moved = page.locator(".docs main *").evaluate_all(
        "nodes => nodes.filter((node) => getComputedStyle(node).position === 'fixed').length"
    )
    assert moved == 0
    verb = asking.locator(".verb")
    assert verb.evaluate("node => getComputedStyle(node).textIndent") == "0px"
    asking.click()
    page.get_by_role("link", name="AskRequest").click()
    expect(page.locator("#AskRequest")).to_contain_text("history")
