"""Races for a place and for contents: one wins, the others are told, and no run says that it did what it did not."""

import asyncio

import pytest

from domain.errors import Conflict
from domain.vocabulary import ContentType, TaskStatus, TaskType
from orchestrator.commands import transitions
from repository.contents.claims import Claimable, claim_contents, lock_contents
from repository.contents.content_queries import states
from repository.contents.contents import ensure_contents
from repository.db.database import Database
from repository.roadmaps.roadmaps import save_roadmap_metadata
from repository.runs.events import events_of_type
from repository.runs.tasks import get_task
from repository.tables.runs import TaskRow
from tests.support.rows import fence_of, framework, reserved, started

CONCEPT = "x:c-1-1-1"


@pytest.fixture(autouse=True)
async def roadmap(database: Database) -> None:
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "r-1", "ann", framework())
        await ensure_contents(session, "r-1", [CONCEPT])


async def retry(database: Database, task_id: str) -> TaskRow:
    """A running retry of one quiz that holds it."""
    task = await started(
        database, task_id, task_type=TaskType.RETRY_QUIZ, concept_id=CONCEPT, content_type=ContentType.QUIZ
    )
    await claim(database, task)
    return task


async def claim(database: Database, task: TaskRow) -> None:
    async with database.transaction() as session:
        found: list[Claimable] = await lock_contents(session, "r-1", [ContentType.QUIZ], CONCEPT)
        await claim_contents(session, fence_of(task), "r-1", found)


async def fail(database: Database, task: TaskRow) -> None:
    async with database.transaction() as session:
        await transitions.end(session, fence_of(task), TaskStatus.FAILED, "no luck")


async def resume(database: Database, task_id: str) -> TaskRow | Conflict:
    try:
        async with database.transaction() as session:
            return await transitions.resume(session, task_id, None)
    except Conflict as error:
        return error


async def test_of_two_tasks_resumed_into_one_place_the_second_conflicts_with_the_first(database: Database) -> None:
    """Both look for a rival before either has moved: only the unique index sees the two of them."""
    await reserved(database, "r-2")
    for task_id in ("t-1", "t-2"):
        await started(database, task_id, roadmap_id="r-2")
        async with database.transaction() as session:
            await transitions.cancel(session, task_id, "enough")
    for _ in range(10):
        results = await asyncio.gather(resume(database, "t-1"), resume(database, "t-2"))
        (winner,) = [result for result in results if isinstance(result, TaskRow)]
        (told,) = [result for result in results if isinstance(result, Conflict)]
        assert winner.task_id in str(told)
        async with database.transaction() as session:
            await transitions.cancel(session, winner.task_id, "once more")


async def test_a_resumed_retry_whose_content_is_another_runs_is_refused(database: Database) -> None:
    """It would have had nothing to do, and said completed."""
    first = await retry(database, "t-1")
    await fail(database, first)
    batch = await started(database, "t-2", task_type=TaskType.RETRY_BATCH)
    await claim(database, batch)
    refused = await resume(database, "t-1")
    assert isinstance(refused, Conflict)
    async with database.transaction() as session:
        assert (await get_task(session, "t-1")).status == TaskStatus.FAILED


async def test_a_retry_whose_content_was_claimed_while_it_was_dead_does_not_say_completed(database: Database) -> None:
    await retry(database, "t-1")
    batch = await started(database, "t-2", task_type=TaskType.RETRY_BATCH)
    await claim(database, batch)
    async with database.transaction() as session:
        taken_over = await transitions.start(session, "t-1", "w-2")
        assert taken_over is not None
        ended = await transitions.finish(session, fence_of(taken_over), [])
    assert (ended.status, ended.error_message) == (TaskStatus.FAILED, "Another run has taken over its content.")


async def test_an_end_whose_commit_was_not_confirmed_can_be_repeated(database: Database) -> None:
    """The last event once came twice, or not at all."""
    task = await retry(database, "t-1")
    for _ in range(3):
        async with database.transaction() as session:
            ended = await transitions.end(session, fence_of(task), TaskStatus.FAILED, "no luck")
            again = await transitions.finish(session, fence_of(task), [])
        assert (ended.status, again.status, again.attempt) == (TaskStatus.FAILED, TaskStatus.FAILED, 2)


async def test_a_requeue_whose_commit_was_not_confirmed_can_be_repeated(database: Database) -> None:
    """The run once ended as if another process had taken it."""
    task = await retry(database, "t-1")
    for _ in range(3):
        async with database.transaction() as session:
            handed_back = await transitions.requeue(session, fence_of(task))
    assert (handed_back.status, handed_back.attempt) == (TaskStatus.PENDING, 2)
    async with database.transaction() as session:
        assert len(await events_of_type(session, "t-1", "run_handed_back")) == 1


async def test_cancelling_leaves_nothing_that_looks_unfinished(database: Database) -> None:
    await retry(database, "t-1")
    async with database.transaction() as session:
        before = await transitions.cancel(session, "t-1", "enough")
        contents = [row for row in await states(session, "r-1") if row.task_id == "t-1"]
    assert before.status == TaskStatus.PROCESSING
    assert [(row.status, row.last_error) for row in contents] == [("failed", "enough")]
    with pytest.raises(Conflict, match="already cancelled"):
        async with database.transaction() as session:
            await transitions.cancel(session, "t-1", "enough")
