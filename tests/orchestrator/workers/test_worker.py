"""Workers in one process: claims, takeover, stopping. Dying workers are processes of their own, in tests/e2e."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from domain.errors import Conflict, RoadmapError
from domain.vocabulary import TaskStatus
from nodes.authors.briefs import AuthorRole, Brief
from nodes.authors.port import AuthorAnswer, CallFailed
from orchestrator.commands import transitions
from orchestrator.orchestrator import Orchestrator
from orchestrator.process.wakeups import wake_workers
from orchestrator.queries.status import TaskView
from orchestrator.settings import Settings
from repository.db.database import Database, execute
from repository.runs.tasks import create_task
from tests.support.authors import ScriptedAuthor
from tests.support.limits import HANG_SECONDS
from tests.support.rows import reserved
from tests.support.runs import content_begun


@asynccontextmanager
async def working(
    settings: Settings, author: ScriptedAuthor, concurrency: int = 4
) -> AsyncIterator[tuple[Orchestrator, asyncio.Task[None]]]:
    """A worker that is stopped at the end."""
    async with Orchestrator.open(settings, author=author, kind="worker") as orchestrator:
        worker = orchestrator.worker(concurrency)
        work = asyncio.create_task(worker.work())
        try:
            yield orchestrator, work
        finally:
            worker.stop()
            await work


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[Orchestrator]:
    """Who asks for runs and runs none."""
    async with Orchestrator.open(settings, author=ScriptedAuthor()) as orchestrator:
        yield orchestrator


async def test_a_detached_request_only_queues_and_a_worker_runs_it(settings: Settings, client: Orchestrator) -> None:
    task = await client.create("chess", detach=True)
    assert (task.status, task.live, task.waiting_for_worker) == (TaskStatus.PENDING, True, True)
    author = ScriptedAuthor()
    async with working(settings, author):
        finished = await asyncio.wait_for(client.wait(task.task_id), HANG_SECONDS)
    assert finished.status is TaskStatus.COMPLETED
    assert set(author.times_asked().values()) == {1}
    types = [event.type for event in await client.events.page(task.task_id)]
    assert types[:2] == ["run_requested", "run_started"]
    assert types[-1] == "run_finished"


@pytest.mark.slow
async def test_several_workers_share_the_work_and_run_nothing_twice(settings: Settings, client: Orchestrator) -> None:
    requested = [await client.create(f"goal {number}", detach=True) for number in range(12)]
    authors = [ScriptedAuthor(latency=0.02) for _ in range(3)]
    async with (
        working(settings, authors[0], 2),
        working(settings, authors[1], 2),
        working(settings, authors[2], 2),
    ):
        finished = await asyncio.gather(*(client.wait(task.task_id) for task in requested))
    assert {task.status for task in finished} == {TaskStatus.COMPLETED}
    assert {task.attempt for task in finished} == {2}, "started once, finished once"
    assert sum(author.times_asked()[AuthorRole.INTENT, None] for author in authors) == 12
    assert all(author.asked for author in authors), "none idled"


async def test_superfluous_notifications_start_nothing_twice(
    settings: Settings, client: Orchestrator, database: Database
) -> None:
    author = ScriptedAuthor(latency=0.05)
    async with working(settings, author):
        task = await client.create("chess", detach=True)
        for _ in range(5):
            await wake_workers(database)
        await client.wait(task.task_id)
        await asyncio.sleep(0.3)
    assert author.times_asked()[AuthorRole.INTENT, None] == 1
    assert (await client.task(task.task_id)).attempt == 2


async def test_a_task_whose_notification_was_lost_is_found_all_the_same(settings: Settings, database: Database) -> None:
    async with working(settings, ScriptedAuthor()) as (worker, _):
        await asyncio.sleep(0.3)
        await reserved(database)
        async with database.transaction() as session:
            request = {"preferences": {"learning_goal": "chess"}}
            await create_task(session, "t-1", "ann", request, roadmap_id="r-1")
        assert (await asyncio.wait_for(worker.wait("t-1"), HANG_SECONDS)).status is TaskStatus.COMPLETED


async def test_a_task_that_is_not_due_waits(settings: Settings, client: Orchestrator, database: Database) -> None:
    early, late = [await client.create(goal, detach=True) for goal in ("chess", "go")]
    async with database.transaction() as session:
        later = text("UPDATE roadmap_tasks SET due_at = now() + interval '1 hour' WHERE task_id = :task_id")
        await execute(session, later, {"task_id": early.task_id})
    async with working(settings, ScriptedAuthor()):
        assert (await asyncio.wait_for(client.wait(late.task_id), HANG_SECONDS)).status is TaskStatus.COMPLETED
        assert (await client.task(early.task_id)).status is TaskStatus.PENDING


@pytest.mark.slow
async def test_a_lost_connection_costs_a_worker_neither_its_tasks_nor_its_ear(
    settings: Settings, database: Database
) -> None:
    """LISTEN is not repeated by itself; a worker that only listened waited for ever."""
    async with working(settings, ScriptedAuthor()) as (worker, work):
        for number in range(2):
            await asyncio.to_thread(sever, database.url)
            await asyncio.sleep(0.2)
            task = await asyncio.wait_for(patiently(partial(worker.create, f"{number}", detach=True)), HANG_SECONDS)
            assert (await asyncio.wait_for(worker.wait(task.task_id), HANG_SECONDS)).status is TaskStatus.COMPLETED
        assert not work.done()


def sever(database_url: str) -> None:
    """Every session of the database but this one ends, as in a restart of the server."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("""
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()""")


async def patiently(request: Callable[[], Awaitable[TaskView]]) -> TaskView:
    """The pool's own connections were severed too."""
    while True:
        try:
            return await request()
        except RoadmapError:
            await asyncio.sleep(0.05)


