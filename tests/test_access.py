"""Access: keys and their scopes, on a real socket; the commands that make keys; who is refused."""

import json
import re
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from openai import AuthenticationError, OpenAI, PermissionDeniedError

from api import guard
from api.access import COOKIE, Door, needed
from api.app import create_app, serve
from api.guard import SECURITY_HEADERS, Hosts
from api.problems import OpenToAnyone
from qa.errors import KeysUnreadable, UnknownKey, UsageError
from qa.keys import Key, Keys, Scope, new
from qa.settings import Settings
from tests.live import ARTICLES, BRIDGE, Live, ingested, running, settings_of
from tests.support import write
from tests.test_api import QUESTION, ask, problem
from tests.test_cli import QA, ROOT, environment, qa

EVERYWHERE = "0.0.0.0"  # noqa: S104 -- nothing is bound
HTML = {"Accept": "text/html,*/*;q=0.8"}


@dataclass
class Locked:
    """A server that wants keys, and a key for each scope."""

    live: Live
    secrets: dict[str, str]

    def bearer(self, name: str) -> dict[str, str]:
        """Return the header that shows a key."""
        return {"Authorization": f"Bearer {self.secrets[name]}"}

    def client(self, name: str | None = None) -> httpx.Client:
        """Return a client with a key, or without any."""
        return self.live.client(headers=self.bearer(name) if name else {})


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Locked]:
    """Return a server with a key for each scope in its file, and one for all in QA_API_KEYS."""
    root = tmp_path_factory.mktemp("locked")
    settings = ingested(root / "articles", root / "data", ARTICLES)
    kept = Keys(settings)
    secrets = {scope: kept.add(scope, [scope])[0] for scope in get_args(Scope)}
    secrets["all"], key = new("all", get_args(Scope))
    with running(settings.model_copy(update={"api_keys": key.line})) as live:
        live.wait_until_ready()
        yield Locked(live, secrets)


def exchanged(locked: Locked, line: bytes, headers: bytes, body: bytes = b"") -> bytes:
    """Send a request byte for byte, and return all that comes back."""
    host, port = locked.live.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as raw:
        raw.sendall(line + b"Host: localhost\r\nConnection: close\r\n" + headers + b"\r\n" + body)
        parts = []
        while part := raw.recv(65536):
            parts.append(part)
    return b"".join(parts)


@pytest.fixture
def bare(locked: Locked) -> Iterator[httpx.Client]:
    """Return a client without a key."""
    with locked.client() as client:
        yield client


# -- what a key opens -----------------------------------------------------------------------


def test_without_a_key_nothing_is_told(locked: Locked, bare: httpx.Client) -> None:
    """Every operation of the API that needs a scope answers 401 without a key, as a problem or in
    OpenAI's shape, and says how to send one; /mcp and /read do so, too.
    """
    paths = locked.live.app.openapi()["paths"]
    calls = [(m.upper(), path, op) for path, item in paths.items() for m, op in item.items()]
    shut = [(method, path) for method, path, operation in calls if operation["security"]]
    assert len(shut) > 12
    assert {path for _, path in shut} == set(paths) - {"/healthz", "/readyz", "/api/session"}
    for method, path in [*shut, ("POST", "/mcp"), ("GET", "/read/bridge.txt"), ("GET", "/nope")]:
        refused = bare.request(method, path.replace("{article_id}", "bridge.txt"))
        assert refused.headers["www-authenticate"].startswith("Bearer")
        if path.startswith("/v1/"):
            error = refused.json()["error"]
            assert (refused.status_code, error["type"]) == (401, "authentication_error")
            assert error["code"] == "api_key_needed"
        else:
            assert "Bearer" in problem(refused, 401, "api-key-needed")["remedy"]


def test_probes_and_what_holds_no_articles_are_open(bare: httpx.Client) -> None:
    """Probes, the API's description, the files of the page and the login need no key."""
    for path in ("/healthz", "/readyz", "/docs", "/openapi.json", "/static/main.js", "/login"):
        assert bare.get(path).status_code == 200, path


