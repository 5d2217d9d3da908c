"""Requests that meet the acceptance of another structure at any moment: one of them wins, and the rows agree."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import pytest

from domain.editing.review import Decision, EditPlan, Operation
from domain.errors import Conflict, NotFound, RoadmapError
from domain.vocabulary import FINAL, ContentType, TaskStatus
from nodes.authors.briefs import AuthorRole, Brief
from orchestrator.commands.run_request import ReviewRequest
from orchestrator.orchestrator import Orchestrator
from orchestrator.queries.status import TaskView
from orchestrator.settings import Settings
from repository.db.database import Database
from tests.support.authors import ScriptedAuthor, framework_draft
from tests.support.processes import broken_promises

SECOND = "c-1-1-2"
APPROVED = Decision(approved=True)
T = TypeVar("T")


def drop_second(_: Brief[Any], __: Sequence[str]) -> EditPlan:
    return EditPlan(
        feedback_summary="", operations=[Operation(action="remove", target_type="concept", target_id=SECOND)]
    )


@pytest.fixture
async def orchestrator(settings: Settings) -> AsyncIterator[Orchestrator]:
    replies = {AuthorRole.FRAMEWORK: lambda _, __: framework_draft(3), AuthorRole.EDIT_PLAN: drop_second}
    async with Orchestrator.open(settings, author=ScriptedAuthor(replies)) as orchestrator:
        yield orchestrator


async def proposal(orchestrator: Orchestrator) -> TaskView:
    """A modification that drops the second of three concepts and waits for its reviewer."""
    made = await orchestrator.wait((await orchestrator.create("chess")).task_id)
    task = await orchestrator.modify(made.roadmap_id or "", "drop it", review=ReviewRequest())
    return await orchestrator.wait(task.task_id)


async def soon(act: Callable[[], Awaitable[T]], within: float) -> T | RoadmapError:
    await asyncio.sleep(random.uniform(0, within))
    try:
        return await act()
    except RoadmapError as error:
        return error


@pytest.mark.parametrize("rounds", [2, pytest.param(100, marks=pytest.mark.soak)])
async def test_a_retry_and_the_removal_of_its_concept_never_both_happen(
    orchestrator: Orchestrator, database: Database, rounds: int
) -> None:
    outcomes = set()
    for _ in range(rounds):
        task = await proposal(orchestrator)
        roadmap_id = task.roadmap_id or ""
        _, retry, batch = await asyncio.gather(
            soon(partial(orchestrator.review, task.task_id, APPROVED), 0.02),
            soon(partial(orchestrator.retry, roadmap_id, SECOND, ContentType.QUIZ), 0.06),
            soon(partial(orchestrator.retry_failed, roadmap_id), 0.06),
        )
        assert batch is None or isinstance(batch, Conflict), "nothing had failed"
        ended = await orchestrator.wait(task.task_id)
        outcomes.add(ended.status)
        if isinstance(retry, TaskView):
            assert (await orchestrator.wait(retry.task_id)).status is TaskStatus.COMPLETED, "it came first"
        else:
            assert isinstance(retry, NotFound | Conflict), retry
        if ended.status is TaskStatus.FAILED:
            await orchestrator.resume(task.task_id)
            assert (await orchestrator.wait(task.task_id)).status is TaskStatus.COMPLETED
        roadmap = await orchestrator.roadmap(roadmap_id)
        assert {content.concept_id for content in roadmap.contents} == {"c-1-1-1", "c-1-1-3"}
        assert (await orchestrator.status(roadmap_id)).stale_concepts == []
    assert outcomes <= {TaskStatus.COMPLETED, TaskStatus.FAILED}
    assert await broken_promises(database) == []


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [2, pytest.param(50, marks=pytest.mark.soak)])
async def test_a_change_that_is_asked_for_while_another_is_accepted_is_refused_and_no_deadlock(
    orchestrator: Orchestrator, database: Database, rounds: int
) -> None:
    """Each once held what the other one wanted, until the database ended one of them a second later."""
    for _ in range(rounds):
        task = await proposal(orchestrator)
        roadmap_id = task.roadmap_id or ""
        await orchestrator.review(task.task_id, APPROVED)
        refusals: list[RoadmapError] = []

        async def ask(roadmap_id: str = roadmap_id, refusals: list[RoadmapError] = refusals) -> TaskView:
            while True:
                asked = await soon(partial(orchestrator.modify, roadmap_id, "drop it"), 0.005)
                if isinstance(asked, TaskView):
                    return asked
                assert isinstance(asked, Conflict), asked
                refusals.append(asked)

        asking = [asyncio.create_task(ask()) for _ in range(3)]
        assert (await orchestrator.wait(task.task_id)).status is TaskStatus.COMPLETED
        accepted, _ = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
        for one in asking:
            one.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        later = [await orchestrator.wait(one.task_id) for one in await orchestrator.tasks.page(roadmap_id=roadmap_id)]
        assert {one.status for one in later} <= FINAL
        assert refusals
        assert accepted
    assert await broken_promises(database) == []