async def test_a_task_that_cannot_be_started_does_not_keep_others_from_it(
    settings: Settings, client: Orchestrator, database: Database
) -> None:
    """It is the first of the queue, and raises an error that nobody foresaw."""
    broken, sound = [await client.create(goal, detach=True) for goal in ("chess", "go")]
    async with database.transaction() as session:
        for statement in (
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$",
            "CREATE TRIGGER refuse BEFORE UPDATE ON roadmap_tasks FOR EACH ROW "
            f"WHEN (old.task_id = '{broken.task_id}') EXECUTE FUNCTION refuse()",
        ):
            await execute(session, text(statement), {})
    async with working(settings, ScriptedAuthor()):
        assert (await asyncio.wait_for(client.wait(sound.task_id), HANG_SECONDS)).status is TaskStatus.COMPLETED
        assert (await client.task(broken.task_id)).status is TaskStatus.PENDING


@pytest.mark.slow
async def test_a_worker_that_stops_cuts_no_call_and_another_one_goes_on(
    settings: Settings, client: Orchestrator
) -> None:
    task = await client.create("chess", detach=True)
    first, second = ScriptedAuthor(latency=0.4), ScriptedAuthor()
    async with working(settings.model_copy(update={"max_concurrent_calls": 2}), first):
        await content_begun(client, task)
    handed_back = await client.task(task.task_id)
    assert (handed_back.status, handed_back.current_step) == (TaskStatus.PENDING, "content_generation")
    async with working(settings, second):
        finished = await asyncio.wait_for(client.wait(task.task_id), HANG_SECONDS)
    assert finished.status is TaskStatus.COMPLETED
    assert set((first.times_asked() + second.times_asked()).values()) == {1}, "no call was cut, none was repeated"


async def test_a_worker_without_a_free_place_stops_too(settings: Settings, client: Orchestrator) -> None:
    """It waited for a place, which only the end of a run would have freed, and runs wait once it is to stop."""
    tasks = [await client.create(f"chess {number}", detach=True) for number in range(2)]
    author = ScriptedAuthor(latency=0.3)
    async with (
        asyncio.timeout(HANG_SECONDS),
        working(settings.model_copy(update={"max_concurrent_calls": 1}), author, 1),
    ):
        await content_begun(client, tasks[0])
    assert [(await client.task(task.task_id)).status for task in tasks] == [TaskStatus.PENDING] * 2


