"""The connection pool, and transactions with retries."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import asyncpg
from sqlalchemy import CursorResult, Executable, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_before_delay

from domain.errors import DatabaseStopped, DatabaseUnavailable
from domain.logs import get_log
from domain.waits.backoff import Backoff
from repository.db.connection_errors import advice, summary
from repository.db.driver_errors import driver_errors
from repository.db.pool_queue import PoolQueue
from repository.db.urls import asyncpg_arguments

_log = get_log(__name__)

T = TypeVar("T")

Session = AsyncSession
"""The transaction in which repository functions work."""

STATEMENT_TIMEOUT_SECONDS: Final = 30.0
ANSWER_TIMEOUT_SECONDS: Final = STATEMENT_TIMEOUT_SECONDS + 5
"""Seconds after which a silent server counts as unreachable: a running one would have ended the statement itself."""
IDLE_IN_TRANSACTION_TIMEOUT_SECONDS: Final = 5.0
"""Seconds after which the server ends an idle transaction: a suspended process may hold locks in it."""
SERVER_TIMEOUTS: Final = {
    "statement_timeout": int(STATEMENT_TIMEOUT_SECONDS * 1000),
    "idle_in_transaction_session_timeout": int(IDLE_IN_TRANSACTION_TIMEOUT_SECONDS * 1000),
}
"""In milliseconds; for every connection that a run uses."""

RETRY_BACKOFF: Final = Backoff(first=0.1, longest=2.0)
REPEATED_OUTAGE_SECONDS: Final = 10.0
"""Seconds after an outage in which a single broken connection is not logged as a new outage."""

_SET_LOCK_TIMEOUT: Final = text("SELECT set_config('lock_timeout', :timeout, true)")


async def execute(session: Session, statement: Executable, parameters: Mapping[str, Any]) -> CursorResult[Any]:
    """Execute a statement that is not an ORM select on the connection of the session's transaction."""
    # Kept in `info`: session.connection() takes as long as a small statement.
    connection: AsyncConnection = session.info["connection"]
    return await connection.execute(statement, parameters)


async def execute_raw(session: Session, statement: str, *values: object) -> None:
    """Execute a statement in asyncpg's own form ($1, $2), which is a third cheaper to send; for the hottest path."""
    connection: AsyncConnection = session.info["connection"]
    await connection.exec_driver_sql(statement, values)


async def set_lock_timeout(session: Session, seconds: float) -> None:
    """Raise DatabaseBusy if the rest of the transaction waits for a lock for longer than this."""
    await execute(session, _SET_LOCK_TIMEOUT, {"timeout": f"{seconds:g}s"})


async def schema_revision(session: Session) -> str | None:
    """Return the alembic revision of the database."""
    result = await execute(session, text("SELECT max(version_num) FROM public.alembic_version"), {})
    revision: str | None = result.scalar_one()
    return revision


