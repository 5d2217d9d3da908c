"""The process-wide scheduler of model calls.

LangGraph's `max_concurrency` is not used: it also delays checkpoint writes, so that after a kill every finished call
ran again.
"""

import asyncio
import heapq
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from nodes.ledger.holds import ModelHolds

BURST: Final = 1 / 6
"""Share of a minute's amount that may be taken at once after a pause."""


class Rate:
    """A token bucket. A call may take more than is left, and later calls wait until the debt is refilled."""

    def __init__(self, per_minute: float) -> None:
        self._per_second: Final = per_minute / 60
        self._most: Final = max(1.0, per_minute * BURST)
        self._level = self._most
        self._filled = time.monotonic()

    def wait(self) -> float:
        """Return the seconds until the bucket holds at least one token."""
        now = time.monotonic()
        self._level = min(self._most, self._level + (now - self._filled) * self._per_second)
        self._filled = now
        return 0.0 if self._level >= 1 else (1 - self._level) / self._per_second

    def take(self, amount: float) -> None:
        """Take an amount; a negative one is returned to the bucket."""
        self._level -= amount


@dataclass(slots=True)
class _Lane:
    """Calls of one task that wait for a turn, in learning order."""

    waiting: list[tuple[int, int, asyncio.Future[None], int]] = field(default_factory=list)


class Throttle:
    """Admits at most `limit` calls at once: urgent tasks first, tasks in turn, contents of a task in learning order.

    Calls and tokens per minute are limited where rates are given. `holds` are the pauses of models that refuse calls;
    who holds a turn must look at them.
    """

    def __init__(
        self,
        limit: int,
        *,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        holds: ModelHolds | None = None,
    ) -> None:
        self.limit: Final = limit
        self.holds: Final = holds or ModelHolds()
        self._free = limit
        self._lanes: dict[bool, OrderedDict[str, _Lane]] = {True: OrderedDict(), False: OrderedDict()}
        self._arrival = count()
        self._requests = Rate(requests_per_minute) if requests_per_minute else None
        self._tokens = Rate(tokens_per_minute) if tokens_per_minute else None
        self._later: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def turn(self, task: str, *, order: int = 0, urgent: bool = False, tokens: int = 0) -> AsyncIterator[None]:
        """Wait for a turn and hold it. `order` is the position in learning order; retries are urgent.

        `tokens` is what the call is expected to use; `correct` adjusts it afterwards.
        """
        await self._wait(task, order, urgent, tokens)
        try:
            yield
        finally:
            self._free += 1
            self._admit()

    def correct(self, *, expected: int, used: int) -> None:
        """Charge the difference between the expected and the used tokens of a call."""
        if self._tokens is not None:
            self._tokens.take(used - expected)

    async def _wait(self, task: str, order: int, urgent: bool, tokens: int) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        lane = self._lanes[urgent].setdefault(task, _Lane())
        heapq.heappush(lane.waiting, (order, next(self._arrival), turn, tokens))
        self._admit()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # admitted and cancelled in the same iteration of the loop
                self._free += 1
            turn.cancel()
            self._admit()
            raise

    def _admit(self) -> None:
        while self._free and not self._must_wait() and (admitted := self._next()):
            turn, tokens = admitted
            self._free -= 1
            if self._requests is not None:
                self._requests.take(1)
            if self._tokens is not None:
                self._tokens.take(tokens)
            turn.set_result(None)

    def _must_wait(self) -> bool:
        """Return whether a rate forbids the next turn, and schedule another look for when it no longer does."""
        wait = max((rate.wait() for rate in (self._requests, self._tokens) if rate is not None), default=0.0)
        if wait <= 0 or not (self._lanes[True] or self._lanes[False]):
            return wait > 0
        if self._later is not None:
            self._later.cancel()
        self._later = asyncio.get_running_loop().call_later(wait, self._admit)
        return True

    def _next(self) -> tuple[asyncio.Future[None], int] | None:
        for lanes in (self._lanes[True], self._lanes[False]):
            while lanes:
                task, lane = next(iter(lanes.items()))
                turn = self._first(lane)
                if turn is None:
                    del lanes[task]
                    continue
                lanes.move_to_end(task)  # round robin
                return turn
        return None

    @staticmethod
    def _first(lane: _Lane) -> tuple[asyncio.Future[None], int] | None:
        while lane.waiting:
            _, _, turn, tokens = heapq.heappop(lane.waiting)
            if not turn.done():
                return turn, tokens
        return None
