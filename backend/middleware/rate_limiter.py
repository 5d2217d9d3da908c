"""Rate limits: a token bucket for each user, in the memory of this process."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from domain.errors import LimitReached

WINDOW_SECONDS: Final = 60.0
MAX_USERS: Final = 10_000
"""Buckets to keep. The least recently used one is dropped first; it is full again by then."""


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class RateLimiter:
    """A bucket for each user that holds the requests of a minute and refills evenly."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic, *, what: str = "requests") -> None:
        self._what = what
        self._per_minute = per_minute
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def count(self, user_id: str) -> None:
        """Count a request of a user. Raises LimitReached with the seconds to wait."""
        now = self._clock()
        bucket = self._bucket(user_id, now)
        if bucket.left < 1:
            wait = (1 - bucket.left) * WINDOW_SECONDS / self._per_minute
            raise LimitReached(
                f"More than {self._per_minute} {self._what} in a minute: try again later.", retry_after=int(wait) + 1
            )
        bucket.left -= 1

    def _bucket(self, user_id: str, now: float) -> _Bucket:
        bucket = self._buckets.get(user_id)
        if bucket is None:
            bucket = self._buckets[user_id] = _Bucket(float(self._per_minute), now)
            if len(self._buckets) > MAX_USERS:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(user_id)
            filled = bucket.left + (now - bucket.at) * self._per_minute / WINDOW_SECONDS
            bucket.left, bucket.at = min(float(self._per_minute), filled), now
        return bucket
