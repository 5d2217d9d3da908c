"""The sweep: whoever was forgotten is enqueued again. Every worker sweeps, one at a time.

A second wake-up is harmless, so a sweep needs no fence; it is claimed only so that it is not made by all.
"""

import asyncio
from typing import Final

import structlog
from sqlalchemy import text

from domain.errors import DatabaseUnavailable
from orchestrator import transitions
from orchestrator.queue import RunQueue
from repository.database import Database, Session, execute
from repository.tasks import abandoned_tasks, overdue_reviews
from repository.workers import forget_dead_workers

SWEEP_EVERY: Final = 1.0
"""Seconds; a dead worker's tasks are taken over within its lease and this."""

_log = structlog.get_logger(__name__)


async def sweep(session: Session, queue: RunQueue) -> list[str]:
    """Enqueue tasks whose worker died or whose entry was lost; which they were. Nothing where another sweeps."""
    claim = text("SELECT pg_try_advisory_xact_lock(hashtextextended('roadmap sweep', 0))")
    if not (await execute(session, claim, {})).scalar_one():
        return []
    await forget_dead_workers(session)
    await queue.tidy(session)
    for task_id in await overdue_reviews(session):
        await transitions.cancel(session, task_id, "Nobody answered its review in time.")
    return await queue.enqueue_missing(session, await abandoned_tasks(session))


async def keep_sweeping(database: Database, queue: RunQueue) -> None:
    """Until cancelled; a database that is away is tried again at the next turn."""
    while True:
        try:
            async with database.transaction() as session:
                woken = await sweep(session, queue)
            if woken:
                _log.info("woke workers for abandoned tasks", task_ids=woken)
        except DatabaseUnavailable as error:
            _log.info("not swept", reason=str(error))
        await asyncio.sleep(SWEEP_EVERY)
