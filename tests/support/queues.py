"""A run queue in the memory of one process, by the same rules as the real one."""

import asyncio
import heapq
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sqlalchemy import Connection, Engine, event

from repository.db.database import Session

_Entry = tuple[int, int, str]
"""(0 for an urgent one, else 1; number in the order of requests; task id): the least comes first."""


@dataclass(slots=True)
class _Transaction:
    """Entries of a transaction that is not known to be committed yet."""

    entries: list[_Entry] = field(default_factory=list)
    committed: bool = False


class MemoryQueue:
    """The port (orchestrator/process/queue.py) for one event loop; several may take from it.

    Entries wait at the connection of their transaction until it is given back to the pool: only then is it known how
    the commit went. A savepoint that is rolled back leaves its entries; a wake-up too many is harmless.
    """

    def __init__(self) -> None:
        self._entries: list[_Entry] = []
        self._numbers = count()
        self._news = asyncio.Event()
        self._engines: set[Engine] = set()

    async def enqueue(self, session: Session, task_id: str, *, urgent: bool = False) -> None:
        connection = (await session.connection()).sync_connection
        assert connection is not None
        self._transaction(connection).entries.append((int(not urgent), next(self._numbers), task_id))

    async def enqueue_missing(self, session: Session, task_ids: Sequence[str], *, urgent: bool = False) -> list[str]:
        queued = {task_id for _, _, task_id in self._entries}
        missing = [task_id for task_id in task_ids if task_id not in queued]
        for task_id in missing:
            await self.enqueue(session, task_id, urgent=urgent)
        return missing

    async def tidy(self, session: Session) -> None:
        """Nothing is kept that is of no use."""

    async def deliveries(self) -> AsyncGenerator[str, None]:
        while True:
            while self._entries:
                yield heapq.heappop(self._entries)[2]
            self._news.clear()
            await self._news.wait()

    def _transaction(self, connection: Connection) -> _Transaction:
        if connection.engine not in self._engines:
            self._engines.add(connection.engine)
            event.listen(connection.engine, "commit", lambda connection: self._commits(connection, True))
            event.listen(connection.engine, "handle_error", lambda error: self._commits(error.connection, False))
            event.listen(connection.engine.pool, "checkin", self._ended)
        transaction: _Transaction = connection.info.setdefault(self, _Transaction())
        return transaction

    def _commits(self, connection: Connection | None, succeeds: bool) -> None:
        """Told before a commit, and of every error: one that follows is the commit's own."""
        if connection is not None and (transaction := connection.info.get(self)):
            transaction.committed = succeeds

    def _ended(self, connection: object | None, record: Any) -> None:
        """A connection comes back; it is None where it broke."""
        transaction: _Transaction | None = record.info.pop(self, None)
        if transaction is not None and transaction.committed and connection is not None:
            for entry in transaction.entries:
                heapq.heappush(self._entries, entry)
            self._news.set()
