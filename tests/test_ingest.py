"""Sync: new, changed, renamed and deleted files, copies, folders, interruption."""

import errno
import itertools
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from qa.errors import FolderNotFound, UnknownArticle, UnreadableArticle
from qa.index import PassageIndex
from qa.ingest import Progress
from qa.pipeline import Pipeline
from tests.conftest import MakePipeline
from tests.support import found, paragraph, write


def test_a_first_ingest_adds_every_file(make_pipeline: MakePipeline, folder: Path) -> None:
    """Every article of a new folder is added, in subfolders too, and answers a search."""
    write(folder, {"a.txt": paragraph("albatross"), "sub/b.md": paragraph("barnacle")})
    pipeline = make_pipeline()
    report = pipeline.store.ingest([folder])
    assert (report.added, report.errors) == (2, ())
    assert found(pipeline, "albatross") == {"a.txt"}
    assert found(pipeline, "barnacle") == {"sub/b.md"}


def test_an_unchanged_folder_is_only_hashed(make_pipeline: MakePipeline, folder: Path) -> None:
    """A second ingest of the same files writes no passage."""
    write(folder, {"a.txt": paragraph("albatross"), "b.txt": paragraph("barnacle")})
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    report = pipeline.store.ingest([folder])
    assert (report.unchanged, report.added, report.changed, report.passages) == (2, 0, 0, 0)


def test_a_touched_file_is_unchanged(make_pipeline: MakePipeline, folder: Path) -> None:
    """A new modification time alone changes nothing: content decides."""
    write(folder, {"a.txt": paragraph("albatross")})
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    (folder / "a.txt").touch()
    assert pipeline.store.ingest([folder]).unchanged == 1


