"""People stay in charge: a framework is approved or sent back before anything is generated."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from domain.editing.diff import diff
from domain.editing.review import Decision, EditPlan, Operation
from domain.errors import Conflict, RoadmapError
from domain.vocabulary import ContentStatus, TaskStatus
from nodes.authors.briefs import AuthorRole, Brief, EditPlanBrief
from orchestrator.commands.run_request import ReviewRequest
from orchestrator.orchestrator import Orchestrator
from orchestrator.queries.status import TaskView
from orchestrator.settings import Settings
from repository.db.database import Database, execute
from tests.orchestrator.workers.test_worker import working
from tests.support.authors import ScriptedAuthor
from tests.support.limits import HANG_SECONDS
from tests.support.processes import broken_promises

APPROVED = Decision(approved=True, by="ann")


def rename(brief: Brief[Any], _: Sequence[str]) -> EditPlan:
    """Does what the feedback says: calls the first concept by it."""
    assert isinstance(brief, EditPlanBrief)
    operation = Operation(
        action="rename", target_type="concept", target_id="c-1-1-1", values={"name": brief.feedback or "nothing"}
    )
    return EditPlan(feedback_summary="", operations=[operation])


@pytest.fixture
def author() -> ScriptedAuthor:
    return ScriptedAuthor({AuthorRole.EDIT_PLAN: rename})


@pytest.fixture
async def orchestrator(settings: Settings, author: ScriptedAuthor) -> AsyncIterator[Orchestrator]:
    async with Orchestrator.open(settings, author=author) as orchestrator:
        yield orchestrator


async def parked(orchestrator: Orchestrator, review: ReviewRequest | None = None) -> TaskView:
    task = await orchestrator.create("chess", review=review or ReviewRequest())
    task = await orchestrator.wait(task.task_id)
    assert task.status is TaskStatus.HUMAN_REVIEW_PENDING
    return task


async def story(orchestrator: Orchestrator, task: TaskView, event_type: str) -> list[dict[str, Any]]:
    return [event.payload for event in await orchestrator.events.page(task.task_id) if event.type == event_type]


async def test_a_run_waits_with_its_framework_readable_and_nothing_generated(
    orchestrator: Orchestrator, author: ScriptedAuthor
) -> None:
    task = await parked(orchestrator)
    assert (task.current_step, task.live) == ("human_review", True)
    assert task.roadmap_id is not None
    roadmap = await orchestrator.roadmap(task.roadmap_id)
    assert roadmap.framework is not None
    assert roadmap.contents == []
    assert (AuthorRole.TUTORIAL, "c-1-1-1") not in author.asked
    status = await orchestrator.status(task.roadmap_id)
    assert [row.status for row in status.active_tasks] == [TaskStatus.HUMAN_REVIEW_PENDING]


async def test_an_approval_goes_on_to_the_contents_and_asks_for_nothing_again(
    orchestrator: Orchestrator, author: ScriptedAuthor
) -> None:
    task = await parked(orchestrator)
    await orchestrator.review(task.task_id, APPROVED)
    task = await orchestrator.wait(task.task_id)
    assert task.status is TaskStatus.COMPLETED
    assert await orchestrator.tasks.open_round(task.task_id) is None
    assert set(author.times_asked().values()) == {1}
    assert len(await story(orchestrator, task, "review_requested")) == 1


REVIEW_SECONDS = 100_000.0
"""How long a reviewer takes: much longer than everything else in a test, also on a busy machine."""


async def let_the_reviewer_take_time(database: Database) -> None:
    """Move all that has happened so far into the past."""
    moved = {"roadmap_tasks": ("created_at", "updated_at", "held_since"), "task_events": ("created_at",)}
    async with database.transaction() as session:
        for table, columns in moved.items():
            changes = ", ".join(f"{column} = {column} - make_interval(secs => :seconds)" for column in columns)
            await execute(session, text(f"UPDATE {table} SET {changes}"), {"seconds": REVIEW_SECONDS})


async def test_the_time_of_a_run_is_not_that_of_its_reviewer(orchestrator: Orchestrator, database: Database) -> None:
    task = await parked(orchestrator)
    await let_the_reviewer_take_time(database)
    await orchestrator.review(task.task_id, APPROVED)
    task = await orchestrator.wait(task.task_id)
    summary = task.execution_summary or {}
    assert task.completed_at is not None
    whole = (task.completed_at - task.created_at).total_seconds()
    assert REVIEW_SECONDS <= summary["waited"] <= whole
    assert 0 < summary["seconds"] < whole - REVIEW_SECONDS


async def test_a_run_that_is_cancelled_in_its_review_did_not_work_all_the_while(
    orchestrator: Orchestrator, database: Database
) -> None:
    task = await parked(orchestrator)
    await let_the_reviewer_take_time(database)
    summary = (await orchestrator.cancel(task.task_id)).execution_summary or {}
    assert summary["waited"] >= REVIEW_SECONDS
    assert summary["seconds"] < REVIEW_SECONDS


async def test_a_rejection_is_edited_validated_and_asked_about_again_as_often_as_needed(
    orchestrator: Orchestrator, author: ScriptedAuthor
) -> None:
    task = await parked(orchestrator)
    for round_, name in enumerate(("Openings", "Endgames"), start=2):
        await orchestrator.review(task.task_id, Decision(approved=False, feedback=name, by="ann"))
        task = await orchestrator.wait(task.task_id)
        assert task.status is TaskStatus.HUMAN_REVIEW_PENDING
        assert await orchestrator.tasks.open_round(task.task_id) == round_
        assert author.times_asked()[AuthorRole.STRUCTURE_REVIEW, None] == round_, (
            "an edited framework is validated again"
        )
        assert task.roadmap_id is not None
        framework = (await orchestrator.roadmap(task.roadmap_id)).framework
        assert framework is not None
        assert framework.concepts()[0].name == name
    assert [asked["round"] for asked in await story(orchestrator, task, "review_requested")] == [1, 2, 3]
    decided = await story(orchestrator, task, "review_decided")
    assert [(said["decision"], said["feedback"], said["by"]) for said in decided] == [
        ("rejected", "Openings", "ann"),
        ("rejected", "Endgames", "ann"),
    ]
    edited = await orchestrator.structures.edited(task.task_id)
    assert edited is not None
    changes = diff(*edited)
    assert [(change.kind, change.before, change.after) for change in changes] == [("renamed", "A1", "Endgames")]
    await orchestrator.review(task.task_id, APPROVED)
    assert (await orchestrator.wait(task.task_id)).status is TaskStatus.COMPLETED


def test_a_rejection_without_feedback_is_refused() -> None:
    with pytest.raises(ValidationError, match="needs feedback"):
        Decision(approved=False, feedback="  ")


async def test_of_ten_decisions_at_once_one_wins_and_nine_name_it(
    orchestrator: Orchestrator, author: ScriptedAuthor
) -> None:
    """Two clicks were two resumes once."""
    task = await parked(orchestrator)

    async def decide(number: int) -> TaskView | RoadmapError:
        decision = Decision(approved=bool(number % 2), feedback="Other", by=f"user {number}")
        try:
            return await orchestrator.review(task.task_id, decision)
        except RoadmapError as error:
            return error

    results = await asyncio.gather(*(decide(number) for number in range(10)))
    lost = [result for result in results if isinstance(result, Conflict)]
    assert len(lost) == 9
    winner = next(number for number, result in enumerate(results) if isinstance(result, TaskView))
    assert all(f"by user {winner}" in str(error) for error in lost)
    await orchestrator.wait(task.task_id)
    assert len(await story(orchestrator, task, "review_decided")) == 1


async def test_a_decision_about_an_older_round_is_refused_and_the_error_names_its_decision(
    orchestrator: Orchestrator,
) -> None:
    """The second of two clicks once approved a framework that nobody had seen."""
    task = await parked(orchestrator)
    await orchestrator.review(task.task_id, Decision(approved=False, feedback="Openings", by="ann", round=1))
    task = await orchestrator.wait(task.task_id)
    with pytest.raises(Conflict, match="in round 2; the one before was rejected by ann"):
        await orchestrator.review(task.task_id, Decision(approved=True, by="bob", round=1))
    assert (await orchestrator.task(task.task_id)).status is TaskStatus.HUMAN_REVIEW_PENDING
    await orchestrator.review(task.task_id, Decision(approved=True, by="bob", round=2))
    assert (await orchestrator.wait(task.task_id)).status is TaskStatus.COMPLETED
    with pytest.raises(Conflict, match=r"completed\. Its last review was approved by bob"):
        await orchestrator.review(task.task_id, APPROVED)


@pytest.mark.slow
async def test_a_decision_and_a_cancel_at_any_moment_leave_one_end(
    orchestrator: Orchestrator, author: ScriptedAuthor, database: Database
) -> None:
    author.latency = 0.02
    for round_ in range(4):
        task = await parked(orchestrator)

        async def later(act: Callable[[], Awaitable[TaskView]]) -> TaskView | RoadmapError:
            await asyncio.sleep(random.uniform(0, 0.05))
            try:
                return await act()
            except RoadmapError as error:
                return error

        task_id = task.task_id
        results = await asyncio.gather(
            later(partial(orchestrator.review, task_id, APPROVED)),
            later(partial(orchestrator.review, task_id, Decision(approved=False, feedback="X"))),
            later(partial(orchestrator.cancel, task_id)),
        )
        assert isinstance(results[2], TaskView), results
        assert (await orchestrator.task(task_id)).status is TaskStatus.CANCELLED, round_
        decided = [isinstance(result, TaskView) for result in results[:2]].count(True)
        assert len(await story(orchestrator, task, "review_decided")) == decided <= 1
        assert len(await story(orchestrator, task, "run_finished")) == 1
    assert await broken_promises(database) == []


async def test_a_late_decision_changes_nothing(orchestrator: Orchestrator) -> None:
    task = await parked(orchestrator)
    await orchestrator.cancel(task.task_id)
    with pytest.raises(Conflict, match="it is cancelled"):
        await orchestrator.review(task.task_id, APPROVED)
    assert (await orchestrator.task(task.task_id)).status is TaskStatus.CANCELLED


async def test_a_review_outlives_every_process_and_is_answered_by_another(
    settings: Settings, author: ScriptedAuthor
) -> None:
    async with Orchestrator.open(settings, author=author) as first:
        task = await parked(first)
    async with Orchestrator.open(settings, author=author) as second:
        await second.review(task.task_id, APPROVED, detach=True)
        assert (await second.task(task.task_id)).status is TaskStatus.PENDING
        async with working(settings, author):
            assert (await second.wait(task.task_id)).status is TaskStatus.COMPLETED
    assert set(author.times_asked().values()) == {1}


async def test_a_cancelled_review_can_be_resumed_and_is_asked_once(orchestrator: Orchestrator) -> None:
    task = await parked(orchestrator)
    await orchestrator.cancel(task.task_id)
    await orchestrator.resume(task.task_id)
    task = await orchestrator.wait(task.task_id)
    assert task.status is TaskStatus.HUMAN_REVIEW_PENDING
    assert len(await story(orchestrator, task, "review_requested")) == 1
    await orchestrator.review(task.task_id, APPROVED)
    assert (await orchestrator.wait(task.task_id)).status is TaskStatus.COMPLETED


async def test_a_run_whose_review_is_not_answered_in_time_is_cancelled_with_that_reason(
    settings: Settings, orchestrator: Orchestrator
) -> None:
    other = await parked(orchestrator)
    task = await parked(orchestrator, ReviewRequest(timeout=0.5))
    async with working(settings, ScriptedAuthor()), asyncio.timeout(HANG_SECONDS):
        while (await orchestrator.task(task.task_id)).status is not TaskStatus.CANCELLED:
            await asyncio.sleep(0.05)
    overdue = await orchestrator.task(task.task_id)
    assert (overdue.status, overdue.error_message) == (TaskStatus.CANCELLED, "Its review was not answered in time.")
    assert (await orchestrator.task(other.task_id)).status is TaskStatus.HUMAN_REVIEW_PENDING
    await orchestrator.resume(task.task_id)
    resumed = await orchestrator.wait(task.task_id)
    await orchestrator.review(resumed.task_id, APPROVED)  # it has its time again
    assert (await orchestrator.wait(task.task_id)).status is TaskStatus.COMPLETED


async def test_feedback_without_a_plan_leaves_the_framework_and_asks_again(
    settings: Settings,
) -> None:
    helpless = ScriptedAuthor()
    async with Orchestrator.open(settings, author=helpless) as orchestrator:
        task = await parked(orchestrator)
        await orchestrator.review(task.task_id, Decision(approved=False, feedback="make it shine"))
        task = await orchestrator.wait(task.task_id)
        assert task.status is TaskStatus.HUMAN_REVIEW_PENDING
        edited = await orchestrator.structures.edited(task.task_id)
        assert edited is not None
        assert diff(*edited) == []
        await orchestrator.review(task.task_id, APPROVED)
        task = await orchestrator.wait(task.task_id)
        assert task.roadmap_id is not None
        roadmap = await orchestrator.roadmap(task.roadmap_id)
        assert {content.status for content in roadmap.contents} == {ContentStatus.COMPLETED}
