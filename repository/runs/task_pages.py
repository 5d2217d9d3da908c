"""Tasks in pages, newest first, and how many there are: over filters that every index of the table serves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, text, tuple_
from sqlmodel import col, select

from domain.vocabulary import TaskStatus, TaskType
from repository.db.database import Session
from repository.predicates import LIVE, PROCESSING_TASK
from repository.tables.runs import TaskRow

_STALE: Final = text(
    f"roadmap_tasks.task_id IN (SELECT t.task_id FROM roadmap_tasks t WHERE {PROCESSING_TASK} AND NOT {LIVE})"
)


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks are meant. Empty or None fields match all."""

    roadmap_id: str | None = None
    user_id: str | None = None
    statuses: Sequence[TaskStatus] = ()
    task_types: Sequence[TaskType] = ()
    stale: bool = False
    """Only those whose process died, which are `processing`."""
    since: datetime | None = None
    """Requested at this moment or later."""
    until: datetime | None = None
    """Requested at this moment or earlier."""

    def apply(self, statement: Any) -> Any:
        """Return a statement about tasks with these conditions."""
        if self.statuses:
            statement = statement.where(col(TaskRow.status).in_(sorted(self.statuses)))
        if self.task_types:
            statement = statement.where(col(TaskRow.task_type).in_(sorted(self.task_types)))
        if self.roadmap_id is not None:
            statement = statement.where(TaskRow.roadmap_id == self.roadmap_id)
        if self.user_id is not None:
            statement = statement.where(TaskRow.user_id == self.user_id)
        if self.since is not None:
            statement = statement.where(col(TaskRow.created_at) >= self.since)
        if self.until is not None:
            statement = statement.where(col(TaskRow.created_at) <= self.until)
        return statement.where(_STALE) if self.stale else statement


async def filtered_tasks(
    session: Session, tasks: TaskFilter, *, before: tuple[datetime, str] | None = None, limit: int = 50
) -> Sequence[TaskRow]:
    """Return a page of the tasks of a filter, newest first.

    `before`: the (created_at, task_id) of the last task of the previous page.
    """
    statement = tasks.apply(select(TaskRow))
    if before is not None:
        statement = statement.where(tuple_(col(TaskRow.created_at), col(TaskRow.task_id)) < before)
    newest_first = col(TaskRow.created_at).desc(), col(TaskRow.task_id).desc()
    rows: Sequence[TaskRow] = (await session.exec(statement.order_by(*newest_first).limit(limit))).all()
    return rows


async def count_tasks(session: Session, tasks: TaskFilter, *, limit: int) -> int:
    """Return the number of tasks of a filter, counted up to `limit`."""
    some = tasks.apply(select(TaskRow.task_id)).limit(limit).subquery()
    return int((await session.exec(select(func.count()).select_from(some))).one())


async def page_of_tasks(
    session: Session,
    *,
    roadmap_id: str | None = None,
    user_id: str | None = None,
    statuses: Sequence[TaskStatus] = (),
    task_types: Sequence[TaskType] = (),
    before: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> Sequence[TaskRow]:
    """Return a page of tasks, newest first; the other arguments are fields of a filter."""
    tasks = TaskFilter(roadmap_id, user_id, statuses, task_types)
    return await filtered_tasks(session, tasks, before=before, limit=limit)
