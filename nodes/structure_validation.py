"""Validate the framework: by code first, and by an author where code found nothing critical."""

from langgraph.runtime import Runtime

from domain.checks import check_framework, check_review
from domain.editing.review import Issue, Validation
from domain.framework import Framework
from domain.request import Intent, LearningRequest
from domain.vocabulary import Step
from nodes.authors.port import StructureReviewBrief
from nodes.context import RunContext
from nodes.ledger.requests import AuthorRequest
from nodes.state import RunState, as_json


async def structure_validation(state: RunState, runtime: Runtime[RunContext]) -> RunState:
    """request, intent, framework, repairs -> validation

    Raises if the review fails: a missing review never counts as valid. A run that failed here and is
    resumed gets new rounds of editing.
    """
    context = runtime.context
    await context.enter(Step.STRUCTURE_VALIDATION)
    framework = Framework.model_validate(state["framework"])
    request = LearningRequest.model_validate(state["request"])
    findings = check_framework(framework, context.max_concepts, request.preferences, context.weeks)
    repairs = [Issue.model_validate(issue) for issue in state.get("repairs", [])]
    if any(issue.severity == "critical" for issue in findings):
        validation = Validation(
            is_valid=False,
            overall_score=0,
            issues=findings + repairs,
            validation_summary="The structure is broken, so no review was asked for.",
        )
    else:
        brief = StructureReviewBrief(
            request=request,
            intent=Intent.model_validate(state["intent"]) if "intent" in state else None,
            framework=framework,
            weeks=context.weeks,
        )
        review = (await context.ledger.ask(AuthorRequest(Step.STRUCTURE_VALIDATION, brief, check_review))).value
        is_scored = context.ledger.author.kind == "model"
        reviewed = {issue.category for issue in review.issues}
        issues = [issue for issue in findings if issue.category not in reviewed] + repairs + review.issues
        validation = Validation(
            overall_score=review.overall_score if is_scored else None,
            dimension_scores=review.dimension_scores if is_scored else [],
            validation_summary=review.validation_summary,
            issues=issues,
            is_valid=all(issue.severity != "critical" for issue in issues),
        )
    context.tell("framework_validated", validation=as_json(validation))
    update: RunState = {"validation": as_json(validation), "round": context.ledger.round}
    if state.get("round", 0) != context.ledger.round:
        update["edit_rounds"] = 0
    return update
