"""What a run took is what workers held: no queue, no review, no time after a worker's death."""

from typing import Any

import pytest
from sqlalchemy import text

from domain.vocabulary import Step, TaskStatus
from orchestrator.commands import reviews, transitions
from repository.db.database import Database, execute
from repository.runs.live_tasks import with_liveness
from repository.runs.tasks import get_task, update_task_status
from repository.tables.runs import TaskRow
from tests.support.rows import fence_of, reserved, started

LEASE_SECONDS = 5000


def about(seconds: float) -> Any:
    """These seconds and what a busy machine adds to them, which is less than any time that the rows are moved by."""
    return pytest.approx(seconds + 400, abs=500)


async def worker(database: Database, worker_id: str, *, last_renewal: float) -> None:
    """Insert a worker whose lease of LEASE_SECONDS was renewed so many seconds ago."""
    async with database.transaction() as session:
        await execute(
            session,
            text(f"""
                INSERT INTO workers (worker_id, kind, host, pid, timeout, alive_until)
                VALUES (:worker_id, 'worker', 'h', 1, {LEASE_SECONDS},
                    clock_timestamp() + make_interval(secs => {LEASE_SECONDS} - :ago))"""),
            {"worker_id": worker_id, "ago": last_renewal},
        )


async def passed(database: Database, seconds: float) -> None:
    """So many seconds have gone by since the task was given to whoever holds it, and since all that came before."""
    async with database.transaction() as session:
        moved = "created_at = created_at - {0}, updated_at = updated_at - {0}, held_since = held_since - {0}"
        span = "make_interval(secs => :seconds)"
        await execute(session, text(f"UPDATE roadmap_tasks SET {moved.format(span)}"), {"seconds": seconds})


async def move(database: Database, status: TaskStatus, worker_id: str | None = None) -> TaskRow:
    async with database.transaction() as session:
        return await update_task_status(session, "t-1", status, Step.INIT, worker_id=worker_id)


async def shown(database: Database) -> float:
    async with database.transaction() as session:
        ((_, _, _, seconds, _),) = await with_liveness(session, [await get_task(session, "t-1")])
    return seconds


async def test_the_queue_is_no_part_of_a_run(database: Database) -> None:
    await started(database, status=TaskStatus.PENDING, worker_id=None)
    await worker(database, "w-1", last_renewal=0)
    await passed(database, 70000)
    assert await shown(database) == 0
    await move(database, TaskStatus.PROCESSING, "w-1")
    await passed(database, 10000)
    task = await move(database, TaskStatus.PENDING)
    assert task.held_seconds == about(10000)
    assert task.held_since is None
    await passed(database, 100000)
    await move(database, TaskStatus.PROCESSING, "w-1")
    await passed(database, 5000)
    assert await shown(database) == about(15000)


async def test_the_summary_of_a_run_leaves_out_its_time_in_the_queue(database: Database) -> None:
    await reserved(database)
    await worker(database, "w-1", last_renewal=0)
    await started(database)
    await passed(database, 3000)
    await move(database, TaskStatus.PENDING)
    await passed(database, 70000)
    async with database.transaction() as session:
        await transitions.cancel(session, "t-1", "enough")
        summary = (await get_task(session, "t-1")).execution_summary or {}
    assert summary["seconds"] == about(3000)


async def test_a_review_is_no_part_of_a_run_even_when_it_is_asked_for_twice(database: Database) -> None:
    await reserved(database)
    await worker(database, "w-1", last_renewal=0)
    task = await started(database)
    for _ in range(2):
        await passed(database, 4000)
        async with database.transaction() as session:
            await reviews.park(session, fence_of(task), "i-1")
        await passed(database, 500000)
        task = await move(database, TaskStatus.PROCESSING, "w-1")
    assert task.held_seconds == about(8000)


async def test_a_dead_worker_held_its_task_to_its_last_renewal(database: Database) -> None:
    await started(database, worker_id="w-1")
    await passed(database, 60000)
    await worker(database, "w-1", last_renewal=50000)
    assert await shown(database) == about(10000)
    await worker(database, "w-2", last_renewal=0)
    task = await move(database, TaskStatus.PROCESSING, "w-2")
    assert task.held_seconds == about(10000)
    await passed(database, 7000)
    assert await shown(database) == about(17000)


async def test_a_worker_that_died_before_it_renewed_anything_held_it_for_no_time(database: Database) -> None:
    await worker(database, "w-1", last_renewal=900000)
    await started(database, worker_id="w-1")
    assert await shown(database) == 0


async def test_a_run_that_was_going_on_when_the_column_came_has_no_time_and_raises_nothing(database: Database) -> None:
    await started(database)
    async with database.transaction() as session:
        await execute(session, text("UPDATE roadmap_tasks SET held_since = NULL"), {})
    assert (await move(database, TaskStatus.PENDING)).held_seconds == 0