@pytest.mark.slow
async def test_after_the_grace_a_hanging_call_is_cut_and_the_task_handed_back(
    settings: Settings, client: Orchestrator
) -> None:
    task = await client.create("chess", detach=True)
    async with (
        asyncio.timeout(HANG_SECONDS),
        working(settings.model_copy(update={"grace": 0.5}), ScriptedAuthor(latency=10 * HANG_SECONDS)),
    ):
        while (await client.task(task.task_id)).status != TaskStatus.PROCESSING:
            await asyncio.sleep(0.05)
    assert (await client.task(task.task_id)).status is TaskStatus.PENDING


async def test_a_run_that_is_cut_twice_is_handed_back_all_the_same(settings: Settings, client: Orchestrator) -> None:
    """The second cut once took the handing back for one more call."""
    task = await client.create("chess", detach=True)
    author = ScriptedAuthor(latency=10 * HANG_SECONDS)
    async with Orchestrator.open(settings, author=author, kind="worker") as orchestrator, asyncio.timeout(HANG_SECONDS):
        worker = orchestrator.worker(1)
        work = asyncio.create_task(worker.work())
        while not author.running:
            await asyncio.sleep(0.05)
        worker.stop()
        worker.stop()
        await work
    assert (await client.task(task.task_id)).status is TaskStatus.PENDING


class Stubborn(ScriptedAuthor):
    """Swallows the first cancellation of a call."""

    async def write(self, brief: Brief[Any], objections: Sequence[str] = ()) -> AuthorAnswer:
        try:
            return await super().write(brief, objections)
        except asyncio.CancelledError:
            return await super().write(brief, objections)


@pytest.mark.slow
async def test_a_swallowed_cancellation_does_not_keep_a_worker_from_ending(
    settings: Settings, client: Orchestrator
) -> None:
    task = await client.create("chess", detach=True)
    author = Stubborn(latency=10 * HANG_SECONDS)
    async with asyncio.timeout(HANG_SECONDS), working(settings.model_copy(update={"grace": 0.1}), author):
        while not author.running:
            await asyncio.sleep(0.05)
    assert (await client.task(task.task_id)).status is TaskStatus.PENDING


async def test_cancel_ends_a_run_and_no_call_starts_afterwards(settings: Settings, client: Orchestrator) -> None:
    task = await client.create("chess", detach=True)
    author = ScriptedAuthor(latency=0.3)
    async with working(settings.model_copy(update={"max_concurrent_calls": 1}), author):
        await content_begun(client, task)
        cancelled = await client.cancel(task.task_id)
        asked = len(author.asked)
        await asyncio.sleep(1)
        assert len(author.asked) == asked
    assert (cancelled.status, cancelled.current_step) == (TaskStatus.CANCELLED, "cancelled")
    assert cancelled.roadmap_id is not None
    assert (await client.status(cancelled.roadmap_id)).stale_concepts == []
    with pytest.raises(Conflict, match="already cancelled"):
        await client.cancel(task.task_id)


@pytest.mark.soak
async def test_on_a_quiet_machine_cancel_takes_effect_within_two_seconds(
    settings: Settings, client: Orchestrator
) -> None:
    task = await client.create("chess", detach=True)
    async with working(settings, ScriptedAuthor(latency=10 * HANG_SECONDS)):
        while (await client.task(task.task_id)).status != TaskStatus.PROCESSING:
            await asyncio.sleep(0.05)
        async with asyncio.timeout(2):
            assert (await client.cancel(task.task_id)).status is TaskStatus.CANCELLED


async def test_a_queued_task_can_be_cancelled_and_is_never_started(settings: Settings, client: Orchestrator) -> None:
    task = await client.create("chess", detach=True)
    assert (await client.cancel(task.task_id)).status is TaskStatus.CANCELLED
    author = ScriptedAuthor()
    async with working(settings, author):
        await asyncio.sleep(0.5)
    assert author.asked == []


@pytest.mark.slow
async def test_resume_makes_what_is_missing_of_every_type_and_nothing_again(
    settings: Settings, client: Orchestrator
) -> None:
    """Resume once skipped a concept as soon as it had a tutorial."""
    task = await client.create("chess", detach=True)
    first = ScriptedAuthor(latency=0.2)
    async with working(settings.model_copy(update={"max_concurrent_calls": 1}), first):
        await content_begun(client, task)
        await client.cancel(task.task_id)
    resumed = await client.resume(task.task_id, detach=True)
    assert (resumed.task_id, resumed.status) == (task.task_id, TaskStatus.PENDING)
    second = ScriptedAuthor()
    async with working(settings, second):
        finished = await asyncio.wait_for(client.wait(task.task_id), HANG_SECONDS)
    assert finished.status is TaskStatus.COMPLETED
    assert finished.execution_summary is not None
    assert finished.execution_summary["completed"] == 6
    assert not {role for role, _ in second.asked} & {
        AuthorRole.INTENT,
        AuthorRole.FRAMEWORK,
        AuthorRole.STRUCTURE_REVIEW,
    }
    with pytest.raises(Conflict, match="completed"):
        await client.resume(task.task_id)


