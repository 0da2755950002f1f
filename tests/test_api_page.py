"""What the service does for the page: recorded streams, lists, suggestions, feedback."""

import datetime as dt
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from api.app import create_app
from api.listing import Listing, Wanted
from api.stream import EventStream, answer_stream
from api.suggest import questions
from eval.feedback import read_sets
from qa.articles import parse
from qa.library import ArticleInfo, Library
from qa.types import Event
from tests.live import BRIDGE, LIGHTHOUSE, Live, running, settings_of
from tests.recording import ASKED, recorded, recorded_server, streamed
from tests.test_api import QUESTION, ask, events_of, problem

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
MANY = 10_000


# -- recorded streams -----------------------------------------------------------------------


def parsed(name: str, data: Any) -> Event:
    """Read an event of the wire as the pipeline's own."""
    wrapped = {"answer": {"answer": data}, "error": {"problem": data}}.get(name, data)
    return EVENT.validate_python({"event": name, **wrapped})


@pytest.mark.parametrize("stream", ASKED)
def test_a_recorded_stream_is_what_the_service_sends(stream: str, tmp_path: Path) -> None:
    """The recorded events are the pipeline's; put through the service they come out the same."""
    events = recorded(stream)
    app = create_app(settings_of(data_dir=tmp_path))
    given = iter([parsed(name, data) for name, data in events])
    app.add_api_route("/recorded", lambda: EventStream(answer_stream(given)))
    with running(settings_of(), app) as server, server.client() as client:
        assert events_of(client.get("/recorded")) == events


def shape(value: Any) -> Any:
    """Return the keys and kinds of a JSON value; of a list those of its first item."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value[:1]]
    return type(value).__name__


def test_the_service_still_sends_what_was_recorded() -> None:
    """Asked the recorded questions, a real service sends events of the recorded shape."""
    with recorded_server() as client:
        for stream, body in ASKED.items():
            sent, before = streamed(client, body), recorded(stream)
            assert [name for name, _ in sent] == [name for name, _ in before]
            assert [shape(data) for _, data in sent] == [shape(data) for _, data in before]


# -- pages of articles ----------------------------------------------------------------------


def test_articles_come_in_pages_found_and_sorted(client: httpx.Client) -> None:
    """Words, days, order and stretch are applied together; counts are of all that was found."""

    def ids(**wanted: object) -> list[str]:
        page = client.get("/api/articles", params=wanted).json()  # type: ignore[arg-type]
        return [article["id"] for article in page["articles"]]

    everything = client.get("/api/articles").json()
    assert ids(q="LAMP cape") == ["lighthouse.txt"]
    assert ids(q="lamp nowhere") == []
    assert ids(order="newest", limit=1) == ["lighthouse.txt"]
    assert ids(date_from="2024-03-12", date_to="2024-03-12") == ["lighthouse.txt"]
    assert ids(date_to="2024-03-11") == []
    assert [*ids(limit=2), *ids(offset=2, limit=9)] == ids()
    page = client.get("/api/articles", params={"limit": 1}).json()
    assert (page["count"], page["passages"]) == (everything["count"], everything["passages"])
    problem(client.get("/api/articles?limit=-1"), 422, "invalid-request")
    problem(client.get("/api/articles?ordered=id"), 422, "invalid-request")


def test_ten_thousand_articles_are_read_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Pages of one state of the library ask SQLite once; a change, or an ingest, asks again."""
    library = Library(tmp_path / "library.db")
    infos = [
        ArticleInfo(
            id=f"{n:05}.txt", title=f"Report {n}", date=None, source=None, sha256="0", folder="f",
            path=f"{n:05}.txt", characters=9, passages=2, state="indexed",
            added=dt.datetime.now(dt.UTC),
        )
        for n in range(MANY)
    ]  # fmt: skip
    reads: list[int] = []

    def articles(_: Library) -> list[ArticleInfo]:
        reads.append(1)
        return infos

    monkeypatch.setattr(Library, "articles", articles)
    listing = Listing()
    for offset in (0, 100, 9_900):
        page = listing.page(library, Wanted(offset=offset, limit=100), changing=False)
        assert (page.count, page.passages, len(page.articles)) == (MANY, 2 * MANY, 100)
        assert page.articles[0].id == f"{offset:05}.txt"
    assert len(reads) == 1
    listing.page(library, Wanted(), changing=True)
    listing.page(library, Wanted(), changing=False)
    assert len(reads) == 3
    library.close()


