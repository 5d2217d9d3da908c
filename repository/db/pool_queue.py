"""The line before a pool: connections are had in the order of arrival, and to stand in line is no outage.

Left to itself, a pool gives to whoever comes just then what others wait for, and takes a long wait for an outage.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.errors import DatabaseUnavailable


class PoolQueue:
    """As many turns at once as the pool has connections."""

    def __init__(self, turns: int, patience: float) -> None:
        """`patience`: seconds in which no turn ended well, after which those in line take the database for gone."""
        self._turns = asyncio.Semaphore(turns)
        self._patience = patience
        self._moved = time.monotonic()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Stand in line, then hold a turn. Raises DatabaseUnavailable where the line stands still."""
        if self._turns.locked():
            await self._stand()
        else:
            await self._turns.acquire()  # at once
        answered = True
        try:
            yield
        except DatabaseUnavailable:
            answered = False
            raise
        finally:
            if answered:
                self._moved = time.monotonic()
            self._turns.release()

    async def _stand(self) -> None:
        came = time.monotonic()
        turn = asyncio.ensure_future(self._turns.acquire())
        try:
            while not turn.done():
                left = max(came, self._moved) + self._patience - time.monotonic()
                if left <= 0:
                    raise DatabaseUnavailable("The database does not answer: see what it waits for, or try again.")
                await asyncio.wait({turn}, timeout=left)
        except BaseException:
            if not turn.cancel():  # it came in the same breath
                self._turns.release()
            raise
