"""How long a request waits for a model that is busy or unreachable, and how long between two tries."""

import random
import time
from dataclasses import dataclass
from typing import Final

from domain.backoff import Backoff
from nodes.authors.port import CallFailed

MAX_DELAY_SECONDS: Final = 60.0
BACKOFF: Final = Backoff(first=0.5, longest=MAX_DELAY_SECONDS)


@dataclass(slots=True)
class RetryPolicy:
    """The policy of one run. `seconds` limits both the tries of one request and the silence of the model in the run."""

    seconds: float = 900.0
    _silent_since: float | None = None

    def answered(self) -> None:
        """Record that a request of the run was answered, which ends the silence of the model."""
        self._silent_since = None

    def delay(self, failure: CallFailed, number: int, since: float) -> float | None:
        """Return the seconds to wait before try `number` + 1, or None where no further try is due.

        `since` is when the first try failed (monotonic). When the model has been silent for all of `seconds`, no
        request of the run waits any more.
        """
        if failure.step_down:
            return 0.0
        if not failure.transient:
            return None
        now = time.monotonic()
        if self._silent_since is None:
            self._silent_since = now
        delay = BACKOFF.delay(number)
        if failure.wait is not None:
            delay = max(delay, failure.wait * random.uniform(1, 1.1)) if failure.wait else 0.0
        over = now + delay - since > self.seconds or now - self._silent_since > self.seconds
        return None if over else delay