@pytest.mark.parametrize("scope", get_args(Scope))
def test_a_key_opens_its_scope_and_nothing_else(locked: Locked, scope: Scope) -> None:
    """Reading, asking and writing are opened by the key made for it; the others get 403."""
    calls: dict[str, tuple[str, str, Any]] = {
        "read": ("GET", "/api/articles", None),
        "ask": ("POST", "/api/ask", {"question": QUESTION}),
        "write": ("DELETE", "/api/articles/nonesuch.txt", None),
    }
    with locked.client(scope) as client:
        for wanted, (method, path, body) in calls.items():
            got = client.request(method, path, json=body)
            if wanted == scope:
                assert got.status_code in {200, 404}, got.text
            else:
                assert wanted in problem(got, 403, "scope-missing")["remedy"]


def test_streams_and_uploads_pass_with_a_key(locked: Locked) -> None:
    """A stream comes event by event and an upload is stored, as without keys."""
    with locked.client("all") as client:
        body = {"question": QUESTION, "stream": True}
        with client.stream("POST", "/api/ask", json=body) as got:
            assert next(got.iter_lines()) == "event: retrieved"
        files = {"files": ("storks.txt", "The town of Ebbsand keeps eleven storks in a tower.\n")}
        (result,) = client.post("/api/articles", files=files).json()["results"]
        assert client.delete(f"/api/articles/{result['article']['id']}").status_code == 204


def test_openai_clients_send_the_key_and_understand_the_refusal(locked: Locked) -> None:
    """The openai package's `api_key` is the key; without the right one it raises its own errors."""
    url = f"{locked.live.url}/v1"

    def asked(key: str) -> str | None:
        with OpenAI(base_url=url, api_key=key, max_retries=0) as client:
            said = client.chat.completions.create(
                model="footnote", messages=[{"role": "user", "content": QUESTION}]
            )
        return said.choices[0].message.content

    assert "Ada Lindqvist" in (asked(locked.secrets["ask"]) or "")
    with pytest.raises(AuthenticationError) as wrong:
        asked("sk-wrong")
    assert wrong.value.code == "invalid_api_key"
    with pytest.raises(PermissionDeniedError):
        asked(locked.secrets["write"])


def test_all_tools_of_mcp_need_both_scopes(locked: Locked) -> None:
    """/mcp asks and reads, so a key for one of them alone is refused, and one for both is not."""
    listing = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"Accept": "application/json, text/event-stream"}
    for name, status in (("ask", 403), ("read", 403), ("all", 200)):
        with locked.client(name) as client:
            assert client.post("/mcp", json=listing, headers=headers).status_code == status


# -- how a key is sent ----------------------------------------------------------------------


@pytest.mark.parametrize("form", ["Bearer {}", "bearer {}", "BEARER   {}"])
def test_the_scheme_is_read_in_any_case(locked: Locked, bare: httpx.Client, form: str) -> None:
    """Schemes of HTTP have no case, and spaces before a key are none of it."""
    headers = {"Authorization": form.format(locked.secrets["read"])}
    assert bare.get("/api/articles", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        [b"Bearer"], [b"Bearer  "], [b""], [b"{}"], [b"Basic {}"], [b"Bearer {} {}"],
        [b"Bearer {}x"], [b"Bearer {}", b"Bearer {}"], [b"Bearer {}", b"Basic eDp5"],
        ["Bearer schlüssel".encode()], [b"Bearer \xff\xfe"], [b"Bearer " + b"x" * 20_000],
    ],
)  # fmt: skip
def test_what_is_no_key_is_refused(locked: Locked, sent: list[bytes]) -> None:
    """No scheme, another one, two keys, bytes that are no text, much too much: 401 for each."""
    secret = locked.secrets["all"].encode()
    lines = [b"Authorization: " + value.replace(b"{}", secret) + b"\r\n" for value in sent]
    told = exchanged(locked, b"GET /api/articles HTTP/1.1\r\n", b"".join(lines))
    assert told.startswith(b"HTTP/1.1 401 ")
    assert b"invalid-api-key" in told


