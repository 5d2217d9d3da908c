"""Leases: who is alive. Written and compared by the database's clock alone.

A lease is renewed from a thread with a connection of its own (orchestrator/process/lease.py): plain psycopg.
"""

import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, TypeVar

import psycopg
from sqlalchemy import text

from domain.errors import DatabaseBusy
from repository.db.database import IDLE_IN_TRANSACTION_TIMEOUT_SECONDS, Database, Session, execute, set_lock_timeout

T = TypeVar("T")

LOCK_TIMEOUT_SECONDS: Final = 1.0
"""Seconds that a person's request waits for a lock before it looks who is silent."""
STALLED_SESSION_SECONDS: Final = 2 * IDLE_IN_TRANSACTION_TIMEOUT_SECONDS
"""Seconds after which a lock is not held by a silent session, since that would have been ended."""

_REGISTER: Final = """
    INSERT INTO workers (worker_id, kind, host, pid, timeout, started_at, alive_until)
    VALUES (%(worker_id)s, %(kind)s, %(host)s, %(pid)s, %(timeout)s, clock_timestamp(),
            clock_timestamp() + make_interval(secs => %(timeout)s))
    ON CONFLICT (worker_id) DO UPDATE SET alive_until = excluded.alive_until"""
_OWNED: Final = """
    SELECT task_id, attempt FROM roadmap_tasks
    WHERE task_id = ANY(%(task_ids)s) AND worker_id = %(worker_id)s AND status = 'processing'"""


def register(connection: psycopg.Connection, worker_id: str, kind: str, host: str, pid: int, timeout: float) -> None:
    """Begin or renew a lease of `timeout` seconds. Committed before any task names the worker."""
    connection.execute(_REGISTER, {"worker_id": worker_id, "kind": kind, "host": host, "pid": pid, "timeout": timeout})


def owned(connection: psycopg.Connection, worker_id: str, task_ids: list[str]) -> dict[str, int]:
    """Of `task_ids`, those that this worker runs, with their attempt."""
    if not task_ids:
        return {}
    return dict(connection.execute(_OWNED, {"worker_id": worker_id, "task_ids": task_ids}).fetchall())


def retire(connection: psycopg.Connection, worker_id: str) -> None:
    """The process ends in good order and owns no task any more."""
    connection.execute("DELETE FROM workers WHERE worker_id = %s", [worker_id])


async def database_now(session: Session) -> datetime:
    """The database's clock, later than everything that was committed before."""
    result = await execute(session, text("SELECT clock_timestamp()"), {})
    now: datetime = result.scalar_one()
    return now


async def lease_renewed_since(session: Session, worker_id: str, since: datetime) -> bool:
    """Whether a worker has renewed its lease after `since`, or no lease of it runs any more."""
    result = await execute(
        session,
        text("""
            SELECT NOT EXISTS (SELECT FROM workers WHERE worker_id = :worker_id AND alive_until > clock_timestamp()
                AND alive_until - make_interval(secs => timeout) <= :since)"""),
        {"worker_id": worker_id, "since": since},
    )
    return bool(result.scalar_one())


async def forget_dead_workers(session: Session) -> None:
    """Leases that ran out a day ago say nothing any more."""
    await execute(session, text("DELETE FROM workers WHERE alive_until < clock_timestamp() - interval '1 day'"), {})


_END_SILENT: Final = text("""
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user
        AND application_name IN (current_setting('application_name'), 'roadmap checkpoints')
        AND state = 'active' AND xact_start IS NOT NULL AND wait_event_type = 'Client'
        AND state_change < clock_timestamp() - make_interval(secs => :seconds)""")


async def terminate_stalled_sessions(session: Session) -> int:
    """End the transactions of stopped processes that `idle_in_transaction_session_timeout` does not; how many.

    Between the messages of one statement a session counts as active, however long its process is silent, and so it
    does while nobody reads what it sends. Its locks would bar a takeover until the statement times out.
    """
    ended = await execute(session, _END_SILENT, {"seconds": IDLE_IN_TRANSACTION_TIMEOUT_SECONDS})
    return int(ended.scalar_one())


async def retry_past_stalled_sessions(database: Database, work: Callable[[Session], Awaitable[T]]) -> T:
    """`work` in a transaction of its own, done again while a stopped process holds a lock that it needs.

    Sweeps end the sessions of such processes, but only workers sweep, and none may be alive. A lock that was not got is
    rolled back with all that `work` did. Raises DatabaseBusy where somebody who is not silent keeps it.
    """
    began = time.monotonic()
    while True:
        try:
            async with database.transaction() as session:
                await set_lock_timeout(session, LOCK_TIMEOUT_SECONDS)
                return await work(session)
        except DatabaseBusy:
            if time.monotonic() - began > STALLED_SESSION_SECONDS:
                raise
        async with database.transaction() as session:
            await terminate_stalled_sessions(session)
