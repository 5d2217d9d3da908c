"""Upgrades in processes of their own, killed at a chosen statement."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from repository.db import schema
from tests.support.forks import FORKS
from tests.support.limits import HANG_SECONDS

_NAME = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'roadmap db'"


def run(url: str, direction: str) -> None:
    if direction == "up":
        schema.upgrade(url)
    else:
        schema.downgrade(url, "0001")


@contextmanager
def killed_at_the_end(url: str, direction: str = "up") -> Iterator[None]:
    """A process that upgrades while the block runs, and is then killed with SIGKILL; its session is gone after it."""
    process = FORKS.Process(target=run, args=(url, direction))
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()
        process.close()
    with psycopg.connect(url, autocommit=True) as connection:
        # What client_connection_check_interval does within a second, at once.
        connection.execute(f"SELECT pg_terminate_backend(pid) FROM ({_NAME}) AS it".encode())
        until(connection, f"SELECT NOT EXISTS ({_NAME})")


def killed_after(url: str, statement: int, direction: str) -> None:
    """Upgrade (or downgrade) and kill it while its so-many-th DDL statement has just been done."""
    with psycopg.connect(url, autocommit=True) as connection:
        _count_ddl(connection, statement)
        with killed_at_the_end(url, direction):
            until(connection, f"SELECT EXISTS ({_NAME} AND wait_event = 'PgSleep')")
        _forget_ddl(connection)


def ddl_statements(url: str, direction: str) -> int:
    """Upgrade (or downgrade) and say how many DDL statements that was."""
    with psycopg.connect(url, autocommit=True) as connection:
        _count_ddl(connection, 0)
        run(url, direction)
        found = connection.execute("SELECT last_value FROM ddl.seen").fetchone()
        _forget_ddl(connection)
    assert found
    return int(found[0])


def until(connection: psycopg.Connection[tuple[object, ...]], query: str) -> None:
    deadline = time.monotonic() + HANG_SECONDS
    while connection.execute(query.encode()).fetchone() != (True,):
        assert time.monotonic() < deadline, f"never came true: {query}"
        time.sleep(0.005)


def _count_ddl(connection: psycopg.Connection[tuple[object, ...]], stop_at: int) -> None:
    # A sequence counts across the transactions that are rolled back.
    connection.execute(
        f"""
        CREATE SCHEMA ddl;
        CREATE SEQUENCE ddl.seen;
        CREATE FUNCTION ddl.see() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
            IF nextval('ddl.seen') = {stop_at} THEN PERFORM pg_sleep(600); END IF;
        END $$;
        CREATE EVENT TRIGGER see_ddl ON ddl_command_end EXECUTE FUNCTION ddl.see();
    """.encode()
    )


def _forget_ddl(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    connection.execute("DROP EVENT TRIGGER see_ddl; DROP SCHEMA ddl CASCADE")
