"""Let a person approve the framework, or send it back with feedback."""

from langgraph.runtime import Runtime
from langgraph.types import interrupt

from domain.editing.review import Decision
from nodes.context import RunContext
from nodes.state import RunState


async def human_review(state: RunState, runtime: Runtime[RunContext]) -> RunState:  # noqa: ARG001  all nodes alike
    """framework, validation -> decision; after a rejection also feedback, and new rounds of editing

    The node does nothing but interrupt, since it runs again from its start once there is a decision.
    """
    shown = {"framework": state.get("framework"), "validation": state.get("validation")}
    decision = Decision.model_validate(interrupt(shown))
    if decision.approved:
        return {"approved": True}
    return {"approved": False, "feedback": decision.feedback, "edit_rounds": 0}
