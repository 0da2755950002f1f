"""Whether the process is alive, and whether it can answer questions."""

from fastapi import APIRouter

from api.schemas import Alive, Ready
from api.service import PipelineDep, ServiceDep

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz(service: ServiceDep) -> Alive:
    """Answer as soon as the process runs, whatever it is loading."""
    return Alive(instance=service.instance)


@router.get("/readyz")
def readyz(pipeline: PipelineDep) -> Ready:
    """Answer 200 once the index and the model are loaded, and a problem until then."""
    articles, passages = pipeline.library.counts()
    return Ready(articles=articles, passages=passages, model=pipeline.chooser.last.name)
