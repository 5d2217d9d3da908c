import pytest

from domain.secrets import MASK, redact
from tests.support.environment import variables


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-abcdefgh12345678",
        "sk-ant-api03-abc_def-123456",
        "sk-abcd****wxyz",
        "Bearer abcdefghijklmnop",
        "bearer eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-def",
        "AIzaSyA1234567890abcdefghijk",
        "lsv2_pt_0123456789abcdef",
    ],
)
def test_what_looks_like_a_key_is_masked_wherever_it_came_from(secret: str) -> None:
    assert redact(f"Incorrect API key provided: {secret}. You can find yours at ...") == (
        f"Incorrect API key provided: {MASK}. You can find yours at ..."
    )


def test_a_key_that_looks_like_nothing_is_masked_because_a_variable_holds_it() -> None:
    with variables({"SOME_PROVIDER_API_KEY": "plain words 17", "SHORT_TOKEN": "local", "HARMLESS": "plain text 18"}):
        assert redact("plain words 17 local plain text 18") == f"{MASK} local plain text 18"


def test_the_account_of_a_url_is_masked_and_the_rest_is_still_readable() -> None:
    assert redact("https://ann:pass@proxy.example/v1 says no") == f"https://{MASK}@proxy.example/v1 says no"
    assert redact("A desk-sized risk-free task: ask-me-anything") == "A desk-sized risk-free task: ask-me-anything"
