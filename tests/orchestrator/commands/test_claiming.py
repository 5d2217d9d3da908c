"""Claims: each task is started once, by the right worker, in order, and nobody waits for anybody."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
from sqlalchemy import text

from domain.errors import Conflict, DatabaseUnavailable, Superseded
from domain.vocabulary import ContentType, Step, TaskStatus, TaskType
from orchestrator.commands import transitions
from orchestrator.commands.claiming import Claim
from repository.db.database import Database, execute
from repository.db.fence import assert_fence
from repository.runs import queue
from repository.runs.tasks import enter_step, get_task
from repository.tables.runs import STEPPER, TaskRow
from tests.support.rows import fence_of, reserved, started


@pytest.fixture(autouse=True)
async def lives(database: Database) -> None:
    """Of two workers, one lives."""
    async with database.transaction() as session:
        await execute(
            session,
            text("""INSERT INTO workers (worker_id, kind, host, pid, timeout, alive_until) VALUES
                ('alive', 'worker', 'h', 1, 5, clock_timestamp() + interval '1 day'),
                ('dead', 'worker', 'h', 1, 0, clock_timestamp() - interval '1 day')"""),
            {},
        )


async def pending(database: Database, task_id: str) -> TaskRow:
    return await started(database, task_id, roadmap_id=f"r-{task_id}", status=TaskStatus.PENDING, worker_id=None)


async def running(database: Database, task_id: str, worker_id: str | None) -> TaskRow:
    return await started(database, task_id, roadmap_id=f"r-{task_id}", worker_id=worker_id)


async def retry(database: Database, task_id: str) -> TaskRow:
    return await started(
        database,
        task_id,
        roadmap_id=f"r-{task_id}",
        task_type=TaskType.RETRY_QUIZ,
        concept_id="c-1",
        content_type=ContentType.QUIZ,
        status=TaskStatus.PENDING,
        worker_id=None,
    )


async def claimed(database: Database, *skip: str) -> str | None:
    """Claim for the living worker."""
    async with database.transaction() as session:
        task = await Claim("alive", skip).make(session)
    return None if task is None else task.task_id


async def all_claimed(database: Database) -> list[str]:
    found = []
    while (task_id := await claimed(database)) is not None:
        found.append(task_id)
    return found


async def test_tasks_of_dead_workers_come_first_then_retries_of_single_contents_then_the_others_in_order(
    database: Database,
) -> None:
    for task_id in ("t-2", "t-1"):
        await pending(database, task_id)
    for task_id in ("x", "a"):
        await retry(database, task_id)
    await running(database, "z", "dead")
    await running(database, "y", None)
    assert await all_claimed(database) == ["z", "y", "x", "a", "t-2", "t-1"]


async def test_what_a_process_runs_or_a_person_steps_is_not_taken(database: Database) -> None:
    await running(database, "runs", "alive")
    await running(database, "steps", f"{STEPPER}gone")
    assert await claimed(database) is None


async def test_a_claim_takes_over_under_the_next_attempt(database: Database) -> None:
    """Whoever wakes up later is fenced."""
    before = await running(database, "t", "dead")
    assert await claimed(database) == "t"
    async with database.transaction() as session:
        task = await get_task(session, "t")
    assert (task.worker_id, task.attempt, task.fruitless_starts) == ("alive", 2, 2)
    with pytest.raises(Superseded):
        async with database.transaction() as session:
            await assert_fence(session, fence_of(before))


async def test_what_was_left_out_comes_later(database: Database) -> None:
    await running(database, "z", "dead")
    for task_id in ("t-1", "t-2"):
        await pending(database, task_id)
    assert await claimed(database, "z", "t-1") == "t-2"
    assert await all_claimed(database) == ["z", "t-1"]


async def test_poison_ends_and_the_next_task_is_started(database: Database) -> None:
    for task_id in ("t-1", "t-2"):
        await pending(database, task_id)
    async with database.transaction() as session:
        await execute(session, text("UPDATE roadmap_tasks SET fruitless_starts = 5 WHERE task_id = 't-1'"), {})
    assert await claimed(database) == "t-2"
    async with database.transaction() as session:
        assert (await get_task(session, "t-1")).status == TaskStatus.FAILED


async def test_a_resumed_task_is_queued_behind_what_was_queued_before(database: Database) -> None:
    await pending(database, "resumed")
    async with database.transaction() as session:
        await transitions.cancel(session, "resumed", "enough")
    await pending(database, "t")
    await reserved(database, "r-resumed")
    async with database.transaction() as session:
        await transitions.resume(session, "resumed", None)
    assert await all_claimed(database) == ["t", "resumed"]


async def test_a_requeued_task_keeps_its_place(database: Database) -> None:
    for task_id in ("t-1", "t-2"):
        await pending(database, task_id)
    async with database.transaction() as session:
        task = await Claim("alive").make(session)
        assert task is not None
        await transitions.requeue(session, fence_of(task))
    assert await all_claimed(database) == ["t-1", "t-2"]


async def test_of_many_claims_at_once_each_task_is_started_by_one(database: Database) -> None:
    """Startup recovery once ran in every process at once, without a claim."""
    dead = [f"dead-{number}" for number in range(15)]
    queued = [f"queued-{number}" for number in range(45)]
    for task_id in dead:
        await running(database, task_id, "dead")
    for task_id in queued:
        await pending(database, task_id)
    taken = await asyncio.gather(*(all_claimed(database) for _ in range(8)))
    assert sorted(task_id for found in taken for task_id in found) == sorted(dead + queued)


async def test_a_claim_waits_for_nobody(database: Database) -> None:
    """A stopped process holds the first tasks; each claim once waited for its lock with a connection."""
    for task_id in ("z", "t-1", "t-2"):
        await (running(database, task_id, "dead") if task_id == "z" else pending(database, task_id))
    with psycopg.connect(database.url) as held:
        held.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended('z', 0))")
        held.execute("SELECT pg_advisory_xact_lock(hashtextextended('t-1', 0))")
        async with database.transaction() as session:
            await execute(session, text("SET LOCAL lock_timeout = '1ms'"), {})
            task = await Claim("alive").make(session)
    assert task is not None
    assert task.task_id == "t-2"


@pytest.fixture
async def disturbed(database: Database) -> AsyncIterator[list[BaseException]]:
    """While a test runs, tasks are cancelled and runs write, as they do at any time; collects what must not happen."""
    wrong: list[BaseException] = []

    async def cancel(task_id: str) -> None:
        try:
            async with database.transaction() as session:
                await transitions.cancel(session, task_id, "enough")
        except (Conflict, Superseded):
            pass

    async def write(task_id: str) -> None:
        try:
            async with database.transaction() as session:
                task = await get_task(session, task_id)
                await assert_fence(session, fence_of(task))
                await enter_step(session, fence_of(task), Step.CURRICULUM_DESIGN)
        except Superseded:
            pass

    async def disturb(number: int) -> None:
        while True:
            task_id = f"t-{number % 20}"
            number += 7
            try:
                await (write(task_id) if number % 3 else cancel(task_id))
            except DatabaseUnavailable as error:
                wrong.append(error)
            await asyncio.sleep(0)

    disturbances = [asyncio.create_task(disturb(number)) for number in range(4)]
    yield wrong
    for disturbance in disturbances:
        disturbance.cancel()
    await asyncio.gather(*disturbances, return_exceptions=True)


@pytest.mark.slow
async def test_claims_beside_cancels_and_writes_of_runs_never_deadlock(
    database: Database, disturbed: list[BaseException]
) -> None:
    """With locks of rows before those of tasks they did."""
    for number in range(20):
        await pending(database, f"t-{number}")
    starts = 0
    for _ in range(5):
        starts += sum(map(len, await asyncio.gather(*(all_claimed(database) for _ in range(4)))))
        async with database.transaction() as session:
            await execute(
                session,
                text("""UPDATE roadmap_tasks SET worker_id = 'dead', fruitless_starts = 0, attempt = attempt + 1,
                            status = CASE WHEN random() < 0.5 THEN 'pending' ELSE 'processing' END
                        WHERE task_id IN (SELECT task_id FROM roadmap_tasks ORDER BY task_id FOR UPDATE)"""),
                {},
            )
    assert disturbed == []
    assert starts > 20


async def test_a_claim_looks_behind_tasks_that_others_hold(database: Database) -> None:
    tasks = [f"t-{number:03}" for number in range(queue.MAX_CANDIDATES + 1)]
    for task_id in tasks:
        await pending(database, task_id)
    with psycopg.connect(database.url) as held:
        for task_id in tasks[:-1]:
            held.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [task_id])
        assert await claimed(database) == tasks[-1]
