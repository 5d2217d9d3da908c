"""Queries for live tasks, all by the one condition LIVE (repository/predicates.py)."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import text

from repository.db.database import Session, execute
from repository.predicates import ACTIVE_TASK, LIVE, MODEL_WAIT, PROCESSING_TASK, WAITING_FOR_WORKER
from repository.runs.held_time import HELD
from repository.runs.tasks import no_such_roadmap
from repository.tables.runs import TaskRow

_LIVE_TASKS_OF: Final = text(f"""
    SELECT t.task_id, t.task_type, t.status, t.current_step, t.concept_id, t.content_type,
        {WAITING_FOR_WORKER} AS waiting_for_worker, {MODEL_WAIT} AS waiting_for_model
    FROM roadmap_metadata m LEFT JOIN roadmap_tasks t ON t.roadmap_id = m.roadmap_id
        AND {ACTIVE_TASK} AND {LIVE}
    WHERE m.roadmap_id = :roadmap_id AND (CAST(:owner AS text) IS NULL OR m.user_id = :owner)
    ORDER BY t.created_at DESC, t.task_id DESC""")


class Liveness(NamedTuple):
    """A task with its liveness.

    `waiting_for_worker`: it is queued and there is no live worker. `seconds`: how long workers have held it.
    `waiting_for_model`: payload of its event `model_waiting` while it waits; None where no process runs it.
    """

    task: TaskRow
    live: bool
    waiting_for_worker: bool
    seconds: float
    waiting_for_model: dict[str, Any] | None


async def with_liveness(session: Session, tasks: Sequence[TaskRow]) -> list[Liveness]:
    """Return the tasks in the same order, each with its liveness."""
    if not tasks:
        return []
    rows = await execute(
        session,
        text(f"""
            SELECT t.task_id, {LIVE} AS live, {WAITING_FOR_WORKER} AS waiting, {HELD} AS seconds,
                {MODEL_WAIT} AS model_wait
            FROM roadmap_tasks t WHERE t.task_id = ANY(:task_ids)"""),
        {"task_ids": [task.task_id for task in tasks]},
    )
    liveness = {row.task_id: (row.live, row.waiting, row.seconds, row.model_wait if row.live else None) for row in rows}
    return [Liveness(task, *liveness[task.task_id]) for task in tasks]


async def live_tasks_of(session: Session, roadmap_id: str, *, owner: str | None = None) -> list[dict[str, Any]]:
    """Return the live tasks of a roadmap for a status check, newest first. Raises NotFound for the roadmap."""
    rows = await execute(session, _LIVE_TASKS_OF, {"roadmap_id": roadmap_id, "owner": owner})
    tasks = [dict(row) for row in rows.mappings()]
    if not tasks:  # the outer join returns a row for a roadmap without tasks
        raise no_such_roadmap(roadmap_id)
    return [task for task in tasks if task["task_id"] is not None]


async def is_live(session: Session, task: TaskRow) -> bool:
    """Return whether the task will make progress without a request."""
    (task_liveness,) = await with_liveness(session, [task])
    return task_liveness.live


async def live_runs(session: Session) -> list[str]:
    """Return the ids of the tasks that a live process is running now."""
    rows = await execute(
        session,
        text(f"SELECT t.task_id FROM roadmap_tasks t WHERE {PROCESSING_TASK} AND {LIVE} ORDER BY t.task_id"),
        {},
    )
    return [row.task_id for row in rows]
