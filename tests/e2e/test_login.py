"""The key, where the server wants one: given on the page, refused, removed, given back."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from qa.keys import SCOPES, Keys
from tests.e2e.acts import QUESTION, ask, open_articles, send
from tests.e2e.conftest import OpenPage
from tests.live import LIGHTHOUSE, Live, ingested, running

KEPT = """async () => {
    const all = ({ name }) => new Promise((done) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => {
            const stores = [...opening.result.objectStoreNames];
            const reading = opening.result.transaction(stores).objectStore(stores[0]).getAll();
            reading.onsuccess = () => done(reading.result);
        };
    });
    const rows = await Promise.all((await indexedDB.databases()).map(all));
    return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, rows]);
}"""


@dataclass
class Locked:
    """A server that wants keys, and its keys."""

    live: Live
    keys: Keys

    def secret(self, name: str, *scopes: str) -> str:
        """Make a key; one of that name is replaced."""
        if name in {key.name for key in self.keys.all()}:
            self.keys.remove(name)
        return self.keys.add(name, [scope for scope in SCOPES if scope in scopes])[0]


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Locked]:
    """Return a server with one article and one key that nobody uses."""
    root = tmp_path_factory.mktemp("login")
    settings = ingested(root / "articles", root / "data", {"lighthouse.txt": LIGHTHOUSE})
    Keys(settings).add("first", SCOPES)
    with running(settings) as live:
        live.wait_until_ready()
        yield Locked(live, Keys(settings))


def give(page: Page, secret: str) -> None:
    """Write a key into the dialog and press Enter."""
    expect(page.get_by_role("dialog", name="A key is needed")).to_be_visible()
    page.get_by_label("Key", exact=True).fill(secret)
    page.keyboard.press("Enter")


def test_the_page_asks_for_a_key_and_keeps_it_out_of_reach(
    open_page: OpenPage, locked: Locked
) -> None:
    """Without a key there is a dialog, a wrong key is said to be one, the right one opens the page.

    After a reload it is still open; no script can read the key, and nothing that the page keeps
    holds it.
    """
    page = open_page(locked.live.url)
    field = page.get_by_label("Key", exact=True)
    expect(field).to_be_focused()
    expect(page.locator("#send")).to_be_disabled()
    expect(page.locator("#shelf")).to_be_empty()
    give(page, "fn_wrong")
    expect(page.get_by_role("alert")).to_contain_text("none of the server's keys")
    expect(field).to_be_focused()
    secret = locked.secret("anna", "read", "ask")
    give(page, f" {secret} ")
    expect(page.locator("#login")).not_to_be_visible()
    expect(page.locator(".shelf li")).to_have_count(1)
    expect(page.locator("#banner")).not_to_be_visible()
    expect(ask(page, QUESTION).locator(".claims")).to_contain_text("Ada Lindqvist")
    page.reload()
    expect(page.locator("#send")).to_be_enabled()
    expect(page.get_by_role("button", name="Key anna")).to_be_visible()
    kept = page.evaluate(KEPT)
    assert "Lindqvist" in kept
    assert secret not in kept


def test_a_key_that_is_removed_is_asked_for_and_the_question_asked_again(
    open_page: OpenPage, locked: Locked
) -> None:
    """A key removed in mid-conversation: the page says so, and with another one it goes on."""
    page = open_page(locked.live.url)
    give(page, locked.secret("bert", "read", "ask"))

    def remove(route: Route) -> None:
        locked.keys.remove("bert")
        route.continue_()

    page.route("**/api/ask", remove, times=1)
    send(page, QUESTION)
    dialog = page.get_by_role("dialog", name="A key is needed")
    expect(dialog).to_contain_text("none of the server's any more")
    page.get_by_role("button", name="Not now").click()
    expect(page.locator("#banner")).to_contain_text("none of the server's any more")
    expect(page.locator("#send")).to_be_disabled()
    page.get_by_role("button", name="Give a key").click()
    give(page, locked.secret("carla", "read", "ask"))
    expect(page.locator(".claims")).to_contain_text("Ada Lindqvist")
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator(".problem, #banner:not([hidden])")).to_have_count(0)


def test_what_a_key_does_not_allow_is_said(open_page: OpenPage, locked: Locked) -> None:
    """A key for asking, for reading, for both: the page says what is missing, and offers no more.

    Another key is given without leaving the page.
    """
    page = open_page(locked.live.url)
    give(page, locked.secret("asker", "ask"))
    expect(page.locator("#shelf .problem")).to_contain_text("does not let you read articles")
    expect(page.locator("#shelf .remedy")).to_contain_text("--scope ask --scope read")
    expect(page.locator("#send")).to_be_enabled()
    page.locator("#shelf").get_by_role("button", name="Use another key").click()
    give(page, locked.secret("reader", "read"))
    expect(page.locator("#banner")).to_contain_text("does not let you ask questions")
    expect(page.locator(".shelf li")).to_have_count(1)
    expect(page.locator("#send")).to_be_disabled()
    rows = open_articles(page)
    expect(page.locator(".library .problem")).to_contain_text("add and remove articles")
    expect(rows.get_by_role("button", name="Remove")).to_have_count(0)
    expect(page.get_by_role("button", name="Add files")).not_to_be_visible()
    page.locator("#banner").get_by_role("button", name="Use another key").click()
    give(page, locked.secret("all", *SCOPES))
    expect(rows.get_by_role("button", name="Remove")).to_have_count(1)
    expect(page.get_by_role("button", name="Add files")).to_be_visible()
    expect(page.locator(".problem, #banner:not([hidden])")).to_have_count(0)


def test_logging_out_leaves_nothing_open(open_page: OpenPage, locked: Locked) -> None:
    """Whoever logs out is asked for a key again, and the server tells this browser no more."""
    page = open_page(locked.live.url)
    give(page, locked.secret("dora", "read", "ask"))
    page.get_by_role("button", name="Key dora").click()
    expect(page.locator("#session-about")).to_contain_text("read articles and ask questions")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("dialog", name="A key is needed")).to_be_visible()
    expect(page.locator("#shelf")).to_be_empty()
    assert page.evaluate("fetch('/api/articles').then(({ status }) => status)") == 401


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_login_is_within_everyones_reach(
    open_page: OpenPage, locked: Locked, scheme: str
) -> None:
    """It is left and found again by keyboard; axe-core finds nothing in it, nor in the bar."""
    page = open_page(locked.live.url, color_scheme=scheme, bypass_csp=True)
    expect(page.get_by_label("Key", exact=True)).to_be_focused()
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    page.keyboard.press("Escape")
    expect(page.locator("#login")).not_to_be_visible()
    page.get_by_role("button", name="Give a key").focus()
    page.keyboard.press("Enter")
    give(page, locked.secret("eva", "ask"))
    page.get_by_role("button", name="Key eva").click()
    expect(page.locator("#session-about")).to_be_visible()
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
