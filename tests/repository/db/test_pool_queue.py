import asyncio
from contextlib import suppress

import pytest

from domain.errors import DatabaseUnavailable
from repository.db.pool_queue import PoolQueue

TIMEOUT_SECONDS = 1.0
TURN = 0.3


async def hold(line: PoolQueue, seconds: float) -> None:
    async with line.turn():
        await asyncio.sleep(seconds)


async def fail(line: PoolQueue, seconds: float) -> None:
    with suppress(DatabaseUnavailable):
        async with line.turn():
            await asyncio.sleep(seconds)
            raise DatabaseUnavailable("No answer.")


@pytest.mark.slow
async def test_a_long_queue_that_moves_is_waited_for() -> None:
    line = PoolQueue(1, TIMEOUT_SECONDS)
    await asyncio.gather(*(hold(line, TURN) for _ in range(10)))


async def test_waiting_in_a_stalled_queue_fails_after_patience() -> None:
    line = PoolQueue(1, TIMEOUT_SECONDS)
    held = asyncio.create_task(hold(line, 10 * TIMEOUT_SECONDS))
    await asyncio.sleep(0)
    with pytest.raises(DatabaseUnavailable):
        await hold(line, 0)
    assert not held.done(), "the waiter did not wait for the one before it"
    held.cancel()


async def test_failures_do_not_count_as_moving() -> None:
    """Each takes its time to fail, so that the last of many would hear of an outage very late."""
    line = PoolQueue(1, TIMEOUT_SECONDS)
    failing = [asyncio.create_task(fail(line, TURN)) for _ in range(50)]
    await asyncio.sleep(0)
    with pytest.raises(DatabaseUnavailable, match="does not answer"):
        await hold(line, 0)
    assert not all(one.done() for one in failing), "the waiter did not wait for all of them"
    for one in failing:
        one.cancel()


async def test_a_cancelled_waiter_keeps_no_turn() -> None:
    line = PoolQueue(2, TIMEOUT_SECONDS)
    for give_way in range(5):
        crowd = [asyncio.create_task(hold(line, 0)) for _ in range(20)]
        for _ in range(give_way):
            await asyncio.sleep(0)
        for one in crowd[::2]:
            one.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)
    async with line.turn(), line.turn():
        pass
