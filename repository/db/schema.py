"""Which revision a database has, whether it is the one this code works on, and how to get there.

`url` is a libpq URL; libpq itself reads it, with every parameter that it knows. All of this is synchronous:
an upgrade runs before anything else does, and building an index beside writers needs a plain connection.
"""

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from domain.errors import DatabaseUnavailable, InvalidInput
from repository.db.connection_errors import advice, summary
from repository.db.revisions import SCRIPTS, own_migrations, run
from repository.db.urls import psycopg_arguments, where

if TYPE_CHECKING:
    import psycopg
    from alembic.config import Config
    from sqlalchemy import Connection

KNOWN: Final = tuple(sorted(path.name[:4] for path in (SCRIPTS / "versions").glob("[0-9][0-9][0-9][0-9]_*.py")))
HEAD: Final = KNOWN[-1]
BASE: Final = "base"

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
_TURN: Final = 3600.0
"""Seconds to wait for another upgrade to end: a large table takes its time."""


def current(url: str) -> str | None:
    """The revision of the database, None for one that was never migrated."""
    with connected(url) as connection:
        return _revision(connection)


def check(url: str) -> None:
    """Refuse a database that is not at HEAD."""
    revision = current(url)
    _refuse_unknown(revision)
    if revision != HEAD:
        raise DatabaseUnavailable(
            f"the database is at revision {revision or BASE}, not {HEAD}: run `roadmap db upgrade`"
        )


def upgrade(url: str, revision: str = "head", *, wait: float = 30.0) -> None:
    """Bring the database to at least `revision`. Several at once wait for each other.

    `wait`: seconds until a session of somebody else that is in the way makes it give up, naming that session.
    """
    target = HEAD if revision == "head" else revision
    _refuse_strange(target, KNOWN)
    _move(url, target, wait, lambda present: present is not None and present >= target)


def downgrade(url: str, revision: str, *, wait: float = 30.0) -> None:
    """Take the database back to `revision`; `base` is the state before the first one."""
    _refuse_strange(revision, (BASE, *KNOWN))

    def is_there(present: str | None) -> bool:
        if revision != BASE and (present is None or present < revision):
            raise InvalidInput(
                f"the database is at {present or BASE}, before {revision}: `roadmap db upgrade` goes there"
            )
        return present == revision or (present is None and revision == BASE)

    _move(url, revision, wait, is_there, down=True)


def alembic_config(connection: "Connection", **attributes: Any) -> "Config":
    """Alembic, silent and without files of its own, on this connection."""
    from alembic.config import Config

    config = Config(stdout=io.StringIO(), attributes={"connection": connection, **attributes})
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config


def _move(url: str, target: str, wait: float, is_there: Callable[[str | None], bool], *, down: bool = False) -> None:
    with connected(url) as connection:
        connection.execute(_SESSION)
        take_turn(connection)
        present = _revision(connection)
        _refuse_unknown(present)
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
        timezone()  # before anything is changed
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
    """Nobody else migrates the database while this connection lives. Raises DatabaseUnavailable after an hour."""
    # Asking in a loop: a session that waits for a lock holds a snapshot, and CREATE INDEX CONCURRENTLY of the
    # one that has the turn would wait for it.
    deadline = time.monotonic() + _TURN
    while not _value(connection, _LOCK):
        if time.monotonic() > deadline:
            raise DatabaseUnavailable("another upgrade of this database has not ended within an hour: look at it")
        time.sleep(0.1)


def _revision(connection: "psycopg.Connection[Any]") -> str | None:
    if _value(connection, "SELECT to_regclass('public.alembic_version')") is None:
        return None
    found: str | None = _value(connection, "SELECT max(version_num) FROM public.alembic_version")
    return found


def _refuse_unknown(revision: str | None) -> None:
    if revision is not None and revision not in KNOWN:
        raise DatabaseUnavailable(
            f"the database is at revision {revision}, newer than this installation, which ends at {HEAD}: "
            "install the roadmap-orchestrator that upgraded it"
        )


def _refuse_strange(revision: str, known: tuple[str, ...]) -> None:
    if revision not in known:
        raise InvalidInput(f"there is no revision {revision!r}; the known ones are {', '.join(known)}")


@contextmanager
def connected(url: str) -> Iterator["psycopg.Connection[Any]"]:
    """A plain connection in autocommit mode. Raises DatabaseUnavailable, for what happens on it too."""
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
    # After a lost connection come the errors of those who tidy up; what the driver said is at the bottom.
    while error.__context__ is not None:
        error = error.__context__
    return error


def _line(error: BaseException) -> str:
    said = getattr(getattr(error, "diag", None), "message_primary", None) or str(error)
    return " ".join(str(said).split())
