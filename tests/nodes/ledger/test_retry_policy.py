import time

import pytest

from nodes.authors.port import CallFailed
from nodes.ledger.retry_policy import MAX_DELAY_SECONDS, RetryPolicy


def failure(*, transient: bool = True, wait: float | None = None) -> CallFailed:
    return CallFailed("busy", model="m", outcome="failed 429", transient=transient, wait=wait)


def test_pauses_grow_and_stay_bounded() -> None:
    patience, since = RetryPolicy(10_000), time.monotonic()
    delays = [patience.delay(failure(), number, since) for number in range(1, 20)]
    assert all(delay is not None and 0 < delay <= MAX_DELAY_SECONDS for delay in delays)
    assert (delays[0] or 0) <= 0.5
    assert (delays[-1] or 0) >= MAX_DELAY_SECONDS / 2


def test_a_wait_that_the_provider_asks_for_is_never_cut_short() -> None:
    for _ in range(20):
        delay = RetryPolicy(100).delay(failure(wait=17), 1, time.monotonic())
        assert delay is not None
        assert 17 <= delay <= 18.7


@pytest.mark.parametrize(
    ("failed", "asked_ago"), [(failure(transient=False), 0), (failure(), 901), (failure(wait=1000), 0)]
)
def test_nobody_waits_without_hope_or_beyond_patience(failed: CallFailed, asked_ago: float) -> None:
    assert RetryPolicy(900).delay(failed, 1, time.monotonic() - asked_ago) is None


def test_another_model_is_asked_without_a_pause() -> None:
    assert RetryPolicy(900).delay(failure(wait=0), 5, time.monotonic()) == 0


def test_a_model_that_was_silent_for_long_enough_keeps_no_further_question_waiting() -> None:
    patience = RetryPolicy(0.05)
    assert patience.delay(failure(wait=0), 1, time.monotonic()) == 0
    time.sleep(0.06)
    assert patience.delay(failure(wait=0), 1, time.monotonic()) is None
    patience.answered()
    assert patience.delay(failure(wait=0), 1, time.monotonic()) == 0
