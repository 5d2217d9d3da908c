"""The run queue on PgQueuer, in the schema `queue` of the same database.

Only the statements of PgQueuer are used (enqueue, dequeue, the NOTIFY of its trigger), not its manager: an entry is
deleted as soon as it is delivered, since leases, fences and takeover belong to the tasks. So there is no heartbeat to
keep and nothing to drain, and after a restart a new connection is enough.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import DBSettings, QueryQueueBuilder
from pgqueuer.domain.types import QueueEntrypoint, QueueManagerId
from pgqueuer.models import Job
from pgqueuer.ports.repository import EntrypointExecutionParameter
from pgqueuer.queries import Queries
from sqlalchemy import text

from domain.errors import DatabaseUnavailable
from domain.logs import get_log
from domain.vocabulary import PLUGIN_RETRIES, TaskType
from repository.db.database import IDLE_IN_TRANSACTION_TIMEOUT_SECONDS, Database, Session, execute
from repository.db.driver_errors import OF_DRIVERS, driver_errors

_ENTRYPOINT: Final = QueueEntrypoint("run")
"""Of the tasks that every worker can run. Retries of other types have an entry point each."""
_ANY_WORKER: Final = frozenset(TaskType) - PLUGIN_RETRIES
_SETTINGS: Final = DBSettings(db_schema="queue")
POLL_INTERVAL_SECONDS: Final = 2.0
"""Seconds that a lost notification delays a task at most."""
_NEVER: Final = timedelta(days=36_500)
"""A picked entry is deleted in the same transaction, so none is ever stale."""

_MISSING: Final = text("""
    SELECT task.task_id, t.task_type
    FROM unnest(CAST(:task_ids AS text[])) WITH ORDINALITY AS task (task_id, number)
    LEFT JOIN roadmap_tasks t USING (task_id)
    WHERE NOT EXISTS (
        SELECT FROM queue.pgqueuer WHERE status = 'queued' AND payload = convert_to(task.task_id, 'UTF8'))
    ORDER BY task.number""")

_TYPE: Final = text("SELECT task_type FROM roadmap_tasks WHERE task_id = :task_id")

_log = get_log(__name__)


class PgQueuerQueue:
    """The port on PgQueuer (orchestrator/process/queue.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def enqueue(self, session: Session, task_id: str, *, urgent: bool = False) -> None:
        task_type = (await execute(session, _TYPE, {"task_id": task_id})).scalar_one_or_none()
        await self._enqueue(session, task_id, task_type, urgent=urgent)

    async def _enqueue(self, session: Session, task_id: str, task_type: str | None, *, urgent: bool) -> None:
        entrypoint = entrypoint_of(task_type or TaskType.CREATION)
        await _queries(_SessionDriver(session)).enqueue(entrypoint, task_id.encode(), priority=int(urgent))

    async def enqueue_missing(self, session: Session, task_ids: Sequence[str], *, urgent: bool = False) -> list[str]:
        rows = await execute(session, _MISSING, {"task_ids": list(task_ids)}) if task_ids else ()
        missing = {row.task_id: row.task_type for row in rows}
        for task_id, task_type in missing.items():
            await self._enqueue(session, task_id, task_type, urgent=urgent)
        return list(missing)

    async def tidy(self, session: Session) -> None:
        """Delete the older part of PgQueuer's log of entries, which is not used here."""
        await execute(session, text("DELETE FROM queue.pgqueuer_log WHERE created < now() - interval '1 hour'"), {})

    async def deliveries(self) -> AsyncGenerator[str, None]:
        while True:
            try:
                with driver_errors():
                    async with aclosing(self._deliveries()) as deliveries:
                        async for task_id in deliveries:
                            yield task_id
            except DatabaseUnavailable as error:
                _log.info("queue unavailable", reason=str(error))
                await self._database.with_retries(self._is_back)

    async def _is_back(self) -> None:
        async with self._database.transaction() as session:
            await execute(session, text("SELECT 1"), {})

    async def _deliveries(self) -> AsyncGenerator[str, None]:
        """Yield task ids over one connection, until it breaks."""
        connection = await self._database.connect()
        news = asyncio.Event()
        try:
            # If this process hangs in a transaction, the server ends it, and another process gets the entry.
            await connection.execute(f"SET statement_timeout = '{IDLE_IN_TRANSACTION_TIMEOUT_SECONDS:g}s'")
            connection.add_termination_listener(lambda _: news.set())
            await connection.add_listener(_SETTINGS.channel, lambda *_: news.set())
            queries = _queries(AsyncpgDriver(connection))
            while True:
                news.clear()
                while (task_id := await _take(connection, queries)) is not None:
                    yield task_id
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), POLL_INTERVAL_SECONDS)
        finally:
            with suppress(*OF_DRIVERS):
                await connection.close(timeout=1)


def entrypoint_of(task_type: str) -> QueueEntrypoint:
    """Return the entry point of tasks of a type, which may be one that this program does not have."""
    return _ENTRYPOINT if task_type in _ANY_WORKER else QueueEntrypoint(f"run {task_type}")


_TAKEN: Final = {
    entrypoint_of(task_type): EntrypointExecutionParameter(concurrency_limit=0)
    for task_type in [TaskType.CREATION, *sorted(PLUGIN_RETRIES)]
}
"""The entry points of tasks that this program has the types of."""


async def _take(connection: asyncpg.Connection, queries: Queries) -> str | None:
    """Take the next task id, or None; its entry is deleted when this commits."""
    async with connection.transaction():
        jobs: list[Job] = await queries.dequeue(
            batch_size=1,
            entrypoints=_TAKEN,
            queue_manager_id=QueueManagerId(uuid4()),
            global_concurrency_limit=None,
            heartbeat_timeout=_NEVER,
        )
        for job in jobs:
            await connection.execute("DELETE FROM queue.pgqueuer WHERE id = $1", job.id)
    return (jobs[0].payload or b"").decode() if jobs else None


def _queries(driver: Any) -> Queries:
    return Queries(driver, qbq=QueryQueueBuilder(settings=_SETTINGS))


class _SessionDriver:
    """The part of a PgQueuer driver that enqueuing needs, in the transaction of a session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        connection = await self._session.connection()
        return [dict(row) for row in (await connection.exec_driver_sql(query, args)).mappings()]
