"""What the orchestrator can be asked about: tasks and their events, roadmaps and their contents. Writes nothing.

`owner`, wherever it stands: only what belongs to this user, and what belongs to others is not found; None, the
operator, sees all.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from domain.errors import NotFound
from domain.roadmap_export import Manuscript
from domain.vocabulary import ContentType, TaskStatus, TaskType
from orchestrator.arguments import checks_arguments
from orchestrator.clock import Clock, utc_now
from orchestrator.queries.events import Follower, check_place, never
from orchestrator.queries.export import manuscript
from orchestrator.queries.health import Readiness, read_readiness
from orchestrator.queries.metrics import Metrics, read_figures
from orchestrator.queries.overviews import Overviews
from orchestrator.queries.status import (
    ActiveTask,
    RoadmapView,
    StatusCheck,
    TaskView,
    active_tasks,
    roadmap_view,
    status_check,
    task_views,
)
from orchestrator.queries.structures import Structures
from repository.db.database import Database, Session
from repository.roadmaps import content_queries, roadmaps
from repository.roadmaps.content_queries import ContentState, newest_versions
from repository.runs import tasks
from repository.runs.calls import Expense, expenses
from repository.runs.events import Event, events_after
from repository.tables.roadmaps import ContentVersionRow, RoadmapRow


class Content(NamedTuple):
    """One content: how it stands (None once its concept was removed), and what was written (None: nothing yet)."""

    state: ContentState | None
    row: ContentVersionRow | None


@checks_arguments
class Reader(Overviews, Structures):
    """The reading half of an Orchestrator."""

    def __init__(self, database: Database, *, follow_patience: float | None = None, clock: Clock = utc_now) -> None:
        """`follow_patience`: seconds that followers wait for a database that went away; unset: as all others."""
        self._database = database
        self._clock = clock
        self._follower = Follower(database, follow_patience)

    @property
    def database(self) -> Database:
        """For the modules beside this one."""
        return self._database

    def now(self) -> datetime:
        """By the clock of this orchestrator."""
        return self._clock()

    def follow(self, task_id: str, after: int = 0, *, over: Callable[[], bool] = never) -> AsyncGenerator[Event, None]:
        """Events of a task above a sequence, live, until its last one, or until `over` says so."""
        return self._follower.follow(task_id, after, over)

    def wake_followers(self) -> None:
        """Every `follow` of this process that waits asks its `over` at once."""
        self._follower.wake()

    async def check_following(self, task_id: str, after: int, *, owner: str | None = None) -> None:
        """Raises NotFound, and InvalidInput for a sequence that no event has yet."""

        async def look(session: Session) -> None:
            await tasks.get_task(session, task_id, owner=owner)
            await check_place(session, task_id, after)

        await self._database.persist(look)

    def stop_following(self) -> None:
        """Every `follow` of this process ends at its next event, and no other begins."""
        self._follower.stop()

    async def task(self, task_id: str, *, owner: str | None = None) -> TaskView:
        """Raises NotFound."""

        async def read(session: Session) -> TaskView:
            return (await task_views(session, [await tasks.get_task(session, task_id, owner=owner)]))[0]

        return await self._database.persist(read)

    async def tasks(
        self,
        *,
        roadmap_id: str | None = None,
        user_id: str | None = None,
        statuses: Sequence[TaskStatus] = (),
        task_types: Sequence[TaskType] = (),
        before: tuple[datetime, str] | None = None,
        limit: int = 50,
        owner: str | None = None,
    ) -> list[TaskView]:
        """A page of tasks, newest first. With an `owner`, all of a roadmap of his (raises NotFound), else his own."""

        async def read(session: Session) -> list[TaskView]:
            if owner is not None and roadmap_id is not None:
                await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
            rows = await tasks.page_of_tasks(
                session,
                roadmap_id=roadmap_id,
                user_id=user_id if owner is None or roadmap_id is not None else owner,
                statuses=statuses,
                task_types=task_types,
                before=before,
                limit=limit,
            )
            return await task_views(session, rows)

        return await self._database.persist(read)

    async def events(self, task_id: str, after: int = 0, limit: int = 1000, *, owner: str | None = None) -> list[Event]:
        """A page of events. Raises NotFound."""

        async def read(session: Session) -> list[Event]:
            await tasks.get_task(session, task_id, owner=owner)
            return await events_after(session, {task_id: after}, limit=limit)

        return await self._database.persist(read)

    async def open_round(self, task_id: str, *, owner: str | None = None) -> int | None:
        """Which round of its review waits for an answer, from 1; None where none does. Raises NotFound."""

        async def read(session: Session) -> int | None:
            task = await tasks.get_task(session, task_id, owner=owner)
            waits = task.status == TaskStatus.HUMAN_REVIEW_PENDING
            return task.review["round"] if waits and task.review else None

        return await self._database.persist(read)

    async def is_pruned(self, task_id: str) -> bool:
        """Whether the first events of a task are gone. Raises NotFound."""
        first = await self.events(task_id, limit=1)
        return bool(first) and first[0].sequence > 1

    async def roadmap(self, roadmap_id: str, *, owner: str | None = None) -> RoadmapView:
        """Raises NotFound."""
        return await self._database.persist(lambda session: roadmap_view(session, roadmap_id, owner=owner))

    async def roadmaps(
        self,
        *,
        user_id: str | None = None,
        binned: bool = False,
        before: tuple[datetime, str] | None = None,
        limit: int = 50,
    ) -> Sequence[RoadmapRow]:
        """A page of roadmaps, or of those in the bin, newest first."""
        return await self._database.persist(
            lambda session: roadmaps.page_of_roadmaps(
                session, user_id=user_id, binned=binned, before=before, limit=limit
            )
        )

    async def content(
        self,
        roadmap_id: str,
        concept_id: str,
        content_type: ContentType,
        version: int | None = None,
        *,
        owner: str | None = None,
    ) -> Content:
        """One content as it stands, or an older version of it. Raises NotFound."""

        async def read(session: Session) -> Content:
            await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
            states = await content_queries.states(session, roadmap_id, concept_id)
            state = next((one for one in states if one.content_type == content_type), None)
            wanted = version if version is not None else state.version if state else None
            found = await content_queries.versions_of(session, roadmap_id, concept_id, content_type, wanted)
            if not found and (state is None or version is not None):
                missing = "" if version is None else f" in version {version}"
                raise NotFound(f"Concept {concept_id} of {roadmap_id} has no {content_type}{missing}.")
            return Content(state, found[0] if found else None)

        return await self._database.persist(read)

    async def content_versions(
        self, roadmap_id: str, concept_id: str, content_type: ContentType, *, owner: str | None = None
    ) -> Sequence[ContentVersionRow]:
        """All versions of one content, newest first. Raises NotFound for the roadmap and the concept."""

        async def read(session: Session) -> Sequence[ContentVersionRow]:
            await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
            found = await content_queries.versions_of(session, roadmap_id, concept_id, content_type)
            if not found and not await content_queries.states(session, roadmap_id, concept_id):
                raise NotFound(f"Roadmap {roadmap_id} has no concept {concept_id}.")
            return found

        return await self._database.persist(read)

    async def contents(
        self, roadmap_id: str, concept_id: str | None = None, *, owner: str | None = None
    ) -> Sequence[ContentVersionRow]:
        """The newest contents of a roadmap, or of one concept. Raises NotFound for the roadmap."""

        async def read(session: Session) -> Sequence[ContentVersionRow]:
            await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
            return await newest_versions(session, roadmap_id, concept_id)

        return await self._database.persist(read)

    async def manuscript(self, roadmap_id: str, *, owner: str | None = None) -> Manuscript:
        """A roadmap with its newest contents, to be written down as a whole. Raises NotFound."""
        now = self._clock()
        return await self._database.persist(lambda session: manuscript(session, roadmap_id, now, owner=owner))

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

    async def status(self, roadmap_id: str, *, owner: str | None = None) -> StatusCheck:
        """What is active and what is stale. Raises NotFound."""
        return await self._database.persist(lambda session: status_check(session, roadmap_id, owner=owner))

    async def active_tasks(self, roadmap_id: str, *, owner: str | None = None) -> list[ActiveTask]:
        """What is live in a roadmap, newest first. Raises NotFound."""
        return await self._database.persist(lambda session: active_tasks(session, roadmap_id, owner=owner))

    async def figures(self) -> Metrics:
        """What to watch the system by."""
        return await self._database.persist(read_figures)

    async def readiness(self) -> Readiness:
        """Whether requests can be served. Waits for nothing."""
        return await read_readiness(self._database)
