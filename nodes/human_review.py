"""Let a person approve the framework, or send it back with feedback."""

from langgraph.runtime import Runtime
from langgraph.types import interrupt

from domain.editing.review import Decision
from nodes.context import RunContext
from nodes.state import RunState, as_json


async def human_review(state: RunState, runtime: Runtime[RunContext]) -> RunState:  # noqa: ARG001  all nodes alike
    """framework, validation, course_book -> decision, the book as it was edited meanwhile; after a rejection also
    feedback, all that was asked for, and new rounds of editing

    The node does nothing but interrupt, since it runs again from its start once there is a decision.
    """
    shown = {name: state.get(name) for name in ("framework", "validation", "course_book")}
    decision = Decision.model_validate(interrupt(shown))
    update: RunState = {"approved": decision.approved}
    if decision.course_book is not None:
        update |= {"course_book": as_json(decision.course_book), "planned_framework": state["framework"]}
    if not decision.approved:
        asked_for = [*state.get("asked_for", []), decision.feedback]
        update |= {"feedback": decision.feedback, "asked_for": asked_for, "edit_rounds": 0}
    return update
