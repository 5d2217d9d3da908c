"""The translation of driver errors into domain errors."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import asyncpg
import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from domain.errors import DatabaseBusy, DatabaseUnavailable, Misconfigured, RoadmapError, Superseded
from repository.db.connection_errors import advice, summary

OF_DRIVERS: Final = (
    OSError,
    EOFError,
    psycopg.OperationalError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""Errors of the drivers, also the rare ones of a server that disappears during a connect or a response."""

_CONNECTION_LOST: Final = "08000"
_SUPERSEDED: Final = "RM001"  # raised by hold_task()

_USE_NO_POOLER: Final = (
    "ROADMAP_DATABASE_URL leads to a connection pooler: use the address of PostgreSQL itself, or set "
    "ROADMAP_DATABASE_POOLED=true for `roadmap serve --no-worker`."
)


@contextmanager
def driver_errors() -> Iterator[None]:
    """Translate driver errors into domain errors; other errors pass through."""
    try:
        yield
    except RoadmapError:
        raise
    except PoolTimeoutError as error:
        raise DatabaseUnavailable("No database connection became free in time; lower the load or try again.") from error
    except (DBAPIError, *OF_DRIVERS) as error:
        raise translated(error) from error


def translated(error: Exception) -> Exception:
    """Return the domain error for a driver's error, or the error itself if it shows a mistake in our code."""
    sqlstate = _sqlstate(error)
    if sqlstate == _SUPERSEDED:
        return Superseded("Another attempt owns this task.")
    if sqlstate is None:
        return error
    reason = summary(getattr(error, "orig", None) or error)
    if "startup parameter" in reason:  # a configuration error, not an outage
        return Misconfigured(_USE_NO_POOLER)
    if isinstance(error, ssl.SSLError):
        return DatabaseUnavailable(f"TLS with the database failed ({reason}): {advice(reason)}.")
    match sqlstate[:2], sqlstate:
        case "28", _:
            return DatabaseUnavailable(f"The database refused the login ({reason}): {advice(reason)}.")
        case "3D", _:
            return DatabaseUnavailable(f"The database does not exist ({reason}): {advice(reason)}.")
        case "42", "42P01" | "42703":
            return DatabaseUnavailable(f"The database needs an upgrade ({reason}); run `roadmap db upgrade`.")
        case (("08" | "57" | "53" | "25"), _):
            return DatabaseUnavailable(f"The database does not answer ({reason}): {advice(reason)}.")
        case "40", _:
            return DatabaseUnavailable("Deadlock or serialization failure; try again.")
        case "55", "55P03":
            return DatabaseBusy("Another transaction held a lock for too long; try again.")
        case _:
            return error


def _sqlstate(error: BaseException | None) -> str | None:
    """Return the SQLSTATE that the server gave, or that of a lost connection if the driver gave up by itself.

    None for values that the driver cannot send. A driver may fail in a connection that still looks open, because the
    server has just begun to close it; SQLAlchemy does not report that as a lost connection.
    """
    if isinstance(error, DBAPIError):
        return _CONNECTION_LOST if error.connection_invalidated else _sqlstate(error.orig)
    state: str | None = getattr(error, "sqlstate", None)
    reason = error if isinstance(error, OF_DRIVERS) else getattr(error, "__cause__", None)  # of SQLAlchemy's wrapper
    is_unsendable = isinstance(reason, asyncpg.InterfaceError) and isinstance(reason, ValueError)
    return state or (None if is_unsendable else _CONNECTION_LOST)
