"""One engine, transactions on it, and the one place where a driver's error becomes a domain error."""

import asyncio
import random
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from typing import Any, Final, TypeVar

import asyncpg
import psycopg
from sqlalchemy import CursorResult, Executable, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.errors import (
    DatabaseBusy,
    DatabaseStopped,
    DatabaseUnavailable,
    Misconfigured,
    RoadmapError,
    Superseded,
)
from domain.logs import get_log
from repository.db.connection_errors import said, to_do
from repository.db.pool_queue import PoolQueue
from repository.db.urls import asyncpg_arguments

_log = get_log(__name__)

T = TypeVar("T")

Session = AsyncSession
"""The transaction that repository functions work in."""

STATEMENT_TIMEOUT_SECONDS: Final = 30.0
ANSWER_TIMEOUT_SECONDS: Final = STATEMENT_TIMEOUT_SECONDS + 5
"""Seconds after which a server that keeps silent counts as gone: it would have ended the statement itself."""
IDLE_IN_TRANSACTION_TIMEOUT_SECONDS: Final = 5.0
"""A stopped process may hold locks in an open transaction: after this many seconds the server ends it."""
SERVER_TIMEOUTS: Final = {
    "statement_timeout": int(STATEMENT_TIMEOUT_SECONDS * 1000),
    "idle_in_transaction_session_timeout": int(IDLE_IN_TRANSACTION_TIMEOUT_SECONDS * 1000),
}
"""Of every connection that a run works on."""

REPEATED_OUTAGE_SECONDS: Final = 10.0
"""Seconds after an outage in which one broken connection is not told as another one."""

PGBOUNCER: Final = (
    "A connection pooler is there: name PostgreSQL itself in ROADMAP_DATABASE_URL, or set ROADMAP_DATABASE_POOLED=true "
    "for `roadmap serve --no-worker`."
)

_SET_LOCK_TIMEOUT: Final = text("SELECT set_config('lock_timeout', :timeout, true)")

_SUPERSEDED = "RM001"  # raised by hold_task()


async def execute(session: Session, statement: Executable, parameters: Mapping[str, Any]) -> CursorResult[Any]:
    """A statement that is no ORM select, on the connection of the session's transaction."""
    connection: AsyncConnection = session.info["connection"]  # asking the session costs as much as a small statement
    return await connection.execute(statement, parameters)


async def execute_raw(session: Session, statement: str, *values: object) -> None:
    """A statement of the hottest path as asyncpg takes it ($1, $2): it saves a third of what sending it costs."""
    connection: AsyncConnection = session.info["connection"]
    await connection.exec_driver_sql(statement, values)


async def set_lock_timeout(session: Session, seconds: float) -> None:
    """A lock that the rest of the transaction waits for longer raises DatabaseBusy."""
    await execute(session, _SET_LOCK_TIMEOUT, {"timeout": f"{seconds:g}s"})


async def schema_revision(session: Session) -> str | None:
    """The revision that the database is at."""
    result = await execute(session, text("SELECT max(version_num) FROM public.alembic_version"), {})
    found: str | None = result.scalar_one()
    return found


class Database:
    """The pool of one process for one database, bounded and opened lazily."""

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 10,
        application_name: str = "roadmap",
        patience: float = 60.0,
        recover: Callable[[], object] | None = None,
        pooled: bool = False,
    ) -> None:
        """`url` is a libpq URL; nothing is connected yet.

        `pooled`: it leads through PgBouncer in transaction mode, where nothing of a session outlives its transaction.

        `patience`: seconds that `persist` waits for a database that went away. `recover` brings an embedded one back;
        it blocks, and raises DatabaseStopped where nobody should wait.
        """
        self.url = url
        self._connect = _connector(url, application_name, pooled=pooled)
        self._engine = _engine(self._connect, pool_size, pooled=pooled)
        self._line = PoolQueue(pool_size, ANSWER_TIMEOUT_SECONDS)
        self._patience = patience
        self._recover = recover
        self._away = False
        self._back_at = float("-inf")

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        """A session in a transaction: committed at the end, rolled back by any error.

        Raises DatabaseUnavailable when PostgreSQL cannot be reached, Superseded when a fence refused.
        """
        async with self._line.turn():
            with driver_errors():
                connection = await self._engine.connect().start()
                try:
                    async with connection.begin():
                        session = Session(connection, expire_on_commit=False)
                        session.info["connection"] = connection
                        yield session
                        if session.new or session.dirty or session.deleted:
                            await session.flush()
                except BaseException:
                    await asyncio.shield(asyncio.ensure_future(connection.close()))
                    raise
                await connection.close()  # nothing is awaited in there after a commit, so nothing can cut it short

    async def persist(self, work: Callable[[Session], Awaitable[T]], *, patience: float | None = None) -> T:
        """`work` in a transaction of its own, tried again while the database is away, as long as patience lasts.

        A commit whose answer was lost may have happened, so `work` must be safe to repeat.
        """

        async def attempt() -> T:
            async with self.transaction() as session:
                return await work(session)

        return await self.patiently(attempt, patience=patience)

    async def patiently(self, attempt: Callable[[], Awaitable[T]], *, patience: float | None = None) -> T:
        """The same for an attempt that opens its own transaction."""
        patience = self._patience if patience is None else patience
        began = time.monotonic()
        delay = 0.1
        active_task_conflict: DatabaseUnavailable | None = None
        for tries in count(1):
            try:
                done = await attempt()
            except DatabaseStopped:
                raise
            except DatabaseUnavailable as error:
                if time.monotonic() + delay - began > patience:
                    raise active_task_conflict or error from None
                # Just after an outage a pool may still hold a connection from before it: no news yet.
                leftover = tries == 1 and time.monotonic() - self._back_at < REPEATED_OUTAGE_SECONDS
                if not self._away and not leftover:
                    self._away = True
                    _log.warning("the database is away, reconnecting", reason=str(error))
            else:
                if self._away:
                    self._away, self._back_at = False, time.monotonic()
                    _log.warning("the database is back")
                return done
            await asyncio.sleep(delay * random.uniform(0.5, 1))
            delay = min(2 * delay, 2.0)
            active_task_conflict = await self._bring_back()
        raise AssertionError("never reached")

    async def _bring_back(self) -> DatabaseUnavailable | None:
        """What is in the way, where that is known. The next try will tell; only a stop on purpose ends the waiting."""
        if self._recover is not None:
            try:
                await asyncio.to_thread(self._recover)
            except DatabaseStopped:
                raise
            except DatabaseUnavailable as error:
                return error
        return None

    async def connect(self) -> asyncpg.Connection:
        """A connection apart from the pool, for who listens on it. Raises what asyncpg raises."""
        return await self._connect()

    async def close(self) -> None:
        await self._engine.dispose()


