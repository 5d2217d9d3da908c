import asyncio
from collections.abc import AsyncIterator

import pytest

from domain.errors import NotFound
from domain.vocabulary import Step, TaskStatus
from orchestrator.commands.transitions import end
from orchestrator.queries.events import Follower
from repository.db.database import Database
from repository.runs.events import EventWriter, append_transition
from repository.runs.tasks import lock_task, update_task_status
from tests.support.limits import HANG_SECONDS
from tests.support.rows import fence_of, started


@pytest.fixture
async def follower(database: Database) -> AsyncIterator[Follower]:
    follower = Follower(database)
    yield follower
    await follower.close()


async def collect(follower: Follower, after: int = 0) -> list[tuple[int, str]]:
    return [(event.sequence, event.type) async for event in follower.follow("t-1", after)]


async def finish(database: Database, attempt: int, status: TaskStatus = TaskStatus.COMPLETED) -> None:
    async with database.transaction() as session:
        task = await lock_task(session, "t-1")
        assert task.attempt == attempt
        await end(session, fence_of(task), status, None)


async def test_a_follower_sees_every_event_once_whenever_it_begins(database: Database, follower: Follower) -> None:
    """Events before the client had subscribed were lost once."""
    task = await started(database)
    writer = EventWriter(database, fence_of(task), last=0)
    followers = []
    for number in range(60):
        writer.append(f"e{number}", {})
        if number % 10 == 0:
            followers.append(asyncio.create_task(collect(follower)))
        await asyncio.sleep(0.01)
    await writer.flush()
    await finish(database, task.attempt)
    whole = [(number + 1, f"e{number}") for number in range(60)] + [(61, "run_finished")]
    for told in await asyncio.wait_for(asyncio.gather(*followers), HANG_SECONDS):
        assert told == whole
    assert await collect(follower) == whole, "after the end, too"
    assert await collect(follower, after=59) == whole[59:]


async def test_a_final_task_without_events_ends_at_once(database: Database, follower: Follower) -> None:
    await started(database)
    async with database.transaction() as session:
        await update_task_status(session, "t-1", TaskStatus.FAILED, Step.FAILED)
    assert await asyncio.wait_for(collect(follower), HANG_SECONDS) == []


async def test_a_resumed_run_streams_on(database: Database, follower: Follower) -> None:
    task = await started(database)
    await finish(database, task.attempt, TaskStatus.FAILED)
    stream = follower.follow("t-1")
    assert (await anext(stream)).type == "run_finished"
    async with database.transaction() as session:
        resumed = await update_task_status(session, "t-1", TaskStatus.PROCESSING, Step.INIT, worker_id="w-1")
    await finish(database, resumed.attempt)
    assert [event.payload["status"] async for event in stream] == ["completed"]


async def test_the_poller_stops_without_followers(database: Database, follower: Follower) -> None:
    task = await started(database)
    first = asyncio.create_task(collect(follower))
    await asyncio.sleep(0.3)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await asyncio.sleep(0.3)
    again = asyncio.create_task(collect(follower))
    await asyncio.sleep(0.2)
    async with database.transaction() as session:
        await lock_task(session, "t-1")
        await append_transition(session, "t-1", "something", {})
    await finish(database, task.attempt)
    assert await asyncio.wait_for(again, HANG_SECONDS) == [(1, "something"), (2, "run_finished")]


async def test_an_unknown_task_is_not_found(follower: Follower) -> None:
    with pytest.raises(NotFound):
        await collect(follower)
