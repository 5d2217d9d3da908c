"""Cached input of each family of providers, from usage objects as they and their integrations report them."""

from typing import Any, Final

import pytest

from nodes.authors.prices import Prices, read_prices
from nodes.authors.usage import TokenCounts, plausible_tokens, reports_in

OPENAI: Final = {
    "prompt_tokens": 3000,
    "completion_tokens": 900,
    "total_tokens": 3900,
    "prompt_tokens_details": {"cached_tokens": 2432, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 128},
}
OPENAI_WITH_WRITES: Final = {**OPENAI, "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 2432}}
RESPONSES: Final = {
    "input_tokens": 3000,
    "output_tokens": 900,
    "total_tokens": 3900,
    "input_tokens_details": {"cached_tokens": 2432},
    "output_tokens_details": {"reasoning_tokens": 0},
}
ANTHROPIC: Final = {
    "input_tokens": 568,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 2432,
    "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
    "output_tokens": 900,
    "service_tier": "standard",
}
ANTHROPIC_WRITES: Final = {
    **ANTHROPIC,
    "cache_creation_input_tokens": 2432,
    "cache_read_input_tokens": 0,
    "cache_creation": {"ephemeral_5m_input_tokens": 2432, "ephemeral_1h_input_tokens": 0},
}
ANTHROPIC_WRITES_AN_HOUR: Final = {
    **ANTHROPIC_WRITES,
    "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 2432},
}
GEMINI: Final = {
    "promptTokenCount": 3000,
    "cachedContentTokenCount": 2432,
    "candidatesTokenCount": 700,
    "thoughtsTokenCount": 200,
    "totalTokenCount": 3900,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 3000}],
    "cacheTokensDetails": [{"modality": "TEXT", "tokenCount": 2432}],
}
DEEPSEEK: Final = {
    "prompt_tokens": 3000,
    "completion_tokens": 900,
    "total_tokens": 3900,
    "prompt_cache_hit_tokens": 2432,
    "prompt_cache_miss_tokens": 568,
}
MISTRAL: Final = {
    "prompt_tokens": 3000,
    "completion_tokens": 900,
    "total_tokens": 3900,
    "prompt_tokens_details": {"cached_tokens": 2432},
}
BEDROCK: Final = {
    "inputTokens": 568,
    "outputTokens": 900,
    "totalTokens": 3900,
    "cacheReadInputTokens": 2432,
    "cacheWriteInputTokens": 0,
}
BEDROCK_WRITES: Final = {
    **BEDROCK,
    "cacheReadInputTokens": 0,
    "cacheWriteInputTokens": 2432,
    "cacheDetails": [{"ttl": "1h", "inputTokens": 2432}],
}
BEDROCK_STREAM: Final = {
    "inputTokenCount": 568,
    "outputTokenCount": 900,
    "cacheReadInputTokenCount": 2432,
    "cacheWriteInputTokenCount": 0,
}
OPENROUTER: Final = {
    "prompt_tokens": 3000.0,
    "completion_tokens": 900.0,
    "total_tokens": 3900.0,
    "cost": 0.0009,
    "prompt_tokens_details": {"cached_tokens": 2432, "cache_write_tokens": 0, "audio_tokens": 0},
}
MOONSHOT: Final = {"prompt_tokens": 3000, "completion_tokens": 900, "cached_tokens": 2432}
GATEWAY: Final = {
    "prompt_tokens": 3000,
    "completion_tokens": 900,
    "cache_read_input_tokens": 2432,
    "cache_creation_input_tokens": 0,
}
QWEN: Final = {
    "prompt_tokens": 3000,
    "completion_tokens": 900,
    "prompt_tokens_details": {"cached_tokens": 0, "cache_creation_input_tokens": 2432},
}

READ: Final = TokenCounts(3000, 900, cache_read=2432)
WRITTEN: Final = TokenCounts(3000, 900, cache_write=2432)
AN_HOUR: Final = TokenCounts(3000, 900, cache_write=2432, cache_write_1h=2432)


