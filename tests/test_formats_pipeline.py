"""Files of every format through the whole pipeline: read, asked, cited, synced, removed."""

import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qa.cli import app as cli
from qa.errors import EmptyArticle, UnsupportedFormat
from qa.library import SCHEMA_VERSION, Library
from tests.conftest import MakePipeline
from tests.format_files import ARTICLES, FILES, OTHER, PRICE, QUESTION, STORY, rss, zipped
from tests.live import running
from tests.support import found, paragraph, write

PAGES = {"printed.pdf": 2, "columns.pdf": 1}


@pytest.mark.parametrize("name", FILES)
def test_a_question_is_answered_from_every_format(
    name: str, make_pipeline: MakePipeline, folder: Path
) -> None:
    """A file of the format is ingested, asked, and quoted verbatim at its offsets, on its page."""
    (folder / name).write_bytes(FILES[name]())
    pipeline = make_pipeline()
    report = pipeline.store.ingest([folder])
    assert report.errors == ()
    assert {info.id for info in pipeline.library.articles()} == ARTICLES.get(name, {name})
    answer = pipeline.answer(QUESTION)
    assert answer.status == "answered"
    cited = [citation for citation in answer.citations if PRICE in citation.quote]
    assert cited
    for citation in answer.citations:
        text = pipeline.library.article(citation.file).text
        assert text[citation.start : citation.end] == citation.quote
        assert citation.sha256 == pipeline.library.article(citation.file).sha256
    assert {citation.page for citation in cited} == {PAGES.get(name)}
    again = pipeline.store.ingest([folder])
    assert (again.unchanged, again.added, again.changed) == (report.added, 0, 0)


