"""Everything from outside can be stored, is finite and bounded, and raises nothing."""

import json
import math
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contents import Tutorial
from nodes.authors.port import AuthorAnswer, CallFailed
from nodes.authors.reading.answers import received, storable_answer
from nodes.authors.reading.gate import MAX_COUNT, MAX_NESTING, count, finish_reason, storable, storable_text
from tests.support.nonsense import ANYTHING, fuzzed, json_values


class Unprintable:
    def __str__(self) -> str:
        raise RuntimeError("no")


NESTED: Any = []
for _ in range(3000):
    NESTED = [NESTED]
CYCLE: list[Any] = []
CYCLE += [CYCLE, CYCLE]

CASES: Final = [
    ("a\x00b\ud800c\x07d\x1b", "abcd"),
    ("tab\tline\nreturn\r\nemoji 🎉", "tab\tline\nreturn\r\nemoji 🎉"),
    ({"a\x00": ["x\x00y", {"b": "\ud800z", "n": 1}], "🎉": None}, {"a": ["xy", {"b": "z", "n": 1}], "🎉": None}),
    ([math.nan, math.inf, -math.inf, 1.5, 10**30, 7], [None, None, None, 1.5, None, 7]),
    ((1, {2}), [1, [2]]),
    ({1: Decimal("1.5"), None: b"x"}, {"1": 1.5, "None": "b'x'"}),
]


@pytest.mark.parametrize(("value", "stored"), CASES)
def test_what_cannot_be_stored_ends_a_run(value: Any, stored: Any) -> None:
    assert storable(value) == stored
    assert storable(stored) is stored


def test_nesting_without_end_and_circles_are_cut() -> None:
    for value in (NESTED, CYCLE):
        text = json.dumps(storable(value))
        assert len(text) < 10**7
        assert text.count("[[") <= 10**6
    assert storable({"a": Unprintable()}) == {"a": "Unprintable"}
    assert MAX_NESTING == 50


@fuzzed
@given(json_values | ANYTHING | st.binary(max_size=20) | st.decimals() | st.dates())
def test_anything_becomes_json_that_can_be_stored(value: Any) -> None:
    stored = storable(value)
    assert "\\u0000" not in json.dumps(stored, allow_nan=False)
    json.dumps(stored, ensure_ascii=False).encode()
    assert storable(stored) == stored


def test_a_long_text_is_cut() -> None:
    assert storable_text("x" * 5000, 10) == "x" * 9 + "…"
    assert storable_text(10**5000) == "int"


COUNTS: Final = [
    (3_000_000_000, MAX_COUNT),
    (-5, 0),
    (100.5, 100),
    ("120", 120),
    ("many", 0),
    (None, 0),
    (math.nan, 0),
    (math.inf, 0),
    (True, 0),
    ({}, 0),
    (10**400, 0),
    ("9" * 5000, 0),
]


@pytest.mark.parametrize(("reported", "stored"), COUNTS)
def test_tokens_that_no_column_holds(reported: Any, stored: int) -> None:
    assert count(reported) == stored


REASONS: Final = [
    ("stop", "stop"),
    (None, None),
    ({"type": "stop"}, "stop"),
    ({"reason": {"type": "length"}}, "{'reason': {'type': 'length'}}"),
    (["a\x00"], "['a\\x00']"),
    (5, "5"),
    ("s\x00top\ud83d", "stop"),
]


@pytest.mark.parametrize(("reported", "stored"), REASONS)
def test_a_finish_reason_of_any_kind_is_a_word(reported: Any, stored: str | None) -> None:
    assert finish_reason(reported) == stored


def test_every_part_of_an_answer_passes_the_gate() -> None:
    wild: dict[str, Any] = {
        "content": {"a": "x\x00"},
        "model": "m\ud83d",
        "tokens_in": 100.5,
        "tokens_out": "20",
        "cost": math.nan,
        "finish_reason": {"type": "stop"},
        "problem": "no\x00",
        "estimated": None,
    }
    stored = storable_answer(AuthorAnswer(**wild))
    assert stored == AuthorAnswer({"a": "x"}, "m", 100, 20, None, "stop", "no", estimated=False)
    wild = {"content": None, "model": None}
    assert received(AuthorAnswer(**wild), Tutorial).content == {}
    assert storable_answer(AuthorAnswer({"a": 1}, "m")) == AuthorAnswer({"a": 1}, "m")


def test_a_call_that_fails_quotes_what_cannot_be_stored() -> None:
    failure = CallFailed("bad \x00 input \ud83d" + "x" * 5000, model="m\x00", outcome="failed\x00 400")
    assert str(failure).startswith("bad  input xxx")
    assert len(str(failure)) <= 2000
    assert (failure.model, failure.outcome) == ("m", "failed 400")
