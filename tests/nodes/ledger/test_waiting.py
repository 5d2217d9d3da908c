"""The waits of a run: told once for all its requests, in a time that the tests move."""

import asyncio
from typing import Any

import pytest

from domain.errors import ModelDenied, ModelUnavailable
from domain.waits.model_wait import ModelWait
from nodes.authors.port import CallFailed
from nodes.ledger.holds import ModelHolds
from nodes.ledger.retry_policy import MAX_UNPROVEN_SECONDS, RetryPolicy
from nodes.ledger.waiting import ModelWaits
from tests.support.clock import StillTime


def busy(**fields: Any) -> CallFailed:
    return CallFailed("m answered 429: busy", model="m", outcome="failed 429", **{"away": True, **fields})


class Run:
    """The waits of one run, and the events that they told."""

    def __init__(self, time: StillTime, patience: float = 900.0, holds: ModelHolds | None = None) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.stop = asyncio.Event()
        self.holds = holds or ModelHolds(time.clock)
        self.waits = ModelWaits(
            policy=RetryPolicy(patience, time.clock),
            holds=self.holds,
            usual="m",
            tell=lambda kind, payload: self.told.append((kind, payload)),
            stop=self.stop,
            task_id="t-1",
        )

    async def call(self, failure: CallFailed | None = None, number: int = 1) -> None:
        """Make a call that fails, or is answered."""
        try:
            async with self.waits.slot("quiz", self.holds.place(0, urgent=False)) as slot:
                slot.check()
                if failure is not None:
                    slot.failed(failure)
                    raise failure
                slot.answered("m")
        except CallFailed as failed:
            await self.waits.after(failed, number, 0.0)

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.told]


@pytest.fixture
def time() -> StillTime:
    return StillTime()


async def test_sixty_requests_that_wait_for_a_model_are_one_event(time: StillTime) -> None:
    run = Run(time)
    await run.call(busy(wait=30))
    waiting = [asyncio.create_task(run.call()) for _ in range(60)]
    for _ in range(5):
        await asyncio.sleep(0)
    assert run.kinds == ["model_waiting"]
    wait = ModelWait.model_validate(run.told[0][1])
    assert (wait.model, wait.reason, wait.tries) == ("m", "429: busy", 1)
    assert 29 <= (wait.next_at - time.clock.now()).total_seconds() <= 31
    assert (wait.gives_up_at - time.clock.now()).total_seconds() == 900
    time.pass_(31)
    run.holds.wake()
    await asyncio.gather(*waiting)
    assert run.kinds == ["model_waiting", "model_answering"]


async def test_a_blip_is_not_told(time: StillTime) -> None:
    run = Run(time)
    run.stop.set()  # its delay ends at once
    await run.call(busy(away=False))
    assert run.told == []


async def test_a_wait_for_one_request_is_told_when_the_model_has_been_silent_for_a_while(time: StillTime) -> None:
    run = Run(time)
    run.stop.set()
    await run.call(busy(away=False))
    time.pass_(2)
    await run.call(busy(away=False), 2)
    assert run.kinds == ["model_waiting"]
    assert run.told[0][1]["tries"] == 2


async def test_a_run_ends_with_its_patience_and_asks_no_more(time: StillTime) -> None:
    run = Run(time, patience=5)
    await run.call(busy(wait=4))
    time.pass_(5)
    for _ in range(60):
        with pytest.raises(ModelUnavailable, match="m 429: busy"):
            await run.call(AssertionError("no call is made"))  # type: ignore[arg-type]


async def test_a_run_does_not_begin_a_wait_that_is_longer_than_its_patience(time: StillTime) -> None:
    holds = ModelHolds(time.clock)
    patient, other = Run(time, 900, holds), Run(time, 5, holds)
    await patient.call(busy(wait=60))
    with pytest.raises(ModelUnavailable):
        await other.call()


async def test_a_wait_beyond_the_patience_of_one_run_does_not_hold_the_others_for_hours(time: StillTime) -> None:
    holds = ModelHolds(time.clock)
    with pytest.raises(ModelUnavailable, match="asks to wait until"):
        await Run(time, 900, holds).call(busy(wait=7200))
    assert holds.of("m").opens_in() <= 1


async def test_the_end_of_a_wait_for_an_address_that_never_answered_is_told_as_it_will_be(time: StillTime) -> None:
    run = Run(time)
    reason = "m cannot be reached, or hung up: Connection refused"
    await run.call(CallFailed(reason, model="m", outcome="failed connection", away=True, never_worked=True, wait=3))
    waiting = asyncio.create_task(run.call())
    for _ in range(5):
        await asyncio.sleep(0)
    wait = ModelWait.model_validate(run.told[0][1])
    assert wait.reason == "connection refused"
    assert (wait.gives_up_at - time.clock.now()).total_seconds() == MAX_UNPROVEN_SECONDS
    time.pass_(MAX_UNPROVEN_SECONDS)
    run.holds.wake()
    with pytest.raises(ModelUnavailable, match="/v1"):
        await waiting


async def test_a_refusal_and_a_step_down_hold_nobody(time: StillTime) -> None:
    run = Run(time)
    with pytest.raises(ModelDenied):
        await run.call(busy(denied=True))
    await run.call(busy(step_down=True))
    await run.call()
    assert run.told == []


async def test_a_run_that_is_stopped_waits_no_longer(time: StillTime) -> None:
    run = Run(time)
    await run.call(busy(wait=30))
    waiting = asyncio.create_task(run.waits.slot("quiz", run.holds.place(0, urgent=False)).__aenter__())
    await asyncio.sleep(0)
    run.stop.set()
    run.holds.wake()
    await waiting
