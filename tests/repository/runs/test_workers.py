"""Sessions of processes that were stopped half-way."""

import asyncio

import pytest
from psycopg import pq

from repository.db.database import IDLE_IN_TRANSACTION_TIMEOUT_SECONDS, Database
from repository.runs.tasks import lock_task
from repository.runs.workers import terminate_stalled_sessions
from tests.support.limits import HANG_SECONDS
from tests.support.rows import started
from tests.support.silence import silent_after_a_flush, silent_in_mid_statement


@pytest.mark.slow
async def test_a_session_stalled_in_mid_statement_blocks_no_takeover(database: Database) -> None:
    """The time-out for idle transactions does not see it; a takeover waited until the statement timed out."""
    await started(database)
    silent = await asyncio.to_thread(silent_in_mid_statement, database.url, "roadmap")
    foreign = await asyncio.to_thread(silent_in_mid_statement, database.url, "psql", "bob")
    async with database.transaction() as session:
        assert await terminate_stalled_sessions(session) == 0, "it may still speak"
    await asyncio.sleep(IDLE_IN_TRANSACTION_TIMEOUT_SECONDS + 0.2)
    async with database.transaction() as session:
        assert await terminate_stalled_sessions(session) == 1, "a person's own session is not ours to end"
    foreign.close()
    async with asyncio.timeout(HANG_SECONDS), database.transaction() as session:
        await lock_task(session, "t-1")
    assert silent.pgconn.transaction_status != pq.TransactionStatus.IDLE
    silent.close()


@pytest.mark.slow
async def test_a_session_stalled_after_a_flush_blocks_no_takeover(database: Database) -> None:
    """The server stops its timer for idle transactions when the flush arrives; a worker stopped then kept its task."""
    await started(database)
    silent = await asyncio.to_thread(silent_after_a_flush, database.url, "roadmap checkpoints")
    await asyncio.sleep(IDLE_IN_TRANSACTION_TIMEOUT_SECONDS + 0.2)
    async with database.transaction() as session:
        assert await terminate_stalled_sessions(session) == 1
    async with asyncio.timeout(HANG_SECONDS), database.transaction() as session:
        await lock_task(session, "t-1")
    silent.close()
