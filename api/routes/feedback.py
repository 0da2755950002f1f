"""Feedback: what a reader thought of an answer."""

from http import HTTPStatus

from fastapi import APIRouter

from api.problems import FeedbackNotKept
from api.service import PipelineDep, ServiceDep
from qa.feedback import Feedback

router = APIRouter(prefix="/api/feedback", tags=["questions"])


@router.post("", status_code=HTTPStatus.NO_CONTENT)
def feedback(body: Feedback, service: ServiceDep, pipeline: PipelineDep) -> None:
    """Keep a reader's opinion of an answer, in a file that `qa eval` reads as a gold set."""
    del pipeline  # an opinion is of an answer: there is none before it is loaded
    try:
        service.feedback.append(body)
    except OSError as error:
        raise FeedbackNotKept(
            f"{service.feedback.path} cannot be written: {error.strerror}.",
            "Check the free space and the rights of the data directory.",
        ) from error
