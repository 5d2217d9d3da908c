"""The sweep: whoever was forgotten is found, by one, and before those who only wait."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from domain.contents import Quiz
from domain.editing.review import Decision
from domain.errors import DatabaseUnavailable
from domain.vocabulary import TaskStatus
from nodes.authors.briefs import AuthorRole, Brief
from orchestrator.commands import reviews, transitions
from orchestrator.process.lease import Lease
from orchestrator.process.queue_pgqueuer import PgQueuerQueue
from orchestrator.settings import Settings
from orchestrator.workers.sweep import expire_reviews, keep_sweeping, requeue_orphans, sweep
from repository.db.database import Database, Session, execute
from repository.runs.tasks import get_task
from tests.orchestrator.workers.test_worker import working
from tests.support.authors import QUIZ, ScriptedAuthor
from tests.support.limits import HANG_SECONDS
from tests.support.rows import fence_of, reserved, started


async def entries(database: Database) -> list[str]:
    """Task ids in the queue, the next one first."""
    statement = "SELECT convert_from(payload, 'UTF8') AS id FROM queue.pgqueuer ORDER BY priority DESC, pgqueuer.id"
    async with database.transaction() as session:
        return [row.id for row in await execute(session, text(statement), {})]


async def age(database: Database) -> None:
    async with database.transaction() as session:
        await execute(session, text("UPDATE roadmap_tasks SET updated_at = now() - interval '1 minute'"), {})


async def test_of_ten_recoveries_at_once_one_wakes_each_dead_task_once(database: Database) -> None:
    """Startup recovery once ran in every process at once, without a claim."""
    for number in range(5):
        await started(database, f"dead-{number}", roadmap_id=f"r-{number}")

    async def recover() -> list[str]:
        async with database.transaction() as session:
            return await sweep(session, PgQueuerQueue(database))

    woken = [task_id for found in await asyncio.gather(*(recover() for _ in range(10))) for task_id in found]
    assert sorted(woken) == sorted(await entries(database)) == [f"dead-{number}" for number in range(5)]


async def test_a_dead_run_is_not_forgotten_behind_a_backlog(database: Database) -> None:
    """Whoever died must not wait until all that was queued before has run."""
    queue = PgQueuerQueue(database)
    async with database.transaction() as session:
        await execute(
            session,
            text("""INSERT INTO roadmap_tasks (task_id, user_id, roadmap_id, status, updated_at)
                    SELECT 'queued-' || n, 'ann', 'r-' || n, 'pending', now() - interval '1 hour'
                    FROM generate_series(1, 1500) AS n"""),
            {},
        )
        await queue.enqueue_missing(session, [f"queued-{number}" for number in range(1, 1501)])
    await started(database, "dead", roadmap_id="r-dead")
    async with database.transaction() as session:
        assert await sweep(session, queue) == ["dead"]
    assert (await entries(database))[0] == "dead"


async def test_a_start_whose_commit_was_not_confirmed_is_not_left_running_for_ever(
    settings: Settings, database: Database
) -> None:
    """The row gives the task to a process that lives and does not run it: nobody else would ever take it over."""
    async with working(settings, ScriptedAuthor()) as (worker, _):
        task = await worker.create("chess", detach=True)
        async with database.transaction() as session:
            began = await transitions.start(session, task.task_id, worker.worker_id)
        if began is not None:  # else the worker was quicker, which is no less a start
            assert (await worker.task(task.task_id)).live
        assert (await asyncio.wait_for(worker.wait(task.task_id), HANG_SECONDS)).status is TaskStatus.COMPLETED


@pytest.mark.slow
async def test_a_run_that_gave_up_on_the_database_is_not_left_running_for_ever(settings: Settings) -> None:
    times = iter(range(99))

    def reply(_: Brief[Any], __: Sequence[str]) -> Quiz:
        if next(times) == 0:
            raise DatabaseUnavailable("as if patience had run out")
        return QUIZ

    async with working(settings, ScriptedAuthor({AuthorRole.QUIZ: reply})) as (worker, _):
        task = await worker.create("chess", detach=True)
        finished = await asyncio.wait_for(worker.wait(task.task_id), HANG_SECONDS)
        assert finished.status is TaskStatus.COMPLETED
        assert "run_handed_back" in [event.type for event in await worker.events.page(task.task_id)]


class CancellingQueue(PgQueuerQueue):
    """In the moment in which one task is queued, somebody cancels all others."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.queued: list[str] = []
        self._rows = database

    async def enqueue(self, session: Session, task_id: str, *, urgent: bool = False) -> None:
        await super().enqueue(session, task_id, urgent=urgent)
        self.queued.append(task_id)
        async with self._rows.transaction() as other:
            for rival in {"t-0", "t-1", "t-2"} - {task_id}:
                await transitions.cancel(other, rival, "by somebody")


