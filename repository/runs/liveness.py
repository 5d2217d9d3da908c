"""Who is live: the one predicate for it, and what is asked by it.

A task is live when something will move it, and waits for a worker when it is queued and nobody lives who would.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import text

from repository.db.database import Session, execute
from repository.runs.held_time import HELD
from repository.runs.tasks import no_such_roadmap
from repository.tables.runs import TaskRow

LIVE: Final = """(t.status IN ('pending', 'human_review_pending') OR t.status = 'processing' AND EXISTS (
    SELECT FROM workers w WHERE w.worker_id = t.worker_id
    AND greatest(w.alive_until, pg_postmaster_start_time() + make_interval(secs => w.timeout)) > clock_timestamp()))"""
"""The one predicate for a live task `t`: something will move it. A restart of the database gives every lease
its time-out to be renewed in, so that it makes nobody look dead."""


WAITING: Final = """t.status = 'pending' AND NOT EXISTS (
    SELECT FROM workers WHERE kind = 'worker' AND alive_until > clock_timestamp())"""
"""Whether a task `t` is queued and nobody lives who would take it."""

_LIVE_TASKS_OF: Final = text(f"""
    SELECT t.task_id, t.task_type, t.status, t.current_step, t.concept_id, t.content_type,
        {WAITING} AS waiting_for_worker
    FROM roadmap_metadata m LEFT JOIN roadmap_tasks t ON t.roadmap_id = m.roadmap_id
        AND t.status IN ('pending', 'processing', 'human_review_pending') AND {LIVE}
    WHERE m.roadmap_id = :roadmap_id AND (CAST(:owner AS text) IS NULL OR m.user_id = :owner)
    ORDER BY t.created_at DESC, t.task_id DESC""")


class Liveness(NamedTuple):
    """A task, whether it is live, whether it waits although no worker lives, and for how long workers held it."""

    task: TaskRow
    live: bool
    waiting_for_worker: bool
    seconds: float


async def with_liveness(session: Session, tasks: Sequence[TaskRow]) -> list[Liveness]:
    """The same tasks, each with the verdict of the one predicate."""
    if not tasks:
        return []
    rows = await execute(
        session,
        text(f"""
            SELECT t.task_id, {LIVE} AS live, {WAITING} AS waiting, {HELD} AS seconds
            FROM roadmap_tasks t WHERE t.task_id = ANY(:task_ids)"""),
        {"task_ids": [task.task_id for task in tasks]},
    )
    verdicts = {row.task_id: (row.live, row.waiting, row.seconds) for row in rows}
    return [Liveness(task, *verdicts[task.task_id]) for task in tasks]


async def live_tasks_of(session: Session, roadmap_id: str, *, owner: str | None = None) -> list[dict[str, Any]]:
    """The live tasks of a roadmap, newest first: what a status-check lists of them. Raises NotFound for the roadmap."""
    rows = await execute(session, _LIVE_TASKS_OF, {"roadmap_id": roadmap_id, "owner": owner})
    found = [dict(row) for row in rows.mappings()]
    if not found:
        raise no_such_roadmap(roadmap_id)
    return [row for row in found if row["task_id"] is not None]


async def is_live(session: Session, task: TaskRow) -> bool:
    """Whether something will move the task."""
    ((_, live, _, _),) = await with_liveness(session, [task])
    return live


async def live_runs(session: Session) -> list[str]:
    """Ids of the tasks that a live process is running now."""
    rows = await execute(
        session,
        text(f"SELECT t.task_id FROM roadmap_tasks t WHERE t.status = 'processing' AND {LIVE} ORDER BY t.task_id"),
        {},
    )
    return [row.task_id for row in rows]
