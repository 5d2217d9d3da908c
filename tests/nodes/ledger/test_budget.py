import asyncio

import pytest

from domain.errors import BudgetSpent
from nodes.authors.port import Usage
from nodes.ledger.budget import Budget, Limit
from tests.support.limits import HANG_SECONDS

TEN = Usage(6, 4, 0.10)


@pytest.mark.parametrize(
    ("text", "amount", "money"), [("200000", 200_000, False), ("$1.50", 1.5, True), ("1_000", 1000, False)]
)
def test_a_budget_is_tokens_or_dollars(text: str, amount: float, money: bool) -> None:
    assert Limit.read(text) == Limit(amount, money)


@pytest.mark.parametrize("text", ["", "0", "-5", "1.5", "ten", "$", "5 €"])
def test_what_is_no_budget_is_refused_rather_than_ignored(text: str) -> None:
    with pytest.raises(ValueError, match=r"tokens|US dollars"):
        Limit.read(text)


async def test_what_a_call_did_not_use_is_given_back() -> None:
    budget = Budget(Limit(12, money=False))
    for _ in range(5):
        async with budget.reserve(TEN) as reservation:
            reservation.used = Usage(0, 0)
    async with budget.reserve(TEN) as reservation:
        reservation.used = Usage(2, 1)
    assert budget.spent == 3
    with pytest.raises(BudgetSpent, match="3 tokens"):
        async with budget.reserve(TEN):
            raise AssertionError("it would exceed the limit")


async def test_calls_at_once_never_reserve_more_than_there_is_and_wait_instead_of_failing() -> None:
    budget = Budget(Limit(0.25, money=True))
    running = most = 0

    async def call() -> None:
        nonlocal running, most
        async with budget.reserve(TEN) as reservation:
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.01)
            running -= 1
            reservation.used = Usage(1, 1, 0.01)

    async with asyncio.timeout(HANG_SECONDS):
        await asyncio.gather(*(call() for _ in range(10)))
    assert most == 2
    assert budget.spent == pytest.approx(0.10)


@pytest.mark.parametrize(
    ("budget", "most", "said"),
    [
        (Budget(Limit(5, money=True)), Usage(6, 4, None), "the price of the next call is unknown"),
        (Budget(Limit(5, money=True), spent=None), TEN, "made calls whose price is unknown"),
    ],
)
async def test_a_budget_in_dollars_is_not_spent_on_what_nobody_knows_the_price_of(
    budget: Budget, most: Usage, said: str
) -> None:
    with pytest.raises(BudgetSpent, match=said):
        async with budget.reserve(most):
            raise AssertionError("it could exceed the limit")


async def test_a_budget_in_tokens_does_not_ask_for_prices() -> None:
    budget = Budget(Limit(100, money=False))
    async with budget.reserve(Usage(6, 4, None)) as reservation:
        reservation.used = Usage(6, 2, None)
    assert budget.spent == 8


async def test_a_call_that_turns_out_to_have_no_price_counts_as_much_as_it_could_cost() -> None:
    budget = Budget(Limit(5, money=True))
    async with budget.reserve(TEN) as reservation:
        reservation.used = Usage(6, 4, None)
    assert budget.spent == 0.10


async def test_a_call_that_fails_gives_everything_back() -> None:
    budget = Budget(Limit(10, money=False))
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            async with budget.reserve(TEN):
                raise ZeroDivisionError
    assert budget.spent == 0
