import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing

import psycopg
import pytest
from sqlalchemy import text

from domain.errors import RoadmapError
from orchestrator.process.queue import RunQueue
from orchestrator.process.queue_pgqueuer import POLL_INTERVAL_SECONDS, PgQueuerQueue
from repository.db.database import Database, execute
from tests.support.limits import HANG_SECONDS

A_MOMENT = 0.3
"""Seconds in which something that must not happen would have happened."""

Deliveries = AsyncGenerator[str, None]


@pytest.fixture
def queue(database: Database) -> RunQueue:
    return PgQueuerQueue(database)


@pytest.fixture
async def deliveries(queue: RunQueue) -> AsyncGenerator[Deliveries, None]:
    async with aclosing(queue.deliveries()) as deliveries:
        yield deliveries


async def enqueue(database: Database, queue: RunQueue, *task_ids: str, urgent: bool = False) -> None:
    async with database.transaction() as session:
        for task_id in task_ids:
            await queue.enqueue(session, task_id, urgent=urgent)


async def take(deliveries: Deliveries, number: int) -> list[str]:
    return [await asyncio.wait_for(anext(deliveries), HANG_SECONDS) for _ in range(number)]


async def test_an_entry_is_not_delivered_before_its_transaction_commits(
    database: Database, queue: RunQueue, deliveries: Deliveries
) -> None:
    waiting = asyncio.ensure_future(anext(deliveries))
    async with database.transaction() as session:
        await queue.enqueue(session, "t-1")
        await asyncio.sleep(A_MOMENT)
        assert not waiting.done()
    assert await asyncio.wait_for(waiting, HANG_SECONDS) == "t-1"


