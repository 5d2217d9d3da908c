"""Estimates: sizes from hours and deadlines, and prices that are said to be unknown instead of guessed."""

from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.course.estimate import ASSUMED, CallAverage, CallLimits, Size, Variant, calls_of, variant
from domain.vocabulary import Step

MANY = CallLimits(30)


def taken(size: Size, lessons: int, limits: CallLimits = MANY, price: float | None = 1e-6) -> Variant:
    calls = calls_of(size, lessons=lessons, second_look="none")
    return variant(calls, {}, lambda _, a, b: None if price is None else price * (a + b), limits)


@given(st.floats(1, 168, allow_nan=False), st.none() | st.floats(0, 3000, allow_nan=False), st.integers(1, 10_000))
def test_every_request_has_a_size_within_the_limits(hours: float, weeks: float | None, most: int) -> None:
    size = Size.of(hours, weeks, most)
    assert 1 <= size.concepts <= most
    assert size.lessons >= size.concepts
    for lessons in (size.concepts, size.lessons):
        estimate = taken(size, lessons)
        assert estimate.calls >= 3 * size.concepts
        assert isfinite(estimate.minutes)
        assert estimate.minutes > 0


def test_a_concept_of_an_hour_is_one_lesson_and_one_of_two_hours_three() -> None:
    assert Size(10, 10.0).lessons == 10
    assert Size(10, 20.0).lessons == 30
    assert Size.of(5, 26, 60) == Size(60, 130)
    assert Size.of(5, None, 60) == Size(12, 24.0)


def test_more_lessons_take_more_calls_and_dollars_and_never_less_time() -> None:
    size = Size.of(5, 20, 60)
    short, full = taken(size, size.concepts), taken(size, size.lessons)
    assert full.calls > short.calls
    assert (full.dollars or 0) > (short.dollars or 0) > 0
    assert full.minutes >= short.minutes


def test_one_unknown_price_makes_the_sum_unknown() -> None:
    calls = calls_of(Size(4, 8.0), lessons=4, second_look="quiz")
    unknown = variant(calls, {}, lambda step, *_: None if step == Step.QUIZ_GENERATION else 1.0, MANY)
    assert unknown.dollars is None


@pytest.mark.parametrize(
    "limits", [CallLimits(1), CallLimits(30, requests_per_minute=1), CallLimits(30, tokens_per_minute=1000)]
)
def test_limits_of_the_process_take_their_time(limits: CallLimits) -> None:
    size = Size(12, 24.0)
    assert taken(size, 12, limits).minutes > 2 * taken(size, 12).minutes


def test_measured_averages_take_the_place_of_assumed_ones() -> None:
    size = Size(4, 4.0)
    calls = calls_of(size, lessons=4, second_look="all")
    measured = {step: CallAverage(10, 10, 1, tries=1.0, measured=True) for step in calls}
    small = variant(calls, measured, lambda *_: 0.0, MANY)
    assert (small.calls, small.tokens_in, small.dollars) == (sum(calls.values()), 10 * sum(calls.values()), 0.0)
    assert set(calls) == set(ASSUMED), "every step of this program has an assumption"