def of_langchain(**details: int) -> dict[str, Any]:
    """What integrations make of a report: all input, and what of it was cached."""
    return {"input_tokens": 3000, "output_tokens": 900, "total_tokens": 3900, "input_token_details": details}


def read(usage_metadata: Any, response_metadata: dict[str, Any]) -> TokenCounts:
    return plausible_tokens(reports_in(usage_metadata, response_metadata), sent=2900, written=800, room=8192)


RAW: Final[dict[str, tuple[dict[str, Any], TokenCounts]]] = {
    "openai": ({"token_usage": OPENAI}, READ),
    "openai that bills writes": ({"token_usage": OPENAI_WITH_WRITES}, WRITTEN),
    "openai responses": ({"usage": RESPONSES}, READ),
    "anthropic read": ({"usage": ANTHROPIC}, READ),
    "anthropic written": ({"usage": ANTHROPIC_WRITES}, WRITTEN),
    "anthropic written for an hour": ({"usage": ANTHROPIC_WRITES_AN_HOUR}, AN_HOUR),
    "gemini": ({"usageMetadata": GEMINI}, READ),
    "deepseek": ({"token_usage": DEEPSEEK}, READ),
    "mistral": ({"token_usage": MISTRAL}, READ),
    "bedrock": ({"usage": BEDROCK}, READ),
    "bedrock written for an hour": ({"usage": BEDROCK_WRITES}, AN_HOUR),
    "bedrock stream": ({"amazon-bedrock-invocationMetrics": BEDROCK_STREAM}, READ),
    "openrouter": ({"token_usage": OPENROUTER}, READ),
    "moonshot": ({"token_usage": MOONSHOT}, READ),
    "gateway with anthropic's names": ({"token_usage": GATEWAY}, READ),
    "qwen": ({"token_usage": QWEN}, WRITTEN),
}


@pytest.mark.parametrize("family", RAW)
def test_cached_input_is_read_out_of_what_a_provider_reports(family: str) -> None:
    metadata, expected = RAW[family]
    assert read(None, metadata) == expected


@pytest.mark.parametrize(
    ("usage_metadata", "expected"),
    [
        (of_langchain(cache_read=2432), READ),  # OpenAI, Gemini, DeepSeek, OpenRouter
        (of_langchain(cache_read=2432, cache_creation=0), READ),  # Anthropic, Bedrock
        (of_langchain(cache_read=0, cache_creation=2432), WRITTEN),
        (of_langchain(cache_read=0, cache_creation=0, ephemeral_5m_input_tokens=2432), WRITTEN),
        (of_langchain(cache_read=0, cache_creation=0, ephemeral_1h_input_tokens=2432), AN_HOUR),
    ],
)
def test_cached_input_is_read_out_of_what_an_integration_reports(
    usage_metadata: dict[str, Any], expected: TokenCounts
) -> None:
    assert read(usage_metadata, {}) == expected


@pytest.mark.parametrize("family", RAW)
def test_cached_input_is_found_where_an_integration_drops_it(family: str) -> None:
    """Older integrations of Mistral and DeepSeek report input and output only; others leave cached input out."""
    metadata, expected = RAW[family]
    [raw] = metadata.values()
    base = next(raw[name] for name in ("input_tokens", "inputTokens", "inputTokenCount", "prompt_tokens",
                                       "promptTokenCount") if name in raw)  # fmt: skip
    for tokens_in in {3000, int(base)}:
        usage_metadata = {"input_tokens": tokens_in, "output_tokens": 900, "total_tokens": tokens_in + 900}
        assert read(usage_metadata, metadata) == expected


def test_a_report_of_other_tokens_says_nothing_about_the_cache_of_a_call() -> None:
    usage_metadata = {"input_tokens": 2000, "output_tokens": 900, "total_tokens": 2900}
    assert read(usage_metadata, {"token_usage": OPENAI}) == TokenCounts(2000, 900)