async def test_an_entry_of_a_transaction_that_was_rolled_back_is_never_delivered(
    database: Database, queue: RunQueue, deliveries: Deliveries
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as session:
            await queue.enqueue(session, "lost")
            raise ZeroDivisionError
    await enqueue(database, queue, "kept")
    assert await take(deliveries, 1) == ["kept"]


async def test_an_entry_whose_commit_failed_is_never_delivered(
    database: Database, queue: RunQueue, deliveries: Deliveries
) -> None:
    async with database.transaction() as session:
        await execute(session, text("CREATE TABLE once (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)"), {})
    with pytest.raises(Exception, match="once_n_key"):
        async with database.transaction() as session:
            await execute(session, text("INSERT INTO once VALUES (1), (1)"), {})
            await queue.enqueue(session, "lost")
    await enqueue(database, queue, "kept")
    assert await take(deliveries, 1) == ["kept"]


async def test_urgent_entries_come_first_and_the_others_in_order(
    database: Database, queue: RunQueue, deliveries: Deliveries
) -> None:
    await enqueue(database, queue, "a", "b")
    await enqueue(database, queue, "c")
    await enqueue(database, queue, "x", urgent=True)
    await enqueue(database, queue, "y", urgent=True)
    assert await take(deliveries, 5) == ["x", "y", "a", "b", "c"]


async def test_an_entry_is_taken_only_when_it_is_asked_for(
    database: Database, queue: RunQueue, deliveries: Deliveries
) -> None:
    """A worker without a free place must leave the next one to others."""
    await enqueue(database, queue, "a", "b")
    assert await take(deliveries, 1) == ["a"]
    async with aclosing(queue.deliveries()) as other:
        assert await take(other, 1) == ["b"]


async def test_each_entry_reaches_one_of_several_consumers(database: Database, queue: RunQueue) -> None:
    sent = [f"t-{number}" for number in range(40)]
    taken: list[str] = []

    async def consume(deliveries: Deliveries) -> None:
        async for task_id in deliveries:
            taken.append(task_id)
            await asyncio.sleep(0)

    async with AsyncExitStack() as stack:
        several = [await stack.enter_async_context(aclosing(queue.deliveries())) for _ in range(4)]
        consumers = [asyncio.create_task(consume(deliveries)) for deliveries in several]
        for task_id in sent:
            await enqueue(database, queue, task_id)
        await until(lambda: len(taken) >= len(sent))
        await asyncio.sleep(A_MOMENT)
        for consumer in consumers:
            consumer.cancel()
        await asyncio.gather(*consumers, return_exceptions=True)
    assert sorted(taken) == sorted(sent)


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(HANG_SECONDS):
        while not reached():
            await asyncio.sleep(0.02)


async def test_a_task_may_be_enqueued_again_after_its_delivery(
    database: Database, queue: RunQueue, deliveries: Deliveries
) -> None:
    """A key that stood for picked entries too once swallowed the second wake-up."""
    for _ in range(2):
        await enqueue(database, queue, "t-1")
        assert await take(deliveries, 1) == ["t-1"]


async def missing(database: Database, queue: RunQueue, task_ids: Sequence[str], *, urgent: bool = False) -> list[str]:
    async with database.transaction() as session:
        return await queue.enqueue_missing(session, task_ids, urgent=urgent)


async def test_only_tasks_without_an_entry_are_enqueued(
    database: Database, queue: RunQueue, deliveries: Deliveries
) -> None:
    await enqueue(database, queue, "a", "x:c-1-1-1")
    assert await missing(database, queue, []) == []
    assert await missing(database, queue, ["x:c-1-1-1", "c", "a", "b"]) == ["c", "b"]
    assert await missing(database, queue, ["a", "b", "c"]) == []
    assert await take(deliveries, 4) == ["a", "x:c-1-1-1", "c", "b"]
    assert await missing(database, queue, ["a"]) == ["a"], "what was delivered stands for nothing any more"


async def test_what_is_missing_can_be_urgent(database: Database, queue: RunQueue, deliveries: Deliveries) -> None:
    await enqueue(database, queue, "a")
    await missing(database, queue, ["dead"], urgent=True)
    assert await take(deliveries, 2) == ["dead", "a"]


async def test_tidying_forgets_no_entry(database: Database, queue: RunQueue, deliveries: Deliveries) -> None:
    await enqueue(database, queue, "a")
    async with database.transaction() as session:
        await queue.tidy(session)
    assert await take(deliveries, 1) == ["a"]


async def test_a_waiting_consumer_is_notified_and_does_not_wait_for_the_next_poll(
    database: Database, queue: RunQueue, deliveries: Deliveries
) -> None:
    """The least of several counts, since the machine may be busy."""
    await enqueue(database, queue, "warm up")
    await take(deliveries, 1)
    latencies = []
    for number in range(5):
        waiting = asyncio.ensure_future(anext(deliveries))
        await asyncio.sleep(0.05)
        began = time.monotonic()
        await enqueue(database, queue, f"t-{number}")
        await asyncio.wait_for(waiting, HANG_SECONDS)
        latencies.append(time.monotonic() - began)
    assert min(latencies) < POLL_INTERVAL_SECONDS - 0.5


async def test_a_consumer_that_stops_waiting_takes_no_entry(database: Database, queue: RunQueue) -> None:
    for _ in range(3):
        async with aclosing(queue.deliveries()) as deliveries:
            waiting = asyncio.ensure_future(anext(deliveries))
            await asyncio.sleep(0.1)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
    await enqueue(database, queue, "t-1")
    async with aclosing(queue.deliveries()) as deliveries:
        assert await take(deliveries, 1) == ["t-1"]


def sever(database_url: str) -> None:
    """Every session of the database but this one ends, as in a restart of the server."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("""
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()""")


async def test_a_lost_connection_loses_no_entry_and_no_consumer(
    database: Database, queue: RunQueue, deliveries: Deliveries
) -> None:
    """LISTEN is not made again by itself: whoever waited then waited for ever."""
    for number in range(3):
        waiting = asyncio.ensure_future(anext(deliveries))
        await asyncio.sleep(0.1)
        await asyncio.to_thread(sever, database.url)
        await asyncio.sleep(0.1)
        await patiently(database, queue, f"t-{number}")
        assert await asyncio.wait_for(waiting, HANG_SECONDS) == f"t-{number}"


async def patiently(database: Database, queue: RunQueue, task_id: str) -> None:
    """The pool's own connections were severed too."""
    for _ in range(20):
        try:
            return await enqueue(database, queue, task_id)
        except RoadmapError:
            await asyncio.sleep(0.05)
    raise AssertionError("never enqueued")
