"""Pruning: nothing that a run still needs goes, what nobody needs does, and the size stays where it is."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from domain.editing.review import Decision
from domain.vocabulary import FINAL, ContentType, TaskStatus
from nodes.authors.briefs import AuthorRole
from orchestrator.commands.run_request import ReviewRequest
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from orchestrator.workers.pruner import keep_pruning
from repository.db.database import Database, execute
from repository.runs.retention import Pruned
from tests.support.authors import Failing
from tests.support.limits import HANG_SECONDS

CREATION_ASKS = 5
"""Intent, framework and its review."""


@pytest.fixture
def author() -> Failing:
    return Failing()


@pytest.fixture
async def orchestrator(settings: Settings, author: Failing) -> AsyncIterator[Orchestrator]:
    async with Orchestrator.open(settings, author=author) as orchestrator:
        yield orchestrator


async def created(orchestrator: Orchestrator, goal: str = "chess") -> tuple[str, TaskStatus]:
    task = await orchestrator.create(goal)
    return task.task_id, (await orchestrator.wait(task.task_id)).status


async def rows(database: Database) -> dict[str, int]:
    """How many there are of what pruning is about."""
    queries = {
        "checkpoints": "SELECT count(*) FROM checkpoint.checkpoints",
        "blobs": "SELECT count(*) FROM checkpoint.checkpoint_blobs",
        "writes": "SELECT count(*) FROM checkpoint.checkpoint_writes",
        "answers": "SELECT count(*) FROM model_calls WHERE answer IS NOT NULL",
        "early events": """SELECT count(*) FROM task_events e WHERE sequence <
            (SELECT max(sequence) FROM task_events l WHERE l.task_id = e.task_id)""",
    }
    async with database.transaction() as session:
        return {name: (await execute(session, text(query), {})).scalar_one() for name, query in queries.items()}


async def test_what_is_young_stays_and_a_dry_run_only_counts(orchestrator: Orchestrator, database: Database) -> None:
    await created(orchestrator)
    before = await rows(database)
    assert await orchestrator.prune() == Pruned()
    would = await orchestrator.prune(older_than=0, dry_run=True)
    assert await rows(database) == before
    assert await orchestrator.prune(older_than=0) == would
    assert would == Pruned(
        checkpoints=before["checkpoints"] + before["blobs"] + before["writes"],
        answers=before["answers"],
        events=before["early events"],
    )
    assert set((await rows(database)).values()) == {0}
    assert await orchestrator.prune(older_than=0) == Pruned(), "and nothing is left to do"


async def test_contents_account_and_the_end_of_a_run_outlast_it(orchestrator: Orchestrator) -> None:
    task_id, _ = await created(orchestrator)
    task = await orchestrator.task(task_id)
    before, spent = (
        await orchestrator.roadmap(task.roadmap_id or ""),
        await orchestrator.metrics.expenses(task_id=task_id),
    )
    last = (await orchestrator.events.page(task_id))[-1]
    await orchestrator.prune(older_than=0)
    assert await orchestrator.task(task_id) == task
    assert await orchestrator.roadmap(task.roadmap_id or "") == before
    assert await orchestrator.metrics.expenses(task_id=task_id) == spent
    assert await orchestrator.events.page(task_id) == [last]
    assert [event async for event in orchestrator.follow(task_id)] == [last], "who follows it is not left waiting"
    assert await orchestrator.events.is_pruned(task_id)


async def test_a_run_with_a_framework_goes_on_from_its_rows(orchestrator: Orchestrator, author: Failing) -> None:
    """Only what failed is asked: what was thought before is in the rows, the contents too."""
    author.broken = {AuthorRole.QUIZ}
    task_id, status = await created(orchestrator)
    assert status is TaskStatus.PARTIAL_FAILURE
    await orchestrator.prune(older_than=0)
    last = (await orchestrator.events.page(task_id))[-1].sequence
    author.broken.clear()
    author.asked.clear()
    await orchestrator.resume(task_id)
    task = await orchestrator.wait(task_id)
    assert (task.status, task.current_step) == (TaskStatus.COMPLETED, "completed")
    assert {role for role, _ in author.asked} == {AuthorRole.QUIZ}
    numbers = [event.sequence for event in await orchestrator.events.page(task_id)]
    assert numbers == list(range(last, last + len(numbers))), "the numbers go on where they stood"


async def test_a_retry_goes_on_from_its_rows(orchestrator: Orchestrator, author: Failing) -> None:
    task_id, _ = await created(orchestrator)
    roadmap_id = (await orchestrator.task(task_id)).roadmap_id or ""
    author.broken = {AuthorRole.QUIZ}
    retry = await orchestrator.retry(roadmap_id, "c-1-1-1", ContentType.QUIZ)
    assert (await orchestrator.wait(retry.task_id)).status is TaskStatus.FAILED
    await orchestrator.prune(older_than=0)
    author.broken.clear()
    author.asked.clear()
    await orchestrator.resume(retry.task_id)
    assert (await orchestrator.wait(retry.task_id)).status is TaskStatus.COMPLETED
    assert author.asked == [(AuthorRole.QUIZ, "c-1-1-1")]


async def test_a_pruned_run_without_a_framework_begins_again_and_its_cost_holds_both(
    orchestrator: Orchestrator, author: Failing
) -> None:
    author.broken = {AuthorRole.STRUCTURE_REVIEW}
    task_id, status = await created(orchestrator)
    assert status is TaskStatus.FAILED
    await orchestrator.prune(older_than=0)
    author.broken.clear()
    await orchestrator.resume(task_id)
    assert (await orchestrator.wait(task_id)).status is TaskStatus.COMPLETED
    assert author.times_asked()[AuthorRole.INTENT, None] == 2
    bought = {expense.step: expense.calls for expense in await orchestrator.metrics.expenses(task_id=task_id)}
    assert bought["intent_analysis"] == 2


@pytest.mark.slow
async def test_what_a_cancelled_run_buys_again_is_on_the_ledger(
    orchestrator: Orchestrator, author: Failing, database: Database
) -> None:
    """A cancelled run asks under the keys that it had: the emptied rows must not bar the new answers."""
    author.latencies[AuthorRole.STRUCTURE_REVIEW] = 30
    task = await orchestrator.create("chess")
    while not author.times_asked()[AuthorRole.STRUCTURE_REVIEW, None]:
        await asyncio.sleep(0.01)
    await orchestrator.cancel(task.task_id)
    for _ in range(2):
        await orchestrator.prune(older_than=0)
        await orchestrator.resume(task.task_id)
        asked = author.times_asked()[AuthorRole.STRUCTURE_REVIEW, None]
        while author.times_asked()[AuthorRole.STRUCTURE_REVIEW, None] == asked:
            await asyncio.sleep(0.01)
        await orchestrator.cancel(task.task_id)
        assert (await rows(database))["answers"] == 2
    assert author.times_asked()[AuthorRole.INTENT, None] == 3
    author.latencies.clear()
    await orchestrator.resume(task.task_id)
    assert (await orchestrator.wait(task.task_id)).status is TaskStatus.COMPLETED
    assert author.times_asked()[AuthorRole.INTENT, None] == 3


async def test_a_run_that_waits_for_its_review_loses_nothing(orchestrator: Orchestrator, author: Failing) -> None:
    task = await orchestrator.create("chess", review=ReviewRequest())
    await orchestrator.wait(task.task_id)
    assert await orchestrator.prune(older_than=0) == Pruned()
    await orchestrator.review(task.task_id, Decision(approved=True, by="ann"))
    assert (await orchestrator.wait(task.task_id)).status is TaskStatus.COMPLETED
    assert set(author.times_asked().values()) == {1}


async def test_runs_beside_a_prune_lose_nothing(orchestrator: Orchestrator, author: Failing) -> None:
    author.latency = 0.02
    tasks = [await orchestrator.create(f"chess {number}") for number in range(4)]
    ended = asyncio.gather(*(orchestrator.wait(task.task_id) for task in tasks))
    while not ended.done():
        await orchestrator.prune(older_than=0)
    assert {task.status for task in await ended} == {TaskStatus.COMPLETED}
    assert author.times_asked()[AuthorRole.INTENT, None] == len(tasks)
    assert len(author.asked) == len(tasks) * (CREATION_ASKS + 6)


@pytest.mark.slow
@pytest.mark.parametrize("runs", [6, pytest.param(500, marks=pytest.mark.soak)])
async def test_the_size_is_flat_however_many_runs_have_ended(
    orchestrator: Orchestrator, author: Failing, database: Database, runs: int
) -> None:
    left = []
    for wave in range(3):
        author.broken = {AuthorRole.QUIZ} if wave == 1 else set()
        for number in range(runs):
            assert (await created(orchestrator, f"chess {wave} {number}"))[1] in FINAL
        await orchestrator.prune(older_than=0)
        left.append(await rows(database))
    assert left == 3 * [dict.fromkeys(left[0], 0)]


async def test_a_worker_prunes_when_it_is_time(
    orchestrator: Orchestrator, settings: Settings, database: Database
) -> None:
    await created(orchestrator)
    often = settings.model_copy(update={"keep_runs": 0.0, "keep_events": 0.0, "prune_every": 0.0001})
    pruning = asyncio.create_task(keep_pruning(database, often))
    async with asyncio.timeout(HANG_SECONDS):
        while any((await rows(database)).values()):
            await asyncio.sleep(0.05)
    pruning.cancel()
    await asyncio.gather(pruning, return_exceptions=True)
    await keep_pruning(database, settings.model_copy(update={"prune_every": 0.0}))  # switched off: it ends at once