@pytest.mark.parametrize("number", [-1, True, "many", None, [], 4001, 10**12, float("nan")])
def test_cached_input_that_cannot_be_true_is_billed_as_fresh(number: Any) -> None:
    assert read(None, {"token_usage": {**DEEPSEEK, "prompt_cache_hit_tokens": number}}) == TokenCounts(3000, 900)
    details = {"cached_tokens": number}
    assert read(None, {"token_usage": {**OPENAI, "prompt_tokens_details": details}}) == TokenCounts(3000, 900)


@pytest.mark.parametrize("details", [None, "none", [], [{"ttl": "1h"}], {"cached_tokens": {}}])
def test_details_of_another_shape_are_no_cache(details: Any) -> None:
    assert read(None, {"token_usage": {**MISTRAL, "prompt_tokens_details": details}}) == TokenCounts(3000, 900)
    assert read(None, {"usage": {**ANTHROPIC_WRITES, "cache_creation": details}}) == WRITTEN
    assert read(None, {"usage": {**BEDROCK, "cacheDetails": details}}) == READ


@pytest.mark.parametrize(
    ("model", "metadata", "dollars"),
    [
        ("openai:gpt-5", {"token_usage": OPENAI}, (568 * 1.25 + 2432 * 0.125 + 900 * 10) / 1e6),
        ("anthropic:claude-sonnet-4-5", {"usage": ANTHROPIC}, (568 * 3 + 2432 * 0.3 + 900 * 15) / 1e6),
        ("anthropic:claude-sonnet-4-5", {"usage": ANTHROPIC_WRITES}, (568 * 3 + 2432 * 3.75 + 900 * 15) / 1e6),
        ("anthropic:claude-sonnet-4-5", {"usage": ANTHROPIC_WRITES_AN_HOUR}, (568 * 3 + 2432 * 6 + 900 * 15) / 1e6),
        ("google_genai:gemini-2.5-pro", {"usageMetadata": GEMINI}, (568 * 1.25 + 2432 * 0.125 + 900 * 10) / 1e6),
        ("mistralai:mistral-medium-latest", {"token_usage": MISTRAL}, (568 * 1.5 + 2432 * 0.15 + 900 * 7.5) / 1e6),
        (
            "bedrock_converse:us.anthropic.claude-sonnet-4-5-20250929-v1:0",
            {"usage": BEDROCK},
            (568 * 3.3 + 2432 * 0.33 + 900 * 16.5) / 1e6,
        ),
        (
            "openrouter:anthropic/claude-sonnet-4.5",
            {"token_usage": OPENROUTER},
            (568 * 3 + 2432 * 0.3 + 900 * 15) / 1e6,
        ),
    ],
)
def test_a_call_is_billed_with_its_cached_input_at_that_price(
    model: str, metadata: dict[str, Any], dollars: float
) -> None:
    assert Prices().usage(model, read(None, metadata)).cost == pytest.approx(dollars)


def test_cached_input_of_deepseek_is_billed_below_fresh_input() -> None:
    fresh = {**DEEPSEEK, "prompt_cache_hit_tokens": 0, "prompt_cache_miss_tokens": 3000}
    prices = Prices(endpoints={})
    cached, whole = (
        prices.usage("deepseek:deepseek-chat", read(None, {"token_usage": raw})) for raw in (DEEPSEEK, fresh)
    )
    assert cached.cost is not None
    assert whole.cost is not None
    assert cached.cost < whole.cost
    assert cached.tokens_in == whole.tokens_in == 3000


def test_own_prices_bill_cached_input_of_every_family() -> None:
    prices = Prices(read_prices('{"openai:ours": [1, 2, 0.1]}'))
    for metadata, expected in RAW.values():
        cached = expected.cache_read
        dollars = (3000 - cached + 0.1 * cached + 2 * 900) / 1e6
        assert prices.usage("openai:ours", read(None, metadata)).cost == pytest.approx(dollars)