# -- suggestions ----------------------------------------------------------------------------


def test_questions_are_turned_out_of_sentences() -> None:
    """Common forms of sentences become questions in the article's own words."""
    assert "Who designed the lighthouse at Cape Morrow?" in questions(
        parse("a.txt", LIGHTHOUSE.encode())
    )
    assert "How long is the new bridge of Grimsfold?" in questions(parse("b.txt", BRIDGE.encode()))
    told = (
        "Storm\n\nThe storm killed at least 12 people. Oda Brekke, the mayor of Sund, spoke. "
        "President Ada Lindqvist has announced a day of mourning.\n"
    )
    assert list(questions(parse("c.txt", told.encode()))) == [
        "How many people were killed?", "Who is Oda Brekke?",
        "What did President Ada Lindqvist announce?",
    ]  # fmt: skip


def test_every_suggestion_is_answered_from_its_article(client: httpx.Client) -> None:
    """Asked for until complete, suggestions are few, differ, and each is answered and cited."""
    for _ in range(20):
        found = client.get("/api/suggestions").json()
        if found["complete"]:
            break
    suggestions = found["suggestions"]
    assert found["complete"]
    assert 1 < len(suggestions) <= 4
    assert len({one["question"] for one in suggestions}) == len(suggestions)
    for one in suggestions:
        answer = ask(client, one["question"]).json()
        assert answer["status"] == "answered"
        assert answer["citations"][0]["file"] == one["file"]
    assert client.get("/api/suggestions").json() == found


def test_an_empty_library_has_nothing_to_suggest(tmp_path: Path) -> None:
    """Without articles there are no suggestions, and that is complete."""
    with running(settings_of(data_dir=tmp_path)) as empty, empty.client() as client:
        empty.wait_until_ready()
        found = client.get("/api/suggestions").json()
    assert found == {"complete": True, "suggestions": []}


# -- feedback -------------------------------------------------------------------------------


def test_feedback_is_appended_and_read_as_gold(live: Live, client: httpx.Client) -> None:
    """An opinion with its whole answer is one more line of a file that is a gold set."""
    answer = ask(client).json()
    opinion = {"question": QUESTION, "answer": answer, "verdict": "up", "note": "Right."}
    for _ in range(2):
        assert client.post("/api/feedback", json=opinion).status_code == 204
    path = live.service.settings.data_dir / "feedback.jsonl"
    assert len(path.read_text(encoding="utf-8").splitlines()) == 2
    (gold,) = read_sets([path])
    assert (gold.question, gold.note) == (QUESTION, "Right.")
    assert gold.files == ("lighthouse.txt",)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"verdict": "maybe"}, "verdict: "),
        ({"note": "x" * 2001}, "note: "),
        ({"answer": {"question": "?"}}, "status: Field required"),
        ({"question": ""}, "question: "),
        ({"more": 1}, "more: "),
    ],
)
def test_feedback_of_another_form_is_a_problem(
    client: httpx.Client, change: dict[str, Any], says: str
) -> None:
    """What is not an opinion on an answer is refused, and the field named."""
    answer = recorded("nothing")[-1][1]
    opinion = {"question": QUESTION, "answer": answer, "verdict": "up", **change}
    assert (
        says
        in problem(client.post("/api/feedback", json=opinion), 422, "invalid-request")["detail"]
    )


def test_feedback_that_cannot_be_written_says_so(
    live: Live, client: httpx.Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A file that cannot be written is a problem with its remedy, not silence."""
    monkeypatch.setattr(live.service.feedback, "path", tmp_path)
    opinion = {"question": QUESTION, "answer": recorded("nothing")[-1][1], "verdict": "down"}
    refused = problem(client.post("/api/feedback", json=opinion), 507, "feedback-not-kept")
    assert "Is a directory" in refused["detail"]
