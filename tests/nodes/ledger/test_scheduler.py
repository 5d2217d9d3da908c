import asyncio
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodes.ledger.scheduler import Throttle
from tests.support.limits import HANG_SECONDS


async def crowd(throttle: Throttle, order: list[str], names: list[tuple[str, str, int, bool]]) -> None:
    """Everyone waits while one holds the only place; `order` then gets the names in the order of their turns."""

    async def one(name: str, task: str, place: int, urgent: bool) -> None:
        async with throttle.turn(task, order=place, urgent=urgent):
            order.append(name)

    async with throttle.turn("holder"):
        waiting = [asyncio.create_task(one(*who)) for who in names]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)


async def test_turns_go_round_between_tasks_and_in_learning_order_within_one() -> None:
    order: list[str] = []
    names = [("a3", "a", 3, False), ("a1", "a", 1, False), ("a2", "a", 2, False), ("b1", "b", 1, False)]
    await crowd(Throttle(1), order, names)
    assert order == ["a1", "b1", "a2", "a3"]


async def test_a_lone_retry_does_not_wait_behind_a_long_creation() -> None:
    order: list[str] = []
    names = [*[(f"a{n}", "a", n, False) for n in range(1000)], ("retry", "b", 0, True)]
    await crowd(Throttle(1), order, names)
    assert order[0] == "retry"
    assert len(order) == 1001


async def turns_by_user(throttle: Throttle, calls: list[tuple[str, str, bool]]) -> list[str]:
    """Users in the order of their turns, for calls (user, task, urgent) that all wait for the only place."""
    order: list[str] = []

    async def one(user: str, task: str, urgent: bool) -> None:
        async with throttle.turn(task, user=user, urgent=urgent):
            order.append(user)

    async with throttle.turn("holder"):
        waiting = [asyncio.create_task(one(*call)) for call in calls]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    return order


async def test_many_tasks_of_one_user_get_no_more_turns_than_one_task_of_another() -> None:
    crowd_ = [("many", f"task {number}", False) for number in range(100)]
    order = await turns_by_user(Throttle(1), crowd_ + [("one", "only", False)] * 5)
    assert order[:10].count("one") == 5
    assert len(order) == 105


async def test_retries_of_one_user_leave_one_of_four_turns_to_others() -> None:
    order = await turns_by_user(
        Throttle(1), [("retries", f"r{n}", True) for n in range(100)] + [("run", "a", False)] * 5
    )
    assert [order[: 4 * n].count("run") for n in (1, 2, 3, 4, 5)] == [1, 2, 3, 4, 5]


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 4), st.booleans()), min_size=1, max_size=80))
@settings(max_examples=50, deadline=None)
def test_while_users_wait_their_turns_differ_by_at_most_one(calls: list[tuple[str, int, bool]]) -> None:
    for urgent in (True, False):
        wanted = [(user, f"{user}{task}", urgent) for user, task, of in calls if of is urgent]
        order = asyncio.run(turns_by_user(Throttle(1), wanted))
        left = Counter(user for user, _, _ in wanted)
        got: Counter[str] = Counter()
        for user in order:
            got[user] += 1
            left[user] -= 1
            waiting = [got[name] for name in left if left[name] > 0]
            assert not waiting or max(waiting) - min(waiting) <= 1
        assert not any(left.values())
    order = asyncio.run(turns_by_user(Throttle(1), [(user, f"{user}{task}", of) for user, task, of in calls]))
    assert Counter(order) == Counter(user for user, _, _ in calls)


async def test_never_more_at_once_than_the_limit_and_nobody_is_forgotten() -> None:
    throttle = Throttle(3)
    running = most = done = 0

    async def one(number: int) -> None:
        nonlocal running, most, done
        async with throttle.turn(f"t{number % 5}", order=number):
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.001)
            running -= 1
            done += 1

    await asyncio.gather(*(one(number) for number in range(100)))
    assert (most, done) == (3, 100)


async def test_a_cancelled_waiter_gives_its_place_back() -> None:
    throttle = Throttle(1)

    async def hold(seconds: float) -> None:
        async with throttle.turn("t"):
            await asyncio.sleep(seconds)

    for cancel_after in (0, 1, 2):  # while waiting, just admitted, while holding
        holder = asyncio.create_task(hold(0.01))
        waiter = asyncio.create_task(hold(0.01))
        await asyncio.sleep(0)
        for _ in range(cancel_after):
            await asyncio.sleep(0.011)
        waiter.cancel()
        await asyncio.gather(holder, waiter, return_exceptions=True)
        await asyncio.wait_for(hold(0), HANG_SECONDS)


async def test_a_waiter_admitted_and_cancelled_in_the_same_breath_gives_its_place_back() -> None:
    throttle = Throttle(1)

    async def hold() -> None:
        async with throttle.turn("t"):
            pass

    async with throttle.turn("holder"):
        waiter = asyncio.create_task(hold())
        await asyncio.sleep(0)
    waiter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter
    await asyncio.wait_for(hold(), HANG_SECONDS)


async def test_an_error_inside_a_turn_gives_the_place_back() -> None:
    throttle = Throttle(1)
    with pytest.raises(ZeroDivisionError):
        async with throttle.turn("t"):
            raise ZeroDivisionError
    async with asyncio.timeout(HANG_SECONDS), throttle.turn("t"):
        pass


async def turns_within(throttle: Throttle, seconds: float, *, tokens: int = 0) -> int:
    """How many calls start in that time when as many as possible want to."""
    started = 0

    async def one(number: int) -> None:
        nonlocal started
        async with throttle.turn("t", order=number, tokens=tokens):
            started += 1

    calls = [asyncio.create_task(one(number)) for number in range(500)]
    await asyncio.sleep(seconds)
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    return started


async def test_calls_in_a_minute_are_bounded_and_nobody_waits_for_ever() -> None:
    assert 10 <= await turns_within(Throttle(100, requests_per_minute=60), 0.5) <= 12
    assert 13 <= await turns_within(Throttle(100, requests_per_minute=60 * 6 / 5), 1.5) <= 15


async def test_tokens_in_a_minute_are_bounded_by_what_calls_use_not_by_how_many_they_are() -> None:
    assert 1 <= await turns_within(Throttle(100, tokens_per_minute=6000), 0.3, tokens=1100) <= 2
    throttle = Throttle(100, tokens_per_minute=6000)
    throttle.correct(expected=0, used=3000)
    assert await turns_within(throttle, 0.3, tokens=1) == 0


async def test_a_retry_goes_first_also_where_a_rate_makes_everybody_wait() -> None:
    throttle, order = Throttle(100, requests_per_minute=600), list[str]()

    async def one(name: str, urgent: bool) -> None:
        async with throttle.turn(name, urgent=urgent):
            order.append(name)

    async with asyncio.timeout(HANG_SECONDS):
        crowd_ = [asyncio.create_task(one("creation", False)) for _ in range(110)]
        await asyncio.sleep(0.01)
        before = len(order)
        await one("retry", True)
        assert order.index("retry") <= before + 1
        for waiting in crowd_:
            waiting.cancel()
        await asyncio.gather(*crowd_, return_exceptions=True)
