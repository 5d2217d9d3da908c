"""Opinions and plans of an author that cannot be used never end a run that the checks of the program find sound."""

from collections.abc import Sequence
from typing import Any

import pytest

from domain.editing.review import Decision, Issue, StructureReview
from domain.errors import ModelDenied
from domain.vocabulary import TaskStatus
from nodes.authors.briefs import AuthorRole, Brief, EditPlanBrief, StructureReviewBrief
from nodes.authors.port import CallFailed
from nodes.authors.prompting.prompts import prompt_for
from orchestrator.commands.run_request import ReviewRequest
from orchestrator.orchestrator import Orchestrator
from orchestrator.queries.status import TaskView
from orchestrator.settings import Settings
from tests.support.authors import ScriptedAuthor


async def create(settings: Settings, author: ScriptedAuthor, review: ReviewRequest | None = None) -> TaskView:
    async with Orchestrator.open(settings, author=author) as orchestrator:
        return await orchestrator.wait((await orchestrator.create("chess", review=review)).task_id)


def warnings(task: TaskView) -> list[str]:
    return [found["category"] for found in (task.execution_summary or {})["warnings"]]


def always(said: Any) -> Any:
    return lambda _, __: said


def unsatisfied(_: Brief[Any], __: Sequence[str]) -> StructureReview:
    issue = Issue(severity="critical", category="gap", issue="Something is missing.", suggestion="Add it.")
    return StructureReview(overall_score=40, issues=[issue], validation_summary="Bad.")


def unreachable(_: Brief[Any], __: Sequence[str]) -> Any:
    raise CallFailed("openai:x refused this input", model="openai:x", outcome="failed 400", transient=False)


def change_of_description(brief: Brief[Any], _: Sequence[str]) -> dict[str, Any]:
    assert isinstance(brief, EditPlanBrief)
    operation = {
        "action": "update",
        "target_type": "concept",
        "target_id": "c-1-1-1",
        "position": None,
        "values": {"description": f"Better {brief.edit_round}", "difficulty": None},
        "reason": None,
    }
    return {"feedback_summary": "x", "operations": [operation]}


@pytest.mark.parametrize("review", [always({}), always({"overall_score": "great"}), unreachable])
async def test_a_review_that_cannot_be_used_leaves_the_verdict_of_the_checks_with_a_warning(
    settings: Settings, review: Any
) -> None:
    author = ScriptedAuthor({AuthorRole.STRUCTURE_REVIEW: review})
    async with Orchestrator.open(settings, author=author) as orchestrator:
        task = await orchestrator.wait((await orchestrator.create("chess")).task_id)
        events = await orchestrator.events.page(task.task_id)
    assert task.status == TaskStatus.COMPLETED
    assert warnings(task) == ["no_review"]
    validation = next(event.payload["validation"] for event in events if event.type == "framework_validated")
    assert validation["is_valid"]
    assert validation["overall_score"] is None, "no review gave any points"
    assert "was not reviewed" in validation["validation_summary"]


async def test_a_review_that_cannot_be_used_is_shown_to_the_person_who_decides(settings: Settings) -> None:
    author = ScriptedAuthor({AuthorRole.STRUCTURE_REVIEW: always({})})
    assert (await create(settings, author, ReviewRequest())).status == TaskStatus.HUMAN_REVIEW_PENDING


async def test_a_denied_key_still_ends_the_run_at_its_review(settings: Settings) -> None:
    def denied(*_: object) -> Any:
        raise CallFailed("wrong key", model="m", outcome="failed 401", transient=False, denied=True)

    task = await create(settings, ScriptedAuthor({AuthorRole.STRUCTURE_REVIEW: denied}))
    assert task.status == TaskStatus.FAILED
    assert (task.execution_summary or {})["cause"] == "model_unavailable"
    assert issubclass(ModelDenied, Exception)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plan", "reviews"),
    [
        (always({"feedback_summary": "x", "operations": []}), 1),
        (always({"feedback_summary": "x", "operations": None}), 1),
        (always({}), 1),
        (unreachable, 1),
        (change_of_description, 4),
    ],
    ids=["empty", "null", "unreadable", "unreachable", "effective"],
)
async def test_a_reviewer_that_is_never_satisfied_ends_no_run_and_is_not_asked_for_ever(
    settings: Settings, plan: Any, reviews: int
) -> None:
    author = ScriptedAuthor({AuthorRole.STRUCTURE_REVIEW: unsatisfied, AuthorRole.EDIT_PLAN: plan})
    task = await create(settings, author)
    assert task.status == TaskStatus.COMPLETED
    assert warnings(task) == ["review_not_satisfied", "gap"]
    assert author.times_asked()[AuthorRole.STRUCTURE_REVIEW, None] == reviews


async def test_parts_that_nobody_writes_are_left_out_of_the_edits_for_a_reviewer(settings: Settings) -> None:
    add = {"action": "add", "target_type": "concept", "position": {"parent_id": "m-1-1"}, "values": {"name": "N"}}
    replies = {
        AuthorRole.STRUCTURE_REVIEW: unsatisfied,
        AuthorRole.EDIT_PLAN: always({"feedback_summary": "", "operations": [add]}),
        AuthorRole.NEW_PARTS: always({}),
    }
    task = await create(settings, ScriptedAuthor(replies))
    assert task.status == TaskStatus.COMPLETED
    assert "review_not_satisfied" in warnings(task)


GAP = Issue(severity="warning", category="gap", issue="Endgames are missing.", suggestion="Add them.")


@pytest.mark.parametrize(("second", "left"), [(["gap"], ["gap"]), ([], []), (None, ["gap", "no_review"])])
async def test_the_review_of_a_second_version_looks_at_the_issues_of_the_first(
    settings: Settings, second: list[str] | None, left: list[str]
) -> None:
    seen: list[list[Issue]] = []

    def review(brief: Brief[Any], _: Sequence[str]) -> Any:
        assert isinstance(brief, StructureReviewBrief)
        seen.append(brief.earlier_issues)
        assert ("name those that still hold" in " ".join(prompt_for(brief).user.split())) is bool(brief.earlier_issues)
        issues = [GAP] if not brief.earlier_issues or second else []
        return {} if brief.earlier_issues and second is None else opinion(issues)

    replies = {AuthorRole.STRUCTURE_REVIEW: review, AuthorRole.EDIT_PLAN: change_of_description}
    async with Orchestrator.open(settings, author=ScriptedAuthor(replies)) as orchestrator:
        task = await orchestrator.wait((await orchestrator.create("chess", review=ReviewRequest())).task_id)
        await orchestrator.review(task.task_id, Decision(approved=False, feedback="Say more."))
        await orchestrator.wait(task.task_id)
        await orchestrator.review(task.task_id, Decision(approved=True))
        task = await orchestrator.wait(task.task_id)
    assert seen[:2] == [[], [GAP]]
    assert warnings(task) == left


def opinion(issues: list[Issue]) -> StructureReview:
    return StructureReview(overall_score=80, issues=issues, validation_summary="Fine.")
