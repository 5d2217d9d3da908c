"""Carry out an edit plan: an author writes the new parts only, code applies the operations."""

from langgraph.runtime import Runtime

from domain.editing.edits import apply_edits
from domain.editing.review import EditPlan, NewParts
from domain.framework import Framework
from domain.request import LearningRequest
from domain.vocabulary import Step
from nodes.authors.port import NewPartsBrief
from nodes.context import RunContext
from nodes.ledger.requests import AuthorRequest
from nodes.state import RunState, as_json
from repository.roadmaps.roadmaps import ids_ever_used, save_draft


async def roadmap_edit(state: RunState, runtime: Runtime[RunContext]) -> RunState:
    """request, framework, edit_plan -> framework (a creation's is saved as a draft), repairs, edit_rounds"""
    context = runtime.context
    await context.enter(Step.ROADMAP_EDIT)
    preferences = LearningRequest.model_validate(state["request"]).preferences
    before = Framework.model_validate(state["framework"])
    plan = EditPlan.model_validate(state["edit_plan"])
    parts = NewParts(parts=[])
    if any(operation.action == "add" for operation in plan.operations):
        brief = NewPartsBrief(preferences=preferences, framework=before, plan=plan)
        parts = (await context.ledger.ask(AuthorRequest(Step.ROADMAP_EDIT, brief))).value
    used = await context.commit(lambda session: ids_ever_used(session, context.roadmap_id))
    after, repairs = apply_edits(
        before, plan, parts, hours_per_week=preferences.available_hours_per_week, used_ids=used
    )
    await context.commit(lambda session: save_draft(session, after))
    context.tell("framework_edited", before=as_json(before), after=as_json(after))
    return {
        "framework": as_json(after),
        "repairs": [as_json(issue) for issue in repairs],
        "feedback": "",
        "edit_rounds": state.get("edit_rounds", 0) + 1,
    }
