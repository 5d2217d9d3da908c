"""The sweep: enqueue tasks that were abandoned. Every worker sweeps, one at a time.

A superfluous entry is harmless, so a sweep needs no fence. Its advisory lock only avoids that all workers do the work.
"""

import asyncio
import time
from contextlib import suppress
from typing import Final

from sqlalchemy import text

from domain.errors import DatabaseUnavailable, Superseded
from domain.logs import get_log
from orchestrator.commands import reviews, transitions
from orchestrator.process.lease import Lease
from orchestrator.process.queue import RunQueue
from repository.db.database import Database, Session, execute
from repository.db.fence import Fence
from repository.runs.recovery import abandoned_tasks, overdue_reviews, owned_tasks, undelivered_tasks
from repository.runs.totals import add_up
from repository.runs.workers import forget_dead_workers, terminate_stalled_sessions
from repository.users.idempotency import sweep_keys

TOTALS_INTERVAL_SECONDS: Final = 60.0
"""Seconds between two additions of the totals."""
SWEEP_INTERVAL_SECONDS: Final = 1.0
"""Seconds; a dead worker's tasks are taken over within its lease and this."""

_log = get_log(__name__)


async def sweep(session: Session, queue: RunQueue) -> list[str]:
    """Enqueue tasks whose worker died or whose entry was lost, and return them. Does nothing while another sweeps."""
    claim = text("SELECT pg_try_advisory_xact_lock(hashtextextended('roadmap sweep', 0))")
    if not (await execute(session, claim, {})).scalar_one():
        return []
    await terminate_stalled_sessions(session)
    await forget_dead_workers(session)
    await sweep_keys(session)
    await queue.tidy(session)
    abandoned = await queue.enqueue_missing(session, await abandoned_tasks(session), urgent=True)
    return abandoned + await queue.enqueue_missing(session, await undelivered_tasks(session))


async def expire_reviews(database: Database) -> None:
    """Cancel tasks with overdue reviews, each in a transaction of its own: none waits for the lock of another."""
    async with database.transaction() as session:
        overdue = await overdue_reviews(session)
    for task_id in overdue:
        async with database.transaction() as session:
            await reviews.expire_review(session, task_id)


async def requeue_orphans(database: Database, queue: RunQueue, lease: Lease, suspects: set[Fence]) -> set[Fence]:
    """Requeue tasks that this process holds by their rows but does not run. Return the suspects for the next sweep.

    A start whose commit was not confirmed leaves such a task, as does a run that gave up on the database. No other
    process takes it over, since this one is alive. Two sweeps have to find the task: its run may just be starting.
    """
    async with database.transaction() as session:
        owned = await owned_tasks(session, lease.worker_id)
    orphans = {fence for fence in owned if not lease.holds(fence.task_id, fence.attempt)}
    for fence in orphans & suspects:
        with suppress(Superseded):  # it was cancelled meanwhile
            async with database.transaction() as session:
                await transitions.requeue(session, fence, fruitless=True)
                await queue.enqueue(session, fence.task_id, urgent=True)
            _log.warning("requeued a task that this process held and did not run", task_id=fence.task_id)
    return orphans - suspects


async def keep_sweeping(database: Database, queue: RunQueue, lease: Lease) -> None:
    """Sweep until cancelled; what fails is repeated in the next turn."""
    suspects: set[Fence] = set()
    add_up_at = 0.0
    while True:
        try:
            async with database.transaction() as session:
                woken = await sweep(session, queue)
            if woken:
                _log.info("enqueued abandoned tasks", task_ids=woken)
            suspects = await requeue_orphans(database, queue, lease, suspects)
            await expire_reviews(database)
            if time.monotonic() > add_up_at:
                add_up_at = time.monotonic() + TOTALS_INTERVAL_SECONDS
                async with database.transaction() as session:
                    await add_up(session)
        except DatabaseUnavailable as error:
            _log.info("sweep failed", reason=str(error))
        except Exception as error:  # keep sweeping: without sweeps no task is taken over
            _log.error("sweep failed", exc_info=error)
        await asyncio.sleep(SWEEP_INTERVAL_SECONDS)