async def test_a_resumed_run_asks_again_for_what_had_failed(settings: Settings, client: Orchestrator) -> None:
    task = await client.create("chess", detach=True)
    broken = ScriptedAuthor({AuthorRole.QUIZ: lambda _, __: {"questions": []}})
    async with working(settings, broken):
        assert (await client.wait(task.task_id)).status is TaskStatus.PARTIAL_FAILURE
    await client.resume(task.task_id, detach=True)
    author = ScriptedAuthor()
    async with working(settings, author):
        assert (await client.wait(task.task_id)).status is TaskStatus.COMPLETED
    assert {role for role, _ in author.asked} == {AuthorRole.QUIZ}


async def test_a_run_that_failed_before_its_contents_is_resumed_where_it_stopped(
    settings: Settings, client: Orchestrator
) -> None:
    task = await client.create("chess", detach=True)

    def denied(_: Brief[Any], __: Sequence[str]) -> Any:
        raise CallFailed("The key was revoked.", model="scripted", outcome="denied 401", transient=False, denied=True)

    async with working(settings, ScriptedAuthor({AuthorRole.STRUCTURE_REVIEW: denied})):
        assert (await client.wait(task.task_id)).status is TaskStatus.FAILED
    await client.resume(task.task_id, detach=True)
    author = ScriptedAuthor()
    async with working(settings, author):
        assert (await client.wait(task.task_id)).status is TaskStatus.COMPLETED
    assert (AuthorRole.INTENT, None) not in author.asked
    assert (AuthorRole.FRAMEWORK, None) not in author.asked


async def test_a_resumed_run_leaves_what_another_task_has_claimed_since(
    settings: Settings, client: Orchestrator
) -> None:
    task = await client.create("chess", detach=True)
    broken = ScriptedAuthor({AuthorRole.QUIZ: lambda _, __: {"questions": []}})
    async with working(settings, broken):
        await client.wait(task.task_id)
    assert task.roadmap_id is not None
    batch = await client.retry_failed(task.roadmap_id, detach=True)
    assert batch is not None
    await client.resume(task.task_id, detach=True)
    author = ScriptedAuthor()
    async with working(settings, author):
        finished = await asyncio.gather(client.wait(batch.task_id), client.wait(task.task_id))
    assert [row.status for row in finished] == [TaskStatus.COMPLETED] * 2
    assert set(author.times_asked().values()) == {1}


@pytest.mark.slow
async def test_a_task_that_keeps_killing_its_workers_fails_as_poison(
    settings: Settings, client: Orchestrator, database: Database
) -> None:
    task = await client.create("chess", detach=True)
    for start in range(transitions.MAX_FRUITLESS_STARTS + 1):
        async with database.transaction() as session:
            started = await transitions.start(session, task.task_id, f"dead-{start}")
    assert started is None
    poisoned = await client.task(task.task_id)
    assert poisoned.status is TaskStatus.FAILED
    assert "started 5 times in a row" in (poisoned.error_message or "")
    await client.resume(task.task_id, detach=True)
    async with working(settings, ScriptedAuthor()):
        assert (await client.wait(task.task_id)).status is TaskStatus.COMPLETED, "a resume resets the count"


async def test_a_live_task_cannot_be_resumed(settings: Settings, client: Orchestrator) -> None:
    task = await client.create("chess", detach=True)
    async with working(settings, ScriptedAuthor(latency=0.5)):
        while (await client.task(task.task_id)).status != TaskStatus.PROCESSING:
            await asyncio.sleep(0.05)
        with pytest.raises(Conflict, match="is running"):
            await client.resume(task.task_id)
        await client.cancel(task.task_id)
