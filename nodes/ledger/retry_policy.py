"""How long a question waits for a model that is busy or away, and how long between two tries."""

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
    """Of one run: `seconds` is how long a question is tried, and how long the model may be silent for the whole run."""

    seconds: float = 900.0
    _silent_since: float | None = None

    def answered(self) -> None:
        """Some question of the run got an answer: the model is there."""
        self._silent_since = None

    def delay(self, failure: CallFailed, number: int, since: float) -> float | None:
        """Seconds before try `number` + 1 of a question whose first try failed at `since`; None: patience is over.

        When the model has been silent for all of `seconds`, no question of the run waits any more.
        """
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