def test_a_key_in_the_address_is_not_taken(locked: Locked, bare: httpx.Client) -> None:
    """Addresses are logged and shared, so that a key there opens nothing."""
    for name in ("key", "api_key", "access_token", "token", COOKIE):
        found = bare.get("/api/articles", params={name: locked.secrets["all"]})
        problem(found, 401, "api-key-needed")


def test_a_broken_header_is_not_read_as_two(locked: Locked) -> None:
    """A line break smuggled into a header does not begin another one."""
    secret = locked.secrets["all"].encode()
    for breaking in (b"\r", b"\0", b"\n ", b"\r\n "):
        header = b"X-Other: a" + breaking + b"Authorization: Bearer " + secret + b"\r\n"
        told = exchanged(locked, b"GET /api/articles HTTP/1.1\r\n", header)
        assert told.split(b" ")[1] in {b"400", b"401"}


def test_paths_written_in_other_ways_are_not_open(bare: httpx.Client) -> None:
    """Detours through open paths, doubled slashes, other cases and encodings find no way around."""
    for path in (
        "/static/..%2Fapi/articles", "//api/articles", "/api/articles/", "/%61pi/articles",
        "/healthz/../api/articles", "/API/articles", "/api/articles;/static/", "/login/../mcp",
    ):  # fmt: skip
        url = httpx.URL(str(bare.base_url)).copy_with(raw_path=path.encode())
        assert bare.get(url).status_code in {401, 404}, path


def test_many_at_once_are_each_told_apart(locked: Locked) -> None:
    """Of two hundred requests at once, those with a key are served and the others are not."""
    with locked.live.client() as client, ThreadPoolExecutor(8) as pool:

        def get(n: int) -> int:
            headers = locked.bearer("read") if n % 2 else {"Authorization": f"Bearer {n}"}
            return client.get("/api/ingest", headers=headers).status_code

        assert list(pool.map(get, range(200))) == [401, 200] * 100


# -- browsers -------------------------------------------------------------------------------


def test_a_browser_logs_in_and_comes_back(locked: Locked, bare: httpx.Client) -> None:
    """A page leads to /login and, with the key, back to itself; the cookie is out of reach of
    scripts and of other sites' posts; logging out ends it.
    """
    sent = bare.get("/read/bridge.txt?start=3", headers=HTML)
    assert sent.status_code == 303
    form = bare.get(sent.headers["location"]).text
    (target,) = re.findall(r'name="next" value="(.*?)"', form)
    assert target == "/read/bridge.txt?start=3"
    data = {"key": locked.secrets["all"], "next": target}
    inside = bare.post("/login", data=data)
    assert (inside.status_code, inside.headers["location"]) == (303, target)
    cookie = inside.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "Oda Brekke" in bare.get(target, headers=HTML).text
    assert ask(bare).status_code == 200
    evil = {"Origin": "http://evil.example"}
    problem(bare.post("/api/ingest", headers=evil), 403, "origin-refused")
    assert bare.post("/logout").status_code == 303
    problem(ask(bare), 401, "api-key-needed")


