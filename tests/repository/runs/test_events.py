import asyncio

import pytest
from sqlalchemy import text

from domain.errors import Superseded
from domain.vocabulary import ContentType, Step, TaskStatus
from repository.contents.contents import insert_contents, save_version
from repository.db.database import Database, execute
from repository.runs.events import (
    EventWriter,
    append_events,
    append_transition,
    contents_without_event,
    events_after,
    last_sequence,
)
from repository.runs.tasks import lock_task, update_task_status
from tests.support.limits import HANG_SECONDS
from tests.support.rows import BOUGHT, fence_of, reserved, started


async def read(database: Database, after: int = 0) -> list[tuple[int, str]]:
    async with database.transaction() as session:
        return [(event.sequence, event.type) for event in await events_after(session, {"t-1": after})]


async def test_events_of_a_run_are_numbered_without_gaps(database: Database) -> None:
    writer = EventWriter(database, fence_of(await started(database)), last=0)
    for number in range(300):
        writer.append(f"e{number}", {"n": number})
        if number % 50 == 0:
            await writer.flush()
    await writer.flush()
    assert await read(database) == [(number + 1, f"e{number}") for number in range(300)]
    assert await read(database, after=298) == [(299, "e298"), (300, "e299")]


async def soon(database: Database, sequence: int) -> None:
    async with asyncio.timeout(HANG_SECONDS):
        while not await read(database, after=sequence - 1):
            await asyncio.sleep(0.02)


async def test_an_event_is_committed_soon_without_a_flush(database: Database) -> None:
    writer = EventWriter(database, fence_of(await started(database)), last=0)
    writer.append("soon", {})
    await soon(database, 1)
    assert await read(database) == [(1, "soon")]


async def test_an_event_that_comes_while_others_are_committed_waits_for_no_later_one(database: Database) -> None:
    """That a content was begun was told when it was finished."""
    writer = EventWriter(database, fence_of(await started(database)), last=0)
    async with database.transaction() as session:
        await lock_task(session, "t-1")  # the commit of the first one stands behind it
        writer.append("first", {})
        await asyncio.sleep(4 * EventWriter.LINGER)
        writer.append("second", {})
    await soon(database, 2)
    assert await read(database) == [(1, "first"), (2, "second")]


async def test_flushes_at_once_neither_lose_nor_repeat_an_event(database: Database) -> None:
    writer = EventWriter(database, fence_of(await started(database)), last=0)

    async def tell(number: int) -> None:
        writer.append(f"e{number}", {})
        await writer.flush()

    await asyncio.gather(*(tell(number) for number in range(40)))
    told = await read(database)
    assert [sequence for sequence, _ in told] == list(range(1, 41))
    assert {name for _, name in told} == {f"e{number}" for number in range(40)}


async def test_a_superseded_run_appends_no_event(database: Database) -> None:
    writer = EventWriter(database, fence_of(await started(database)), last=0)
    async with database.transaction() as session:
        await lock_task(session, "t-1")
        await update_task_status(session, "t-1", TaskStatus.CANCELLED, Step.CANCELLED)
        await append_transition(session, "t-1", "run_finished", {})
    writer.append("late", {})
    with pytest.raises(Superseded):
        await writer.flush()
    assert await read(database) == [(1, "run_finished")]


async def test_a_batch_sent_again_after_an_unconfirmed_commit_is_stored_once(database: Database) -> None:
    await started(database)
    async with database.transaction() as session:
        await append_events(session, "t-1", [("a", {}), ("b", {})], last=0)
    async with database.transaction() as session:
        await append_events(session, "t-1", [("a", {}), ("b", {}), ("c", {})], last=0)
        assert await last_sequence(session, "t-1") == 3
    assert await read(database) == [(1, "a"), (2, "b"), (3, "c")]


async def test_events_of_several_tasks_come_each_after_its_own_sequence(database: Database) -> None:
    await started(database)
    await started(database, "t-2", roadmap_id="r-2")
    async with database.transaction() as session:
        for task_id in ("t-1", "t-2"):
            await append_events(session, task_id, [("a", {}), ("b", {})], last=0)
        found = await events_after(session, {"t-1": 1, "t-2": 0, "nope": 0})
    assert [(event.task_id, event.sequence) for event in found] == [("t-1", 2), ("t-2", 1), ("t-2", 2)]


async def test_contents_committed_without_event_by_a_dead_attempt_are_found(database: Database) -> None:
    await reserved(database)
    fence = fence_of(await started(database))
    async with database.transaction() as session:
        await insert_contents(session, fence, "r-1", ["c-1", "c-2"])
        for concept_id in ("c-1", "c-2"):
            await save_version(session, fence, "r-1", concept_id, ContentType.QUIZ, {}, BOUGHT)
        told = {"concept_id": "c-1", "content_type": "quiz", "version": 1}
        await append_events(session, "t-1", [("content_completed", told)], last=0)
        untold = [{**told, "concept_id": "c-2"}]
        assert await contents_without_event(session, "t-1") == untold
        await execute(session, text("UPDATE concept_contents SET task_id = 't-2' WHERE concept_id = 'c-2'"), {})
        assert await contents_without_event(session, "t-1") == untold, "whoever retries it meanwhile"
