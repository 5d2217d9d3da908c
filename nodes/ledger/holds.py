"""Holds of models in this process: while a model refuses every call, one call probes and the others wait.

A rate limit or a server that is not running concerns every request. Without a hold each of them would find that out by
calls of its own, which prolong the rate limit.
"""

import asyncio
from bisect import insort
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import count
from math import inf
from typing import Final

from domain.waits.backoff import Backoff
from nodes.authors.port import CallFailed
from nodes.ledger.clock import WaitClock

MAX_HOLD_SECONDS: Final = 60.0
HOLD_BACKOFF: Final = Backoff(first=1.0, longest=MAX_HOLD_SECONDS, jitter=(0.8, 1.0))
_PROBES_PER_WAIT: Final = 15
"""A long patience is divided into about this many longest holds, so that no run makes hundreds of calls."""


Place = tuple[bool, int, int]
"""Position of a request: not urgent, position in learning order, number of arrival."""


def tried(place: Place) -> Place:
    """Return the place of a request after a failed try: before those that have not been tried yet.

    Otherwise a request that comes later would begin to probe, and the tries before it would have told nothing.
    """
    return place[0], -1, place[2]


class ModelHeld(Exception):
    """A hold began while a request waited for its turn."""


@dataclass(slots=True)
class ModelHold:
    """The hold of one model. Open until the model refuses; after a hold one call probes.

    The answer to a probe admits two calls at once, then four, and so on. Its failure prolongs the hold. Failures of
    calls that began before the hold change nothing, unless they name a later moment.
    """

    clock: WaitClock = field(default_factory=WaitClock)
    backoff: Backoff = HOLD_BACKOFF
    failures: int = 0
    """Failed probes in a row, the failure that began the hold included."""
    reason: str = ""
    """What the last of them said, for people."""
    _until: float = 0.0
    era: int = 0
    """Number of failures that began or prolonged a hold: tells calls that began before from those after."""
    _window: float = inf
    """Calls that may run at once."""
    _running: int = 0
    _queue: list[Place] = field(default_factory=list)
    """Requests that wait, the first in learning order first: a failed probe is repeated by the same request."""
    _waiting: set[asyncio.Future[None]] = field(default_factory=set)

    @contextmanager
    def queued(self, place: Place) -> Iterator[None]:
        """Stand in the queue while a request waits for admission."""
        insort(self._queue, place)
        try:
            yield
        finally:
            self._queue.remove(place)

    @contextmanager
    def running(self) -> Iterator[int]:
        """Count an admitted request as running; gives the era in which it was admitted."""
        self._running += 1
        try:
            yield self.era
        finally:
            self._running -= 1
            self.wake()

    def opens_in(self) -> float:
        """Return the seconds for which no call may start, whatever its place."""
        return max(self._until - self.clock.monotonic(), 0.0)

    def admits(self, place: Place) -> bool:
        """Return whether a queued request may call now."""
        free = max(self._window - self._running, 0)
        return not self.opens_in() and (free == inf or place in self._queue[: int(free)])

    def check(self, era: int) -> None:
        """Raise ModelHeld for a request that was admitted before a hold began or was prolonged."""
        if era != self.era:
            raise ModelHeld

    def answered(self, era: int) -> None:
        """Record an answer to a call of this era."""
        if era != self.era:
            return  # an older call: its answer does not say that the model accepts others
        self.failures = 0
        self._window *= 2
        if self._window > self._running + len(self._queue):
            self._window = inf

    def failed(self, era: int, failure: CallFailed, *, wait: float | None) -> None:
        """Hold the model after a failure of a call of this era; `wait`: seconds that the provider asks for."""
        self.reason = short_reason(failure)
        seconds = wait or 0.0
        if era == self.era:
            self.era += 1
            self.failures += 1
            self._window = 1
            seconds = max(self.backoff.delay(self.failures), seconds)
        self._until = max(self._until, self.clock.monotonic() + seconds)
        self.wake()

    async def change(self, timeout: float) -> None:
        """Wait until something may have changed, at most for `timeout` seconds."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(turn)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout):
                    await turn
        finally:
            self._waiting.discard(turn)

    def wake(self) -> None:
        """Let every waiting request look again."""
        for turn in self._waiting:
            if not turn.done():
                turn.set_result(None)


def short_reason(failure: CallFailed) -> str:
    """Return why a call failed, without the name of its model: `connection refused`, `429: Rate limit reached`."""
    reason = str(failure).removeprefix(f"{failure.model} ").removeprefix("answered ")
    connection = reason.removeprefix("cannot be reached, or hung up: ")
    return reason if connection == reason else connection[:1].lower() + connection[1:]


class ModelHolds:
    """The holds of all models that one author asks."""

    def __init__(self, clock: WaitClock | None = None, *, patience: float = 0.0) -> None:
        clock = clock or WaitClock()
        backoff = replace(HOLD_BACKOFF, longest=max(MAX_HOLD_SECONDS, patience / _PROBES_PER_WAIT))
        self._holds: defaultdict[str, ModelHold] = defaultdict(lambda: ModelHold(clock, backoff))
        self._models: dict[str, str] = {}
        """Role -> the model that was last asked for it."""
        self._arrivals = count()

    def place(self, order: int, *, urgent: bool) -> Place:
        """Return the place of a new request in queues; `order` is its position in learning order."""
        return (not urgent, order, next(self._arrivals))

    def model_of(self, role: str, usual: str) -> str:
        """Return the model that is probably asked for a role next."""
        return self._models.get(role, usual)

    def of(self, model: str) -> ModelHold:
        return self._holds[model]

    def wake(self) -> None:
        """Let every waiting request look again."""
        for hold in self._holds.values():
            hold.wake()

    def learn(self, role: str, model: str) -> None:
        """Record which model was asked for a role."""
        self._models[role] = model
