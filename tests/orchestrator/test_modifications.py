"""Changes in words: what remains keeps its ids, contents and versions; what fails leaves the roadmap as it was."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from domain.editing.diff import diff
from domain.editing.review import Decision, EditPlan, Operation
from domain.errors import Conflict, InvalidInput, NotFound
from domain.vocabulary import ContentStatus, ContentType, TaskStatus, TaskType
from nodes.authors.briefs import AuthorRole, Brief
from orchestrator.commands.run_request import ReviewRequest
from orchestrator.orchestrator import Orchestrator
from orchestrator.queries.status import TaskView
from orchestrator.settings import Settings
from tests.support.authors import ScriptedAuthor
from tests.support.edits import FIRST, NEW, SECOND, THIRD, editing_author


@pytest.fixture
def author() -> ScriptedAuthor:
    return editing_author()


@pytest.fixture
async def orchestrator(settings: Settings, author: ScriptedAuthor) -> AsyncIterator[Orchestrator]:
    async with Orchestrator.open(settings, author=author) as orchestrator:
        yield orchestrator


@pytest.fixture
async def roadmap_id(orchestrator: Orchestrator) -> str:
    task = await orchestrator.wait((await orchestrator.create("chess")).task_id)
    assert task.status is TaskStatus.COMPLETED
    assert task.roadmap_id is not None
    return task.roadmap_id


async def modified(orchestrator: Orchestrator, roadmap_id: str, instructions: str) -> TaskView:
    return await orchestrator.wait((await orchestrator.modify(roadmap_id, instructions)).task_id)


async def tutorials(orchestrator: Orchestrator, roadmap_id: str) -> dict[str, tuple[ContentStatus, int]]:
    contents = (await orchestrator.roadmap(roadmap_id)).contents
    return {
        content.concept_id: (content.status, content.version)
        for content in sorted(contents, key=lambda content: content.concept_id)
        if content.content_type is ContentType.TUTORIAL
    }


DONE = ContentStatus.COMPLETED


async def test_only_new_and_changed_concepts_are_written_and_the_rest_is_untouched(
    orchestrator: Orchestrator, roadmap_id: str, author: ScriptedAuthor
) -> None:
    author.asked.clear()
    task = await modified(orchestrator, roadmap_id, "add drop rename")
    assert (task.task_type, task.status) == (TaskType.MODIFICATION, TaskStatus.COMPLETED)
    assert await tutorials(orchestrator, roadmap_id) == {FIRST: (DONE, 1), THIRD: (DONE, 2), NEW: (DONE, 1)}
    assert author.times_asked()[AuthorRole.TUTORIAL, FIRST] == 0
    assert author.times_asked()[AuthorRole.TUTORIAL, THIRD] == 1
    roadmap = await orchestrator.roadmap(roadmap_id)
    assert roadmap.framework_version == 2
    assert roadmap.framework is not None
    assert [concept.concept_id for concept in roadmap.framework.concepts()] == [FIRST, THIRD, NEW]
    edited = await orchestrator.structures.edited(task.task_id)
    assert edited is not None
    changes = diff(*edited)
    assert {(change.kind, change.target_id) for change in changes} >= {
        ("removed", SECOND),
        ("renamed", THIRD),
        ("added", NEW),
    }


async def test_ids_are_never_given_again(orchestrator: Orchestrator, roadmap_id: str) -> None:
    await modified(orchestrator, roadmap_id, "add")
    await modified(orchestrator, roadmap_id, "drop")
    await modified(orchestrator, roadmap_id, "add")
    assert set(await tutorials(orchestrator, roadmap_id)) == {FIRST, THIRD, NEW, "c-1-1-5"}


async def test_a_removed_concept_stays_readable_in_the_history(orchestrator: Orchestrator, roadmap_id: str) -> None:
    await modified(orchestrator, roadmap_id, "drop")
    assert len(await orchestrator.contents.newest(roadmap_id, SECOND)) == 3
    assert {row.concept_id for row in await orchestrator.contents.newest(roadmap_id)} == {FIRST, THIRD}


async def test_an_impossible_request_is_refused_with_a_reason_and_changes_nothing(
    orchestrator: Orchestrator, roadmap_id: str, author: ScriptedAuthor
) -> None:
    before = await orchestrator.roadmap(roadmap_id)
    author.asked.clear()
    task = await modified(orchestrator, roadmap_id, "make it shine")
    assert (task.status, task.error_message) == (TaskStatus.FAILED, "Nothing was changed. This cannot be done.")
    assert await orchestrator.roadmap(roadmap_id) == before
    assert {role for role, _ in author.asked} == {AuthorRole.EDIT_PLAN}


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (Operation(action="rename", target_type="concept", target_id=THIRD, values={"name": "A3"}), "No effect."),
        (Operation(action="remove", target_type="concept", target_id="Scales"), "no concept “Scales”"),
    ],
)
async def test_a_plan_without_effect_never_ends_completed_in_silence(
    orchestrator: Orchestrator, roadmap_id: str, author: ScriptedAuthor, operation: Operation, words: str
) -> None:
    before = await orchestrator.roadmap(roadmap_id)
    idle = EditPlan(feedback_summary="No effect.", operations=[operation])
    author.replies = {**author.replies, AuthorRole.EDIT_PLAN: lambda _, __: idle}
    task = await modified(orchestrator, roadmap_id, "improve it")
    assert task.status is TaskStatus.FAILED
    assert (task.error_message or "").startswith("Nothing was changed. ")
    assert words in (task.error_message or "")
    assert "\n" not in (task.error_message or "")
    assert await orchestrator.roadmap(roadmap_id) == before


async def test_a_plan_that_names_parts_wrongly_is_objected_to_and_the_next_one_counts(
    orchestrator: Orchestrator, roadmap_id: str, author: ScriptedAuthor
) -> None:
    objections: list[str] = []

    def learning(_: Brief[Any], so_far: Sequence[str]) -> EditPlan:
        objections[:] = so_far
        target = "A2" if so_far else "The second"
        return EditPlan(
            feedback_summary="", operations=[Operation(action="remove", target_type="concept", target_id=target)]
        )

    author.replies = {**author.replies, AuthorRole.EDIT_PLAN: learning}
    task = await modified(orchestrator, roadmap_id, "drop the second one")
    assert task.status is TaskStatus.COMPLETED
    assert set(await tutorials(orchestrator, roadmap_id)) == {FIRST, THIRD}
    assert objections == [
        "Operation 1 (remove concept The second): there is no concept “The second”; name one by an id of the roadmap."
    ]


async def test_what_can_be_done_of_a_plan_is_done_and_the_rest_is_a_warning(
    orchestrator: Orchestrator, roadmap_id: str, author: ScriptedAuthor
) -> None:
    operations = [
        Operation(action="remove", target_type="concept", target_id=SECOND),
        Operation(action="remove", target_type="concept", target_id="Scales"),
    ]
    half = EditPlan(feedback_summary="", operations=operations)
    author.replies = {**author.replies, AuthorRole.EDIT_PLAN: lambda _, __: half}
    task = await modified(orchestrator, roadmap_id, "drop two")
    assert task.status is TaskStatus.COMPLETED
    assert "operation_refused" in [found["category"] for found in (task.execution_summary or {})["warnings"]]


async def test_feedback_that_changes_nothing_comes_back_to_its_reviewer_with_a_warning(
    orchestrator: Orchestrator, roadmap_id: str
) -> None:
    task = await orchestrator.modify(roadmap_id, "add", review=ReviewRequest())
    await orchestrator.wait(task.task_id)
    await orchestrator.review(task.task_id, Decision(approved=False, feedback="make it shine", by="ann"))
    assert (await orchestrator.wait(task.task_id)).status is TaskStatus.HUMAN_REVIEW_PENDING
    events = await orchestrator.events.page(task.task_id)
    validation = [event.payload["validation"] for event in events if event.type == "framework_validated"][-1]
    assert [issue["issue"] for issue in validation["issues"]] == ["Nothing was changed. This cannot be done."]


async def test_a_modification_that_breaks_the_roadmap_leaves_it_as_it_was(
    orchestrator: Orchestrator, roadmap_id: str, author: ScriptedAuthor
) -> None:
    before = await orchestrator.roadmap(roadmap_id)
    drop_all = EditPlan(
        feedback_summary="", operations=[Operation(action="remove", target_type="module", target_id="m-1-1")]
    )
    author.replies = {**author.replies, AuthorRole.EDIT_PLAN: lambda _, __: drop_all}
    task = await modified(orchestrator, roadmap_id, "drop everything")
    assert task.status is TaskStatus.FAILED
    assert "not sound" in (task.error_message or "")
    assert await orchestrator.roadmap(roadmap_id) == before


async def test_a_proposal_lives_in_its_task_until_it_is_accepted(orchestrator: Orchestrator, roadmap_id: str) -> None:
    before = await orchestrator.roadmap(roadmap_id)
    task = await orchestrator.modify(roadmap_id, "add drop", review=ReviewRequest())
    task = await orchestrator.wait(task.task_id)
    assert task.status is TaskStatus.HUMAN_REVIEW_PENDING
    waiting = await orchestrator.roadmap(roadmap_id)
    assert (waiting.framework, waiting.contents) == (before.framework, before.contents)
    await orchestrator.review(task.task_id, Decision(approved=False, feedback="rename", by="ann"))
    assert (await orchestrator.wait(task.task_id)).status is TaskStatus.HUMAN_REVIEW_PENDING
    await orchestrator.review(task.task_id, Decision(approved=True, by="ann"))
    assert (await orchestrator.wait(task.task_id)).status is TaskStatus.COMPLETED
    assert set(await tutorials(orchestrator, roadmap_id)) == {FIRST, THIRD, NEW}


async def test_one_structural_change_at_a_time(
    orchestrator: Orchestrator, roadmap_id: str, author: ScriptedAuthor
) -> None:
    task = await orchestrator.modify(roadmap_id, "add", review=ReviewRequest())
    await orchestrator.wait(task.task_id)
    with pytest.raises(Conflict, match=task.task_id):
        await orchestrator.modify(roadmap_id, "drop")


async def test_a_content_held_by_a_live_retry_is_a_conflict_with_nothing_changed_and_resumable(
    orchestrator: Orchestrator, roadmap_id: str, author: ScriptedAuthor
) -> None:
    before = await orchestrator.roadmap(roadmap_id)
    author.latencies[AuthorRole.QUIZ] = 30
    retry = await orchestrator.retry(roadmap_id, SECOND, ContentType.QUIZ)
    task = await modified(orchestrator, roadmap_id, "drop")
    assert task.status is TaskStatus.FAILED
    assert retry.task_id in (task.error_message or "")
    assert (await orchestrator.roadmap(roadmap_id)).framework == before.framework
    await orchestrator.cancel(retry.task_id)
    author.latencies.clear()
    await orchestrator.resume(task.task_id)
    assert (await orchestrator.wait(task.task_id)).status is TaskStatus.COMPLETED
    assert set(await tutorials(orchestrator, roadmap_id)) == {FIRST, THIRD}


async def test_an_older_run_cannot_go_on_once_the_framework_has_moved_on(
    orchestrator: Orchestrator, roadmap_id: str
) -> None:
    old = await orchestrator.modify(roadmap_id, "drop", review=ReviewRequest())
    await orchestrator.wait(old.task_id)
    await orchestrator.cancel(old.task_id)
    await modified(orchestrator, roadmap_id, "add")
    with pytest.raises(Conflict, match="at version 2 now"):
        await orchestrator.resume(old.task_id)


async def test_what_cannot_be_asked_is_refused_and_leaves_no_row(orchestrator: Orchestrator, roadmap_id: str) -> None:
    for words in ("", "  ", "a\x00b", "x" * 21_000):
        with pytest.raises(InvalidInput, match="instructions"):
            await orchestrator.modify(roadmap_id, words)
    with pytest.raises(NotFound):
        await orchestrator.modify("nope", "add")
    assert len(await orchestrator.tasks.page(roadmap_id=roadmap_id)) == 1


@pytest.mark.parametrize(
    "target",
    [
        {"target_id": SECOND, "position": None, "values": None, "reason": None},
        {"target_id": "1.2 “a2”.", "position": {"parent_id": None, "index": None}, "values": {"name": None}},
    ],
    ids=["nulls", "name"],
)
async def test_a_plan_as_models_write_it_is_carried_out(
    orchestrator: Orchestrator, roadmap_id: str, author: ScriptedAuthor, target: dict[str, Any]
) -> None:
    written = {"feedback_summary": "x", "operations": [{"action": "Delete", "target_type": "concept", **target}]}
    author.replies = {**author.replies, AuthorRole.EDIT_PLAN: lambda _, __: written}
    task = await modified(orchestrator, roadmap_id, "drop the second one")
    assert (task.status, task.error_message) == (TaskStatus.COMPLETED, None)
    assert set(await tutorials(orchestrator, roadmap_id)) == {FIRST, THIRD}
    assert author.times_asked()[AuthorRole.EDIT_PLAN, None] == 1
