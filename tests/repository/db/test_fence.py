import asyncio

import pytest

from domain.errors import Superseded
from domain.vocabulary import Step, TaskStatus
from repository.db.database import Database
from repository.db.fence import Fence, assert_fence
from repository.runs.tasks import enter_step, get_task, lock_task, update_task_status
from tests.support.limits import HANG_SECONDS
from tests.support.rows import fence_of, started


async def test_a_superseded_run_writes_nothing(database: Database) -> None:
    old = fence_of(await started(database))
    async with database.transaction() as session:
        await update_task_status(session, "t-1", TaskStatus.CANCELLED, Step.CANCELLED)
    with pytest.raises(Superseded):
        async with database.transaction() as session:
            await assert_fence(session, old)
            await enter_step(session, old, Step.QUIZ_GENERATION)
    with pytest.raises(Superseded):
        async with database.transaction() as session:
            await update_task_status(session, "t-1", TaskStatus.COMPLETED, Step.COMPLETED, attempt=old.attempt)
    async with database.transaction() as session:
        assert (await get_task(session, "t-1")).current_step == "cancelled"


async def test_an_old_owner_does_not_slip_through_while_its_attempt_is_taken(database: Database) -> None:
    """The look at the attempt must come after the lock: here the lock is waited for, then the attempt has moved."""
    old = fence_of(await started(database))

    async def write_as_old_owner() -> None:
        async with database.transaction() as session:
            await assert_fence(session, old)
            await enter_step(session, old, Step.QUIZ_GENERATION)

    async with database.transaction() as session:
        await lock_task(session, "t-1")
        writing = asyncio.create_task(write_as_old_owner())
        await asyncio.sleep(0.2)
        assert not writing.done(), "it waits for the lock"
        await update_task_status(session, "t-1", TaskStatus.PROCESSING, Step.INIT, worker_id="w-2")
    with pytest.raises(Superseded):
        await writing
    async with database.transaction() as session:
        assert (await get_task(session, "t-1")).current_step == "init"


async def test_writes_of_one_run_do_not_wait_for_each_other(database: Database) -> None:
    fence = fence_of(await started(database))
    async with database.transaction() as first, database.transaction() as second:
        await assert_fence(first, fence)
        await asyncio.wait_for(assert_fence(second, fence), HANG_SECONDS)


async def test_a_fence_of_no_task_is_refused(database: Database) -> None:
    with pytest.raises(Superseded):
        async with database.transaction() as session:
            await assert_fence(session, Fence("nope", 1))
