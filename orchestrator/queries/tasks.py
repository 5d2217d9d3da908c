"""Queries about tasks."""

from collections.abc import Sequence
from datetime import datetime

from domain.vocabulary import TaskStatus, TaskType
from orchestrator.arguments import checks_arguments
from orchestrator.queries.base import Queries
from orchestrator.queries.status import TaskView, task_views
from repository.db.database import Session
from repository.ledger import call_details
from repository.ledger.calls import TaskUsage
from repository.roadmaps import etags, roadmaps
from repository.runs import task_pages, tasks
from repository.runs.task_pages import TaskFilter


@checks_arguments
class TaskQueries(Queries):
    """Tasks by id and in pages, as `Orchestrator.tasks`."""

    async def get(self, task_id: str, *, owner: str | None = None) -> TaskView:
        """Return a task. Raises NotFound."""
        return await self._read(_task, task_id, owner)

    async def page(
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
        """Return a page of tasks, newest first.

        Args:
            roadmap_id: only tasks of this roadmap.
            user_id: only tasks of this user.
            statuses: only tasks with one of these statuses; empty: any.
            task_types: only tasks of one of these types; empty: any.
            before: `created_at` and `task_id` of the last task of the page before.
            limit: tasks of a page.
            owner: with `roadmap_id`, all tasks of the owner's roadmap; without it, the owner's tasks.

        Raises NotFound for a roadmap that the owner does not have.
        """
        return await self._read(
            _page,
            roadmap_id=roadmap_id,
            user_id=user_id,
            statuses=statuses,
            task_types=task_types,
            before=before,
            limit=limit,
            owner=owner,
        )

    async def filtered(
        self, tasks: TaskFilter, *, before: tuple[datetime, str] | None = None, limit: int = 50
    ) -> list[TaskView]:
        """Return a page of the tasks of a filter, of all users, newest first. `before`: as in `page`."""
        return await self._read(_filtered, tasks, before, limit)

    async def count(self, tasks: TaskFilter, *, limit: int) -> int:
        """Return the number of tasks of a filter, counted up to `limit`."""
        return await self._read(task_pages.count_tasks, tasks, limit=limit)

    async def costs(self, task_ids: Sequence[str]) -> dict[str, TaskUsage]:
        """Return what tasks have used so far; those without a call are left out."""
        return await self._read(call_details.usages_of, task_ids)

    async def open_round(self, task_id: str, *, owner: str | None = None) -> int | None:
        """Return the round of the review that waits for an answer, from 1, or None. Raises NotFound."""
        return await self._read(_open_round, task_id, owner)

    async def etag(self, task_id: str) -> str:
        """Return a word that changes whenever a view of the task would; empty for an unknown task."""
        return await self._read(etags.task_etag, task_id)


async def _task(session: Session, task_id: str, owner: str | None) -> TaskView:
    return (await task_views(session, [await tasks.get_task(session, task_id, owner=owner)]))[0]


async def _page(
    session: Session,
    *,
    roadmap_id: str | None,
    user_id: str | None,
    statuses: Sequence[TaskStatus],
    task_types: Sequence[TaskType],
    before: tuple[datetime, str] | None,
    limit: int,
    owner: str | None,
) -> list[TaskView]:
    if owner is not None and roadmap_id is not None:
        await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
    rows = await task_pages.page_of_tasks(
        session,
        roadmap_id=roadmap_id,
        user_id=user_id if owner is None or roadmap_id is not None else owner,
        statuses=statuses,
        task_types=task_types,
        before=before,
        limit=limit,
    )
    return await task_views(session, rows)


async def _filtered(
    session: Session, tasks: TaskFilter, before: tuple[datetime, str] | None, limit: int
) -> list[TaskView]:
    return await task_views(session, await task_pages.filtered_tasks(session, tasks, before=before, limit=limit))


async def _open_round(session: Session, task_id: str, owner: str | None) -> int | None:
    task = await tasks.get_task(session, task_id, owner=owner)
    waits = task.status == TaskStatus.HUMAN_REVIEW_PENDING
    return task.review["round"] if waits and task.review else None
