"""Plan the changes to a framework as operations on ids."""

from langgraph.runtime import Runtime

from domain.editing.review import Validation
from domain.framework import Framework
from domain.request import LearningRequest
from domain.vocabulary import Step
from nodes.authors.port import EditPlanBrief
from nodes.context import RunContext
from nodes.ledger.requests import AuthorRequest
from nodes.state import RunState, as_json


async def edit_plan_analysis(state: RunState, runtime: Runtime[RunContext]) -> RunState:
    """request, framework, and feedback or validation -> edit_plan

    Feedback of a person comes first; the issues of the validation are mended in later rounds.
    """
    context = runtime.context
    await context.enter(Step.EDIT_PLAN_ANALYSIS)
    feedback = state.get("feedback", "")
    issues = [] if feedback or "validation" not in state else Validation.model_validate(state["validation"]).issues
    brief = EditPlanBrief(
        preferences=LearningRequest.model_validate(state["request"]).preferences,
        framework=Framework.model_validate(state["framework"]),
        issues=issues,
        feedback=feedback,
        edit_round=state.get("edit_rounds", 0),
        max_concepts=context.max_concepts,
    )
    plan = (await context.ledger.ask(AuthorRequest(Step.EDIT_PLAN_ANALYSIS, brief))).value
    context.tell("edit_planned", plan=as_json(plan), feedback=feedback)
    return {"edit_plan": as_json(plan)}
