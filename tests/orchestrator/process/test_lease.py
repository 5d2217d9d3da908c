import asyncio
import time

import psycopg
import pytest

from domain.errors import DatabaseUnavailable
from domain.vocabulary import Step, TaskStatus
from orchestrator.process.lease import Lease
from repository.db.database import Database
from repository.runs.live_tasks import with_liveness
from repository.runs.tasks import get_task, update_task_status
from repository.tables.runs import TaskRow
from tests.support.limits import HANG_SECONDS
from tests.support.rows import started


async def live(database: Database, task: TaskRow) -> bool:
    async with database.transaction() as session:
        ((_, live, _, _, _),) = await with_liveness(session, [await get_task(session, task.task_id)])
    return live


LONG_SECONDS = 2 * HANG_SECONDS
"""A lease that does not expire while a test waits for its renewal."""


def renewals(database: Database, number: int = 2) -> None:
    """Block until the lease has been renewed so often, or the test hangs."""
    deadline = time.monotonic() + HANG_SECONDS
    with psycopg.connect(database.url, autocommit=True) as connection:
        seen = {connection.execute("SELECT alive_until FROM workers").fetchone()}
        while len(seen) <= number:
            time.sleep(0.05)
            seen.add(connection.execute("SELECT alive_until FROM workers").fetchone())
            assert time.monotonic() < deadline


async def test_a_lease_is_renewed_while_the_event_loop_hangs(database: Database) -> None:
    lease = Lease(database.url, kind="foreground", timeout=LONG_SECONDS)
    await lease.begin()
    task = await started(database, worker_id=lease.worker_id)
    renewals(database)
    assert await live(database, task)
    await lease.end()
    assert not await live(database, task)


@pytest.mark.soak
async def test_on_a_quiet_machine_a_loop_that_hangs_longer_than_its_lease_does_not_look_dead(
    database: Database,
) -> None:
    lease = Lease(database.url, kind="foreground", timeout=2)
    await lease.begin()
    task = await started(database, worker_id=lease.worker_id)
    time.sleep(3)  # noqa: ASYNC251  the loop hangs longer than the lease
    assert await live(database, task)
    await lease.end()


async def test_the_row_of_a_process_is_committed_before_begin_returns(database: Database) -> None:
    lease = Lease(database.url, kind="foreground", timeout=5)
    await asyncio.gather(*(lease.begin() for _ in range(5)))
    with psycopg.connect(database.url) as connection:
        assert connection.execute("SELECT worker_id, kind FROM workers").fetchall() == [(lease.worker_id, "foreground")]
    await lease.end()


@pytest.mark.slow
async def test_a_process_is_notified_that_its_run_was_taken(database: Database) -> None:
    lease = Lease(database.url, kind="foreground", timeout=LONG_SECONDS)
    await lease.begin()
    lost = asyncio.Event()
    task = await started(database, worker_id=lease.worker_id)
    run = lease.hold(task.task_id, task.attempt, lost.set)
    await asyncio.to_thread(renewals, database)
    assert not lost.is_set(), "its own run is not reported"
    async with database.transaction() as session:
        await update_task_status(session, task.task_id, TaskStatus.CANCELLED, Step.CANCELLED)
    await asyncio.wait_for(lost.wait(), HANG_SECONDS)
    assert run.lost
    await lease.end()


async def test_a_run_that_ends_before_it_is_notified_is_not_cancelled_at_its_end(database: Database) -> None:
    """Its own final row looks like a loss to the lease; a cancellation that comes late would hit whoever waits."""
    lease = Lease(database.url, kind="foreground", timeout=5)
    await lease.begin()
    task = await started(database, worker_id=lease.worker_id)
    told: list[str] = []
    run = lease.hold(task.task_id, task.attempt, lambda: told.append("cancel"))
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("UPDATE roadmap_tasks SET status = 'completed', attempt = attempt + 1")
    deadline = time.monotonic() + HANG_SECONDS
    while not run.lost:  # the loop hangs, so that nothing is told yet
        time.sleep(0.05)  # noqa: ASYNC251
        assert time.monotonic() < deadline
    time.sleep(0.2)  # noqa: ASYNC251
    lease.release(run)
    await asyncio.sleep(0.2)
    assert told == []
    assert not lease.holds(task.task_id, task.attempt)
    await lease.end()


async def test_a_lost_connection_is_made_again(database: Database) -> None:
    lease = Lease(database.url, kind="foreground", timeout=LONG_SECONDS)
    await lease.begin()
    task = await started(database, worker_id=lease.worker_id)
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'roadmap lease'"
        )
    await asyncio.to_thread(renewals, database)
    assert await live(database, task)
    await lease.end()


async def test_a_database_that_is_away_is_said_at_the_beginning() -> None:
    with pytest.raises(DatabaseUnavailable):
        await Lease("postgresql://u@127.0.0.1:1/d", kind="foreground", timeout=5).begin()
