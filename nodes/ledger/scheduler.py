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
URGENT_IN_A_ROW: Final = 3
"""Urgent calls that are admitted before another one that waits: retries get three of four turns, not all."""


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


_Turn = tuple[asyncio.Future[None], int]
"""The future of a call that waits, and the tokens that it is expected to use."""


@dataclass(slots=True)
class _Lane:
    """Calls of one task that wait for a turn, in learning order."""

    waiting: list[tuple[int, int, asyncio.Future[None], int]] = field(default_factory=list)

    def first(self) -> _Turn | None:
        """Take the first call that still waits."""
        while self.waiting:
            _, _, turn, tokens = heapq.heappop(self.waiting)
            if not turn.done():
                return turn, tokens
        return None


@dataclass(slots=True)
class _Lanes:
    """Calls that wait: users in turn, and the tasks of a user in turn, however many calls and tasks each has."""

    users: OrderedDict[str, OrderedDict[str, _Lane]] = field(default_factory=OrderedDict)

    def lane(self, user: str, task: str) -> _Lane:
        return self.users.setdefault(user, OrderedDict()).setdefault(task, _Lane())

    def first(self) -> _Turn | None:
        """Take the first call of the next task of the next user. What holds no waiting call is dropped."""
        while self.users:
            user, tasks = next(iter(self.users.items()))
            while tasks:
                task, lane = next(iter(tasks.items()))
                if (turn := lane.first()) is not None:
                    tasks.move_to_end(task)
                    self.users.move_to_end(user)
                    return turn
                del tasks[task]
            del self.users[user]
        return None


class Throttle:
    """Admits at most `limit` calls at once: users in turn, tasks of a user in turn, contents in learning order.

    Urgent calls have lanes of their own. They go first, but after URGENT_IN_A_ROW of them one other call is admitted.
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
        self._urgent, self._others = _Lanes(), _Lanes()
        self._urgent_in_a_row = 0
        self._arrival = count()
        self._requests = Rate(requests_per_minute) if requests_per_minute else None
        self._tokens = Rate(tokens_per_minute) if tokens_per_minute else None
        self._later: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def turn(
        self, task: str, *, user: str = "", order: int = 0, urgent: bool = False, tokens: int = 0
    ) -> AsyncIterator[None]:
        """Wait for a turn and hold it. `order` is the position in learning order; retries are urgent.

        `tokens` is what the call is expected to use; `correct` adjusts it afterwards.
        """
        await self._wait((self._urgent if urgent else self._others).lane(user, task), order, tokens)
        try:
            yield
        finally:
            self._free += 1
            self._admit()

    def correct(self, *, expected: int, used: int) -> None:
        """Charge the difference between the expected and the used tokens of a call."""
        if self._tokens is not None:
            self._tokens.take(used - expected)

    async def _wait(self, lane: _Lane, order: int, tokens: int) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
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
        if wait <= 0 or not (self._urgent.users or self._others.users):
            return wait > 0
        if self._later is not None:
            self._later.cancel()
        self._later = asyncio.get_running_loop().call_later(wait, self._admit)
        return True

    def _next(self) -> _Turn | None:
        if self._urgent_in_a_row < URGENT_IN_A_ROW and (turn := self._urgent.first()):
            self._urgent_in_a_row += 1
            return turn
        self._urgent_in_a_row = 0
        return self._others.first() or self._urgent.first()
