"""Limits of tokens in the words of refusals."""

import pytest

from nodes.authors.abilities.room import answer_limit, context_window, is_about_room
from nodes.authors.port import CallFailed


def refusal(words: str) -> CallFailed:
    return CallFailed(words, model="m", outcome="failed 400", transient=False)


@pytest.mark.parametrize(
    ("words", "window"),
    [
        ("This model's maximum context length is 4096 tokens. However, you requested 9000 tokens (808 in the messages,"
         " 8192 in the completion).", 4096),
        ("the request exceeds the available context size (8192 tokens), try increasing it", 8192),
        ("prompt is too long: 208310 tokens > 200000 maximum", 200_000),
        ("The input token count (1048579) exceeds the maximum number of tokens allowed (1048576).", 1_048_576),
        ("`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 3000 and 2000", 4096),
        ("exceeds this model's max_model_len (32,768)", 32_768),
        ("Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context"
         " length of only 4096 tokens", 4096),
    ],
)  # fmt: skip
def test_a_context_window_is_read_in_the_wordings_of_servers(words: str, window: int) -> None:
    assert is_about_room(refusal(words))
    assert context_window(refusal(words)) == window


@pytest.mark.parametrize(
    "words",
    [
        "max_tokens is too large: 32000. This model supports at most 16384 completion tokens",
        "Range of max_tokens should be [1, 16384]",
        "Invalid max_tokens value, the valid range of max_tokens is [1, 16384]",
        "max_tokens: 64000 > 16384, which is the maximum allowed number of output tokens for claude",
        "`max_tokens` must be less than or equal to `16384`, the maximum value for `max_tokens`",
    ],
)
def test_a_limit_of_answers_is_no_context_window(words: str) -> None:
    assert is_about_room(refusal(words))
    assert answer_limit(refusal(words)) == 16384


@pytest.mark.parametrize("words", ["", "Bad Request", "max_tokens: Extra inputs are not permitted", "Rate limit: 4096"])
def test_other_refusals_are_not_about_room(words: str) -> None:
    assert not is_about_room(refusal(words))
