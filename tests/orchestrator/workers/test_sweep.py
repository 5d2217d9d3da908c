"""The sweep: what no claim finds is found."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from domain.contents import Quiz
from domain.editing.review import Decision
from domain.errors import DatabaseUnavailable
from domain.vocabulary import TaskStatus
from nodes.authors.briefs import AuthorRole, Brief
from orchestrator.commands import reviews, transitions
from orchestrator.process.lease import Lease
from orchestrator.settings import Settings
from orchestrator.workers.sweep import expire_reviews, keep_sweeping, requeue_orphans
from repository.db.database import Database, execute
from repository.runs.tasks import get_task
from tests.orchestrator.workers.test_worker import working
from tests.support.authors import QUIZ, ScriptedAuthor
from tests.support.limits import HANG_SECONDS
from tests.support.rows import fence_of, reserved, started


async def test_a_start_whose_commit_was_not_confirmed_is_not_left_running_for_ever(
    settings: Settings, database: Database
) -> None:
    """The row gives the task to a process that lives and does not run it: nobody else would ever take it over."""
    async with working(settings, ScriptedAuthor()) as (worker, _):
        task = await worker.create("chess", detach=True)
        async with database.transaction() as session:
            begun = await transitions.start(session, task.task_id, worker.worker_id)
        if begun is not None:  # else the worker was quicker, which is no less a start
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


async def test_what_was_cancelled_before_it_is_handed_back_is_left_alone(database: Database) -> None:
    """It once kept all others from being handed back, and left a trace in the log."""
    lease = Lease(database.url, kind="worker", timeout=5)
    for number in range(3):
        await started(database, f"t-{number}", roadmap_id=f"r-{number}", worker_id=lease.worker_id)
    suspected = await requeue_orphans(database, lease, set())
    assert len(suspected) == 3
    # In the moment in which one of them is requeued, somebody cancels all others.
    async with database.transaction() as session:
        for statement in (
            """CREATE FUNCTION cancel_others() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                UPDATE roadmap_tasks SET status = 'cancelled', attempt = attempt + 1
                WHERE task_id <> new.task_id AND status = 'processing';
                RETURN NULL;
            END $$""",
            """CREATE TRIGGER cancel_others AFTER UPDATE ON roadmap_tasks FOR EACH ROW
                WHEN (new.status = 'pending') EXECUTE FUNCTION cancel_others()""",
        ):
            await execute(session, text(statement), {})
    assert await requeue_orphans(database, lease, suspected) == set()
    async with database.transaction() as session:
        statuses = [(await get_task(session, f"t-{number}")).status for number in range(3)]
    assert sorted(statuses) == [TaskStatus.CANCELLED, TaskStatus.CANCELLED, TaskStatus.PENDING]


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
async def test_a_sweep_that_fails_once_does_not_end_all_sweeps(database: Database, overdue: str) -> None:
    async with database.transaction() as session:
        await execute(session, text("ALTER TABLE idempotency_keys RENAME TO hidden"), {})
    sweeping = asyncio.create_task(keep_sweeping(database, Lease(database.url, kind="worker", timeout=5)))
    await asyncio.sleep(0.5)
    async with database.transaction() as session:
        await execute(session, text("ALTER TABLE hidden RENAME TO idempotency_keys"), {})
    async with asyncio.timeout(HANG_SECONDS):
        while await status_of(database, overdue) != TaskStatus.CANCELLED:
            await asyncio.sleep(0.1)
    sweeping.cancel()
    await asyncio.gather(sweeping, return_exceptions=True)


async def status_of(database: Database, task_id: str) -> str:
    async with database.transaction() as session:
        return (await get_task(session, task_id)).status


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