class Database:
    """A bounded connection pool for one database; connections are opened on demand."""

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 10,
        application_name: str = "roadmap",
        retry_seconds: float = 60.0,
        recover: Callable[[], object] | None = None,
        pooled: bool = False,
    ) -> None:
        """Configure the pool without connecting.

        Args:
            url: a libpq URL.
            retry_seconds: seconds for which `persist` and `with_retries` wait for a database that is unavailable.
            recover: restarts an embedded server; blocks. Raises DatabaseStopped where waiting makes no sense.
            pooled: whether `url` leads through PgBouncer in transaction mode, where no session state outlives a
                transaction.
        """
        self.url = url
        self._connect = _connector(url, application_name, pooled=pooled)
        self._engine = _engine(self._connect, pool_size, pooled=pooled)
        self._queue = PoolQueue(pool_size, ANSWER_TIMEOUT_SECONDS)
        self._retry_seconds = retry_seconds
        self._recover = recover
        self._is_away = False
        self._back_at = float("-inf")

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        """Open a session in a transaction that is committed at the end and rolled back on any error.

        Raises DatabaseUnavailable if PostgreSQL cannot be reached, and Superseded if a fence refuses.
        """
        async with self._queue.turn():
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
                await connection.close()  # awaits nothing after a commit, so it cannot be interrupted

    async def persist(self, work: Callable[[Session], Awaitable[T]], *, retry_seconds: float | None = None) -> T:
        """Run `work` in a transaction of its own, and again while the database is unavailable.

        A commit may have succeeded although its confirmation was lost, so `work` must be safe to repeat.
        `retry_seconds`: seconds, by default those of the pool. Raises the last error when they are over.
        """

        async def attempt() -> T:
            async with self.transaction() as session:
                return await work(session)

        return await self.with_retries(attempt, retry_seconds=retry_seconds)

    async def with_retries(self, attempt: Callable[[], Awaitable[T]], *, retry_seconds: float | None = None) -> T:
        """Run an attempt that opens its own transaction, and again while the database is unavailable.

        `retry_seconds`: as for `persist`. A server that was stopped on purpose is not waited for.
        """
        recovery_error: DatabaseUnavailable | None = None

        async def wait(seconds: float) -> None:
            nonlocal recovery_error
            await asyncio.sleep(seconds)
            recovery_error = await self._try_recovery()

        retries = AsyncRetrying(
            retry=retry_if_exception(_is_outage),
            wait=lambda state: RETRY_BACKOFF.delay(state.attempt_number),
            stop=stop_before_delay(self._retry_seconds if retry_seconds is None else retry_seconds),
            before_sleep=self._note_outage,
            sleep=wait,
            reraise=True,
        )
        try:
            async for retry in retries:
                with retry:
                    result = await attempt()
        except DatabaseStopped:
            raise
        except DatabaseUnavailable as error:
            raise recovery_error or error from None  # why the server cannot be restarted says more than "unreachable"
        if self._is_away:
            self._is_away, self._back_at = False, time.monotonic()
            _log.warning("the database is back")
        return result

    def _note_outage(self, state: RetryCallState) -> None:
        """Log an outage once, at its first failure."""
        # After an outage the pool may still hold a broken connection from before: that is not another outage.
        leftover = state.attempt_number == 1 and time.monotonic() - self._back_at < REPEATED_OUTAGE_SECONDS
        if not self._is_away and not leftover:
            self._is_away = True
            _log.warning("the database is away, reconnecting", reason=str(state.outcome and state.outcome.exception()))

    async def _try_recovery(self) -> DatabaseUnavailable | None:
        """Restart an embedded server; return the error if that fails. Raises DatabaseStopped."""
        if self._recover is not None:
            try:
                await asyncio.to_thread(self._recover)
            except DatabaseStopped:
                raise
            except DatabaseUnavailable as error:
                return error
        return None

    async def connect(self) -> asyncpg.Connection:
        """Open a connection outside of the pool, for LISTEN. Raises the errors of asyncpg."""
        return await self._connect()

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()


def _is_outage(error: BaseException) -> bool:
    return isinstance(error, DatabaseUnavailable) and not isinstance(error, DatabaseStopped)


Connect = Callable[[], Awaitable[asyncpg.Connection]]


def _engine(connect: Connect, pool_size: int, *, pooled: bool) -> AsyncEngine:
    # Behind a pooler the next transaction may run in another server process, which has none of the prepared statements
    # of this one. str() returns an empty name, and a nameless statement ends with its transaction.
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
        "jit": "off",  # compiling takes longer than any of our statements
    }
    hosts = asyncpg_arguments(url, application_name=application_name, settings={} if pooled else settings)
    cached = {"statement_cache_size": 0} if pooled else {}

    async def connect() -> asyncpg.Connection:
        for host in hosts:
            try:
                return await asyncpg.connect(command_timeout=ANSWER_TIMEOUT_SECONDS, **cached, **host)
            except asyncpg.ClientConfigurationError as error:
                reason = summary(error)
                raise DatabaseUnavailable(f"The database URL is invalid ({reason}): {advice(reason)}.") from error
            except (OSError, asyncpg.CannotConnectNowError, asyncpg.TargetServerAttributeNotMatched) as error:
                if host is hosts[-1]:
                    raise
                _log.debug("database host skipped", reason=summary(error))
        raise AssertionError("unreachable: a URL has at least one host")

    return connect
