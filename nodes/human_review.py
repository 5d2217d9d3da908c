"""A person approves the framework, or sends it back with words."""

from langgraph.runtime import Runtime
from langgraph.types import interrupt

from domain.editing.review import Decision
from nodes.context import RunContext
from nodes.state import RunState


async def human_review(state: RunState, runtime: Runtime[RunContext]) -> RunState:  # noqa: ARG001  all nodes alike
    """framework, validation -> decision; after a rejection also feedback, and new rounds of editing

    Nothing but the interrupt: this runs again when the answer is there, so it may do nothing twice.
    """
    shown = {"framework": state.get("framework"), "validation": state.get("validation")}
    decision = Decision.model_validate(interrupt(shown))
    if decision.approved:
        return {"approved": True}
    return {"approved": False, "feedback": decision.feedback, "edit_rounds": 0}
