"""Group commit: contents that finish while a commit is in progress share the next one.

Beginning a transaction, asserting the fence and committing cost more than writing the rows of one content.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final

from domain.errors import DatabaseUnavailable, Superseded
from repository.db.database import Database, Session
from repository.db.fence import Fence, fenced_transaction

Work = Callable[[Session], Awaitable[None]]
"""Writes the rows of one key; must be safe to repeat."""
Lock = Callable[[Session, Sequence[str]], Awaitable[None]]
"""Locks several keys in the order in which every transaction locks them."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    key: str
    work: Work
    committed: asyncio.Future[None]


class SharedCommits:
    """Commits one transaction at a time, without a delay for a single waiter.

    On exit a transaction in progress is rolled back, since its waiters are gone.
    """

    def __init__(self, database: Database, fence: Fence, lock: Lock) -> None:
        self._database: Final = database
        self._fence: Final = fence
        self._lock: Final = lock
        self._waiting: list[_Waiting] = []
        self._commit_in_progress: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "SharedCommits":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._commit_in_progress is not None:
            self._commit_in_progress.cancel()
            await asyncio.gather(self._commit_in_progress, return_exceptions=True)

    async def commit(self, key: str, work: Work) -> None:
        """Commit `work` under the fence. Raises the same errors as a commit of its own."""
        mine = _Waiting(key, work, asyncio.get_running_loop().create_future())
        self._waiting.append(mine)
        if self._commit_in_progress is None or self._commit_in_progress.done():
            self._commit_in_progress = asyncio.create_task(self._commit_all())
        await mine.committed

    async def _commit_all(self) -> None:
        while self._waiting:
            batch, self._waiting = [waiting for waiting in self._waiting if not waiting.committed.done()], []
            if not batch:  # all of them were cancelled
                return
            error = await self._commit(batch)
            if error is None or len(batch) == 1 or isinstance(error, Superseded | DatabaseUnavailable):
                _resolve(batch, error)
            else:  # one of them is invalid: commit each on its own, so that the others succeed
                for waiting in batch:
                    _resolve([waiting], await self._commit([waiting]))

    async def _commit(self, batch: Sequence[_Waiting]) -> Exception | None:
        async def write(session: Session) -> None:
            if len(batch) > 1:
                await self._lock(session, [waiting.key for waiting in batch])
            for waiting in batch:
                await waiting.work(session)

        try:
            await fenced_transaction(self._database, self._fence, write)
        except Exception as error:
            return error
        return None


def _resolve(batch: Sequence[_Waiting], error: Exception | None) -> None:
    for waiting in batch:
        if waiting.committed.done():  # cancelled
            continue
        if error is None:
            waiting.committed.set_result(None)
        else:
            waiting.committed.set_exception(error)
