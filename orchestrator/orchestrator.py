"""The orchestrator: opens what it needs, takes requests, runs them, and tells what the rows say.

async with Orchestrator.open() as orchestrator:
    task = await orchestrator.create("become a backend engineer in Go")
    async for event in orchestrator.follow(task.task_id):
        print(event.type)
    print((await orchestrator.wait(task.task_id)).status)
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import datetime

from domain.errors import Superseded
from domain.request import LearningRequest, Preferences
from nodes.authors.port import Author
from orchestrator.follow import Follower
from orchestrator.requests import request_creation
from orchestrator.resources import Resources, open_resources
from orchestrator.runner import Runner
from orchestrator.settings import Settings, load_settings
from orchestrator.status import RoadmapView, StatusCheck, TaskView, roadmap_view, status_check, task_views
from repository import roadmaps, tasks
from repository.contents import newest_versions
from repository.events import Event, events_after
from repository.tables import ContentVersionRow, RoadmapRow, TaskRow


class Orchestrator:
    """Everything a backend, the command line or a script may ask for. Acts as operator: it does not check owners."""

    def __init__(self, resources: Resources) -> None:
        """Use `Orchestrator.open`."""
        self._resources = resources
        self._database = resources.database
        self._runner = Runner(resources)
        self._follower = Follower(resources.database)
        self._runs: dict[str, asyncio.Task[TaskRow]] = {}

    @classmethod
    @asynccontextmanager
    async def open(
        cls, settings: Settings | None = None, *, author: Author | None = None
    ) -> AsyncIterator["Orchestrator"]:
        """Settings from the environment and the author they name, unless given.

        At the end, runs that are still going are cancelled, resumable. Raises DatabaseUnavailable and InvalidInput.
        """
        async with open_resources(settings or load_settings(), author=author) as resources:
            orchestrator = cls(resources)
            try:
                yield orchestrator
            finally:
                await orchestrator._close()

    async def create(self, request: LearningRequest | str) -> TaskView:
        """Start a roadmap, from a request or just a goal, in this process; returns as soon as its row is committed."""
        if isinstance(request, str):
            request = LearningRequest(preferences=Preferences(learning_goal=request))
        task = await request_creation(self._resources, request)
        self._runs[task.task_id] = asyncio.create_task(self._runner.run(task), name=f"run {task.task_id}")
        return await self.task(task.task_id)

    async def wait(self, task_id: str) -> TaskView:
        """The task once it is final, wherever it runs. Raises NotFound and DatabaseUnavailable."""
        run = self._runs.get(task_id)
        if run is not None:
            try:
                await asyncio.shield(run)
            except Superseded:
                pass  # another process has it, or has ended it
            finally:
                if run.done():
                    self._runs.pop(task_id, None)
        else:
            async with aclosing(self.follow(task_id)) as story:
                async for _ in story:
                    pass
        return await self.task(task_id)

    def follow(self, task_id: str, after: int = 0) -> AsyncGenerator[Event, None]:
        """Events of a task above a sequence, live, until its last one."""
        return self._follower.follow(task_id, after)

    async def task(self, task_id: str) -> TaskView:
        """Raises NotFound."""
        async with self._database.transaction() as session:
            return (await task_views(session, [await tasks.get_task(session, task_id)]))[0]

    async def tasks(
        self,
        *,
        roadmap_id: str | None = None,
        user_id: str | None = None,
        before: tuple[datetime, str] | None = None,
        limit: int = 50,
    ) -> list[TaskView]:
        """A page of tasks, newest first."""
        async with self._database.transaction() as session:
            rows = await tasks.page_of_tasks(
                session, roadmap_id=roadmap_id, user_id=user_id, before=before, limit=limit
            )
            return await task_views(session, rows)

    async def events(self, task_id: str, after: int = 0, limit: int = 1000) -> list[Event]:
        """A page of events. Raises NotFound."""
        async with self._database.transaction() as session:
            await tasks.get_task(session, task_id)
            return await events_after(session, {task_id: after}, limit=limit)

    async def roadmap(self, roadmap_id: str) -> RoadmapView:
        """Raises NotFound."""
        async with self._database.transaction() as session:
            return await roadmap_view(session, roadmap_id)

    async def roadmaps(
        self, *, user_id: str | None = None, before: tuple[datetime, str] | None = None, limit: int = 50
    ) -> Sequence[RoadmapRow]:
        """A page of roadmaps, newest first."""
        async with self._database.transaction() as session:
            return await roadmaps.page_of_roadmaps(session, user_id=user_id, before=before, limit=limit)

    async def contents(self, roadmap_id: str, concept_id: str | None = None) -> Sequence[ContentVersionRow]:
        """The newest contents of a roadmap, or of one concept. Raises NotFound for the roadmap."""
        async with self._database.transaction() as session:
            await roadmaps.get_roadmap_metadata(session, roadmap_id)
            return await newest_versions(session, roadmap_id, None if concept_id is None else [concept_id])

    async def status(self, roadmap_id: str) -> StatusCheck:
        """What is active and what is stale. Raises NotFound."""
        async with self._database.transaction() as session:
            return await status_check(session, roadmap_id)

    async def _close(self) -> None:
        runs = [run for run in self._runs.values() if not run.done()]
        for run in runs:
            run.cancel()
        await asyncio.gather(*self._runs.values(), return_exceptions=True)
        await self._follower.close()
