import asyncio

from sqlalchemy import text

from domain.vocabulary import TaskStatus
from orchestrator.commands.transitions import end, resume
from repository.db.database import Database, Session, execute
from repository.ledger.totals import CallTotal, active_totals, add_up, call_totals, run_totals
from repository.tables.runs import TaskRow
from tests.support.rows import fence_of, reserved, started


async def finished(database: Database, task: TaskRow, status: TaskStatus) -> None:
    async with database.transaction() as session:
        await end(session, fence_of(task), status, None)


async def runs(database: Database) -> dict[tuple[str, str], int]:
    async with database.transaction() as session:
        return {(total.task_type, total.status): total.runs for total in await run_totals(session)}


async def calls(database: Database) -> list[CallTotal]:
    async with database.transaction() as session:
        return await call_totals(session)


async def add(database: Database, settled_after: float = 600.0) -> None:
    async with database.transaction() as session:
        await add_up(session, settled_after=settled_after)


_CALL = """
    INSERT INTO model_calls (task_id, key, step, model, tokens_in, tokens_out, cost, latency, outcome, created_at)
    VALUES ('t', :key, 's', :model, 10, 5, 0.5, 2.0, 'accepted', clock_timestamp() - make_interval(secs => :age))"""


async def call(session: Session, key: str, model: str = "m", age: float = 0.0) -> None:
    await execute(session, text(_CALL), {"key": key, "model": model, "age": age})


async def test_a_run_that_was_resumed_ended_twice_and_a_counter_never_goes_back(database: Database) -> None:
    await reserved(database)
    await finished(database, await started(database), TaskStatus.CANCELLED)
    assert await runs(database) == {("creation", "cancelled"): 1}
    async with database.transaction() as session:
        resumed = await resume(session, "t-1", "w-1")
    assert await runs(database) == {("creation", "cancelled"): 1}
    await finished(database, resumed, TaskStatus.FAILED)
    assert await runs(database) == {("creation", "cancelled"): 1, ("creation", "failed"): 1}


async def test_concurrent_ends_of_runs_do_not_block_each_other_and_all_count(database: Database) -> None:
    tasks = [await started(database, f"t-{n}", roadmap_id=f"r-{n}") for n in range(30)]

    async def keep_adding() -> None:
        while True:
            await add(database)
            assert sum((await runs(database)).values()) <= len(tasks)

    adding = asyncio.create_task(keep_adding())
    await asyncio.gather(*(finished(database, task, TaskStatus.COMPLETED) for task in tasks))
    adding.cancel()
    await asyncio.gather(adding, return_exceptions=True)
    await add(database)
    assert await runs(database) == {("creation", "completed"): 30}
    async with database.transaction() as session:
        assert (await execute(session, text("SELECT count(*) FROM run_totals"), {})).scalar_one() == 1


async def test_calls_are_counted_from_the_moment_they_are_committed_and_once(database: Database) -> None:
    async with database.transaction() as session:
        for number in range(4):
            await call(session, f"old-{number}", age=1000)
        await call(session, "old/1.1", age=1000)
        await call(session, "new", "another")
    wanted = [
        CallTotal("another", 1, 0, 10, 5, 0.5, 2.0),
        CallTotal("m", 5, 1, 50, 25, 2.5, 10.0),
    ]
    assert await calls(database) == wanted
    for _ in range(3):
        await add(database)
        assert await calls(database) == wanted
    async with database.transaction() as session:
        added = (await execute(session, text("SELECT sum(calls) FROM call_totals"), {})).scalar_one()
    assert added == 5, "the newest is still counted when it is read"


async def test_a_call_whose_number_is_lower_than_one_that_was_committed_before_it_is_not_lost(
    database: Database,
) -> None:
    async with database.transaction() as late:
        await call(late, "late")
        async with database.transaction() as session:
            await call(session, "early")
        await add(database)
        assert [total.calls for total in await calls(database)] == [1]
    await add(database)
    assert [total.calls for total in await calls(database)] == [2]
    await add(database, settled_after=-1.0)
    assert [total.calls for total in await calls(database)] == [2]


async def test_concurrent_sums_count_nothing_twice(database: Database) -> None:
    async with database.transaction() as session:
        for number in range(20):
            await call(session, f"old-{number}", age=1000)
    await asyncio.gather(*(add(database) for _ in range(8)))
    assert [total.calls for total in await calls(database)] == [20]


async def test_active_tasks_are_those_that_are_active(database: Database) -> None:
    await started(database, "t-1", roadmap_id="r-1")
    await started(database, "t-2", roadmap_id="r-2", status=TaskStatus.PENDING, worker_id=None)
    await finished(database, await started(database, "t-3", roadmap_id="r-3"), TaskStatus.COMPLETED)
    async with database.transaction() as session:
        totals = await active_totals(session)
    assert [(total.task_type, total.status, total.tasks) for total in totals] == [
        ("creation", "pending", 1),
        ("creation", "processing", 1),
    ]
    assert all(0 <= total.oldest < 60 for total in totals)
