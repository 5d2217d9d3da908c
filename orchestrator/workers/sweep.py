"""The sweep: what is not a claim. Every worker sweeps, one at a time.

It ends what stalled processes hold, forgets what is old, cancels overdue reviews, and requeues tasks that this process
holds by mistake. Its advisory lock only avoids that all workers do the work.
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
from orchestrator.process.wakeups import wake_workers
from repository.db.database import Database, Session, execute
from repository.db.fence import Fence
from repository.ledger.totals import add_up
from repository.runs.recovery import overdue_reviews, owned_tasks
from repository.runs.workers import forget_dead_workers, terminate_stalled_sessions
from repository.users.idempotency import sweep_keys

TOTALS_INTERVAL_SECONDS: Final = 60.0
"""Seconds between two additions of the totals."""
SWEEP_INTERVAL_SECONDS: Final = 1.0

_log = get_log(__name__)


async def sweep(session: Session) -> None:
    """End stalled sessions, and forget old leases and keys. Does nothing while another worker sweeps."""
    claim = text("SELECT pg_try_advisory_xact_lock(hashtextextended('roadmap sweep', 0))")
    if (await execute(session, claim, {})).scalar_one():
        await terminate_stalled_sessions(session)
        await forget_dead_workers(session)
        await sweep_keys(session)


async def expire_reviews(database: Database) -> None:
    """Cancel tasks with overdue reviews, each in a transaction of its own: none waits for the lock of another."""
    async with database.transaction() as session:
        overdue = await overdue_reviews(session)
    for task_id in overdue:
        async with database.transaction() as session:
            await reviews.expire_review(session, task_id)


async def requeue_orphans(database: Database, lease: Lease, suspects: set[Fence]) -> set[Fence]:
    """Requeue tasks that this process holds by their rows but does not run. Return the suspects for the next sweep.

    A claim whose commit was not confirmed leaves such a task, as does a run that gave up on the database. No other
    process takes it over, since this one is alive. Two sweeps have to find the task: its run may just be starting.
    """
    async with database.transaction() as session:
        owned = await owned_tasks(session, lease.worker_id)
    orphans = {fence for fence in owned if not lease.holds(fence.task_id, fence.attempt)}
    for fence in orphans & suspects:
        with suppress(Superseded):  # it was cancelled meanwhile
            async with database.transaction() as session:
                await transitions.requeue(session, fence, fruitless=True)
            await wake_workers(database)
            _log.warning("requeued a task that this process held and did not run", task_id=fence.task_id)
    return orphans - suspects


async def keep_sweeping(database: Database, lease: Lease) -> None:
    """Sweep until cancelled; what fails is repeated in the next turn."""
    suspects: set[Fence] = set()
    add_up_at = 0.0
    while True:
        try:
            async with database.transaction() as session:
                await sweep(session)
            suspects = await requeue_orphans(database, lease, suspects)
            await expire_reviews(database)
            if time.monotonic() > add_up_at:
                add_up_at = time.monotonic() + TOTALS_INTERVAL_SECONDS
                async with database.transaction() as session:
                    await add_up(session)
        except DatabaseUnavailable as error:
            _log.info("sweep failed", reason=str(error))
        except Exception as error:  # keep sweeping: without sweeps nothing stalled is ended
            _log.error("sweep failed", exc_info=error)
        await asyncio.sleep(SWEEP_INTERVAL_SECONDS)
