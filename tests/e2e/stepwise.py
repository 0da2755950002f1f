"""A recorded answer that comes event by event, each when the test says so."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

from tests.recording import Recorded, as_sent

# The page's question is answered with a stream that the test writes to.
HELD = """() => {
    const before = window.fetch;
    const encoder = new TextEncoder();
    window.fetch = async (path, options) => {
        if (path !== "/api/ask") return before(path, options);
        window.fetch = before;
        const body = new ReadableStream({ start: (writer) => {
            const gone = () => writer.error(new Error("gone"));
            window.sent = (text) => text ? writer.enqueue(encoder.encode(text)) : gone();
        } });
        return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
    };
}"""
SENT = "(text) => window.sent(text)"


@contextmanager
def stepwise(page: Page, events: Recorded) -> Iterator[Callable[[str], None]]:
    """Give a function that sends the events up to and with the next one of a name.

    Where the events end before the answer does, the stream breaks off with the block.
    """
    left = iter(events)
    page.evaluate(HELD)

    def until(name: str) -> None:
        page.wait_for_function("() => Boolean(window.sent)")
        for event, data in left:
            page.evaluate(SENT, as_sent([(event, data)]))
            if event == name:
                return

    yield until
    page.evaluate("window.sent('')")
