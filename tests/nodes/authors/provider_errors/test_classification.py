"""What an error of an integration means for the same call and for others."""

import json
from typing import Final

import httpx
import openai
import pytest

from nodes.authors.port import CallFailed, FailureKind
from nodes.authors.provider_errors import call_failed, stopped_early
from tests.support.provider_exceptions import (
    REQUEST,
    AnthropicError,
    AwsError,
    EndpointConnectionError,
    NoCredentialsError,
    OllamaError,
    OpenRouterError,
    google_error,
    mistral_error,
    openai_error,
    response,
)

MODEL: Final = "openai:test"
LATER, THIS, ALL = FailureKind.TRANSIENT, FailureKind.THIS_CALL, FailureKind.FOR_ALL
UNLESS: Final = "for all unless it has answered"


def read(error: Exception) -> CallFailed:
    return call_failed(error, MODEL)


CASES: Final[list[tuple[Exception, FailureKind | str, str]]] = [
    # busy
    (openai_error(429, {"message": "Rate limit reached", "code": "rate_limit_exceeded"}), LATER, "Rate limit reached"),
    (google_error(429, "Quota exceeded. Check your plan and billing. Please retry in 3.5s.", "RESOURCE_EXHAUSTED",
                  [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "3s"}]),
     LATER, "Quota exceeded"),
    (google_error(503, "The model is overloaded. Please try again later.", "UNAVAILABLE"), LATER, "overloaded"),
    (AwsError("ThrottlingException", "Too many requests", 429), LATER, "Too many requests"),
    (AwsError("ThrottlingException", "Rate exceeded", 400), LATER, "Rate exceeded"),
    (AwsError("ModelTimeoutException", "Model timed out", 408), LATER, "timed out"),
    (AwsError("ModelErrorException", "The model failed", 424), LATER, "The model failed"),
    (mistral_error(429, {"message": "Requests rate limit exceeded"}), LATER, "Requests rate limit exceeded"),
    (AnthropicError(529, "overloaded_error", "Overloaded"), LATER, "Overloaded"),
    (OllamaError("llama runner process has terminated", 500), LATER, "has terminated"),
    (OpenRouterError(502, {"error": {"message": "Provider returned error", "code": 502,
                                     "metadata": {"raw": '{"error": {"message": "upstream hung up"}}'}}}),
     LATER, "Provider returned error: upstream hung up"),
    (openai_error(503, "loading"), LATER, "loading"),
    (ValueError({"message": "Upstream error", "code": 502}), LATER, "Upstream error"),
    (openai_error(400, {"message": "Failed to generate JSON", "code": "json_validate_failed"}), LATER, "Failed"),
    # this call
    (openai_error(400, {"message": "filtered due to the prompt triggering Azure OpenAI's content management policy",
                        "code": "content_filter"}), THIS, "content management policy"),
    (openai_error(403, {"message": "Input was flagged by moderation", "code": 403}), THIS, "flagged"),
    (openai_error(400, {"code": "1301", "message": "系统检测到输入或生成内容可能包含不安全或敏感内容"}), THIS, "敏感"),
    (AnthropicError(400, "invalid_request_error", "Output blocked by content filtering policy"), THIS, "blocked"),
    (AwsError("ValidationException", "Input is too long for requested model.", 400), THIS, "too long"),
    (openai_error(500, {"message": "Requested tokens (2065) exceed context window of 1800"}), THIS, "exceed"),
    (openai_error(429, {"message": "Request too large for gpt-4 on tokens per min (TPM): Limit 10000, Requested 12000.",
                        "code": "rate_limit_exceeded"}), THIS, "too large"),
    (mistral_error(422, {"message": {"detail": [{"type": "extra_forbidden", "loc": ["body", "max_completion_tokens"],
                                                 "msg": "Extra inputs are not permitted"}]}}),
     THIS, "Extra inputs are not permitted (body.max_completion_tokens)"),
    (openai_error(501, "not implemented"), THIS, "not implemented"),
    # for all
    (openai_error(401, {"message": "Incorrect API key provided", "code": "invalid_api_key"}), ALL, "Check the key"),
    (google_error(400, "API key not valid. Please pass a valid API key.", "INVALID_ARGUMENT"), ALL, "Check the key"),
    (AwsError("ExpiredTokenException", "The security token is expired", 403), ALL, "Check the key"),
    (NoCredentialsError("Unable to locate credentials"), ALL, "Check the key"),
    (mistral_error(401, {"detail": "Unauthorized"}), ALL, "Unauthorized"),
    (openai_error(429, {"message": "You exceeded your current quota", "code": "insufficient_quota"}), ALL, "balance"),
    (openai_error(429, {"code": "1113", "message": "余额不足或无可用资源包,请充值。"}), ALL, "余额不足"),
    (AnthropicError(400, "invalid_request_error", "Your credit balance is too low to access the API."), ALL, "balance"),
    (openai_error(403, {"message": "Sorry, your account balance is insufficient"}), ALL, "balance"),
    (google_error(429, "Quota exceeded for metric: requests, limit: 0", "RESOURCE_EXHAUSTED"), ALL, "limit: 0"),
    # for all unless it has answered
    (openai_error(402, {"message": "Insufficient Balance"}), UNLESS, "Check the balance"),
    (openai_error(403, {"message": "Country not supported"}), UNLESS, "Check the name"),
    (AwsError("AccessDeniedException", "You don't have access to the model", 403), UNLESS, "Check the name"),
    (openai_error(404, {"message": "The model `x` does not exist", "code": "model_not_found"}), UNLESS, "Check"),
    (openai_error(404, "no route"), UNLESS, "/v1"),
    (openai_error(405, "Method Not Allowed"), UNLESS, "/v1"),
    (OllamaError('model "x" not found, try pulling it first', 404), UNLESS, "Check the name"),
    (AwsError("ValidationException", "The provided model identifier is invalid.", 400), UNLESS, "Check the name"),
    (ValueError("Unexpected endpoint or method. (POST /chat/completions)"), UNLESS, "/v1"),
]  # fmt: skip


