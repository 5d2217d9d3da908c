"""Leases: who is alive. Written and compared by the database's clock alone.

A lease is renewed from a thread with a connection of its own (orchestrator/lease.py), hence plain psycopg here.
"""

from typing import Final

import psycopg

REGISTER: Final = """
    INSERT INTO workers (worker_id, kind, host, pid, timeout, started_at, alive_until)
    VALUES (%(worker_id)s, %(kind)s, %(host)s, %(pid)s, %(timeout)s, clock_timestamp(),
            clock_timestamp() + make_interval(secs => %(timeout)s))"""
RENEW: Final = """
    UPDATE workers SET alive_until = clock_timestamp() + make_interval(secs => timeout)
    WHERE worker_id = %(worker_id)s"""
RETIRE: Final = "DELETE FROM workers WHERE worker_id = %(worker_id)s"
OWNED: Final = """
    SELECT task_id, attempt FROM roadmap_tasks
    WHERE task_id = ANY(%(task_ids)s) AND worker_id = %(worker_id)s AND status = 'processing'"""


def register(connection: psycopg.Connection, worker_id: str, kind: str, host: str, pid: int, timeout: float) -> None:
    """Begin a lease of `timeout` seconds. Committed before any task names the worker."""
    connection.execute(REGISTER, {"worker_id": worker_id, "kind": kind, "host": host, "pid": pid, "timeout": timeout})


def renew(connection: psycopg.Connection, worker_id: str, task_ids: list[str]) -> dict[str, int]:
    """Extend the lease; of `task_ids`, those that this worker still owns, with their attempt."""
    with connection.transaction():
        connection.execute(RENEW, {"worker_id": worker_id})
        return dict(connection.execute(OWNED, {"worker_id": worker_id, "task_ids": task_ids}).fetchall())


def retire(connection: psycopg.Connection, worker_id: str) -> None:
    """The process ends in good order and owns no task any more."""
    connection.execute(RETIRE, {"worker_id": worker_id})