def test_the_page_takes_and_gives_back_a_key(locked: Locked, bare: httpx.Client) -> None:
    """The page is open while it is empty, and tells of a key what it allows, never the key itself.

    A wrong one is a problem with a remedy; without keys nobody is asked for one.
    """
    assert bare.get("/", headers=HTML).status_code == 200
    shut: dict[str, Any] = {"needed": True, "key": None, "refused": False, "scopes": []}
    assert bare.get("/api/session").json() == shut
    for key in ("", "wrong", locked.live.app.state.door.token, "x" * 100_000):
        refused = bare.post("/api/session", json={"key": key})
        assert "qa keys add" in problem(refused, 401, "invalid-api-key")["remedy"]
        assert "set-cookie" not in refused.headers
    inside = bare.post("/api/session", json={"key": locked.secrets["ask"]})
    opened = {"needed": True, "key": "ask", "refused": False, "scopes": ["ask"]}
    assert inside.json() == opened
    cookie = inside.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert ask(bare).status_code == 200
    assert bare.get("/api/session").json() == opened
    assert bare.delete("/api/session").status_code == 204
    assert bare.get("/api/session").json() == shut
    problem(ask(bare), 401, "api-key-needed")
    for sent in ({"Cookie": f"{COOKIE}=old"}, {"Authorization": "Basic eDp5"}):
        assert bare.get("/api/session", headers=sent).json() == {**shut, "refused": True}
    evil = {"Origin": "http://evil.example"}
    problem(bare.post("/api/session", headers=evil), 403, "origin-refused")


def test_a_wrong_key_is_said_in_the_form(bare: httpx.Client) -> None:
    """The form comes again with a word about it, and no cookie."""
    for key in ("", "wrong", "\U0001f511" * 10, "x" * 100_000):
        refused = bare.post("/login", data={"key": key})
        assert refused.status_code == 401
        assert "none of the server" in refused.text
        assert "set-cookie" not in refused.headers
    assert bare.post("/login", content=b"\0\1").status_code == 401


def test_the_login_leads_nowhere_else(locked: Locked, bare: httpx.Client) -> None:
    """Whatever a link to /login says, it ends on this server, and its markup is text."""
    for target in ("//evil.example", "/\\evil.example", "http://evil.example", "x", "/\r\nA: b"):
        data = {"key": locked.secrets["read"], "next": target}
        assert bare.post("/login", data=data).headers["location"] == "/"
    assert "<script" not in bare.get("/login", params={"next": '/"><script>'}).text


def test_only_the_login_may_send_a_form(bare: httpx.Client) -> None:
    """Its policy differs from that of every other page in its form alone, and it is not kept."""
    login = bare.get("/login")
    assert "form-action 'self'" in login.headers["content-security-policy"]
    assert login.headers["cache-control"] == "no-store"
    for name in SECURITY_HEADERS:
        assert name in login.headers
    assert "form-action 'none'" in bare.get("/docs").headers["content-security-policy"]


def test_answers_are_not_kept_for_others(locked: Locked, bare: httpx.Client) -> None:
    """A proxy may not hand one reader's answer to another, and other sites may not embed it."""
    found = bare.get("/api/articles", headers=locked.bearer("read"))
    assert found.headers["cache-control"] == "private, no-cache"
    assert found.headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in found.headers
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    assert "access-control-allow-origin" not in bare.options("/api/ask", headers=asked).headers


# -- where a key is needed ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "locked"),
    [("127.0.0.1", False), ("localhost", False), ("::1", False), (EVERYWHERE, True), ("::", True),
     ("", True), ("192.168.1.5", True), ("books.lan", True), ("127.evil.example", True)],
)  # fmt: skip
def test_beyond_this_machine_a_key_is_needed(tmp_path: Path, host: str, *, locked: bool) -> None:
    """A server on a loopback address starts without keys; on any other one only if told so."""
    door = Door(settings_of(data_dir=tmp_path, host=host))
    assert door.locked == locked
    if locked:
        with pytest.raises(OpenToAnyone, match="QA_ALLOW_ANYONE"):
            door.check_start()
    else:
        door.check_start()
    Door(settings_of(data_dir=tmp_path, host=host, allow_anyone=True)).check_start()
    key = new("all", ["read"])[1]
    Door(settings_of(data_dir=tmp_path, host=host, api_keys=key.line)).check_start()


