"""Backup and restore of the whole database in one file, with pg_dump and pg_restore; runs may continue.

A backup gets its name only when it is complete and on disk. A restore reads the archive to its end first, and then
happens in one transaction, into an empty database. Passwords are passed in the environment, never as arguments.
"""

import os
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from domain.errors import Conflict, DatabaseUnavailable, InvalidInput, NotFound
from repository.db import schema
from repository.db.connection_errors import summary
from repository.db.urls import read_url
from repository.postgres.binaries import client_program
from repository.postgres.disk import fsync_directory

if TYPE_CHECKING:
    import psycopg

OURS: Final = ("public", "checkpoint", "queue")
"""The schemas of a backup."""
LOCK_TIMEOUT_SECONDS: Final = 60
"""How long a dump waits for a running migration."""
_MAGIC: Final = b"PGDMP"

_ROWS: Final = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY(%s)
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1, 2"""
_FILLED_BY_MIGRATIONS: Final = {("public", "alembic_version"), ("checkpoint", "checkpoint_migrations")}
_CLEAR: Final = """
    DO $$ DECLARE item record; BEGIN
        DROP SCHEMA IF EXISTS checkpoint, queue CASCADE;
        FOR item IN
            SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                ELSE 'TABLE' END AS kind, format('public.%I', c.relname) AS name
            FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
                AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
        LOOP
            IF to_regclass(item.name) IS NOT NULL THEN
                EXECUTE format('DROP %s %s CASCADE', item.kind, item.name);
            END IF;
        END LOOP;
        FOR item IN
            SELECT format('public.%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)) AS name FROM pg_proc p
            WHERE p.pronamespace = 'public'::regnamespace
                AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
        LOOP
            EXECUTE 'DROP ROUTINE IF EXISTS ' || item.name || ' CASCADE';
        END LOOP;
    END $$"""
_LIVE_WORKERS: Final = "SELECT count(*) FROM public.workers WHERE alive_until > clock_timestamp()"


def back_up(url: str, file: Path) -> int:
    """Write a snapshot of the database to `file`, which is replaced atomically, and return its size in bytes.

    Raises InvalidInput for a place that cannot be written to, NotFound for an empty database, and DatabaseUnavailable.
    """
    if file.is_dir() or not file.parent.is_dir():
        raise InvalidInput(f"{file} cannot be written: name a file in a folder that exists")
    if schema.current(url) is None:
        raise NotFound("that database has no roadmaps: there is nothing to back up")
    with schema.connected(url) as connection:
        program = client_program("pg_dump", _major(connection))
    try:
        descriptor, unfinished = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)  # with mode 0600
    except OSError as error:
        raise InvalidInput(f"{file} cannot be written ({error.strerror}): name a file elsewhere") from error
    try:
        arguments = ["--format=custom", f"--lock-wait-timeout={LOCK_TIMEOUT_SECONDS}s", f"--file={unfinished}"]
        _run(program, arguments, url, f"back up the database into {file}")
        os.fsync(descriptor)
        size = os.fstat(descriptor).st_size
        Path(unfinished).rename(file)
        fsync_directory(file.parent)
        return size
    finally:
        os.close(descriptor)
        with suppress(FileNotFoundError):
            os.unlink(unfinished)


def restore(url: str, file: Path, *, clean: bool = False) -> str | None:
    """Restore a backup into an empty database, all or nothing; return the revision of the database after it.

    `clean`: empty the database first. The file is checked before anything is removed. Raises InvalidInput for a file
    that is not a backup, Conflict for a database in use or not empty, and DatabaseUnavailable.
    """
    with schema.connected(url) as connection:
        program = client_program("pg_restore", _major(connection))
        _check(program, file)
        schema.take_turn(connection)  # no upgrade of the empty database may run at the same time
        _empty(connection, clean)
        arguments = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
        _run(program, [*arguments, str(file)], url, f"restore {file}")
        connection.execute("ANALYZE")
    return schema.current(url)


def _check(program: Path, file: Path) -> None:
    """Check that a file is a complete backup, by reading it to its end."""
    try:
        with file.open("rb") as archive:
            has_magic = archive.read(len(_MAGIC)) == _MAGIC
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}") from error
    if not has_magic:
        raise InvalidInput(f"{file} is not a backup made by `roadmap db backup`")
    listed = _call([program, "--list", file])
    if listed.returncode == 0 and b" TABLE public roadmap_tasks " not in listed.stdout:
        raise InvalidInput(f"{file} is a dump of another database: it has no roadmaps")
    read = listed if listed.returncode else _call([program, f"--file={os.devnull}", file])
    if read.returncode:
        raise InvalidInput(f"{file} cannot be restored: {_reason(read)}")


def _empty(connection: "psycopg.Connection[Any]", clean: bool) -> None:
    tables = connection.execute(_ROWS, [list(OURS)]).fetchall()
    if not tables:
        return
    if ("public", "workers") in tables and (live_workers := _number(connection, _LIVE_WORKERS)):
        raise Conflict(f"{live_workers} processes use that database: stop them, then try again")
    if not clean and any(_holds_rows(connection, *table) for table in tables if table not in _FILLED_BY_MIGRATIONS):
        raise Conflict("that database is not empty: use an empty one, or --clean, which deletes everything in it")
    connection.execute(_CLEAR)


def _holds_rows(connection: "psycopg.Connection[Any]", schema_name: str, table: str) -> bool:
    from psycopg import sql

    query = sql.SQL("SELECT count(*) FROM (SELECT FROM {} LIMIT 1) AS one")
    return bool(_number(connection, query.format(sql.Identifier(schema_name, table))))


def _number(connection: "psycopg.Connection[Any]", query: Any) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _major(connection: "psycopg.Connection[Any]") -> int:
    return connection.info.server_version // 10_000


def _run(program: Path, arguments: Sequence[str], url: str, act: str) -> None:
    from psycopg.conninfo import make_conninfo

    read = read_url(url)
    password = read.pop("password", None)
    if "sslpassword" in read:
        raise InvalidInput(
            "the password of an sslkey cannot be passed to PostgreSQL's tools: use a key without a password"
        )
    secrets = {} if password is None else {"PGPASSWORD": password}
    where = make_conninfo(**{**read, "application_name": "roadmap db"})
    ended = _call([program, *arguments, "--no-password", f"--dbname={where}"], secrets)
    if ended.returncode:
        raise DatabaseUnavailable(f"{program.name} could not {act}: {_reason(ended)}")


def _call(command: Sequence[str | Path], secrets: dict[str, str] | None = None) -> "subprocess.CompletedProcess[bytes]":
    environment = {**os.environ, "LC_ALL": "C", **(secrets or {})}
    return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)


def _reason(ended: "subprocess.CompletedProcess[bytes]") -> str:
    """Return the first line of a tool's output that reports an error."""
    lines = ended.stderr.decode(errors="replace").splitlines()
    error_lines = [line for line in lines if "error:" in line or "FATAL:" in line] or lines or ["it gave no reason"]
    return summary(Exception(error_lines[0].partition("error: ")[2] or error_lines[0]))
