"""What works, what is missing, and the remedy: the examination behind `qa doctor`."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from importlib.util import find_spec
from typing import Literal, TypeVar

from qa.crossencoder import CrossEncoder
from qa.embedding import Embedding
from qa.errors import LLMError, QAError
from qa.formats.parts import OPTIONAL
from qa.llm.address import ollama_url
from qa.llm.choose import EMBEDDED, OLLAMA, OPENAI, Chooser
from qa.llm.models import Installed, Survey, about, free_memory, survey
from qa.pipeline import Pipeline, build
from qa.settings import Settings
from qa.storage import damaged
from qa.types import Frozen, counted

Subject = TypeVar("Subject")


class Finding(Frozen):
    """One thing examined. `missing` is something optional, `broken` something needed."""

    what: str
    state: Literal["ok", "missing", "broken"]
    detail: str
    remedy: str = ""


Checks = Sequence[tuple[str, Callable[[Subject], Iterator[Finding]]]]
"""What is examined, by name, each in the data of a pipeline or by the settings alone."""


def examine(settings: Settings) -> list[Finding]:
    """Examine everything that a question or an ingest needs.

    Data that cannot be opened is one finding: what else is wrong can be said all the same.
    """
    try:
        with closing(build(settings)) as pipeline:
            findings = _run(_OF_DATA, pipeline)
    except QAError as error:
        findings = [_broken("data directory", error)]
    return [*findings, *_run(_OF_MACHINE, settings)]


def _run(checks: Checks[Subject], subject: Subject) -> list[Finding]:
    """Make each check; an error of one ends that one only."""
    findings: list[Finding] = []
    for what, check in checks:
        try:
            findings.extend(check(subject))
        except QAError as error:
            findings.append(_broken(what, error))
    return findings


def _broken(what: str, error: QAError) -> Finding:
    return Finding(what=what, state="broken", detail=error.detail, remedy=error.remedy)


def _data_dir(pipeline: Pipeline) -> Iterator[Finding]:
    path = pipeline.settings.data_dir.absolute()
    if os.access(path, os.W_OK):
        yield Finding(what="data directory", state="ok", detail=str(path))
    elif pipeline.library.empty:
        yield Finding(
            what="data directory", state="broken", detail=f"{path} cannot be written.",
            remedy="Give the user who runs qa the right to write it, or set QA_DATA_DIR.",
        )  # fmt: skip
    else:
        yield Finding(
            what="data directory", state="missing",
            detail=f"{path} cannot be written: its articles answer, and stay as they are.",
            remedy="To change them, run qa as a user who may write it, or set QA_DATA_DIR.",
        )  # fmt: skip


def _library(pipeline: Pipeline) -> Iterator[Finding]:
    """Have SQLite look at every page, which nothing else does."""
    wrong = pipeline.library.problems()
    path = pipeline.library.path
    if wrong:
        problem = damaged(path, "; ".join(wrong)).problem
        yield Finding(what="library", state="broken", detail=problem.detail, remedy=problem.remedy)
    else:
        yield Finding(what="library", state="ok", detail=f"{path.stat().st_size / 10**6:.1f} MB")


def _model(settings: Settings) -> Iterator[Finding]:
    model = Embedding(settings.embedding_model, settings.cache_dir)
    model.load()
    yield Finding(
        what="embedding model", state="ok", detail=f"{model.fingerprint}, {model.runtime}"
    )


def _reading_model(settings: Settings) -> Iterator[Finding]:
    model = CrossEncoder(cache=settings.cache_dir)
    model.load()
    digest = model.manifest["digests"]["model.onnx"]
    yield Finding(what="reading model", state="ok", detail=f"{digest[:16]}, {model.choice}")


def _index(pipeline: Pipeline) -> Iterator[Finding]:
    articles, passages = pipeline.library.counts()
    if articles == 0:
        yield Finding(
            what="index", state="missing", detail="No article is indexed.",
            remedy="Index a folder of articles: qa ingest PATH",
        )  # fmt: skip
        return
    dense, lexical = pipeline.store.index_counts()
    pending, stale = len(pipeline.library.pending()), len(pipeline.library.stale())
    detail = f"{counted(articles, 'article')}, {counted(passages, 'passage')}"
    if pending or stale:
        yield Finding(
            what="index", state="missing", detail=f"{detail}; an interrupted run is unfinished.",
            remedy="Finish it: qa ingest",
        )  # fmt: skip
    elif (dense, lexical) != (passages, passages):
        yield Finding(
            what="index", state="broken",
            detail=f"{detail}, but Chroma holds {dense:,} and tantivy {lexical:,}.",
            remedy="Rebuild both from the library: qa reindex",
        )  # fmt: skip
    else:
        yield Finding(what="index", state="ok", detail=detail)


def _folders(pipeline: Pipeline) -> Iterator[Finding]:
    for folder in pipeline.library.folders():
        if not folder.exists():
            yield Finding(
                what="folders", state="missing", detail=f"{folder} does not exist any more.",
                remedy=f"Bring it back, or remove its articles: qa forget {folder}",
            )  # fmt: skip


def _formats(_: Settings) -> Iterator[Finding]:
    """Say which formats cannot be read, for want of a library that is optional."""
    absent = [what for what, module in OPTIONAL.items() if find_spec(module) is None]
    if absent:
        yield Finding(
            what="formats", state="missing", detail=f"{' and '.join(absent)} files are not read.",
            remedy="Install what reads them: pip install 'footnote-qa[formats]'",
        )  # fmt: skip
    else:
        yield Finding(what="formats", state="ok", detail="all that are known")


def _ollama(settings: Settings) -> Iterator[Finding]:
    """Say what an Ollama has. It is optional, unless a model of its own is asked for."""
    wanted = settings.llm
    if wanted != "auto" and not wanted.startswith(OLLAMA):
        return
    try:
        found = survey(ollama_url(settings))
    except LLMError as error:
        remedy = error.remedy
        if wanted == "auto":
            remedy += " Not needed: answers are then given by the embedded reader."
        yield Finding(what="Ollama", state="missing", detail=error.detail, remedy=remedy)
        return
    yield Finding(what="Ollama", state="ok", detail=f"{found.version} at {found.url}")
    for model in found.models:
        yield _installed(found, model)


def _installed(found: Survey, model: Installed) -> Finding:
    """Say how large a model is, how long its context, and whether it fits into memory."""
    what = f"model {model.tag}"
    if model.remote:
        return Finding(
            what=what, state="ok",
            detail="runs on another machine; taken only if QA_LLM names it.",
        )  # fmt: skip
    can = about(found.url, model.tag)
    context = f"context {can.context:,} tokens" if can.context else "context unknown"
    parts = [_gigabytes(model.size), context, *(() if can.writes else ("does not write text",))]
    free = free_memory(found.url)
    loaded = model.tag in found.loaded
    if free is not None:
        parts.append("loaded" if loaded else f"{_gigabytes(free)} of memory free")
    short = free is not None and not loaded and can.writes and free < model.size
    return Finding(
        what=what,
        state="missing" if short else "ok",
        detail=", ".join(parts),
        remedy="It may not fit into memory: close other programs, or take a smaller model."
        if short else "",
    )  # fmt: skip


def _gigabytes(size: int) -> str:
    return f"{size / 10**9:.1f} GB"


def _writer(settings: Settings) -> Iterator[Finding]:
    """Say which model would answer, and why; of an Ollama that is not there `_ollama` has said."""
    chooser = Chooser(settings)
    state = chooser.state()
    well = state.state in {"embedded", "idle", "loading", "ready"}
    detail, remedy = f"{state.answers} ({state.state}).", state.remedy
    if state.state == "unreachable" and not settings.llm.startswith(OPENAI):
        remedy = ""
    else:
        why = "" if state.answers == state.model and well else f" {chooser.last.why}"
        detail += f" {state.detail}{why}"
    yield Finding(
        what="answers are written by",
        state="ok" if well or state.answers == EMBEDDED else "missing",
        detail=detail,
        remedy=remedy,
    )


_OF_DATA: Checks[Pipeline] = (
    ("data directory", _data_dir),
    ("library", _library),
    ("index", _index),
    ("folders", _folders),
)
_OF_MACHINE: Checks[Settings] = (
    ("embedding model", _model),
    ("reading model", _reading_model),
    ("formats", _formats),
    ("Ollama", _ollama),
    ("answers are written by", _writer),
)