def test_serve_refuses_before_it_listens(tmp_path: Path) -> None:
    """`qa serve --host 0.0.0.0` without a key ends with status 2, the reason and the remedies."""
    refused = qa(tmp_path, "serve", "--host", EVERYWHERE, "--port", "0")
    assert refused.returncode == 2
    for word in ("Other machines", "qa keys add", "QA_API_KEYS", "QA_ALLOW_ANYONE=1"):
        assert word in refused.stderr
    with pytest.raises(KeysUnreadable):
        serve(settings_of(data_dir=tmp_path, api_keys="secret"), print)


def test_a_server_whose_last_key_goes_is_not_open(tmp_path: Path) -> None:
    """Beyond this machine nobody is let in when no key is left, and a broken file opens nothing."""
    settings = settings_of(data_dir=tmp_path, host=EVERYWHERE)
    kept = Keys(settings)
    secret, _ = kept.add("only", ["read"])
    with running(settings) as live, live.client() as client:
        headers = {"Authorization": f"Bearer {secret}"}
        assert client.get("/api/ingest", headers=headers).status_code == 200
        kept.remove("only")
        problem(client.get("/api/ingest", headers=headers), 401, "invalid-api-key")
        problem(client.get("/api/ingest"), 401, "api-key-needed")
        (tmp_path / "keys.txt").write_text("what is this?\n")
        problem(client.get("/api/ingest"), 503, "keys-unreadable")
        assert client.get("/healthz").status_code == 200


def test_on_this_machine_keys_count_from_the_next_request_on(tmp_path: Path) -> None:
    """Without keys everything is open and a client's made-up key does no harm; the first key shuts
    the door without a restart.
    """
    settings = settings_of(data_dir=tmp_path)
    with running(settings) as live, live.client() as client:
        assert client.get("/api/ingest", headers={"Authorization": "none"}).status_code == 200
        secret, _ = Keys(settings).add("new", ["read"])
        problem(client.get("/api/ingest"), 401, "api-key-needed")
        headers = {"Authorization": f"Bearer {secret}"}
        assert client.get("/api/ingest", headers=headers).status_code == 200


def test_more_names_can_be_allowed() -> None:
    """QA_ALLOWED_HOSTS adds names to those that a server answers to, and no others."""
    hosts = Hosts("127.0.0.1", "books.example.org, api")
    assert hosts.allow("books.example.org")
    assert hosts.allow("API:8000")
    assert not hosts.allow("evil.example.org")
    assert not Hosts("127.0.0.1", "").allow("")


def test_what_a_path_needs() -> None:
    """What no list names needs a key as well: reading to look, writing for anything else."""
    assert needed("GET", "/anything") == frozenset({"read"})
    assert needed("POST", "/anything") == frozenset({"write"})
    assert needed("PROPFIND", "/anything") == frozenset({"write"})
    assert (
        needed("POST", "/api/articles")
        == needed("DELETE", "/api/articles/x")
        == frozenset({"write"})
    )
    assert needed("GET", "/api/search") == frozenset({"read"})


# -- the file and the commands --------------------------------------------------------------


def test_keys_are_made_listed_and_removed(tmp_path: Path) -> None:
    """The key is all that stdout has; what is kept is its hash, for the owner's eyes only."""
    made = qa(tmp_path, "keys", "add", "anna", "--scope", "read", "--scope", "write")
    assert made.returncode == 0, made.stderr
    secret = made.stdout.strip()
    assert re.fullmatch(r"fn_[A-Za-z0-9_-]{43}", secret)
    file = tmp_path / "keys.txt"
    assert secret not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert f"QA_API_KEYS={file.read_text().strip()}" in made.stderr
    assert qa(tmp_path, "keys", "list").stdout == "anna  read+write\n"
    again = qa(tmp_path, "keys", "add", "anna")
    assert (again.returncode, again.stdout) == (2, "")
    assert "qa keys remove anna" in again.stderr
    assert qa(tmp_path, "keys", "remove", "anna").returncode == 0
    assert qa(tmp_path, "keys", "list").stdout == ""
    assert qa(tmp_path, "keys", "remove", "anna").returncode == 2


