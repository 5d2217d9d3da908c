"""Validate the framework: by code first, and by an author where code found nothing critical.

The author gives a second opinion. Only what code finds broken can end a run: a review that cannot be read, or that is
not satisfied after all rounds of editing, leaves the verdict of the code, with a warning.
"""

from collections.abc import Sequence

from langgraph.runtime import Runtime

from domain.checks import check_framework, check_review
from domain.checks.findings import breaking
from domain.editing.review import MAX_EDIT_ROUNDS, Issue, StructureReview, Validation
from domain.framework import Framework
from domain.request import Intent, LearningRequest
from domain.vocabulary import Step
from nodes.authors.briefs import StructureReviewBrief
from nodes.context import RunContext
from nodes.editing.material import Material, edits_in, learned_again, material_of, words_in
from nodes.ledger.best_effort import ask_if_possible
from nodes.ledger.requests import AuthorRequest
from nodes.state import RunState, as_json


async def structure_validation(state: RunState, runtime: Runtime[RunContext]) -> RunState:
    """request, intent, framework, repairs, what was asked for, content_edits -> validation, review_issues

    Each review of a run gets the issues of the one before, at first the warnings that the accepted roadmap has, and
    names again those that still hold. Where there is no review, the warnings stay.

    A run that failed here and is resumed gets new rounds of editing.
    """
    context = runtime.context
    await context.enter(Step.STRUCTURE_VALIDATION)
    framework = Framework.model_validate(state["framework"])
    request = LearningRequest.model_validate(state["request"])
    findings = check_framework(framework, context.max_concepts, request.preferences, context.weeks)
    repairs = [Issue.model_validate(issue) for issue in state.get("repairs", [])]
    material, edits = await material_of(context), edits_in(state)
    repairs += learned_again(material, framework, edits)
    before = _issues_before(state, material)
    kept = [issue for issue in before if issue.severity == "warning"]
    is_new_round = state.get("round", 0) != context.ledger.round
    is_accepted = material.accepted is not None and framework.stages == material.accepted.stages
    if is_accepted:  # what was accepted once is not judged again
        findings = [issue.model_copy(update={"severity": "warning"}) for issue in findings]
    if is_accepted and all(edit.version is not None for edit in edits):
        validation = Validation(
            is_valid=True,
            issues=findings + repairs,
            validation_summary="The structure stays as it is, and nothing is written again.",
        )
    elif any(issue.severity == "critical" for issue in findings):
        validation = Validation(
            is_valid=False,
            overall_score=0,
            issues=findings + repairs + kept,
            validation_summary="The structure is broken, so no review was asked for.",
        )
    else:
        brief = StructureReviewBrief(
            request=request,
            intent=Intent.model_validate(state["intent"]) if "intent" in state else None,
            framework=framework,
            weeks=context.weeks,
            asked_for=words_in(state),
            accepted=material.accepted,
            content_edits=edits,
            earlier_issues=before,
            max_concepts=context.max_concepts,
        )
        is_last = not is_new_round and state.get("edit_rounds", 0) >= MAX_EDIT_ROUNDS
        review = await _review(context, brief)
        if isinstance(review, str):
            validation = _unreviewed([*findings, *repairs, *kept], review)
        else:
            before, is_scored = review.issues, context.ledger.author.kind == "model"
            validation = _reviewed(review, findings, repairs, is_last=is_last, is_scored=is_scored)
    context.tell("framework_validated", validation=as_json(validation))
    update: RunState = {
        "validation": as_json(validation),
        "review_issues": [as_json(issue) for issue in before],
        "round": context.ledger.round,
    }
    if is_new_round:
        update["edit_rounds"] = 0
    return update


def _issues_before(state: RunState, material: Material) -> list[Issue]:
    """Return the issues of the review before: of this run, else those that the course book of the roadmap keeps."""
    if "review_issues" in state:
        return [Issue.model_validate(issue) for issue in state["review_issues"]]
    warnings = material.book.warnings if material.book else []
    return [Issue(severity="warning", category="accepted", issue=warning, suggestion="") for warning in warnings]


async def _review(context: RunContext, brief: StructureReviewBrief) -> StructureReview | str:
    """Return the review of a structure that code found sound, or why there is none."""
    request = AuthorRequest(Step.STRUCTURE_VALIDATION, brief, breaking("structure_review", check_review))
    answer = await ask_if_possible(context.ledger, request)
    return answer.reason if answer.accepted is None else answer.accepted


def _unreviewed(issues: list[Issue], reason: str) -> Validation:
    return Validation(
        is_valid=True,
        issues=[*issues, _no_review(reason)],
        validation_summary="The structure passed the checks of the program. It was not reviewed.",
    )


def _reviewed(
    review: StructureReview, findings: list[Issue], repairs: list[Issue], *, is_last: bool, is_scored: bool
) -> Validation:
    """Return the verdict of a review. `is_last`: no more rounds of editing follow."""
    reviewed = {issue.category for issue in review.issues}
    issues = [issue for issue in findings if issue.category not in reviewed] + repairs
    issues += _without_veto(review.issues) if is_last else review.issues
    return Validation(
        is_valid=all(issue.severity != "critical" for issue in issues),
        overall_score=review.overall_score if is_scored else None,
        dimension_scores=review.dimension_scores if is_scored else [],
        issues=issues,
        validation_summary=review.validation_summary,
    )


def _no_review(reason: str) -> Issue:
    return Issue(
        severity="warning",
        category="no_review",
        issue=f"The structure was checked by the program only, because its review failed ({reason.rstrip('.')})",
        suggestion="Read the structure yourself before you rely on it, or choose another model for reviews.",
    )


def _without_veto(issues: Sequence[Issue]) -> list[Issue]:
    """Return the issues of a review as warnings, with a note where critical ones are left."""
    critical = sum(issue.severity == "critical" for issue in issues)
    if not critical:
        return list(issues)
    note = Issue(
        severity="warning",
        category="review_not_satisfied",
        issue=f"The review still calls {critical} of its issues critical, and editing did not settle them; "
        "the checks of the program found the structure sound",
        suggestion="Judge these issues yourself; `roadmap modify` changes the structure.",
    )
    return [note, *(issue.model_copy(update={"severity": "warning"}) for issue in issues)]