async def test_what_was_cancelled_before_it_is_handed_back_is_left_alone(database: Database) -> None:
    """It once kept all others from being handed back, and left a trace in the log."""
    lease = Lease(database.url, kind="worker", timeout=5)
    for number in range(3):
        await started(database, f"t-{number}", roadmap_id=f"r-{number}", worker_id=lease.worker_id)
    queue = CancellingQueue(database)
    suspected = await requeue_orphans(database, queue, lease, set())
    assert len(suspected) == 3
    assert await requeue_orphans(database, queue, lease, suspected) == set()
    assert len(queue.queued) == 1


@pytest.mark.slow
async def test_a_task_that_its_process_keeps_dropping_ends_as_poison(settings: Settings, database: Database) -> None:
    def drop(_: Brief[Any], __: Sequence[str]) -> Quiz:
        raise DatabaseUnavailable("always")

    async with working(settings, ScriptedAuthor({AuthorRole.INTENT: drop})) as (worker, _):
        task = await worker.create("chess", detach=True)
        async with database.transaction() as session:
            await execute(session, text("UPDATE roadmap_tasks SET fruitless_starts = 4"), {})
        finished = await asyncio.wait_for(worker.wait(task.task_id), HANG_SECONDS)
    assert finished.status is TaskStatus.FAILED
    assert "5 times in a row" in (finished.error_message or "")


@pytest.mark.slow
async def test_a_task_that_a_stopped_process_holds_does_not_use_up_the_connections(
    settings: Settings, database: Database
) -> None:
    """Woken for it again and again, each start waited for its lock with a connection that other runs needed."""
    await started(database, "dead", roadmap_id="r-dead")
    with psycopg.connect(database.url) as held:
        held.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended('dead', 0))")
        async with working(settings, ScriptedAuthor(), 20) as (worker, _):
            waiting = (
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory' AND datname = current_database()"
            )
            counts = [0]
            async with asyncio.timeout(HANG_SECONDS):
                while counts.count(0) == len(counts) or len(counts) < 20:
                    await asyncio.sleep(0.1)
                    async with database.transaction() as session:
                        counts.append((await execute(session, text(waiting), {})).scalar_one())
            task = await worker.create("chess", detach=True)
            assert (await asyncio.wait_for(worker.wait(task.task_id), HANG_SECONDS)).status is TaskStatus.COMPLETED
    assert max(counts) <= 2


class Stumbling(PgQueuerQueue):
    """Fails at the first sweep in a way that nobody foresaw."""

    stumbled = False

    async def tidy(self, session: Session) -> None:
        if not self.stumbled:
            self.stumbled = True
            raise ZeroDivisionError
        await super().tidy(session)


async def test_a_sweep_that_fails_once_does_not_end_all_takeovers(database: Database) -> None:
    await started(database, "dead")
    lease = Lease(database.url, kind="worker", timeout=5)
    sweeping = asyncio.create_task(keep_sweeping(database, Stumbling(database), lease))
    async with asyncio.timeout(HANG_SECONDS):
        while not await entries(database):
            await asyncio.sleep(0.1)
    sweeping.cancel()
    await asyncio.gather(sweeping, return_exceptions=True)


@pytest.fixture
async def overdue(database: Database) -> str:
    """A task whose review should have been answered long ago."""
    await reserved(database)
    task = await started(database)
    async with database.transaction() as session:
        await reviews.park(session, fence_of(task), "i-1")
        late = datetime(2020, 1, 1, tzinfo=UTC).isoformat()
        await execute(
            session,
            text("UPDATE roadmap_tasks SET review = review || jsonb_build_object('deadline', CAST(:late AS text))"),
            {"late": late},
        )
    return task.task_id


async def test_a_review_answered_in_the_last_moment_is_not_cancelled(database: Database, overdue: str) -> None:
    async with database.transaction() as session:
        await reviews.decide(session, overdue, Decision(approved=True, by="ann"), None)
        expiring = asyncio.create_task(expire_reviews(database))  # finds it overdue, and waits for its lock
        await asyncio.sleep(0.3)
        assert not expiring.done()
    await expiring
    async with database.transaction() as session:
        assert (await get_task(session, overdue)).status == TaskStatus.PENDING


async def test_a_review_without_an_answer_does_not_stay_open_for_ever(database: Database, overdue: str) -> None:
    await expire_reviews(database)
    async with database.transaction() as session:
        assert (await get_task(session, overdue)).status == TaskStatus.CANCELLED


async def test_a_task_with_an_entry_is_not_enqueued_twice(database: Database) -> None:
    await started(database, "queued", status=TaskStatus.PENDING, worker_id=None)
    await age(database)
    queue = PgQueuerQueue(database)
    async with database.transaction() as session:
        await queue.enqueue(session, "queued")
    async with database.transaction() as session:
        assert await sweep(session, queue) == []
    assert await entries(database) == ["queued"]
