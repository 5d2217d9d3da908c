"""Creations from request to final row, with an author that follows a script."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from domain.contents import Quiz
from domain.editing.review import EditPlan, Issue, Operation, StructureReview
from domain.errors import ModelUnavailable
from domain.framework import ModuleDraft, StageDraft
from domain.vocabulary import ContentStatus, ContentType, TaskStatus, TaskType
from nodes.authors.briefs import AuthorRole, Brief, ContentBrief, EditPlanBrief
from nodes.authors.port import AuthorAnswer, CallFailed
from orchestrator.orchestrator import Orchestrator
from orchestrator.queries.status import RoadmapView, TaskView
from orchestrator.settings import Settings
from tests.support.authors import QUIZ, ScriptedAuthor, framework_draft
from tests.support.runs import content_begun


async def create(settings: Settings, author: ScriptedAuthor, goal: str = "chess") -> tuple[TaskView, RoadmapView]:
    async with Orchestrator.open(settings, author=author) as orchestrator:
        task = await orchestrator.create(goal)
        task = await orchestrator.wait(task.task_id)
        assert task.roadmap_id is not None
        return task, await orchestrator.roadmap(task.roadmap_id)


async def test_a_creation_leaves_every_content_completed_and_one_creation_row(settings: Settings) -> None:
    author = ScriptedAuthor()
    task, roadmap = await create(settings, author)
    assert (task.status, task.current_step, task.task_type) == ("completed", "completed", TaskType.CREATION)
    assert not task.live
    assert task.execution_summary is not None
    assert (task.execution_summary["total"], task.execution_summary["completed"]) == (6, 6)
    assert task.execution_summary["tokens"] == 15 * len(author.asked)
    assert task.execution_summary["cost"] == pytest.approx(0.5 * len(author.asked))
    assert {content.status for content in roadmap.contents} == {ContentStatus.COMPLETED}
    assert roadmap.framework_version == 1
    assert set(author.times_asked().values()) == {1}


def fails_for(concept_id: str) -> Any:
    def reply(brief: Brief[Any], _: Sequence[str]) -> Quiz:
        assert isinstance(brief, ContentBrief)
        if brief.concept.concept_id == concept_id:
            raise ModelUnavailable("the model hung up")
        return QUIZ

    return reply


async def test_one_failing_content_does_not_discard_its_siblings(settings: Settings) -> None:
    task, roadmap = await create(settings, ScriptedAuthor({AuthorRole.QUIZ: fails_for("c-1-1-1")}))
    assert (task.status, task.current_step) == (TaskStatus.PARTIAL_FAILURE, "completed")
    assert task.execution_summary is not None
    assert task.execution_summary["failures"] == [
        {"concept_id": "c-1-1-1", "content_type": "quiz", "reason": "the model hung up"}
    ]
    quiz = roadmap.state("c-1-1-1", ContentType.QUIZ)
    assert quiz is not None
    assert (quiz.status, quiz.last_error, quiz.stale) == (ContentStatus.FAILED, "the model hung up", False)
    assert sum(content.status is ContentStatus.COMPLETED for content in roadmap.contents) == 5


@pytest.mark.parametrize(
    "error",
    [
        ModelUnavailable("near 'abc\x00' \ud83d"),
        CallFailed("near 'abc\x00' \ud83d", model="m\x00", outcome="failed\x00 400", transient=False),
        RuntimeError("near 'abc\x00' \ud83d"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_one_nul_in_an_error_text_ends_the_run_with_nothing(settings: Settings, error: Exception) -> None:
    def fail(brief: Brief[Any], _: Sequence[str]) -> Quiz:
        assert isinstance(brief, ContentBrief)
        if brief.concept.concept_id == "c-1-1-1":
            raise error
        return QUIZ

    task, roadmap = await create(settings, ScriptedAuthor({AuthorRole.QUIZ: fail}))
    quiz = roadmap.state("c-1-1-1", ContentType.QUIZ)
    assert quiz is not None
    assert (quiz.last_error or "").endswith("near 'abc' ")
    assert task.status == TaskStatus.PARTIAL_FAILURE
    assert sum(content.status is ContentStatus.COMPLETED for content in roadmap.contents) == 5


async def test_a_run_that_fails_says_why_though_the_reason_cannot_be_stored(settings: Settings) -> None:
    def fail(_: Brief[Any], __: Sequence[str]) -> Quiz:
        raise ModelUnavailable("near 'abc\x00' \ud83d")

    async with Orchestrator.open(settings, author=ScriptedAuthor({AuthorRole.FRAMEWORK: fail})) as orchestrator:
        task = await orchestrator.wait((await orchestrator.create("chess")).task_id)
    assert (task.status, task.error_message) == (TaskStatus.FAILED, "near 'abc' ")


async def test_an_answer_that_no_column_holds_is_stored_as_far_as_one_does(settings: Settings) -> None:
    class Wild(ScriptedAuthor):
        async def write(self, brief: Brief[Any], objections: Sequence[str] = ()) -> AuthorAnswer:
            answer = await super().write(brief, objections)
            wild: Any = {"finish_reason": {"type": "stop\x00"}, "tokens_in": 5_000_000_000, "tokens_out": 20.5}
            content = {**answer.content, "extra\x00": [float("nan"), "\ud83d", 10**400]}
            return replace(answer, content=content, model="m\x00", cost=float("inf"), **wild)

    task, roadmap = await create(settings, Wild())
    assert task.status == TaskStatus.COMPLETED
    assert {content.status for content in roadmap.contents} == {ContentStatus.COMPLETED}


async def test_a_run_in_which_nothing_succeeded_is_failed_not_completed(settings: Settings) -> None:
    def fail(_: Brief[Any], __: Sequence[str]) -> Quiz:
        raise ModelUnavailable("no model")

    author = ScriptedAuthor(dict.fromkeys((AuthorRole.TUTORIAL, AuthorRole.RESOURCES, AuthorRole.QUIZ), fail))
    task, roadmap = await create(settings, author)
    assert (task.status, task.current_step) == (TaskStatus.FAILED, "failed")
    assert task.error_message == "All 6 contents failed."
    assert {content.status for content in roadmap.contents} == {ContentStatus.FAILED}


async def test_a_broken_answer_is_returned_to_the_author_and_repaired(settings: Settings) -> None:
    heard: list[list[str]] = []

    def reply(_: Brief[Any], objections: Sequence[str]) -> Any:
        heard.append(list(objections))
        return QUIZ if objections else {"questions": [{"nonsense": True}]}

    task, _ = await create(settings, ScriptedAuthor({AuthorRole.QUIZ: reply}))
    assert task.status == TaskStatus.COMPLETED
    assert sorted(map(len, heard)) == [0, 0, 1, 1]
    assert "question_id" in heard[-1][0]


async def test_an_answer_that_stays_broken_fails_its_content_after_three_tries(settings: Settings) -> None:
    author = ScriptedAuthor({AuthorRole.QUIZ: lambda _, __: {"questions": []}})
    task, roadmap = await create(settings, author)
    assert task.status == TaskStatus.PARTIAL_FAILURE
    assert author.times_asked()[AuthorRole.QUIZ, "c-1-1-1"] == 3
    quiz = roadmap.state("c-1-1-1", ContentType.QUIZ)
    assert quiz is not None
    assert "failed their check 3 times" in (quiz.last_error or "")


async def test_an_unsound_framework_is_edited_until_it_is_sound(settings: Settings) -> None:
    draft = framework_draft()
    draft.stages.append(StageDraft(name="Empty", description="", modules=[]))
    plan = EditPlan(feedback_summary="", operations=[Operation(action="remove", target_type="stage", target_id="s-2")])
    author = ScriptedAuthor({AuthorRole.FRAMEWORK: lambda _, __: draft, AuthorRole.EDIT_PLAN: lambda _, __: plan})
    task, roadmap = await create(settings, author)
    assert task.status == TaskStatus.COMPLETED
    assert roadmap.framework is not None
    assert [stage.name for stage in roadmap.framework.stages] == ["S"]
    assert author.times_asked()[AuthorRole.EDIT_PLAN, None] == 1
    assert author.times_asked()[AuthorRole.STRUCTURE_REVIEW, None] == 1, (
        "code looks first: the broken one was not shown"
    )


async def test_a_framework_that_stays_unsound_fails_the_run_and_nothing_is_generated(settings: Settings) -> None:
    draft = framework_draft()
    draft.stages[0].modules.append(ModuleDraft(name="Empty", description="", concepts=[]))
    author = ScriptedAuthor({AuthorRole.FRAMEWORK: lambda _, __: draft, AuthorRole.EDIT_PLAN: beside_the_point})
    task, roadmap = await create(settings, author)
    assert (task.status, task.current_step) == (TaskStatus.FAILED, "failed")
    assert "still not sound after editing" in (task.error_message or "")
    assert "“Empty” has no concept" in (task.error_message or "")
    assert author.times_asked()[AuthorRole.EDIT_PLAN, None] == 3
    assert (AuthorRole.TUTORIAL, "c-1-1-1") not in author.asked
    assert roadmap.contents == []
    assert roadmap.framework_version == 0


def said(answer: dict[str, Any], _: Brief[Any], __: Sequence[str]) -> dict[str, Any]:
    return answer


def beside_the_point(brief: Brief[Any], _: Sequence[str]) -> EditPlan:
    """A plan that changes something else than what is broken."""
    assert isinstance(brief, EditPlanBrief)
    values = {"description": f"Edited {brief.edit_round + 1} times."}
    change = Operation(action="change", target_type="concept", target_id="c-1-1-1", values=values)
    return EditPlan(feedback_summary="", operations=[change])


async def test_what_code_can_mend_is_mended_where_no_author_plans_it(settings: Settings) -> None:
    draft = framework_draft()
    draft.stages[0].modules.append(ModuleDraft(name="Empty", description="", concepts=[]))
    useless: tuple[dict[str, Any], ...] = ({}, {"feedback_summary": "", "operations": []})
    for plan in useless:
        author = ScriptedAuthor({AuthorRole.FRAMEWORK: lambda _, __: draft, AuthorRole.EDIT_PLAN: partial(said, plan)})
        task, roadmap = await create(settings, author)
        assert task.status == TaskStatus.COMPLETED
        assert roadmap.framework is not None
        assert [module.name for module in roadmap.framework.stages[0].modules] == ["M"]


async def test_warnings_go_on_and_are_carried_in_the_summary(settings: Settings) -> None:
    warning = Issue(severity="warning", category="hours", issue="It is a lot.", suggestion="Take your time.")
    review = StructureReview(overall_score=70, issues=[warning], validation_summary="ok")
    task, _ = await create(settings, ScriptedAuthor({AuthorRole.STRUCTURE_REVIEW: lambda _, __: review}))
    assert task.status == TaskStatus.COMPLETED
    assert task.execution_summary is not None
    assert [found["issue"] for found in task.execution_summary["warnings"]] == ["It is a lot."]


async def test_another_language_than_the_one_asked_for_is_a_warning(settings: Settings) -> None:
    task, _ = await create(settings, ScriptedAuthor(), goal="学习国际象棋")
    assert task.status == TaskStatus.COMPLETED
    assert task.execution_summary is not None
    assert [found["category"] for found in task.execution_summary["warnings"]] == ["language"]


async def test_the_story_has_no_gaps_and_ends_with_the_final_status(settings: Settings) -> None:
    async with Orchestrator.open(settings, author=ScriptedAuthor()) as orchestrator:
        task = await orchestrator.create("chess")
        followed = [event async for event in orchestrator.follow(task.task_id)]
        assert followed == await orchestrator.events.page(task.task_id)
    assert [event.sequence for event in followed] == list(range(1, len(followed) + 1))
    types = [event.type for event in followed]
    assert types[:2] == ["run_requested", "run_started"]
    assert types[-1] == "run_finished"
    assert followed[-1].payload["status"] == "completed"
    assert types.count("content_completed") == 6
    assert {"intent_analysed", "framework_designed", "framework_validated", "framework_accepted"} <= set(types)


async def test_calls_at_once_stay_below_the_limit(settings: Settings) -> None:
    author = ScriptedAuthor({AuthorRole.FRAMEWORK: lambda _, __: framework_draft(8)}, latency=0.01)
    await create(settings.model_copy(update={"max_concurrent_calls": 4}), author)
    assert author.most_at_once == 4


async def test_closing_the_orchestrator_cancels_its_runs_and_settles_their_contents(settings: Settings) -> None:
    author = ScriptedAuthor()
    async with Orchestrator.open(settings, author=author) as orchestrator:
        author.latencies[AuthorRole.QUIZ] = 60
        task = await orchestrator.create("chess")
        await content_begun(orchestrator, task)
    async with Orchestrator.open(settings, author=author) as orchestrator:
        task = await orchestrator.task(task.task_id)
        assert (task.status, task.current_step) == (TaskStatus.CANCELLED, "cancelled")
        assert task.roadmap_id is not None
        status = await orchestrator.status(task.roadmap_id)
        assert not status.has_active_task
        assert status.stale_concepts == []
        roadmap = await orchestrator.roadmap(task.roadmap_id)
        assert {content.status for content in roadmap.contents} <= {ContentStatus.FAILED, ContentStatus.COMPLETED}
        assert (await orchestrator.events.page(task.task_id))[-1].payload["status"] == "cancelled"
