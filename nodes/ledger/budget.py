"""The budget of a run. The most that a call can use is reserved before it, and the unused rest is released after."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import inf
from typing import Final

from domain.errors import BudgetSpent
from nodes.authors.port import Usage

_TEXT: Final = re.compile(r"(\$?)\s*(\d+(?:\.\d+)?)")
UNKNOWN_PRICE: Final = (
    "ROADMAP_BUDGET is in US dollars, and the price of the next call is unknown: set ROADMAP_MODEL_PRICES, or give the "
    "budget in tokens. Then resume the run; what is finished is kept."
)
UNKNOWN_COST: Final = (
    "ROADMAP_BUDGET is in US dollars, and the run has made calls whose price is unknown: give the budget in tokens, or "
    "none. Then resume the run; what is finished is kept."
)


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit of a run, in tokens or in US dollars."""

    amount: float
    money: bool

    @classmethod
    def read(cls, text: str) -> "Limit":
        """Read `200000` (tokens) or `$1.50`. Raises ValueError."""
        match = _TEXT.fullmatch(text.strip().replace("_", ""))
        if match is None or not 0 < float(match[2]) < inf:
            raise ValueError("must be a number of tokens, as 200000, or of US dollars, as $1.50")
        if not match[1] and "." in match[2]:
            raise ValueError("tokens are whole; US dollars begin with $")
        return cls(float(match[2]), bool(match[1]))

    def measure(self, usage: Usage) -> float | None:
        """Return the usage in the unit of the limit; None where that is US dollars and the price is unknown."""
        return usage.cost if self.money else usage.tokens

    def say(self, amount: float) -> str:
        return f"${amount:.4f}" if self.money else f"{amount:.0f} tokens"


@dataclass(slots=True)
class BudgetReservation:
    """A reservation for one call; the caller sets `used` to what the call has used."""

    used: Usage = field(default_factory=Usage)


@dataclass(slots=True)
class Budget:
    """The budget of one run. Without a limit every reservation is granted."""

    limit: Limit | None = None
    spent: float | None = 0.0
    """In the unit of the limit; None where that is US dollars and calls of the run have no known price."""
    _reserved: float = 0.0
    _given_back: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def reserve(self, most: Usage) -> AsyncIterator[BudgetReservation]:
        """Reserve the most that a call can use; wait while only the reservations of other calls stand against it.

        Raises BudgetSpent where the run would exceed its limit without them too, or where a price is unknown.
        """
        reservation = BudgetReservation()
        if self.limit is None:
            yield reservation
            return
        amount = self.limit.measure(most)
        if amount is None or self.spent is None:
            raise BudgetSpent(UNKNOWN_PRICE if amount is None else UNKNOWN_COST)
        await self._wait_for(self.limit, amount)
        self._reserved += amount
        try:
            yield reservation
        finally:
            self._reserved -= amount
            used = self.limit.measure(reservation.used)
            self.spent += amount if used is None else used
            self._given_back.set()

    async def _wait_for(self, limit: Limit, amount: float) -> None:
        while (spent := self.spent or 0.0) + self._reserved + amount > limit.amount:
            if spent + amount > limit.amount:
                raise BudgetSpent(
                    f"The run has used {limit.say(spent)}, and its next call may take {limit.say(amount)}: more "
                    f"than ROADMAP_BUDGET allows ({limit.say(limit.amount)}). Raise it, then resume the run; what is "
                    "finished is kept."
                )
            self._given_back.clear()
            await self._given_back.wait()
