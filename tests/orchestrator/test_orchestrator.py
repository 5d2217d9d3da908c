"""What a backend may do at any moment: leave, cancel, come back in another loop, and use ids of the legacy system."""

import asyncio
import random
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing

import pytest
from sqlalchemy import text

from domain.errors import InvalidInput, NotFound
from domain.framework import Concept, Framework, Module, Stage
from domain.vocabulary import ContentStatus, ContentType, TaskStatus
from orchestrator.commands import transitions
from orchestrator.commands.run_request import RetryRequest
from orchestrator.execution.runner import Runner
from orchestrator.orchestrator import Orchestrator
from orchestrator.resources import ProcessKind, open_resources
from orchestrator.settings import Settings
from repository.db.database import IDLE_IN_TRANSACTION_TIMEOUT_SECONDS, STATEMENT_TIMEOUT_SECONDS, Database, execute
from repository.roadmaps.roadmaps import save_roadmap_metadata
from repository.runs.tasks import create_task
from tests.orchestrator.workers.test_worker import working
from tests.support.authors import ScriptedAuthor
from tests.support.limits import HANG_SECONDS
from tests.support.processes import broken_promises
from tests.support.rows import reserved, started
from tests.support.silence import silent_in_mid_statement

LEGACY = "x:c-1-1-1"


@pytest.fixture
async def orchestrator(settings: Settings) -> AsyncIterator[Orchestrator]:
    async with Orchestrator.open(settings, author=ScriptedAuthor()) as orchestrator:
        yield orchestrator


async def test_a_run_that_is_abandoned_at_once_is_cancelled_and_can_be_resumed(settings: Settings) -> None:
    async with Orchestrator.open(settings, author=ScriptedAuthor()) as orchestrator:
        task = await orchestrator.create("chess")
    async with Orchestrator.open(settings, author=ScriptedAuthor()) as orchestrator:
        assert (await orchestrator.task(task.task_id)).status is TaskStatus.CANCELLED
        await orchestrator.resume(task.task_id)
        assert (await orchestrator.wait(task.task_id)).status is TaskStatus.COMPLETED


@pytest.mark.parametrize("kind", ["reader", "server"])
async def test_a_process_without_an_author_never_takes_a_run_that_it_could_only_fail(
    settings: Settings, kind: ProcessKind
) -> None:
    """A request without `detach` made a task that failed at its first step."""
    async with Orchestrator.open(settings, kind=kind) as orchestrator:
        with pytest.raises(InvalidInput, match="detach=True"):
            await orchestrator.create("chess")
        assert await orchestrator.tasks.page() == []
        assert (await orchestrator.create("chess", detach=True)).status is TaskStatus.PENDING


async def test_a_run_that_cannot_even_begin_fails_instead_of_hanging(settings: Settings, database: Database) -> None:
    async with database.transaction() as session:
        await create_task(session, "t12", "ann", {}, roadmap_id="nowhere")
        await execute(session, text("UPDATE roadmap_tasks SET task_type = 'retry_batch'"), {})
    async with open_resources(settings, author=ScriptedAuthor(), kind="worker") as resources:
        async with database.transaction() as session:
            task = await transitions.start(session, "t12", resources.lease.worker_id)
        assert task is not None
        ended = await asyncio.wait_for(Runner(resources).run(task), HANG_SECONDS)
    assert ended.status == TaskStatus.FAILED
    assert "no roadmap nowhere" in (ended.error_message or "")


@pytest.mark.slow
@pytest.mark.parametrize("times", [2, pytest.param(50, marks=pytest.mark.soak)])
async def test_a_run_cancelled_at_any_moment_ends_cancelled_and_makes_no_further_call(
    settings: Settings, orchestrator: Orchestrator, database: Database, times: int
) -> None:
    """Only running tasks could be cancelled once, and the result was reported as failed."""
    author = ScriptedAuthor(latency=0.3)
    async with working(settings.model_copy(update={"max_concurrent_calls": 2}), author):
        for number in range(times):
            task = await orchestrator.create(f"chess {number}", detach=True)
            await asyncio.sleep(random.uniform(0, 1))
            cancelled = await orchestrator.cancel(task.task_id)
            assert (cancelled.status, cancelled.current_step) == (TaskStatus.CANCELLED, "cancelled")
            asked = len(author.asked)
            await asyncio.sleep(0.3)
            assert len(author.asked) == asked
            assert cancelled.roadmap_id is not None
            assert (await orchestrator.status(cancelled.roadmap_id)).stale_concepts == []
    assert await broken_promises(database) == []


async def test_a_dead_run_can_be_cancelled(orchestrator: Orchestrator, database: Database) -> None:
    """Whatever process id was stored with it is nobody's by now."""
    await started(database, "t12", worker_id="long gone")
    assert (await orchestrator.cancel("t12")).status is TaskStatus.CANCELLED


async def test_an_unknown_task_is_not_taken_for_a_queued_one(orchestrator: Orchestrator) -> None:
    """An unknown job id once read as pending, so that dead tasks looked alive for ever."""
    for ask in (
        orchestrator.task,
        orchestrator.cancel,
        orchestrator.resume,
        orchestrator.wait,
        orchestrator.events.page,
    ):
        with pytest.raises(NotFound):
            await ask("nobody knows")


async def legacy_roadmap(database: Database) -> str:
    concepts = [Concept(concept_id=LEGACY, name="One"), Concept(concept_id="x:c-1-1-2", name="Two")]
    module = Module(module_id="x:m-1-1", name="M", concepts=concepts)
    framework = Framework(
        roadmap_id="x:y", title="T", stages=[Stage(stage_id="x:s-1", name="S", order=1, modules=[module])]
    )
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "x:y", "ann", framework)
    return "x:y"


