"""Schema revisions: read, check, upgrade and downgrade.

Every `url` is a libpq URL, with all parameters that libpq knows. The functions are synchronous: an upgrade runs before
anything else, and building an index concurrently needs a plain connection in autocommit mode.
"""

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from domain.errors import Conflict, DatabaseUnavailable, InvalidInput
from repository.db.connection_errors import advice, summary
from repository.db.revisions import SCRIPTS, own_migrations, revision_ids, run
from repository.db.urls import psycopg_arguments, where

if TYPE_CHECKING:
    import psycopg
    from alembic.config import Config
    from sqlalchemy import Connection

KNOWN: Final = revision_ids()
HEAD: Final = KNOWN[-1]
BASE: Final = "base"
RENAMED: Final = {"0015": "0004_platform"}
"""Ids of version 0.1.0 -> present ids of the same schemas."""
REMOVED: Final = tuple(f"{number:04}" for number in range(4, 15))
"""Ids of version 0.1.0 that lay between two of the present ones."""

_SESSION: Final = """
    SET application_name = 'roadmap db';
    SET search_path = public;
    SET statement_timeout = 0;
    SET lock_timeout = 0;
    SET idle_in_transaction_session_timeout = 0;
    SET client_min_messages = warning;
    DO $$ BEGIN -- not on every platform: a killed upgrade then ends only when its statement does
        PERFORM set_config('client_connection_check_interval', '1s', false);
    EXCEPTION WHEN OTHERS THEN NULL;
    END $$;
"""
_LOCK: Final = "SELECT pg_try_advisory_lock(hashtextextended('roadmap-orchestrator migrations', 0))"
_RENAME: Final = "UPDATE public.alembic_version SET version_num = %s WHERE version_num = %s"
_IS_CUT_OFF: Final = "SELECT to_regclass('public.uq_roadmap_tasks_active_structure') IS NOT NULL"
"""Whether a database at 0003 has the tables of 0004_platform already, and lacks some of its indexes."""
_TURN_TIMEOUT_SECONDS: Final = 3600.0
"""How long to wait for another upgrade to end, which may have large tables to change."""


class Unknown(NamedTuple):
    """The problem with an unknown revision, and what to do about it."""

    reason: str
    to_do: str


def current(url: str) -> str | None:
    """Return the revision of the database, None if it was never migrated."""
    with connected(url) as connection:
        return _revision(connection)


def check(url: str) -> None:
    """Raise DatabaseUnavailable if the database is not at HEAD."""
    revision = current(url)
    _refuse_unknown(revision)
    if revision != HEAD:
        raise DatabaseUnavailable(
            f"the database is at revision {revision or BASE}, not {HEAD}: run `roadmap db upgrade`"
        )


def upgrade(url: str, revision: str = "head", *, wait: float = 30.0) -> None:
    """Upgrade the database to at least `revision`. Concurrent upgrades wait for each other.

    `wait`: seconds to wait for a lock of another session. Raises DatabaseUnavailable with that session's name after it.
    """
    target = HEAD if revision == "head" else revision
    _check_known(target, KNOWN)
    _move(url, target, wait, lambda present: _position(present) >= _position(target))


def downgrade(url: str, revision: str, *, wait: float = 30.0) -> None:
    """Downgrade the database to `revision`; `base` is the state before the first one."""
    _check_known(revision, (BASE, *KNOWN))

    def is_there(present: str | None) -> bool:
        if _position(present) < _position(revision):
            raise InvalidInput(
                f"the database is at {present or BASE}, before {revision}: `roadmap db upgrade` goes there"
            )
        return _position(present) == _position(revision)

    _move(url, revision, wait, is_there, down=True)


def alembic_config(connection: "Connection", **attributes: Any) -> "Config":
    """Return a configuration of alembic for this connection, without output and configuration files."""
    from alembic.config import Config

    config = Config(stdout=io.StringIO(), attributes={"connection": connection, **attributes})
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config


def _move(url: str, target: str, wait: float, is_there: Callable[[str | None], bool], *, down: bool = False) -> None:
    with connected(url) as connection:
        connection.execute(_SESSION)
        take_turn(connection)
        present = _revision(connection)
        if present in RENAMED:
            connection.execute(_RENAME, [RENAMED[present], present])
            present = RENAMED[present]
        _refuse_unknown(present)
        if down and present == "0003" and _value(connection, _IS_CUT_OFF):
            raise Conflict("an upgrade from 0003 was cut off: finish it with `roadmap db upgrade` before a downgrade")
        if not is_there(present):
            _run(connection, target, wait, down)


