"""What the orchestrator can be asked about: tasks and their events, roadmaps and their contents. Writes nothing."""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from typing import NamedTuple

from domain.diff import Change, diff
from domain.framework import Framework, Place
from domain.stored import read_stored
from orchestrator.follow import Follower
from orchestrator.status import RoadmapView, StatusCheck, TaskView, roadmap_view, status_check, task_views
from repository import roadmaps, tasks
from repository.calls import Expense, expenses
from repository.database import Database, Session
from repository.events import Event, events_after, events_of_type
from repository.readings import newest_versions
from repository.tables import ContentVersionRow, RoadmapRow


class Removed(NamedTuple):
    """A concept that is no longer part of its roadmap."""

    version: int
    """The last version of the structure that had it."""
    framework: Framework
    place: Place


class Reader:
    """The reading half of an Orchestrator; acts as operator: it does not check owners."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._follower = Follower(database)

    def follow(self, task_id: str, after: int = 0) -> AsyncGenerator[Event, None]:
        """Events of a task above a sequence, live, until its last one."""
        return self._follower.follow(task_id, after)

    async def task(self, task_id: str) -> TaskView:
        """Raises NotFound."""

        async def read(session: Session) -> TaskView:
            return (await task_views(session, [await tasks.get_task(session, task_id)]))[0]

        return await self._database.persist(read)

    async def tasks(
        self,
        *,
        roadmap_id: str | None = None,
        user_id: str | None = None,
        before: tuple[datetime, str] | None = None,
        limit: int = 50,
    ) -> list[TaskView]:
        """A page of tasks, newest first."""

        async def read(session: Session) -> list[TaskView]:
            rows = await tasks.page_of_tasks(
                session, roadmap_id=roadmap_id, user_id=user_id, before=before, limit=limit
            )
            return await task_views(session, rows)

        return await self._database.persist(read)

    async def events(self, task_id: str, after: int = 0, limit: int = 1000) -> list[Event]:
        """A page of events. Raises NotFound."""

        async def read(session: Session) -> list[Event]:
            await tasks.get_task(session, task_id)
            return await events_after(session, {task_id: after}, limit=limit)

        return await self._database.persist(read)

    async def is_pruned(self, task_id: str) -> bool:
        """Whether the first events of a task are gone. Raises NotFound."""
        first = await self.events(task_id, limit=1)
        return bool(first) and first[0].sequence > 1

    async def roadmap(self, roadmap_id: str) -> RoadmapView:
        """Raises NotFound."""
        return await self._database.persist(lambda session: roadmap_view(session, roadmap_id))

    async def roadmaps(
        self, *, user_id: str | None = None, before: tuple[datetime, str] | None = None, limit: int = 50
    ) -> Sequence[RoadmapRow]:
        """A page of roadmaps, newest first."""
        return await self._database.persist(
            lambda session: roadmaps.page_of_roadmaps(session, user_id=user_id, before=before, limit=limit)
        )

    async def contents(self, roadmap_id: str, concept_id: str | None = None) -> Sequence[ContentVersionRow]:
        """The newest contents of a roadmap, or of one concept. Raises NotFound for the roadmap."""

        async def read(session: Session) -> Sequence[ContentVersionRow]:
            await roadmaps.get_roadmap_metadata(session, roadmap_id)
            return await newest_versions(session, roadmap_id, concept_id)

        return await self._database.persist(read)

    async def removed(self, roadmap_id: str, concept_id: str) -> Removed | None:
        """A concept that an edit took out of the roadmap, as it was; None where none ever bore this id."""

        async def read(session: Session) -> Removed | None:
            found = await roadmaps.last_structure_with(session, roadmap_id, concept_id)
            place = found[1].find(concept_id) if found else None
            return Removed(found[0], found[1], place) if found and place else None

        return await self._database.persist(read)

    async def expenses(
        self, *, task_id: str | None = None, roadmap_id: str | None = None, user_id: str | None = None
    ) -> list[Expense]:
        """What was asked of models and paid for, by model and step. Raises NotFound for what is named by its id."""

        async def read(session: Session) -> list[Expense]:
            if task_id is not None:
                await tasks.get_task(session, task_id)
            if roadmap_id is not None:
                await roadmaps.get_roadmap_metadata(session, roadmap_id)
            return await expenses(session, task_id=task_id, roadmap_id=roadmap_id, user_id=user_id)

        return await self._database.persist(read)

    async def status(self, roadmap_id: str) -> StatusCheck:
        """What is active and what is stale. Raises NotFound."""
        return await self._database.persist(lambda session: status_check(session, roadmap_id))

    async def edited(self, task_id: str) -> tuple[Framework, Framework] | None:
        """The framework before and after all edits of a run; None where it made none. Raises NotFound."""

        async def read(session: Session) -> list[Event]:
            await tasks.get_task(session, task_id)
            return await events_of_type(session, task_id, "framework_edited")

        edits = await self._database.persist(read)
        if not edits:
            return None
        return (
            read_stored(Framework, edits[0].payload.get("before"), f"what task {task_id} changed"),
            read_stored(Framework, edits[-1].payload.get("after"), f"what task {task_id} changed"),
        )

    async def diff(self, task_id: str) -> list[Change]:
        """What the edits of a run changed in the framework, all of them together. Raises NotFound."""
        edited = await self.edited(task_id)
        return [] if edited is None else diff(*edited)