def test_names_and_scopes_are_checked(tmp_path: Path) -> None:
    """A name is one word of a log line, none is made twice, and a scope is one of three."""
    kept = Keys(settings_of(data_dir=tmp_path))
    for name in ("", "a b", "a:b", "x" * 65, "-x", "é", "a\nb", "local"):
        with pytest.raises(UsageError):
            kept.add(name, ["read"])
    refused = qa(tmp_path, "keys", "add", "anna", "--scope", "admin")
    assert refused.returncode == 2
    assert "read, ask, write" in refused.stderr
    with pytest.raises(UnknownKey, match="qa keys list"):
        kept.remove("nobody")


def test_keys_of_the_environment(tmp_path: Path) -> None:
    """QA_API_KEYS holds the entries that `qa keys add` prints; it is not `qa` that removes them."""
    keys = [new(name, ["ask"])[1] for name in ("a", "b")]
    given = ", ".join(key.line for key in keys)
    kept = Keys(settings_of(data_dir=tmp_path, api_keys=given))
    assert kept.all() == tuple(keys)
    with pytest.raises(UnknownKey, match="QA_API_KEYS"):
        kept.remove("a")


@pytest.mark.parametrize(
    "entry",
    ["fn_secret", "a:read", "a:admin:" + "0" * 64, "a:read:" + "0" * 63, "a:read:" + "G" * 64,
     "a::" + "0" * 64, "local:read:" + "0" * 64, "a b:read:" + "0" * 64],
)  # fmt: skip
def test_an_entry_that_is_none_is_told_without_being_shown(tmp_path: Path, entry: str) -> None:
    """It may be a key itself, so the message counts it and does not repeat it."""
    with pytest.raises(KeysUnreadable) as told:
        Keys(settings_of(data_dir=tmp_path, api_keys=entry))
    assert entry not in str(told.value)
    assert "QA_API_KEYS" in str(told.value)


def test_a_name_belongs_to_one_key(tmp_path: Path) -> None:
    """Two keys of one name, in file and environment, are an error: which one would be meant."""
    Keys(settings_of(data_dir=tmp_path)).add("a", ["read"])
    other = new("a", ["ask"])[1]
    with pytest.raises(KeysUnreadable, match="'a'"):
        Keys(settings_of(data_dir=tmp_path, api_keys=other.line)).all()


def test_keys_made_at_the_same_time_are_all_kept(tmp_path: Path) -> None:
    """Twenty commands at once lose none of twenty keys."""
    settings = settings_of(data_dir=tmp_path)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: Keys(settings).add(f"k{n}", ["read"]), range(20)))
    assert set(Keys(settings).all()) == {key for _, key in made}


def test_a_key_is_found_by_its_secret_alone(tmp_path: Path) -> None:
    """Its hash, its name or a part of it do not open the door."""
    kept = Keys(settings_of(data_dir=tmp_path))
    secret, key = kept.add("a", ["read"])
    assert kept.find(secret) == key
    for wrong in (key.digest, key.line, "a", secret[:-1], secret + "\n", "", secret.upper()):
        assert kept.find(wrong) is None
    assert isinstance(key, Key)


# -- the running server and the command -----------------------------------------------------


