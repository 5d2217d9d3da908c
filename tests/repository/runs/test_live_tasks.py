from typing import Final

import pytest
from sqlalchemy import text

from domain.vocabulary import TaskStatus
from repository.db.database import Database, execute
from repository.runs.events import append_events
from repository.runs.live_tasks import live_tasks_of, with_liveness
from repository.runs.tasks import get_task
from repository.tables.runs import TaskRow
from tests.support.rows import reserved, started


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
        ((_, live, waiting, _, _),) = await with_liveness(session, [await get_task(session, task.task_id)])
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


WAIT: Final = {"model": "openai:x", "reason": "429: busy", "tries": 4}


async def waits(database: Database, task: TaskRow) -> tuple[object, object]:
    """Return the wait of a task, and the same from the status check of its roadmap."""
    async with database.transaction() as session:
        (row,) = await with_liveness(session, [await get_task(session, task.task_id)])
        live = await live_tasks_of(session, "r-1")
    return row.waiting_for_model, live[0]["waiting_for_model"] if live else None


async def test_a_run_waits_for_a_model_until_any_event_says_that_it_has_gone_on(
    database: Database, subtests: pytest.Subtests
) -> None:
    await reserved(database)
    task = await started(database)
    await worker(database, "w-1", seconds=60)
    story = [
        ("step_started", None),
        ("model_waiting", WAIT),
        ("content_started", WAIT),
        ("model_answering", None),
        ("model_waiting", WAIT),
        ("content_completed", None),
    ]
    for last, (event, waiting) in enumerate(story):
        async with database.transaction() as session:
            await append_events(session, task.task_id, [(event, WAIT)], last=last)
        with subtests.test(event):
            assert await waits(database, task) == (waiting, waiting)


async def test_a_run_whose_process_died_waits_for_no_model(database: Database) -> None:
    await reserved(database)
    task = await started(database)
    async with database.transaction() as session:
        await append_events(session, task.task_id, [("model_waiting", WAIT)], last=0)
    assert await waits(database, task) == (None, None)
