"""What one run may spend: reserved before each call, given back where it was not used."""

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
    """Of a run: tokens, or US dollars."""

    amount: float
    money: bool

    @classmethod
    def read(cls, text: str) -> "Limit":
        """`200000` tokens or `$1.50`. Raises ValueError."""
        found = _TEXT.fullmatch(text.strip().replace("_", ""))
        if found is None or not 0 < float(found[2]) < inf:
            raise ValueError("must be a number of tokens, as 200000, or of US dollars, as $1.50")
        if not found[1] and "." in found[2]:
            raise ValueError("tokens are whole; US dollars begin with $")
        return cls(float(found[2]), bool(found[1]))

    def measure(self, usage: Usage) -> float | None:
        """None where the limit is in US dollars and the price is unknown."""
        return usage.cost if self.money else usage.tokens

    def say(self, amount: float) -> str:
        return f"${amount:.4f}" if self.money else f"{amount:.0f} tokens"


@dataclass(slots=True)
class Reservation:
    """What a call may use; `used` is what it did."""

    used: Usage = field(default_factory=Usage)


@dataclass(slots=True)
class Budget:
    """Of one run. Without a limit everything is granted."""

    limit: Limit | None = None
    spent: float | None = 0.0
    """None where calls of the run have no price, and the limit is in US dollars."""
    _reserved: float = 0.0
    _given_back: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def reserve(self, most: Usage) -> AsyncIterator[Reservation]:
        """Holds the most that a call can use, and waits where only what others hold is in the way.

        Raises BudgetSpent where the run would exceed its limit even without the others, or nobody can know.
        """
        reservation = Reservation()
        if self.limit is None:
            yield reservation
            return
        wanted = self.limit.measure(most)
        if wanted is None or self.spent is None:
            raise BudgetSpent(UNKNOWN_PRICE if wanted is None else UNKNOWN_COST)
        await self._wait_for(self.limit, wanted)
        self._reserved += wanted
        try:
            yield reservation
        finally:
            self._reserved -= wanted
            used = self.limit.measure(reservation.used)
            self.spent += wanted if used is None else used
            self._given_back.set()

    async def _wait_for(self, limit: Limit, wanted: float) -> None:
        while (spent := self.spent or 0.0) + self._reserved + wanted > limit.amount:
            if spent + wanted > limit.amount:
                raise BudgetSpent(
                    f"The run has used {limit.say(spent)}, and its next call may take {limit.say(wanted)}: more "
                    f"than ROADMAP_BUDGET allows ({limit.say(limit.amount)}). Raise it, then resume the run; what is "
                    "finished is kept."
                )
            self._given_back.clear()
            await self._given_back.wait()
