"""Sessions of processes that were stopped half-way."""

import asyncio

import psycopg
from psycopg import pq

from repository.database import IDLE_IN_TRANSACTION_TIMEOUT, Database
from repository.tasks import lock_task
from repository.workers import end_silent_sessions
from tests.support.rows import started


def silent_in_mid_statement(url: str, application_name: str) -> psycopg.Connection:
    """Holds the lock of task t-1 and owes the server the end of its statement, so that it counts as active."""
    connection = psycopg.connect(url, application_name=application_name)
    connection.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended('t-1', 0))")
    connection.pgconn.enter_pipeline_mode()
    connection.pgconn.send_prepare(b"half", b"SELECT 1")
    connection.pgconn.send_flush_request()
    connection.pgconn.flush()
    return connection


async def test_a_session_that_is_silent_in_mid_statement_bars_nobody(database: Database) -> None:
    """The time-out for idle transactions does not see it; a takeover waited until the statement timed out."""
    await started(database)
    silent = await asyncio.to_thread(silent_in_mid_statement, database.url, "roadmap")
    foreign = await asyncio.to_thread(silent_in_mid_statement, database.url, "psql")
    async with database.transaction() as session:
        assert await end_silent_sessions(session) == 0, "it may still speak"
    await asyncio.sleep(IDLE_IN_TRANSACTION_TIMEOUT + 0.2)
    async with database.transaction() as session:
        assert await end_silent_sessions(session) == 1, "a person's own session is not ours to end"
    foreign.close()
    async with asyncio.timeout(2), database.transaction() as session:
        await lock_task(session, "t-1")
    assert silent.pgconn.transaction_status != pq.TransactionStatus.IDLE
    silent.close()
