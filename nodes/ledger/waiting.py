"""The waits of one run for its models: when a request may call, what its failure means, and telling about both."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from typing import Any, Final

from domain.logs import get_log
from domain.waits.model_wait import ModelWait
from nodes.authors.port import CallFailed
from nodes.ledger.holds import ModelHeld, ModelHolds, Place, short_reason
from nodes.ledger.retry_policy import RetryPolicy

_log = get_log(__name__)

MIN_TOLD_SECONDS: Final = 1.0
"""Shorter silences of a model are not told."""
MAX_BROKEN_SECONDS: Final = 60.0
"""After so many seconds of failures of any kind without an answer a model is held, as if it had refused every call."""
MAX_SECONDS_AHEAD: Final = 1e9
"""Keeps moments within the calendar, whatever a provider asks for."""

Tell = Callable[[str, dict[str, Any]], None]
"""Appends an event (type, payload) to the run."""


def ignore(_: str, __: dict[str, Any]) -> None:
    """The Tell of a ledger outside a run."""


@dataclass(slots=True)
class ModelWaits:
    """Admits the calls of one run, and ends or delays its requests after failures."""

    policy: RetryPolicy
    holds: ModelHolds
    usual: str
    """The model that is asked unless calls have shown another."""
    tell: Tell
    stop: asyncio.Event
    """Ends all waits; set when no call of the run may start any more."""
    task_id: str
    _told: dict[str, float] = field(default_factory=dict)
    """Model -> the next try that was told (monotonic)."""

    @asynccontextmanager
    async def slot(self, role: str, place: Place) -> AsyncIterator["Slot"]:
        """Wrap a request: wait while the model of its role is held, then count it as running.

        Raises ModelUnavailable when the patience of the run is over.
        """
        model = self.holds.model_of(role, self.usual)
        hold = self.holds.of(model)
        with hold.queued(place):
            while not self.stop.is_set():
                self.policy.check_held(model, hold)
                if hold.admits(place):
                    break
                opens_in = hold.opens_in()
                self._tell_wait(model, hold.reason, hold.failures, opens_in)
                await hold.change(min(opens_in or inf, max(self.policy.left(model), 0.0)))
        with hold.running() as era:
            yield Slot(self, role, model, era)

    def answered(self, role: str, model: str, era: int | None) -> None:
        """Record an answer; `era`: in which its request was admitted, None for another model than expected."""
        hold = self.holds.of(model)
        hold.answered(hold.era if era is None else era)
        self.holds.learn(role, model)
        self.policy.answered(model)
        if self._told.pop(model, None) is not None:
            self.tell("model_answering", {"model": model})
            _log.info("model answers again", model=model, task_id=self.task_id)

    def failed(self, role: str, failure: CallFailed, era: int | None) -> None:
        """Record a failure, as `answered` does an answer, before the turn of its request is given to the next one."""
        if not failure.transient or failure.step_down:
            return
        self.holds.learn(role, failure.model)
        if not failure.away and self.policy.silent_for(failure.model) < MAX_BROKEN_SECONDS:
            return
        hold = self.holds.of(failure.model)
        within = failure.wait is not None and failure.wait <= self.policy.left(failure.model)
        hold.failed(hold.era if era is None else era, failure, wait=failure.wait if within else None)

    async def after(self, failure: CallFailed, number: int, since: float) -> None:
        """Wait between two tries of one request.

        Raises ModelDenied where no request can succeed, ModelUnavailable where no further try is due.
        """
        delay = self.policy.delay(failure, number, since)
        if failure.step_down or self.holds.of(failure.model).opens_in():
            return  # `slot` waits, in common with the other requests
        self._tell_wait(failure.model, short_reason(failure), number, delay)
        with suppress(TimeoutError):
            async with asyncio.timeout(delay):
                await self.stop.wait()

    def _tell_wait(self, model: str, reason: str, number: int, next_in: float) -> None:
        """Tell that the model is waited for, once for each try."""
        clock, policy = self.policy.clock, self.policy
        now = clock.monotonic()
        if not next_in or now < self._told.get(model, 0.0) or policy.silent_for(model) + next_in < MIN_TOLD_SECONDS:
            return
        self._told[model] = now + next_in
        moment = clock.now()
        wait = ModelWait(
            model=model,
            reason=reason,
            tries=number,
            next_at=_later(moment, next_in),
            gives_up_at=_later(moment, max(policy.left(model), 0.0)),
        )
        self.tell("model_waiting", wait.model_dump(mode="json"))
        _log.info(
            "waiting for the model",
            task_id=self.task_id,
            model=model,
            reason=reason,
            tries=number,
            next_in=round(next_in, 1),
        )


@dataclass(frozen=True, slots=True)
class Slot:
    """A request that was admitted."""

    waits: ModelWaits
    role: str
    model: str
    era: int

    def check(self) -> None:
        """Raise ModelHeld if a hold has begun since, or another model is asked: the request has to wait again."""
        if self.waits.holds.model_of(self.role, self.model) != self.model:
            raise ModelHeld
        self.waits.holds.of(self.model).check(self.era)

    def failed(self, failure: CallFailed) -> None:
        self.waits.failed(self.role, failure, self.era if failure.model == self.model else None)

    def answered(self, model: str) -> None:
        """Record which model has answered."""
        self.waits.answered(self.role, model, self.era if model == self.model else None)


def _later(moment: datetime, seconds: float) -> datetime:
    return (moment + timedelta(seconds=min(seconds, MAX_SECONDS_AHEAD))).replace(microsecond=0)