def test_the_command_asks_a_server_that_wants_keys(tmp_path: Path) -> None:
    """`qa ask` finds a token in the server's note, which only the same user may read."""
    write(tmp_path / "articles", {"bridge.txt": BRIDGE})
    data = tmp_path / "data"
    assert qa(data, "ingest", str(tmp_path / "articles")).returncode == 0
    assert qa(data, "keys", "add", "anna").returncode == 0
    process = subprocess.Popen(
        [QA, "serve", "--port", "0"], env=environment(data), cwd=ROOT,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        url = process.stderr.readline().split()[-1]
        note = data / "server.json"
        assert stat.S_IMODE(note.stat().st_mode) == 0o600
        token = json.loads(note.read_text())["token"]
        assert httpx.get(f"{url}/api/articles").status_code == 401
        headers = {"Authorization": f"Bearer {token}"}
        assert httpx.get(f"{url}/api/articles", headers=headers).status_code == 200
        refused = httpx.delete(f"{url}/api/articles/bridge.txt", headers=headers)
        assert refused.status_code == 403
        note.write_text(json.dumps({**json.loads(note.read_text()), "token": "wrong"}))
        wrong = qa(data, "ask", "Who opened the new bridge of Grimsfold?")
        assert (wrong.returncode, "key" in wrong.stderr) == (1, True)
        note.write_text(json.dumps({**json.loads(note.read_text()), "token": token}))
        asked = qa(data, "ask", "Who opened the new bridge of Grimsfold?")
        assert "Oda Brekke" in asked.stdout
        too_much = f"GET / HTTP/1.1\r\nHost: localhost\r\nX: {'x' * 100_000_000}\r\n\r\n"
        assert not _sent_whole(url, too_much.encode())
        assert httpx.get(f"{url}/healthz").status_code == 200
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert not (data / "server.json").exists()


def _sent_whole(url: str, request: bytes) -> bool:
    """Send a raw request and tell whether the server took all of it."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as raw:
        try:
            raw.sendall(request)
        except OSError:
            return False
    return True


# -- bounds ---------------------------------------------------------------------------------


def test_headers_are_bounded(bare: httpx.Client) -> None:
    """Headers of more than 64,000 bytes are a problem of their own."""
    headers = {f"X-{n}": "x" * 7000 for n in range(10)}
    found = bare.get("/healthz", headers=headers)
    problem(found, 431, "request-header-fields-too-large")


def test_a_body_that_does_not_come_is_not_waited_for(
    locked: Locked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who announces a body and does not send it gets 408, and holds nothing after that."""
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.1)
    headers = (
        b"Content-Type: application/json\r\nContent-Length: 50\r\n"
        b"Authorization: Bearer " + locked.secrets["ask"].encode() + b"\r\n"
    )
    got = exchanged(locked, b"POST /api/ask HTTP/1.1\r\n", headers, b"{")
    assert got.startswith(b"HTTP/1.1 408")
    assert b"request-timeout" in got
    assert b"within 0.1 seconds" in got


def test_a_large_body_without_a_key_is_not_read_to_its_end(locked: Locked) -> None:
    """Strangers are told 401, and what they upload is not read beyond a little."""
    host, port = locked.live.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as raw:
        raw.sendall(
            b"POST /api/articles HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500000000\r\n\r\n"
        )
        taken = 0
        try:
            while taken < 100_000_000:
                taken += raw.send(b"x" * 65536)
        except OSError:
            pass
        assert taken < 100_000_000


def test_the_number_of_files_is_bounded(locked: Locked) -> None:
    """More than a hundred files in one upload are refused as a whole."""
    files = [("files", (f"{n}.txt", "one")) for n in range(101)]
    with locked.client("write") as client:
        refused = client.post("/api/articles", files=files)
    assert "100" in problem(refused, 400, "bad-request")["detail"]


def test_the_document_names_the_key(tmp_path: Path) -> None:
    """The OpenAPI document has the scheme, and the scopes that each operation needs."""
    document = create_app(Settings(data_dir=tmp_path)).openapi()
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    paths = document["paths"]
    assert paths["/api/ask"]["post"]["security"] == [{"key": ["ask"]}]
    assert paths["/api/articles"]["post"]["security"] == [{"key": ["write"]}]
    assert paths["/api/articles"]["get"]["security"] == [{"key": ["read"]}]
    assert paths["/healthz"]["get"]["security"] == []