def _run(raw: "psycopg.Connection[Any]", target: str, wait: float, down: bool) -> None:
    from sqlalchemy import NullPool, create_engine
    from sqlalchemy.exc import SQLAlchemyError

    with own_migrations():
        from migrations.legacy import BadTimezone, timezone
        from migrations.locks import Blocked

    engine = create_engine("postgresql+psycopg://", creator=lambda: raw, poolclass=NullPool)
    try:
        timezone()  # validates it before anything is changed
        raw.autocommit = False
        with engine.connect() as connection:
            run(alembic_config(connection, wait=wait), target, down=down)
    except BadTimezone as error:
        raise InvalidInput(str(error)) from error
    except Blocked as error:
        raise DatabaseUnavailable(str(error)) from error
    except SQLAlchemyError as error:
        raise DatabaseUnavailable(f"the migration to {target} failed, run it again: {_line(_first(error))}") from error


def take_turn(connection: "psycopg.Connection[Any]") -> None:
    """Take the lock of migrations for the rest of the connection. Raises DatabaseUnavailable after an hour."""
    # Poll instead of waiting: a session that waits for a lock holds a snapshot, for which CREATE INDEX CONCURRENTLY
    # in the session that has the lock would wait.
    deadline = time.monotonic() + _TURN_TIMEOUT_SECONDS
    while not _value(connection, _LOCK):
        if time.monotonic() > deadline:
            raise DatabaseUnavailable(
                "another upgrade of this database has not ended within an hour: check what it waits for"
            )
        time.sleep(0.1)


def _revision(connection: "psycopg.Connection[Any]") -> str | None:
    if _value(connection, "SELECT to_regclass('public.alembic_version')") is None:
        return None
    revision: str | None = _value(connection, "SELECT max(version_num) FROM public.alembic_version")
    return revision


def _position(revision: str | None) -> int:
    return KNOWN.index(revision) if revision not in (None, BASE) else -1


def unknown(revision: str | None) -> Unknown | None:
    """Return the problem with a database at `revision`; None for a known revision."""
    if revision is None or revision in KNOWN or revision in RENAMED:
        return None
    if revision in REMOVED:
        return Unknown(
            "which only an earlier version of this program knows",
            "with that version run `roadmap db downgrade 0003`, or restore a backup made at 0003 or 0015",
        )
    return Unknown(
        f"newer than this installation, which ends at {HEAD}", "install the roadmap-orchestrator that upgraded it"
    )


def _refuse_unknown(revision: str | None) -> None:
    if problem := unknown(revision):
        raise DatabaseUnavailable(f"the database is at revision {revision}, {problem.reason}: {problem.to_do}")


def _check_known(revision: str, known: tuple[str, ...]) -> None:
    if revision not in known:
        raise InvalidInput(f"there is no revision {revision!r}; the known ones are {', '.join(known)}")


@contextmanager
def connected(url: str) -> Iterator["psycopg.Connection[Any]"]:
    """Open a plain connection in autocommit mode. Raises DatabaseUnavailable, also for errors inside the block."""
    import psycopg

    arguments = psycopg_arguments(url, application_name="roadmap db", settings={})
    try:
        connection = psycopg.connect(**arguments, autocommit=True, prepare_threshold=None)
    except psycopg.Error as error:
        reason = summary(error)
        raise DatabaseUnavailable(f"cannot connect to {where(url)}: {reason}: {advice(reason)}") from None
    with connection:
        try:
            yield connection
        except psycopg.Error as error:
            raise DatabaseUnavailable(f"the database does not answer: {_line(error)}") from error


def _value(connection: "psycopg.Connection[Any]", query: Any) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def _first(error: BaseException) -> BaseException:
    # After a lost connection the errors of cleanup code follow; the driver's own error is the first in the chain.
    while error.__context__ is not None:
        error = error.__context__
    return error


def _line(error: BaseException) -> str:
    message = getattr(getattr(error, "diag", None), "message_primary", None) or str(error)
    return " ".join(str(message).split())
