"""A time that stands still until a test moves it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from nodes.ledger.clock import WaitClock

NOON: Final = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


@dataclass
class StillTime:
    """Seconds since noon."""

    seconds: float = 0.0

    def pass_(self, seconds: float) -> None:
        self.seconds += seconds

    @property
    def clock(self) -> WaitClock:
        return WaitClock(lambda: self.seconds, lambda: NOON + timedelta(seconds=self.seconds))