def test_errors_of_all_integrations_have_one_reading(subtests: pytest.Subtests) -> None:
    for error, meaning, words in CASES:
        with subtests.test(type(error).__name__, words=words):
            failed = read(error)
            assert (UNLESS if failed.unless_answered else failed.kind) == meaning, str(failed)
            assert words in str(failed)
            assert "\n" not in str(failed)


AWAY: Final[list[tuple[Exception, bool]]] = [
    (openai_error(429, "busy"), True),
    (openai_error(503, "loading"), True),
    (AnthropicError(529, "overloaded_error", "Overloaded"), True),
    (EndpointConnectionError('Could not connect to the endpoint URL: "http://x"'), True),
    (ConnectionError("Failed to connect to Ollama. Please check that Ollama is running."), True),
    (openai.APIConnectionError(request=REQUEST), False),  # it may have been sent
    (openai_error(500, "this one failed"), False),
    (openai_error(502, b"<html>Bad Gateway</html>".decode()), False),
]


def test_only_what_concerns_every_call_makes_others_wait(subtests: pytest.Subtests) -> None:
    for error, away in AWAY:
        with subtests.test(str(error)):
            assert (read(error).transient, read(error).away) == (True, away)


def test_a_connection_that_never_began_costs_nothing_and_gives_its_reason() -> None:
    error = openai.APIConnectionError(request=REQUEST)
    error.__cause__ = httpx.ConnectError("All connection attempts failed")
    error.__cause__.__cause__ = ConnectionRefusedError(111, "Connection refused")
    failed = read(error)
    assert (failed.billed, failed.away, failed.outcome) == (False, True, "failed connection")
    assert "Connection refused" in str(failed)


def test_an_answer_that_its_provider_did_not_pass_on_is_kept() -> None:
    error = {"message": "Failed", "code": "json_validate_failed", "failed_generation": '{"goal": "x'}
    assert read(openai_error(400, error)).answer == '{"goal": "x'


def test_an_answer_that_was_broken_off_is_a_failure_that_may_pass() -> None:
    broken = stopped_early("error", MODEL)
    assert broken is not None
    assert (broken.kind, broken.model) == (LATER, MODEL)
    assert stopped_early("stop", MODEL) is stopped_early("length", MODEL) is stopped_early({"type": "x"}, MODEL) is None


def test_a_key_in_a_cause_or_a_body_is_never_told() -> None:
    key = "sk-proj-abcdefghijklmnop1234567890"
    failed = read(openai_error(400, {"message": f"key {key} is of no use here"}))
    assert key not in str(failed)


def test_a_page_of_a_proxy_is_told_without_its_markup() -> None:
    answer = response(502, b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>")
    failed = read(openai.APIStatusError("Error code: 502", response=answer, body=None))
    assert str(failed) == f"{MODEL} answered 502: 502 Bad Gateway nginx"


def test_a_list_as_body_is_read() -> None:
    body = [{"error": {"code": 429, "message": "Too many", "status": "RESOURCE_EXHAUSTED"}}]
    error = openai.APIStatusError("Error code: 429", response=response(429, body), body=body)
    assert str(read(error)) == f"{MODEL} answered 429: Too many"
    assert json.dumps(body)