def test_the_command_line_shows_the_page(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A footnote from a PDF names its page, in text and in JSON."""
    (folder / "printed.pdf").write_bytes(FILES["printed.pdf"]())
    monkeypatch.setenv("QA_DATA_DIR", str(folder.parent / "data"))
    run = CliRunner().invoke
    assert run(cli, ["ingest", str(folder)]).exit_code == 0
    assert "printed.pdf · 2024-05-06 · page 2 · characters" in run(cli, ["ask", QUESTION]).output
    assert '"page": 2' in run(cli, ["ask", "--json", QUESTION]).output


# Several articles in one file


def test_an_entry_that_changes_is_the_only_one_read_anew(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """A feed that gets an item, loses one and corrects one keeps the rest as it is."""
    write(folder, {"news.jsonl": lines(a="albatross", b="barnacle", c="cormorant")})
    pipeline = make_pipeline()
    assert pipeline.store.ingest([folder]).added == 3
    write(folder, {"news.jsonl": lines(d="dolphin", a="albatross", c="eagle")})
    report = pipeline.store.ingest([folder])
    counts = (report.added, report.changed, report.deleted, report.unchanged)
    assert counts == (1, 1, 1, 1)
    assert found(pipeline, "eagle") == {"news.jsonl/c"}
    assert found(pipeline, "dolphin") == {"news.jsonl/d"}
    assert found(pipeline, "barnacle") == set()
    assert pipeline.store.ingest([folder]).unchanged == 3


def lines(**words: str) -> str:
    """Return JSON lines: articles by id, each about a word."""
    return "\n".join(f'{{"id": "{key}", "text": {paragraph(w)!r}}}'.replace("'", '"')
                     for key, w in words.items())  # fmt: skip


def test_a_renamed_archive_is_a_rename(make_pipeline: MakePipeline, folder: Path) -> None:
    """The articles of an archive move with it, and go with it."""
    content = zipped({"a.txt": paragraph("albatross"), "b/c.txt": paragraph("barnacle")})
    (folder / "old.zip").write_bytes(content)
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    (folder / "old.zip").rename(folder / "new.zip")
    report = pipeline.store.ingest([folder])
    assert (report.renamed, report.added, report.deleted) == (2, 0, 0)
    assert found(pipeline, "barnacle") == {"new.zip/b/c.txt"}
    (folder / "new.zip").unlink()
    assert pipeline.store.ingest([folder]).deleted == 2
    assert pipeline.library.articles() == []
    (folder / "new.zip").write_bytes(content)
    assert pipeline.store.ingest([folder]).added == 2


def test_unpacking_an_archive_in_its_place_changes_no_id(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """A folder of the archive's name with the same files holds the same articles."""
    (folder / "news.zip").write_bytes(zipped({"a.txt": paragraph("albatross")}))
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    (folder / "news.zip").unlink()
    write(folder, {"news.zip/a.txt": paragraph("albatross")})
    report = pipeline.store.ingest([folder])
    assert (report.unchanged, report.deleted) == (1, 0)
    assert found(pipeline, "albatross") == {"news.zip/a.txt"}


def test_a_removed_entry_stays_away_until_its_file_is_named(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """Sync leaves a removed entry out, also in a new feed; naming the feed brings it back."""
    (folder / "news.rss").write_bytes(rss())
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    pipeline.store.remove("news.rss/101")
    report = pipeline.store.ingest([folder])
    assert (report.excluded, report.unchanged) == (1, 1)
    (folder / "news.rss").write_bytes(rss() + b"\n")
    assert pipeline.store.ingest([folder]).excluded == 1
    assert found(pipeline, "ferry") == set()
    pipeline.store.ingest([folder / "news.rss"])
    assert found(pipeline, "ferry") == {"news.rss/101"}


def test_one_bad_file_in_an_archive_does_not_spoil_the_others(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """It is reported by its place in the archive, every time; what it said before still answers."""
    good = {"a.txt": paragraph("albatross"), "b.txt": paragraph("barnacle")}
    (folder / "x.zip").write_bytes(zipped(good))
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    bad: dict[str, bytes | str] = {"a.txt": paragraph("auk"), "b.txt": b"\x89PNG\r\n\0"}
    (folder / "x.zip").write_bytes(zipped(bad))
    for _ in range(2):
        report = pipeline.store.ingest([folder])
        assert [e.file for e in report.errors] == [str(folder / "x.zip/b.txt")]
    assert found(pipeline, "auk") == {"x.zip/a.txt"}
    assert found(pipeline, "barnacle") == {"x.zip/b.txt"}


def test_a_damaged_file_keeps_its_articles(make_pipeline: MakePipeline, folder: Path) -> None:
    """A half-written archive is reported, and all that it held still answers."""
    content = zipped({"a.txt": paragraph("albatross")})
    (folder / "x.zip").write_bytes(content)
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    (folder / "x.zip").write_bytes(content[:-30])
    report = pipeline.store.ingest([folder])
    assert [e.problem.type for e in report.errors] == ["damaged-article"]
    assert found(pipeline, "albatross") == {"x.zip/a.txt"}


def test_data_in_other_shapes_is_passed_over_unless_it_is_named(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """A package.json or a sitemap beside the articles is no error; named, it is one."""
    write(folder, {"package.json": '{"private": true}', "sitemap.xml": "<urlset/>"})
    pipeline = make_pipeline()
    report = pipeline.store.ingest([folder])
    assert (report.other_formats, report.errors) == (2, ())
    report = pipeline.store.ingest([folder / "package.json"])
    assert [e.problem.type for e in report.errors] == ["unsupported-format"]


def test_a_stopped_archive_is_finished_by_the_next_run(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """Where only some articles of an archive went in, the others are not forgotten."""
    (folder / "x.zip").write_bytes(zipped({f"{n}.txt": paragraph(f"thing{n}") for n in range(4)}))
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    key = "SELECT key FROM versions WHERE article = 'x.zip/2.txt'"
    with sqlite3.connect(pipeline.library.path) as db:
        db.execute(f"UPDATE versions SET state = 'stale' WHERE key = ({key})")  # noqa: S608 -- ours
    report = pipeline.store.ingest([folder])
    assert (report.added, report.unchanged) == (1, 3)
    assert found(pipeline, "thing2") == {"x.zip/2.txt"}


def test_forgetting_a_folder_forgets_what_its_archives_held(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """After `forget`, the same folder is read from scratch."""
    (folder / "x.zip").write_bytes(zipped({"a.txt": paragraph("albatross")}))
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    assert pipeline.store.forget(folder) == 1
    assert pipeline.store.ingest([folder]).added == 1


# Uploads


def test_every_format_can_be_uploaded(make_pipeline: MakePipeline) -> None:
    """The route of uploads takes all of them; of several articles it returns the first."""
    pipeline = make_pipeline()
    settings = pipeline.settings
    pipeline.close()
    with running(settings) as live, live.client() as client:
        live.wait_until_ready()
        files = [("files", (name, make())) for name, make in FILES.items()]
        response = client.post("/api/articles", files=files)
        assert response.status_code == 201, response.text
        stored = {r["file"]: r["article"]["id"] for r in response.json()["results"]}
        page = client.get(f"/api/articles/{stored['news.zip']}").json()
        assert client.delete(f"/api/articles/{stored['news.zip']}").status_code == 204
    assert stored == {name: min(ARTICLES.get(name, {name})) for name in FILES}
    assert STORY in page["text"]
    assert (settings.data_dir / "uploads" / "news.zip").exists()


def test_a_feed_is_replaced_by_its_next_upload(make_pipeline: MakePipeline) -> None:
    """Entries that the new file lacks go; one that was removed comes back with the file."""
    pipeline = make_pipeline()
    pipeline.store.add_upload("news.rss", rss())
    pipeline.store.remove("news.rss/101")
    info = pipeline.store.add_upload("news.rss", rss(ids=("101",)))
    assert info.id == "news.rss/101"
    assert [info.id for info in pipeline.library.articles()] == ["news.rss/101"]


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("a.json", b'{"private": true}', UnsupportedFormat),
        ("a.zip", zipped({"a.txt": " "}), EmptyArticle),
        ("a.csv", b"id,text\n1,\n", EmptyArticle),
    ],
)
def test_an_upload_without_an_article_is_refused(
    name: str, data: bytes, error: type[Exception], make_pipeline: MakePipeline
) -> None:
    """A file of several articles of which none can be read is not stored."""
    pipeline = make_pipeline()
    with pytest.raises(error):
        pipeline.store.add_upload(name, data)
    assert not pipeline.store.uploads.exists()


# Old data


def test_a_data_directory_of_the_first_schema_is_taken_over(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """What an older version stored still answers, and a feed is ingested beside it."""
    write(folder, {"a.txt": OTHER})
    before = make_pipeline()
    before.store.ingest([folder])
    data_dir = before.settings.data_dir
    before.close()
    with sqlite3.connect(data_dir / "library.db") as db:
        db.execute("DROP TABLE contents")
        db.execute("DROP INDEX versions_dated")
        db.execute("ALTER TABLE articles DROP COLUMN removed")
        db.execute("PRAGMA user_version = 1")
    (folder / "news.rss").write_bytes(rss(ids=("101",)))
    pipeline = make_pipeline(data_dir)
    report = pipeline.store.ingest([folder])
    assert (report.unchanged, report.added) == (1, 1)
    assert found(pipeline, "lighthouse") == {"a.txt"}
    library = Library(data_dir / "library.db")
    assert library._db.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    library.close()
