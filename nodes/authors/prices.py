"""Prices of calls in US dollars: ROADMAP_MODEL_PRICES first, then genai-prices, which lists models by provider.

An unknown price is None, never 0. Models on this machine cost 0. The data of genai-prices comes with its package;
nothing is read from the network.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from nodes.authors.port import Usage
from nodes.authors.usage import TokenCounts

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, Provider

_Dollars = Annotated[float, Field(strict=True, ge=0, le=1_000_000, allow_inf_nan=False)]
_Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+:\S+$")]
Price = tuple[_Dollars, _Dollars] | tuple[_Dollars, _Dollars, _Dollars]
"""US dollars for a million tokens of input, of output and, optionally, of cached input."""

_PRICES: Final = TypeAdapter(dict[_Name, Price])
_Rate = Callable[[TokenCounts], float | None]

_LISTED_AS: Final[Mapping[str, str]] = {
    "anthropic_bedrock": "aws",
    "azure_ai": "azure",
    "azure_openai": "azure",
    "bedrock": "aws",
    "bedrock_converse": "aws",
    "google_anthropic_vertex": "google",
    "google_genai": "google",
    "google_vertexai": "google",
    "mistralai": "mistral",
    "xai": "x-ai",
}
"""Providers whose names differ between LangChain and genai-prices."""

_RELEASE: Final = re.compile(
    r"[-@:](?:latest|default|preview|exp|v\d+(?::\d+)?|20\d\d|\d{8}|20\d\d-\d\d-\d\d|\d\d-20\d\d|\d\d-\d\d|\d{3,4})$"
)
"""A suffix that names a release of a model, not another model."""
_REGION_OR_VENDOR: Final = re.compile(r"^(?:[a-z]+(?:-gov)?\.)+(?=[a-z])")
"""Prefixes of Bedrock."""


def read_prices(text: str) -> dict[str, Price]:
    """Read JSON as `{"openai:gpt-x": [1.25, 10]}`. Raises ValueError."""
    try:
        return _PRICES.validate_python(json.loads(text))
    except (ValueError, ValidationError, RecursionError):
        raise ValueError(
            'must be JSON as {"openai:gpt-x": [1.25, 10]}: US dollars for a million tokens in and out, and optionally '
            "a third number for cached input; numbers without quotes, not negative"
        ) from None


class Prices:
    """Prices of models by their exact name. `endpoints`: addresses of their providers, as far as known."""

    def __init__(
        self, own: Mapping[str, Price] | None = None, endpoints: Mapping[str, str | None] | None = None
    ) -> None:
        self._own = own or {}
        self._endpoints = endpoints or {}
        self._rates: dict[str, _Rate | None] = {}

    def knows(self, model: str) -> bool:
        return self._rate(model) is not None

    def usage(self, model: str, tokens: TokenCounts) -> Usage:
        """Return the tokens with their price, None where it is unknown."""
        rate = self._rate(model)
        cost = None if rate is None else rate(tokens)
        return Usage(tokens.tokens_in, tokens.tokens_out, cost, tokens.estimated)

    def _rate(self, model: str) -> _Rate | None:
        if model not in self._rates:
            self._rates[model] = self._find(model)
        return self._rates[model]

    def _find(self, model: str) -> _Rate | None:
        if model in self._own:
            return _own_rate(self._own[model])
        endpoint = self._endpoints.get(model)
        if _runs_here(model, endpoint):
            return lambda _: 0.0
        return _listed_rate(model, endpoint)


def _own_rate(price: Price) -> _Rate:
    price_in, price_out = price[:2]
    price_cached = price[2] if len(price) == 3 else price_in

    def cost(tokens: TokenCounts) -> float:
        fresh = tokens.tokens_in - tokens.cache_read
        return (fresh * price_in + tokens.cache_read * price_cached + tokens.tokens_out * price_out) / 1_000_000

    return cost


def _runs_here(model: str, endpoint: str | None) -> bool:
    """Return whether this machine or the user's own Ollama serves a model."""
    host = (urlsplit(endpoint).hostname or "") if endpoint else ""
    if model.startswith("ollama:"):
        return not (host.endswith("ollama.com") or model.endswith("cloud"))
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback or mapped.is_unspecified)


def _listed_rate(model: str, endpoint: str | None) -> _Rate | None:
    from genai_prices.data_snapshot import get_snapshot  # takes a quarter of a second

    prefix, _, name = model.partition(":")
    name = name.removeprefix("models/")
    providers = get_snapshot().providers
    for provider in providers:
        is_asked = _serves(provider, endpoint) if endpoint else provider.id == _LISTED_AS.get(prefix, prefix)
        listed = provider.find_model(name, all_providers=providers) if is_asked else None
        if listed is not None and _is_named(listed, name):
            return _rate_of(provider, listed)
    return None


def _serves(provider: "Provider", endpoint: str) -> bool:
    """Return whether an address is this provider's. Its pattern is a prefix, which has to end with a host here."""
    begins = re.match(provider.api_pattern, endpoint)
    return begins is not None and (begins[0][-1:] in {"/", "."} or endpoint[begins.end() : begins.end() + 1] in "/:?")


def _is_named(model: "ModelInfo", name: str) -> bool:
    """Return whether `name` is this model or a release of it. genai-prices also takes claude-opus-4-80 for Opus 4.8."""
    return _family(name) in {_family(literal) for literal in (model.id, *_literals(model.match))}


def _family(name: str) -> str:
    family = _REGION_OR_VENDOR.sub("", name.lower())
    while (shorter := _RELEASE.sub("", family)) != family:
        family = shorter
    return family


def _literals(clause: Any) -> list[str]:
    """Return the names and parts of names that a clause of genai-prices compares with."""
    parts = getattr(clause, "or_", None) or getattr(clause, "and_", None)
    if parts:
        return [literal for part in parts for literal in _literals(part)]
    kinds = ("equals", "starts_with", "ends_with", "contains")
    return [literal for kind in kinds if (literal := getattr(clause, kind, None))]


def _rate_of(provider: "Provider", model: "ModelInfo") -> _Rate | None:
    from genai_prices.types import Usage as Counted

    def cost(tokens: TokenCounts) -> float | None:
        context = {"service_tier": tokens.service_tier} if tokens.service_tier else None
        now = datetime.now(UTC)
        prices = model.get_prices(now, context)
        if prices.input_mtok is None or prices.output_mtok is None:
            return None  # an image or a speech model
        counted = Counted(
            input_tokens=tokens.tokens_in,
            cache_read_tokens=tokens.cache_read,
            cache_write_tokens=tokens.cache_write,
            cache_write_1h_tokens=tokens.cache_write_1h,
            output_tokens=tokens.tokens_out,
        )
        try:
            bill = model.calc_price(
                counted, provider, genai_request_timestamp=now, auto_update_timestamp=None, price_context=context
            )
        except (ValueError, LookupError):
            return None
        return float(bill.total_price)

    return None if cost(TokenCounts(1, 1)) is None else cost
