"""Commits that several contents share: what is finished while one is under way goes into the next.

To begin, to pass the fence and to commit costs a run more than the rows of one content do.
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
"""Writes what belongs to one key; safe to repeat."""
Lock = Callable[[Session, Sequence[str]], Awaitable[None]]
"""Takes the locks of several keys in the order that all others take them in."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    key: str
    work: Work
    committed: asyncio.Future[None]


class SharedCommits:
    """One transaction at a time, begun as soon as anybody waits: who is alone waits for nobody.

    On leaving, one that is still under way is rolled back: whoever waited for it is gone.
    """

    def __init__(self, database: Database, fence: Fence, lock: Lock) -> None:
        self._database: Final = database
        self._fence: Final = fence
        self._lock: Final = lock
        self._waiting: list[_Waiting] = []
        self._under_way: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "SharedCommits":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._under_way is not None:
            self._under_way.cancel()
            await asyncio.gather(self._under_way, return_exceptions=True)

    async def commit(self, key: str, work: Work) -> None:
        """`work` is committed under the fence when this returns. Raises what it would raise in a commit of its own."""
        mine = _Waiting(key, work, asyncio.get_running_loop().create_future())
        self._waiting.append(mine)
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.create_task(self._commit_all())
        await mine.committed

    async def _commit_all(self) -> None:
        while self._waiting:
            batch, self._waiting = [waiting for waiting in self._waiting if not waiting.committed.done()], []
            if not batch:  # all of them were cancelled
                return
            error = await self._commit(batch)
            if error is None or len(batch) == 1 or isinstance(error, Superseded | DatabaseUnavailable):
                _tell(batch, error)
            else:  # one of them is bad: the others do not go down with it
                for alone in batch:
                    _tell([alone], await self._commit([alone]))

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


def _tell(batch: Sequence[_Waiting], error: Exception | None) -> None:
    for waiting in batch:
        if waiting.committed.done():  # cancelled
            continue
        if error is None:
            waiting.committed.set_result(None)
        else:
            waiting.committed.set_exception(error)
