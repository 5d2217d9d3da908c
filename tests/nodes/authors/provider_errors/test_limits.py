"""Limits of models, in the words in which providers refuse what is longer."""

from typing import Final

import pytest

from nodes.authors.port import FailureKind
from nodes.authors.provider_errors import call_failed
from tests.support.provider_exceptions import openai_error

REFUSALS: Final[list[tuple[int, str, int | None, int | None]]] = [
    (400, "This model's maximum context length is 4096 tokens. However, you requested 9000 tokens (273 in "
     "the messages, 90 in the functions, 8192 in the completion).", 4096, None),
    (400, "This model's maximum context length is 262144 tokens. However, you requested 128000 output "
     "tokens and your prompt contains at least 134145 input tokens, for a total of at least 262145 "
     "tokens.", 262144, None),
    (400, "'max_tokens' or 'max_completion_tokens' is too large: 8192. This model's maximum context "
     "length is 4096 tokens and your request has 300 input tokens (8192 > 4096 - 300).", 4096, None),
    (400, "max_tokens is too large: 40960. This model supports at most 16384 completion tokens, whereas "
     "you provided 40960.", None, 16384),
    (400, "the request exceeds the available context size. try increasing the context size or enable "
     "context shift", None, None),
 (400, "request (5234 tokens) exceeds the available context size (4096 tokens), try increasing it", 4096, None),
    (400, "Trying to keep the first 6018 tokens when context the overflows. However, the model is loaded "
     "with context length of only 4096 tokens, which is not enough. Try to load the model with a "
     "larger context length, or provide a shorter input", 4096, None),
    (400, "The number of tokens to keep from the initial prompt is greater than the context length "
     "(n_keep: 5000>= n_ctx: 4096).", 4096, None),
    (422, "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4097. Given: 900 "
     "`inputs` tokens and 8192 `max_new_tokens`", 4097, None),
 (422, "Input validation error: `inputs` must have less than 1024 tokens. Given: 2000", 1024, None),
 (400, "The input (40000 tokens) is longer than the model's context length (32768 tokens).", 32768, None),
    (400, "Requested token count exceeds the model's maximum context length of 131072 tokens. You "
     "requested a total of 140000 tokens", 131072, None),
 (400, "This model's maximum prompt length is 131072 but the request contains 537812 tokens.", 131072, None),
 (400, "Input token length too long", None, None),
 (400, "Your request exceeded model token limit: 8192", 8192, None),
 (400, "Range of input length should be [1, 30720]", 30720, None),
 (400, "Range of max_tokens should be [1, 8192]", None, 8192),
    (400, "`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less "
     "than the `context_window` for this model", None, 8192),
    (413, "Request too large for model `llama` in organization `o` on tokens per minute (TPM): Limit "
     "6000, Requested 9000, please reduce your message size and try again.", 6000, None),
    (429, "Request too large for gpt-4 in organization org-1 on tokens per min (TPM): Limit 10000, "
     "Requested 12000. The input or output tokens must be reduced in order to run successfully.", 10000, None),
 (500, "Requested tokens (2065) exceed context window of 1800", 1800, None),
 (400, "The prompt is too long: 40000, model maximum context length: 32768", 32768, None),
 (400, "Please reduce the length of the messages or completion.", None, None),
 (400, "too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 5000.", 4081, None),
 (400, "The input token count (461428) exceeds the maximum number of tokens allowed (131072).", 131072, None),
    (400, "Unable to submit request because it has a maxOutputTokens value of 40000 but the supported "
     "range is from 1 (inclusive) to 8193 (exclusive). Update the value and try again.", None, 8192),
 (400, "Input is too long. Max input length is 4096 tokens, but you supplied 5441 tokens.", 4096, None),
 (400, "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]", None, 8192),
    (400, "input tokens exceeds the configured limit of 272,000 tokens. Your messages resulted in 300,000 "
     "tokens.", 272000, None),
    (400, "This endpoint's maximum context length is 65536 tokens. However, you requested about 70000 "
     "tokens (61808 of text input, 8192 in the output). Please reduce the length of either one", 65536, None),
 (400, "The engine prompt length 4100 exceeds the max_model_len 4096. Please reduce prompt.", 4096, None),
    (400, "The decoder prompt (length 5000) is longer than the maximum model length of 4096. Make sure "
     "that `max_model_len` is no smaller", 4096, None),
    (400, "prompt is too long: 202609 tokens > 200000 maximum", 200000, None),
    (400, "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input "
     "length", 200000, None),
    (400, "max_tokens: 100000 > 8192, which is the maximum allowed number of output tokens for claude-3-5"
     "max_tokens: 100000 > 8192, which is the maximum allowed number of output tokens for claude-3-5", None, 8192),
    (400, "Prompt contains 40001 tokens, too large for model with 32768 maximum context length", 32768, None),
    (400, "The maximum tokens you requested exceeds the model limit of 2048. Try again with a lower value"
     "The maximum tokens you requested exceeds the model limit of 2048. Try again with a lower value", None, 2048),
    (400, "the prompt is too long; currently not more than 4096 tokens are supported", 4096, None),
    (400, "Input is too long for requested model.", None, None),
]  # fmt: skip
"""(status, message, context window, limit of an answer)"""


def test_limits_are_read_out_of_refusals(subtests: pytest.Subtests) -> None:
    for status, message, context, output in REFUSALS:
        with subtests.test(message):
            failed = call_failed(openai_error(status, {"message": message, "code": status}), "m:x")
            assert (failed.context_window, failed.output_limit) == (context, output)
            assert failed.kind is FailureKind.THIS_CALL


def test_the_window_that_llama_cpp_names_in_a_field_is_read() -> None:
    body = {
        "message": "the request exceeds the available context size",
        "type": "exceed_context_size_error",
        "n_ctx": 4096,
    }
    assert call_failed(openai_error(400, body), "m:x").context_window == 4096


def test_numbers_that_are_no_limit_are_not_read() -> None:
    for message in ("maximum context length is 0 tokens", "maximum context length is 99999999999 tokens"):
        assert call_failed(openai_error(400, {"message": message}), "m:x").context_window is None
