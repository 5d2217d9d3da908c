"""Changes of tables while other sessions are active: short waits for locks, repeated until a time limit.

The error names the session that holds the lock.
"""

import time
from collections.abc import Sequence
from typing import Any

from alembic import context
from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import OperationalError

BRIEF = "300ms"
"""Time that a statement waits for its lock: writers queue behind it."""
WAIT = 30.0
"""Seconds until a revision gives up on another session; `config.attributes["wait"]` overrides it."""

_LOCK_NOT_AVAILABLE = "55P03"
_IN_THE_WAY = text("""
    SELECT DISTINCT l.pid, coalesce(nullif(a.application_name, ''), 'unknown') AS name, a.xact_start,
        CAST(l.relation AS regclass) AS held
    FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.granted AND l.pid <> pg_backend_pid()
      AND coalesce(a.datname = current_database(), true) AND coalesce(a.backend_type = 'client backend', true)
      AND CASE WHEN CAST(:tables AS text[]) IS NULL THEN l.locktype = 'virtualxid'
               ELSE l.locktype = 'relation'
                   AND l.relation IN (SELECT to_regclass(name) FROM unnest(CAST(:tables AS text[])) AS name) END
    ORDER BY a.xact_start NULLS LAST LIMIT 1
""")


class Blocked(Exception):
    """Another session holds a lock that a revision needs. The message names it and says what to do."""


def change(connection: Connection, table: str, statement: str) -> None:
    """Run one statement on `table` as a transaction of its own (autocommit), without blocking writers for long."""
    deadline = time.monotonic() + wait()
    while True:
        connection.execute(text(f"SET lock_timeout = '{BRIEF}'"))
        try:
            connection.execute(text(statement))
            return
        except OperationalError as error:
            _try_again(connection, error, [table], deadline)
        finally:
            connection.execute(text("SET lock_timeout = 0"))


def lock(connection: Connection, *tables: str) -> None:
    """Lock all `tables` for the rest of the transaction, without blocking writers for long before that."""
    deadline = time.monotonic() + wait()
    while True:
        savepoint = connection.begin_nested()
        try:
            connection.execute(text(f"SET LOCAL lock_timeout = '{BRIEF}'"))
            connection.execute(text(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE"))
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            savepoint.commit()
            return
        except OperationalError as error:
            savepoint.rollback()  # also releases the tables that it has locked
            _try_again(connection, error, tables, deadline)


def build_index(connection: Connection, name: str, table: str, definition: str) -> None:
    """Build an index concurrently (in autocommit). An INVALID one of an interrupted run is dropped first."""
    valid = connection.execute(
        text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)"), {"name": name}
    ).scalar()
    if valid:
        return
    if valid is False:
        change(connection, table, f"DROP INDEX IF EXISTS {name}")
    # Building blocks no writer; it only waits for older transactions and snapshots.
    connection.execute(text(f"SET lock_timeout = {int(wait() * 1000)}"))
    try:
        connection.execute(text(f"CREATE INDEX CONCURRENTLY {name} ON {table} {definition}"))
    except OperationalError as error:
        if _code(error) != _LOCK_NOT_AVAILABLE:
            raise
        holder = connection.execute(_IN_THE_WAY, {"tables": None}).first()
        raise Blocked(f"index {name} waited {wait():g} s for {_named(holder)}") from error
    finally:
        connection.execute(text("SET lock_timeout = 0"))


def wait() -> float:
    return float(context.config.attributes.get("wait", WAIT))


def _try_again(connection: Connection, error: OperationalError, tables: Sequence[str], deadline: float) -> None:
    if _code(error) != _LOCK_NOT_AVAILABLE:
        raise error
    if time.monotonic() > deadline:
        holder = connection.execute(_IN_THE_WAY, {"tables": list(tables)}).first()
        table = tables[0] if holder is None else holder.held
        raise Blocked(f"table {table} was held for {wait():g} s by {_named(holder)}") from error
    time.sleep(0.2)


def _named(holder: Row[Any] | None) -> str:
    if holder is None:
        return "a session that has ended meanwhile: run `roadmap db upgrade` again"
    since = (
        f"in a transaction since {holder.xact_start:%Y-%m-%d %H:%M:%S%z}" if holder.xact_start else "of another user"
    )
    end = f"SELECT pg_terminate_backend({holder.pid})"
    return f"session pid {holder.pid} ({holder.name}, {since}): end it ({end}) and run it again"


def _code(error: OperationalError) -> str | None:
    return getattr(error.orig, "sqlstate", None)
