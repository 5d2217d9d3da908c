"""Plan the changes to a framework as operations on its parts.

A plan that cannot be carried out is objected to. Where no better one comes, the part of the last plan that can be
carried out counts.
"""

from typing import Final

from langgraph.runtime import Runtime

from domain.checks.findings import breaking
from domain.editing.contents import content_edits, effect, merged
from domain.editing.edits import changes_nothing, plan_objections, rehearsed
from domain.editing.repairs import repair
from domain.editing.review import EditPlan, Validation
from domain.framework import Framework
from domain.request import LearningRequest
from domain.vocabulary import Step
from nodes.authors.briefs import EditPlanBrief
from nodes.context import RunContext
from nodes.editing.material import LEARNED, Material, edits_in, material_of, words_in
from nodes.ledger.best_effort import ask_if_possible
from nodes.ledger.requests import AuthorRequest
from nodes.state import RunState, as_json


async def edit_plan_analysis(state: RunState, runtime: Runtime[RunContext]) -> RunState:
    """request, framework, what was asked for, and feedback or validation -> edit_plan

    Feedback of a person comes first; the issues of the validation are mended in later rounds.
    """
    context = runtime.context
    await context.enter(Step.EDIT_PLAN_ANALYSIS)
    feedback = state.get("feedback", "")
    found = [] if feedback or "validation" not in state else Validation.model_validate(state["validation"]).issues
    material = await material_of(context)
    brief = EditPlanBrief(
        preferences=LearningRequest.model_validate(state["request"]).preferences,
        framework=Framework.model_validate(state["framework"]),
        issues=[issue for issue in found if issue.category != LEARNED],
        feedback=feedback,
        edit_round=state.get("edit_rounds", 0),
        max_concepts=context.max_concepts,
        asked_for=words_in(state),
        accepted=material.accepted,
        content_edits=edits_in(state),
        versions=material.several,
        learned=sorted(material.learned),
    )
    plan = await (
        _plan_for_feedback(context, brief, material) if feedback else _plan_for_issues(context, brief, material)
    )
    context.tell("edit_planned", plan=as_json(plan), feedback=feedback)
    return {"edit_plan": as_json(plan)}


def _objections(brief: EditPlanBrief, plan: EditPlan, material: Material) -> list[str]:
    """Return what cannot be carried out in a plan, worded for its author."""
    refusals = content_edits(rehearsed(brief.framework, plan), plan, material.versions)[1]
    return [*plan_objections(brief.framework, plan), *(refusal.objection for refusal in refusals)]


def _has_no_effect(brief: EditPlanBrief, plan: EditPlan, material: Material) -> bool:
    """Return whether the proposal would be the same after everything in the plan that can be carried out."""
    if not changes_nothing(brief.framework, plan):
        return False
    edits = content_edits(brief.framework, plan, material.versions)[0]
    after = merged(brief.content_edits, edits, brief.framework)
    versions, accepted = material.versions, material.accepted
    return effect(accepted, brief.framework, brief.content_edits, versions) == effect(
        accepted, brief.framework, after, versions
    )


async def _plan_for_feedback(context: RunContext, brief: EditPlanBrief, material: Material) -> EditPlan:
    """Return the plan for what a person asks for. Raises AnswerRejected or ModelUnavailable where there is none."""

    def check(plan: EditPlan) -> list[str]:
        if objections := _objections(brief, plan, material):
            return objections
        return [_NO_CHANGE] if _has_no_effect(brief, plan, material) else []

    request = AuthorRequest(Step.EDIT_PLAN_ANALYSIS, brief, breaking("edit_plan", check))
    answer = await ask_if_possible(context.ledger, request)
    plan = answer.accepted or answer.last
    if plan is None and answer.error is not None:
        raise answer.error
    assert plan is not None
    return plan


async def _plan_for_issues(context: RunContext, brief: EditPlanBrief, material: Material) -> EditPlan:
    """Return the plan for the issues of a validation. What no author plans is mended by code, as far as that can."""

    def check(plan: EditPlan) -> list[str]:
        return _objections(brief, plan, material)

    request = AuthorRequest(Step.EDIT_PLAN_ANALYSIS, brief, breaking("edit_plan", check))
    answer = await ask_if_possible(context.ledger, request)
    plan = answer.accepted or answer.last or EditPlan(feedback_summary=f"No plan: {answer.reason}", operations=[])
    if not _has_no_effect(brief, plan, material):
        return plan
    critical = [issue for issue in brief.issues if issue.severity == "critical"]
    mended = [operation for issue in critical for operation in repair(issue, brief.framework, brief.max_concepts)]
    return plan.model_copy(update={"operations": mended}) if mended else plan


_NO_CHANGE: Final = (
    "The plan would leave the roadmap as it is. Plan the operations that the feedback asks for. If it asks for nothing "
    "that can be done, say why in `feedback_summary`."
)
