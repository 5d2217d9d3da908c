"""The process-wide limiter of model calls.

LangGraph's own `max_concurrency` is not used: its queue also gates checkpoint writes, and after a kill every
finished call ran again with it.
"""

import asyncio
import heapq
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Final


@dataclass(slots=True)
class _Lane:
    """Those of one task who wait for a turn, in learning order."""

    waiting: list[tuple[int, int, asyncio.Future[None]]] = field(default_factory=list)


class Throttle:
    """At most `limit` calls at once: urgent tasks first, in turn between tasks, in learning order within one."""

    def __init__(self, limit: int) -> None:
        self.limit: Final = limit
        self._free = limit
        self._lanes: dict[bool, OrderedDict[str, _Lane]] = {True: OrderedDict(), False: OrderedDict()}
        self._arrival = count()

    @asynccontextmanager
    async def turn(self, task: str, *, order: int = 0, urgent: bool = False) -> AsyncIterator[None]:
        """Wait for a turn and hold it. `order` is the place in learning order; retries are urgent."""
        await self._wait(task, order, urgent)
        try:
            yield
        finally:
            self._free += 1
            self._admit()

    async def _wait(self, task: str, order: int, urgent: bool) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        lane = self._lanes[urgent].setdefault(task, _Lane())
        heapq.heappush(lane.waiting, (order, next(self._arrival), turn))
        self._admit()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # admitted and cancelled in the same breath
                self._free += 1
            turn.cancel()
            self._admit()
            raise

    def _admit(self) -> None:
        while self._free and (turn := self._next()):
            self._free -= 1
            turn.set_result(None)

    def _next(self) -> asyncio.Future[None] | None:
        for lanes in (self._lanes[True], self._lanes[False]):
            while lanes:
                task, lane = next(iter(lanes.items()))
                turn = self._first(lane)
                if turn is None:
                    del lanes[task]
                    continue
                lanes.move_to_end(task)  # the next turn is another task's
                return turn
        return None

    @staticmethod
    def _first(lane: _Lane) -> asyncio.Future[None] | None:
        while lane.waiting:
            _, _, turn = heapq.heappop(lane.waiting)
            if not turn.done():
                return turn
        return None
