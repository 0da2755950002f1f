"""What works, what is missing, and the remedy: the examination behind `qa doctor`."""

import os
from collections.abc import Callable, Iterator
from typing import Literal

from qa.crossencoder import CrossEncoder
from qa.errors import QAError
from qa.pipeline import Pipeline
from qa.types import Frozen

OLLAMA_DEFAULT = "http://127.0.0.1:11434"
_OLLAMA_SECONDS = 2.0


class Finding(Frozen):
    """One thing examined. `missing` is something optional, `broken` something needed."""

    what: str
    state: Literal["ok", "missing", "broken"]
    detail: str
    remedy: str = ""


def examine(pipeline: Pipeline) -> list[Finding]:
    """Examine everything that a question or an ingest needs."""
    checks: tuple[tuple[str, Callable[[Pipeline], Iterator[Finding]]], ...] = (
        ("data directory", _data_dir),
        ("embedding model", _model),
        ("reading model", _reading_model),
        ("index", _index),
        ("folders", _folders),
        ("Ollama", _ollama),
    )
    findings: list[Finding] = []
    for what, check in checks:
        try:
            findings.extend(check(pipeline))
        except QAError as error:
            findings.append(
                Finding(what=what, state="broken", detail=error.detail, remedy=error.remedy)
            )
    return findings


def _data_dir(pipeline: Pipeline) -> Iterator[Finding]:
    path = pipeline.settings.data_dir.absolute()
    if os.access(path, os.W_OK):
        yield Finding(what="data directory", state="ok", detail=str(path))
    else:
        yield Finding(
            what="data directory", state="broken", detail=f"{path} cannot be written.",
            remedy="Give the user who runs qa the right to write it, or set QA_DATA_DIR.",
        )  # fmt: skip


def _model(pipeline: Pipeline) -> Iterator[Finding]:
    pipeline.store.embedding.load()
    yield Finding(what="embedding model", state="ok", detail=pipeline.store.embedding.fingerprint)


def _reading_model(_: Pipeline) -> Iterator[Finding]:
    model = CrossEncoder()
    model.load()
    digest = model.manifest["digests"]["model.onnx"]
    yield Finding(what="reading model", state="ok", detail=f"ONNX Runtime, {digest[:16]}")


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
    detail = f"{articles:,} articles, {passages:,} passages"
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


def _ollama(pipeline: Pipeline) -> Iterator[Finding]:
    import httpx
    import ollama

    url = pipeline.settings.ollama_url or os.environ.get("OLLAMA_HOST") or OLLAMA_DEFAULT
    try:
        models = ollama.Client(host=url, timeout=_OLLAMA_SECONDS).list().models
    except (ConnectionError, httpx.HTTPError, ollama.ResponseError, ValueError) as error:
        yield Finding(
            what="Ollama", state="missing", detail=f"No answer from {url} ({error}).",
            remedy="Not needed: answers are given by the embedded reader.",
        )  # fmt: skip
        return
    names = ", ".join(sorted(model.model or "?" for model in models)) or "no models"
    yield Finding(what="Ollama", state="ok", detail=f"{url}: {names}")