def test_a_changed_file_answers_in_its_new_version_only(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """After a change the new text is found, the old one is not, and neither index keeps it."""
    write(folder, {"a.txt": paragraph("albatross")})
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    write(folder, {"a.txt": paragraph("barnacle")})
    assert pipeline.store.ingest([folder]).changed == 1
    assert found(pipeline, "barnacle") == {"a.txt"}
    assert found(pipeline, "albatross") == set()
    assert pipeline.store.index_counts() == (1, 1)


def test_a_file_that_goes_back_is_found_again(make_pipeline: MakePipeline, folder: Path) -> None:
    """A, then B, then A again: the version that was dropped before answers again."""
    pipeline = make_pipeline()
    for word in ("albatross", "barnacle", "albatross"):
        write(folder, {"a.txt": paragraph(word)})
        pipeline.store.ingest([folder])
    assert found(pipeline, "albatross") == {"a.txt"}
    assert pipeline.store.index_counts() == (1, 1)


def test_a_renamed_file_takes_its_new_name(make_pipeline: MakePipeline, folder: Path) -> None:
    """A file with known content under a new name is a rename, and its old id is gone."""
    write(folder, {"old.txt": paragraph("albatross"), "other.txt": paragraph("barnacle")})
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    (folder / "old.txt").rename(folder / "new.txt")
    report = pipeline.store.ingest([folder])
    assert (report.renamed, report.added, report.deleted) == (1, 0, 0)
    assert found(pipeline, "albatross") == {"new.txt"}
    with pytest.raises(UnknownArticle):
        pipeline.library.article("old.txt")


def test_one_of_two_copies_renamed_leaves_the_other(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """Two new names for the content of one vanished file: one is a rename, one is new."""
    write(folder, {"old.txt": paragraph("albatross")})
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    (folder / "old.txt").rename(folder / "new.txt")
    write(folder, {"copy.txt": paragraph("albatross")})
    report = pipeline.store.ingest([folder])
    assert (report.renamed, report.added, report.deleted) == (1, 1, 0)
    assert found(pipeline, "albatross") == {"copy.txt", "new.txt"}


def test_a_deleted_file_answers_no_more(make_pipeline: MakePipeline, folder: Path) -> None:
    """A file that is gone leaves library and indexes, and the others stay."""
    write(folder, {"a.txt": paragraph("albatross"), "b.txt": paragraph("barnacle")})
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    (folder / "a.txt").unlink()
    assert pipeline.store.ingest([folder]).deleted == 1
    assert [info.id for info in pipeline.library.articles()] == ["b.txt"]
    assert found(pipeline, "albatross") == set()


def test_copies_are_both_kept_and_told_apart(make_pipeline: MakePipeline, folder: Path) -> None:
    """One text under two names is two articles, both found."""
    write(folder, {"a.txt": paragraph("albatross"), "b.txt": paragraph("albatross")})
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    assert found(pipeline, "albatross") == {"a.txt", "b.txt"}


def test_equal_paths_in_two_folders_stay_distinct(
    make_pipeline: MakePipeline, tmp_path: Path
) -> None:
    """The second folder's article gets an id of its own, and syncing one leaves the other."""
    first, second = tmp_path / "first", tmp_path / "second"
    write(first, {"a.txt": paragraph("albatross")})
    write(second, {"a.txt": paragraph("barnacle")})
    pipeline = make_pipeline()
    pipeline.store.ingest([first])
    pipeline.store.ingest([second])
    assert found(pipeline, "albatross") == {"a.txt"}
    assert found(pipeline, "barnacle") == {"second/a.txt"}
    (second / "a.txt").unlink()
    pipeline.store.ingest([second])
    assert found(pipeline, "albatross") == {"a.txt"}
    assert found(pipeline, "barnacle") == set()


def test_a_subfolder_of_a_known_folder_is_synced_in_place(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """Ingesting a part of a known folder syncs that part and duplicates nothing."""
    write(folder, {"a.txt": paragraph("albatross"), "sub/b.txt": paragraph("barnacle")})
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    write(folder, {"a.txt": paragraph("cormorant"), "sub/b.txt": paragraph("dolphin")})
    report = pipeline.store.ingest([folder / "sub"])
    assert (report.changed, report.added, report.deleted) == (1, 0, 0)
    assert found(pipeline, "dolphin") == {"sub/b.txt"}
    assert found(pipeline, "albatross") == {"a.txt"}


def test_a_folder_around_a_known_folder_leaves_it_alone(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """Its articles are not taken twice, and go on being synced by it."""
    write(folder, {"a.txt": paragraph("albatross"), "sub/b.txt": paragraph("barnacle")})
    pipeline = make_pipeline()
    pipeline.store.ingest([folder / "sub"])
    pipeline.store.ingest([folder])
    assert {info.id for info in pipeline.library.articles()} == {"a.txt", "b.txt"}
    write(folder, {"sub/b.txt": paragraph("dolphin")})
    assert pipeline.store.ingest([folder / "sub"]).changed == 1


def test_a_hidden_file_may_be_named_in_a_known_folder(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """It is that file, and not the one whose name is the same without the dot."""
    write(folder, {"a.txt": paragraph("albatross"), ".a.txt": paragraph("barnacle")})
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    write(folder, {"a.txt": paragraph("cormorant")})
    assert pipeline.store.ingest([folder / ".a.txt"]).changed == 0


@pytest.mark.parametrize("named", [".a.txt", ".drafts", ".drafts/b.txt"])
def test_what_is_hidden_in_a_known_folder_is_not_passed_over_in_silence(
    make_pipeline: MakePipeline, folder: Path, named: str
) -> None:
    """Whoever asks for it by name is told why it is not in; the next sync of all says nothing."""
    hidden = {".a.txt": paragraph("barnacle"), ".drafts/b.txt": paragraph("cormorant")}
    write(folder, {"a.txt": paragraph("albatross"), **hidden})
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    (error,) = pipeline.store.ingest([folder / named]).errors
    assert error.file == str(folder / named)
    assert error.problem.type == "hidden-article"
    assert error.problem.remedy
    assert pipeline.store.ingest([folder]).errors == ()


def test_a_link_to_a_known_file_is_a_file_of_its_own(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """As it is where a folder is ingested that holds both."""
    write(folder, {"a.txt": paragraph("albatross")})
    (folder / "b.txt").symlink_to(folder / "a.txt")
    pipeline = make_pipeline()
    pipeline.store.ingest([folder / "a.txt"])
    assert pipeline.store.ingest([folder / "b.txt"]).added == 1


def test_the_data_directory_is_no_article(make_pipeline: MakePipeline, folder: Path) -> None:
    """Ingesting the folder around it reads neither keys nor uploads, which stay on their own."""
    write(folder, {"a.txt": paragraph("albatross"), "data/keys.txt": paragraph("secret")})
    write(folder, {"data/models/vocab.txt": paragraph("vocabulary")})
    pipeline = make_pipeline(folder / "data")
    assert pipeline.store.ingest([folder]).added == 1
    info = pipeline.store.add_upload("b.txt", paragraph("barnacle").encode())
    assert info.folder == str(folder / "data" / "uploads")
    pipeline.store.ingest([folder])
    pipeline.store.ingest([folder / "data" / "uploads"])
    assert {info.id for info in pipeline.library.articles()} == {"a.txt", "b.txt"}
    (folder / "data" / "uploads" / "b.txt").unlink()
    assert pipeline.store.ingest([folder / "data" / "uploads"]).deleted == 1


def test_the_data_directory_may_hold_articles(make_pipeline: MakePipeline, folder: Path) -> None:
    """Named itself, it is read without what is ours in it."""
    write(folder, {"a.txt": paragraph("albatross"), "keys.txt": paragraph("secret")})
    write(folder, {"models/vocab.txt": paragraph("vocabulary")})
    (folder / "feedback.jsonl").write_text('{"id": 1, "text": "The dolphin was seen there."}\n')
    pipeline = make_pipeline(folder)
    pipeline.store.add_upload("b.txt", paragraph("barnacle").encode())
    pipeline.store.ingest([folder])
    assert {info.id for info in pipeline.library.articles()} == {"a.txt", "b.txt"}


def test_a_folder_spelled_otherwise_is_the_same(make_pipeline: MakePipeline, folder: Path) -> None:
    """By way of another folder, or through a link, nothing is indexed twice."""
    write(folder, {"a.txt": paragraph("albatross"), "sub/b.txt": paragraph("barnacle")})
    other, alias = folder.with_name("other"), folder.with_name("alias")
    other.mkdir()
    alias.symlink_to(folder, target_is_directory=True)
    pipeline = make_pipeline()
    roundabout = other / ".." / folder.name
    assert pipeline.store.ingest([roundabout, alias]).added == 2
    assert pipeline.library.folders() == [folder]
    write(folder, {"sub/b.txt": paragraph("cormorant")})
    report = pipeline.store.ingest([alias / "sub"])
    assert (report.changed, report.added) == (1, 0)
    pipeline.store.remove("a.txt")
    pipeline.store.ingest([alias / "a.txt"])
    assert {info.id for info in pipeline.library.articles()} == {"a.txt", "sub/b.txt"}
    assert pipeline.store.forget(alias) == 2
    assert pipeline.library.folders() == []


def test_a_known_folder_is_passed_over_however_it_is_spelled(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """A folder that became known through a link is not read again by the folder around it."""
    write(folder, {"a.txt": paragraph("albatross"), "sub/b.txt": paragraph("barnacle")})
    alias = folder.with_name("alias")
    alias.symlink_to(folder / "sub", target_is_directory=True)
    pipeline = make_pipeline()
    pipeline.store.ingest([alias])
    assert pipeline.store.ingest([folder]).added == 1


def test_a_single_file_can_be_ingested(make_pipeline: MakePipeline, folder: Path) -> None:
    """A path to a file ingests that file and none of its neighbours."""
    write(folder, {"a.txt": paragraph("albatross"), "b.txt": paragraph("barnacle")})
    pipeline = make_pipeline()
    assert pipeline.store.ingest([folder / "a.txt"]).added == 1
    assert [info.id for info in pipeline.library.articles()] == ["a.txt"]


def test_a_missing_path_is_refused_before_anything_changes(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """A slip in one path stops the whole call, so that no half of it is done."""
    write(folder, {"a.txt": paragraph("albatross")})
    pipeline = make_pipeline()
    with pytest.raises(FolderNotFound, match="does not exist"):
        pipeline.store.ingest([folder, folder / "nowhere"])
    assert pipeline.library.articles() == []


def test_a_vanished_folder_keeps_its_articles(make_pipeline: MakePipeline, folder: Path) -> None:
    """A folder that is gone (an unplugged disk) is an error, not a deletion of everything."""
    write(folder, {"a.txt": paragraph("albatross")})
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    folder.rename(folder.with_name("elsewhere"))
    report = pipeline.store.ingest()
    assert [error.problem.type for error in report.errors] == ["folder-not-found"]
    assert found(pipeline, "albatross") == {"a.txt"}


def test_a_vanished_folder_does_not_keep_another_out(
    make_pipeline: MakePipeline, tmp_path: Path
) -> None:
    """A new folder is made known beside one whose disk is not there."""
    first, second = tmp_path / "first", tmp_path / "second"
    write(first, {"a.txt": paragraph("albatross")})
    write(second, {"b.txt": paragraph("barnacle")})
    pipeline = make_pipeline()
    pipeline.store.ingest([first])
    first.rename(tmp_path / "elsewhere")
    report = pipeline.store.ingest([second])
    assert (report.added, report.errors) == (1, ())


def test_hidden_files_and_folders_are_passed_over(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """In silence: what a program keeps for itself is no article, and no error."""
    write(folder, {"a.txt": paragraph("albatross"), ".b.txt": paragraph("barnacle")})
    write(folder, {".git/c.txt": paragraph("cormorant"), "sub/.d/d.txt": paragraph("dolphin")})
    pipeline = make_pipeline()
    report = pipeline.store.ingest([folder])
    assert (report.added, report.other_formats, report.errors) == (1, 0, ())
    assert [info.id for info in pipeline.library.articles()] == ["a.txt"]


def test_a_link_within_the_folder_is_a_file_of_its_own(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """It answers under its own name, beside the file that it leads to."""
    write(folder, {"a.txt": paragraph("albatross")})
    (folder / "b.txt").symlink_to(folder / "a.txt")
    pipeline = make_pipeline()
    assert pipeline.store.ingest([folder]).errors == ()
    assert found(pipeline, "albatross") == {"a.txt", "b.txt"}


def test_a_folder_that_is_empty_all_at_once_keeps_its_articles(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """A disk that is not mounted leaves an empty folder: that is reported, and nothing deleted.

    When the files are back, all is as it was; `forget` removes the articles for good.
    """
    write(folder, {"a.txt": paragraph("albatross"), "sub/b.txt": paragraph("barnacle")})
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    away = folder.rename(folder.with_name("elsewhere"))
    (folder / "sub").mkdir(parents=True)
    report = pipeline.store.ingest()
    assert [error.problem.type for error in report.errors] == ["folder-not-found"]
    assert "is empty now" in report.errors[0].problem.detail
    assert f"qa forget {folder}" in report.errors[0].problem.remedy
    assert report.deleted == 0
    assert found(pipeline, "albatross") == {"a.txt"}
    (folder / "sub").rmdir()
    folder.rmdir()
    away.rename(folder)
    assert pipeline.store.ingest().unchanged == 2
    assert pipeline.store.forget(folder) == 2


def test_the_last_file_of_a_folder_can_be_deleted(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """One after the other, the files of a folder can all be deleted, also one of many articles."""
    write(folder, {"a.txt": paragraph("albatross")})
    (folder / "b.jsonl").write_text(
        "".join(f'{{"id": {n}, "text": "The dolphin was seen {n} times."}}\n' for n in range(3))
    )
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    (folder / "a.txt").unlink()
    assert pipeline.store.ingest([folder]).deleted == 1
    (folder / "b.jsonl").unlink()
    report = pipeline.store.ingest([folder])
    assert (report.deleted, report.errors) == (3, ())
    assert pipeline.library.articles() == []


def test_forgetting_a_folder_removes_its_articles_only(
    make_pipeline: MakePipeline, tmp_path: Path
) -> None:
    """`forget` takes one folder's articles out and leaves files and other folders alone."""
    first, second = tmp_path / "first", tmp_path / "second"
    write(first, {"a.txt": paragraph("albatross")})
    write(second, {"b.txt": paragraph("barnacle")})
    pipeline = make_pipeline()
    pipeline.store.ingest([first, second])
    assert pipeline.store.forget(first) == 1
    assert found(pipeline, "albatross") == set()
    assert found(pipeline, "barnacle") == {"b.txt"}
    assert (first / "a.txt").exists()
    assert pipeline.library.folders() == [second]


def without_a(make_pipeline: MakePipeline, folder: Path, other: str) -> Pipeline:
    """Return a pipeline over a.txt, which was removed from it, and b.txt about something."""
    write(folder, {"a.txt": paragraph("albatross"), "b.txt": paragraph(other)})
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    pipeline.store.remove("a.txt")
    return pipeline


def test_a_removed_article_stays_away_until_it_is_asked_for(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """Sync does not bring a removed article back; ingesting that very file does."""
    pipeline = without_a(make_pipeline, folder, "barnacle")
    assert (folder / "a.txt").exists()
    assert pipeline.store.ingest([folder]).excluded == 1
    assert found(pipeline, "albatross") == set()
    pipeline.store.ingest([folder / "a.txt"])
    assert found(pipeline, "albatross") == {"a.txt"}


def test_a_removed_article_stays_away_under_another_name(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """Renaming the file, twice even, does not bring it back; asking for it or changing it does."""
    pipeline = without_a(make_pipeline, folder, "barnacle")
    for old, new in [("a.txt", "c.txt"), ("c.txt", "d.txt")]:
        (folder / old).rename(folder / new)
        report = pipeline.store.ingest([folder])
        assert (report.added, report.excluded, report.unchanged) == (0, 1, 1)
        assert found(pipeline, "albatross") == set()
    (folder / "a.txt").write_text(paragraph("another bird"))
    assert pipeline.store.ingest([folder]).added == 1, "the old name is free again"
    pipeline.store.ingest([folder / "d.txt"])
    assert found(pipeline, "albatross") == {"d.txt"}


def test_a_copy_of_a_removed_article_is_an_article(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """What was removed is one file, and not its content wherever it lies."""
    pipeline = without_a(make_pipeline, folder, "albatross")
    write(folder, {"c.txt": paragraph("albatross")})
    assert pipeline.store.ingest([folder]).added == 1
    (folder / "a.txt").unlink()
    (folder / "b.txt").rename(folder / "d.txt")
    report = pipeline.store.ingest([folder])
    assert (report.renamed, report.excluded) == (1, 0), "it is the one that answers"
    assert found(pipeline, "albatross") == {"c.txt", "d.txt"}


def test_an_article_that_takes_the_text_of_a_removed_one_has_changed(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """A removed article's file that is moved over another's does not remove that one, too."""
    pipeline = without_a(make_pipeline, folder, "barnacle")
    (folder / "a.txt").replace(folder / "b.txt")
    report = pipeline.store.ingest([folder])
    assert (report.changed, report.excluded) == (1, 0)
    assert found(pipeline, "albatross") == {"b.txt"}


def test_a_changed_file_that_cannot_be_read_keeps_its_old_version(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """When a new version is no article, the error is reported and the old one still answers."""
    write(folder, {"a.txt": paragraph("albatross")})
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    (folder / "a.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00")
    report = pipeline.store.ingest([folder])
    assert [error.file for error in report.errors] == [str(folder / "a.txt")]
    assert found(pipeline, "albatross") == {"a.txt"}


def test_a_stopped_ingest_is_finished_by_the_next(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """Stopping after the first batch loses nothing: the next run ends with every article."""
    write(folder, {f"{n:03}.txt": paragraph(f"thing{n}") for n in range(150)})
    pipeline = make_pipeline()
    stop = threading.Event()

    def stop_at_first_batch(state: Progress) -> None:
        if state.phase == "embed":
            stop.set()

    first = pipeline.store.ingest([folder], progress=stop_at_first_batch, cancel=stop)
    assert first.cancelled
    assert 0 < pipeline.library.counts()[0] < 150
    second = pipeline.store.ingest([folder])
    assert not second.cancelled
    assert pipeline.library.counts() == (150, 150)
    assert pipeline.store.index_counts() == (150, 150)


def test_a_stop_ends_the_embedding_of_a_long_article(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """What is under way is embedded, and nothing after it; the next run has all of it."""
    text = "\n\n".join(paragraph(f"thing{n}") * 8 for n in range(12))
    write(folder, {"long.txt": text})
    pipeline = make_pipeline(batch_passages=1)
    stop = threading.Event()

    def stop_at_first_batch(state: Progress) -> None:
        if state.phase == "embed":
            stop.set()

    first = pipeline.store.ingest([folder], progress=stop_at_first_batch, cancel=stop)
    assert first.cancelled
    assert first.passages == 2
    assert pipeline.library.counts()[0] == 0
    pipeline.store.ingest([folder])
    assert pipeline.library.counts()[1] > 4


def test_an_index_that_cannot_be_written_fails_the_run_and_loses_nothing(
    make_pipeline: MakePipeline, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What went wrong behind the embedding is raised; the next run ends with every article."""
    write(folder, {f"{n:03}.txt": paragraph(f"thing{n}") for n in range(20)})
    pipeline = make_pipeline(batch_passages=1)
    add, calls = PassageIndex.add, itertools.count()

    def full(self: PassageIndex, *written: Any) -> None:
        if next(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        add(self, *written)

    with monkeypatch.context() as patch:
        patch.setattr(PassageIndex, "add", full)
        with pytest.raises(OSError, match="No space"):
            pipeline.store.ingest([folder])
    assert pipeline.library.counts()[0] < 20
    assert not pipeline.store.ingest([folder]).errors
    assert pipeline.library.counts() == (20, 20)
    assert pipeline.store.index_counts() == (20, 20)


def test_an_article_that_a_crash_left_without_a_version_is_forgotten(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """Its id is free again after the next run, and no article of another version goes with it."""
    write(folder, {"a.txt": paragraph("albatross")})
    pipeline = make_pipeline()
    pipeline.store.ingest([folder])
    pipeline.library.claim_id(folder, "ghost.txt")
    assert {known.path for known in pipeline.library.known(folder)} == {"a.txt", "ghost.txt"}
    pipeline.store.ingest([folder])
    assert {known.path for known in pipeline.library.known(folder)} == {"a.txt"}


def test_progress_counts_up_to_the_number_of_files(
    make_pipeline: MakePipeline, folder: Path
) -> None:
    """Progress never goes back, and ends at the total."""
    write(folder, {f"{n}.txt": paragraph(f"thing{n}") for n in range(5)})
    states: list[Progress] = []
    make_pipeline().store.ingest([folder], progress=states.append)
    done = [state.done for state in states]
    assert done == sorted(done)
    assert (states[-1].phase, states[-1].done, states[-1].total) == ("done", 5, 5)


def test_reindex_keeps_every_answer(make_pipeline: MakePipeline, folder: Path) -> None:
    """A rebuild with other passage settings finds the same articles and drops the old build."""
    write(folder, {"a.txt": paragraph("albatross") * 30, "b.txt": paragraph("barnacle")})
    before = make_pipeline()
    before.store.ingest([folder])
    data_dir = before.settings.data_dir
    before.close()
    pipeline = make_pipeline(data_dir, chunk_tokens=64, chunk_overlap=0)
    passages = pipeline.store.reindex()
    assert pipeline.store.index_counts() == (passages, passages)
    assert found(pipeline, "albatross") == {"a.txt"}
    assert [path.name for path in (data_dir / "chroma").iterdir()] == ["2"]


def test_names_that_are_not_utf_8_stay_apart(make_pipeline: MakePipeline, folder: Path) -> None:
    """Each bad byte is written out."""
    for byte, word in ((b"\xff", "albatross"), (b"\xfe", "barnacle")):
        (folder / os.fsdecode(b"r" + byte + b".txt")).write_text(paragraph(word))
    pipeline = make_pipeline()
    assert pipeline.store.ingest([folder]).added == 2
    assert pipeline.store.ingest([folder]).unchanged == 2
    assert sorted(i.path for i in pipeline.library.articles()) == ["r\\xfe.txt", "r\\xff.txt"]


def test_an_upload_may_have_as_long_a_name_as_a_file(make_pipeline: MakePipeline) -> None:
    """And a longer one is refused with a remedy."""
    pipeline = make_pipeline()
    text = paragraph("albatross").encode()
    assert pipeline.store.add_upload("n" * 251 + ".txt", text).path == "n" * 251 + ".txt"
    with pytest.raises(UnreadableArticle, match="255"):
        pipeline.store.add_upload("n" * 252 + ".txt", text)
