"""Plans edits: mends what code found broken, and follows a person's words."""

from domain.review import EditPlan
from nodes.authors.port import EditPlanBrief


def plan_edits(brief: EditPlanBrief) -> EditPlan:
    return EditPlan(feedback_summary="Nothing to change.", operations=[])
