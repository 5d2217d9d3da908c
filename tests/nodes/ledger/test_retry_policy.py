"""How long a run waits for a model, in a time that the tests move."""

from typing import Any

import pytest

from domain.errors import ModelDenied, ModelUnavailable
from nodes.authors.port import CallFailed
from nodes.ledger.retry_policy import (
    MAX_DELAY_SECONDS,
    MAX_STEPS_DOWN,
    MAX_UNPAID,
    MAX_UNPROVEN_SECONDS,
    MAX_WRITTEN,
    RetryPolicy,
)
from tests.support.clock import StillTime


def failure(reason: str = "m answered 429: busy", **fields: Any) -> CallFailed:
    return CallFailed(reason, model="m", outcome="failed 429", **fields)


@pytest.fixture
def time() -> StillTime:
    return StillTime()


def policy(time: StillTime, seconds: float = 900) -> RetryPolicy:
    return RetryPolicy(seconds, time.clock)


def test_delays_grow_and_stay_bounded(time: StillTime) -> None:
    delays = [policy(time, 10_000).delay(failure(), number, 0) for number in range(1, 20)]
    assert all(0 < delay <= MAX_DELAY_SECONDS for delay in delays)
    assert delays[0] <= 0.5
    assert delays[-1] >= MAX_DELAY_SECONDS / 2


def test_a_wait_that_the_provider_asks_for_is_never_cut_short(time: StillTime) -> None:
    for _ in range(20):
        assert 17 <= policy(time, 100).delay(failure(wait=17), 1, 0) <= 18.7


def test_a_wait_of_zero_is_no_invitation_to_ask_at_once(time: StillTime) -> None:
    assert policy(time).delay(failure(wait=0.0), 5, 0) >= 4


def test_another_way_of_asking_is_tried_at_once_but_not_for_ever(time: StillTime) -> None:
    assert policy(time).delay(failure(step_down=True), 5, 0) == 0
    assert policy(time).delay(failure(step_down=True), MAX_STEPS_DOWN, 0) > 0


def test_what_can_never_succeed_is_not_tried_again(time: StillTime) -> None:
    with pytest.raises(ModelUnavailable, match=r"^no$"):
        policy(time).delay(failure("no", transient=False), 1, 0)
    with pytest.raises(ModelDenied):
        policy(time).delay(failure("no", denied=True), 1, 0)


def test_a_request_waits_no_longer_than_the_patience(time: StillTime) -> None:
    time.pass_(901)
    with pytest.raises(ModelUnavailable, match=r"busy \(7 tries\)"):
        policy(time).delay(failure(), 7, 0)


def test_a_wait_beyond_the_patience_ends_at_once_and_says_when_to_come_back(time: StillTime) -> None:
    waiting = policy(time)
    with pytest.raises(ModelUnavailable, match=r"asks to wait until .*:.*; resume the run then"):
        waiting.delay(failure(wait=7200), 1, 0)
    with pytest.raises(ModelUnavailable, match=r"asks to wait until \d{4}-"):
        policy(time).delay(failure(wait=1e6), 1, 0)
    with pytest.raises(ModelUnavailable):
        policy(time).delay(failure(wait=1e300), 1, 0)


def test_a_model_that_was_silent_for_all_of_the_patience_keeps_no_request_waiting(time: StillTime) -> None:
    waiting = policy(time, 10)
    waiting.delay(failure(), 1, time.seconds)
    time.pass_(11)
    with pytest.raises(ModelUnavailable):
        waiting.delay(failure(), 1, time.seconds)
    with pytest.raises(ModelUnavailable):
        waiting.delay(failure(), 1, time.seconds)
    waiting.answered("m")
    assert waiting.delay(failure(), 1, time.seconds) > 0


def test_the_silence_of_one_model_does_not_end_the_waits_for_another(time: StillTime) -> None:
    waiting = policy(time, 10)
    waiting.delay(failure(), 1, 0)
    time.pass_(11)
    other = CallFailed("busy", model="other", outcome="failed 429")
    assert waiting.delay(other, 1, time.seconds) > 0


def test_a_model_that_never_answered_at_its_address_is_given_up_within_a_minute(time: StillTime) -> None:
    waiting = policy(time)
    refused = failure("m cannot be reached, or hung up: connection refused", never_worked=True, away=True)
    waiting.delay(refused, 1, 0)
    time.pass_(MAX_UNPROVEN_SECONDS)
    with pytest.raises(ModelUnavailable, match="/v1"):
        waiting.delay(refused, 9, 0)


def test_a_model_that_has_worked_before_has_all_of_the_patience(time: StillTime) -> None:
    for worked in (False, None):
        waiting = policy(time)
        waiting.delay(failure(never_worked=worked), 1, time.seconds)
        time.pass_(MAX_UNPROVEN_SECONDS)
        assert waiting.delay(failure(never_worked=worked), 2, time.seconds) > 0


def test_a_busy_server_is_no_wrong_address(time: StillTime) -> None:
    waiting = policy(time)
    waiting.delay(failure(never_worked=True, status=503), 1, 0)
    time.pass_(MAX_UNPROVEN_SECONDS)
    assert waiting.delay(failure(never_worked=True, status=503), 2, 0) > 0


@pytest.mark.parametrize("status", [403, 404])
def test_a_refusal_after_an_answer_concerns_that_call(time: StillTime, status: int) -> None:
    refused = failure("refused", denied=True, unless_answered=True, status=status)
    with pytest.raises(ModelDenied):
        policy(time).delay(refused, 1, 0)
    waiting = policy(time)
    waiting.answered("m")
    for _ in range(9):
        with pytest.raises(ModelUnavailable) as ended:
            waiting.delay(refused, 1, 0)
        assert not isinstance(ended.value, ModelDenied)


def test_an_account_that_is_empty_in_the_middle_of_a_run_ends_it(time: StillTime) -> None:
    waiting = policy(time)
    waiting.answered("m")
    unpaid = failure("pay", denied=True, unless_answered=True, status=402)
    for _ in range(MAX_UNPAID - 1):
        with pytest.raises(ModelUnavailable) as ended:
            waiting.delay(unpaid, 1, 0)
        assert not isinstance(ended.value, ModelDenied)
    with pytest.raises(ModelDenied):
        waiting.delay(unpaid, 1, 0)


def test_an_answer_that_the_provider_does_not_pass_on_is_asked_for_only_so_often(time: StillTime) -> None:
    assert policy(time).delay(failure(answer="{"), 1, 0) > 0
    with pytest.raises(ModelUnavailable):
        policy(time).delay(failure(answer="{"), MAX_WRITTEN, 0)
