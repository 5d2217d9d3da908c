"""Carry out an edit plan: an author writes the new parts only, code applies the operations."""

from functools import partial
from typing import Final

from langgraph.runtime import Runtime

from domain.checks.findings import breaking
from domain.editing.edits import apply_edits, missing_parts
from domain.editing.review import MAX_EDIT_ROUNDS, EditPlan, Issue, NewParts, without_effect
from domain.errors import RunFailed
from domain.framework import Framework
from domain.request import LearningRequest
from domain.vocabulary import Step
from nodes.authors.port import NewPartsBrief
from nodes.context import RunContext
from nodes.ledger.best_effort import ask_if_possible
from nodes.ledger.requests import AuthorRequest
from nodes.state import RunState, as_json
from repository.roadmaps.roadmaps import ids_ever_used, save_draft


async def roadmap_edit(state: RunState, runtime: Runtime[RunContext]) -> RunState:
    """request, framework, edit_plan -> framework (a creation's is saved as a draft), repairs, edit_rounds

    Raises RunFailed for a modification that would change nothing.
    """
    context = runtime.context
    await context.enter(Step.ROADMAP_EDIT)
    preferences = LearningRequest.model_validate(state["request"]).preferences
    before = Framework.model_validate(state["framework"])
    plan = EditPlan.model_validate(state["edit_plan"])
    feedback = state.get("feedback", "")
    parts = NewParts(parts=[])
    if any(operation.action == "add" for operation in plan.operations):
        brief = NewPartsBrief(preferences=preferences, framework=before, plan=plan)
        parts = await _new_parts(context, brief, required=bool(feedback))
    used = await context.commit(lambda session: ids_ever_used(session, context.roadmap_id))
    after, repairs = apply_edits(
        before, plan, parts, hours_per_week=preferences.available_hours_per_week, used_ids=used
    )
    is_unchanged = after.stages == before.stages
    if is_unchanged and feedback:
        reasons = without_effect(plan, repairs)
        if state.get("modifies") and "validation" not in state:
            raise RunFailed(reasons)
        repairs.append(Issue(severity="warning", category="nothing_changed", issue=reasons, suggestion=_SAY_IT_AGAIN))
    await context.commit(lambda session: save_draft(session, after))
    context.tell("framework_edited", before=as_json(before), after=as_json(after))
    rounds = state.get("edit_rounds", 0) + 1
    return {
        "framework": as_json(after),
        "repairs": [as_json(issue) for issue in repairs],
        "feedback": "",
        # The same structure would get the same review: another round brings nothing.
        "edit_rounds": MAX_EDIT_ROUNDS if is_unchanged and not feedback else rounds,
    }


async def _new_parts(context: RunContext, brief: NewPartsBrief, *, required: bool) -> NewParts:
    """Return the parts that were written. Additions without one are left out.

    `required`: raise AnswerRejected or ModelUnavailable where no part was written at all.
    """
    request = AuthorRequest(Step.ROADMAP_EDIT, brief, breaking("new_parts", partial(missing_parts, brief.plan)))
    answer = await ask_if_possible(context.ledger, request)
    parts = answer.accepted or answer.last
    if parts is None and answer.error is not None and required:
        raise answer.error
    return parts or NewParts(parts=[])


_SAY_IT_AGAIN: Final = "Ask for the change in other words, and name the parts as the roadmap does."