Connect = Callable[[], Awaitable[asyncpg.Connection]]


def _engine(connect: Connect, pool_size: int, *, pooled: bool) -> AsyncEngine:
    # Behind a pooler the next transaction may be on another server process, which knows no statement of this one;
    # str() is no name, and a statement without one is gone when its transaction is.
    unnamed = {"prepared_statement_cache_size": 0, "prepared_statement_name_func": str} if pooled else {}
    return create_async_engine(
        "postgresql+asyncpg://",
        connect_args={"async_creator_fn": connect, **unnamed},
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=STATEMENT_TIMEOUT_SECONDS,
        pool_pre_ping=False,
        pool_recycle=1800,
    )


def _connector(url: str, application_name: str, *, pooled: bool) -> Connect:
    settings = {
        **SERVER_TIMEOUTS,
        "tcp_keepalives_idle": 30,
        "tcp_keepalives_interval": 10,
        "tcp_keepalives_count": 3,
        "jit": "off",  # compiling costs more than any statement here runs
    }
    hosts = asyncpg_arguments(url, application_name=application_name, settings={} if pooled else settings)
    cached = {"statement_cache_size": 0} if pooled else {}

    async def connect() -> asyncpg.Connection:
        for host in hosts:
            try:
                return await asyncpg.connect(command_timeout=ANSWER_TIMEOUT_SECONDS, **cached, **host)
            except asyncpg.ClientConfigurationError as error:
                reason = said(error)
                raise DatabaseUnavailable(f"The database URL does not do ({reason}): {to_do(reason)}.") from error
            except (OSError, asyncpg.CannotConnectNowError, asyncpg.TargetServerAttributeNotMatched) as error:
                if host is hosts[-1]:
                    raise
                _log.debug("a host does not serve", reason=said(error))
        raise AssertionError("there is at least one host")

    return connect


_OF_ASYNCPG: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
OF_DRIVERS: Final = (OSError, EOFError, psycopg.OperationalError, *_OF_ASYNCPG)
"""The rarer ones come from servers that go away while a connection is made, or in the middle of an answer."""


@contextmanager
def driver_errors() -> Iterator[None]:
    """Driver error -> domain error; domain errors and programming errors pass."""
    try:
        yield
    except RoadmapError:
        raise
    except PoolTimeoutError as error:
        raise DatabaseUnavailable("No database connection became free in time; lower the load or try again.") from error
    except DBAPIError as error:
        raise translated(error, _sqlstate(error)) from error
    except OF_DRIVERS as error:
        raise translated(error, getattr(error, "sqlstate", None) or "08000") from error


def _sqlstate(error: DBAPIError) -> str | None:
    if error.connection_invalidated:
        return "08000"
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state or ("08000" if isinstance(error, OperationalError) else None)


def translated(error: Exception, sqlstate: str | None) -> Exception:
    """The domain error for a driver's error with this SQLSTATE; the error itself where it is a mistake of ours."""
    if sqlstate == _SUPERSEDED:
        return Superseded("Another attempt owns this task.")
    if sqlstate is None:
        return error
    reason = said(getattr(error, "orig", None) or error)
    if "startup parameter" in reason:  # no outage to be waited for
        return Misconfigured(PGBOUNCER)
    if isinstance(error, ssl.SSLError):
        return DatabaseUnavailable(f"The connection to the database is not safe ({reason}): {to_do(reason)}.")
    match sqlstate[:2], sqlstate:
        case "28", _:
            return DatabaseUnavailable(f"The database refused the login ({reason}): {to_do(reason)}.")
        case "3D", _:
            return DatabaseUnavailable(f"The database does not exist ({reason}): {to_do(reason)}.")
        case "42", "42P01" | "42703":
            return DatabaseUnavailable(f"The database needs an upgrade ({reason}); run `roadmap db upgrade`.")
        case (("08" | "57" | "53" | "25"), _):
            return DatabaseUnavailable(f"The database does not answer ({reason}): {to_do(reason)}.")
        case "40", _:
            return DatabaseUnavailable("Two transactions stood in each other's way; try again.")
        case "55", "55P03":
            return DatabaseBusy("Another transaction held a lock for too long; try again.")
        case _:
            return error
