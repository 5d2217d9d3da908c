import subprocess
import sys

import pytest

from nodes.authors.prices import Prices, read_prices
from nodes.authors.usage import TokenCounts

MILLION = TokenCounts(1_000_000, 1_000_000)
SMALL = TokenCounts(1000, 1000)


def cost(model: str, tokens: TokenCounts = SMALL, endpoint: str | None = None) -> float | None:
    return Prices(endpoints={model: endpoint}).usage(model, tokens).cost


def known(model: str, tokens: TokenCounts = SMALL) -> float:
    price = cost(model, tokens)
    assert price is not None, model
    return price


def test_a_model_whose_name_begins_like_anothers_is_not_counted_at_its_price() -> None:
    """gpt-5-pro counted a twelfth of its price, Opus 4.8 three times as much as it costs."""
    assert known("openai:gpt-5-pro", MILLION) == pytest.approx(135)
    assert known("openai:gpt-5", MILLION) == pytest.approx(11.25)
    assert known("anthropic:claude-opus-4-8", MILLION) < known("anthropic:claude-opus-4-0", MILLION) / 2


@pytest.mark.parametrize("model", ["openai:o3", "anthropic:claude-sonnet-5", "google_genai:gemini-3-pro-preview"])
def test_models_that_cost_money_are_not_free(model: str) -> None:
    assert known(model) > 0


@pytest.mark.parametrize(
    "model",
    [
        "openai:unheard-of",
        "openai:gpt-5-foo",
        "openai:ft:gpt-4o:acme::1",
        "anthropic:claude-opus-4-80",
        "anthropic:claude-haiku-4-5-turbo",
        "google_genai:gemini-3-pro",
        "azure_openai:our-deployment",
        "nowhere:gpt-5",
        "openai:",
        "openai:text-embedding-3-small",
        "ollama:gpt-oss:120b-cloud",
        "openai:模型\ud800",
    ],
)
def test_a_price_that_nobody_knows_is_unknown_and_not_zero(model: str) -> None:
    assert not Prices().knows(model)
    assert cost(model) is None


@pytest.mark.parametrize(
    ("release", "model"),
    [
        ("openai:gpt-4o-2024-11-20", "openai:gpt-4o"),
        ("anthropic:claude-haiku-4-5-20251001", "anthropic:claude-haiku-4-5"),
        ("anthropic:claude-opus-4-8-20260101", "anthropic:claude-opus-4-8"),
        ("google_genai:models/gemini-2.5-pro-preview-05-06", "google_vertexai:gemini-2.5-pro"),
        ("azure_openai:gpt-4o", "openai:gpt-4o"),
    ],
)
def test_a_release_of_a_model_is_known_at_its_price(release: str, model: str) -> None:
    assert known(release) == known(model)


def test_bedrock_names_are_known_with_their_region_and_vendor() -> None:
    assert known("bedrock_converse:us.anthropic.claude-sonnet-4-5-20250929-v1:0") > 0


@pytest.mark.parametrize(
    "endpoint",
    ["https://vllm.example.com/v1", "https://api.openai.com.example.com/v1", "http://10.0.0.7:8000/v1", "https://x/"],
)
def test_a_compatible_server_does_not_have_the_prices_of_openai(endpoint: str) -> None:
    assert cost("openai:gpt-5", endpoint=endpoint) is None


def test_a_server_that_is_known_has_its_own_prices() -> None:
    assert cost("openai:gpt-5", endpoint="https://api.openai.com/v1/") == known("openai:gpt-5")
    routed = cost("openai:deepseek/deepseek-chat", endpoint="https://openrouter.ai/api/v1/")
    assert routed == known("openrouter:deepseek/deepseek-chat")
    azure = cost("openai:gpt-4o", endpoint="https://ours.openai.azure.com/openai/v1/")
    assert azure == known("azure_openai:gpt-4o")


@pytest.mark.parametrize(
    ("model", "endpoint"),
    [
        ("ollama:llama3", None),
        ("ollama:llama3", "http://gpu.example.com:11434"),
        ("openai:gpt-5", "http://127.0.0.1:8000/v1"),
        ("openai:gpt-5", "http://localhost:8000/v1"),
        ("openai:whatever", "http://[::1]:8000/v1"),
        ("openai:whatever", "http://[::ffff:127.0.0.1]/v1"),
        ("anthropic:whatever", "http://model.localhost/"),
    ],
)
def test_what_runs_on_this_machine_is_known_to_cost_nothing(model: str, endpoint: str | None) -> None:
    assert cost(model, endpoint=endpoint) == 0


def test_own_prices_override_what_is_listed_and_what_is_local() -> None:
    own = read_prices('{"openai:gpt-5": [1, 2], "ollama:llama3": [3, 4, 0.5]}')
    prices = Prices(own, {"openai:gpt-5": "http://127.0.0.1/v1"})
    assert prices.usage("openai:gpt-5", MILLION).cost == pytest.approx(3)
    assert prices.usage("ollama:llama3", MILLION).cost == pytest.approx(7)
    cached = TokenCounts(1_000_000, 0, cache_read=400_000)
    assert prices.usage("ollama:llama3", cached).cost == pytest.approx(0.6 * 3 + 0.4 * 0.5)
    assert prices.usage("openai:gpt-5", cached).cost == pytest.approx(1)


def test_own_prices_are_not_taken_for_longer_names() -> None:
    own = read_prices('{"openai:ours": [1, 2]}')
    assert not Prices(own).knows("openai:ours-pro")


@pytest.mark.parametrize(
    "text",
    ['{"gpt-5": [1, 2]}', '{"openai:x": [1]}', '{"openai:x": [1, 2, 3, 4]}', '{"openai:x": [-1, 2]}', "[]", "1e"],
)
def test_prices_that_cannot_be_read_are_refused_in_one_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be JSON as .*US dollars for a million tokens"):
        read_prices(text)


@pytest.mark.parametrize("number", ['"1"', "true", "null", "NaN", "Infinity", "1e999", "-0.5", "[1]"])
def test_a_price_that_is_no_number_is_not_read_as_one(number: str) -> None:
    with pytest.raises(ValueError, match="numbers without quotes"):
        read_prices(f'{{"openai:x": [1, {number}]}}')


def test_cached_input_is_billed_at_its_price() -> None:
    for model in ("openai:gpt-5", "anthropic:claude-sonnet-4-5"):
        plain, cached = known(model, TokenCounts(10_000, 10)), known(model, TokenCounts(10_000, 10, cache_read=10_000))
        assert 0 < cached < plain / 2
    written = known("anthropic:claude-sonnet-4-5", TokenCounts(10_000, 10, cache_write=10_000))
    assert written > known("anthropic:claude-sonnet-4-5", TokenCounts(10_000, 10))


def test_a_long_context_is_billed_at_its_tier() -> None:
    short, long = (known("google_genai:gemini-2.5-pro", TokenCounts(number, 0)) for number in (150_000, 300_000))
    assert long > 3 * short


def test_the_table_of_prices_is_loaded_where_a_price_is_wanted_and_from_the_package() -> None:
    code = """
import sys
from nodes.authors.prices import Prices
assert "genai_prices" not in sys.modules
Prices().knows("ollama:x")
assert "genai_prices" not in sys.modules
assert Prices().knows("openai:gpt-5")
import threading
from genai_prices.data_snapshot import get_snapshot
assert not get_snapshot().from_auto_update
assert threading.active_count() == 1
"""
    subprocess.run([sys.executable, "-c", code], check=True)
