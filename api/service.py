"""What one server holds: its settings, its pipeline once loaded, and what serves the page."""

import asyncio
from collections.abc import Callable
from typing import Annotated
from uuid import uuid4

from fastapi import Depends, Request

from api.jobs import Jobs
from api.listing import Listing
from api.problems import NotReady, unexpected
from api.suggest import Suggester
from qa.errors import QAError
from qa.feedback import FeedbackLog
from qa.llm.cancel import Cancel
from qa.pipeline import Pipeline, build
from qa.settings import Settings
from qa.tracing import SILENT, Tracing


class Service:
    """Loads the pipeline in the background and takes it down in order."""

    def __init__(
        self,
        settings: Settings,
        watch: Callable[[Pipeline], Pipeline] = lambda pipeline: pipeline,
        tracing: Tracing = SILENT,
    ) -> None:
        self.settings = settings
        self._tracing = tracing
        self._watch = watch
        self.instance = uuid4().hex
        """What tells this server from another one at the same address."""
        self.jobs = Jobs()
        self.listing = Listing()
        self.suggester = Suggester()
        self.feedback = FeedbackLog(settings.data_dir / "feedback.jsonl")
        self.loaded = asyncio.Event()
        """Set once the pipeline can be used or is known not to come."""
        self._pipeline: Pipeline | None = None
        self._failure: QAError | None = None
        self._loading: asyncio.Task[None] | None = None
        self._warming: asyncio.Task[None] | None = None
        self._leaving = Cancel()

    @property
    def failure(self) -> QAError | None:
        """Why there will be no pipeline; None while there may be or is one."""
        return self._failure

    @property
    def pipeline(self) -> Pipeline:
        """The pipeline, or the error that says why there is none (yet)."""
        if self._failure is not None:
            raise self._failure
        if self._pipeline is None:
            raise NotReady(
                "The index and the model are being loaded.",
                "Wait a few seconds and try again; /readyz tells when it is ready.",
            )
        return self._pipeline

    def start(self) -> None:
        """Begin to load; returns at once."""
        self._loading = asyncio.create_task(self._load())

    async def _load(self) -> None:
        try:
            built = await asyncio.to_thread(
                build, self.settings, writer=True, tracing=self._tracing
            )
            self._pipeline = self._watch(built)
            self._warming = asyncio.create_task(self._warm(self._pipeline))
        except QAError as error:
            self._failure = error
        except Exception as error:  # noqa: BLE001 -- kept and answered to every request
            self._failure = unexpected(error)
        self.loaded.set()

    async def _warm(self, pipeline: Pipeline) -> None:
        """Have the language model loaded while nobody waits for it."""
        await asyncio.to_thread(pipeline.load_ahead, self._leaving)

    async def stop(self) -> None:
        """Wait for what runs, then close the pipeline."""
        self._leaving.request()
        if self._loading is not None:
            await self._loading
        if self._warming is not None:
            await self._warming
        await self.jobs.stop()
        # Let go of, too: FastAPI remembers functions for good, and they know the application.
        pipeline, self._pipeline = self._pipeline, None
        if pipeline is not None:
            await asyncio.to_thread(pipeline.close)


async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


async def _pipeline(service: Annotated[Service, Depends(_service)]) -> Pipeline:
    return service.pipeline


async def _writer(pipeline: Annotated[Pipeline, Depends(_pipeline)]) -> Pipeline:
    pipeline.store.check_writable()
    return pipeline


ServiceDep = Annotated[Service, Depends(_service)]
PipelineDep = Annotated[Pipeline, Depends(_pipeline)]
WriterDep = Annotated[Pipeline, Depends(_writer)]
"""The pipeline, for what changes the index: a replica refuses."""
