"""Exponential back-off with jitter: the one formula for the delay between two tries."""

import random
from dataclasses import dataclass
from typing import Final

_MAX_DOUBLINGS: Final = 32
"""Keeps the power small enough for a float, however many tries have failed."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Delays of `first` seconds after the first failure, then `growth` times as long, up to `longest` seconds.

    Each delay is multiplied by a random factor between the two of `jitter`, so that clients that failed together do
    not try again together.
    """

    first: float
    longest: float
    growth: float = 2.0
    jitter: tuple[float, float] = (0.5, 1.0)

    def delay(self, failures: int) -> float:
        """Return the seconds to wait after this many failed tries (1 or more)."""
        delay = self.first * self.growth ** min(failures - 1, _MAX_DOUBLINGS)
        return min(delay, self.longest) * random.uniform(*self.jitter)
