"""A FIFO queue in front of a connection pool; waiting in it is not an outage.

A pool alone may give a free connection to a newcomer before those who wait, and reports a long wait as a timeout.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.errors import DatabaseUnavailable


class PoolQueue:
    """Admits as many users at once as the pool has connections, in the order of arrival."""

    def __init__(self, turns: int, retry_seconds: float) -> None:
        """`retry_seconds`: seconds without any successful turn after which waiting fails."""
        self._turns = asyncio.Semaphore(turns)
        self._retry_seconds = retry_seconds
        self._progress_at = time.monotonic()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn and hold it. Raises DatabaseUnavailable if the queue makes no progress."""
        if self._turns.locked():
            await self._wait()
        else:
            await self._turns.acquire()  # returns at once
        answered = True
        try:
            yield
        except DatabaseUnavailable:
            answered = False
            raise
        finally:
            if answered:
                self._progress_at = time.monotonic()
            self._turns.release()

    async def _wait(self) -> None:
        start = time.monotonic()
        turn = asyncio.ensure_future(self._turns.acquire())
        try:
            while not turn.done():
                left = max(start, self._progress_at) + self._retry_seconds - time.monotonic()
                if left <= 0:
                    raise DatabaseUnavailable(
                        "The database does not answer; check what its sessions wait for, or try again."
                    )
                await asyncio.wait({turn}, timeout=left)
        except BaseException:
            if not turn.cancel():  # the turn was acquired at the same moment
                self._turns.release()
            raise
