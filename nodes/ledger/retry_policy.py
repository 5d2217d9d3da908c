"""How long a request waits for a model that is busy or unreachable, and how long between two tries."""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from domain.errors import ModelDenied, ModelUnavailable
from domain.waits.backoff import Backoff
from nodes.authors.port import CallFailed
from nodes.authors.provider_errors.classification import CHECK_ADDRESS
from nodes.ledger.clock import WaitClock
from nodes.ledger.holds import ModelHold

MAX_DELAY_SECONDS: Final = 60.0
BACKOFF: Final = Backoff(first=0.5, longest=MAX_DELAY_SECONDS)
MAX_UNPROVEN_SECONDS: Final = 45.0
"""How long a run waits for a model that has never answered at its address: probably the address is wrong."""
MAX_STEPS_DOWN: Final = 12
"""Tries of one request in other ways, each made at once."""
MAX_WRITTEN: Final = 3
"""Tries of one request to which the model wrote something that its provider did not pass on."""
MAX_UNPAID: Final = 3
"""Refusals with status 402 in a row after which an account is empty, although it has paid for answers before."""


@dataclass(slots=True)
class _Silence:
    """The time since a model of the run has stopped answering."""

    since: float
    patience: float
    """Seconds for which the run waits."""
    advice: str = ""
    """What to check if the model never answers."""
    over: ModelUnavailable | None = None
    """Why no request of the run waits for it any more."""
    unpaid: int = 0


@dataclass(slots=True)
class RetryPolicy:
    """The policy of one run. `seconds` limits the silence of a model in the run, and the tries of one request."""

    seconds: float = 900.0
    clock: WaitClock = field(default_factory=WaitClock)
    backoff: Backoff = BACKOFF
    _silences: dict[str, _Silence] = field(default_factory=dict)
    _answered: set[str] = field(default_factory=set)

    def answered(self, model: str) -> None:
        """Record that a request of the run was answered, which ends the silence of the model."""
        self._answered.add(model)
        self._silences.pop(model, None)

    def delay(self, failure: CallFailed, number: int, since: float) -> float:
        """Return the seconds to wait before try `number` + 1; `since` is when the first try failed (monotonic).

        Raises ModelDenied where no request can succeed, ModelUnavailable where no further try is due.
        """
        if self._denies(failure):
            raise ModelDenied(str(failure))
        if failure.step_down and number < MAX_STEPS_DOWN:
            return 0.0
        if not failure.transient or (failure.answer is not None and number >= MAX_WRITTEN):
            raise ModelUnavailable(str(failure))
        silence = self._silence(failure.model)
        if failure.wait is not None and failure.wait > self.left(failure.model):
            silence.over = ModelUnavailable(self._come_back(failure, failure.wait))
            raise silence.over
        delay = max(self.backoff.delay(number), (failure.wait or 0.0) * random.uniform(1, 1.1))
        self._check(failure, number, delay, since, silence)
        return delay

    def check_held(self, model: str, hold: ModelHold) -> None:
        """Raise ModelUnavailable where the run waits no longer for a model that is held, or that was given up."""
        silence = self._silences.get(model)
        if silence is not None and silence.over is not None:
            raise silence.over
        if silence is None and not hold.opens_in():
            return
        if self.left(model) <= hold.opens_in():
            raise self._give_up(self._silence(model), f"{model} {hold.reason}", hold.failures)

    def left(self, model: str) -> float:
        """Return the seconds for which the run still waits for a model."""
        silence = self._silence(model)
        return silence.since + silence.patience - self.clock.monotonic()

    def silent_for(self, model: str) -> float:
        """Return the seconds since the model stopped answering this run."""
        return self.clock.monotonic() - self._silence(model).since

    def _silence(self, model: str) -> _Silence:
        return self._silences.setdefault(model, _Silence(self.clock.monotonic(), self.seconds))

    def _denies(self, failure: CallFailed) -> bool:
        """Return whether a refusal concerns every call, not only this one."""
        if not failure.denied or not failure.unless_answered:
            return failure.denied
        if failure.model not in self._answered and failure.never_worked is not False:
            return True
        if failure.status != 402:
            return False
        silence = self._silence(failure.model)
        silence.unpaid += 1
        return silence.unpaid >= MAX_UNPAID

    def _check(self, failure: CallFailed, number: int, delay: float, since: float, silence: _Silence) -> None:
        unproven = failure.never_worked is True and failure.status is None and failure.model not in self._answered
        silence.patience = min(MAX_UNPROVEN_SECONDS, self.seconds) if unproven else self.seconds
        silence.advice = CHECK_ADDRESS if unproven else ""
        if silence.over is not None:
            raise silence.over
        left = self.left(failure.model)
        if left < 0 or (unproven and left < delay):
            raise self._give_up(silence, str(failure), number)
        if not failure.away and self.clock.monotonic() + delay - since > self.seconds:
            raise ModelUnavailable(_tries(str(failure), number))  # others may be answered while this one is not

    @staticmethod
    def _give_up(silence: _Silence, reason: str, number: int) -> ModelUnavailable:
        """Return why no request of the run waits for the model any more, and remember it."""
        advice = f" {silence.advice}" if silence.advice else ""
        silence.over = ModelUnavailable(f"{_tries(reason.removesuffix(silence.advice).rstrip(), number)}{advice}")
        return silence.over

    def _come_back(self, failure: CallFailed, wait: float) -> str:
        moment = moment_in(self.clock, wait)
        return f"The model asks to wait until {moment}; resume the run then. {failure}"


def moment_in(clock: WaitClock, seconds: float) -> str:
    """Return the moment in so many seconds, in local time: `16:10 UTC`, with its date unless that is today."""
    now = clock.now().astimezone()
    try:
        moment = now + timedelta(seconds=seconds)
    except OverflowError:
        return "a moment that no calendar knows"
    day = "" if moment.date() == now.date() else f"{moment:%Y-%m-%d} "
    return f"{day}{moment:%H:%M %Z}"


def _tries(reason: str, number: int) -> str:
    return f"{reason} ({number} tries)" if number > 1 else reason
