import math
from typing import Any

import pytest
from hypothesis import given

from nodes.authors.usage import TokenCounts, estimated_tokens, plausible_tokens, reports_in
from tests.support.nonsense import fuzzed, json_values

SENT, WRITTEN, ROOM = 700, 300, 8192
ESTIMATE = TokenCounts(SENT, WRITTEN, estimated=True)


def read(
    usage_metadata: object, response_metadata: dict[str, Any] | None = None, *, written: int = WRITTEN
) -> TokenCounts:
    reports = reports_in(usage_metadata, response_metadata or {})
    return plausible_tokens(reports, sent=SENT, written=written, room=ROOM)


@pytest.mark.parametrize(
    "number", [None, 0, -5, math.nan, math.inf, "many", "-1", "9" * 5000, 3_000_000_000, True, [], {}]
)
def test_a_report_that_cannot_be_true_is_replaced_by_an_estimate(number: Any) -> None:
    assert read({"input_tokens": number, "output_tokens": number}) == ESTIMATE


def test_numbers_that_come_as_text_or_with_a_fraction_are_read() -> None:
    assert read({"input_tokens": "500", "output_tokens": 199.5}) == TokenCounts(500, 200)


def test_a_provider_that_reports_nothing_is_not_free() -> None:
    assert read(None) == ESTIMATE
    assert read({}, {"token_usage": None, "usage": "none"}) == ESTIMATE


def test_only_the_number_that_cannot_be_true_is_estimated() -> None:
    assert read({"input_tokens": 500, "output_tokens": -1}) == TokenCounts(500, WRITTEN, estimated=True)
    assert read({"input_tokens": 0, "output_tokens": 200}) == TokenCounts(SENT, 200, estimated=True)


def test_an_answer_without_a_word_may_have_used_no_tokens() -> None:
    assert read({"input_tokens": 500, "output_tokens": 0}, written=0) == TokenCounts(500, 0)
    assert read({"input_tokens": 500, "output_tokens": 0}) == TokenCounts(500, WRITTEN, estimated=True)


@pytest.mark.parametrize(
    "metadata",
    [
        {"token_usage": {"prompt_tokens": 500, "completion_tokens": 200}},
        {"usage": {"input_tokens": 500, "output_tokens": 200}},
        {"usage": {"inputTokens": 500, "outputTokens": 200}},
        {"amazon-bedrock-invocationMetrics": {"inputTokenCount": 500, "outputTokenCount": 200}},
        {"prompt_eval_count": 500, "eval_count": 200},
        {"usage_metadata": {"prompt_token_count": 500, "candidates_token_count": 150, "thoughts_token_count": 50}},
        {"meta": {"billed_units": {"input_tokens": 500, "output_tokens": 200}}},
    ],
)
def test_a_report_that_only_the_metadata_has_is_found(metadata: dict[str, Any]) -> None:
    assert read(None, metadata) == TokenCounts(500, 200)
    assert read({"input_tokens": 0, "output_tokens": 0}, metadata) == TokenCounts(500, 200)


def test_cached_input_and_the_tier_of_service_are_told_apart() -> None:
    details = {"cache_read": 300, "cache_creation": 100}
    report = {"input_tokens": 500, "output_tokens": 200, "input_token_details": details}
    assert read(report) == TokenCounts(500, 200, cache_read=300, cache_write=100)
    lasting = {"cache_read": 0, "cache_creation": 0, "ephemeral_5m_input_tokens": 100}
    assert read({**report, "input_token_details": lasting}).cache_write == 100
    flex = {"flex_cache_read": 300, "flex": 200}
    assert read({**report, "input_token_details": flex}) == TokenCounts(500, 200, cache_read=300, service_tier="flex")


@pytest.mark.parametrize(
    "details", [{"cache_read": 501}, {"cache_read": 300, "cache_creation": 300}, {"cache_read": -1}]
)
def test_more_cached_than_was_sent_is_not_believed(details: dict[str, int]) -> None:
    tokens = read({"input_tokens": 500, "output_tokens": 200, "input_token_details": details})
    assert tokens == TokenCounts(500, 200)


@pytest.mark.parametrize(
    ("text", "fewest"),
    [("a" * 1000, 250), ("弦" * 1000, 1000), ("ж" * 1000, 500), ("ไทย" * 300, 900), ("🎉" * 100, 200), ("\ud800", 1)],
)
def test_an_estimate_is_rather_too_high_in_any_script(text: str, fewest: int) -> None:
    assert fewest <= estimated_tokens(text) <= 2 * len(text) + 1


def test_nothing_is_no_token() -> None:
    assert estimated_tokens("") == 0


@fuzzed
@given(json_values, json_values)
def test_any_report_gives_tokens_that_can_be_stored(usage: Any, metadata: Any) -> None:
    holder = {"usage": metadata, "token_usage": {"prompt_tokens": metadata, "completion_tokens": usage}}
    tokens = read(usage, holder)
    assert 0 < tokens.tokens_in < 2**31
    assert 0 <= tokens.tokens_out < 2**31
    assert 0 <= tokens.cache_read + tokens.cache_write <= tokens.tokens_in
