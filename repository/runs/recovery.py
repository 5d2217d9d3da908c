"""Tasks that a sweep looks after, and whether this program can run a task.

Every statement about several tasks uses the partial index of active ones.
"""

from typing import Final

from sqlalchemy import text

from repository.db.database import Session, execute
from repository.db.fence import Fence
from repository.predicates import HOLDER, INCOMPLETE_CONTENT, KNOWN_CONTENT, PROCESSING_TASK, REVIEW_TASK, RUNNABLE_TASK

_OWNED: Final = text(f"""
    SELECT t.task_id, t.attempt FROM roadmap_tasks t WHERE {PROCESSING_TASK} AND {HOLDER} = :worker_id""")
_RUNNABLE: Final = text(f"SELECT {RUNNABLE_TASK} FROM roadmap_tasks t WHERE t.task_id = :task_id")
_UNKNOWN: Final = text(f"""
    SELECT DISTINCT c.content_type FROM concept_contents c
    WHERE c.task_id = :task_id AND {INCOMPLETE_CONTENT} AND NOT {KNOWN_CONTENT} ORDER BY c.content_type""")
_OVERDUE: Final = text(f"""
    SELECT t.task_id FROM roadmap_tasks t
    WHERE {REVIEW_TASK}
        AND CAST(t.review ->> 'deadline' AS timestamptz) < clock_timestamp() ORDER BY t.task_id LIMIT 100""")


async def owned_tasks(session: Session, worker_id: str) -> list[Fence]:
    """Return the tasks that this worker runs according to their rows."""
    return [Fence(row.task_id, row.attempt) for row in await execute(session, _OWNED, {"worker_id": worker_id})]


async def is_runnable(session: Session, task_id: str) -> bool:
    """Return whether this program has the type of a task, and those of the contents that it still has to write."""
    return bool((await execute(session, _RUNNABLE, {"task_id": task_id})).scalar_one())


async def unknown_types(session: Session, task_id: str) -> list[str]:
    """Return the content types of a task's incomplete contents that this program does not have."""
    return [row.content_type for row in await execute(session, _UNKNOWN, {"task_id": task_id})]


async def overdue_reviews(session: Session) -> list[str]:
    """Return tasks whose review was not answered before its deadline."""
    return [row.task_id for row in await execute(session, _OVERDUE, {})]