async def test_ids_with_a_colon_survive_a_retry_and_a_status_check(
    orchestrator: Orchestrator, database: Database
) -> None:
    """A parser that split on ":" once lost them."""
    roadmap_id = await legacy_roadmap(database)
    stale = (await orchestrator.status(roadmap_id)).stale_concepts
    assert [(content.concept_id, content.concept_name) for content in stale][:3] == [(LEGACY, "One")] * 3
    task = await orchestrator.retry(
        roadmap_id, LEGACY, ContentType.TUTORIAL, RetryRequest(user_id="ann:b"), detach=True
    )
    active = (await orchestrator.status(roadmap_id)).active_tasks
    assert [(row.task_id, row.concept_id) for row in active] == [(task.task_id, LEGACY)]
    await orchestrator.resume(task.task_id)
    done = await orchestrator.wait(task.task_id)
    assert (done.status, done.concept_id, done.user_id) == (TaskStatus.COMPLETED, LEGACY, "ann:b")
    told = [event.payload.get("concept_id") for event in await orchestrator.events.page(task.task_id)]
    assert told.count(LEGACY) >= 2
    view = await orchestrator.roadmap(roadmap_id)
    states = {(row.concept_id, row.content_type): row.status for row in view.contents}
    assert states[LEGACY, ContentType.TUTORIAL] is ContentStatus.COMPLETED
    assert [row.concept_id for row in await orchestrator.contents.newest(roadmap_id, LEGACY)] == [LEGACY]
    batch = await orchestrator.retry_failed(roadmap_id)
    assert batch is not None
    assert (await orchestrator.wait(batch.task_id)).status is TaskStatus.COMPLETED
    assert (await orchestrator.status(roadmap_id)).stale_concepts == []


async def test_the_last_event_of_a_bulk_retry_comes_after_its_last_update(
    orchestrator: Orchestrator, database: Database
) -> None:
    """It once said completed before its last content was there; a single one said nothing at all."""
    roadmap_id = await legacy_roadmap(database)
    batch = await orchestrator.retry_failed(roadmap_id)
    assert batch is not None
    seen: list[tuple[str, int]] = []
    async for event in orchestrator.follow(batch.task_id):
        done = [row for row in (await orchestrator.roadmap(roadmap_id)).contents if row.status == "completed"]
        seen.append((event.type, len(done)))
    types = [type_ for type_, _ in seen]
    assert types[-1] == "run_finished"
    assert types.count("content_completed") == 6
    assert seen[-1][1] == 6


@pytest.mark.slow
async def test_the_last_events_before_a_stop_are_not_lost_in_a_buffer(
    settings: Settings, orchestrator: Orchestrator, database: Database
) -> None:
    task = await orchestrator.create("chess", detach=True)
    async with working(settings.model_copy(update={"max_concurrent_calls": 2}), ScriptedAuthor(latency=0.2)):
        async for event in orchestrator.follow(task.task_id):
            if event.type == "content_completed":
                break
    story = await orchestrator.events.page(task.task_id)
    assert story[-1].type == "run_handed_back"
    assert [event.sequence for event in story] == list(range(1, len(story) + 1))
    told = sum(event.type == "content_completed" for event in story)
    async with database.transaction() as session:
        kept = (await execute(session, text("SELECT count(*) FROM content_versions"), {})).scalar_one()
    assert told == kept > 0, "every content that was saved was told before the run was handed back"


IN_TURN = """
import asyncio, os, sys
from pathlib import Path
from orchestrator import Orchestrator, Settings

settings = Settings.model_validate({"database_url": sys.argv[1], "home": Path.cwd(), "max_concepts": 3})

async def make(goal: str) -> str:
    async with asyncio.timeout(float(sys.argv[2])):
        async with Orchestrator.open(settings) as orchestrator:
            task = await orchestrator.create(goal)
            return (await orchestrator.wait(task.task_id)).status

assert asyncio.run(make("in one loop")) == "completed"
assert asyncio.run(make("in another loop")) == "completed"
child = os.fork()
if child == 0:
    os._exit(asyncio.run(make("after a fork")) != "completed")
assert os.waitpid(child, 0)[1] == 0
assert asyncio.run(make("in the parent")) == "completed"
"""


@pytest.mark.slow
def test_nothing_is_carried_into_another_event_loop_or_over_a_fork(database_url: str) -> None:
    """Clients that were made before once hung there."""
    done = subprocess.run(
        [sys.executable, "-c", IN_TURN, database_url, str(HANG_SECONDS)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("act", "seconds"),
    [
        pytest.param("cancel", STATEMENT_TIMEOUT_SECONDS - 10, marks=pytest.mark.slow),
        pytest.param("resume", STATEMENT_TIMEOUT_SECONDS - 10, marks=pytest.mark.slow),
        pytest.param("cancel", IDLE_IN_TRANSACTION_TIMEOUT_SECONDS + 4, marks=pytest.mark.soak),
    ],
)
async def test_requests_do_not_wait_half_a_minute_for_a_suspended_process_without_a_sweep(
    orchestrator: Orchestrator, database: Database, act: str, seconds: float
) -> None:
    """Its session holds the task's lock in mid-statement, which no time-out of PostgreSQL's own ends sooner."""
    await reserved(database)
    await started(database)
    silent = await asyncio.to_thread(silent_in_mid_statement, database.url, "roadmap")
    with closing(silent):
        async with asyncio.timeout(seconds):
            match act:
                case "cancel":
                    assert (await orchestrator.cancel("t-1")).status is TaskStatus.CANCELLED
                case _:
                    assert (await orchestrator.resume("t-1", detach=True)).status is TaskStatus.PENDING
