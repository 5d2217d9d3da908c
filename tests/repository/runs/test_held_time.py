"""What a run took is what workers held: no queue, no review, no time after a worker's death."""

import pytest
from sqlalchemy import text

from domain.vocabulary import Step, TaskStatus
from orchestrator.commands import reviews, transitions
from repository.db.database import Database, execute
from repository.runs.liveness import with_liveness
from repository.runs.tasks import get_task, update_task_status
from repository.tables.runs import TaskRow
from tests.support.rows import fence_of, reserved, started


async def worker(database: Database, worker_id: str, *, last_renewal: float) -> None:
    """Its lease of 5 s was renewed so many seconds ago."""
    async with database.transaction() as session:
        await execute(
            session,
            text("""INSERT INTO workers (worker_id, kind, host, pid, timeout, alive_until)
                    VALUES (:worker_id, 'worker', 'h', 1, 5, clock_timestamp() + make_interval(secs => 5 - :ago))"""),
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
    await passed(database, 70)
    assert await shown(database) == 0
    await move(database, TaskStatus.PROCESSING, "w-1")
    await passed(database, 10)
    task = await move(database, TaskStatus.PENDING)
    assert task.held_seconds == pytest.approx(10, abs=2)
    assert task.held_since is None
    await passed(database, 100)
    await move(database, TaskStatus.PROCESSING, "w-1")
    await passed(database, 5)
    assert await shown(database) == pytest.approx(15, abs=3)


async def test_a_run_is_no_longer_than_its_summary_says_after_a_wait(database: Database) -> None:
    await reserved(database)
    await worker(database, "w-1", last_renewal=0)
    await started(database)
    await passed(database, 3)
    await move(database, TaskStatus.PENDING)
    await passed(database, 70)
    async with database.transaction() as session:
        await transitions.cancel(session, "t-1", "enough")
        summary = (await get_task(session, "t-1")).execution_summary or {}
    assert summary["seconds"] == pytest.approx(3, abs=2)


async def test_a_review_is_no_part_of_a_run_even_when_it_is_asked_for_twice(database: Database) -> None:
    await reserved(database)
    await worker(database, "w-1", last_renewal=0)
    task = await started(database)
    for _ in range(2):
        await passed(database, 4)
        async with database.transaction() as session:
            await reviews.park(session, fence_of(task), "i-1")
        await passed(database, 500)
        task = await move(database, TaskStatus.PROCESSING, "w-1")
    assert task.held_seconds == pytest.approx(8, abs=3)


async def test_a_dead_worker_held_its_task_to_its_last_renewal(database: Database) -> None:
    await started(database, worker_id="w-1")
    await passed(database, 60)
    await worker(database, "w-1", last_renewal=50)
    assert await shown(database) == pytest.approx(10, abs=2)
    await worker(database, "w-2", last_renewal=0)
    task = await move(database, TaskStatus.PROCESSING, "w-2")
    assert task.held_seconds == pytest.approx(10, abs=2)
    await passed(database, 7)
    assert await shown(database) == pytest.approx(17, abs=3)


async def test_a_worker_that_died_before_it_renewed_anything_held_it_for_no_time(database: Database) -> None:
    await worker(database, "w-1", last_renewal=900)
    await started(database, worker_id="w-1")
    assert await shown(database) == 0


async def test_a_run_that_was_going_on_when_the_column_came_has_no_time_and_raises_nothing(database: Database) -> None:
    await started(database)
    async with database.transaction() as session:
        await execute(session, text("UPDATE roadmap_tasks SET held_since = NULL"), {})
    assert (await move(database, TaskStatus.PENDING)).held_seconds == 0
