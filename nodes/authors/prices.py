"""What models cost: US dollars for a million tokens in and out. A small table; ROADMAP_MODEL_PRICES adds and overrides.

The figures were not checked against any provider's list and leave out discounts: a budget in money that has to be
exact needs ROADMAP_MODEL_PRICES.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field, TypeAdapter, ValidationError

from nodes.authors.port import Usage

_Dollars = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Price = tuple[_Dollars, _Dollars]

LISTED: Final[Mapping[str, Price]] = {
    "openai:gpt-4.1-mini": (0.40, 1.60),
    "openai:gpt-4.1-nano": (0.10, 0.40),
    "openai:gpt-4.1": (2.00, 8.00),
    "openai:gpt-4o-mini": (0.15, 0.60),
    "openai:gpt-4o": (2.50, 10.00),
    "openai:gpt-5-mini": (0.25, 2.00),
    "openai:gpt-5-nano": (0.05, 0.40),
    "openai:gpt-5": (1.25, 10.00),
    "anthropic:claude-haiku-4-5": (1.00, 5.00),
    "anthropic:claude-sonnet-4": (3.00, 15.00),
    "anthropic:claude-opus-4": (15.00, 75.00),
    "ollama:": (0.0, 0.0),
}
_PRICES: Final = TypeAdapter(dict[str, Price])


def read_prices(text: str) -> dict[str, Price]:
    """`{"openai:gpt-x": [1.25, 10]}`. Raises ValueError."""
    try:
        return _PRICES.validate_python(json.loads(text))
    except (ValueError, ValidationError, RecursionError):
        raise ValueError(
            'must be JSON as {"openai:gpt-x": [1.25, 10]}: US dollars for a million tokens in and out'
        ) from None


class Prices:
    """By name of a model, or by the longest beginning of it that is listed: a dated name has its family's price."""

    def __init__(self, own: Mapping[str, Price] | None = None) -> None:
        self._listed = {**LISTED, **(own or {})}

    def of(self, model: str) -> Price | None:
        """None for a model that nobody has listed."""
        fitting = [name for name in self._listed if model.startswith(name)]
        return self._listed[max(fitting, key=len)] if fitting else None

    def usage(self, model: str, tokens_in: int, tokens_out: int) -> Usage:
        """A model without a price counts as free."""
        price_in, price_out = self.of(model) or (0.0, 0.0)
        return Usage(tokens_in, tokens_out, (tokens_in * price_in + tokens_out * price_out) / 1_000_000)
