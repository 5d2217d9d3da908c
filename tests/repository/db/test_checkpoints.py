import asyncio
import math
from collections.abc import AsyncIterator

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import empty_checkpoint
from sqlalchemy import text

from domain.errors import Superseded
from domain.vocabulary import Step, TaskStatus
from repository.db.checkpoints import POOL_TIMEOUT_SECONDS, CheckpointPool, FencedSaver
from repository.db.database import Database, execute
from repository.db.fence import Fence
from repository.runs.tasks import update_task_status
from tests.support.rows import fence_of, started

CONFIG: RunnableConfig = {"configurable": {"thread_id": "t-1", "checkpoint_ns": ""}}


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[CheckpointPool]:
    async with CheckpointPool(database_url) as pool:
        yield pool


@pytest.mark.slow
async def test_waiting_for_a_connection_is_no_outage(database_url: str) -> None:
    """Runs that waited longer than a server may take to answer were once handed back."""
    async with CheckpointPool(database_url, size=1) as pool:

        async def one() -> None:
            async with pool.connection() as connection:
                await connection.execute("SELECT pg_sleep(0.4)")

        await asyncio.gather(*(one() for _ in range(1 + math.ceil(POOL_TIMEOUT_SECONDS / 0.4))))


async def superseded(database: Database) -> Fence:
    old = fence_of(await started(database))
    async with database.transaction() as session:
        await update_task_status(session, "t-1", TaskStatus.PROCESSING, Step.INIT, worker_id="w-2")
    return old


async def test_both_kinds_of_checkpoint_writes_pass_the_fence(database: Database, pool: CheckpointPool) -> None:
    saver = FencedSaver(pool, await superseded(database), database)
    with pytest.raises(Superseded):
        await saver.aput(CONFIG, empty_checkpoint(), {}, {})
    config: RunnableConfig = {"configurable": {**CONFIG["configurable"], "checkpoint_id": "1"}}
    with pytest.raises(Superseded):
        await saver.aput_writes(config, [("channel", "value")], "task")
    assert await saver.aget_tuple(CONFIG) is None


async def test_the_owner_writes_and_reads_its_checkpoint(database: Database, pool: CheckpointPool) -> None:
    saver = FencedSaver(pool, fence_of(await started(database)), database)
    checkpoint = empty_checkpoint()
    stored = await saver.aput(CONFIG, checkpoint, {"step": 1}, {})
    await saver.aput_writes(stored, [("channel", {"framework": "数据 🎉"})], "task")
    found = await saver.aget_tuple(CONFIG)
    assert found is not None
    assert found.checkpoint["id"] == checkpoint["id"]
    assert found.pending_writes == [("task", "channel", {"framework": "数据 🎉"})]


async def test_checkpoint_data_can_name_no_python_type(database: Database, pool: CheckpointPool) -> None:
    saver = FencedSaver(pool, fence_of(await started(database)), database)
    kind, data = saver.serde.dumps_typed({"state": TaskStatus.PENDING})
    assert type(saver.serde.loads_typed((kind, data))["state"]) is not TaskStatus


async def test_no_connection_waits_for_ever_for_a_server_or_for_its_process(
    database: Database, pool: CheckpointPool
) -> None:
    """Checkpoint writes without timeouts or keepalives once hung, and their tasks with them."""
    bounds = ("statement_timeout", "idle_in_transaction_session_timeout")
    async with pool.connection() as connection, database.transaction() as session:
        for name in bounds:
            row = await (await connection.execute(f"SELECT current_setting('{name}') AS value")).fetchone()
            value = (await execute(session, text("SELECT current_setting(:name)"), {"name": name})).scalar_one()
            assert row == {"value": value}
            assert value not in {"0", ""}
        parameters = connection.info.get_parameters()
        assert {"keepalives_idle", "keepalives_interval", "keepalives_count"} <= parameters.keys()
