"""The queue of runs, which is the table of tasks: pending tasks that are due, and tasks whose worker died.

A claim reads candidates without locking rows. Then it tries the lock of one after the other, never inside of a WHERE
clause, which PostgreSQL may evaluate for rows that it does not return. Locks of rows come after that lock, as in every
transition: in the other order a claim and a cancel wait for each other.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import text

from repository.db.database import Session, execute
from repository.predicates import HOLDER, PENDING_TASK, PROCESSING_TASK, RUNNABLE_TASK, VALID_LEASE
from repository.tables.runs import STEPPER

CHANNEL: Final = "roadmap_tasks"
"""The channel of notifications that a task is queued."""
MAX_CANDIDATES: Final = 10
"""Tasks of each kind that a claim reads: more than there are workers that claim at the same moment."""

_NOT_SKIPPED: Final = "t.task_id <> ALL(CAST(:skip AS text[]))"
_HOLDERS: Final = f"SELECT {HOLDER} AS worker_id FROM roadmap_tasks t WHERE {PROCESSING_TASK}"
# Goes through the index from one holder to the next, so that it reads a row for each worker and not for each run.
_ABANDONED: Final = f"""
    WITH RECURSIVE holders AS (
        ({_HOLDERS} ORDER BY 1 LIMIT 1)
        UNION ALL
        SELECT ({_HOLDERS} AND {HOLDER} > h.worker_id ORDER BY 1 LIMIT 1) FROM holders h
        WHERE h.worker_id IS NOT NULL),
    dead AS MATERIALIZED (
        SELECT h.worker_id FROM holders h WHERE NOT starts_with(h.worker_id, '{STEPPER}')
            AND NOT EXISTS (SELECT FROM workers w WHERE w.worker_id = h.worker_id AND {VALID_LEASE}))
    SELECT task.task_id, 0 AS branch, task.updated_at AS since
    FROM dead CROSS JOIN LATERAL (
        SELECT t.task_id, t.updated_at FROM roadmap_tasks t
        WHERE {PROCESSING_TASK} AND {HOLDER} = dead.worker_id AND {_NOT_SKIPPED} AND {RUNNABLE_TASK}
        LIMIT {MAX_CANDIDATES}) AS task
    LIMIT {MAX_CANDIDATES}"""


def _due(branch: int, kind: str) -> str:
    return f"""
        SELECT t.task_id, {branch} AS branch, t.due_at AS since FROM roadmap_tasks t
        WHERE {PENDING_TASK} AND {kind} AND t.due_at <= now() AND {_NOT_SKIPPED} AND {RUNNABLE_TASK}
        ORDER BY t.due_at, t.task_id LIMIT {MAX_CANDIDATES}"""


_CANDIDATES: Final = text(f"""
    ({_ABANDONED}) UNION ALL ({_due(1, "t.concept_id IS NOT NULL")}) UNION ALL ({_due(2, "t.concept_id IS NULL")})
    ORDER BY branch, since, task_id""")
_TRY_LOCK: Final = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:task_id, 0))")
_NOTIFY: Final = text(f"SELECT pg_notify('{CHANNEL}', '')")


async def claimable_tasks(session: Session, skip: Sequence[str] = ()) -> list[str]:
    """Return tasks that this program may start, in order: of dead workers, retries of single contents, other runs.

    Tasks of interactive steppers are never taken over. Tasks of content types that this program does not have are left
    to workers that have them, and those of `skip` to others too.
    """
    return [row.task_id for row in await execute(session, _CANDIDATES, {"skip": list(skip)})]


async def try_lock_task(session: Session, task_id: str) -> bool:
    """Take the exclusive lock of a task unless another transaction has it."""
    return bool((await execute(session, _TRY_LOCK, {"task_id": task_id})).scalar_one())


async def notify_workers(session: Session) -> None:
    """Wake idle workers when the transaction commits. It must not write: all that notify commit one after the other."""
    await execute(session, _NOTIFY, {})
