"""Leases of processes, written and compared by the database's clock alone.

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
from repository.predicates import PROCESSING_TASK

T = TypeVar("T")

LOCK_TIMEOUT_SECONDS: Final = 1.0
"""Seconds for which a user's request waits for a lock before it terminates stalled sessions."""
STALLED_SESSION_SECONDS: Final = 2 * IDLE_IN_TRANSACTION_TIMEOUT_SECONDS
"""Seconds after which a stalled session would have been terminated, so that the holder of a lock must be another."""

_REGISTER: Final = """
    INSERT INTO workers (worker_id, kind, host, pid, timeout, started_at, alive_until)
    VALUES (%(worker_id)s, %(kind)s, %(host)s, %(pid)s, %(timeout)s, clock_timestamp(),
            clock_timestamp() + make_interval(secs => %(timeout)s))
    ON CONFLICT (worker_id) DO UPDATE SET alive_until = excluded.alive_until"""
_OWNED: Final = f"""
    SELECT task_id, attempt FROM roadmap_tasks t
    WHERE task_id = ANY(%(task_ids)s) AND worker_id = %(worker_id)s AND {PROCESSING_TASK}"""


def register(connection: psycopg.Connection, worker_id: str, kind: str, host: str, pid: int, timeout: float) -> None:
    """Begin or renew a lease of `timeout` seconds; commit it before any task names the worker."""
    connection.execute(_REGISTER, {"worker_id": worker_id, "kind": kind, "host": host, "pid": pid, "timeout": timeout})


def owned(connection: psycopg.Connection, worker_id: str, task_ids: list[str]) -> dict[str, int]:
    """Return the attempts of those of `task_ids` that this worker runs, by task id."""
    if not task_ids:
        return {}
    return dict(connection.execute(_OWNED, {"worker_id": worker_id, "task_ids": task_ids}).fetchall())


def retire(connection: psycopg.Connection, worker_id: str) -> None:
    """Delete the lease of a process that shuts down and owns no task any more."""
    connection.execute("DELETE FROM workers WHERE worker_id = %s", [worker_id])


async def database_now(session: Session) -> datetime:
    """Return the time of the database's clock, which is later than every earlier commit."""
    result = await execute(session, text("SELECT clock_timestamp()"), {})
    now: datetime = result.scalar_one()
    return now


async def lease_renewed_since(session: Session, worker_id: str, since: datetime) -> bool:
    """Return whether a worker renewed its lease after `since`, or has no valid lease any more."""
    result = await execute(
        session,
        text("""
            SELECT NOT EXISTS (SELECT FROM workers WHERE worker_id = :worker_id AND alive_until > clock_timestamp()
                AND alive_until - make_interval(secs => timeout) <= :since)"""),
        {"worker_id": worker_id, "since": since},
    )
    return bool(result.scalar_one())


async def forget_dead_workers(session: Session) -> None:
    """Delete leases that expired more than a day ago."""
    await execute(session, text("DELETE FROM workers WHERE alive_until < clock_timestamp() - interval '1 day'"), {})


_TERMINATE: Final = text("""
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user
        AND application_name IN (current_setting('application_name'), 'roadmap checkpoints')
        AND state <> 'idle' AND xact_start IS NOT NULL AND wait_event_type = 'Client'
        AND state_change < clock_timestamp() - make_interval(secs => :seconds)""")


async def terminate_stalled_sessions(session: Session) -> int:
    """Terminate sessions of suspended processes that `idle_in_transaction_session_timeout` does not reach.

    In the middle of a statement's messages a session counts as active, however long its client sends or reads nothing.
    A client that was suspended after it asked for a flush (as pipelines do) leaves it idle in a transaction, and the
    server has stopped counting its idle time.
    Its locks would block a takeover until the statement times out. Returns the number of terminated sessions.
    """
    count = await execute(session, _TERMINATE, {"seconds": IDLE_IN_TRANSACTION_TIMEOUT_SECONDS})
    return int(count.scalar_one())


async def retry_past_stalled_sessions(database: Database, work: Callable[[Session], Awaitable[T]]) -> T:
    """Run `work` in a transaction, and again while a suspended process holds a lock that it needs.

    Sweeps terminate the sessions of such processes too, but only workers sweep, and there may be none. After a lock
    timeout everything that `work` did is rolled back. Raises DatabaseBusy if an active session keeps the lock.
    """
    start = time.monotonic()
    while True:
        try:
            async with database.transaction() as session:
                await set_lock_timeout(session, LOCK_TIMEOUT_SECONDS)
                return await work(session)
        except DatabaseBusy:
            if time.monotonic() - start > STALLED_SESSION_SECONDS:
                raise
        async with database.transaction() as session:
            await terminate_stalled_sessions(session)
