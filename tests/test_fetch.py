"""Pages fetched on request: from the open internet only, whatever a name or a redirect says."""

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qa import fetch as fetching
from qa.cli import app as cli
from qa.errors import (
    AddressRefused,
    ArticleTooLarge,
    FetchFailed,
    QAError,
    UnsupportedFormat,
)
from qa.fetch import Fetched, fetch, is_public
from tests.format_files import OTHER

PAGE = f"<html><title>Lighthouse sold</title><p>{OTHER}</p></html>".encode()


class Site(BaseHTTPRequestHandler):
    """A web site with pages that answer, lead on, go on for ever, or do nothing."""

    paths: list[str]

    def do_GET(self) -> None:
        """Answer by the path."""
        seen.append(self.path)
        name = self.path.partition("?")[0]
        if name.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
        elif name == "/loop":
            self._send(b"", "text/html", 301, location="/loop")
        elif name == "/slow":
            self.send_response(200)
            self.end_headers()
            for _ in range(200):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.05)
        elif name == "/cut":
            self._send(b"half", "text/html", length=100)
        elif name == "/gone":
            self._send(b"no", "text/html", 404)
        else:
            kinds = {"/a.pdf": "application/octet-stream", "/x": "image/png"}
            body = b"0" * 5000 if name == "/large" else PAGE
            self._send(body, kinds.get(name, "text/html; charset=utf-8"))

    def _send(
        self, body: bytes, kind: str, status: int = 200, location: str = "", length: int = 0
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length or len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


seen: list[str] = []


@pytest.fixture
def site() -> Iterator[str]:
    """Return the address of a running site on this machine."""
    seen.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def here(address: str) -> bool:
    """Allow this machine's own site, and what is allowed anyway."""
    return address == "127.0.0.1" or is_public(address)


def get(url: str, *, max_bytes: int = 4000, patience_s: float = 10) -> Fetched:
    """Fetch from a machine on which 127.0.0.1 counts as public."""
    return fetch(url, max_bytes=max_bytes, allowed=here, patience_s=patience_s)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "0.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1"),
        *("169.254.169.254", "100.64.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1"),
        *("255.255.255.255", "192.0.2.1", "::", "::1", "fe80::1%eth0", "fc00::1", "ff02::1"),
        *("::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
        *("2001:db8::1", "2001:0:7f00:1::"),
    ],
)
def test_addresses_of_this_network_are_not_public(address: str) -> None:
    """Loopback, private, link-local, shared, reserved, multicast, also wrapped in IPv6."""
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "2606:4700::1111"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    """What anybody can reach may be fetched."""
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1/", "http://localhost/", "http://2130706433/", "http://0x7f.1/"),
        *("http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://169.254.169.254/latest/"),
        *("file:///etc/passwd", "ftp://a.example/", "gopher://127.0.0.1:70/_x", "https://", "x"),
        *("http://user:secret@a.example/", "http://a.example/\r\nX: y", "http://a.example:99999/"),
        "http://[::1",
    ],
)
def test_what_is_not_on_the_internet_is_refused(url: str) -> None:
    """However it is spelt, and before a byte is sent."""
    with pytest.raises(AddressRefused) as raised:
        fetch(url, max_bytes=10)
    assert raised.value.remedy


def test_a_page_is_fetched_and_named(site: str) -> None:
    """The name says where it came from, is the same each time, and other for other addresses."""
    page = get(f"{site}/news/Light House.html".replace(" ", "%20"))
    assert page.data == PAGE
    assert page.name.startswith("127-0-0-1-news-light-20house-")
    assert page.name.endswith(".html")
    names = {get(f"{site}/a?{n}").name for n in (1, 2, 1)}
    assert len(names) == 2
    assert get(f"{site}/a.pdf").name.endswith(".pdf")
    assert seen[0] == "/news/Light%20House.html"


def test_redirects_are_followed_and_checked_each(site: str) -> None:
    """A public page that leads to a private address is refused there; a circle ends."""
    assert get(f"{site}/to//page").data == PAGE
    for target in ("http://10.0.0.1/", "http://[::1]:1/", "file:///etc/passwd"):
        with pytest.raises(AddressRefused):
            get(f"{site}/to/{target}")
    with pytest.raises(FetchFailed, match="leads on more than 5 times"):
        get(f"{site}/loop")
    assert seen.count("/loop") == 6


def test_the_connection_goes_to_the_address_that_was_checked(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name is resolved once; of several addresses, one that is private refuses them all."""
    port = int(site.rpartition(":")[2])
    places = [["127.0.0.1"], ["10.0.0.1"]]

    def resolve(*_: object, **__: object) -> list[object]:
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, (address, port)) for address in places.pop(0)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert get(f"http://rebinding.example:{port}/").data == PAGE
    assert places == [["10.0.0.1"]]
    places[:] = [["127.0.0.1", "10.0.0.1"]]
    with pytest.raises(AddressRefused, match=r"leads to 10\.0\.0\.1"):
        get(f"http://rebinding.example:{port}/")


@pytest.mark.parametrize(
    ("path", "error", "why"),
    [
        ("/large", ArticleTooLarge, "more than 0.0 MB"),
        ("/gone", FetchFailed, "status 404"),
        ("/cut", FetchFailed, "cannot be fetched"),
        ("/slow", FetchFailed, "within 1 seconds"),
        ("/x", UnsupportedFormat, "image/png"),
    ],
)
def test_what_does_not_come_says_why(site: str, path: str, error: type[QAError], why: str) -> None:
    """Size and time are bounded, and nothing half is taken."""
    with pytest.raises(error, match=why):
        get(f"{site}{path}", patience_s=1 if path == "/slow" else 10)


def test_a_server_that_is_not_there_is_said() -> None:
    """Connections that are refused, and encryption that is none, are failures of the page."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        with pytest.raises(FetchFailed, match="cannot be fetched"):
            get(f"http://127.0.0.1:{port}/")


def test_plain_text_is_no_encryption(site: str) -> None:
    """An https address must speak TLS."""
    with pytest.raises(FetchFailed, match="cannot be fetched"):
        get(site.replace("http://", "https://"))


def test_the_command_stores_what_it_fetches(
    site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`qa fetch` adds pages to the uploads, says what failed, and then exits with 1."""
    monkeypatch.setenv("QA_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(fetching.fetch, "__kwdefaults__",
                        {"allowed": here, "patience_s": 10.0})  # fmt: skip
    listed = tmp_path / "list.txt"
    listed.write_text(f"# pages\n{site}/one\n\n", encoding="utf-8")
    run = CliRunner().invoke
    done = run(cli, ["fetch", "--list", str(listed)])
    assert done.exit_code == 0, done.output
    assert f"{site}/one -> 127-0-0-1-one-" in done.output
    failed = run(cli, ["fetch", f"{site}/gone", f"{site}/two", "http://10.0.0.1/"])
    assert failed.exit_code == 1
    assert "status 404" in failed.output
    assert "10.0.0.1, which is not on the internet" in failed.output
    assert len(list((tmp_path / "data" / "uploads").iterdir())) == 2
    asked = run(cli, ["ask", "--json", "Who stayed on at the lighthouse for 20 years?"])
    assert "Hanna Voss" in asked.output
    assert isinstance(run(cli, ["fetch"]).exception, QAError)
