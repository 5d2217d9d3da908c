"""Holds: while a model refuses every call, one call probes."""

from contextlib import ExitStack

import pytest

from nodes.authors.port import CallFailed
from nodes.ledger.holds import MAX_HOLD_SECONDS, ModelHeld, ModelHold, ModelHolds, Place, tried
from tests.support.clock import StillTime

BUSY = CallFailed("m answered 429: busy", model="m", outcome="failed 429", away=True)


def place(order: int) -> Place:
    return (True, order, order)


@pytest.fixture
def time() -> StillTime:
    return StillTime()


@pytest.fixture
def hold(time: StillTime) -> ModelHold:
    return ModelHold(time.clock)


def admitted(hold: ModelHold, *orders: int) -> list[int]:
    """Return which of these requests may call, all of them queued."""
    with ExitStack() as queue:
        for order in orders:
            queue.enter_context(hold.queued(place(order)))
        return [order for order in orders if hold.admits(place(order))]


def test_a_model_that_has_refused_nothing_admits_everybody(hold: ModelHold) -> None:
    assert admitted(hold, 3, 1, 2) == [3, 1, 2]


def test_sixty_refusals_at_once_are_one_hold(hold: ModelHold, time: StillTime) -> None:
    for _ in range(60):
        hold.failed(0, BUSY, wait=0.0)
    assert hold.failures == 1
    assert 0 < hold.opens_in() <= 1
    assert admitted(hold, 1, 2) == []
    time.pass_(1)
    assert admitted(hold, 2, 1, 3) == [1], "one probes, the first in learning order"


def test_what_was_tried_probes_before_requests_that_come_later(hold: ModelHold, time: StillTime) -> None:
    """A server that fails the first tries of each request used up the patience of a run on three of them."""
    failed, later = tried(place(5)), place(1)
    with hold.queued(failed), hold.queued(later):
        hold.failed(hold.era, BUSY, wait=None)
        time.pass_(1)
        assert [hold.admits(failed), hold.admits(later)] == [True, False]


def test_while_a_probe_runs_nothing_else_is_asked(hold: ModelHold, time: StillTime) -> None:
    hold.failed(0, BUSY, wait=None)
    time.pass_(1)
    with hold.running():
        assert admitted(hold, 1, 2) == []
    with hold.running(), hold.running(), hold.running():
        assert admitted(hold, *range(9)) == [], "calls from before the hold have not ended yet"
    assert admitted(hold, 1, 2) == [1]


def test_failed_probes_hold_longer_up_to_a_limit(hold: ModelHold, time: StillTime) -> None:
    held: list[float] = []
    for _ in range(12):
        hold.failed(hold.era, BUSY, wait=0.0)
        held.append(hold.opens_in())
        time.pass_(held[-1])
    assert held[0] <= 1
    assert held[3] > held[1] > held[0]
    assert max(held) <= MAX_HOLD_SECONDS


def test_an_answer_admits_two_then_four_then_all(hold: ModelHold, time: StillTime) -> None:
    hold.failed(0, BUSY, wait=None)
    time.pass_(1)
    requests = range(9)
    with ExitStack() as queue:
        for order in requests:
            queue.enter_context(hold.queued(place(order)))
        for size in (2, 4, 8, 9):
            hold.answered(hold.era)
            assert sum(hold.admits(place(order)) for order in requests) == size
    hold.failed(hold.era, BUSY, wait=None)
    assert hold.opens_in() <= 1, "the next hold is short again"


def test_an_answer_from_before_the_hold_does_not_end_it(hold: ModelHold, time: StillTime) -> None:
    hold.failed(0, BUSY, wait=None)
    hold.answered(0)
    assert admitted(hold, 1) == []
    time.pass_(1)
    assert admitted(hold, 1, 2) == [1]


def test_the_latest_moment_that_a_provider_names_counts(hold: ModelHold) -> None:
    hold.failed(0, BUSY, wait=5)
    hold.failed(0, BUSY, wait=30)
    assert hold.opens_in() == 30


def test_a_request_that_waited_for_its_turn_waits_again_when_a_hold_has_begun(hold: ModelHold) -> None:
    with hold.running() as era:
        hold.check(era)
        hold.failed(0, BUSY, wait=None)
        with pytest.raises(ModelHeld):
            hold.check(era)


async def test_who_waits_looks_again_when_something_has_changed(hold: ModelHold) -> None:
    await hold.change(0)
    with hold.running():
        pass
    assert hold.reason == ""
    hold.failed(0, BUSY, wait=None)
    assert hold.reason == "429: busy"


def test_a_long_patience_means_longer_holds_not_more_calls() -> None:
    hold = ModelHolds(patience=36_000).of("m")
    for _ in range(40):
        hold.failed(hold.era, BUSY, wait=None)
    assert hold.opens_in() > 10 * MAX_HOLD_SECONDS


def test_a_role_is_held_by_the_model_that_was_asked_for_it() -> None:
    holds = ModelHolds()
    assert holds.model_of("quiz", "usual") == "usual"
    holds.learn("quiz", "other")
    assert (holds.model_of("quiz", "usual"), holds.model_of("tutorial", "usual")) == ("other", "usual")
