"""The sweep: whoever was forgotten is enqueued again. Every worker sweeps, one at a time.

A second wake-up is harmless, so a sweep needs no fence; it is claimed only so that it is not made by all.
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
"""Seconds between two times that what is counted is added up."""
SWEEP_INTERVAL_SECONDS: Final = 1.0
"""Seconds; a dead worker's tasks are taken over within its lease and this."""

_log = get_log(__name__)


async def sweep(session: Session, queue: RunQueue) -> list[str]:
    """Enqueue tasks whose worker died or whose entry was lost; which they were. Nothing where another sweeps."""
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
    """Reviews that nobody answered in time, each in a transaction of its own: none waits for another one's lock."""
    async with database.transaction() as session:
        overdue = await overdue_reviews(session)
    for task_id in overdue:
        async with database.transaction() as session:
            await reviews.expire_review(session, task_id)


async def hand_back_forgotten(database: Database, queue: RunQueue, lease: Lease, suspected: set[Fence]) -> set[Fence]:
    """Queue again what the rows give to this process although it does not run it; whom to suspect at the next sweep.

    That is what is left of a start whose commit was not confirmed, and of a run that gave up on the database: nobody
    takes it over, since this process lives. Seen in two sweeps, so that a run which is only just beginning is none.
    """
    async with database.transaction() as session:
        owned = await owned_tasks(session, lease.worker_id)
    forgotten = {fence for fence in owned if not lease.holds(fence.task_id, fence.attempt)}
    for fence in forgotten & suspected:
        with suppress(Superseded):  # somebody has cancelled it meanwhile
            async with database.transaction() as session:
                await transitions.requeue(session, fence, fruitless=True)
                await queue.enqueue(session, fence.task_id, urgent=True)
            _log.warning("handed back a task that this process did not run", task_id=fence.task_id)
    return forgotten - suspected


async def keep_sweeping(database: Database, queue: RunQueue, lease: Lease) -> None:
    """Until cancelled; what goes wrong is tried again at the next turn."""
    suspected: set[Fence] = set()
    add_up_at = 0.0
    while True:
        try:
            async with database.transaction() as session:
                woken = await sweep(session, queue)
            if woken:
                _log.info("woke workers for abandoned tasks", task_ids=woken)
            suspected = await hand_back_forgotten(database, queue, lease, suspected)
            await expire_reviews(database)
            if time.monotonic() > add_up_at:
                add_up_at = time.monotonic() + TOTALS_INTERVAL_SECONDS
                async with database.transaction() as session:
                    await add_up(session)
        except DatabaseUnavailable as error:
            _log.info("not swept", reason=str(error))
        except Exception as error:  # without a sweep nobody is taken over
            _log.error("not swept", exc_info=error)
        await asyncio.sleep(SWEEP_INTERVAL_SECONDS)
