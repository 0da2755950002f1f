"""The files of the pages: what a browser keeps for good, and what a page allows."""

import base64
import gzip
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from api.assets import Assets
from tests.live import running, settings_of

FILES = {
    "index.html": '<link rel="stylesheet" href="/static/a.css"><script src="/static/main.js">',
    "a.css": "p { color: red } " * 9,
    "main.js": 'import "./more.js";\n' * 9,
    "more.js": "1",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of files for a page."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Return a client of a server without articles."""
    settings = settings_of(data_dir=tmp_path_factory.mktemp("assets"))
    with running(settings) as live, live.client() as client:
        yield client


def named(page: str) -> list[str]:
    """Return the paths of the files that a page names."""
    return re.findall(r'(?:href|src)="(/static/[^"]+)"', page)


def page_of(assets: Assets) -> str:
    """Return the page as it is served."""
    return bytes(assets.page("index.html", Headers()).body).decode()


def test_the_page_is_as_small_as_its_description_says(client: httpx.Client) -> None:
    """docs/page.md counts the files that are sent, and what they have packed, within two kB."""
    text = (Path(__file__).parent.parent / "docs" / "page.md").read_text(encoding="utf-8")
    said = re.search(r"^(\d+) files, (\d+) KB when compressed", text, re.MULTILINE)
    assert said
    paths = ["/", *dict.fromkeys(named(client.get("/").text))]
    sent = 0
    for path in paths:
        with client.stream("GET", path) as response:
            sent += sum(map(len, response.iter_raw()))
    assert len(paths) == int(said[1])
    assert abs(sent / 1000 - int(said[2])) < 2


def test_what_a_page_names_is_kept_for_good(client: httpx.Client) -> None:
    """Each file that the page names comes packed, and need never be asked for again."""
    paths = named(client.get("/").text)
    assert len(paths) > 20
    for path in paths:
        found = client.get(path)
        assert found.status_code == 200
        assert "immutable" in found.headers["cache-control"]
        assert found.headers.get("content-encoding") == "gzip" or len(found.content) < 400
    # A module lies beside those that it imports.
    assert len({path.rsplit("/", 1)[0] for path in paths}) == 1


def test_a_page_is_asked_after_and_not_sent_twice(client: httpx.Client) -> None:
    """The page itself, and a file under its plain name, are compared each time, packed or plain."""
    for path in ("/", "/docs", "/static/main.js"):
        tags = set()
        for accepted in ("gzip, br", "identity"):
            asked = {"Accept-Encoding": accepted}
            found = client.get(path, headers=asked)
            assert found.headers["cache-control"] == "no-cache"
            assert found.headers["vary"] == "Accept-Encoding"
            tags.add(found.headers["etag"])
            again = client.get(
                path, headers={**asked, "If-None-Match": f'"x", {found.headers["etag"]}'}
            )
            assert (again.status_code, again.content) == (304, b"")
            # What a browser keeps takes its headers from the last answer.
            policy = "content-security-policy"
            assert again.headers[policy] == found.headers[policy]
        assert len(tags) == 2


def test_only_the_style_of_a_page_is_allowed_in_it(client: httpx.Client) -> None:
    """A page has its style sheets within it; the policy names just these, and no script at all."""
    for path in ("/", "/docs"):
        found = client.get(path)
        styles = re.findall(r"<style>(.*?)</style>", found.text, re.DOTALL)
        digests = [
            base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() for style in styles
        ]
        policy = found.headers["content-security-policy"]
        assert len(styles) == 2
        assert "style-src 'self' " + " ".join(f"'sha256-{one}'" for one in digests) in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert "stylesheet" not in found.text
        assert not re.search(r"<script(?![^>]* src=)", found.text)
    assert "sha256" not in client.get("/static/main.js").headers["content-security-policy"]


def test_a_changed_file_is_a_new_edition(folder: Path) -> None:
    """A change to any file gives every file another address; what is unchanged stays as it is."""
    assets = Assets(folder)
    before = page_of(assets)
    assert page_of(assets) == before
    (old,) = named(before)
    (folder / "more.js").write_text("2")
    (new,) = named(page_of(assets))
    assert new != old
    keep = {
        path: assets.file(path.removeprefix("/static/"), Headers()).headers["cache-control"]
        for path in (old, new)
    }
    assert "immutable" in keep[new]
    assert keep[old] == "no-cache"
    (folder / "a.css").write_text("b {}")
    assert "<style>b {}</style>" in page_of(assets)


def test_files_are_packed_where_that_helps(folder: Path) -> None:
    """Who takes gzip gets the same bytes packed; what would only grow stays plain."""
    assets = Assets(folder)
    packed = assets.file("main.js", Headers({"accept-encoding": "gzip"}))
    assert gzip.decompress(packed.body) == FILES["main.js"].encode()
    assert packed.headers["content-length"] == str(len(packed.body))
    for name, accepted in (("more.js", "gzip"), ("main.js", "br")):
        plain = assets.file(name, Headers({"accept-encoding": accepted}))
        assert bytes(plain.body).decode() == FILES[name]
        assert "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    "path", ["", "nope.js", "../pages.py", "/a.css", f"{'0' * 16}/", f"{'0' * 16}/../a.css"]
)
def test_there_is_nothing_but_the_files(folder: Path, path: str) -> None:
    """No path leads out of the folder, or to its list."""
    with pytest.raises(HTTPException):
        Assets(folder).file(path, Headers())
