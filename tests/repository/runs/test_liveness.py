from sqlalchemy import text

from domain.vocabulary import TaskStatus
from repository.db.database import Database, execute
from repository.runs.liveness import with_liveness
from repository.runs.tasks import get_task
from repository.tables.runs import TaskRow
from tests.support.rows import started


async def worker(database: Database, worker_id: str, seconds: float, kind: str = "foreground") -> None:
    async with database.transaction() as session:
        await execute(
            session,
            text("""INSERT INTO workers (worker_id, kind, host, pid, timeout, alive_until)
                    VALUES (:worker_id, :kind, 'h', 1, 0, clock_timestamp() + make_interval(secs => :seconds))"""),
            {"worker_id": worker_id, "kind": kind, "seconds": seconds},
        )


async def liveness(database: Database, task: TaskRow) -> tuple[bool, bool]:
    async with database.transaction() as session:
        ((_, live, waiting, _),) = await with_liveness(session, [await get_task(session, task.task_id)])
    return live, waiting


async def test_a_processing_task_is_live_only_while_its_workers_lease_runs(database: Database) -> None:
    task = await started(database)
    assert await liveness(database, task) == (False, False), "its worker is unknown"
    await worker(database, "w-1", seconds=60)
    assert await liveness(database, task) == (True, False)
    async with database.transaction() as session:
        await execute(session, text("UPDATE workers SET alive_until = clock_timestamp() - interval '1 second'"), {})
    assert await liveness(database, task) == (False, False)


async def test_a_queued_task_without_a_live_worker_says_that_it_waits(database: Database) -> None:
    task = await started(database, status=TaskStatus.PENDING, worker_id=None)
    assert await liveness(database, task) == (True, True)
    await worker(database, "w-2", seconds=60, kind="worker")
    assert await liveness(database, task) == (True, False)
