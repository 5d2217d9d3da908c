"""Routing: which step comes next. Pure functions of the state."""

from domain.editing.review import MAX_EDIT_ROUNDS, EditPlan, Validation, without_effect
from domain.errors import RunFailed
from domain.vocabulary import Step
from nodes.editing.material import LEARNED
from nodes.state import RunState


def after_validation(state: RunState) -> Step:
    """Go to the course book of a sound structure; to another round of editing if issues are critical.

    Raises RunFailed if they still are after the last round.
    """
    validation = Validation.model_validate(state["validation"])
    if validation.is_valid:
        return Step.COURSE_DESIGN
    if state.get("edit_rounds", 0) < MAX_EDIT_ROUNDS:
        return Step.EDIT_PLAN_ANALYSIS
    critical = [issue.issue for issue in validation.issues if issue.severity == "critical"]
    raise RunFailed(
        f"The framework is still not sound after editing: {'; '.join(critical[:3])}. "
        "Nothing was generated; put the goal in other words, or narrow it."
    )


def after_course(state: RunState) -> Step:
    """Go to the review if one was requested, has begun, or is needed; else to the contents.

    It is needed where contents of learned concepts would be written again: that is not bought unasked.
    """
    issues = Validation.model_validate(state["validation"]).issues if "validation" in state else []
    is_needed = any(issue.category == LEARNED for issue in issues)
    has_begun = state.get("approved") is False
    return Step.HUMAN_REVIEW if state.get("wants_review") or has_begun or is_needed else Step.CONTENT_GENERATION


def after_review(state: RunState) -> Step:
    """Go to the contents if the structure was approved, else plan the changes that the reviewer asks for."""
    return Step.CONTENT_GENERATION if state["approved"] else Step.EDIT_PLAN_ANALYSIS


def after_plan(state: RunState) -> Step:
    """Go to the edit. Raises RunFailed for a modification whose plan has no operations: it changes nothing."""
    plan = EditPlan.model_validate(state["edit_plan"])
    if state.get("modifies") and state.get("feedback") and not plan.operations and "validation" not in state:
        raise RunFailed(without_effect(plan))
    return Step.ROADMAP_EDIT
