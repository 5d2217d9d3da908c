"""Nothing that a provider sends may end the run: facts are short, storable, and read without an exception."""

import json
from typing import Any

import openai
from hypothesis import given
from hypothesis import strategies as st

from nodes.authors.provider_errors import call_failed
from nodes.authors.provider_errors.error_facts import MAX_REASON_LENGTH, facts_of
from tests.support.provider_exceptions import OpenRouterError, openai_error, response

JSON_BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=50),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["error", "message", "code", "detail", "metadata", "raw", "retryDelay", "status", "type", "x"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


def sound(reason: str) -> bool:
    reason.encode()
    return "\x00" not in reason and "\n" not in reason and len(reason) < MAX_REASON_LENGTH + 300


@given(body=JSON_BODIES, status=st.integers(min_value=200, max_value=599))
def test_no_body_of_a_provider_raises_or_leaves_what_cannot_be_stored(body: Any, status: int) -> None:
    answer = response(status, json.dumps(body).encode("utf-8", "surrogatepass"))
    for error in (openai.APIStatusError("failed", response=answer, body=body), OpenRouterError(status, body)):
        assert sound(str(call_failed(error, "m:x")))


@given(raw=st.binary(max_size=200))
def test_bytes_that_are_no_text_are_read_as_far_as_they_go(raw: bytes) -> None:
    assert sound(str(call_failed(openai.APIStatusError("failed", response=response(500, raw), body=None), "m:x")))


@given(value=st.sampled_from(["9" * 400, "-5", "inf", "nan", "1e999", "soon", "\x00", "Wed, 99 Oct 2015", "7200s"]))
def test_no_header_raises(value: str) -> None:
    for name in ("retry-after", "retry-after-ms", "x-ratelimit-reset"):
        wait = call_failed(openai_error(429, "busy", {name: value}), "m:x").wait
        assert wait is None or wait >= 0


class Hostile(Exception):
    """Its attributes and its text raise."""

    def __str__(self) -> str:
        raise RuntimeError("no text")

    def __getattr__(self, name: str) -> Any:
        raise ValueError(name)


def test_an_exception_that_cannot_be_read_is_named_by_its_class() -> None:
    assert facts_of(Hostile()).message == "Hostile"
    assert "Hostile" in str(call_failed(Hostile(), "m:x"))


def test_a_huge_or_deep_body_is_read_in_part() -> None:
    deep: Any = "x"
    for _ in range(500):
        deep = {"error": deep}
    for body in ("m" * 10_000_000, deep, {"message": ["a"] * 100_000}, {"error": {"message": "x" * 1_000_000}}):
        assert sound(str(call_failed(openai.APIStatusError("e", response=response(500), body=body), "m:x")))


def test_nul_and_lone_surrogates_are_gone() -> None:
    assert (
        str(call_failed(openai_error(400, {"message": "bad \x00 input \ud83d"}), "m:x"))
        == "m:x answered 400: bad input"
    )
