"""What calls under a budget may use is on record while they are open: a process that dies leaves it on the account."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from domain.errors import BudgetSpent, Superseded
from domain.vocabulary import Step, TaskStatus
from nodes.authors.briefs import AuthorRole
from nodes.authors.port import CallFailed, Usage
from nodes.ledger.budget import Budget, Limit
from nodes.ledger.ledger import Ledger
from nodes.ledger.requests import AuthorRequest
from nodes.ledger.scheduler import Throttle
from orchestrator.commands.transitions import end
from repository.db.database import Database, execute
from repository.db.fence import Fence
from repository.ledger.calls import LOST, TaskUsage, expenses, settle_lost_calls, usage_of
from repository.runs.tasks import update_task_status
from tests.nodes.ledger.test_ledger import INTENT_BRIEF, Always, broken_until, quiz_request
from tests.support.authors import ScriptedAuthor
from tests.support.rows import fence_of, started

INTENT_REQUEST = AuthorRequest(Step.INTENT_ANALYSIS, INTENT_BRIEF)
MOST = 10 + 2 * 5
"""Tokens that a call of the scripted author may use."""


class Died(BaseException):
    """The process is gone: nothing may catch this."""


@pytest.fixture
async def fence(database: Database) -> Fence:
    return fence_of(await started(database))


def limited(database: Database, fence: Fence, author: ScriptedAuthor, spent: float | None = 0.0) -> Ledger:
    budget = Budget(Limit.read("1000"), spent)
    return Ledger(author, Throttle(4), Always(), database, fence, 0, False, {}, budget=budget)


async def reserved_calls(database: Database) -> int:
    async with database.transaction() as session:
        return int((await execute(session, text("SELECT count(*) FROM call_reservations"), {})).scalar_one())


async def billed(database: Database, fence: Fence) -> TaskUsage:
    async with database.transaction() as session:
        return await usage_of(session, fence.task_id)


def die(*_: Any) -> Any:
    raise Died


async def test_a_call_that_was_open_when_its_process_died_is_counted_by_the_next_one(
    database: Database, fence: Fence
) -> None:
    with pytest.raises(Died):
        await limited(database, fence, ScriptedAuthor({AuthorRole.INTENT: die})).ask(INTENT_REQUEST)
    assert await reserved_calls(database) == 1
    assert await billed(database, fence) == TaskUsage(0, 0.0), "while it is open nobody says that it was used"
    for _ in range(2):
        async with database.transaction() as session:
            await settle_lost_calls(session, fence.task_id)
    assert await reserved_calls(database) == 0
    assert await billed(database, fence) == TaskUsage(MOST, 1.0, estimated_calls=1)
    async with database.transaction() as session:
        (expense,) = await expenses(session, task_id=fence.task_id)
        outcome = (await execute(session, text("SELECT outcome FROM model_calls"), {})).scalar_one()
    assert (expense.failed, expense.calls, expense.estimated_calls, outcome) == (1, 0, 1, LOST)


async def test_nothing_stays_reserved_once_the_outcome_of_a_call_is_committed(database: Database, fence: Fence) -> None:
    failed: list[str] = []

    def once_busy(*_: Any) -> Any:
        if not failed:
            failed.append("once")
            raise CallFailed("busy", model="m", outcome="failed 429", step_down=True)
        return broken_until(2)(*_)

    ledger = limited(database, fence, ScriptedAuthor({AuthorRole.QUIZ: once_busy}))
    await ledger.ask(INTENT_REQUEST)
    await ledger.ask(quiz_request())
    assert await reserved_calls(database) == 0
    assert await billed(database, fence) == TaskUsage(4 * 15, 4 * 0.5)
    assert ledger.budget.spent == 4 * 15


async def test_a_run_that_ends_while_calls_are_open_has_them_in_its_summary(database: Database, fence: Fence) -> None:
    with pytest.raises(Died):
        await limited(database, fence, ScriptedAuthor({AuthorRole.INTENT: die})).ask(INTENT_REQUEST)
    async with database.transaction() as session:
        task = await end(session, fence, TaskStatus.CANCELLED, "Somebody ended it.")
    assert task.execution_summary is not None
    assert (task.execution_summary["tokens"], task.execution_summary["estimated_calls"]) == (MOST, 1)
    assert await reserved_calls(database) == 0


async def test_a_superseded_run_reserves_nothing_and_calls_nobody(database: Database, fence: Fence) -> None:
    async with database.transaction() as session:
        await update_task_status(session, fence.task_id, TaskStatus.CANCELLED, Step.CANCELLED)
    author = ScriptedAuthor()
    with pytest.raises(Superseded):
        await limited(database, fence, author).ask(INTENT_REQUEST)
    assert (author.asked, await reserved_calls(database)) == ([], 0)


async def test_a_call_that_may_have_been_billed_is_not_free_although_no_answer_came(
    database: Database, fence: Fence
) -> None:
    def late(*_: Any) -> Any:
        failure = CallFailed("late", model="m", outcome="failed timeout", transient=False, billed=True)
        failure.used = Usage(10, 100, 0.5, estimated=True)
        raise failure

    ledger = limited(database, fence, ScriptedAuthor({AuthorRole.INTENT: late}))
    with pytest.raises(Exception, match="late"):
        await ledger.ask(INTENT_REQUEST)
    assert await billed(database, fence) == TaskUsage(110, 0.5, estimated_calls=1)
    assert ledger.budget.spent == 110


async def test_without_a_budget_no_call_waits_for_a_commit_before_it(database: Database, fence: Fence) -> None:
    ledger = Ledger(ScriptedAuthor({AuthorRole.INTENT: die}), Throttle(1), Always(), database, fence, 0, False, {})
    with pytest.raises(Died):
        await ledger.ask(INTENT_REQUEST)
    assert await reserved_calls(database) == 0


async def test_calls_at_once_never_exceed_the_budget_together(database: Database, fence: Fence) -> None:
    author = ScriptedAuthor(latency=0.01)
    ledger = limited(database, fence, author, spent=1000 - 2 * MOST)
    asked = [AuthorRequest(Step.INTENT_ANALYSIS, INTENT_BRIEF, subject=(f"c-{n}", "quiz")) for n in range(10)]
    done = await asyncio.gather(*(ledger.ask(question) for question in asked), return_exceptions=True)
    assert all(isinstance(error, BudgetSpent) for error in done if isinstance(error, BaseException))
    assert author.most_at_once <= 2
    assert ledger.budget.spent is not None
    assert 1000 - 2 * MOST < ledger.budget.spent <= 1000
    assert await reserved_calls(database) == 0
