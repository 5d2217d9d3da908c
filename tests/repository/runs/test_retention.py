import psycopg
from sqlalchemy import text

from domain.vocabulary import Step, TaskStatus
from repository.db.database import Database, execute
from repository.runs.retention import Ages, page_of_due_tasks, prune_tasks
from repository.runs.tasks import update_task_status
from tests.support.rows import started

NOW = Ages(0, 0)


async def ended(database: Database, *task_ids: str) -> None:
    """Failed tasks with three events each."""
    for task_id in task_ids:
        await started(database, task_id, roadmap_id=f"of {task_id}")
        async with database.transaction() as session:
            await update_task_status(session, task_id, TaskStatus.FAILED, Step.FAILED)
            statement = "INSERT INTO task_events SELECT :id, n, 'x', '{}' FROM generate_series(1, 3) AS n"
            await execute(session, text(statement), {"id": task_id})


async def test_pages_cover_all_tasks_and_end(database: Database) -> None:
    await ended(database, *(f"t-{number}" for number in range(5)))
    await started(database, "t-live")
    found, after = [], ""
    for _ in range(9):
        async with database.transaction() as session:
            page = await page_of_due_tasks(session, NOW, after=after, limit=2)
        found += page.due
        if page.last is None:
            break
        after = page.last
    assert found == [f"t-{number}" for number in range(5)]


async def test_a_task_that_is_being_resumed_is_left_alone(database: Database) -> None:
    await ended(database, "t-1", "t-2")
    with psycopg.connect(database.url) as resuming:
        resuming.execute("SELECT pg_advisory_xact_lock(hashtextextended('t-1', 0))")
        async with database.transaction() as session:
            assert (await prune_tasks(session, ["t-1", "t-2"], NOW)).events == 2


async def test_a_task_that_was_resumed_since_it_was_found_is_left_alone(database: Database) -> None:
    await ended(database, "t-1")
    async with database.transaction() as session:
        (found,) = (await page_of_due_tasks(session, NOW)).due
    async with database.transaction() as session:
        await update_task_status(session, found, TaskStatus.PROCESSING, Step.INIT, worker_id="w-2")
    async with database.transaction() as session:
        assert (await prune_tasks(session, [found], NOW)).events == 0
