"""Articles: list, read, upload, remove."""

from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Annotated

from fastapi import APIRouter, File, Response, UploadFile

from api.guard import MEGABYTE
from api.ids import ARTICLE
from api.listing import WantedQuery
from api.schemas import ArticleList, UploadResult, UploadResults
from api.service import PipelineDep, ServiceDep, WriterDep
from qa.errors import ArticleTooLarge, QAError
from qa.pipeline import Pipeline
from qa.types import Article

router = APIRouter(prefix="/api/articles", tags=["articles"])
_MOST_FILES = 100


@router.get("")
def articles(wanted: WantedQuery, service: ServiceDep, pipeline: PipelineDep) -> ArticleList:
    """List the articles, without their texts: all of them, or those wanted, in pages."""
    return service.listing.page(pipeline.library, wanted, changing=service.jobs.running)


@router.get(ARTICLE)
def article(article_id: str, pipeline: PipelineDep) -> Article:
    """Return one article with its text, to which every citation's offsets refer.

    The id is percent-encoded once; it may hold slashes, spaces and any other character.
    """
    return pipeline.library.article(article_id)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    form_limits={"max_files": _MOST_FILES, "max_fields": _MOST_FILES},
    responses={
        200: {"model": UploadResults, "description": "Some files were stored, others were not."},
        422: {"model": UploadResults, "description": "No file was stored."},
    },
)
def upload(
    files: Annotated[list[UploadFile], File(description="One or more files.")],
    pipeline: WriterDep,
    response: Response,
) -> UploadResults:
    """Store files and index them. 201: all; 200: some; 422: none. Each has its own result."""
    results = tuple(_store(file, pipeline) for file in files)
    stored = sum(result.article is not None for result in results)
    if stored < len(results):
        response.status_code = HTTPStatus.OK if stored else HTTPStatus.UNPROCESSABLE_ENTITY
    return UploadResults(results=results)


def _store(file: UploadFile, pipeline: Pipeline) -> UploadResult:
    # A browser sends a bare name; anything before it would be the client's idea of our folders.
    name = PurePosixPath((file.filename or "").replace("\\", "/")).name
    try:
        _check_size(name, file.size or 0, pipeline.settings.max_file_mb)
        return UploadResult(file=name, article=pipeline.store.add_upload(name, file.file.read()))
    except QAError as error:
        return UploadResult(file=name, problem=error.problem)


def _check_size(name: str, size: int, limit_mb: float) -> None:
    """Refuse a large file while it still lies in a temporary file, not in memory."""
    megabytes = size / MEGABYTE
    if megabytes > limit_mb:
        raise ArticleTooLarge(
            f"{name} has {megabytes:.1f} MB; at most {limit_mb:g} MB are read.",
            "Split it, or raise QA_MAX_FILE_MB.",
        )


@router.delete(ARTICLE, status_code=HTTPStatus.NO_CONTENT)
def remove(article_id: str, pipeline: WriterDep) -> None:
    """Take an article out of the index. A file in a folder of yours is left where it is."""
    pipeline.store.remove(article_id)
